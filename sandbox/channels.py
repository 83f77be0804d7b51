"""What can happen to a conversation: made, joined, left, renamed, archived. Each tells the app what Slack would tell it."""

import re
from typing import TYPE_CHECKING, Any

from sandbox import events, messages
from sandbox.errors import SlackError
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

NAME_LENGTH = 80
_NAME = re.compile(r"[\w-]+")


def check_name(ws: "Workspace", name: str, *, but: Channel | None = None) -> str:
    """The name as it may be given, without a leading `#`; raises Slack's errors for names that may not.

    Letters of any script, digits, `-` and `_`, no capitals, at most 80 (https://docs.slack.dev/reference/methods/conversations.create).
    An archived channel keeps its name: it still is `name_taken`.
    """
    name = name.removeprefix("#")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise SlackError("invalid_name_maxlength")
    if not re.search(r"\w", name.replace("_", "")):
        raise SlackError("invalid_name_punctuation")
    if not _NAME.fullmatch(name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if any(one.name == name and one is not but for one in ws.state.channels.values()):
        raise SlackError("name_taken")
    return name


def create(ws: "Workspace", name: str, creator: str, *, private: bool) -> Channel:
    """Make a channel with its creator in it."""
    channel = Channel(info(ws, name, creator, private=private), {creator: None})
    ws.state.channels[channel.id] = channel
    ws.state.touch("channel", channel.id)
    if not private:
        created = {"id": channel.id, "name": name, "created": channel.info["created"], "creator": creator}
        events.emit(ws, {"type": "channel_created", "channel": created}, channel, anywhere=True)
    _join_event(ws, channel, creator, None)
    return channel


def info(ws: "Workspace", name: str, creator: str, *, private: bool) -> dict[str, Any]:
    """The channel object of a new channel."""
    created = ws.counter.seconds()
    return {
        "id": ws.counter.id("C"),
        "name": name,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": created,
        "is_archived": False,
        "is_general": name == "general",
        "unlinked": 0,
        "name_normalized": name,
        "is_shared": False,
        "is_frozen": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": ws.team_id,
        "updated": created * 1000,
        "parent_conversation": None,
        "creator": creator,
        "is_ext_shared": False,
        "shared_team_ids": [ws.team_id],
        "pending_connected_team_ids": [],
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "properties": {"tabs": [{"id": "bookmarks", "label": "", "type": "bookmarks"}]},
        "previous_names": [],
    }


def direct(ws: "Workspace", *users: str) -> Channel:
    """The direct conversation of the app and these people; made when there is none yet."""
    members = sorted({ws.bot_user_id, *users})
    for channel in ws.state.channels.values():
        if channel.kind in ("im", "mpim") and sorted(channel.members) == members:
            return channel
    created = ws.counter.seconds()
    if len(users) == 1:
        about = {
            "id": ws.counter.id("D"),
            "created": created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": ws.team_id,
            "updated": created * 1000,
            "user": users[0],
            "is_user_deleted": False,
            "priority": 0,
        }
    else:
        names = "--".join(ws.state.users[user]["name"] for user in members)
        about = {**info(ws, f"mpdm-{names}-1", ws.bot_user_id, private=True), "is_mpim": True}
    channel = Channel(about, dict.fromkeys(members))
    ws.state.channels[channel.id] = channel
    ws.state.touch("channel", channel.id)
    return channel


def for_app(ws: "Workspace", channel: Channel, *, num_members: bool = False) -> dict[str, Any]:
    """Slack's channel object as the app sees it."""
    seen = dict(channel.info)
    if channel.kind != "im":
        seen["is_member"] = ws.bot_user_id in channel.members
    if num_members:
        seen["num_members"] = len(channel.members)
    return seen


def join(ws: "Workspace", channel: Channel, user: str, *, inviter: str | None = None) -> None:
    """Let a user in who is not in yet: the line in the channel, and the event."""
    channel.members[user] = None
    ws.state.touch("channel", channel.id)
    word = "group" if channel.kind == "group" else "channel"
    line = {"subtype": f"{word}_join", "text": f"<@{user}> has joined the {word}"}
    if inviter:
        line["inviter"] = inviter
    _line(ws, channel, user, line)
    _join_event(ws, channel, user, inviter)


def _join_event(ws: "Workspace", channel: Channel, user: str, inviter: str | None) -> None:
    event = _membership(ws, channel, user, "member_joined_channel")
    if inviter:
        event["inviter"] = inviter
    events.emit(ws, event, channel)


def leave(ws: "Workspace", channel: Channel, user: str) -> None:
    """Let a member go. The app hears of its own leaving too."""
    event = _membership(ws, channel, user, "member_left_channel")
    in_it = ws.bot_user_id in channel.members
    del channel.members[user]
    ws.state.touch("channel", channel.id)
    word = "group" if channel.kind == "group" else "channel"
    _line(ws, channel, user, {"subtype": f"{word}_leave", "text": f"<@{user}> has left the {word}"})
    if in_it:
        events.emit(ws, event, channel, anywhere=True)


def _membership(ws: "Workspace", channel: Channel, user: str, kind: str) -> events.Event:
    return {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "group" else "C",
        "team": ws.team_id,
    }


def _line(ws: "Workspace", channel: Channel, user: str, line: dict[str, Any]) -> None:
    messages.say(ws, channel, {"type": "message", "user": user, **line})


def rename(ws: "Workspace", channel: Channel, name: str, user: str) -> None:
    """Give a channel its new (checked) name."""
    old = channel.name
    channel.info["previous_names"] = [old, *channel.info["previous_names"]]
    channel.info["name"] = channel.info["name_normalized"] = name
    ws.state.touch("channel", channel.id)
    word = channel.kind
    text = f'has renamed the channel from "{old}" to "{name}"'
    _line(ws, channel, user, {"subtype": f"{word}_name", "old_name": old, "name": name, "text": text})
    new = {
        "id": channel.id,
        "is_channel": channel.info["is_channel"],
        "is_mpim": False,
        "name": name,
        "name_normalized": name,
        "created": channel.info["created"],
    }
    events.emit(ws, {"type": f"{word}_rename", "channel": new}, channel, anywhere=word == "channel")


def archive(ws: "Workspace", channel: Channel, user: str) -> None:
    """Archive a channel. A bot that does it is thrown out and can no longer read there."""
    in_it = channel.kind == "channel" or ws.bot_user_id in channel.members
    _line(ws, channel, user, {"subtype": f"{channel.kind}_archive", "text": f"<@{user}> archived the channel"})
    channel.info["is_archived"] = True
    if user == ws.bot_user_id:
        channel.members.pop(user, None)
    ws.state.touch("channel", channel.id)
    if in_it:
        event = {"type": f"{channel.kind}_archive", "channel": channel.id, "user": user, "is_moved": 0}
        events.emit(ws, event, channel, anywhere=True)


def unarchive(ws: "Workspace", channel: Channel, user: str) -> None:
    """Bring a channel back; who does it is a member again."""
    channel.info["is_archived"] = False
    channel.members.setdefault(user)
    ws.state.touch("channel", channel.id)
    _line(ws, channel, user, {"subtype": f"{channel.kind}_unarchive", "text": f"<@{user}> un-archived the channel"})
    event = {"type": f"{channel.kind}_unarchive", "channel": channel.id, "user": user}
    events.emit(ws, event, channel, anywhere=channel.kind == "channel")


def describe(ws: "Workspace", channel: Channel, what: str, text: str, user: str) -> None:
    """Set `topic` or `purpose`, with the line in the channel that Slack writes."""
    channel.info[what] = {"value": text, "creator": user, "last_set": ws.counter.seconds()}
    ws.state.touch("channel", channel.id)
    said = f"set the channel {'topic' if what == 'topic' else 'description'}: {text}"
    _line(ws, channel, user, {"subtype": f"{channel.kind}_{what}", what: text, "text": said})
