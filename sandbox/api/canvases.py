# ruff: noqa: D103 - the decorator says which method each function answers
"""canvases.*: documents of Markdown. The page shows that of a channel."""

from typing import Any

from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError, invalid_arguments

CANVAS_BYTES = 1024 * 1024
_OPERATIONS = ("insert_after", "insert_before", "insert_at_start", "insert_at_end", "replace", "delete", "rename")


def _markdown(content: Any, pointer: str) -> str:
    if content is None:
        return ""
    if (
        not isinstance(content, dict)
        or content.get("type") != "markdown"
        or not isinstance(content.get("markdown"), str)
    ):
        raise invalid_arguments(f"must provide markdown [json-pointer:{pointer}]")
    markdown = str(content["markdown"])
    if len(markdown.encode()) > CANVAS_BYTES:
        raise SlackError("canvas_too_large")
    return markdown


def _canvas(call: Call) -> dict[str, Any]:
    canvas = call.ws.state.canvases.get(call.args["canvas_id"])
    if canvas is None:
        raise SlackError("canvas_not_found")
    return canvas


def _make(call: Call, channel_id: str | None) -> Answer:
    markdown = _markdown(call.args.get("document_content"), "/document_content")
    canvas = {"id": call.ws.counter.id("F"), "title": call.args.get("title", ""), "markdown": markdown}
    call.ws.state.canvases[canvas["id"]] = {**canvas, "channel_id": channel_id}
    call.ws.state.touch("canvas", canvas["id"])
    return {"canvas_id": canvas["id"]}


@answers("canvases.create")
def create(call: Call) -> Answer:
    channel_id = call.args.get("channel_id")
    if channel_id and channel_id not in call.ws.state.channels:
        raise SlackError("channel_not_found")
    return _make(call, channel_id)


@answers("conversations.canvases.create")
def create_in_channel(call: Call) -> Answer:
    channel = call.ws.state.channels.get(call.args["channel_id"])
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if any(one["channel_id"] == channel.id for one in call.ws.state.canvases.values()):
        raise SlackError("channel_canvas_already_exists")
    answer = _make(call, channel.id)
    made = call.ws.state.canvases[answer["canvas_id"]]
    about = {"file_id": made["id"], "is_empty": not made["markdown"], "quip_thread_id": made["id"].replace("F", "Q", 1)}
    channel.info["properties"] = {**channel.info.get("properties", {}), "canvas": about}
    call.ws.state.touch("channel", channel.id)
    return answer


@answers("canvases.edit")
def edit(call: Call) -> Answer:
    """Exactly one change a call."""
    canvas, changes = _canvas(call), call.args["changes"]
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        raise invalid_arguments("no more than 1 items allowed [json-pointer:/changes]")
    change = changes[0]
    operation = change.get("operation")
    if operation not in _OPERATIONS:
        raise invalid_arguments("unsupported operation [json-pointer:/changes/0/operation]")
    markdown = _markdown(change.get("document_content"), "/changes/0/document_content")
    if operation == "rename":
        title = change.get("title_content") or {}
        canvas["title"] = str(title.get("markdown", title.get("text", "")))
    elif operation == "replace" and "section_id" not in change:
        canvas["markdown"] = markdown
    elif operation in ("insert_at_start", "insert_before"):
        canvas["markdown"] = f"{markdown}\n{canvas['markdown']}"
    elif operation != "delete":
        canvas["markdown"] = f"{canvas['markdown']}\n{markdown}"
    if len(canvas["markdown"].encode()) > CANVAS_BYTES:
        raise SlackError("canvas_too_large")
    call.ws.state.touch("canvas", canvas["id"])
    return {}


@answers("canvases.delete")
def delete(call: Call) -> Answer:
    canvas = _canvas(call)
    del call.ws.state.canvases[canvas["id"]]
    for channel in call.ws.state.channels.values():
        properties = channel.info.get("properties", {})
        if properties.get("canvas", {}).get("file_id") == canvas["id"]:
            channel.info["properties"] = {name: value for name, value in properties.items() if name != "canvas"}
            call.ws.state.touch("channel", channel.id)
    call.ws.state.touch("canvas", canvas["id"])
    return {}


@answers("canvases.access.set")
def access_set(call: Call) -> Answer:
    return _access(call, call.args["access_level"])


@answers("canvases.access.delete")
def access_delete(call: Call) -> Answer:
    return _access(call, None)


def _access(call: Call, level: str | None) -> Answer:
    canvas = _canvas(call)
    if bool(call.args.get("channel_ids")) == bool(call.args.get("user_ids")):
        raise SlackError("invalid_parameters")
    for who in [*call.args.get("channel_ids", []), *call.args.get("user_ids", [])]:
        canvas.setdefault("access", {})[who] = level
    call.ws.state.touch("canvas", canvas["id"])
    return {}


@answers("canvases.sections.lookup")
def sections_lookup(call: Call) -> Answer:
    """The headings that contain the text; section ids are positions."""
    wanted = (
        str((call.args["criteria"] or {}).get("contains_text", "")) if isinstance(call.args["criteria"], dict) else ""
    )
    lines = _canvas(call)["markdown"].splitlines()
    found = [{"id": f"temp:C:{number}"} for number, line in enumerate(lines) if wanted and wanted in line]
    return {"sections": found}
