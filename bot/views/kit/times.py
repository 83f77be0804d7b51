"""Moments, days and lengths of time, as people read them.

Slack shows a moment in each reader's own zone; whoever cannot (e-mail, a notification) sees UTC. Months and weekdays are
written out here because `strftime` follows the machine's locale.
"""

from datetime import UTC, date, datetime, timedelta

from bot.views.kit.text import Safe

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def when(moment: datetime) -> Safe:
    """A moment in the reader's own zone. `moment` is aware (ValueError)."""
    return Safe(f"<!date^{int(_aware(moment).timestamp())}^{{date_short_pretty}} {{time}}|{utc(moment)}>")


def utc(moment: datetime) -> str:
    """`2026-11-24 21:40 UTC`. `moment` is aware (ValueError)."""
    return f"{_aware(moment).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def day(date_: date) -> str:
    """`Fri 27 Nov 2026`: a day is the same for everybody, so it is no moment to be moved into a zone."""
    return f"{_DAYS[date_.weekday()]} {date_.day} {_MONTHS[date_.month - 1]} {date_.year}"


def length(span: timedelta) -> str:
    """Its two largest units: `2 h 5 min`, `3 d`, `40 s`. What is negative counts as nothing."""
    rest = max(0, int(span.total_seconds()))
    words: list[str] = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count or words:
            words.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, words[:2])) or "0 s"


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone means nothing: pass an aware one")
    return moment
