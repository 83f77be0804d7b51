"""The rows that are no incident's: the risk register, what happened to it, and who was refused what."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import export
from bot.evidence.order import Period
from bot.evidence.packing import Cells
from db import risks
from db.models import Audit, Incident, RiskEntry


def register(session: Session, *, private: bool) -> Iterator[Cells]:
    """The register as it stands; a private incident is one that showed a risk, and no more."""
    linked = risks.links(session, seen=risks.seen_by(None) if private else risks.public())
    for one in sorted(risks.register(session, closed=True), key=lambda risk: risk.id):
        yield {
            "risk": one.key,
            "title": one.title,
            "category": one.category,
            "likelihood": one.likelihood,
            "impact": one.impact,
            "likelihood_after": one.likelihood_after,
            "impact_after": one.impact_after,
            "score": one.score,
            "treatment": one.treatment.value,
            "owner": one.owner,
            "review_on": one.review_on.isoformat(),
            "state": one.state.value,
            "controls": ", ".join(one.controls),
            "incidents": ", ".join(link.key for link in linked.get(one.id, ())),
        }


def risk_history(session: Session, period: Period, *, private: bool) -> Iterator[Cells]:
    """What happened to the risks in the period. What comes from a private incident says neither who nor what."""
    hidden = _hidden(session, private=private)
    question = select(RiskEntry).where(RiskEntry.at >= period.begins_at, RiskEntry.at < period.ends_at)
    for row in session.scalars(question.order_by(RiskEntry.risk_id, RiskEntry.id)):
        shown = row.data.get("incident") not in hidden
        yield {
            "risk": f"R-{row.risk_id}",
            "at": export.time(row.at),
            "what": row.kind.value,
            "by": row.by if shown else None,
            "text": row.text if shown else None,
        }


def _hidden(session: Session, *, private: bool) -> set[int]:
    """The incidents of whose people nothing is said."""
    return set() if private else set(session.scalars(select(Incident.id).where(Incident.private)))


def access(session: Session, period: Period, *, private: bool) -> Iterator[Cells]:
    """Who was refused what, and what administrators did. In a private incident not who: hardly anybody else is refused there."""
    hidden = _hidden(session, private=private)
    question = select(Audit).where(Audit.at >= period.begins_at, Audit.at < period.ends_at).order_by(Audit.at, Audit.id)
    for row in session.scalars(question):
        yield {
            "at": export.time(row.at),
            "user": None if row.incident_id in hidden else row.user,
            "what": row.what,
            "incident": f"INC-{row.incident_id}" if row.incident_id else None,
            "allowed": row.allowed,
        }
