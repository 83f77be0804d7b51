# ruff: noqa: D103 - the decorator says which method each function answers
"""chat.startStream, appendStream, stopStream: a message that grows. https://docs.slack.dev/reference/methods/chat.startStream."""

from typing import Any

from sandbox import messages
from sandbox.api import chat
from sandbox.api.registry import Answer, Call, answers
from sandbox.blockkit import validator
from sandbox.blockkit.filling import filled
from sandbox.errors import SlackError
from sandbox.state import Channel


def _grown(call: Call, text: str) -> dict[str, Any]:
    if len(text) > chat.MARKDOWN_LIMIT:
        raise SlackError("msg_blocks_too_long")
    blocks = [{"type": "markdown", "text": text}] if text else []
    return {"text": text, "blocks": filled(blocks, call.ws.counter.block_id)}


@answers("chat.startStream")
def start(call: Call) -> Answer:
    """A stream is always a reply in a thread."""
    channel = chat.target(call, call.args["channel"])
    grown = _grown(call, call.args.get("markdown_text") or "")
    message = {
        **messages.by_app(call.ws, ""),
        **grown,
        **chat.thread_of(call, channel),
        "streaming_state": "in_progress",
    }
    said = messages.say(call.ws, channel, message)
    return {"channel": channel.id, "ts": said["ts"]}


def _stream(call: Call) -> tuple[Channel, dict[str, Any]]:
    channel = call.ws.state.channels.get(call.args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    message = call.message(channel, call.args["ts"])
    if message.get("bot_id") != call.ws.bot_id:
        raise SlackError("message_not_owned_by_app")
    if message.get("streaming_state") != "in_progress":
        raise SlackError("message_not_in_streaming_state")
    return channel, message


@answers("chat.appendStream")
def append(call: Call) -> Answer:
    channel, message = _stream(call)
    grown = _grown(call, message["text"] + call.args["markdown_text"])
    messages.edit(call.ws, channel, message["ts"], grown, editor=None)
    return {"channel": channel.id, "ts": message["ts"]}


@answers("chat.stopStream")
def stop(call: Call) -> Answer:
    channel, message = _stream(call)
    grown = _grown(call, message["text"] + (call.args.get("markdown_text") or ""))
    if call.args.get("blocks"):
        validator.check_message(call.args["blocks"])
        grown["blocks"] += filled(call.args["blocks"], call.ws.counter.block_id)
    if call.args.get("metadata"):
        grown["metadata"] = call.args["metadata"]
    edited = messages.edit(call.ws, channel, message["ts"], {**grown, "streaming_state": "completed"}, editor=None)
    return {"channel": channel.id, "ts": message["ts"], "message": edited}
