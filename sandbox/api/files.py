# ruff: noqa: D103 - the decorator says which method each function answers
"""files.*: the three steps of an upload (ask for an address, send the bytes there, share), and what is known of a file."""

import mimetypes
from typing import Any

from sandbox import messages
from sandbox.api import chat
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError, invalid_arguments
from sandbox.state import Channel

ALT_TEXT_LENGTH = 1000
SNIPPET_BYTES = 1024 * 1024
MOST_CHANNELS = 100


@answers("files.getUploadURLExternal")
def get_upload_url(call: Call) -> Answer:
    ws, args = call.ws, call.args
    if args["length"] < 1:
        raise invalid_arguments("must be greater than or equal to 1 [json-pointer:/length]")
    if len(args.get("alt_txt") or "") > ALT_TEXT_LENGTH:
        raise SlackError("alt_txt_too_large")
    if args.get("snippet_type") and args["length"] > SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
    name = args["filename"]
    file_id = ws.counter.id("F")
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    created = ws.counter.seconds()
    ws.state.files[file_id] = {
        "id": file_id,
        "created": created,
        "timestamp": created,
        "name": name,
        "title": name,
        "mimetype": mimetype,
        "filetype": name.rpartition(".")[2].lower() or "binary",
        "pretty_type": (name.rpartition(".")[2] or "Binary").upper(),
        "user": ws.bot_user_id,
        "user_team": ws.team_id,
        "editable": bool(args.get("snippet_type")),
        "size": args["length"],
        "mode": "awaiting",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{ws.url}/upload/file/{file_id}",
        "url_private_download": f"{ws.url}/upload/file/{file_id}",
        "permalink": f"https://{ws.team_domain}.slack.com/files/{ws.bot_user_id}/{file_id}/{name}",
        "alt_txt": args.get("alt_txt") or "",
    }
    ws.state.touch("file", file_id)
    return {"upload_url": f"{ws.url}/upload/v1/{file_id}", "file_id": file_id}


@answers("files.completeUploadExternal")
def complete_upload(call: Call) -> Answer:
    ws, args = call.ws, call.args
    files = [_uploaded(call, one) for one in _list(args["files"])]
    channels = [_channel(call, one) for one in _targets(args)]
    for file in files:
        file["mode"] = "snippet" if file["editable"] else "hosted"
        ws.state.touch("file", file["id"])
    for channel in channels:
        _share(call, channel, files)
    return {"files": files}


def _list(files: Any) -> list[dict[str, Any]]:
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) for one in files):
        raise invalid_arguments("must provide an array [json-pointer:/files]")
    return files


def _targets(args: dict[str, Any]) -> list[str]:
    targets = [*(args.get("channels") or []), *([args["channel_id"]] if args.get("channel_id") else [])]
    if len(targets) > MOST_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    return targets


def _channel(call: Call, key: str) -> Channel:
    channel = call.ws.state.channels.get(key)
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if call.ws.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _uploaded(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    file = call.ws.state.files.get(str(given.get("id")))
    if file is None or file["mode"] == "awaiting":
        raise SlackError("file_not_found")
    if given.get("title"):
        file["title"] = given["title"]
    return file


def _share(call: Call, channel: Channel, files: list[dict[str, Any]]) -> None:
    ws = call.ws
    message = messages.by_app(ws, call.args.get("initial_comment") or "")
    for file in files:
        file["is_public"] = file["is_public"] or channel.kind == "channel"
        file.setdefault("channels", []).append(channel.id)
    shared = {"files": [dict(file) for file in files], "upload": True, "display_as_bot": False}
    messages.say(ws, channel, {**message, **shared, **chat.thread_of(call, channel)})


@answers("files.info")
def info(call: Call) -> Answer:
    return {"file": _known(call), "comments": [], "response_metadata": {"next_cursor": ""}}


def _known(call: Call) -> dict[str, Any]:
    file = call.ws.state.files.get(call.args["file"])
    if file is None:
        raise SlackError("file_not_found")
    return file


@answers("files.delete")
def delete(call: Call) -> Answer:
    file = _known(call)
    if file["user"] != call.ws.bot_user_id:
        raise SlackError("cant_delete_file")
    del call.ws.state.files[file["id"]]
    call.ws.state.contents.pop(file["id"], None)
    call.ws.state.touch("file", file["id"])
    return {}
