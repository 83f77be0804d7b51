"""The figures of a month. docs/figures.md says what each means, from which times it is computed, and what is left out.

Every figure knows of how many private incidents it tells, so that `discreet` can leave out what would tell of one alone.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from db.enums import Kind

# A figure of so few incidents tells of each of them.
FEW = 5
NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")

F = TypeVar("F", "Tally", "Share", "Spread")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month. In which zone it begins and ends is asked each time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-10`; ValueError with a sentence otherwise."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError("expected a month such as 2026-10")
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The month that it is there at an aware moment."""
        there = moment.astimezone(zone)
        return cls(there.year, there.month)

    def after(self, months: int) -> "Month":
        """So many months later; earlier, where it is negative."""
        years, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, number + 1)

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment there, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first moment after it, in UTC."""
        return self.after(1).begins_at(zone)

    @property
    def name(self) -> str:
        """For people: `October 2026`."""
        return f"{NAMES[self.number - 1]} {self.year}"

    def __str__(self) -> str:
        """As it is written: `2026-10`."""
        return f"{self.year}-{self.number:02}"


@dataclass(frozen=True)
class Tally:
    """How many; `private` of them are, or belong to, private incidents."""

    number: int = 0
    private: int = 0
    hidden: bool = False

    @property
    def tells(self) -> int:
        """Of how many it tells."""
        return self.number


@dataclass(frozen=True)
class Share:
    """How many of how many: `part` of `whole`."""

    part: int = 0
    whole: int = 0
    private: int = 0
    hidden: bool = False

    @property
    def tells(self) -> int:
        """Of how many it tells."""
        return self.whole


@dataclass(frozen=True)
class Spread:
    """How long something took, where it is `known`; of so many it is `missing`. None where it is known of none.

    `private` of the known are private incidents, and `private_missing` of the others: that something is missing tells of them.
    """

    known: int = 0
    missing: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    private: int = 0
    private_missing: int = 0
    hidden: bool = False

    @property
    def tells(self) -> int:
        """Of how many it tells."""
        return self.known


@dataclass(frozen=True)
class Cell:
    """How many incidents there were of a severity and kind."""

    severity: str
    kind: Kind
    tally: Tally


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What the figures do not count, counted beside them: each incident once."""

    drills: int = 0
    dismissed: int = 0
    merged: int = 0


@dataclass(frozen=True, kw_only=True)
class Handling:
    """How incidents were handled that were declared in the month; updates and filings are those of the month.

    `breakdown` has only what there was, in no order that matters, and nothing when it is hidden.
    """

    incidents: Tally = Tally()
    breakdown: tuple[Cell, ...] = ()
    breakdown_hidden: bool = False
    left_out: LeftOut = LeftOut()
    to_detect: Spread = Spread()
    to_acknowledge: Spread = Spread()
    to_contain: Spread = Spread()
    to_recover: Spread = Spread()
    lasted: Spread = Spread()
    total: Spread = Spread()
    acknowledged_in_target: Share = Share()
    leadership_in_time: Share = Share()
    customer_updates: Tally = Tally()
    filed_in_time: Share = Share()

    def by_severity(self) -> dict[str, int]:
        """How many of each severity there were."""
        found: dict[str, int] = {}
        for cell in self.breakdown:
            found[cell.severity] = found.get(cell.severity, 0) + cell.tally.number
        return found

    def by_kind(self) -> dict[Kind, int]:
        """How many of each kind there were."""
        found: dict[Kind, int] = {}
        for cell in self.breakdown:
            found[cell.kind] = found.get(cell.kind, 0) + cell.tally.number
        return found


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What became of reviews and actions in the month. What is overdue, is so at the month's end, or now."""

    reviews_in_time: Share = Share()
    reviews_signed: Tally = Tally()
    reviews_overdue: Tally = Tally()
    actions_opened: Tally = Tally()
    actions_in_time: Share = Share()
    actions_rejected: Tally = Tally()
    actions_overdue: Tally = Tally()


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """The figures of one month, `until` its end or, while it goes on, now."""

    month: Month
    until: datetime
    goes_on: bool = False
    handling: Handling = field(default_factory=Handling)
    learning: Learning = field(default_factory=Learning)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Months one after the other, the oldest first, and what is overdue now. The last month is what it is about."""

    made_at: datetime
    months: tuple[MonthFigures, ...]
    reviews_overdue: Tally = Tally()
    actions_overdue: Tally = Tally()

    @property
    def month(self) -> MonthFigures:
        """The month that it is about."""
        return self.months[-1]

    @property
    def before(self) -> tuple[MonthFigures, ...]:
        """The months to compare it with, the oldest first."""
        return self.months[:-1]


@dataclass(frozen=True, kw_only=True)
class ChartRecord:
    """The picture of a month's figures: Slack's id of the file, and the same in words."""

    month: Month
    file: str
    alt: str


def discreet(report: Report) -> Report:
    """The report as people may read it who may not see every incident.

    What incidents were like is left out where it tells of fewer than `FEW`, and one of these is private. While the month
    goes on it is left out as soon as one is private: from one look to the next it would tell of the one that came.
    """
    return replace(report, months=tuple(replace(one, handling=_discreet(one)) for one in report.months))


def _discreet(month: MonthFigures) -> Handling:
    handling = month.handling

    def are_few(private: int, among: int) -> bool:
        return private > 0 and (month.goes_on or among < FEW)

    def tells_of_one(figure: Tally | Share | Spread) -> bool:
        missing = isinstance(figure, Spread) and are_few(figure.private_missing, figure.missing)
        return missing or are_few(figure.private, figure.tells)

    def shown(figure: F) -> F:
        return type(figure)(hidden=True) if tells_of_one(figure) else figure

    hidden = any(tells_of_one(cell.tally) for cell in handling.breakdown)
    return replace(
        handling,
        breakdown=() if hidden else handling.breakdown,
        breakdown_hidden=hidden,
        to_detect=shown(handling.to_detect),
        to_acknowledge=shown(handling.to_acknowledge),
        to_contain=shown(handling.to_contain),
        to_recover=shown(handling.to_recover),
        lasted=shown(handling.lasted),
        total=shown(handling.total),
        acknowledged_in_target=shown(handling.acknowledged_in_target),
        leadership_in_time=shown(handling.leadership_in_time),
        customer_updates=shown(handling.customer_updates),
        filed_in_time=shown(handling.filed_in_time),
    )
