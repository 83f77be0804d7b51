"""Questions about one person: what waits for them, which roles they hold, who has Home open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from db.enums import ReviewState
from db.models import OPEN_ACTION, OPEN_REVIEW, Action, Home, Incident, Review, Role, Signature
from db.outbox import WATCHED
from db.queries import may_see
from db.reading import pictured
from db.records import ActionRecord, IncidentRecord, Record, ReviewRecord, SignatureRecord


def drafts_of(session: Session, user: str) -> tuple[ReviewRecord, ...]:
    """The drafts of reviews that this person owns, of what they may see; the first due first."""
    question = (
        select(Review)
        .join(Incident, Incident.id == Review.incident_id)
        .where(Review.owner == user, Review.state == ReviewState.DRAFT, may_see(user))
        .order_by(Review.due_at)
    )
    return tuple(pictured(ReviewRecord, row) for row in session.scalars(question))


def actions_of(session: Session, user: str) -> tuple[ActionRecord, ...]:
    """The open actions that this person owes, of what they may see; the first due first."""
    question = (
        select(Action)
        .join(Incident, Incident.id == Action.incident_id)
        .where(Action.owner == user, Action.state == OPEN_ACTION, may_see(user))
        .order_by(Action.due_on, Action.id)
    )
    return tuple(pictured(ActionRecord, row) for row in session.scalars(question))


def in_review(session: Session, user: str) -> list[Record]:
    """The reviews in review of which this person might sign: they own it, or hold a role; of what they may see.

    The records hold the incident, its roles, its review and the signatures, and nothing else.
    """
    holds_a_role = exists().where(Role.incident_id == Incident.id, Role.user == user)
    question = (
        select(Incident, Review)
        .join(Review, Review.incident_id == Incident.id)
        .where(
            Review.state.in_(OPEN_REVIEW),
            Review.state == ReviewState.IN_REVIEW,
            or_(Review.owner == user, holds_a_role),
            may_see(user),
        )
        .order_by(Review.due_at)
    )
    found = session.execute(question).all()
    numbers = [incident.id for incident, _ in found]
    roles = _by_incident(session.scalars(select(Role).where(Role.incident_id.in_(numbers)))) if numbers else {}
    signed = (
        _by_incident(session.scalars(select(Signature).where(Signature.incident_id.in_(numbers)))) if numbers else {}
    )
    return [
        Record(
            incident=pictured(IncidentRecord, incident),
            review=pictured(ReviewRecord, review),
            roles={row.role: row.user for row in roles.get(incident.id, ())},
            signatures=tuple(
                pictured(SignatureRecord, row)
                for row in signed.get(incident.id, ())
                if row.version == review.version + 1
            ),
        )
        for incident, review in found
    ]


def roles_held(session: Session, user: str) -> list[tuple[IncidentRecord, str]]:
    """The roles that this person holds in incidents that are open; the newest incident first."""
    question = (
        select(Incident, Role.role)
        .join(Role, Role.incident_id == Incident.id)
        .where(Incident.closed_at.is_(None), Role.user == user)
        .order_by(Incident.id.desc(), Role.role)
    )
    return [(pictured(IncidentRecord, incident), role) for incident, role in session.execute(question)]


def homes_open(session: Session, now: datetime) -> list[str]:
    """Who has opened Home lately and may be looking at it, in the order of their ids."""
    return list(session.scalars(select(Home.user).where(Home.opened_at > now - WATCHED).order_by(Home.user)))


def _by_incident(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(row)
    return found
