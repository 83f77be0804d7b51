"""A role that somebody must have and nobody has: asked for when its time is over, and once more a step higher.

How soon a role must be held says the severity's target for the commander, and every rule that was followed. First the
room is asked, and those who usually have the role; after as long again, leadership. Each step is a row (`Nudge`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.policy import Policy
from bot.workflows import leadership, people
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind
from db.models import Incident, Nudge
from db.records import EscalationRecord, IncidentRecord
from db.store import Work

COMMANDER = "commander"
ROOM, LEADERSHIP = 1, 2
# A target of seconds still leaves people a minute to answer.
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Vacancy:
    """A role that nobody has, until when it was wanted, and how long people have to answer."""

    role: str
    due_at: datetime
    patience: timedelta

    def due_for(self, step: int) -> datetime:
        """When this step is to be taken."""
        return self.due_at + (step - ROOM) * self.patience


def vacancies(
    incident: Incident | IncidentRecord, *, policy: Policy, held: Iterable[str], followed: Iterable[EscalationRecord]
) -> list[Vacancy]:
    """The roles that somebody must have and nobody has, each with its earliest time."""
    wanted: dict[str, Vacancy] = {}
    for role, since, due_at in _wanted(incident, policy, followed):
        if role not in wanted or due_at < wanted[role].due_at:
            wanted[role] = Vacancy(role, due_at, max(SHORTEST, due_at - since))
    taken = set(held)
    return [vacancy for role, vacancy in wanted.items() if role not in taken and role in policy.roles]


def _wanted(
    incident: Incident | IncidentRecord, policy: Policy, followed: Iterable[EscalationRecord]
) -> Iterable[tuple[str, datetime, datetime]]:
    level = policy.severities.get(incident.severity)
    if level is not None and level.targets.commander is not None:
        declared_at = incident.declared_at
        yield COMMANDER, declared_at, level.targets.commander.after(declared_at, policy.calendar)
    for record in followed:
        for role, due_at in record.orders.get("roles", {}).items():
            yield role, record.at, datetime.fromisoformat(due_at)


def due(session: Session, *, policy: Policy, now: datetime) -> list[int]:
    """The open incidents in which somebody is to be asked now."""
    followed: dict[int, list[EscalationRecord]] = {}
    for record in queries.escalated_open(session):
        followed.setdefault(record.incident_id, []).append(record)
    held = queries.roles_open(session)
    found = []
    for incident in queries.incidents_open(session, limit=1000):
        missing = vacancies(
            incident, policy=policy, held=held.get(incident.id, ()), followed=followed.get(incident.id, ())
        )
        if any(_next_step(session, incident.id, vacancy, now) for vacancy in missing if vacancy.due_at <= now):
            found.append(incident.id)
    return found


def chase(work: Work, *, policy: Policy, mail: bool, incident: Incident) -> None:
    """Take the step that is due for each role that is missing."""
    held = queries.roles(work.session, incident.id)
    followed = queries.escalations(work.session, incident.id)
    for vacancy in vacancies(incident, policy=policy, held=held, followed=followed):
        step = _next_step(work.session, incident.id, vacancy, work.now)
        if step and work.insert_once(Nudge, subject=_subject(incident.id, vacancy), round=1, step=step, at=work.now):
            _ask(work, policy, incident, vacancy, step, mail=mail)


def _subject(number: int, vacancy: Vacancy) -> str:
    return f"role:{number}:{vacancy.role}"


def _next_step(session: Session, number: int, vacancy: Vacancy, now: datetime) -> int | None:
    """The step to take now: the one after the last, when its time has come and the last had its patience."""
    last = queries.last_step(session, _subject(number, vacancy), 1)
    step = last.step + 1 if last else ROOM
    rested = last is None or now >= last.at + vacancy.patience
    return step if step <= LEADERSHIP and rested and now >= vacancy.due_for(step) else None


def _ask(work: Work, policy: Policy, incident: Incident, vacancy: Vacancy, step: int, *, mail: bool) -> None:
    values: dict[str, Any] = {"role": vacancy.role, "due_at": vacancy.due_at.isoformat()}
    outside = {**values, "key": incident.key, **({} if incident.private else {"title": incident.title})}
    told = _usual(work, policy, vacancy) if step == ROOM else _leaders(policy, incident, mail=mail)
    for user in told:
        whisper(work, incident, user, "role_wanted", outside)
    if step == ROOM:
        say(work, incident, "role_missing", values)
    elif not told:
        return  # Nobody above may be told: a drill, a private incident, a policy without leadership.
    data: Mapping[str, Any] = {"missing": vacancy.role, "due_at": values["due_at"], "step": step}
    work.note(incident, EntryKind.ESCALATED, "", by="tocsin", data=data)
    redraw(work, incident)


def _usual(work: Work, policy: Policy, vacancy: Vacancy) -> list[str]:
    """Those who usually have the role, as far as they are here."""
    role = policy.roles[vacancy.role]
    return people.present(work, [*([role.default] if role.default else []), *role.deputies])


def _leaders(policy: Policy, incident: Incident, *, mail: bool) -> list[str]:
    if incident.drill:
        return []
    leaders = leadership.reachable(policy, incident, mail=mail)
    return [leader.slack for leader in leaders if leader.slack]
