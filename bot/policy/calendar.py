"""The team's calendar: in which zone its days begin and end, and on which of them it works."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

SATURDAY = 5
END_OF_DAY = time(23, 59, 59)


def _day(value: object) -> date:
    # Not left to Pydantic, which also takes numbers, as seconds since 1970, and dates with a time.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("expected a date such as 2026-12-25") from None


Day = Annotated[date, BeforeValidator(_day)]


class Calendar(BaseModel):
    """A zone and its holidays. Business days are Monday to Friday without the holidays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: ZoneInfo
    """IANA time zone in which days begin and end."""
    holidays: Annotated[tuple[Day, ...], AfterValidator(lambda days: tuple(sorted(set(days))))]
    """Dates that are no business days."""

    def date_of(self, moment: datetime) -> date:
        """The team's date at an aware moment."""
        return moment.astimezone(self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Whether the team works that day."""
        return day.weekday() < SATURDAY and day not in self.holidays

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


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        yield day
