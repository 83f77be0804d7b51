# ruff: noqa: D103 - the decorator says which method each function answers
"""conversations.*: making, describing and archiving conversations."""

from typing import Any

from sandbox import channels
from sandbox.api.paging import page
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError
from sandbox.methods import scopes_for
from sandbox.state import Channel

TOPIC_LENGTH = 250
MOST_OPENED = 8  # people in one conversations.open
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


@answers("conversations.create")
def create(call: Call) -> Answer:
    private = call.args.get("is_private", False)
    call.need(scopes_for(call.method, "group" if private else "channel"))
    name = channels.check_name(call.ws, call.args["name"])
    channel = channels.create(call.ws, name, call.ws.bot_user_id, private=private)
    return {"channel": _fresh(call, channel)}


def _fresh(call: Call, channel: Channel) -> dict[str, Any]:
    """A new channel's object has a few fields more than later ones."""
    return {**channels.for_app(call.ws, channel), "last_read": "0000000000.000000", "latest": None, "priority": 0}


@answers("conversations.info")
def info(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"])
    return {"channel": channels.for_app(call.ws, channel, num_members=call.args.get("include_num_members", False))}


@answers("conversations.list")
def listed(call: Call) -> Answer:
    return _page_of_channels(call, call.sees)


@answers("users.conversations")
def users_conversations(call: Call) -> Answer:
    user = call.args.get("user", call.ws.bot_user_id)
    return _page_of_channels(call, lambda channel: call.sees(channel) and user in channel.members)


def _page_of_channels(call: Call, wanted: Any) -> Answer:
    kinds = _kinds(call)
    found = [
        channels.for_app(call.ws, one, num_members=call.method.name == "conversations.list")
        for one in call.ws.state.channels.values()
        if one.kind in kinds and wanted(one) and not (call.args.get("exclude_archived") and one.is_archived)
    ]
    part, cursor = page(found, call.args, most=999, default=100)
    return {"channels": part, "response_metadata": {"next_cursor": cursor}}


def _kinds(call: Call) -> set[str]:
    """The kinds asked for by `types`; each needs the scope for it."""
    names = [one.strip() for one in (call.args.get("types") or "public_channel").split(",")]
    if unknown := [name for name in names if name not in _TYPES]:
        raise SlackError("invalid_types", response_metadata={"messages": [f"[ERROR] unknown type: {unknown[0]}"]})
    kinds = {_TYPES[name] for name in names}
    for kind in sorted(kinds):
        call.need(scopes_for(call.method, kind))
    return kinds


@answers("conversations.open")
def opened(call: Call) -> Answer:
    """Open a direct conversation with one to eight people, or return one by its id."""
    if "channel" in call.args:
        channel = call.conversation(call.args["channel"])
        if channel.kind not in ("im", "mpim"):
            raise SlackError("method_not_supported_for_channel_type")
    else:
        channel = _with_people(call, call.args.get("users") or [])
    answer: Answer = {"channel": {"id": channel.id}}
    if call.args.get("return_im"):
        answer["channel"] = channels.for_app(call.ws, channel)
    return answer


def _with_people(call: Call, users: list[str]) -> Channel:
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MOST_OPENED:
        raise SlackError("too_many_users")
    call.need(scopes_for(call.method, "im" if len(users) == 1 else "mpim"))
    for user in users:
        known = call.user(user)
        if known["deleted"]:
            raise SlackError("user_disabled")
        if user == call.ws.bot_user_id:
            raise SlackError("invalid_user_combination")
    return channels.direct(call.ws, *users)


@answers("conversations.close")
def close(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"])
    if channel.kind not in ("im", "mpim"):
        raise SlackError("method_not_supported_for_channel_type")
    return {"no_op": True, "already_closed": True}


def _channel_only(channel: Channel) -> Channel:
    if channel.kind in ("im", "mpim"):
        raise SlackError("method_not_supported_for_channel_type")
    return channel


@answers("conversations.rename")
def rename(call: Call) -> Answer:
    channel = _channel_only(call.conversation(call.args["channel"], member=True, active=True))
    if channel.info["creator"] != call.ws.bot_user_id:
        raise SlackError("not_authorized")
    name = channels.check_name(call.ws, call.args["name"], but=channel)
    if name != channel.name:
        channels.rename(call.ws, channel, name, call.ws.bot_user_id)
    return {"channel": channels.for_app(call.ws, channel)}


@answers("conversations.setTopic")
def set_topic(call: Call) -> Answer:
    return _describe(call, "topic")


@answers("conversations.setPurpose")
def set_purpose(call: Call) -> Answer:
    return _describe(call, "purpose")


def _describe(call: Call, what: str) -> Answer:
    channel = call.conversation(call.args["channel"], member=True, active=True)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    text = call.args[what]
    if len(text) > TOPIC_LENGTH:
        raise SlackError("too_long")
    if channel.info[what]["value"] != text:
        channels.describe(call.ws, channel, what, text, call.ws.bot_user_id)
    return {"channel": channels.for_app(call.ws, channel), what: text}


@answers("conversations.archive")
def archive(call: Call) -> Answer:
    """A bot that archives a channel is thrown out of it."""
    channel = _channel_only(call.conversation(call.args["channel"]))
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.info["is_general"]:
        raise SlackError("cant_archive_general")
    if call.ws.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    channels.archive(call.ws, channel, call.ws.bot_user_id)
    return {}


@answers("conversations.unarchive")
def unarchive(call: Call) -> Answer:
    """A bot cannot: it is no member of an archived channel, and only members may (slackapi/bolt-js and others)."""
    channel = _channel_only(call.conversation(call.args["channel"]))
    if not channel.is_archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


@answers("conversations.mark")
def mark(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"], member=True)
    call.message(channel, call.args["ts"], "invalid_timestamp")
    channel.read[call.ws.bot_user_id] = call.args["ts"]
    call.ws.state.touch("channel", channel.id)
    return {}
