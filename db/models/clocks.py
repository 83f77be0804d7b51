"""What decides on regulatory clocks, which of them run, and what was filed."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigId, SlackId, Utc


class AnchorTime(Base):
    """When something happened that sets a framework's clocks running, as somebody recorded it last."""

    __tablename__ = "anchor_times"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    framework: Mapped[str] = mapped_column(String(32), primary_key=True)
    anchor: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime | None]
    on: Mapped[date | None] = mapped_column(Date)
    why: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(SlackId)
    recorded_at: Mapped[datetime]


class ClockFact(Base):
    """An answer to a question that decides on clocks, as it was given last."""

    __tablename__ = "clock_facts"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    fact: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]


class Filing(Base):
    """A notification that was sent, with the deadline as it was computed then. Appended to, never changed.

    What was recorded by mistake is withdrawn: that is noted beside it. A redaction takes out what people wrote; the hash
    stays.
    """

    __tablename__ = "filings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    rule: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str | None] = mapped_column(String(16))
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(SlackId)
    channel: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_hash: Mapped[str | None] = mapped_column(String(64))
    reasons: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]
    is_late: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[str] = mapped_column(String(12))
    calendar: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(SlackId)
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(SlackId)
    withdrawn_because: Mapped[str] = mapped_column(Text, default="", server_default="")


class Decision(Base):
    """Somebody decided that a notification is not required; withdrawing it is noted beside it."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    rule: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(SlackId)
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")


class RunningClock(Base):
    """A regulatory clock that runs. What was computed is kept with the version of the rule and the calendar's name."""

    __tablename__ = "running_clocks"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    framework: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    version: Mapped[str] = mapped_column(String(12))
    calendar: Mapped[str] = mapped_column(Text)
    computed_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(Integer)
    owner: Mapped[str | None] = mapped_column(SlackId, index=True)
    remind_at: Mapped[datetime | None] = mapped_column(Utc(), index=True)
