"""The chase of what is overdue: one step at a time, each at most once, up a ladder of people.

The ladder is the policy's: the owner first, then the room, the commander, leadership, and then leadership again in a
slow rhythm. It holds no state but the rows of the steps taken (`Nudge`), so it may run as often and as late as it
likes: a restart doubles nothing, and after a missed week nobody is passed over. The step after the last one taken is
taken when its time has come *and* the rung before has had its time to answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.effects import Say
from bot.policy import Policy
from bot.workflows import lifecycle
from bot.workflows.telling import whisper
from db import queries, risks
from db.enums import ReviewState
from db.models import Incident, Nudge
from db.records import ActionRecord, ReviewRecord, RiskRecord
from db.store import Work

# A cron that fires a few seconds early one day must not lose that day.
GRACE = timedelta(hours=1)
AGAIN = "weekly"
RUNGS = ("owner", "room", "commander", "leadership")


@dataclass(frozen=True)
class Step:
    """A step of the ladder: its number (from 1), who is told, and when its time has come."""

    number: int
    rung: str
    at: datetime


def steps(policy: Policy, due_at: datetime, rungs: Collection[str] = RUNGS) -> Iterable[Step]:
    """The ladder for something due at `due_at`, without an end; only these of its rungs."""
    ladder = policy.review.chase.ladder
    number, at = 0, due_at
    for rung, late in ladder:
        if late is not None and rung in rungs:
            number, at = number + 1, late.after(due_at, policy.calendar)
            yield Step(number, rung, at)
    while True:
        number, at = number + 1, policy.review.chase.again.after(at, policy.calendar)
        yield Step(number, AGAIN, at)


def next_step(
    policy: Policy, *, due_at: datetime, last: Nudge | None, now: datetime, rungs: Collection[str] = RUNGS
) -> Step | None:
    """The step to take now, if there is one. Never more than one."""
    before: Step | None = None
    for step in steps(policy, due_at, rungs):
        if last is None or step.number == last.step + 1:
            patience = step.at - before.at - GRACE if before else timedelta()
            rested = last is None or now >= last.at + patience
            return step if now >= step.at and rested else None
        before = step
    return None


def chase(work: Work, *, policy: Policy) -> int:
    """Take every step whose time has come; how many were taken."""
    taken = 0
    for review in queries.reviews_overdue(work.session, work.now):
        taken += _chase_review(work, policy, review)
    today = policy.calendar.date_of(work.now)
    for action in queries.actions_overdue(work.session, today, work.now):
        taken += _chase_action(work, policy, action)
    for risk in risks.overdue(work.session, today, work.now):
        taken += _chase_risk(work, policy, risk)
    return taken


def _chase_review(work: Work, policy: Policy, review: ReviewRecord) -> bool:
    subject = f"review:{review.incident_id}"
    step = _take(work, policy, subject, review.chase_round, review.due_at)
    if step is None:
        return False
    record = queries.record(work.session, review.incident_id) if review.state is ReviewState.IN_REVIEW else None
    signers = sorted(set(lifecycle.unsigned(record, policy.review.sign).values())) if record else []
    values = {
        "owner": review.owner,
        "due_at": review.due_at.isoformat(),
        "step": step.rung,
        "late": _late(work.now - review.due_at),
        **({"signers": signers} if signers else {}),
    }
    _remind(work, policy, review.incident_id, step, signers or [review.owner], "review_due", values)
    return True


def _chase_action(work: Work, policy: Policy, action: ActionRecord) -> bool:
    subject = f"action:{action.id}"
    due_at = policy.calendar.end_of(action.due_on)
    step = _take(work, policy, subject, action.chase_round, due_at)
    if step is None:
        return False
    values = {
        "owner": action.owner,
        "due_on": action.due_on.isoformat(),
        "step": step.rung,
        "late": _late(work.now - due_at),
        "text": action.text,
        "action": action.id,
    }
    _remind(work, policy, action.incident_id, step, [action.owner], "action_due", values)
    return True


def _chase_risk(work: Work, policy: Policy, risk: RiskRecord) -> bool:
    """A risk has no room and no commander: after its owner, leadership. Who has left is passed over."""
    due_at = policy.calendar.end_of(risk.review_on)
    owner, leadership = _present(work, [risk.owner]), _present(work, [leader.slack for leader in policy.leadership])
    above = leadership or owner
    asked = {"owner": owner or leadership, "leadership": above, AGAIN: above}
    if not above:
        return False  # Nobody is there to hear it; `doctor` names risks whose owner has left.
    subject = f"risk:{risk.id}"
    step = _take(work, policy, subject, risk.chase_round, due_at, rungs=("owner", "leadership"))
    if step is None:
        return False
    values = {
        "risk": risk.id,
        "key": risk.key,
        "title": risk.title,
        "owner": risk.owner,
        "due_on": risk.review_on.isoformat(),
        "score": risk.score,
        "step": step.rung,
        "late": _late(work.now - due_at),
    }
    for user in asked[step.rung]:
        work.tell(Say(incident=None, place="person", user=user, what="risk_due", values=values))
    return True


def _take(
    work: Work, policy: Policy, subject: str, chase_round: int, due_at: datetime, rungs: Collection[str] = RUNGS
) -> Step | None:
    """Decide on a step and remember it; None when there is none to take, or a replica took it just now."""
    last = queries.last_step(work.session, subject, chase_round)
    step = next_step(policy, due_at=due_at, last=last, now=work.now, rungs=rungs)
    if step is None:
        return None
    fresh = work.insert_once(Nudge, subject=subject, round=chase_round, step=step.number, at=work.now)
    return step if fresh else None


def _remind(
    work: Work, policy: Policy, number: int, step: Step, owners: Sequence[str], what: str, values: Mapping[str, Any]
) -> None:
    incident = work.incident(number)
    inside = {"key": incident.key, "room": incident.room, **values}
    told = _told(work, policy, incident, step, owners)
    if not told:
        work.tell(Say(incident=number, place="room", what=what, values=inside))
        return
    # Who may not see a private incident hears that something is overdue, and nothing of what it is.
    outside = {"key": incident.key, "step": step.rung, "late": values["late"]}
    for user in told:
        sees = not incident.private or queries.insider(work.session, number, user)
        whisper(work, incident, user, what, inside if sees else outside)


def _told(work: Work, policy: Policy, incident: Incident, step: Step, owners: Sequence[str]) -> list[str]:
    """The people whom this rung asks, by direct message; nobody means: ask the room.

    Who has left is not written to, and nobody reads an archived room: there the next rungs are asked at once.
    """
    commander = queries.roles(work.session, incident.id).get("commander")
    leadership = [leader.slack for leader in policy.leadership if leader.slack]
    asked: dict[str, list[str | None]] = {
        "owner": [*owners],
        "room": [],
        "commander": [commander if commander not in owners else None],
        "leadership": [*leadership],
        AGAIN: [*leadership],
    }
    place = RUNGS.index("leadership" if step.rung == AGAIN else step.rung)
    later = [*RUNGS[place + 1 :], *reversed(RUNGS[:place])] if incident.room_archived else []
    for rung in (step.rung, *later):
        if present := _present(work, asked[rung]):
            return present
    return []


def _present(work: Work, users: Iterable[str | None]) -> list[str]:
    """Those who are still here, as far as is known."""
    wanted = [user for user in users if user is not None]
    known = queries.people(work.session, wanted)
    return [user for user in wanted if user not in known or known[user].active]


def _late(late: timedelta) -> str:
    """How late it is, for people."""
    if late.days >= 1:
        return f"{late.days} day{'s' if late.days > 1 else ''}"
    hours = int(late.total_seconds() // 3600)
    return f"{hours} hour{'s' if hours != 1 else ''}" if hours else "just now"
