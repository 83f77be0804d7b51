"""Frozen pictures of what the database holds, for whoever draws or decides. No SQLAlchemy: they can be made by hand.

Times are aware UTC; people, rooms and messages are named by Slack's ids.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from db.enums import (
    ActionKind,
    ActionPriority,
    ActionState,
    Answer,
    CustomerUpdateState,
    EffectState,
    EntryKind,
    FactorKind,
    Kind,
    Phase,
    Remedy,
    ReviewState,
    Stage,
)


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
class ActionRecord:
    """A follow-up action."""

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
    snoozed_until: datetime | None = None
    chase_round: int = 1


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


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """What became of an effect."""

    kind: str
    state: EffectState
    attempts: int
    error: str | None
    told_at: datetime
    settled_at: datetime | None = None
    incident_id: int | None = None


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
    """A notification that was sent. `due_at`, `is_late`, `version` and `calendar` are as they were computed then."""

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


@dataclass(frozen=True, kw_only=True)
class EscalationRecord:
    """A rule of the policy that was followed; the facts it named, as they were, and what followed.

    `orders` are those of the rule, but that `roles` says of each role until when somebody must have it (RFC 3339).
    """

    incident_id: int
    rule: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    orders: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True, kw_only=True)
class ReaderRecord:
    """Somebody of leadership who is told of an incident; when it first reached them by mail, and in Slack."""

    incident_id: int
    key: str
    name: str
    email: str | None = None
    slack: str | None = None
    asked_at: datetime
    mailed_at: datetime | None = None
    messaged_at: datetime | None = None


class Unread(tuple[EntryRecord, ...]):
    """In the place of a timeline that was not asked for: whoever reads it all the same learns of it at once."""

    __slots__ = ()

    def __iter__(self) -> Iterator[EntryRecord]:
        """Never."""
        raise LookupError("this record was read without its timeline")

    def __len__(self) -> int:
        """Never."""
        raise LookupError("this record was read without its timeline")


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything that is known about one incident. `roles` maps a role to the user who holds it.

    `signatures` are those of the version that is being signed, or was signed last. `similar` is there only when it was
    asked for.
    """

    incident: IncidentRecord
    roles: Mapping[str, str] = field(default_factory=dict)
    timeline: tuple[EntryRecord, ...] = ()
    actions: tuple[ActionRecord, ...] = ()
    review: ReviewRecord | None = None
    factors: tuple[FactorRecord, ...] = ()
    signatures: tuple[SignatureRecord, ...] = ()
    similar: tuple[SimilarRecord, ...] = ()
    undelivered: tuple[DeliveryRecord, ...] = ()
    duties: Duties = Duties()
    escalations: tuple[EscalationRecord, ...] = ()
    readers: tuple[ReaderRecord, ...] = ()
    deployment: DeploymentRecord | None = None
    notice: NoticeRecord | None = None


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """What Slack says about a person."""

    user: str
    name: str
    email: str | None = None
    zone: str | None = None
    active: bool = True
    bot: bool = False


def named(people: Mapping[str, PersonRecord], user: str) -> str:
    """A person's name for text that is read outside Slack; the id when nobody knows it."""
    person = people.get(user)
    return person.name if person else user


def users_in(text: str) -> frozenset[str]:
    """The ids of whoever may be named in a text. One too many costs nothing: nobody has it."""
    return frozenset(re.findall(r"\b[UW][A-Z0-9]+\b", text))
