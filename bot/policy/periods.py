"""Periods of laws and contracts, and when they end. Exact to the second; no clock is read.

| written | ends |
|---|---|
| `72h`, `30m`, `90s` | so much elapsed time later: weekends, holidays and moved clocks make no difference |
| `60d` | 23:59:59 of the n-th day after the start's date, in the calendar's zone |
| `1mo` | 23:59:59 of the day with the same number so many months later, or of that month's last day |
| `4bd` | 23:59:59, or the cutoff, of the n-th business day after the start's date |
| `year_end+60d` | as days, counted from 31 December of the start's year |
| `asap` | never: the text has no number |

A start may be a bare date, for somebody may know the day and not the hour. What is counted in elapsed time then has no
end: no hour is invented.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.policy.calendar import END_OF_DAY, LegalCalendar
from bot.policy.durations import LONGEST_DAYS

Start = datetime | date
"""An aware moment, or a day of which nobody knows the hour."""

_WRITTEN = re.compile(r"asap|year_end\+([0-9]{1,9})d|([0-9]{1,9})(bd|mo|[smhd])")
_IN_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "mo": "month", "bd": "business day"}
HOUR = timedelta(hours=1)
NOON = time(12)


class Unit(StrEnum):
    """What a period is counted in, as it is written."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    MONTHS = "mo"
    BUSINESS_DAYS = "bd"
    YEAR_END_DAYS = "year_end"
    ASAP = "asap"


_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600}
_DAYS = {Unit.MONTHS: 31}


@dataclass(frozen=True)
class Period:
    """How long a law or a contract gives, at most ten years."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """ValueError when it is nothing, or longer than ten years."""
        seconds = self.amount * _SECONDS.get(self.unit, 86_400 * _DAYS.get(self.unit, 1))
        if self.unit is not Unit.ASAP and not 0 < seconds <= LONGEST_DAYS * 86_400:
            raise ValueError("expected a period between nothing and ten years")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `72h`, `60d`, `1mo`, `4bd`, `year_end+60d` or `asap`; ValueError with a sentence otherwise."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError(
                "expected a period such as 72h, 60d, 1mo (month), 4bd (business days), year_end+60d or asap"
            )
        if text == Unit.ASAP:
            return cls(0, Unit.ASAP)
        if written[1]:
            return cls(int(written[1]), Unit.YEAR_END_DAYS)
        return cls(int(written[2]), Unit(written[3]))

    def __str__(self) -> str:
        """As it is written; `parse` reads it back."""
        if self.unit is Unit.ASAP:
            return "asap"
        return f"year_end+{self.amount}d" if self.unit is Unit.YEAR_END_DAYS else f"{self.amount}{self.unit}"

    def in_words(self) -> str:
        """For people: `72 hours`, `1 month`, `without undue delay`."""
        if self.unit is Unit.ASAP:
            return "without undue delay"
        if self.unit is Unit.YEAR_END_DAYS:
            return f"{self.amount} days after the end of the year"
        return f"{self.amount} {_IN_WORDS[self.unit]}{'' if self.amount == 1 else 's'}"

    @property
    def is_elapsed(self) -> bool:
        """Whether it is elapsed time, which needs a moment to be counted from."""
        return self.unit in _SECONDS

    @property
    def elapsed(self) -> timedelta:
        """How long it is, in elapsed time; ValueError when it is counted otherwise."""
        if not self.is_elapsed:
            raise ValueError(f"{self} is no elapsed time")
        return timedelta(seconds=self.amount * _SECONDS[self.unit])

    def ends(self, start: Start, calendar: LegalCalendar, cutoff: time = END_OF_DAY) -> datetime | None:
        """When it ends, in UTC, in whole seconds; None when it has no end, or `start` lacks the hour that it needs."""
        if self.unit is Unit.ASAP:
            return None
        if self.is_elapsed:
            if not isinstance(start, datetime):
                return None
            return _whole(start) + self.elapsed
        return calendar.at(self._last_day(day_of(start, calendar), calendar), cutoff)

    def _last_day(self, first: date, calendar: LegalCalendar) -> date:
        match self.unit:
            case Unit.MONTHS:
                return months_after(first, self.amount)
            case Unit.BUSINESS_DAYS:
                return calendar.business_day_after(first, self.amount)
            case Unit.YEAR_END_DAYS:
                return date(first.year, 12, 31) + timedelta(days=self.amount)
        return first + timedelta(days=self.amount)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a Pydantic model: read from its text, written as its text."""
        return core_schema.no_info_plain_validator_function(
            cls._validated, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _validated(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        return cls.parse(value if isinstance(value, str) else "")


def day_of(start: Start, calendar: LegalCalendar) -> date:
    """The date of a start in the calendar's zone; a bare date is what it is."""
    return calendar.date_of(start) if isinstance(start, datetime) else start


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


# ── relief ──────────────────────────────────────────────────────────────────────────────────────────────────────────
# What a law gives on top of the strict end. It is told beside it and never moves an alarm.


class Relief(StrEnum):
    """A rule by which a period may end later than counted strictly."""

    EU_1182_71 = "eu-1182-71"
    DORA_5_4 = "dora-5-4"

    @property
    def note(self) -> str:
        """What it is, and what is not computed of it."""
        return _NOTES[self]

    def ends(self, due_at: datetime, start: Start, period: Period, calendar: LegalCalendar) -> datetime | None:
        """The later end, in UTC, of a period whose strict end is `due_at`; None when there is none."""
        day = calendar.date_of(due_at)
        if self is Relief.DORA_5_4:
            if calendar.is_business_day(day):
                return None
            return calendar.at(calendar.business_day_after(day, 1), NOON)
        if period.is_elapsed:
            if not isinstance(start, datetime):
                return None
            return due_at + (_next_full_hour(start, calendar) - _whole(start))
        return None if calendar.is_business_day(day) else calendar.end_of(calendar.business_day_after(day, 1))


_NOTES = {
    Relief.EU_1182_71: (
        "Regulation (EEC, Euratom) 1182/71 Art. 3: the hour of the event is not counted; a period that is not in hours and "
        "ends on a day off ends with the next working day. Whether Art. 3(5), two working days at least, helps a period in "
        "hours is argued and not computed."
    ),
    Relief.DORA_5_4: (
        "Delegated Regulation (EU) 2025/301 Art. 5(4) to (6): a limit on a weekend or bank holiday may be met by noon of the "
        "next working day. Not for everybody: credit institutions and others have it for the final report alone."
    ),
}


def _next_full_hour(moment: datetime, calendar: LegalCalendar) -> datetime:
    """The start of the hour after the one in which it happened, by the clocks of the calendar's zone."""
    local = _whole(moment).astimezone(calendar.zone)
    return _whole(moment) - timedelta(minutes=local.minute, seconds=local.second) + HOUR
