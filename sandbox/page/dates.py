"""Times as Slack's client writes them: message times, day dividers, and `<!date^…>` in a text.

The tokens are those of Slack's page "Formatting text for app stages", section "Date formatting". Months and weekdays are
written out here because `strftime` follows the machine's locale and Slack's English does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sandbox.page.viewpoint import Viewpoint

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(r"\{(\w+)\}")


def clock_time(when: datetime, *, seconds: bool = False) -> str:
    """`9:07 AM`, or `9:07:42 AM` with `seconds`."""
    tail = f":{when.second:02d}" if seconds else ""
    return f"{when.hour % 12 or 12}:{when.minute:02d}{tail} {'AM' if when.hour < 12 else 'PM'}"


def _ordinal(day: int) -> str:
    if 11 <= day % 100 <= 13:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"


def _relative(when: date, today: date) -> str | None:
    """`today`, `yesterday`, `tomorrow`, or None for any other day."""
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get((when - today).days)


def day(when: date) -> str:
    """`November 24th, 2026`."""
    return f"{_MONTHS[when.month - 1]} {_ordinal(when.day)}, {when.year}"


def short_day(when: date) -> str:
    """`Nov 24, 2026`."""
    return f"{_MONTHS[when.month - 1][:3]} {when.day}, {when.year}"


def long_day(when: date) -> str:
    """`Tuesday, November 24th, 2026`."""
    return f"{_DAYS[when.weekday()]}, {day(when)}"


def divider(when: date, today: date) -> str:
    """The words between two days: `Today`, `Yesterday`, else `Tuesday, November 24th`, with the year if it is another."""
    near = _relative(when, today)
    if near:
        return near.capitalize()
    return long_day(when) if when.year != today.year else long_day(when).removesuffix(f", {when.year}")


def ago(then: datetime, now: datetime) -> str:
    """`just now`, `5 minutes ago`, `in 2 hours`."""
    distance = now - then
    size = abs(distance)
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        count = size // length
        if count:
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{words} ago" if distance > timedelta() else f"in {words}"
    return "just now"


def stamp(view: Viewpoint, at: float) -> str:
    """The tooltip of a message's time: `Today at 9:07:42 AM`."""
    when = view.local(at)
    near = _relative(when.date(), view.local(view.now).date())
    return f"{near.capitalize() if near else day(when)} at {clock_time(when, seconds=True)}"


def expand(view: Viewpoint, at: float, template: str) -> str:
    """The template of `<!date^…^template|…>` with its tokens filled in, in the reader's zone; unknown tokens stay."""
    when, now = view.local(at), view.local(view.now)
    near = _relative(when.date(), now.date())
    words: dict[str, Callable[[], str]] = {
        "date_num": lambda: when.date().isoformat(),
        "date": lambda: day(when),
        "date_short": lambda: short_day(when),
        "date_long": lambda: long_day(when),
        "date_pretty": lambda: near or day(when),
        "date_short_pretty": lambda: near or short_day(when),
        "date_long_pretty": lambda: near or long_day(when),
        "day_divider_pretty": lambda: divider(when, now.date()),
        "time": lambda: clock_time(when),
        "time_secs": lambda: clock_time(when, seconds=True),
        "ago": lambda: ago(when, now),
    }
    return _TOKEN.sub(lambda found: words[found[1]]() if found[1] in words else found[0], template)
