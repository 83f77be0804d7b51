"""What is still to be delivered."""

from dataclasses import dataclass
from datetime import datetime

from db.enums import EffectState


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
