# ruff: noqa: D103 - the decorator says which method each function answers
"""chat.*: posting, editing and deleting messages of the app."""

import json
from typing import Any

from sandbox import channels, messages, pictures
from sandbox.api.registry import Answer, Call, answers
from sandbox.blockkit import validator
from sandbox.blockkit.filling import filled, text_of
from sandbox.errors import SlackError
from sandbox.state import Channel

TEXT_CUT = 40_000  # https://docs.slack.dev/reference/methods/chat.postMessage#truncating
TEXT_LIMIT = 4_000  # chat.update, chat.postEphemeral, chat.scheduleMessage: `msg_too_long`
MARKDOWN_LIMIT = 12_000
MOST_ATTACHMENTS = 100
METADATA_LIMIT = 16_000  # characters of JSON; Slack publishes no figure, only the error `metadata_too_large`


def target(call: Call, key: str) -> Channel:
    """Where to post: an id, a `#name`, or a user id, which means the direct conversation.

    `chat:write` posts where the app is a member; `chat:write.public` opens public channels.
    """
    ws = call.ws
    channel = ws.state.channels.get(key)
    if channel is None and key in ws.state.users:
        if ws.state.users[key]["is_bot"]:
            raise SlackError("channel_not_found")
        return _direct(call, key)
    if channel is None:
        name = key.removeprefix("#")
        channel = next((one for one in ws.state.channels.values() if one.name == name and name), None)
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if channel.kind == "im":
        return _direct(call, str(channel.info["user"]))
    if channel.is_archived:
        raise SlackError("is_archived")
    if ws.bot_user_id not in channel.members and "chat:write.public" not in ws.scopes:
        raise SlackError("not_in_channel")
    return channel


def _direct(call: Call, user: str) -> Channel:
    """The direct conversation with somebody; there is none when the app has no messages tab."""
    if not call.ws.manifest.features.app_home.messages_tab_enabled:
        raise SlackError("messages_tab_disabled")
    return channels.direct(call.ws, user)


def content(call: Call, *, longest: int | None) -> dict[str, Any]:
    """Check the content of a message: `text`, and `blocks`, `attachments`, `metadata` if given.

    `longest` None cuts a long text as chat.postMessage does; otherwise it is `msg_too_long`.
    """
    args = call.args
    blocks, attachments = args.get("blocks"), args.get("attachments")
    text, markdown = args.get("text") or "", args.get("markdown_text")
    if markdown is not None and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if markdown and len(markdown) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    if longest and len(text) > longest:
        raise SlackError("msg_too_long")
    found: dict[str, Any] = {"text": text[:TEXT_CUT]}
    if markdown:
        found = {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}
    if blocks is not None:
        validator.check_message(blocks, pictures.unknown(call.ws, blocks, "/blocks"))
    if blocks:
        found["blocks"] = blocks
        found["text"] = text or text_of(blocks)
    if attachments is not None:
        found["attachments"] = _attachments(attachments)
    if "metadata" in args:
        found["metadata"] = _metadata(args["metadata"])
    if not found["text"] and not found.get("blocks") and not attachments:
        raise SlackError("no_text")
    if found.get("blocks"):
        found["blocks"] = filled(found["blocks"], call.ws.counter.block_id)
    return found


def _attachments(attachments: Any) -> list[dict[str, Any]]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        if attachment.get("blocks"):
            validator.check_message(attachment["blocks"])
    return [{"id": number, "fallback": "[no preview available]", **one} for number, one in enumerate(attachments, 1)]


def _metadata(metadata: Any) -> dict[str, Any] | None:
    """Message metadata; `{}` means none. https://docs.slack.dev/messaging/message-metadata."""
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return None
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def dress(call: Call, message: dict[str, Any]) -> None:
    """Own name and icon, which need `chat:write.customize`."""
    args = call.args
    if not any(args.get(key) for key in ("username", "icon_emoji", "icon_url")):
        return
    call.need(("chat:write.customize",))
    if args.get("username"):
        message["username"] = args["username"]
    if args.get("icon_emoji"):
        message["icons"] = {"emoji": args["icon_emoji"]}
    elif args.get("icon_url"):
        message["icons"] = {"image_48": args["icon_url"]}


