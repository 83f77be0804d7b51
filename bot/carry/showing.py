"""What carriers share: how a message comes to show a thing, where nothing can be shown, and when a thing was told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errand import Errand
from db.records import IncidentRecord

# What is said later than this says when it happened.
LATE = timedelta(minutes=5)
# What tells somebody of a new incident waits so long for the room that it is to lead to.
ROOM_SOON = timedelta(seconds=15)


def show(errand: Errand, channel: str, ts: str | None, drawn: Mapping[str, Any], *, key: str, since: datetime) -> str:
    """Have a message show what was drawn: updated where it is known to be, else found by its key, else posted.

    Gives its `ts`. Nobody looks for it when nobody can have posted it: it was never known, and this is the first try.
    """
    slack = errand.parts.slack
    if ts is not None and slack.update(channel, ts, drawn):
        return ts
    certainly_new = ts is None and errand.first_try
    shown = slack.post(channel, drawn, key=key, look_since=None if certainly_new else since)
    if not certainly_new:
        slack.update(channel, shown, drawn)  # What an earlier attempt posted may be older than this.
    return shown


def is_out_of_reach(incident: IncidentRecord) -> bool:
    """Whether nothing can be shown in the room now."""
    return incident.room_archived or incident.room_lost


def when_told(errand: Errand) -> str:
    """When it was told, to the second: by that two pictures of one thing are told apart."""
    return f"{errand.claimed.told_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
