"""The words that the database, the commands and the documents share. What a policy may extend is not an enum."""

from enum import StrEnum


class Phase(StrEnum):
    """Where an incident stands. The five phases come in this order; the last three are ends."""

    DETECTION = "detection"
    ASSESSMENT = "assessment"
    CONTAINMENT = "containment"
    RECOVERY = "recovery"
    REVIEW = "review"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        """Whether people still work on it."""
        return self not in (Phase.CLOSED, Phase.DISMISSED, Phase.MERGED)


class Kind(StrEnum):
    """What sort of incident it is; says nothing about how bad it is."""

    OPERATIONAL = "operational"
    SECURITY = "security"


class Answer(StrEnum):
    """An answer to one of the three questions; `unknown` stays visible until somebody knows."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class EntryKind(StrEnum):
    """What a timeline entry tells."""

    DECLARED = "declared"
    PHASE = "phase"
    ROLE = "role"
    SEVERITY = "severity"
    ANSWER = "answer"
    CONTAINED = "contained"
    VERIFIED = "verified"
    NOTE = "note"
    UPDATE = "update"
    PINNED = "pinned"
    EDITED = "edited"
    DELETED = "deleted"
    ACTION = "action"
    REVIEW = "review"
    SNOOZED = "snoozed"
    CLOCK = "clock"
    FILED = "filed"
    ROOM = "room"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    REOPENED = "reopened"
    REDACTED = "redacted"
    DEPLOYMENT = "deployment"
    ESCALATED = "escalated"
    TOLD = "told"
    CUSTOMERS = "customers"
    RISK = "risk"


class Stage(StrEnum):
    """What customers are told of where an incident stands. In this order; a relapse goes back."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class ComponentState(StrEnum):
    """How a part of the service does, as customers are told; the best first. The words are Statuspage's."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"


class CustomerUpdateState(StrEnum):
    """What became of an update for customers: a draft is published or discarded; what was published may be redacted."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    REDACTED = "redacted"


class Remedy(StrEnum):
    """What is done about a deployment that an incident came after."""

    ROLL_BACK = "roll_back"
    FIX_FORWARD = "fix_forward"


class ActionState(StrEnum):
    """What became of a follow-up action."""

    OPEN = "open"
    DONE = "done"
    REJECTED = "rejected"


class Tracker(StrEnum):
    """Where a follow-up action may be an issue, besides."""

    GITHUB = "github"
    JIRA = "jira"


class ActionKind(StrEnum):
    """What a follow-up action is for."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    PROCESS = "process"


class ActionPriority(StrEnum):
    """How soon a follow-up action should be done, compared with others."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ReviewState(StrEnum):
    """Where a post-incident review stands: `draft` → `in_review`, until everybody has signed who must → `done`.

    `waived` is the review of an incident that turned out not to need one.
    """

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    DONE = "done"
    WAIVED = "waived"

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self in (ReviewState.DRAFT, ReviewState.IN_REVIEW)


class FactorKind(StrEnum):
    """What sort of thing contributed to an incident. There is none for people: a person is never a cause."""

    TECHNICAL = "technical"
    PROCESS = "process"
    ORGANISATION = "organisation"
    DETECTION = "detection"
    RESPONSE = "response"


class Treatment(StrEnum):
    """What is done about a risk. The words are those of ISO 31000's readers."""

    AVOID = "avoid"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    ACCEPT = "accept"


class RiskState(StrEnum):
    """Whether a risk is still one."""

    OPEN = "open"
    CLOSED = "closed"


class RiskAnswer(StrEnum):
    """Which risk an incident was: one of the register, as it stands or more than was thought; a new one; or none."""

    UNCHANGED = "unchanged"
    RAISED = "raised"
    NEW = "new"
    NONE = "none"


class RiskEntryKind(StrEnum):
    """What an entry of a risk's history tells."""

    ADDED = "added"
    CHANGED = "changed"
    REVIEWED = "reviewed"
    GIVEN = "given"
    SNOOZED = "snoozed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    CLOSED = "closed"
    REOPENED = "reopened"
    REDACTED = "redacted"


class EffectState(StrEnum):
    """Where an effect is on its way out: `waiting` → `leased` → `done`, or `dead` when a person must look."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
