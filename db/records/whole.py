"""All that is known of an incident, in one piece."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from db.records.clocks import Duties
from db.records.customers import NoticeRecord
from db.records.delivery import DeliveryRecord
from db.records.escalation import EscalationRecord, ReaderRecord
from db.records.incidents import DeploymentRecord, EntryRecord, IncidentRecord
from db.records.reviews import ActionRecord, FactorRecord, ReviewRecord, SignatureRecord, SimilarRecord
from db.records.risks import RiskAnswerRecord


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
    duties: Duties = field(default_factory=Duties)
    escalations: tuple[EscalationRecord, ...] = ()
    readers: tuple[ReaderRecord, ...] = ()
    deployment: DeploymentRecord | None = None
    notice: NoticeRecord | None = None
    risk: RiskAnswerRecord | None = None
