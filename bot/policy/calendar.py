"""Calendars: in which zone days begin and end, and on which of them people work."""

import re
from abc import ABC, abstractmethod
from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

SATURDAY = 5
# Those of the catalogue, which the tests look at: they need no look into the package at every start.
COUNTRIES = frozenset({"DE", "FR", "GB-ENG", "IN", "US"})
END_OF_DAY = time(23, 59, 59)


def _day(value: object) -> date:
    # Not left to Pydantic, which also takes numbers, as seconds since 1970, and dates with a time.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("expected a date such as 2026-12-25") from None


def _country(code: str | None) -> str | None:
    if code is None or code in COUNTRIES:
        return code
    if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,5})?", code):
        try:
            _public_holidays(code, 2026)
        except NotImplementedError:  # the package's word for a country, or a part of one, that it does not have
            pass
        else:
            return code
    raise ValueError('expected a country whose holidays are known, such as DE, US or GB-ENG; "NO" in quotes')


Day = Annotated[date, BeforeValidator(_day)]


Days = Annotated[tuple[Day, ...], AfterValidator(lambda days: tuple(sorted(set(days))))]


class Zoned(BaseModel, ABC):
    """A zone and its holidays. Business days are Monday to Friday without the holidays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: ZoneInfo
    """IANA time zone in which days begin and end."""

    @abstractmethod
    def is_holiday(self, day: date) -> bool:
        """Whether nobody works that day, though it may be a Monday."""

    def date_of(self, moment: datetime) -> date:
        """The date there at an aware moment."""
        return moment.astimezone(self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Whether people work that day."""
        return day.weekday() < SATURDAY and not self.is_holiday(day)

    def business_day_after(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; `day` itself, a business day or not, does not count.

        `count` is at least 1 (ValueError).
        """
        if count < 1:
            raise ValueError("business days are counted from 1")
        return next(islice(filter(self.is_business_day, _days_after(day)), count - 1, None))

    def at(self, day: date, wall: time) -> datetime:
        """The moment, in UTC, when the team's clocks show `wall` on `day`.

        When they show it twice (clocks put back), the first time. When they skip it (clocks put forward), the moment
        that would bear this time had they not been moved: 02:30 becomes 03:30.
        """
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The last second of `day`, in UTC."""
        return self.at(day, END_OF_DAY)


class Calendar(Zoned):
    """The team's own: a zone, and the dates on which it does not work."""

    holidays: Days
    """Dates that are no business days."""

    def is_holiday(self, day: date) -> bool:
        """Whether the team named the day."""
        return day in self.holidays


class LegalCalendar(Zoned):
    """The calendar that a law or a contract counts by: a zone and a country's public holidays, observed days included.

    `holidays` names the country, with a part of it if need be: `DE`, `US`, `GB-ENG`; None has no holidays.
    """

    holidays: Annotated[str | None, AfterValidator(_country)] = None
    add: Days = ()
    """Dates that are holidays besides."""
    remove: Days = ()
    """Dates that are none."""

    def is_holiday(self, day: date) -> bool:
        """Whether the country has a public holiday that day, as far as the package knows, `add` and `remove` on top."""
        if day in self.add:
            return True
        return self.holidays is not None and day not in self.remove and day in _public_holidays(self.holidays, day.year)

    @property
    def name(self) -> str:
        """For the record beside what was computed: country, version of its holidays, own days, zone."""
        country = f"{self.holidays} by holidays {version('holidays')}" if self.holidays else "no holidays"
        own = "".join(f", {sign}{day}" for sign, days in (("+", self.add), ("-", self.remove)) for day in days)
        return f"{country}{own}, {self.zone.key}"


@cache
def _public_holidays(code: str, year: int) -> Container[date]:
    import holidays  # noqa: PLC0415 -- a third of a second, for those who count business days

    country, _, part = code.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, years=year, expand=False)


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        yield day
