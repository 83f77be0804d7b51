"""Who is looking: whose names, channels, clock and time zone a text is drawn with.

Slack draws one message differently for each reader: times are local, mentions of oneself are highlighted, a private
channel one is not in has no name. A `Viewpoint` is that reader, as plain values, so that drawing stays pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo


def _nobody() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A reader, at one moment.

    `users` and `channels` map ids to the names this reader may see, without `@` and `#`.
    `images` maps the ids of uploaded images that this reader may see to their addresses. `now` is epoch seconds; `zone` is
    the reader's own zone.
    """

    me: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    now: float = 0.0
    users: Mapping[str, str] = field(default_factory=_nobody)
    channels: Mapping[str, str] = field(default_factory=_nobody)
    images: Mapping[str, str] = field(default_factory=_nobody)

    def user(self, user_id: str, fallback: str = "") -> str:
        """The display name for `user_id`, without `@`; an unknown id shows as itself."""
        return self.users.get(user_id) or fallback or user_id

    def channel(self, channel_id: str, fallback: str = "") -> str | None:
        """The channel's name without `#`, or None for one that this reader cannot see."""
        return self.channels.get(channel_id) or fallback or None

    def local(self, at: float) -> datetime:
        """`at` (epoch seconds) as aware time in the reader's zone."""
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone)
