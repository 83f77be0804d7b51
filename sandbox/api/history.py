"""conversations.history and conversations.replies. Without `include_all_metadata` only the type of metadata is returned."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.api.paging import page
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError
from sandbox.state import Channel

MOST_MESSAGES = 999
MOST_REPLIES = 1000
_TS = re.compile(r"\d+(\.\d+)?")


@answers("conversations.history")
def history(call: Call) -> Answer:
    """The newest first; for bots only where they are members, even of public channels."""
    channel = call.conversation(call.args["channel"], member=True)
    found = _within(call, channel.timeline())
    found.reverse()
    part, cursor = page(found, call.args, most=MOST_MESSAGES, default=100)
    return {
        "messages": [shown(one, call) for one in part],
        "has_more": bool(cursor),
        "pin_count": len(channel.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **({"response_metadata": {"next_cursor": cursor}} if cursor else {}),
    }


@answers("conversations.replies")
def replies(call: Call) -> Answer:
    """The root first, then its replies, the oldest first. A ts inside a thread gives only that message."""
    channel = call.conversation(call.args["channel"], member=True)
    thread = _thread(channel, call.args["ts"])
    root, rest = thread[0], _within(call, thread[1:])
    part, cursor = page([root, *rest], call.args, most=MOST_REPLIES, default=MOST_REPLIES)
    return {
        "messages": [shown(one, call) for one in part],
        "has_more": bool(cursor),
        **({"response_metadata": {"next_cursor": cursor}} if cursor else {}),
    }


def _thread(channel: Channel, ts: str) -> list[dict[str, Any]]:
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("thread_not_found")
    return list(channel.timeline(ts))


def _within(call: Call, messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those between `oldest` and `latest`, the borders themselves only with `inclusive`."""
    oldest, latest = _border(call, "oldest"), _border(call, "latest")
    if oldest is None and latest is None:
        return list(messages)
    low, high = oldest or 0.0, latest if latest is not None else float("inf")
    if call.args.get("inclusive"):
        return [one for one in messages if low <= _number(one["ts"]) <= high]
    return [one for one in messages if low < _number(one["ts"]) < high]


def _border(call: Call, name: str) -> int | None:
    text = call.args.get(name)
    if not text or text == "now":
        return None
    if not _TS.fullmatch(text):
        raise SlackError(f"invalid_ts_{name}")
    return _number(text)


def _number(ts: str) -> int:
    """Microseconds: floating point would blur neighbours."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def shown(message: dict[str, Any], call: Call) -> dict[str, Any]:
    """A message as the app gets it back."""
    metadata = message.get("metadata")
    if metadata and not call.args.get("include_all_metadata"):
        return {**message, "metadata": {"event_type": metadata["event_type"]}}
    return message
