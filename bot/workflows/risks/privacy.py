"""What is taken out of the register: what an incident's people had redacted, and a person's words and mentions."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select

from bot.effects import Say
from bot.workflows.risks.history import locked_risk, note
from db import settled
from db.enums import EffectState, RiskEntryKind
from db.models import Effect, Incident, Risk, RiskAnswered, RiskEntry
from db.store import Work

GONE = "[redacted]"
SETTLED = (EffectState.DONE, EffectState.DEAD)


def redacted(work: Work, *, incident: Incident, texts: Collection[str], by: str, reason: str) -> None:
    """What was written of the incident's risk was taken out of its timeline: it goes from the register, too."""
    row = work.session.get(RiskAnswered, incident.id)
    if row is not None and row.because in texts:
        row.because = GONE
    written = select(RiskEntry).where(RiskEntry.redacted_at.is_(None), RiskEntry.text.in_(sorted(texts)))
    found = work.session.scalars(written).all()
    ours = [one for one in found if one.data.get("incident") == incident.id or _came_with(work, one, incident)]
    _take_out(work, ours, by=by, reason=reason)


def _came_with(work: Work, entry: RiskEntry, incident: Incident) -> bool:
    """Whether the entry is of the change that also added the incident or took it away: they were given one reason."""
    if "incident" in entry.data:
        return False
    at_once = select(RiskEntry).where(
        RiskEntry.risk_id == entry.risk_id, RiskEntry.at == entry.at, RiskEntry.by == entry.by
    )
    return any(one.data.get("incident") == incident.id for one in work.session.scalars(at_once))


def forget(work: Work, *, user: str, by: str, reason: str) -> int:
    """Take out what a person wrote in histories, and where others name them; how many entries. Not under legal hold."""
    mention = f"<@{user}>"
    answered = select(RiskAnswered.incident_id).where(RiskAnswered.title.like(f"%{mention}%"))
    # Whoever answers locks the incident first, and then its risk.
    for number in work.session.scalars(answered.order_by(RiskAnswered.incident_id)).all():
        work.incident(number)
        row = work.session.get(RiskAnswered, number, populate_existing=True)
        if row is not None:
            row.title = row.title.replace(mention, GONE)
    theirs = select(RiskEntry).where(
        RiskEntry.redacted_at.is_(None),
        RiskEntry.text != "",
        RiskEntry.kind != RiskEntryKind.REDACTED,
        or_(RiskEntry.by == user, RiskEntry.text.like(f"%{mention}%")),
    )
    held = set(work.session.scalars(select(Incident.id).where(Incident.legal_hold)))
    found = [one for one in work.session.scalars(theirs) if one.data.get("incident") not in held]
    taken = _take_out(work, found, by=by, reason=reason)
    named = or_(Risk.title.like(f"%{mention}%"), Risk.description.like(f"%{mention}%"))
    for number in work.session.scalars(select(Risk.id).where(named).order_by(Risk.id)).all():
        risk = locked_risk(work, number)
        risk.title, risk.description = (text.replace(mention, GONE) for text in (risk.title, risk.description))
        _take_out(work, [one for one in _entries(work, number) if mention in str(one.data)], by=by, reason=reason)
    return taken


def _entries(work: Work, number: int) -> Sequence[RiskEntry]:
    mine = select(RiskEntry).where(RiskEntry.risk_id == number, RiskEntry.redacted_at.is_(None))
    return work.session.scalars(mine.order_by(RiskEntry.id)).all()


def _take_out(work: Work, entries: Sequence[RiskEntry], *, by: str, reason: str) -> int:
    for number in sorted({one.risk_id for one in entries}):
        risk = locked_risk(work, number)
        for one in sorted((one for one in entries if one.risk_id == number), key=lambda one: one.id):
            # Which incident it comes from stays: who may not see that one is not told who wrote it.
            data = {"incident": one.data["incident"]} if "incident" in one.data else {}
            one.text, one.data, one.redacted_at = "", data, work.now
            note(work, risk, RiskEntryKind.REDACTED, reason, by=by, data={"entry": one.id})
        _forget_what_was_said(work, number)
    return len(entries)


def _forget_what_was_said(work: Work, number: int) -> None:
    """How its owner was told is not kept beside the history, nor said after all."""
    said = select(Effect).where(Effect.incident_id.is_(None), Effect.kind == Say.__name__, Effect.state.in_(SETTLED))
    for effect in work.session.scalars(said):
        if effect.payload.get("values", {}).get("risk") == number:
            effect.payload, effect.state = {}, EffectState.DONE
            settled.seal(effect)
