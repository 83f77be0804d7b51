"""An incident and what happened in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.enums import Answer, EntryKind, Kind, Phase, Remedy


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """An incident as it stands."""

    id: int
    uid: str
    title: str
    summary: str = ""
    severity: str
    severity_confirmed_at: datetime | None = None
    kind: Kind = Kind.OPERATIONAL
    phase: Phase
    phase_since: datetime
    private: bool = False
    drill: bool = False
    declared_by: str
    declared_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    customer_data: Answer = Answer.UNKNOWN
    personal_data: Answer = Answer.UNKNOWN
    service_affecting: Answer = Answer.UNKNOWN
    contained_at: datetime | None = None
    containment: str = ""
    verified_at: datetime | None = None
    verified_by: str | None = None
    verification: str = ""
    merged_into: int | None = None
    room: str | None = None
    room_name: str | None = None
    room_archived: bool = False
    room_lost: bool = False
    card_ts: str | None = None
    announced_in: str | None = None
    announcement_ts: str | None = None
    legal_hold: bool = False

    @property
    def key(self) -> str:
        """What people call it: `INC-7`."""
        return f"INC-{self.id}"


@dataclass(slots=True, kw_only=True)
class Brief:
    """What somebody must know who only says something in an incident; whoever has it holds the incident's lock.

    The one record that changes: with each line the timeline ends elsewhere.
    """

    id: int
    room: str | None
    phase: Phase
    private: bool
    entries: int
    head: str
    noted_at: datetime | None

    @property
    def key(self) -> str:
        """What people call it: `INC-7`."""
        return f"INC-{self.id}"


@dataclass(frozen=True, kw_only=True)
class EntryRecord:
    """One line of the timeline. `at` is when it happened, `recorded_at` when it was written down."""

    seq: int
    at: datetime
    recorded_at: datetime
    kind: EntryKind
    by: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    redacted_at: datetime | None = None
    hash: str = ""


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """The deployment that an incident came after, and what was decided about it, with the reason."""

    incident_id: int
    what: str
    named_by: str
    named_at: datetime
    remedy: Remedy | None = None
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
