"""What customers are told, and who asked to be told."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import CustomerUpdateState, Stage
from db.models.base import Base, BigId, SlackId, Utc, word


class Notice(Base):
    """An incident as customers know it: what the last update told them, and when the next one is due.

    `uid` is its name outside: it says nothing about how many incidents there are. `draft` is the update that waits to be
    published; `due_round` counts the times at which something was due, so that each is reminded of anew.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "next_due_at",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    begun_at: Mapped[datetime]
    stage: Mapped[Stage | None] = mapped_column(word(Stage))
    title: Mapped[str] = mapped_column(Text, default="")
    components: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    told_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    due_round: Mapped[int] = mapped_column(Integer, default=1)
    draft: Mapped[int | None] = mapped_column(BigId)
    statuspage_id: Mapped[str | None] = mapped_column(String(64))


class CustomerUpdate(Base):
    """One text for customers, from draft to published. What was published is never changed, but may be redacted."""

    __tablename__ = "customer_updates"
    __table_args__ = (
        Index(
            "ix_customer_updates_published",
            "published_at",
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    state: Mapped[CustomerUpdateState] = mapped_column(word(CustomerUpdateState))
    stage: Mapped[Stage] = mapped_column(word(Stage))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    components: Mapped[dict[str, str]] = mapped_column(JSON)
    targets: Mapped[list[str]] = mapped_column(JSON)
    drafted_by: Mapped[str] = mapped_column(SlackId)
    drafted_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(SlackId)
    published_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]


class Subscriber(Base):
    """An address that customers' updates are mailed to, once whoever reads it has confirmed that."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    asked_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    confirmed_at: Mapped[datetime | None]


class SubscriberToken(Base):
    """A link in a mail to a subscriber, as the SHA-256 of its token: who reads the database cannot use it."""

    __tablename__ = "subscriber_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(Utc(), index=True)
