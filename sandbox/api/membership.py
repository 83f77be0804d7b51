# ruff: noqa: D103 - the decorator says which method each function answers
"""conversations.*: who is in a conversation."""

from typing import Any

from sandbox import channels
from sandbox.api.paging import page
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError
from sandbox.state import Channel

MOST_INVITED = 100  # users in one conversations.invite


@answers("conversations.members")
def members(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"])
    part, cursor = page(list(channel.members), call.args, most=1000, default=100)
    return {"members": part, "response_metadata": {"next_cursor": cursor}}


@answers("conversations.join")
def join(call: Call) -> Answer:
    """Public channels only; a private one the app is outside of does not exist for it."""
    channel = call.ws.state.channels.get(call.args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    answer: Answer = {}
    if call.ws.bot_user_id in channel.members:
        answer = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        channels.join(call.ws, channel, call.ws.bot_user_id)
    return {"channel": channels.for_app(call.ws, channel), **answer}


@answers("conversations.leave")
def leave(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"])
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.info.get("is_general"):
        raise SlackError("cant_leave_general")
    if call.ws.bot_user_id not in channel.members:
        return {"not_in_channel": True}
    channels.leave(call.ws, channel, call.ws.bot_user_id)
    return {}


@answers("conversations.kick")
def kick(call: Call) -> Answer:
    channel = call.conversation(call.args["channel"], member=True)
    user = call.args.get("user", "")
    call.user(user)
    if user == call.ws.bot_user_id:
        raise SlackError("cant_kick_self")
    if channel.info.get("is_general"):
        raise SlackError("cant_kick_from_general")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    channels.leave(call.ws, channel, user)
    return {"errors": {}}


@answers("conversations.invite")
def invite(call: Call) -> Answer:
    """All or nothing, unless `force`; the answer names what is wrong with each user."""
    channel = call.conversation(call.args["channel"], member=True, active=True)
    if channel.kind in ("im", "mpim"):
        raise SlackError("method_not_supported_for_channel_type")
    users = list(dict.fromkeys(call.args["users"]))
    if len(users) > MOST_INVITED:
        raise SlackError("too_many_users")
    problems = [
        {"user": user, "ok": False, "error": error} for user in users if (error := _refused(call, channel, user))
    ]
    if problems and not (call.args.get("force") and len(problems) < len(users)):
        raise _refusal(problems)
    refused = {problem["user"] for problem in problems}
    for user in users:
        if user not in refused:
            channels.join(call.ws, channel, user, inviter=call.ws.bot_user_id)
    answer: dict[str, Any] = {"channel": channels.for_app(call.ws, channel)}
    return {**answer, "errors": problems} if problems else answer


def _refusal(problems: list[dict[str, Any]]) -> SlackError:
    return SlackError(problems[0]["error"], errors=problems)


def _refused(call: Call, channel: Channel, user: str) -> str | None:
    known = call.ws.state.users.get(user)
    if known is None or known["deleted"]:
        return "user_not_found"
    if user == call.ws.bot_user_id:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "cant_invite" if user == "USLACKBOT" else None
