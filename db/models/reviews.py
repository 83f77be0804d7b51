"""What is learned of an incident: its review, what contributed to it, and what is to be done."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import ActionKind, ActionPriority, ActionState, FactorKind, ReviewState, Tracker
from db.models.base import Base, BigId, SlackId, word

# Literals, not parameters: only from these can the databases tell that a partial index holds every row that is asked for.
OPEN_REVIEW: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in ReviewState if state.is_open]
OPEN_ACTION: ColumnElement[str] = literal_column(f"'{ActionState.OPEN.value}'")


class Review(Base):
    """The post-incident review: what only people know. The rest of the document comes from the record."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "ix_reviews_due",
            "due_at",
            sqlite_where=text("state IN ('draft', 'in_review')"),
            postgresql_where=text("state IN ('draft', 'in_review')"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    state: Mapped[ReviewState] = mapped_column(word(ReviewState))
    owner: Mapped[str] = mapped_column(SlackId, index=True)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(SlackId)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    impact: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime | None]
    customers_percent: Mapped[float | None] = mapped_column(Float)
    customers_count: Mapped[int | None] = mapped_column(BigInteger)
    data_lost: Mapped[str] = mapped_column(Text, default="", server_default="")
    money: Mapped[str] = mapped_column(Text, default="", server_default="")
    trigger: Mapped[str] = mapped_column(Text, default="", server_default="")
    detection: Mapped[str] = mapped_column(Text, default="", server_default="")
    prevention: Mapped[str] = mapped_column(Text, default="", server_default="")
    went_well: Mapped[str] = mapped_column(Text, default="")
    went_badly: Mapped[str] = mapped_column(Text, default="")
    luck: Mapped[str] = mapped_column(Text, default="")
    no_actions_because: Mapped[str] = mapped_column(Text, default="")
    timeline_read_by: Mapped[str | None] = mapped_column(SlackId)
    pages: Mapped[list[str]] = mapped_column(JSON, default=list)
    files: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    canvas: Mapped[str | None] = mapped_column(SlackId)
    canvas_refused: Mapped[str] = mapped_column(String(64), default="", server_default="")
    chase_round: Mapped[int] = mapped_column(Integer, default=1)
    snoozed_until: Mapped[datetime | None]


class Factor(Base):
    """Something that contributed to an incident: one of several, never a person. `whys` are the answers to five whys."""

    __tablename__ = "factors"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    kind: Mapped[FactorKind] = mapped_column(word(FactorKind))
    text: Mapped[str] = mapped_column(Text)
    root_cause: Mapped[bool] = mapped_column(Boolean, default=False)
    whys: Mapped[list[str]] = mapped_column(JSON, default=list)


class Signature(Base):
    """Somebody signed a version of a review, in a role. Those of a version that was changed again are taken away."""

    __tablename__ = "signatures"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]


class ReviewVersion(Base):
    """A review as it was signed. Its hash is on the timeline too; a redaction takes out the document and leaves the hash."""

    __tablename__ = "review_versions"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]
    redacted_at: Mapped[datetime | None]


class Action(Base):
    """A follow-up action with an owner and a date. `tracker` says where it is an issue, too, and `url` leads there."""

    __tablename__ = "actions"
    __table_args__ = (
        Index("ix_actions_due", "due_on", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(SlackId, index=True)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[ActionState] = mapped_column(word(ActionState))
    kind: Mapped[ActionKind] = mapped_column(word(ActionKind), default=ActionKind.PREVENT, server_default="prevent")
    priority: Mapped[ActionPriority] = mapped_column(
        word(ActionPriority), default=ActionPriority.MEDIUM, server_default="medium"
    )
    rejected_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    proof: Mapped[str] = mapped_column(Text, default="", server_default="")
    tracker: Mapped[Tracker | None] = mapped_column(word(Tracker))
    url: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[str] = mapped_column(SlackId)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    chase_round: Mapped[int] = mapped_column(Integer, default=1)
    snoozed_until: Mapped[datetime | None]
