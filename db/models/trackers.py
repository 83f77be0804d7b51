"""What is known of issues in trackers."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import ActionState
from db.models.base import Base, SlackId, word


class Issue(Base):
    """A follow-up action as its tracker has it. Made there once, in `place`; `remote` is its number or id there.

    `uid` is a random name that the issue bears, so that it is found again. `asked_at` is when the tracker was last asked to
    make it: written down before the call. `state`, `owner` and `due_on` are what both sides last agreed on.
    """

    __tablename__ = "issues"
    __table_args__ = (Index("ix_issues_remote", "remote", "place"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id"), primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    place: Mapped[str] = mapped_column(String(200))
    remote: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime | None]
    state: Mapped[ActionState] = mapped_column(word(ActionState))
    owner: Mapped[str] = mapped_column(SlackId)
    due_on: Mapped[date] = mapped_column(Date)


class Polled(Base):
    """How far a place was looked through for what changed there: up to `upto` by its own clock; `tag` is its answer's."""

    __tablename__ = "polled"

    place: Mapped[str] = mapped_column(String(200), primary_key=True)
    upto: Mapped[datetime | None]
    tag: Mapped[str | None] = mapped_column(String(200))
