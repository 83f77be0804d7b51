"""Questions about one person: what waits for them, which roles they hold, who has Home open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from db.enums import ReviewState
from db.models import OPEN_ACTION, OPEN_REVIEW, Action, Home, Incident, Review, Role, Signature, SlackId
from db.outbox import WATCHED
from db.queries import may_see
from db.reading import Rows, pictured
from db.records import ActionRecord, HeldRecord, IncidentRecord, Record, ReviewRecord, SignatureRecord

# Home asks all of this each time that something changes, for everybody who has it open: the statements are built once.
_USER = bindparam("user", type_=SlackId)
_DRAFTS = Rows(
    ReviewRecord,
    Review,
    Review.owner == _USER,
    Review.state == ReviewState.DRAFT,
    exists().where(Incident.id == Review.incident_id, may_see(_USER)),
    order=[Review.due_at, Review.incident_id],
)
_ACTIONS = Rows(
    ActionRecord,
    Action,
    Action.owner == _USER,
    Action.state == OPEN_ACTION,
    exists().where(Incident.id == Action.incident_id, may_see(_USER)),
    order=[Action.due_on, Action.id],
)
_HELD = (
    select(Incident.id, Incident.drill, Incident.room, Role.role)
    .join(Role, Role.incident_id == Incident.id)
    .where(Incident.closed_at.is_(None), Role.user == _USER)
    .order_by(Incident.id.desc(), Role.role)
)
_IN_REVIEW = (
    select(Incident, Review)
    .join(Review, Review.incident_id == Incident.id)
    .where(Review.state.in_(OPEN_REVIEW), Review.state == ReviewState.IN_REVIEW, may_see(_USER))
    .where(or_(Review.owner == _USER, exists().where(Role.incident_id == Incident.id, Role.user == _USER)))
    .order_by(Review.due_at, Review.incident_id)
)


def drafts_of(session: Session, user: str) -> tuple[ReviewRecord, ...]:
    """The drafts of reviews that this person owns, of what they may see; the first due first."""
    return _DRAFTS(session, user=user)


def actions_of(session: Session, user: str) -> tuple[ActionRecord, ...]:
    """The open actions that this person owes, of what they may see; the first due first."""
    return _ACTIONS(session, user=user)


def in_review(session: Session, user: str) -> list[Record]:
    """The reviews in review of which this person might sign: they own it, or hold a role; of what they may see.

    The records hold the incident, its roles, its review and the signatures, and nothing else.
    """
    found = session.execute(_IN_REVIEW, {"user": user}).all()
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


def roles_held(session: Session, user: str) -> list[HeldRecord]:
    """The roles that this person holds in incidents that are open; the newest incident first."""
    rows = session.connection().execute(_HELD, {"user": user})
    return [HeldRecord(incident_id=row[0], drill=row[1], room=row[2], role=row[3]) for row in rows]


def homes_open(session: Session, now: datetime) -> list[str]:
    """Who has opened Home lately and may be looking at it, in the order of their ids."""
    return list(session.scalars(select(Home.user).where(Home.opened_at > now - WATCHED).order_by(Home.user)))


def _by_incident(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(row)
    return found
