"""Who else must know: the policy's escalation rules, looked at whenever facts change, and each followed once.

A rule that could do nothing now (nobody can be told) is not followed yet: it is looked at again with the next change,
and every minute. When facts get better nothing is taken back; leadership, once told, hears of it (`leadership`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.effects import Invite
from bot.policy import Policy, Rule
from bot.workflows import customers, leadership
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind
from db.models import Escalation, Incident
from db.records import EntryRecord, EscalationRecord, IncidentRecord, Record
from db.store import Work

INCIDENTS_MOST = 1000


def facts(incident: Incident | IncidentRecord, *, policy: Policy, now: datetime) -> dict[str, Any]:
    """What the rules may ask of an incident. A severity that the policy no longer has is neither high nor not."""
    level = policy.severities.get(incident.severity)
    return {
        "severity": incident.severity,
        "high": level.high if level else None,
        "kind": incident.kind.value,
        "customer_data": incident.customer_data.value,
        "personal_data": incident.personal_data.value,
        "service_affecting": incident.service_affecting.value,
        "phase": incident.phase.value,
        "age": now - incident.declared_at,
        "private": incident.private,
        "drill": incident.drill,
    }


def concerns_leadership(incident: IncidentRecord, *, policy: Policy, now: datetime) -> bool:
    """Whether a rule tells leadership of an incident that stands as this one does. Of drills they are not told."""
    known = facts(incident, policy=policy, now=now)
    rules = [rule for rule in policy.escalation.values() if rule.enabled and rule.then.leadership]
    return not incident.drill and any(rule.when.holds(known) for rule in rules)


def consider(
    work: Work, *, policy: Policy, mail: bool, incident: Incident, entries: Sequence[EntryRecord] = ()
) -> None:
    """Follow the rules that hold now and were not followed yet, and keep those informed who were told before.

    `entries` are what this transaction has noted of it; `mail` says whether there is a mail server.
    """
    followed = queries.escalations(work.session, incident.id)
    new = _to_follow(policy, incident, followed, mail=mail, now=work.now) if incident.phase.is_open else []
    leaders = leadership.reachable(policy, incident, mail=mail) if any(rule.then.leadership for rule in new) else []
    if new:
        _follow(work, policy, incident, new, [leader.name for leader in leaders])
    names = {name for record in followed for name in record.facts}
    orders = [*(record.orders for record in followed), *(_orders(rule) for rule in new)]
    if any(order.get("leadership") for order in orders):
        why = [rule.why for rule in new if rule.then.leadership]
        leadership.inform(work, policy=policy, mail=mail, incident=incident, why=why, entries=entries, names=names)


def due(session: Session, *, policy: Policy, mail: bool, now: datetime) -> list[int]:
    """The open incidents of which somebody must hear now though nothing was noted: time has passed, or the policy is new.

    A rule holds that was not followed yet, or leadership has somebody who was not told with the others.
    """
    followed: dict[int, list[EscalationRecord]] = {}
    for record in queries.escalated_open(session):
        followed.setdefault(record.incident_id, []).append(record)
    readers = queries.readers_open(session)
    found = []
    for incident in queries.incidents_open(session, limit=INCIDENTS_MOST):
        before = followed.get(incident.id, [])
        if _to_follow(policy, incident, before, mail=mail, now=now):
            found.append(incident.id)
        elif not incident.drill and any(record.orders.get("leadership") for record in before):
            leaders = leadership.reachable(policy, incident, mail=mail)
            if not readers.get(incident.id, set()).issuperset(map(leadership.key_of, leaders)):
                found.append(incident.id)
    return found


@dataclass(frozen=True)
class Verdict:
    """What became of a rule, or would become of it now: `followed`, with the time, or why it was not."""

    rule: str
    state: str
    at: datetime | None
    when: str
    facts: Mapping[str, Any]


def explain(record: Record, *, policy: Policy, mail: bool, now: datetime) -> list[Verdict]:
    """Each rule of the policy, and those that were followed and are no longer in it."""
    known = facts(record.incident, policy=policy, now=now)
    followed = {one.rule: one for one in record.escalations}
    verdicts = []
    for key, rule in policy.escalation.items():
        if key in followed:
            verdicts.append(Verdict(key, "followed", followed[key].at, str(rule.when), followed[key].facts))
            continue
        asked = {name: _plain(known[name]) for name in sorted(rule.when.names)}
        why = _why_not(rule, policy, record.incident, known, mail=mail)
        verdicts.append(Verdict(key, why, None, str(rule.when), asked))
    gone = [one for key, one in followed.items() if key not in policy.escalation]
    return [*verdicts, *(Verdict(one.rule, "followed; no longer a rule", one.at, "", one.facts) for one in gone)]


def _why_not(rule: Rule, policy: Policy, incident: IncidentRecord, known: Mapping[str, Any], *, mail: bool) -> str:
    if not rule.enabled:
        return "switched off"
    holds = rule.when.holds(known)
    if holds is None:
        return f"waits for what is unknown: {', '.join(sorted(rule.when.waits_for(known)))}"
    if not holds:
        return "does not hold"
    if not incident.phase.is_open:
        return "the incident is over"
    return (
        "holds; the bot follows it" if _can_act(rule, policy, incident, mail=mail) else "holds, but nobody can be told"
    )


def _to_follow(
    policy: Policy,
    incident: Incident | IncidentRecord,
    followed: Iterable[EscalationRecord],
    *,
    mail: bool,
    now: datetime,
) -> list[Rule]:
    known, before = facts(incident, policy=policy, now=now), {record.rule for record in followed}
    return [
        rule
        for key, rule in policy.escalation.items()
        if rule.enabled and key not in before and rule.when.holds(known) and _can_act(rule, policy, incident, mail=mail)
    ]


def _can_act(rule: Rule, policy: Policy, incident: Incident | IncidentRecord, *, mail: bool) -> bool:
    orders = rule.then
    others = orders.customers or orders.invite or orders.roles
    return bool(others or leadership.reachable(policy, incident, mail=mail))


def _follow(work: Work, policy: Policy, incident: Incident, rules: Sequence[Rule], leaders: Sequence[str]) -> None:
    """Write down that these rules were followed and why, and do what they say, but for telling leadership."""
    known = facts(incident, policy=policy, now=work.now)
    for rule in rules:
        orders = _orders(rule) | {
            "roles": {name: soon.after(work.now, policy.calendar).isoformat() for name, soon in rule.then.roles.items()}
        }
        asked = {name: _plain(known[name]) for name in sorted(rule.when.names)}
        work.session.add(Escalation(incident_id=incident.id, rule=rule.key, at=work.now, facts=asked, orders=orders))
    invited = list(dict.fromkeys(one for rule in rules for one in rule.then.invite))
    for_customers = any(rule.then.customers for rule in rules)
    values: dict[str, Any] = {
        "why": [rule.why for rule in rules],
        **({"leaders": leaders} if leaders else {}),
        **({"invited": invited} if invited else {}),
        **({"customers": True} if for_customers else {}),
        **({"drill": True} if incident.drill else {}),
    }
    rule_keys = [rule.key for rule in rules]
    work.note(incident, EntryKind.ESCALATED, "", by="tocsin", data={"rules": rule_keys, **values})
    if invited:
        work.tell(Invite(incident=incident.id, users=tuple(invited)))
    if leaders or invited:
        say(work, incident, "escalated", values)
    if for_customers:
        _ask_for_update(work, policy, incident, [rule.why for rule in rules if rule.then.customers])
    redraw(work, incident)


def _ask_for_update(work: Work, policy: Policy, incident: Incident, why: list[str]) -> None:
    """Ask the Communication Lead to tell customers; nobody is: the room hears it. From then on an update is due."""
    customers.ask(work, policy=policy, incident=incident)
    comms = queries.roles(work.session, incident.id).get("comms")
    if comms is None:
        say(work, incident, "customers_wanted", {"why": why})
        return
    title = {} if incident.private else {"title": incident.title}
    whisper(work, incident, comms, "customers_asked", {"key": incident.key, "why": why, **title})


def _orders(rule: Rule) -> dict[str, Any]:
    return rule.then.model_dump(mode="json")


def _plain(fact: Any) -> Any:
    """A fact as JSON; durations in seconds."""
    return int(fact.total_seconds()) if hasattr(fact, "total_seconds") else fact
