"""What can happen to a message: said, edited, deleted, reacted to, pinned. Each tells the app what Slack would tell it."""

import copy
import uuid
from typing import TYPE_CHECKING, Any

from sandbox import events
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Message = dict[str, Any]


def say(ws: "Workspace", channel: Channel, message: Message, *, broadcast: bool = False) -> Message:
    """Put a message into a conversation: gives it its ts, keeps the thread's counts, sends `message` and `app_mention`."""
    message["ts"] = ts = ws.counter.ts()
    root = message.get("thread_ts")
    if broadcast and root:
        message["subtype"] = "thread_broadcast"
    channel.add(message)
    ws.state.channel_of_ts[ts] = channel.id
    if root:
        _count_replies(ws, channel, root, message)
    if message.get("user"):
        channel.read[message["user"]] = ts
    ws.state.touch("message", f"{channel.id}/{ts}", channel=channel.id, ts=ts, thread_ts=root or "")
    _send(ws, channel, message)
    return message


def _count_replies(ws: "Workspace", channel: Channel, root_ts: str, reply: Message) -> None:
    root = channel.messages.get(root_ts)
    if root is None:
        return
    replies = channel.threads.get(root_ts, [])
    if not replies:
        for key in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked"):
            root.pop(key, None)
    else:
        users = list(dict.fromkeys(channel.messages[ts]["user"] for ts in replies))
        root["thread_ts"] = root_ts
        root["reply_count"] = len(replies)
        root["reply_users_count"] = len(users)
        root["latest_reply"] = replies[-1]
        root["reply_users"] = users[:5]
        root["is_locked"] = False
        reply.setdefault("parent_user_id", root.get("user"))
    ws.state.touch("message", f"{channel.id}/{root_ts}", channel=channel.id, ts=root_ts, thread_ts=root_ts)


def _send(ws: "Workspace", channel: Channel, message: Message) -> None:
    event = {**message, "channel": channel.id, "event_ts": message["ts"], "channel_type": channel.kind}
    if message.get("subtype") == "thread_broadcast":
        event["root"] = dict(channel.messages.get(message["thread_ts"], {}))
    events.emit(ws, event, channel)
    if f"<@{ws.bot_user_id}>" in message.get("text", "") and "subtype" not in message and not message.get("bot_id"):
        mention = {**message, "type": "app_mention", "channel": channel.id, "event_ts": message["ts"]}
        events.emit(ws, mention, channel)


def by_person(ws: "Workspace", user: str, text: str, blocks: list[Any]) -> Message:
    """A message as a person's client sends it."""
    return {
        "user": user,
        "type": "message",
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{ws.team_id}/{ws.counter.next()}")),
        "text": text,
        "team": ws.team_id,
        "blocks": blocks,
    }


def by_app(ws: "Workspace", text: str) -> Message:
    """A message of the app."""
    return {
        "user": ws.bot_user_id,
        "type": "message",
        "bot_id": ws.bot_id,
        "app_id": ws.app_id,
        "text": text,
        "team": ws.team_id,
        "bot_profile": ws.bot_profile,
    }


def edit(ws: "Workspace", channel: Channel, ts: str, changes: Message, *, editor: str | None) -> Message:
    """Replace fields of a message (None removes one) and send `message_changed`. `editor` None leaves no edited mark."""
    before = channel.messages[ts]
    after = {**before, **changes}
    for key in [key for key, value in changes.items() if value is None]:
        del after[key]
    moment = ws.counter.ts()
    if editor:
        after["edited"] = {"user": editor, "ts": f"{moment.split('.')[0]}.000000"}
    channel.messages[ts] = after
    ws.state.touch("message", f"{channel.id}/{ts}", channel=channel.id, ts=ts, thread_ts=after.get("thread_ts", ""))
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": after,
        "previous_message": before,
        "channel": channel.id,
        "hidden": True,
        "ts": moment,
        "event_ts": moment,
        "channel_type": channel.kind,
    }
    events.emit(ws, event, channel)
    return after


def delete(ws: "Workspace", channel: Channel, ts: str) -> None:
    """Take a message away; a thread whose root goes keeps its replies under a tombstone, as in Slack."""
    before = channel.messages[ts]
    if channel.threads.get(ts):
        tombstone: Message = {
            key: before[key] for key in ("type", "ts", "thread_ts", "reply_count", "reply_users") if key in before
        }
        channel.messages[ts] = {
            **tombstone,
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
        }
        channel.pins.pop(ts, None)
    else:
        channel.drop(ts)
        if before.get("thread_ts"):
            _count_replies(ws, channel, before["thread_ts"], before)
    ws.state.touch("message", f"{channel.id}/{ts}", channel=channel.id, ts=ts, thread_ts=before.get("thread_ts", ""))
    ws.state.touch("channel", channel.id)
    moment = ws.counter.ts()
    # Slack tells of a tombstone as of a change, and of a message that is gone as of a deletion (42wim/matterbridge#600).
    if ts in channel.messages:
        what = {"subtype": "message_changed", "message": channel.messages[ts]}
    else:
        what = {"subtype": "message_deleted", "deleted_ts": ts}
    event = {
        "type": "message",
        **what,
        "previous_message": before,
        "channel": channel.id,
        "hidden": True,
        "ts": moment,
        "event_ts": moment,
        "channel_type": channel.kind,
    }
    events.emit(ws, event, channel)


