"""Who else was reminded or told, so that it happens once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, SlackId


class Nudge(Base):
    """A step of a chase that was taken: the row is why it is never taken twice."""

    __tablename__ = "nudges"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]


class Escalation(Base):
    """A rule of the policy that was followed: the row is why it is followed once.

    `facts` are those it named, as they were; `orders` is what followed.
    """

    __tablename__ = "escalations"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    orders: Mapped[dict[str, Any]] = mapped_column(JSON)


class Reader(Base):
    """Somebody of leadership who is told of an incident, and went on being told. Told by mail, in Slack, or both.

    `key` is their Slack id or, without one, made from their address.
    """

    __tablename__ = "readers"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    slack: Mapped[str | None] = mapped_column(SlackId)
    asked_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    messaged_at: Mapped[datetime | None]
