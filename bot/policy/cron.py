"""Cron expressions of five fields: minute, hour, day of the month, month, weekday.

A field is `*`, a number, a name (`jan`, `mon`), a range `a-b`, any range with a step (`*/15`, `8-18/2`), or several of
these with commas. Weekdays may go round the week's end (`sat-mon`); as numbers, 0 and 7 are both Sunday.
"""

from calendar import monthrange
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

LEAP_YEAR = 2024


@dataclass(frozen=True)
class Field:
    """One of the five places: what it is called, its numbers, and names for them, if any, from `low` on.

    A field that goes `round` may be written past its end: after Saturday comes Sunday, as 0 or as 7.
    """

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    round: bool = False

    def values(self, text: str) -> frozenset[int]:
        """The numbers that `text` stands for; ValueError with a sentence when it stands for none."""
        written = (value for part in text.lower().split(",") for value in self._part(part))
        return frozenset(value % (self.high + 1) if self.round else value for value in written)

    def spelled(self, values: frozenset[int]) -> str:
        """`values` as `*` or a list with commas: what every cron reads alike."""
        if len(values) == self.high - self.low + 1:
            return "*"
        return ",".join(self.names[value - self.low] if self.names else str(value) for value in sorted(values))

    def _part(self, part: str) -> range:
        span, slash, step = part.partition("/")
        if slash and (not _is_number(step) or int(step) == 0 or (span != "*" and "-" not in span)):
            self._refuse(part)
        return self._span(span, part)[:: int(step) if slash else 1]

    def _span(self, span: str, part: str) -> range:
        if span == "*":
            return range(self.low, self.high + 1)
        first, dash, last = span.partition("-")
        start, end = self._number(first, part), self._number(last if dash else first, part)
        if end < start and self.round:
            end += self.high + 1
        return range(start, end + 1) or self._refuse(part)

    def _number(self, text: str, part: str) -> int:
        if text in self.names:
            return self.names.index(text) + self.low
        if _is_number(text) and self.low <= int(text) <= self.high + self.round:
            return int(text)
        return self._refuse(part)

    def _refuse(self, part: str) -> NoReturn:
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        raise ValueError(f"cannot read '{part}' as {self.name}, which is {self.low}-{self.high}{names}")


MONTH = Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
DAY = Field("day of the month", 1, 31)
WEEKDAY = Field("weekday", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat"), round=True)
FIELDS = (Field("minute", 0, 59), Field("hour", 0, 23), DAY, MONTH, WEEKDAY)


@dataclass(frozen=True)
class Cron:
    """When something regular happens, in whatever zone its reader chooses.

    `text` is what was written. `spelled_out` means the same to every cron: only `*` and lists, weekdays as names.
    APScheduler takes 0 for Monday and refuses some steps and ranges, so it is given this one.
    """

    text: str
    spelled_out: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read five fields; ValueError with a sentence otherwise."""
        parts = text.split()
        if len(parts) != len(FIELDS):
            names = ", ".join(field.name for field in FIELDS)
            raise ValueError(f"expected five fields ({names}) such as '0 9 * * mon-fri'")
        fields = {field: field.values(part) for field, part in zip(FIELDS, parts, strict=True)}
        _check_days(fields)
        return cls(" ".join(parts), " ".join(field.spelled(values) for field, values in fields.items()))

    def __str__(self) -> str:
        """As it was written."""
        return self.text

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


def _check_days(fields: dict[Field, frozenset[int]]) -> None:
    days, weekdays = fields[DAY], fields[WEEKDAY]
    if DAY.spelled(days) != "*" and WEEKDAY.spelled(weekdays) != "*":
        # Unix cron takes either, APScheduler both: whichever we chose, half of the readers would be wrong.
        raise ValueError("name the day of the month or the weekday and leave the other '*': crons disagree about both")
    if min(days) > max(monthrange(LEAP_YEAR, month)[1] for month in fields[MONTH]):
        raise ValueError(f"there is no day {min(days)} in these months, so it would never happen")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2
