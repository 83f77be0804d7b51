"""The risk register: what could happen, what is done about it, and which incidents showed it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, ForeignKey, Index, Integer, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from db.enums import RiskAnswer, RiskEntryKind, RiskState, Treatment
from db.models.base import Base, BigId, SlackId, word

# Asked for by this word itself, and not by a parameter, or the partial index serves nobody on SQLite.
OPEN_RISK: ColumnElement[str] = literal_column(f"'{RiskState.OPEN.value}'")


class Risk(Base):
    """One risk as it stands now. Likelihood and impact go from 1 to 5; those `_after` are what treatment leaves of them.

    Its history is its entries.
    """

    __tablename__ = "risks"
    __table_args__ = (
        Index(
            "ix_risks_review",
            "review_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(32))
    likelihood: Mapped[int] = mapped_column(Integer)
    impact: Mapped[int] = mapped_column(Integer)
    likelihood_after: Mapped[int | None] = mapped_column(Integer)
    impact_after: Mapped[int | None] = mapped_column(Integer)
    treatment: Mapped[Treatment] = mapped_column(word(Treatment))
    owner: Mapped[str] = mapped_column(SlackId, index=True)
    review_on: Mapped[date] = mapped_column(Date)
    state: Mapped[RiskState] = mapped_column(word(RiskState))
    controls: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_by: Mapped[str] = mapped_column(SlackId)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    chase_round: Mapped[int] = mapped_column(Integer, default=1)
    snoozed_until: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """What people call it: `R-3`."""
        return f"R-{self.id}"


class RiskEntry(Base):
    """One line of a risk's history. Never changed, never deleted, but for redactions, which take out text and data (but which incident).

    `data` may name the incident that it comes from: who may not see that one is not told of it, nor who wrote the entry.
    """

    __tablename__ = "risk_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risks.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[RiskEntryKind] = mapped_column(word(RiskEntryKind))
    by: Mapped[str] = mapped_column(SlackId)
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    redacted_at: Mapped[datetime | None]


class RiskLink(Base):
    """An incident that showed a risk."""

    __tablename__ = "risk_links"

    risk_id: Mapped[int] = mapped_column(ForeignKey("risks.id"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, index=True)


class RiskAction(Base):
    """A follow-up action that treats a risk."""

    __tablename__ = "risk_actions"

    risk_id: Mapped[int] = mapped_column(ForeignKey("risks.id"), primary_key=True)
    action_id: Mapped[int] = mapped_column(BigId, ForeignKey("actions.id"), primary_key=True, index=True)


class RiskAnswered(Base):
    """What somebody said which risk an incident was, with its title then; with `none` there is no risk, but a reason."""

    __tablename__ = "risk_answers"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    answer: Mapped[RiskAnswer] = mapped_column(word(RiskAnswer))
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("risks.id"), index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    because: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]
