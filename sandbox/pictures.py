"""Uploaded images: which an app may show in blocks (`slack_file`), and who sees them.

Slack: the file must be an image, and whoever posts the blocks must have access to it
(https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object). What is said in a channel with such an image
shares it there. App Home, a modal and an ephemeral message share nothing: that a reader sees a file there who is in none of its
channels is written nowhere, and Slack's own people say no for ephemeral messages, so here nobody does.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.blockkit.rules import Problem

if TYPE_CHECKING:
    from sandbox.state import Channel
    from sandbox.workspace import Workspace

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})

Json = dict[str, Any]


def unknown(ws: "Workspace", blocks: Any, pointer: str) -> list[Problem]:
    """What is wrong with the Slack files that the blocks show."""
    return [
        Problem("invalid slack file", f"{where}/slack_file")
        for where, wanted in _wanted(blocks, pointer)
        if (file := meant(ws, wanted)) is None or file["mimetype"] not in SHOWN or file["mode"] != "hosted"
    ]


def meant(ws: "Workspace", wanted: Json) -> Json | None:
    """The file that a `slack_file` object names, by its id or by one of its addresses."""
    if "id" in wanted:
        return ws.state.files.get(str(wanted["id"]))
    addresses = ("url_private", "permalink")
    return next((file for file in ws.state.files.values() if wanted.get("url") in map(file.get, addresses)), None)


def share(ws: "Workspace", blocks: Any, channel: "Channel") -> None:
    """Who posts a file shares it."""
    for _, wanted in _wanted(blocks, ""):
        file = meant(ws, wanted)
        if file is not None:
            file["is_public"] = file["is_public"] or channel.kind == "channel"
            if channel.id not in file.setdefault("channels", []):
                file["channels"].append(channel.id)
            ws.state.touch("file", file["id"])


def seen_by(ws: "Workspace", user: str) -> dict[str, str]:
    """File id -> address of every image that this person may see: shared in a public channel, or in one of theirs."""
    theirs = {channel.id for channel in ws.state.channels.values() if user in channel.members}
    return {
        key: f"/upload/file/{key}"
        for key, file in ws.state.files.items()
        if file["mimetype"] in SHOWN and (file["is_public"] or theirs.intersection(file.get("channels", ())))
    }


def _wanted(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Every `slack_file` object, with the pointer of the element that has it."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _wanted(one, f"{pointer}/{number}")
    elif isinstance(value, dict):
        if isinstance(value.get("slack_file"), dict):
            yield pointer, value["slack_file"]
        for key, one in value.items():
            yield from _wanted(one, f"{pointer}/{key}")
