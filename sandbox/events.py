"""The Events API: which event the app gets, and in what envelope.

An event is sent when the manifest subscribes to it, grants its scope, and the app is in the conversation it happened in.
Envelope: https://docs.slack.dev/apis/events-api#callback-field; scopes: the page of each event there.
"""

from typing import TYPE_CHECKING, Any

from sandbox.ids import base36
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Event = dict[str, Any]

# By kind of conversation: the name in the manifest, and the scope.
MESSAGE_EVENTS = {
    "channel": ("message.channels", "channels:history"),
    "group": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}

# By event type: the scopes of which one is needed (none: no scope).
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "file_created": ("files:read",),
    "file_deleted": ("files:read",),
    "file_shared": ("files:read",),
    "group_archive": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}


def emit(ws: "Workspace", event: Event, channel: Channel | None = None, *, anywhere: bool = False) -> None:
    """Send `event` to the app, if it is one the app gets.

    `channel` is the conversation it happened in; `anywhere` is for events of public channels that do not need membership.
    """
    if channel and not anywhere and ws.bot_user_id not in channel.members:
        return
    if not _wanted(ws, event["type"], channel):
        return
    event.setdefault("event_ts", event.get("ts") or ws.counter.ts())
    ws.courier.send_event(envelope(ws, event))


def _wanted(ws: "Workspace", kind: str, channel: Channel | None) -> bool:
    if kind == "message":
        assert channel is not None
        name, scope = MESSAGE_EVENTS[channel.kind]
        return ws.manifest.subscribes(name) and scope in ws.scopes
    needed = EVENT_SCOPES[kind]
    return ws.manifest.subscribes(kind) and (not needed or any(scope in ws.scopes for scope in needed))


def envelope(ws: "Workspace", event: Event) -> Event:
    """The outer object, the same over HTTP and Socket Mode."""
    number = ws.counter.next()
    return {
        "token": ws.verification_token,
        "team_id": ws.team_id,
        "context_team_id": ws.team_id,
        "context_enterprise_id": None,
        "api_app_id": ws.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0A{base36(number, 8)}",
        "event_time": ws.counter.seconds(),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": ws.team_id,
                "user_id": ws.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event['type']}-{ws.team_id}-{event.get('channel', '')}",
    }
