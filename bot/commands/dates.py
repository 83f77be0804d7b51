"""A day as people type it: `friday`, `tomorrow`, `2026-12-01`, `3d`, `5bd`."""

from datetime import date, datetime, timedelta

from bot.errors import Refused
from bot.policy import Policy
from bot.policy.durations import Duration

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day(text: str, *, now: datetime, policy: Policy) -> date:
    """The day meant, in the team's zone; a weekday is the next one to come, never today.

    >>> from bot.policy import load
    >>> from datetime import UTC
    >>> day("friday", now=datetime(2026, 11, 24, 12, tzinfo=UTC), policy=load(None))
    datetime.date(2026, 11, 27)
    """
    word = text.lower()
    today = policy.calendar.date_of(now)
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    full = next((name for name in WEEKDAYS if len(word) >= 3 and name.startswith(word)), None)
    if full is not None:
        ahead = (WEEKDAYS.index(full) - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return policy.calendar.date_of(Duration.parse(word).after(now, policy.calendar))
    except ValueError:
        raise Refused(
            f"“{text}” is not a day I know. Write `friday`, `tomorrow`, `2026-12-01`, `3d` or `5bd` (business days)."
        ) from None
