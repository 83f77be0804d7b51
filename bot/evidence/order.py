"""What is asked for: everything of which period, for whom, and with what private incidents say or without."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.errors import Refused
from bot.evidence.controls import Catalogue
from bot.policy import Policy
from bot.workflows.assessing import EARLIEST, LATEST
from db.records import Month


@dataclass(frozen=True)
class Period:
    """From the beginning of one day to the end of another, in the team's zone."""

    first: date
    last: date
    begins_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, first: date, last: date, policy: Policy) -> "Period":
        """Refused when it ends before it begins, or is too far away."""
        if last < first:
            raise Refused(f"The period ends on {last}, before it begins on {first}. Name the earlier day with --from.")
        for day in (first, last):
            if not EARLIEST <= day <= LATEST:
                raise Refused(f"{day} is too far away. Give days from {EARLIEST} to {LATEST}.")
        calendar = policy.calendar
        ends_at = calendar.at(last + timedelta(days=1), time.min)
        return cls(first, last, calendar.at(first, time.min), ends_at)

    def months_over(self, policy: Policy, first: datetime | None, now: datetime) -> list[str]:
        """The months of the period whose report was due by now; `first` is when the first incident of all was declared."""
        zone = policy.calendar.zone
        month, found = Month(self.first.year, self.first.month), []
        while month <= Month(self.last.year, self.last.month):
            last_day = policy.calendar.date_of(month.ends_at(zone) - timedelta(seconds=1))
            posted_by = policy.calendar.business_day_after(last_day, 1)
            if first is not None and first < month.ends_at(zone) and policy.calendar.end_of(posted_by) < now:
                found.append(str(month))
            month = month.after(1)
        return found


@dataclass(frozen=True)
class Order:
    """What is wanted: of which period, by whom, with what private incidents say or without."""

    period: Period
    by: str
    private: bool
    catalogue: Catalogue
    made_at: datetime
