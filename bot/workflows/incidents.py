"""The life of an incident: declared, moved, answered, updated, ended, opened again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.effects import OpenRoom
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing, customers, duties, lifecycle, reviews, roles, wording
from bot.workflows.lifecycle import NotReady
from bot.workflows.telling import redraw, say
from db import queries
from db.enums import Answer, EntryKind, Kind, Phase
from db.models import Entry, Incident, Member, Role
from db.store import Work


def declare(
    work: Work,
    *,
    policy: Policy,
    by: str,
    title: str,
    severity: str | None = None,
    kind: Kind = Kind.OPERATIONAL,
    summary: str = "",
    customer_data: Answer = Answer.UNKNOWN,
    service_affecting: Answer = Answer.UNKNOWN,
    private: bool = False,
    drill: bool = False,
    origin: str | None = None,
) -> Incident:
    """Open an incident and ask for its room.

    `origin` names the click that declared: the same click twice gives the same incident.
    """
    work.lock_numbers("incident")  # Two bots that got the same click: the second one finds what the first one made.
    if origin and (known := work.session.scalars(select(Incident).where(Incident.origin == origin)).one_or_none()):
        return known
    severity = policy.severity(severity or policy.usual_severity).key
    incident = Incident(
        id=work.next_number("incident"),
        uid=work.fresh_uid(),
        title=wording.title(title),
        summary=wording.optional(summary, "description"),
        severity=severity,
        kind=kind,
        phase=Phase.DETECTION,
        phase_since=work.now,
        private=private,
        drill=drill,
        declared_by=by,
        declared_at=work.now,
        customer_data=customer_data,
        personal_data=Answer.UNKNOWN,
        service_affecting=service_affecting,
        origin=origin,
        entries=0,
        head="",
    )
    work.adds(incident)
    work.note(
        incident,
        EntryKind.DECLARED,
        incident.title,
        by=by,
        data={"severity": severity, "kind": kind.value, "private": private, "drill": drill},
    )
    work.session.add(Member(incident_id=incident.id, user=by, present=True, as_of=work.now - timedelta(minutes=1)))
    for name, holder in roles.by_default(work, policy).items():
        work.session.add(Role(incident_id=incident.id, role=name, user=holder, since=work.now))
        usual = policy.roles[name].default
        instead = {"instead_of": usual} if holder != usual else {}
        work.note(incident, EntryKind.ROLE, "", by="tocsin", data={"role": name, "user": holder, **instead})
    work.tell(OpenRoom(incident=incident.id))
    return incident


def move(work: Work, *, policy: Policy, number: int, by: str, to: Phase, seen: Phase | None = None) -> Incident:
    """Move to one of the five phases, forward or back.

    `seen` is the phase that the person saw when they clicked; if somebody else was faster they are told who.
    """
    incident = work.incident(number)
    if seen is not None and seen is not incident.phase:
        raise Refused(_overtaken(work, incident))
    if to not in lifecycle.PHASES:
        raise Refused(f"{to.value} is not a phase to move to. The phases are {', '.join(lifecycle.PHASES)}.")
    lifecycle.check_open(incident.key, incident.phase)
    lifecycle.check_move(incident.phase, to)
    here = incident.phase
    _enter(work, incident, to, by=by)
    say(work, incident, "phase_moved", {"by": by, "from": here.value, "to": to.value}, aloud=True)
    if to is Phase.REVIEW:
        reviews.begin(work, policy=policy, incident=incident)
    redraw(work, incident, outside=True)
    return incident


def answer(work: Work, *, number: int, by: str, answers: Mapping[str, Answer]) -> Incident:
    """Answer some of the three questions; an answer may be changed, and each change is an entry."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    changed = {name: value for name, value in answers.items() if getattr(incident, name) is not value}
    if not changed:
        return incident
    for name, value in changed.items():
        work.note(
            incident,
            EntryKind.ANSWER,
            "",
            by=by,
            data={"question": name, "from": getattr(incident, name).value, "to": value.value},
        )
        setattr(incident, name, value)
    say(work, incident, "answered", {"by": by, "answers": {name: value.value for name, value in changed.items()}})
    redraw(work, incident)
    return incident


