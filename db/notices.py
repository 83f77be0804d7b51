"""Questions about what customers are told, and about who subscribes to it."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.enums import CustomerUpdateState
from db.models import CustomerUpdate, Incident, Notice, Subscriber
from db.records import CustomerUpdateRecord, PublicIncident, PublicUpdate

PAGE = "page"
WITHDRAWN = "This update was withdrawn."


def update(session: Session, update_id: int) -> CustomerUpdateRecord | None:
    """One text for customers, whatever became of it."""
    row = session.get(CustomerUpdate, update_id)
    return None if row is None else _record(row)


def updates(session: Session, number: int) -> list[CustomerUpdateRecord]:
    """What was published of an incident, the oldest first."""
    question = (
        select(CustomerUpdate)
        .where(CustomerUpdate.incident_id == number, CustomerUpdate.state == CustomerUpdateState.PUBLISHED)
        .order_by(CustomerUpdate.published_at, CustomerUpdate.id)
    )
    return [_record(row) for row in session.scalars(question)]


def draft(session: Session, number: int) -> CustomerUpdateRecord | None:
    """The draft that waits to be published, if there is one."""
    notice = session.get(Notice, number)
    return None if notice is None or notice.draft is None else update(session, notice.draft)


def due(session: Session, now: datetime) -> list[Notice]:
    """The incidents of which customers should have been told more by now, the longest due first."""
    return list(
        session.scalars(
            select(Notice).where(Notice.next_due_at <= now).order_by(Notice.next_due_at, Notice.incident_id)
        )
    )


def public(session: Session) -> tuple[PublicIncident, ...]:
    """What the status page shows: published on it, never of a drill. The incident told of last comes first.

    An update that was redacted still says its stage, and of its words that they were withdrawn; an incident of which
    all were redacted is gone.
    """
    told = (CustomerUpdateState.PUBLISHED, CustomerUpdateState.REDACTED)
    question = (
        select(Notice.uid, CustomerUpdate)
        .join(CustomerUpdate, CustomerUpdate.incident_id == Notice.incident_id)
        .join(Incident, Incident.id == Notice.incident_id)
        .where(CustomerUpdate.state.in_(told), Incident.drill.is_(False))
        .order_by(Notice.uid, CustomerUpdate.published_at, CustomerUpdate.id)
    )
    shown = ((uid, row) for uid, row in session.execute(question) if PAGE in row.targets)
    incidents = []
    for uid, pairs in groupby(shown, key=lambda pair: pair[0]):
        rows = [row for _, row in pairs]
        titles = [row.title for row in rows if row.title]
        if titles:
            incidents.append(PublicIncident(uid=uid, updates=tuple(_public(row, titles[-1]) for row in rows)))
    return tuple(sorted(incidents, key=lambda incident: incident.newest.at, reverse=True))


def public_version(session: Session) -> tuple[int, int]:
    """Differs whenever `public` may: how many updates were published, and the newest of them."""
    is_public = CustomerUpdate.state == CustomerUpdateState.PUBLISHED
    count, newest = session.execute(select(func.count(), func.max(CustomerUpdate.id)).where(is_public)).one()
    return count, newest or 0


def confirmed_subscribers(session: Session, *, after: int, limit: int) -> list[int]:
    """The ids of the subscribers who confirmed, in their order, from the one after `after` on."""
    question = select(Subscriber.id).where(Subscriber.id > after, Subscriber.confirmed_at.is_not(None))
    return list(session.scalars(question.order_by(Subscriber.id).limit(limit)))


def count_subscribers(session: Session) -> int:
    """How many have confirmed."""
    return session.scalar(select(func.count()).where(Subscriber.confirmed_at.is_not(None))) or 0


def _record(row: CustomerUpdate) -> CustomerUpdateRecord:
    return CustomerUpdateRecord(
        id=row.id,
        uid=row.uid,
        incident_id=row.incident_id,
        state=row.state,
        stage=row.stage,
        title=row.title,
        text=row.text,
        components=dict(row.components),
        targets=tuple(row.targets),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        approved_by=row.approved_by,
        published_at=row.published_at,
        next_due_at=row.next_due_at,
    )


def _public(row: CustomerUpdate, title: str) -> PublicUpdate:
    assert row.published_at is not None
    return PublicUpdate(
        uid=row.uid,
        stage=row.stage,
        title=row.title or title,
        text=row.text or WITHDRAWN,
        components=dict(row.components),
        at=row.published_at,
    )
