# ruff: noqa: D103 - the decorator says which method each function answers
"""reactions.* and pins.*: what is stuck to messages."""

import re

from sandbox import messages
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError
from sandbox.state import Channel

MOST_EMOJI = 23  # different emoji of one user on one message
MOST_PINS = 100
_TS = re.compile(r"\d+\.\d{6}")
_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _item(call: Call, *, member: bool) -> tuple[Channel, str]:
    """The message a method is about, by `channel` and `timestamp`."""
    ws, args = call.ws, call.args
    if not args.get("channel") or not args.get("timestamp"):
        raise SlackError("no_item_specified")
    channel = ws.state.channels.get(args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if not _TS.fullmatch(args["timestamp"]):
        raise SlackError("bad_timestamp")
    if member and ws.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    call.message(channel, args["timestamp"])
    return channel, args["timestamp"]


def _emoji(call: Call) -> str:
    name = str(call.args["name"]).strip(":")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    return name


@answers("reactions.add")
def add(call: Call) -> Answer:
    name = _emoji(call)
    channel, ts = _item(call, member=False)
    if channel.is_archived:
        raise SlackError("is_archived")
    given = channel.messages[ts].get("reactions", [])
    mine = [one for one in given if call.ws.bot_user_id in one["users"]]
    if len(mine) >= MOST_EMOJI and name not in [one["name"] for one in mine]:
        raise SlackError("too_many_reactions")
    if not messages.react(call.ws, channel, ts, name, call.ws.bot_user_id):
        raise SlackError("already_reacted")
    return {}


@answers("reactions.remove")
def remove(call: Call) -> Answer:
    name = _emoji(call)
    channel, ts = _item(call, member=False)
    if not messages.unreact(call.ws, channel, ts, name, call.ws.bot_user_id):
        raise SlackError("no_reaction")
    return {}


@answers("reactions.get")
def get(call: Call) -> Answer:
    channel, ts = _item(call, member=False)
    return {"type": "message", "channel": channel.id, "message": channel.messages[ts]}


@answers("reactions.list")
def listed(call: Call) -> Answer:
    user = call.args.get("user", call.ws.bot_user_id)
    call.user(user)
    items = [
        {"type": "message", "channel": channel.id, "message": message}
        for channel in call.ws.state.channels.values()
        if call.sees(channel)
        for message in channel.messages.values()
        if any(user in one["users"] for one in message.get("reactions", ()))
    ]
    return {"items": items, "response_metadata": {"next_cursor": ""}}


@answers("pins.add")
def pin(call: Call) -> Answer:
    channel, ts = _item(call, member=True)
    if ts in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= MOST_PINS:
        raise SlackError("too_many_pins")
    messages.pin(call.ws, channel, ts, call.ws.bot_user_id)
    return {}


@answers("pins.remove")
def unpin(call: Call) -> Answer:
    channel, ts = _item(call, member=True)
    if ts not in channel.pins:
        raise SlackError("no_pin")
    messages.unpin(call.ws, channel, ts, call.ws.bot_user_id)
    return {}


@answers("pins.list")
def pins(call: Call) -> Answer:
    channel = call.ws.state.channels.get(call.args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    return {"items": [messages.pinned_item(channel, ts) for ts in reversed(channel.pins)]}