def set_severity(work: Work, *, policy: Policy, number: int, by: str, to: str, reason: str) -> Incident:
    """Change the severity, with the reason; the same severity again confirms it."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    to = policy.severity(to).key
    if to == incident.severity:
        return confirm_severity(work, number=number, by=by, reason=reason)
    reason = wording.paragraph(reason, "reason")
    here, incident.severity, incident.severity_confirmed_at = incident.severity, to, work.now
    work.note(incident, EntryKind.SEVERITY, reason, by=by, data={"from": here, "to": to})
    say(work, incident, "severity_changed", {"by": by, "from": here, "to": to, "reason": reason}, aloud=True)
    reviews.due_again(work, policy=policy, incident=incident)
    customers.due_again(work, policy=policy, incident=incident)
    redraw(work, incident, outside=True)
    return incident


def confirm_severity(work: Work, *, number: int, by: str, reason: str = "") -> Incident:
    """Somebody looked and says: it is as bad as it says."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    if incident.severity_confirmed_at is None:
        incident.severity_confirmed_at = work.now
        work.note(
            incident,
            EntryKind.SEVERITY,
            wording.optional(reason, "reason"),
            by=by,
            data={"from": incident.severity, "to": incident.severity},
        )
        say(work, incident, "severity_confirmed", {"by": by, "severity": incident.severity})
        redraw(work, incident, outside=True)
    return incident


def contain(work: Work, *, number: int, by: str, text: str, at: datetime) -> Incident:
    """Record what stopped the damage, and when."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    _not_ahead(at, work.now)
    incident.containment, incident.contained_at = wording.paragraph(text, "description"), at
    work.note(incident, EntryKind.CONTAINED, incident.containment, by=by, at=at)
    say(work, incident, "contained", {"by": by, "text": incident.containment, "at": at.isoformat()})
    redraw(work, incident)
    return incident


def verify(work: Work, *, number: int, by: str, user: str, text: str, at: datetime) -> Incident:
    """Record who verified the recovery, and how."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    _not_ahead(at, work.now)
    incident.verification, incident.verified_by = wording.paragraph(text, "check"), user
    incident.verified_at = at
    work.note(incident, EntryKind.VERIFIED, incident.verification, by=by, at=at, data={"user": user})
    say(work, incident, "verified", {"by": by, "user": user, "text": incident.verification, "at": at.isoformat()})
    redraw(work, incident)
    return incident


def note(work: Work, *, number: int, by: str, text: str) -> None:
    """Add a line to the timeline and show it in the room. Also possible after the end: late facts are facts."""
    incident = work.brief(number)
    text = wording.paragraph(text, "note")
    work.note(incident, EntryKind.NOTE, text, by=by)
    say(work, incident, "note", {"by": by, "text": text})
    redraw(work, incident)


def update(work: Work, *, number: int, by: str, text: str) -> None:
    """Say how it stands: in the room and, for a public incident, in the announcement's thread."""
    incident = work.brief(number)
    lifecycle.check_open(incident.key, incident.phase)
    text = wording.paragraph(text, "update")
    so_far = queries.count_entries(work.session, number, EntryKind.UPDATE)
    work.note(incident, EntryKind.UPDATE, text, by=by)
    say(work, incident, "update", {"by": by, "text": text, "number": so_far + 1}, aloud=True)
    redraw(work, incident)


def close(work: Work, *, policy: Policy, number: int, by: str) -> Incident:
    """End the incident. Raises `NotReady` with every gap when something is still missing."""
    incident = work.incident(number)
    lifecycle.check_ending(incident.phase, Phase.CLOSED)
    required = policy.severity(incident.severity).review_required
    work.session.flush()
    record = queries.record(work.session, number)
    gaps = lifecycle.missing_to_close(
        record,
        review_required=required,
        wanted=policy.review.required,
        risk_required=assessing.is_required(record.incident, policy),
    )
    if gaps := (*gaps, *duties.missing_to_close(record, policy, work.now)):
        raise NotReady(gaps)
    _end(work, incident, Phase.CLOSED, by=by)
    work.note(incident, EntryKind.CLOSED, "", by=by)
    say(work, incident, "closed", {"by": by}, aloud=True)
    redraw(work, incident, outside=True)
    return incident


def dismiss(work: Work, *, policy: Policy, number: int, by: str, reason: str, review: bool = False) -> Incident:
    """It was a false alarm. With `review` it is looked at all the same."""
    incident = work.incident(number)
    lifecycle.check_ending(incident.phase, Phase.DISMISSED)
    reason = wording.paragraph(reason, "reason")
    _nothing_runs(work, policy, incident)
    work.note(incident, EntryKind.DISMISSED, reason, by=by, data={"from": incident.phase.value, "review": review})
    _end(work, incident, Phase.DISMISSED, by=by)
    say(work, incident, "dismissed", {"by": by, "reason": reason}, aloud=True)
    if review:
        reviews.begin(work, policy=policy, incident=incident)
    else:
        reviews.waive(work, incident=incident, by=by)
    redraw(work, incident, outside=True)
    return incident


