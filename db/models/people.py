"""What is known of people, and what they were refused or allowed."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigId, SlackId, Utc


class Person(Base):
    """What Slack said about a person, kept so that names need no call."""

    __tablename__ = "people"

    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    zone: Mapped[str | None] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(Boolean)
    bot: Mapped[bool] = mapped_column(Boolean)
    fetched_at: Mapped[datetime]


class Absence(Base):
    """Somebody is away: until then no role is given to them by itself."""

    __tablename__ = "absences"

    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    until_at: Mapped[datetime]
    said_at: Mapped[datetime]


class Home(Base):
    """Somebody opened their App Home; `shown` is the hash of what was drawn there last."""

    __tablename__ = "homes"

    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    shown: Mapped[str | None] = mapped_column(String(64))


class Audit(Base):
    """Who was refused what, and who did what only administrators do. Appended to, never changed."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc(), index=True)
    user: Mapped[str] = mapped_column(SlackId)
    what: Mapped[str] = mapped_column(String(32))
    incident_id: Mapped[int | None] = mapped_column(Integer)
    allowed: Mapped[bool] = mapped_column(Boolean)
