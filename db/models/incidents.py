"""An incident as it stands, and what happened in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import Answer, EntryKind, Kind, Phase, Remedy
from db.models.base import Base, BigId, SlackId, SlackTs, Utc, word


class Counter(Base):
    """The next number of a gapless row of numbers. An auditor counts them, so a rolled-back declare leaves no hole."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class Incident(Base):
    """One incident, as it stands now. Its history is its timeline."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "ix_incidents_open",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_incidents_unsealed",
            "id",
            sqlite_where=text("seals = 0"),
            postgresql_where=text("seals = 0"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(32))
    severity_confirmed_at: Mapped[datetime | None]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    phase: Mapped[Phase] = mapped_column(word(Phase))
    phase_since: Mapped[datetime]
    private: Mapped[bool] = mapped_column(Boolean)
    drill: Mapped[bool] = mapped_column(Boolean)
    declared_by: Mapped[str] = mapped_column(SlackId)
    declared_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(SlackId)
    customer_data: Mapped[Answer] = mapped_column(word(Answer))
    personal_data: Mapped[Answer] = mapped_column(word(Answer))
    service_affecting: Mapped[Answer] = mapped_column(word(Answer))
    contained_at: Mapped[datetime | None]
    containment: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(SlackId)
    verification: Mapped[str] = mapped_column(Text, default="")
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    origin: Mapped[str | None] = mapped_column(String(120), unique=True)
    room: Mapped[str | None] = mapped_column(SlackId, unique=True)
    room_name: Mapped[str | None] = mapped_column(String(80))
    room_archived: Mapped[bool] = mapped_column(Boolean, default=False)
    room_lost: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    card_ts: Mapped[str | None] = mapped_column(SlackTs)
    announced_in: Mapped[str | None] = mapped_column(SlackId)
    announcement_ts: Mapped[str | None] = mapped_column(SlackTs)
    legal_hold: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    entries: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    noted_at: Mapped[datetime | None]
    seals: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    seal: Mapped[str] = mapped_column(String(64), default="", server_default="")

    @property
    def key(self) -> str:
        """What people call it: `INC-7`."""
        return f"INC-{self.id}"


class Role(Base):
    """Who holds a role now."""

    __tablename__ = "roles"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId, index=True)
    since: Mapped[datetime]


class Member(Base):
    """Who is in an incident's room, or was: the people who may see a private incident.

    Slack promises no order of events, so a row remembers as of when it is true, and an older event changes nothing.
    """

    __tablename__ = "members"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    present: Mapped[bool] = mapped_column(Boolean)
    as_of: Mapped[datetime]


class Entry(Base):
    """One line of a timeline. Never changed, never deleted; `db.timeline` says how the hashes are made.

    The one exception: a redaction takes out `text` and `data`, says when, and leaves the hashes.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("incident_id", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    kind: Mapped[EntryKind] = mapped_column(word(EntryKind))
    by: Mapped[str] = mapped_column(SlackId)
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    redacted_at: Mapped[datetime | None]
    hash: Mapped[str] = mapped_column(String(64))


class Pin(Base):
    """A message that was put on a timeline: at most once on each, however many people react to it."""

    __tablename__ = "pins"

    channel: Mapped[str] = mapped_column(SlackId, primary_key=True)
    ts: Mapped[str] = mapped_column(SlackTs, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, index=True)
    text: Mapped[str] = mapped_column(Text)
    edited_ts: Mapped[str | None] = mapped_column(SlackTs)
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)


class Deployment(Base):
    """The deployment that an incident came after, and what was decided about it; undecided without a `remedy`."""

    __tablename__ = "deployments"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    named_by: Mapped[str] = mapped_column(SlackId)
    named_at: Mapped[datetime]
    remedy: Mapped[Remedy | None] = mapped_column(word(Remedy))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(SlackId)
    decided_at: Mapped[datetime | None]