def merge(work: Work, *, policy: Policy, number: int, into: int, by: str) -> Incident:
    """Two incidents are one: `number` ends, `into` goes on. Both timelines say so."""
    if number == into:
        raise Refused("An incident cannot be merged into itself. Name another one.")
    first, second = sorted(
        (number, into)
    )  # Always locked in this order, so that two merges cannot wait for each other.
    locked = {key: work.incident(key) for key in (first, second)}
    incident, target = locked[number], locked[into]
    lifecycle.check_ending(incident.phase, Phase.MERGED)
    if not target.phase.is_open:
        raise Refused(f"{target.key} is {target.phase.value}. Merge into an open incident.")
    if incident.private != target.private:
        raise Refused("A private and a public incident cannot be merged: the public one would tell of the private one.")
    _nothing_runs(work, policy, incident)
    work.note(incident, EntryKind.MERGED, "", by=by, data={"into": target.key, "from": incident.phase.value})
    work.note(
        target,
        EntryKind.MERGED,
        "",
        by=by,
        data={"merged": incident.key} | ({} if target.private else {"title": incident.title}),
    )
    _end(work, incident, Phase.MERGED, by=by)
    incident.merged_into = target.id
    reviews.waive(work, incident=incident, by=by)
    say(
        work,
        incident,
        "merged",
        {"by": by, "key": target.key} | ({} if target.private else {"room": target.room}),
        aloud=True,
    )
    # Who is in one private room is not in the other: neither learns what the other is called, or where it is.
    say(
        work,
        target,
        "merged_here",
        {"by": by, "key": incident.key} | ({} if target.private else {"room": incident.room}),
    )
    redraw(work, incident, outside=True)
    redraw(work, target, outside=True)
    return incident


def reopen(work: Work, *, policy: Policy, number: int, by: str, reason: str) -> Incident:
    """It was not over. The phase after reopening is the table's."""
    incident = work.incident(number)
    if incident.phase.is_open:
        raise Refused(f"It is open, in {incident.phase.value}.")
    reason = wording.paragraph(reason, "reason")
    here, there = incident.phase, lifecycle.MOVES[incident.phase][0]
    work.note(incident, EntryKind.REOPENED, reason, by=by, data={"from": here.value, "to": there.value})
    incident.phase, incident.phase_since = there, work.now
    incident.closed_at = incident.closed_by = incident.merged_into = None
    # It was not contained and not verified after all; the timeline keeps what was said.
    incident.contained_at = incident.verified_at = incident.verified_by = None
    incident.containment = incident.verification = ""
    reviews.begin_again(work, policy=policy, incident=incident)
    say(work, incident, "reopened", {"by": by, "reason": reason}, aloud=True)
    redraw(work, incident, outside=True)
    return incident


def _enter(work: Work, incident: Incident, phase: Phase, *, by: str) -> None:
    entry = work.note(incident, EntryKind.PHASE, "", by=by, data={"from": incident.phase.value, "to": phase.value})
    incident.phase, incident.phase_since = phase, entry.at


def _nothing_runs(work: Work, policy: Policy, incident: Incident) -> None:
    """Refuse to let an incident go whose regulatory clocks run: they would be forgotten with it."""
    work.session.flush()
    gaps = duties.missing_to_dismiss(queries.record(work.session, incident.id), policy, work.now)
    if gaps:
        raise NotReady(gaps)


def _end(work: Work, incident: Incident, end: Phase, *, by: str) -> None:
    incident.phase, incident.phase_since = end, work.now
    incident.closed_at, incident.closed_by = work.now, by


def _not_ahead(at: datetime, now: datetime) -> None:
    if at > now:
        raise Refused("That time is still to come. Give the time at which it happened.")


def _overtaken(work: Work, incident: Incident) -> str:
    """Who moved it first, and how long ago."""
    last = work.session.scalars(
        select(Entry)
        .where(Entry.incident_id == incident.id)
        .where(Entry.data["to"].as_string() == incident.phase.value)
        .order_by(Entry.seq.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return f"Somebody was faster: it is in {incident.phase.value} now."
    seconds = int((work.now - last.recorded_at).total_seconds())
    ago = f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
    return f"<@{last.by}> moved this to {incident.phase.value} {ago} ago."
