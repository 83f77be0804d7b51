"""What is learned of an incident."""

from dataclasses import dataclass
from datetime import date, datetime

from db.enums import ActionKind, ActionPriority, ActionState, FactorKind, ReviewState, Tracker
from db.records.incidents import IncidentRecord


@dataclass(frozen=True, kw_only=True)
class ActionRecord:
    """A follow-up action; `tracker` says where it is an issue too, and `url` leads there once it was made."""

    id: int
    incident_id: int
    text: str
    owner: str
    due_on: date
    state: ActionState = ActionState.OPEN
    kind: ActionKind = ActionKind.PREVENT
    priority: ActionPriority = ActionPriority.MEDIUM
    rejected_because: str = ""
    proof: str = ""
    tracker: Tracker | None = None
    url: str = ""
    created_by: str
    created_at: datetime
    done_at: datetime | None = None
    snoozed_until: datetime | None = None
    chase_round: int = 1


@dataclass(frozen=True, kw_only=True)
class ReviewRecord:
    """The review: what people added to what the record knows."""

    incident_id: int
    state: ReviewState
    owner: str
    due_at: datetime
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    version: int = 0
    impact: str = ""
    began_at: datetime | None = None
    customers_percent: float | None = None
    customers_count: int | None = None
    data_lost: str = ""
    money: str = ""
    trigger: str = ""
    detection: str = ""
    prevention: str = ""
    went_well: str = ""
    went_badly: str = ""
    luck: str = ""
    no_actions_because: str = ""
    timeline_read_by: str | None = None
    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    canvas: str | None = None
    canvas_refused: str = ""
    snoozed_until: datetime | None = None
    chase_round: int = 1


@dataclass(frozen=True, kw_only=True)
class FactorRecord:
    """Something that contributed; `whys` are the answers to why, each about the one before."""

    id: int
    incident_id: int
    kind: FactorKind
    text: str
    root_cause: bool = False
    whys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignatureRecord:
    """Somebody signed a version of the review, in a role."""

    version: int
    role: str
    user: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class VersionRecord:
    """The review as it was signed; `document` is Markdown, empty once it was redacted."""

    incident_id: int
    number: int
    document: str
    hash: str
    by: str
    at: datetime
    redacted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SimilarRecord:
    """A past incident that resembles this one, and the words they share, the most telling first."""

    incident: IncidentRecord
    words: tuple[str, ...]
