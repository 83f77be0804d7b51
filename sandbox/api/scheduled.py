# ruff: noqa: D103 - the decorator says which method each function answers
"""chat.scheduleMessage and its neighbours: messages that wait for their time."""

from typing import TYPE_CHECKING, Any

from sandbox import messages
from sandbox.api import chat
from sandbox.api.paging import page
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

FARTHEST_SECONDS = 120 * 24 * 3600  # https://docs.slack.dev/reference/methods/chat.scheduleMessage


@answers("chat.scheduleMessage")
def schedule(call: Call) -> Answer:
    ws, post_at = call.ws, call.args["post_at"]
    if post_at <= ws.clock.now():
        raise SlackError("time_in_past")
    if post_at > ws.clock.now() + FARTHEST_SECONDS:
        raise SlackError("time_too_far")
    channel = chat.target(call, call.args["channel"])
    found = chat.content(call, longest=chat.TEXT_LIMIT)
    message = {**messages.by_app(ws, found.pop("text")), **found, **chat.thread_of(call, channel)}
    kept = {
        "id": ws.counter.id("Q"),
        "channel_id": channel.id,
        "post_at": post_at,
        "date_created": ws.counter.seconds(),
        "text": message["text"],
        "message": message,
    }
    ws.state.scheduled[str(kept["id"])] = kept
    ws.state.touch("scheduled", str(kept["id"]))
    shown = {key: value for key, value in message.items() if key != "metadata"}
    return {"channel": channel.id, "scheduled_message_id": kept["id"], "post_at": post_at, "message": shown}


@answers("chat.scheduledMessages.list")
def listed(call: Call) -> Answer:
    waiting: list[dict[str, Any]] = [
        {key: value for key, value in one.items() if key != "message"}
        for one in call.ws.state.scheduled.values()
        if one["channel_id"] == call.args.get("channel", one["channel_id"])
    ]
    part, cursor = page(waiting, call.args, most=100, default=100)
    return {"scheduled_messages": part, "response_metadata": {"next_cursor": cursor}}


@answers("chat.deleteScheduledMessage")
def delete(call: Call) -> Answer:
    key = call.args["scheduled_message_id"]
    one = call.ws.state.scheduled.get(key)
    if one is None or one["channel_id"] != call.args["channel"]:
        raise SlackError("invalid_scheduled_message_id")
    del call.ws.state.scheduled[key]
    call.ws.state.touch("scheduled", key)
    return {}


def post_due(ws: "Workspace") -> int:
    """Post what has become due by the workspace's clock; returns how many."""
    posted = 0
    with ws.state.change():
        due = [one for one in ws.state.scheduled.values() if one["post_at"] <= ws.clock.now()]
        for one in sorted(due, key=lambda one: one["post_at"]):
            del ws.state.scheduled[one["id"]]
            ws.state.touch("scheduled", one["id"])
            channel = ws.state.channels[one["channel_id"]]
            if not channel.is_archived:
                messages.say(ws, channel, dict(one["message"]))
                posted += 1
    return posted
