"""Durations as people write them: `90s`, `15m`, `4h`, `3d`, `5bd`.

What each means when counted from a moment:

- seconds, minutes and hours are elapsed time: weekends and moved clocks make no difference;
- days are calendar days in the team's zone, to the same time on the clock, whether a day between had 23 or 25 hours;
- business days: the team's date at the moment is day 0 and does not count; the end is the last second (23:59:59) of
  the n-th business day after it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.policy.calendar import Zoned

LONGEST_DAYS = 3660
_WRITTEN = re.compile(r"([0-9]{1,9})(bd|[smhd])")


class Unit(StrEnum):
    """What a duration is counted in, as it is written."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    BUSINESS_DAYS = "bd"


_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86_400, Unit.BUSINESS_DAYS: 86_400}
_WORDS = {
    Unit.SECONDS: "second",
    Unit.MINUTES: "minute",
    Unit.HOURS: "hour",
    Unit.DAYS: "day",
    Unit.BUSINESS_DAYS: "business day",
}


@dataclass(frozen=True)
class Duration:
    """A length of time, at most ten years. Zero, in whatever unit, means at once."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """ValueError when negative or longer than ten years."""
        if not 0 <= self.amount * _SECONDS[self.unit] <= LONGEST_DAYS * _SECONDS[Unit.DAYS]:
            raise ValueError("expected a duration between nothing and ten years")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `90s`, `15m`, `4h`, `3d` or `5bd`; ValueError with a sentence otherwise."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError("expected a duration such as 90s, 15m, 4h, 3d or 5bd (business days)")
        return cls(int(written[1]), Unit(written[2]))

    def __str__(self) -> str:
        """As it is written in a policy; `parse` reads it back."""
        return f"{self.amount}{self.unit}"

    def in_words(self) -> str:
        """For people: `5 business days`, `1 hour`, `at once`."""
        if not self.amount:
            return "at once"
        return f"{self.amount} {_WORDS[self.unit]}{'' if self.amount == 1 else 's'}"

    def after(self, moment: datetime, calendar: Zoned) -> datetime:
        """The moment this much later, in UTC; the module's docstring says how it is counted.

        `moment` is aware (ValueError).
        """
        if moment.tzinfo is None:
            raise ValueError("a duration is counted from an aware moment: give it a time zone")
        if not self.amount:
            return moment.astimezone(UTC)
        if self.unit is Unit.DAYS:
            local = moment.astimezone(calendar.zone)
            return calendar.at(local.date() + timedelta(days=self.amount), local.time())
        if self.unit is Unit.BUSINESS_DAYS:
            return calendar.end_of(calendar.business_day_after(calendar.date_of(moment), self.amount))
        return moment.astimezone(UTC) + timedelta(seconds=self.amount * _SECONDS[self.unit])

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
        # What is no text gets the same sentence as a text that cannot be read.
        return cls.parse(value if isinstance(value, str) else "")


def _lasting(duration: Duration) -> Duration:
    if not duration.amount:
        raise ValueError("expected a duration longer than nothing")
    return duration


LastingDuration = Annotated[Duration, AfterValidator(_lasting)]
"""A duration that may not be zero."""
