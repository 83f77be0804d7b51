"""The risk register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from db.enums import RiskAnswer, RiskEntryKind, RiskState, Treatment
from db.records.reviews import ActionRecord


@dataclass(frozen=True, kw_only=True)
class RiskRecord:
    """A risk as it stands. Likelihood and impact go from 1 to 5; those `_after` are what treatment leaves, once assessed."""

    id: int
    uid: str
    title: str
    description: str = ""
    category: str
    likelihood: int
    impact: int
    likelihood_after: int | None = None
    impact_after: int | None = None
    treatment: Treatment = Treatment.REDUCE
    owner: str
    review_on: date
    state: RiskState = RiskState.OPEN
    controls: tuple[str, ...] = ()
    created_by: str
    created_at: datetime
    changed_at: datetime
    snoozed_until: datetime | None = None
    chase_round: int = 1

    @property
    def key(self) -> str:
        """What people call it: `R-3`."""
        return f"R-{self.id}"

    @property
    def before(self) -> int:
        """Likelihood × impact, as if nothing were done about it."""
        return self.likelihood * self.impact

    @property
    def score(self) -> int:
        """Likelihood × impact that remains: after treatment, as far as that was assessed."""
        return (self.likelihood_after or self.likelihood) * (self.impact_after or self.impact)


@dataclass(frozen=True, kw_only=True)
class RiskEntryRecord:
    """One line of a risk's history."""

    id: int
    risk_id: int
    at: datetime
    kind: RiskEntryKind
    by: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    redacted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LinkRecord:
    """An incident that showed a risk. `seen` says whether the reader may know which; `counts` whether it really happened.

    A drill, a false alarm, and what turned out to be another incident do not count.
    """

    risk_id: int
    incident_id: int
    declared_at: datetime
    seen: bool
    counts: bool

    @property
    def key(self) -> str:
        """What the reader may call it."""
        return f"INC-{self.incident_id}" if self.seen else "a private incident"


@dataclass(frozen=True, kw_only=True)
class RiskAnswerRecord:
    """Which risk an incident was, who said so and when; `title` is the risk's then, of none there is `because`."""

    incident_id: int
    answer: RiskAnswer
    risk_id: int | None = None
    title: str = ""
    because: str = ""
    by: str
    at: datetime

    @property
    def key(self) -> str | None:
        """What people call the risk."""
        return None if self.risk_id is None else f"R-{self.risk_id}"


@dataclass(frozen=True, kw_only=True)
class RiskSheet:
    """A risk with all that belongs to it and that one reader may know.

    `prevention` is what reviews of its incidents say about keeping it away; `actions` are those that treat it (true), and the
    open ones of its incidents that might. `hidden_actions` of incidents that the reader may not know treat it, too.
    """

    risk: RiskRecord
    links: tuple[LinkRecord, ...] = ()
    prevention: tuple[tuple[int, str], ...] = ()
    actions: tuple[tuple[ActionRecord, bool], ...] = ()
    hidden_actions: int = 0
    history: tuple[RiskEntryRecord, ...] = ()

    @property
    def seen(self) -> tuple[int, ...]:
        """The numbers of the incidents that the reader may know, in order."""
        return tuple(sorted(link.incident_id for link in self.links if link.seen))
