"""What happens to rooms: people come and go, somebody renames or archives one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.commands import may
from bot.commands.asking import Click, Doing, Heard, Reply, Typed, meant, seen
from bot.parts import Parts
from bot.workflows import permissions, rooms
from db.records import IncidentRecord


def joined(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """Somebody is in a channel now. That the bot itself is in each room that it opens is no news."""
    event = body["event"]
    if any(one.get("is_bot") and one["user_id"] == event["user"] for one in body.get("authorizations") or ()):
        return None
    return lambda work: rooms.joined(work, room=event["channel"], user=event["user"], at=_when(event))


def left(parts: Parts, body: Mapping[str, Any]) -> Heard:
    """Somebody left a channel."""
    event = body["event"]
    return lambda work: rooms.left(work, room=event["channel"], user=event["user"], at=_when(event))


def _when(event: Mapping[str, Any]) -> datetime:
    """When it happened, by Slack's clock."""
    return datetime.fromtimestamp(float(event["event_ts"]), UTC)


def renamed(parts: Parts, body: Mapping[str, Any]) -> Heard:
    """A channel has another name."""
    channel = body["event"]["channel"]
    return lambda work: rooms.renamed(work, room=channel["id"], name=channel["name"])


def archived(parts: Parts, body: Mapping[str, Any]) -> Heard:
    """A channel was archived."""
    event = body["event"]
    return lambda work: rooms.archived(work, room=event["channel"], is_archived=True)


def unarchived(parts: Parts, body: Mapping[str, Any]) -> Heard:
    """A channel was brought back."""
    event = body["event"]
    return lambda work: rooms.archived(work, room=event["channel"], is_archived=False)


def repair_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident repair`: what could not be delivered is tried again, and everything is drawn anew."""
    incident, _ = meant(parts, asked)
    return _repair(parts, asked, incident)


def repair_clicked(parts: Parts, click: Click) -> Reply:
    """The home page's [Try again]."""
    return _repair(parts, click, seen(parts, click.number, click))


def _repair(parts: Parts, doing: Doing, incident: IncidentRecord) -> str:
    may.check(parts, doing, "administrate", incident)
    with parts.store.begin() as work:
        revived = rooms.repair(work, number=incident.id)
        permissions.record(work, user=doing.user, what="administrate", number=incident.id, allowed=True)
    again = (
        f"{revived} undelivered message{'s' if revived != 1 else ''} tried again" if revived else "nothing was stuck"
    )
    return f"Drawing everything of {incident.key} anew; {again}."


TYPED = {"repair": repair_typed}
CLICKS = {"rooms.repair": repair_clicked}
EVENTS = {
    "member_joined_channel": joined,
    "member_left_channel": left,
    "channel_rename": renamed,
    "group_rename": renamed,
    "channel_archive": archived,
    "group_archive": archived,
    "channel_unarchive": unarchived,
    "group_unarchive": unarchived,
}