def thread_of(call: Call, channel: Channel) -> dict[str, Any]:
    """`thread_ts` of the reply, always the root's; empty for a message in the channel itself."""
    ts = call.args.get("thread_ts")
    if not ts:
        return {}
    parent = channel.messages.get(ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return {"thread_ts": parent.get("thread_ts", ts)}


@answers("chat.postMessage")
def post_message(call: Call) -> Answer:
    ws = call.ws
    channel = target(call, call.args["channel"])
    found = content(call, longest=None)
    message = {**messages.by_app(ws, found.pop("text")), **found, **thread_of(call, channel)}
    if message.get("metadata", False) is None:
        del message["metadata"]
    dress(call, message)
    ws.limits.check_post(channel.id)
    broadcast = bool(call.args.get("reply_broadcast"))
    said = messages.say(ws, channel, message, broadcast=broadcast)
    pictures.share(ws, said.get("blocks"), channel)
    return {"channel": channel.id, "ts": said["ts"], "message": said}


@answers("chat.meMessage")
def me_message(call: Call) -> Answer:
    ws = call.ws
    channel = target(call, call.args["channel"])
    if len(call.args["text"]) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    ws.limits.check_post(channel.id)
    said = messages.say(ws, channel, {**messages.by_app(ws, call.args["text"]), "subtype": "me_message"})
    return {"channel": channel.id, "ts": said["ts"]}


@answers("chat.postEphemeral")
def post_ephemeral(call: Call) -> Answer:
    """Only to members, never stored; cannot be updated or found in the history."""
    ws = call.ws
    channel = target(call, call.args["channel"])
    if call.args["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    found = content(call, longest=TEXT_LIMIT)
    found.pop("metadata", None)
    message = {**messages.by_app(ws, found.pop("text")), **found, **thread_of(call, channel)}
    dress(call, message)
    shown = messages.whisper(ws, channel, call.args["user"], message)
    return {"message_ts": shown["ts"]}


@answers("chat.update")
def update(call: Call) -> Answer:
    ws, args = call.ws, call.args
    channel = call.ws.state.channels.get(args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    message = call.message(channel, args["ts"])
    if channel.is_archived:
        raise SlackError("is_inactive")
    if message.get("bot_id") != ws.bot_id:
        raise SlackError("cant_update_message")
    found = content(call, longest=TEXT_LIMIT)
    # What is not given goes: text without blocks removes the old blocks. Only metadata stays when left out.
    for key in ("blocks", "attachments"):
        if key in message and key not in found:
            found[key] = None
    if "metadata" not in message and found.get("metadata", False) is None:
        del found["metadata"]
    edited = messages.edit(ws, channel, args["ts"], found, editor=ws.bot_user_id)
    pictures.share(ws, edited.get("blocks"), channel)
    return {"channel": channel.id, "ts": edited["ts"], "text": edited["text"], "message": edited}


@answers("chat.delete")
def delete(call: Call) -> Answer:
    ws, args = call.ws, call.args
    channel = ws.state.channels.get(args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    message = call.message(channel, args["ts"])
    if message.get("bot_id") != ws.bot_id:
        raise SlackError("cant_delete_message")
    messages.delete(ws, channel, args["ts"])
    return {"channel": channel.id, "ts": args["ts"]}


@answers("chat.getPermalink")
def get_permalink(call: Call) -> Answer:
    channel = call.ws.state.channels.get(call.args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    message = call.message(channel, call.args["message_ts"])
    link = f"https://{call.ws.team_domain}.slack.com/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    root = message.get("thread_ts")
    if root and root != message["ts"]:
        link += f"?thread_ts={root}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


@answers("chat.unfurl")
def unfurl(call: Call) -> Answer:
    channel = call.ws.state.channels.get(call.args["channel"])
    if channel is None or not call.sees(channel):
        raise SlackError("cannot_find_channel")
    call.message(channel, call.args["ts"], "cannot_find_message")
    if not isinstance(call.args["unfurls"], dict):
        raise SlackError("invalid_unfurls_format")
    given = [{"from_url": url, "app_unfurl_url": url, **one} for url, one in call.args["unfurls"].items()]
    messages.edit(call.ws, channel, call.args["ts"], {"attachments": given}, editor=None)
    return {}
