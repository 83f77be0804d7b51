# ruff: noqa: D103 - the decorator says which method each function answers
"""bookmarks.*: the links at the top of a channel."""

from typing import Any

from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError, invalid_arguments
from sandbox.state import Channel

TITLE_LENGTH = 256
LINK_LENGTH = 2048
MOST_BOOKMARKS = 100


def _channel(call: Call) -> Channel:
    channel = call.ws.state.channels.get(call.args["channel_id"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if call.ws.bot_user_id not in channel.members and call.method.name != "bookmarks.list":
        raise SlackError("permission_denied")
    return channel


def _check(call: Call) -> None:
    title, link = call.args.get("title"), call.args.get("link")
    if title is not None and len(title) > TITLE_LENGTH:
        raise invalid_arguments(f"must be less than {TITLE_LENGTH + 1} characters [json-pointer:/title]")
    if link is not None and (len(link) > LINK_LENGTH or not link.startswith(("http://", "https://"))):
        raise SlackError("invalid_link")


@answers("bookmarks.add")
def add(call: Call) -> Answer:
    if call.args["type"] != "link":
        raise SlackError("invalid_bookmark_type")
    channel = _channel(call)
    if "link" not in call.args:
        raise SlackError("invalid_link")
    _check(call)
    if len(channel.bookmarks) >= MOST_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    bookmark: dict[str, Any] = {
        "id": call.ws.counter.id("Bk"),
        "channel_id": channel.id,
        "title": call.args["title"],
        "link": call.args["link"],
        "emoji": call.args.get("emoji", ""),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": call.ws.counter.seconds(),
        "date_updated": 0,
        "rank": "g",
        "last_updated_by_user_id": call.ws.bot_user_id,
        "last_updated_by_team_id": call.ws.team_id,
        "shortcut_id": None,
        "app_id": call.ws.app_id,
    }
    channel.bookmarks[bookmark["id"]] = bookmark
    call.ws.state.touch("channel", channel.id)
    return {"bookmark": bookmark}


def _bookmark(call: Call, channel: Channel) -> dict[str, Any]:
    bookmark = channel.bookmarks.get(call.args["bookmark_id"])
    if bookmark is None:
        raise SlackError("not_found")
    return bookmark


@answers("bookmarks.edit")
def edit(call: Call) -> Answer:
    channel = _channel(call)
    bookmark = _bookmark(call, channel)
    _check(call)
    bookmark.update({key: call.args[key] for key in ("title", "link", "emoji") if key in call.args})
    bookmark["date_updated"] = call.ws.counter.seconds()
    call.ws.state.touch("channel", channel.id)
    return {"bookmark": bookmark}


@answers("bookmarks.list")
def listed(call: Call) -> Answer:
    return {"bookmarks": list(_channel(call).bookmarks.values())}


@answers("bookmarks.remove")
def remove(call: Call) -> Answer:
    channel = _channel(call)
    del channel.bookmarks[_bookmark(call, channel)["id"]]
    call.ws.state.touch("channel", channel.id)
    return {}
