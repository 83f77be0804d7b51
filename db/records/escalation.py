"""Who else was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
