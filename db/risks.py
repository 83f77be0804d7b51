"""The risk register: its questions."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session

from db import queries
from db.enums import ActionState, Kind, Phase, RiskState
from db.models import OPEN_RISK, Action, Incident, Person, Review, Risk, RiskAction, RiskEntry, RiskLink, Utc
from db.reading import Rows, pictured
from db.records import ActionRecord, LinkRecord, RiskEntryRecord, RiskRecord, RiskSheet

NUMBERS = "risk"
# Ends that say that it did not happen, or that it is told elsewhere.
NOT_COUNTED = (Phase.DISMISSED, Phase.MERGED)


def register(session: Session, *, closed: bool = False) -> list[RiskRecord]:
    """The risks, the highest first; with `closed` those that are none any more, too, at the end."""
    question = select(Risk) if closed else select(Risk).where(Risk.state == OPEN_RISK)
    found = [pictured(RiskRecord, row) for row in session.scalars(question)]
    return sorted(found, key=lambda risk: (risk.state is RiskState.CLOSED, -risk.score, -risk.before, risk.id))


def risk(session: Session, number: int) -> RiskRecord | None:
    """One risk."""
    row = session.get(Risk, number)
    return None if row is None else pictured(RiskRecord, row)


def locked(session: Session, number: int) -> Risk | None:
    """The risk, locked until this transaction ends, so that changes of it come one after the other."""
    question = select(Risk).where(Risk.id == number).with_for_update().execution_options(populate_existing=True)
    return session.scalars(question).one_or_none()


def history(session: Session, number: int) -> tuple[RiskEntryRecord, ...]:
    """What happened to a risk, the oldest first."""
    rows = session.scalars(select(RiskEntry).where(RiskEntry.risk_id == number).order_by(RiskEntry.id))
    return tuple(pictured(RiskEntryRecord, row) for row in rows)


def links(
    session: Session, *, seen: ColumnElement[bool], risk_ids: Collection[int] | None = None
) -> dict[int, tuple[LinkRecord, ...]]:
    """The incidents of each risk, the newest first. `seen` says which of them the reader may know."""
    question = (
        select(RiskLink.risk_id, Incident.id, Incident.declared_at, seen, Incident.drill, Incident.phase)
        .join(Incident, Incident.id == RiskLink.incident_id)
        .order_by(RiskLink.risk_id, Incident.id.desc())
    )
    if risk_ids is not None:
        question = question.where(RiskLink.risk_id.in_(sorted(risk_ids)))
    found: dict[int, tuple[LinkRecord, ...]] = {}
    for risk_id, number, declared_at, is_seen, drill, phase in session.execute(question):
        record = LinkRecord(
            risk_id=risk_id,
            incident_id=number,
            declared_at=declared_at,
            seen=bool(is_seen),
            counts=not drill and phase not in NOT_COUNTED,
        )
        found[risk_id] = (*found.get(risk_id, ()), record)
    return found


def sheet(session: Session, number: int, *, seen: ColumnElement[bool]) -> RiskSheet | None:
    """A risk with all that belongs to it and that the reader may know."""
    found = risk(session, number)
    if found is None:
        return None
    return RiskSheet(
        risk=found,
        links=links(session, seen=seen, risk_ids=[number]).get(number, ()),
        prevention=tuple(prevention(session, number, seen=seen)),
        actions=tuple(actions(session, number, seen=seen)),
        hidden_actions=hidden_actions(session, number, seen=seen),
        history=history(session, number),
    )


def orphaned(session: Session) -> list[str]:
    """The keys of open risks whose owners are known to have left."""
    question = select(Risk.id).join(Person, Person.user == Risk.owner)
    found = session.scalars(question.where(Risk.state == OPEN_RISK, Person.active.is_(False)).order_by(Risk.id))
    return [f"R-{number}" for number in found]


def whole(session: Session, *, seen: ColumnElement[bool]) -> list[RiskSheet]:
    """All risks with all that belongs to them, closed ones at the end."""
    found = (sheet(session, risk.id, seen=seen) for risk in register(session, closed=True))
    return [one for one in found if one is not None]


def security_incidents(session: Session, *, seen: ColumnElement[bool]) -> list[int]:
    """The security incidents that happened, as far as the reader may know."""
    question = select(Incident.id).where(Incident.kind == Kind.SECURITY, Incident.drill.is_(False), seen)
    return list(session.scalars(question.where(Incident.phase.not_in(NOT_COUNTED)).order_by(Incident.id)))


def seen_by(viewer: str | None) -> ColumnElement[bool]:
    """Which incidents a person may know; without a viewer all of them."""
    return true() if viewer is None else queries.may_see(viewer)


def public() -> ColumnElement[bool]:
    """Which incidents everybody may know."""
    return Incident.private.is_(False)


def risks_of(session: Session, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The open risks that these incidents showed, by incident."""
    question = (
        select(RiskLink.incident_id, RiskLink.risk_id)
        .join(Risk, Risk.id == RiskLink.risk_id)
        .where(RiskLink.incident_id.in_(sorted(numbers)), Risk.state == OPEN_RISK)
        .order_by(RiskLink.risk_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for number, risk_id in session.execute(question):
        found[number] = (*found.get(number, ()), risk_id)
    return found


def prevention(session: Session, number: int, *, seen: ColumnElement[bool]) -> list[tuple[int, str]]:
    """What the reviews of a risk's incidents say about keeping it from happening again, the newest first."""
    question = (
        select(Review.incident_id, Review.prevention)
        .join(RiskLink, RiskLink.incident_id == Review.incident_id)
        .join(Incident, Incident.id == Review.incident_id)
        .where(RiskLink.risk_id == number, Review.prevention != "", seen)
        .order_by(Review.incident_id.desc())
    )
    return [(incident, text) for incident, text in session.execute(question)]


def actions(session: Session, number: int, *, seen: ColumnElement[bool]) -> list[tuple[ActionRecord, bool]]:
    """The actions that treat a risk, and the open ones of its incidents that might; whether each does. Those that are seen."""
    treats = exists().where(RiskAction.risk_id == number, RiskAction.action_id == Action.id)
    of_its_incidents = exists().where(RiskLink.risk_id == number, RiskLink.incident_id == Action.incident_id)
    question = (
        select(Action, treats)
        .join(Incident, Incident.id == Action.incident_id)
        .where(seen, or_(treats, of_its_incidents & (Action.state == ActionState.OPEN)))
        .order_by(Action.id)
    )
    return [(pictured(ActionRecord, row), bool(does)) for row, does in session.execute(question)]


def hidden_actions(session: Session, number: int, *, seen: ColumnElement[bool]) -> int:
    """How many actions of incidents that the reader may not know treat a risk."""
    question = (
        select(Action.id)
        .join(RiskAction, RiskAction.action_id == Action.id)
        .join(Incident, Incident.id == Action.incident_id)
        .where(RiskAction.risk_id == number, ~seen)
    )
    return len(session.scalars(question).all())


_OVERDUE = Rows(
    RiskRecord,
    Risk,
    Risk.state == OPEN_RISK,
    Risk.review_on < bindparam("today", type_=Date()),
    or_(Risk.snoozed_until.is_(None), Risk.snoozed_until <= bindparam("now", type_=Utc())),
    order=(Risk.review_on, Risk.id),
)


def overdue(session: Session, today: date, now: datetime) -> tuple[RiskRecord, ...]:
    """Open risks whose review date has passed (`today` in the team's zone) and that are not asleep."""
    return _OVERDUE(session, today=today, now=now)


def owned_and_due(session: Session, user: str, today: date) -> list[RiskRecord]:
    """The open risks of this person that are to be looked at by today, the longest overdue first."""
    rows = session.scalars(
        select(Risk)
        .where(Risk.owner == user, Risk.state == OPEN_RISK, Risk.review_on <= today)
        .order_by(Risk.review_on, Risk.id)
    )
    return [pictured(RiskRecord, row) for row in rows]
