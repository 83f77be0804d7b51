"""What is still to be brought to the world, and what came from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Integer, SmallInteger, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import EffectState
from db.models.base import Base, BigId, Utc, word


class Effect(Base):
    """Something the world must hear, written in the transaction that made it true. `db.outbox` has its verbs."""

    __tablename__ = "effects"
    __table_args__ = (
        Index(
            "uq_effects_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_effects_lane_unsettled",
            "lane",
            "id",
            sqlite_where=text("state IN ('waiting', 'leased')"),
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index(
            "ix_effects_dead",
            "incident_id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    lane: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(64))
    urgency: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[EffectState] = mapped_column(word(EffectState))
    told_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    leased_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    seal: Mapped[str | None] = mapped_column(String(32))


# Literals, not parameters: only from these can the databases tell that a partial index holds every row that is asked for,
# and not read the millions that are done.
UNSETTLED: list[ColumnElement[str]] = [
    literal_column(f"'{state.value}'") for state in (EffectState.WAITING, EffectState.LEASED)
]


DEAD: ColumnElement[str] = literal_column(f"'{EffectState.DEAD.value}'")


class SeenEvent(Base):
    """An event of Slack's that was handled: Slack promises neither order nor uniqueness, but a unique `event_id`."""

    __tablename__ = "seen_events"

    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc(), index=True)


class Outage(Base):
    """A time in which a service we depend on did not answer. At most one of each service goes on at a time."""

    __tablename__ = "outages"
    __table_args__ = (
        Index(
            "uq_outages_going_on",
            "service",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    service: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]
    failed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
