"""What is taken out again: single texts, what somebody wrote, and what was kept long enough. The chains still verify."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, delete, or_, select, update

from bot.effects import Say, SendMail
from bot.errors import Refused
from bot.policy import Duration, Policy
from bot.workflows import answers, customers, deployments, permissions, risks, wording
from bot.workflows.telling import redraw
from db import settled, timeline
from db.enums import EffectState, EntryKind
from db.models import (
    Action,
    AnchorTime,
    Audit,
    Base,
    Decision,
    Effect,
    Entry,
    Factor,
    Filing,
    Incident,
    Person,
    Pin,
    Reader,
    Review,
    ReviewVersion,
)
from db.store import Work

GONE = "[redacted]"
# What people wrote about regulatory clocks, besides the text of a notification.
_CLOCK_TEXTS: tuple[tuple[type[Base], str], ...] = (
    (AnchorTime, "why"),
    (Filing, "reasons"),
    (Filing, "withdrawn_because"),
    (Decision, "reason"),
    (Decision, "withdrawn_because"),
)
_SENT: tuple[type[Base], str] = (Filing, "text")
SETTLED = (EffectState.DONE, EffectState.DEAD)
OF_ITS_OWN = "kept for as long as the policy says"


def redact(work: Work, *, number: int, seq: int, by: str, reason: str) -> None:
    """Take out what one entry says; who did it and why is a new entry."""
    incident = work.incident(number)
    reason = wording.paragraph(reason, "reason")
    entry = work.session.scalars(select(Entry).where(Entry.incident_id == number, Entry.seq == seq)).one_or_none()
    if entry is None:
        raise Refused(f"{incident.key} has no entry {seq}: its timeline has {incident.entries}.")
    if entry.redacted_at is not None:
        raise Refused(f"Entry {seq} of {incident.key} is redacted already.")
    _take_out(work, incident, [entry], by=by, reason=reason)
    permissions.record(work, user=by, what="redact", number=number, allowed=True)
    redraw(work, incident, document=True)


def forget(work: Work, *, user: str, by: str, reason: str) -> int:
    """Take out a person's data: name and address, what they wrote, and where others name them. How many entries.

    Their Slack id stays as a pseudonym: without it nobody could tell who held a role. Incidents under legal hold are
    left as they are.
    """
    reason = wording.paragraph(reason, "reason")
    for number in sorted(set(work.session.scalars(select(Reader.incident_id).where(Reader.slack == user)))):
        work.incident(number)
    work.session.execute(delete(Person).where(Person.user == user))
    work.session.execute(update(Reader).where(Reader.slack == user).values(name=user, email=None))
    mention = f"%<@{user}>%"
    theirs = select(Entry).where(
        Entry.redacted_at.is_(None), Entry.text != "", or_(Entry.by == user, Entry.text.like(mention))
    )
    taken = 0
    for number in sorted({entry.incident_id for entry in work.session.scalars(theirs)}):
        incident = work.incident(number)
        if incident.legal_hold:
            continue
        entries = work.session.scalars(theirs.where(Entry.incident_id == number).order_by(Entry.seq)).all()
        taken += _take_out(work, incident, entries, by=by, reason=reason)
        redraw(work, incident, document=True)
    taken += risks.forget(work, user=user, by=by, reason=reason)
    customers.forget_drafts(work, by=user)
    permissions.record(work, user=by, what="forget", number=None, allowed=True)
    return taken


def hold(work: Work, *, number: int, on: bool, by: str, reason: str) -> None:
    """Put an incident under legal hold, or end it: nothing of it is redacted or expires meanwhile."""
    incident = work.incident(number)
    if incident.legal_hold is on:
        raise Refused(f"{incident.key} is {'' if on else 'not '}under legal hold already.")
    incident.legal_hold = on
    work.note(incident, EntryKind.NOTE, wording.paragraph(reason, "reason"), by=by, data={"legal_hold": on})
    permissions.record(work, user=by, what="hold", number=number, allowed=True)


def expire(work: Work, *, policy: Policy) -> int:
    """Let go of what was kept as long as the policy says; how many things."""
    kept = policy.retention
    gone = 0
    if kept.effects:
        done = Effect.state == EffectState.DONE
        gone += _delete(work, delete(Effect).where(done, Effect.settled_at < _before(work, policy, kept.effects)))
    if kept.audits:
        gone += _delete(work, delete(Audit).where(Audit.at < _before(work, policy, kept.audits)))
    if kept.texts:
        over = Incident.closed_at < _before(work, policy, kept.texts)
        for number in work.session.scalars(select(Incident.id).where(over, Incident.legal_hold.is_(False))).all():
            gone += _expire_texts(work, number)
    return gone


def _expire_texts(work: Work, number: int) -> int:
    incident = work.incident(number)
    says_something = or_(Entry.text != "", Entry.kind == EntryKind.MERGED)  # A merge names the other's title.
    written = select(Entry).where(
        Entry.incident_id == number, Entry.redacted_at.is_(None), says_something, Entry.kind != EntryKind.REDACTED
    )
    taken = _take_out(work, incident, work.session.scalars(written).all(), by="tocsin", reason=OF_ITS_OWN)
    customers.forget_drafts(work, number=number)
    if taken:
        incident.title, incident.summary, incident.containment, incident.verification = GONE, "", "", ""
        incident.room_name = None  # It was made from the title.
        review = work.session.get(Review, number)
        if review is not None:
            for name in answers.TEXTS:
                setattr(review, name, GONE if getattr(review, name) else "")
        for factor in work.session.scalars(select(Factor).where(Factor.incident_id == number)):
            factor.text, factor.whys = GONE, []
        for action in work.session.scalars(select(Action).where(Action.incident_id == number)):
            action.text, action.rejected_because, action.proof = GONE, "", ""
        for table, name in (*_CLOCK_TEXTS, _SENT):
            column = table.__table__.c[name]
            mine = table.__table__.c.incident_id == number
            work.session.execute(update(table).where(mine, column != "").values({name: GONE}))
    return taken


def _take_out(work: Work, incident: Incident, entries: Iterable[Entry], *, by: str, reason: str) -> int:
    if incident.legal_hold:
        raise Refused(f"{incident.key} is under legal hold: nothing of it may be taken out.")
    taken = 0
    updates: list[int] = []
    for entry in entries:
        if entry.kind is EntryKind.CUSTOMERS and "update" in entry.data:
            updates.append(entry.data["update"])
        if entry.kind is EntryKind.DEPLOYMENT:
            deployments.redact(work, number=incident.id, texts={entry.text, entry.data.get("what", "")})
        texts = {entry.text, entry.data.get("was", "")}
        for pin in work.session.scalars(select(Pin).where(Pin.incident_id == incident.id, Pin.text.in_(texts - {""}))):
            pin.text = GONE
        _take_out_of_clocks(work, incident, texts - {""}, entry.data.get("text_hash"))
        if entry.kind is EntryKind.RISK and entry.text:
            risks.redacted(work, incident=incident, texts={entry.text}, by=by, reason=reason)
        timeline.redact(work.session, incident, entry, by=by, reason=reason, now=work.now)
        taken += 1
    customers.redacted(work, incident=incident, updates=updates)
    if taken:  # A signed document quotes the timeline. Its hash stays, on the timeline and here.
        signed = select(ReviewVersion).where(
            ReviewVersion.incident_id == incident.id, ReviewVersion.redacted_at.is_(None)
        )
        for version in work.session.scalars(signed):
            version.document, version.redacted_at = "", work.now
    said = select(Effect).where(
        Effect.incident_id == incident.id, Effect.state.in_(SETTLED), Effect.kind.in_((Say.__name__, SendMail.__name__))
    )
    for effect in work.session.scalars(said):  # How it read is not kept beside the timeline, nor said after all.
        effect.payload, effect.state = {}, EffectState.DONE
        settled.seal(effect)
    return taken


def _take_out_of_clocks(work: Work, incident: Incident, texts: set[str], text_hash: str | None = None) -> None:
    """What was written about regulatory clocks stands in their own rows, too. Times, references and hashes stay."""
    for table, name in _CLOCK_TEXTS:
        column = table.__table__.c[name]
        mine = table.__table__.c.incident_id == incident.id
        work.session.execute(update(table).where(mine, column.in_(texts)).values({name: GONE}))
    if text_hash:
        mine = Filing.incident_id == incident.id
        work.session.execute(update(Filing).where(mine, Filing.text_hash == text_hash).values(text=GONE))


def _before(work: Work, policy: Policy, kept: Duration) -> datetime:
    """The moment before which something was over that is let go now."""
    return work.now - (kept.after(work.now, policy.calendar) - work.now)


def _delete(work: Work, question: Delete) -> int:
    result = cast("CursorResult[Any]", work.session.execute(question))
    return result.rowcount
