"""What customers are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.enums import CustomerUpdateState, Stage


@dataclass(frozen=True, kw_only=True)
class NoticeRecord:
    """An incident as customers know it. `stage` is None until they were told; `draft` waits to be published."""

    incident_id: int
    uid: str
    begun_at: datetime
    stage: Stage | None = None
    title: str = ""
    components: Mapping[str, str] = field(default_factory=dict)
    told_at: datetime | None = None
    next_due_at: datetime | None = None
    due_round: int = 1
    draft: int | None = None
    statuspage_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether customers were told, and not yet that it is over."""
        return self.stage is not None and self.stage is not Stage.RESOLVED


@dataclass(frozen=True, kw_only=True)
class CustomerUpdateRecord:
    """A text for customers. `components` maps a component's key to its state, `targets` are the audience."""

    id: int
    uid: str
    incident_id: int
    state: CustomerUpdateState
    stage: Stage
    title: str
    text: str
    components: Mapping[str, str]
    targets: tuple[str, ...]
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    published_at: datetime | None = None
    next_due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PublicUpdate:
    """One update as everybody may read it."""

    uid: str
    stage: Stage
    title: str
    text: str
    components: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PublicIncident:
    """An incident as everybody may read it: its updates, oldest first, at least one, and nothing else."""

    uid: str
    updates: tuple[PublicUpdate, ...]

    @property
    def newest(self) -> PublicUpdate:
        """The last update: what it says holds."""
        return self.updates[-1]

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.newest.stage is not Stage.RESOLVED
