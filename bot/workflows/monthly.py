"""The figures of a month, measured by what the policy promises."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.policy import Policy
from db import figures
from db.figures import Yardstick
from db.records import Month, Report


def yardstick(policy: Policy) -> Yardstick:
    """By what the team measures. A severity that the policy no longer has, has no target."""

    def acknowledge_by(severity: str, declared_at: datetime) -> datetime | None:
        level = policy.severities.get(severity)
        target = level.targets.acknowledge if level else None
        return target.after(declared_at, policy.calendar) if target else None

    return Yardstick(zone=policy.calendar.zone, acknowledge_by=acknowledge_by)


def report(session: Session, *, policy: Policy, month: Month, before: int, now: datetime) -> Report:
    """The figures of a month that has begun, and of so many before it."""
    return figures.report(session, month=month, before=before, by=yardstick(policy), now=now)
