"""What one person sees of the workspace, read without copying more of it than is drawn.

Messages come as JSON text: taken under the workspace's lock it is a true copy, and it doubles as the mark by which a
pane knows whether it must draw a message again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox import pictures
from sandbox.page.viewpoint import Viewpoint

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.state import Channel
    from sandbox.workspace import Workspace

HOME = "home"
"""The place that is not a channel: the app's Home tab."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the sidebar."""

    id: str
    name: str
    kind: str  # channel, group, im, mpim
    unread: bool
    archived: bool
    member: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The end of a conversation: `messages` maps ts to JSON text, oldest first; `more` says that older ones exist."""

    messages: dict[str, str]
    more: bool


def name_of(user: Json) -> str:
    """The name a client shows for a user object."""
    profile = user.get("profile", {})
    return str(profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"])


def viewpoint(ws: Workspace, person: Person) -> Viewpoint:
    """The reader that this person is, now."""
    with ws.state.lock:
        users = {key: name_of(user) for key, user in ws.state.users.items()}
        channels = {one.id: one.name for one in ws.state.channels.values() if one.name and _may_see(one, person.id)}
        images = pictures.seen_by(ws, person.id)
    return Viewpoint(person.id, ZoneInfo(person.tz), ws.clock.now(), users, channels, images)


def _may_see(channel: Channel, user: str) -> bool:
    return channel.kind == "channel" or user in channel.members


def places(ws: Workspace, person: Person) -> list[Place]:
    """All conversations this person finds in the sidebar: channels by name, then direct ones."""
    with ws.state.lock:
        seen = [_place(ws, one, person.id) for one in ws.state.channels.values() if _may_see(one, person.id)]
    order = {"channel": 0, "group": 0, "mpim": 1, "im": 2}
    return sorted(seen, key=lambda place: (order[place.kind], place.name))


def _place(ws: Workspace, channel: Channel, user: str) -> Place:
    name = channel.name
    if channel.kind == "im":
        name = ws.manifest.name
    elif channel.kind == "mpim":
        name = ", ".join(name_of(ws.state.users[one]) for one in channel.members if one != user)
    member = user in channel.members
    return Place(channel.id, name, channel.kind, member and _unread(channel, user), channel.is_archived, member)


def _unread(channel: Channel, user: str) -> bool:
    """Whether something newer than what this person has read stands at the end, said by somebody else."""
    newest = next((one for one in reversed(channel.messages.values()) if _at_top_level(one)), None)
    return newest is not None and newest.get("user") != user and newest["ts"] > channel.read.get(user, "")


def _at_top_level(message: Json) -> bool:
    root = message.get("thread_ts")
    return not root or root == message["ts"] or message.get("subtype") == "thread_broadcast"


def conversation(ws: Workspace, person: Person, channel_id: str, last: int) -> Window:
    """The last `last` messages of a channel at top level, with what only this person sees among them."""
    with ws.state.lock:
        channel = ws.state.channels[channel_id]
        newest = islice((one for one in reversed(channel.messages.values()) if _at_top_level(one)), last + 1)
        return _window([*newest, *_ephemeral(ws, person, channel_id, "")], last)


def thread(ws: Workspace, person: Person, channel_id: str, root: str, last: int) -> Window:
    """A thread: its root, the last `last` replies, and what only this person sees there."""
    with ws.state.lock:
        channel = ws.state.channels[channel_id]
        replies = channel.threads.get(root, [])
        shown = [channel.messages[ts] for ts in replies[-last - 1 :]]
        window = _window([*shown, *_ephemeral(ws, person, channel_id, root)], last)
        first = channel.messages.get(root)
    head = {root: json.dumps(first)} if first else {}
    return Window({**head, **window.messages}, window.more)


def _ephemeral(ws: Workspace, person: Person, channel_id: str, root: str) -> Iterator[Json]:
    for one in ws.state.ephemerals.get(person.id, []):
        if one.get("channel") == channel_id and one.get("thread_ts", "") == root:
            yield {**one, "is_ephemeral": True}


def _window(messages: Iterable[Json], last: int) -> Window:
    ordered = sorted(messages, key=lambda one: str(one["ts"]))
    return Window({one["ts"]: json.dumps(one) for one in ordered[-last:]}, len(ordered) > last)


def canvas(ws: Workspace, channel_id: str) -> str | None:
    """What a channel's canvas says, in Markdown; None when it has none."""
    with ws.state.lock:
        found = (one for one in ws.state.canvases.values() if one["channel_id"] == channel_id)
        return next((str(one["markdown"]) for one in found), None)


def pinned(ws: Workspace, channel_id: str) -> list[Json]:
    """Copies of a channel's pinned messages, the newest pin first."""
    with ws.state.lock:
        channel = ws.state.channels[channel_id]
        kept = [json.dumps(channel.messages[ts]) for ts in reversed(channel.pins) if ts in channel.messages]
    return [json.loads(one) for one in kept]
