"""The figures of a month, measured by what the policy promises, and posted when the month is over."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.effects import PostReport
from bot.policy import Policy
from db import figures
from db.figures import Yardstick
from db.models import Chart, Incident, Nudge
from db.records import Month, Report
from db.store import Work

# So many months before it a month is compared with.
BEFORE = 5


def yardstick(policy: Policy) -> Yardstick:
    """By what the team measures. A severity that the policy no longer has, has no target."""

    def acknowledge_by(severity: str, declared_at: datetime) -> datetime | None:
        level = policy.severities.get(severity)
        target = level.targets.acknowledge if level else None
        return target.after(declared_at, policy.calendar) if target else None

    return Yardstick(zone=policy.calendar.zone, acknowledge_by=acknowledge_by)


def report(session: Session, *, policy: Policy, month: Month, now: datetime, before: int = BEFORE) -> Report:
    """The figures of a month that has begun, and of so many before it."""
    return figures.report(session, month=month, before=before, by=yardstick(policy), now=now)


def handled(session: Session, *, policy: Policy, month: Month, now: datetime, before: int) -> Report:
    """The same without what became of reviews and actions: an index finds it, however much there was in other months."""
    return figures.handled(session, month=month, before=before, by=yardstick(policy), now=now)


def post(work: Work, *, policy: Policy) -> Month | None:
    """Have the figures of the month before posted if they are due and were not yet; which month that is.

    They are due on the month's first business day and, where that was missed, on any later one. Of a time before the
    first incident there is nothing to tell.
    """
    today = policy.calendar.date_of(work.now)
    if not policy.report.post or not policy.calendar.is_business_day(today):
        return None
    month = Month(today.year, today.month).after(-1)
    if not _knows_of(work, month.ends_at(policy.calendar.zone)):
        return None
    if not work.insert_once(Nudge, subject=f"report:{month}", round=1, step=1, at=work.now):
        return None
    work.tell(PostReport(month=str(month)))
    return month


def chart_shared(work: Work, *, month: Month, file: str, alt: str) -> None:
    """This file shows the month's figures; App Home will, when it is drawn the next time."""
    work.session.merge(Chart(month=str(month), file=file, alt=alt, shared_at=work.now))


def _knows_of(work: Work, ends_at: datetime) -> bool:
    return bool(work.session.scalar(select(exists().where(Incident.declared_at < ends_at))))
