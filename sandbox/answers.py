"""What the app answers in an ack or through a response URL, as a message.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: ephemeral unless `response_type` is
`in_channel`; `replace_original` and `delete_original` concern the message that was clicked; membership is not needed.
"""

from typing import TYPE_CHECKING, Any

from sandbox import messages
from sandbox.blockkit import validator
from sandbox.blockkit.filling import filled, text_of
from sandbox.errors import SlackError
from sandbox.state import Channel
from sandbox.tickets import ResponseUrl

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Answer = dict[str, Any]


def give(ws: "Workspace", ticket: ResponseUrl, answer: Answer) -> Answer | None:
    """Do what the answer says; returns the message that now stands there, None when it was deleted.

    Raises SlackError: `no_text`, `invalid_blocks`, …
    """
    shown = _give(ws, ticket, answer)
    if shown:
        ticket.shown.append(shown)
    return shown


def _give(ws: "Workspace", ticket: ResponseUrl, answer: Answer) -> Answer | None:
    channel = ws.state.channels[ticket.channel]
    if answer.get("delete_original") and ticket.ts:
        _delete(ws, channel, ticket)
        return None
    content = _content(ws, answer)
    if answer.get("replace_original") and ticket.ts:
        return _replace(ws, channel, ticket, content)
    message = {**messages.by_app(ws, content.pop("text")), **content}
    if answer.get("thread_ts"):
        message["thread_ts"] = answer["thread_ts"]
    elif ticket.thread_ts and ticket.ts:
        message["thread_ts"] = ticket.thread_ts
    if answer.get("response_type") == "in_channel" and not ticket.ephemeral:
        return messages.say(ws, channel, message)
    return messages.whisper(ws, channel, ticket.user, message)


def _content(ws: "Workspace", answer: Answer) -> Answer:
    text, blocks, attachments = answer.get("text") or "", answer.get("blocks"), answer.get("attachments")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if blocks:
        validator.check_message(blocks)
        blocks = filled(blocks, ws.counter.block_id)
    content = {"text": text or text_of(blocks or []), "blocks": blocks, "attachments": attachments}
    return {key: value for key, value in content.items() if value is not None}


def _delete(ws: "Workspace", channel: Channel, ticket: ResponseUrl) -> None:
    assert ticket.ts is not None
    if ticket.ephemeral:
        messages.dismiss(ws, ticket.user, ticket.ts)
    elif ticket.ts in channel.messages:
        messages.delete(ws, channel, ticket.ts)


def _replace(ws: "Workspace", channel: Channel, ticket: ResponseUrl, content: Answer) -> Answer | None:
    assert ticket.ts is not None
    if ticket.ephemeral:
        return messages.rewrite(ws, ticket.user, ticket.ts, content)
    if ticket.ts not in channel.messages:
        raise SlackError("message_not_found")
    for key in ("blocks", "attachments"):
        if key in channel.messages[ticket.ts]:
            content.setdefault(key, None)
    return messages.edit(ws, channel, ticket.ts, content, editor=ws.bot_user_id)
