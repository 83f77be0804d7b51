"""When a risk is looked at again and who is asked then: the review date, the owner, and the rest of the chase."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing, people, wording
from bot.workflows.risks.history import locked_risk, note, tell_owner
from db import queries
from db import risks as register
from db.enums import RiskEntryKind, RiskState
from db.models import Risk, RiskEntry
from db.records import PersonRecord
from db.store import Work

# What is assessed: who changes it has looked at the risk.
ASSESSED = ("likelihood", "impact", "likelihood_after", "impact_after", "treatment")


def looked_at(work: Work, *, policy: Policy, number: int, by: str) -> Risk:
    """Somebody has looked at it, and it stays as it is; it is looked at again by the policy. Twice a day counts once."""
    risk = _open(work, number)
    last = work.session.scalars(
        select(RiskEntry).where(RiskEntry.risk_id == number).order_by(RiskEntry.id.desc()).limit(1)
    ).one_or_none()
    today = policy.calendar.date_of(work.now)
    if last and (last.kind, last.by) == (RiskEntryKind.REVIEWED, by) and policy.calendar.date_of(last.at) == today:
        return risk
    _look_again(work, risk, policy)
    note(work, risk, RiskEntryKind.REVIEWED, "", by=by, data={"review_on": risk.review_on.isoformat()})
    return risk


def give(work: Work, *, number: int, by: str, person: PersonRecord) -> Risk:
    """Somebody else owns it now; a chase of it starts anew."""
    risk = _open(work, number)
    people.check_can_act(person)
    if risk.owner == person.user:
        raise Refused(f"{person.name} owns {risk.key} already.")
    was, risk.owner, risk.snoozed_until = risk.owner, person.user, None
    risk.chase_round += 1
    note(work, risk, RiskEntryKind.GIVEN, "", by=by, data={"changes": {"owner": [was, risk.owner]}})
    tell_owner(work, risk, "risk_owned", by=by)
    return risk


def snooze(work: Work, *, policy: Policy, number: int, by: str, reason: str) -> Risk:
    """Let the chase rest for the policy's time; the reason stays in the history."""
    risk = _open(work, number)
    reason = wording.paragraph(reason, "reason")
    risk.snoozed_until = policy.review.chase.snooze.after(work.now, policy.calendar)
    note(work, risk, RiskEntryKind.SNOOZED, reason, by=by, data={"until": risk.snoozed_until.isoformat()})
    return risk


def nobody_heard(work: Work, *, user: str, number: int) -> None:
    """Somebody who was to be told of a risk has left: remember it, and have others be asked if it was theirs."""
    known = queries.people(work.session, [user]).get(user) or PersonRecord(user=user, name=user)
    people.remember(work, replace(known, active=False))
    risk = register.locked(work.session, number)
    if risk is not None and risk.owner == user:
        risk.chase_round += 1


def follow(work: Work, risk: Risk, policy: Policy, was: Collection[str]) -> None:
    """What follows from a change: when it is looked at again, and who is asked first then."""
    assessed = not set(was).isdisjoint(ASSESSED) or ("state" in was and risk.state is RiskState.OPEN)
    if assessed and "review_on" not in was:
        _look_again(work, risk, policy)
    elif {"owner", "review_on"} & set(was):
        risk.snoozed_until = None
        risk.chase_round += 1


def _look_again(work: Work, risk: Risk, policy: Policy) -> None:
    risk.review_on, risk.snoozed_until = assessing.review_on(risk, policy, work.now), None
    risk.chase_round += 1


def _open(work: Work, number: int) -> Risk:
    risk = locked_risk(work, number)
    if risk.state is not RiskState.OPEN:
        raise Refused(f"{risk.key} is closed. Whoever changes its state opens it again: `/incident risks {risk.key}`.")
    return risk
