"""What became of an effect, sealed: a delivery that has settled bears the digest of what is told of it.

An effect under way changes with every attempt, and one that has settled is let go after a while: so it has no ledger, and one
that was taken away altogether is not missed. What was to be said is not part of it: it stands on the timeline, and is redacted.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from db.models import Effect

DIGITS = 32
SEALED = ("uid", "kind", "incident_id", "state", "attempts", "error", "told_at", "settled_at")


def digest(effect: Any) -> str:
    """The digest of an effect, or of a row with its columns."""
    plain = [getattr(effect, name) for name in SEALED]
    utc = [one.astimezone(UTC).isoformat() if isinstance(one, datetime) else one for one in plain]
    said = json.dumps(utc, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


def seal(effect: Effect) -> None:
    """It has settled, or what is told of it has changed since."""
    effect.seal = digest(effect)