def react(ws: "Workspace", channel: Channel, ts: str, name: str, user: str) -> bool:
    """Add a reaction; False when this user has already given it."""
    message = channel.messages[ts]
    reactions = message.setdefault("reactions", [])
    one = next((given for given in reactions if given["name"] == name), None)
    if one is None:
        one = {"name": name, "users": [], "count": 0}
        reactions.append(one)
    if user in one["users"]:
        return False
    one["users"].append(user)
    one["count"] = len(one["users"])
    _reaction_event(ws, channel, message, name, user, "reaction_added")
    return True


def unreact(ws: "Workspace", channel: Channel, ts: str, name: str, user: str) -> bool:
    """Take a reaction back; False when there is none of this user."""
    message = channel.messages[ts]
    one = next((given for given in message.get("reactions", []) if given["name"] == name), None)
    if one is None or user not in one["users"]:
        return False
    one["users"].remove(user)
    one["count"] = len(one["users"])
    message["reactions"] = [given for given in message["reactions"] if given["count"]]
    if not message["reactions"]:
        del message["reactions"]
    _reaction_event(ws, channel, message, name, user, "reaction_removed")
    return True


def _reaction_event(ws: "Workspace", channel: Channel, message: Message, name: str, user: str, kind: str) -> None:
    ts = message["ts"]
    ws.state.touch("message", f"{channel.id}/{ts}", channel=channel.id, ts=ts, thread_ts=message.get("thread_ts", ""))
    event = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": ts},
        "item_user": message.get("user"),
    }
    events.emit(ws, event, channel)


def pin(ws: "Workspace", channel: Channel, ts: str, user: str) -> None:
    """Pin a message that is not pinned yet; Slack also says so in the channel."""
    channel.pins[ts] = {"created": ws.counter.seconds(), "created_by": user}
    _pinned_to(ws, channel, ts)
    events.emit(ws, _pin_event(ws, channel, ts, user, "pin_added"), channel)


def unpin(ws: "Workspace", channel: Channel, ts: str, user: str) -> None:
    """Take a pin away."""
    event = _pin_event(ws, channel, ts, user, "pin_removed")
    del channel.pins[ts]
    _pinned_to(ws, channel, ts)
    events.emit(ws, event, channel)


def _pinned_to(ws: "Workspace", channel: Channel, ts: str) -> None:
    message = channel.messages[ts]
    if ts in channel.pins:
        message["pinned_to"] = [channel.id]
        message["pinned_info"] = {"channel": channel.id, "pinned_by": channel.pins[ts]["created_by"]}
    else:
        message.pop("pinned_to", None)
        message.pop("pinned_info", None)
    ws.state.touch("channel", channel.id)
    ws.state.touch("message", f"{channel.id}/{ts}", channel=channel.id, ts=ts, thread_ts=message.get("thread_ts", ""))


def _pin_event(ws: "Workspace", channel: Channel, ts: str, user: str, kind: str) -> events.Event:
    return {"type": kind, "user": user, "channel_id": channel.id, "item": pinned_item(channel, ts), "item_user": user}


def pinned_item(channel: Channel, ts: str) -> dict[str, Any]:
    """A pin as `pins.list` and the pin events show it."""
    return {
        "type": "message",
        "channel": channel.id,
        **channel.pins[ts],
        "message": copy.deepcopy(channel.messages[ts]),
    }


def whisper(ws: "Workspace", channel: Channel, user: str, message: Message) -> Message:
    """Show a message to one person only. It is not kept, and the app hears nothing of it."""
    message["ts"] = ts = ws.counter.ts()
    message["is_ephemeral"] = True
    message["channel"] = channel.id
    ws.state.ephemerals.setdefault(user, []).append(message)
    ws.state.touch("ephemeral", ts, user=user, channel=channel.id, ts=ts)
    return message


def dismiss(ws: "Workspace", user: str, ts: str) -> None:
    """Take a message that only one person sees off their screen."""
    seen = ws.state.ephemerals.get(user, [])
    for one in [one for one in seen if one["ts"] == ts]:
        seen.remove(one)
        ws.state.touch("ephemeral", ts, user=user, channel=one["channel"], ts=ts)


def rewrite(ws: "Workspace", user: str, ts: str, content: Message) -> Message | None:
    """Replace the content of a message that only one person sees; None when they have dismissed it."""
    for one in ws.state.ephemerals.get(user, []):
        if one["ts"] == ts:
            for key in ("blocks", "attachments"):
                one.pop(key, None)
            one.update(content)
            ws.state.touch("ephemeral", ts, user=user, channel=one["channel"], ts=ts)
            return one
    return None
