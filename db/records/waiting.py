"""What waits for one person."""

from dataclasses import dataclass

from db.records.clocks import ClockRecord
from db.records.reviews import ActionRecord, ReviewRecord
from db.records.risks import RiskRecord


@dataclass(frozen=True, kw_only=True)
class SignatureOwed:
    """A review that waits for somebody's signature, and the roles for which they sign."""

    review: ReviewRecord
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HeldRecord:
    """A role that somebody holds in an incident, and where that is."""

    incident_id: int
    drill: bool
    room: str | None
    role: str


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for one person, of what they may see: drafts they own, signatures, actions, clocks by incident, and risks.

    The risks are those that are to be looked at again by now.
    """

    reviews: tuple[ReviewRecord, ...] = ()
    signatures: tuple[SignatureOwed, ...] = ()
    actions: tuple[ActionRecord, ...] = ()
    clocks: tuple[tuple[int, ClockRecord], ...] = ()
    risks: tuple[RiskRecord, ...] = ()
