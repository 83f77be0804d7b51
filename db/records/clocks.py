"""Regulatory clocks, and what decides on them."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class AnchorRecord:
    """When something happened that sets a framework's clocks running: a moment, or a day of which nobody knows the hour."""

    framework: str
    anchor: str
    at: datetime | None = None
    on: date | None = None
    why: str = ""
    by: str
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class FactRecord:
    """An answer to a question that decides on clocks."""

    fact: str
    value: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FilingRecord:
    """A notification that was sent. `due_at`, `is_late`, `version` and `calendar` are as they were computed then.

    What was recorded by mistake may be withdrawn.
    """

    id: int
    rule: str
    stage: str | None = None
    sent_at: datetime
    sent_by: str
    channel: str = ""
    recipient: str = ""
    reference: str = ""
    text: str = ""
    text_hash: str | None = None
    reasons: str = ""
    due_at: datetime | None = None
    is_late: bool = False
    version: str = ""
    calendar: str = ""
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """Somebody decided that a notification is not required. It may be withdrawn."""

    id: int
    rule: str
    reason: str
    by: str
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str = ""


@dataclass(frozen=True, kw_only=True)
class ClockRecord:
    """A clock that runs, as it was computed last. `remind_at` is when somebody is reminded next."""

    rule: str
    framework: str
    started_at: datetime
    due_at: datetime | None = None
    version: str
    calendar: str
    computed_at: datetime
    round: int = 1
    owner: str | None = None
    remind_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Duties:
    """What is known of an incident's regulatory clocks. Filings and decisions are in the order of their making."""

    anchors: tuple[AnchorRecord, ...] = ()
    facts: tuple[FactRecord, ...] = ()
    filings: tuple[FilingRecord, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    clocks: tuple[ClockRecord, ...] = ()

    @property
    def filed(self) -> tuple[FilingRecord, ...]:
        """The filings that stand: what was withdrawn was recorded by mistake."""
        return tuple(filing for filing in self.filings if filing.withdrawn_at is None)
