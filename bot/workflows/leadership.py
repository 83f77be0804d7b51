"""Leadership is told of an incident, and from then on of whatever changes the picture they were given.

Each reader is told by every way there is: an e-mail, and a direct message beside it. What they are told is written down
as it is now, so that a mail that waits for hours still says what it was sent for. Of a private incident nobody hears but
who is named for it in the policy, and of that no title, no person, and nothing that somebody wrote. Of drills, nobody.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from bot.effects import RefreshCard, Say, SendMail
from bot.policy import Leader, Policy
from bot.workflows import lifecycle
from db import queries
from db.enums import Answer, EntryKind, Phase
from db.models import Incident, Reader
from db.records import EntryRecord, IncidentRecord
from db.store import Work

SUMMARY_MOST = 1000
# The phases from which an incident is seen as good as over.
RECOVERING = (Phase.RECOVERY, Phase.REVIEW)
ENDINGS = {
    EntryKind.CLOSED: "closed",
    EntryKind.DISMISSED: "dismissed",
    EntryKind.MERGED: "merged",
    EntryKind.REOPENED: "reopened",
}
# What people wrote, or who they are: of a private incident it stays in its room.
INSIDE = ("title", "summary", "declared_by", "commander", "comms", "said", "by", "text")


def reachable(policy: Policy, incident: Incident | IncidentRecord, *, mail: bool) -> list[Leader]:
    """Those of leadership who may know of this incident and can be told of it."""
    return [
        leader
        for leader in policy.leadership
        if (leader.private or not incident.private) and (leader.slack or (mail and leader.email))
    ]


def key_of(leader: Leader) -> str:
    """By what somebody of leadership is known, whatever their name and address become."""
    return leader.slack or f"mail:{hashlib.sha256((leader.email or '').lower().encode()).hexdigest()[:24]}"


def inform(
    work: Work,
    *,
    policy: Policy,
    mail: bool,
    incident: Incident,
    why: Sequence[str],
    entries: Sequence[EntryRecord],
    names: Collection[str],
) -> None:
    """Tell whoever was not told yet how it stands, and everybody else what is new.

    `why` are the reasons for which they are to be told, if there are new ones; `names` are the facts that the reasons
    so far have asked for: a change of one of them is news.
    """
    leaders = [] if incident.drill else reachable(policy, incident, mail=mail)
    if not leaders:
        return
    told = {row.key for row in queries.readers(work.session, incident.id)}
    news = [*_news(policy, entries, names), *({"what": "escalated", "why": one} for one in why)]
    if not news and told.issuperset(map(key_of, leaders)):
        return
    standing = _standing(work, policy, incident)
    again = [leader for leader in leaders if key_of(leader) in told]
    first = [leader for leader in leaders if key_of(leader) not in told] if incident.phase.is_open else []
    for leader in first:
        work.session.add(
            Reader(
                incident_id=incident.id,
                key=key_of(leader),
                name=leader.name,
                email=leader.email if mail else None,
                slack=leader.slack,
                asked_at=work.now,
            )
        )
        _tell(work, incident, leader, standing, [], mail=mail)
    for leader in again if news else ():
        _tell(work, incident, leader, standing, news, mail=mail)
    if news and again and any(one["what"] != "escalated" for one in news):
        data = {"leaders": [leader.name for leader in again], "news": [one["what"] for one in news]}
        work.note(incident, EntryKind.TOLD, "", by="tocsin", data=data)


def mailed(work: Work, *, number: int, to: str) -> None:
    """The mail server has taken a mail to somebody of leadership."""
    _reached(work, number, Reader.email == to, "mailed_at")


def messaged(work: Work, *, number: int, user: str) -> None:
    """A direct message is with somebody of leadership."""
    _reached(work, number, Reader.slack == user, "messaged_at")


def _reached(work: Work, number: int, whom: ColumnElement[bool], how: str) -> None:
    work.incident(number)  # Locked first, as everybody does who tells of it.
    fresh = False
    for row in work.session.scalars(select(Reader).where(Reader.incident_id == number, whom)):
        if getattr(row, how) is None:
            setattr(row, how, work.now)
            fresh = True
    if fresh:
        work.tell(RefreshCard(incident=number))


def _tell(
    work: Work,
    incident: Incident,
    leader: Leader,
    standing: Mapping[str, Any],
    news: Sequence[Mapping[str, Any]],
    *,
    mail: bool,
) -> None:
    values = {**standing, "news": news}
    outside = _without_insides(values) if incident.private else values
    if mail and leader.email:
        work.tell(
            SendMail(
                incident=incident.id,
                to=leader.email,
                name=leader.name,
                what="leadership",
                values=outside,
                thread=hashlib.sha256(f"{incident.uid}:{key_of(leader)}".encode()).hexdigest()[:32],
                opens=not news,
                reply_to=None if incident.private else standing.get("comms"),
            )
        )
    if leader.slack:
        sees = not incident.private or queries.insider(work.session, incident.id, leader.slack)
        said = values if sees else outside
        work.tell(Say(incident=incident.id, place="person", user=leader.slack, what="leadership", values=said))


def _without_insides(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in INSIDE}
    kept["news"] = [{name: value for name, value in one.items() if name not in INSIDE} for one in values["news"]]
    return kept


def _news(policy: Policy, entries: Sequence[EntryRecord], names: Collection[str]) -> Iterator[dict[str, Any]]:
    """What of these entries changes the picture that leadership was given."""
    for entry in entries:
        what = _what(policy, entry, names)
        if what is not None:
            said = {"from": entry.data.get("from"), "to": entry.data.get("to"), "into": entry.data.get("into")}
            words = {"by": entry.by, "text": entry.text, "question": entry.data.get("question")}
            yield {"what": what, **{name: value for name, value in {**said, **words}.items() if value}}


def _what(policy: Policy, entry: EntryRecord, names: Collection[str]) -> str | None:
    here, there = entry.data.get("from"), entry.data.get("to")
    match entry.kind:
        case EntryKind.SEVERITY if here != there:
            return "upgraded" if _is_worse(policy, str(there), str(here)) else "downgraded"
        case EntryKind.PHASE if there == Phase.RECOVERY and here not in RECOVERING:
            return "recovery"
        case EntryKind.PHASE if here in RECOVERING and there != Phase.REVIEW:
            return "relapsed"
        case EntryKind.ANSWER if entry.data.get("question") in names:
            return "answered"
        case EntryKind.MERGED if "into" not in entry.data:
            return None  # Another one was merged into this.
    return ENDINGS.get(entry.kind)


def _is_worse(policy: Policy, one: str, other: str) -> bool:
    """Whether a severity stands before another one; what the policy does not know any more counts as the least."""
    order = list(policy.severities)
    places = [order.index(key) if key in order else len(order) for key in (one, other)]
    return places[0] < places[1]


def _standing(work: Work, policy: Policy, incident: Incident) -> dict[str, Any]:
    """How the incident stands, and what nobody knows yet."""
    roles = queries.roles(work.session, incident.id)
    update = queries.last_entry(work.session, incident.id, EntryKind.UPDATE)
    level = policy.severities.get(incident.severity)
    standing: dict[str, Any] = {
        "key": incident.key,
        "title": incident.title,
        "summary": incident.summary[:SUMMARY_MOST] or None,
        "private": incident.private,
        "severity": incident.severity,
        "meaning": level.meaning if level else None,
        "kind": incident.kind.value,
        "phase": incident.phase.value,
        "since": incident.phase_since.isoformat(),
        "declared_at": incident.declared_at.isoformat(),
        "declared_by": incident.declared_by,
        "commander": roles.get("commander"),
        "comms": roles.get("comms"),
        "answers": {name: getattr(incident, name).value for name in lifecycle.QUESTIONS},
        "unknown": list(_unknown(incident, roles)) if incident.phase.is_open else [],
        "said": {"at": update.at.isoformat(), "text": update.text} if update else None,
        "why": _reasons(work, policy, incident),
    }
    return {name: value for name, value in standing.items() if value is not None}


def _unknown(incident: Incident, roles: Mapping[str, str]) -> Iterator[str]:
    if incident.severity_confirmed_at is None:
        yield "severity"
    for name in lifecycle.QUESTIONS:
        if getattr(incident, name) is Answer.UNKNOWN:
            yield name
    if incident.contained_at is None and incident.phase not in RECOVERING:
        yield "contained"
    if "commander" not in roles:
        yield "commander"


def _reasons(work: Work, policy: Policy, incident: Incident) -> list[str]:
    """Why leadership is told, in the order in which it came about."""
    work.session.flush()
    rules = [policy.escalation.get(record.rule) for record in queries.escalations(work.session, incident.id)]
    return [rule.why for rule in rules if rule is not None and rule.then.leadership]
