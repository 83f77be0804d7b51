"""Block Kit blocks. One small function for each type; a type without one gets an honest placeholder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from sandbox.page import controls, mrkdwn
from sandbox.page.markdown import markdown
from sandbox.page.pickers import PICKERS
from sandbox.page.richtext import rich_text
from sandbox.page.stage import Json, Stage
from sandbox.page.tag import Tag, raw


def draw(blocks: Iterable[Json], stage: Stage) -> None:
    """Draw the blocks of a message, modal or Home, in order, into the current element."""
    for block in blocks:
        _DRAWN.get(str(block.get("type")), _placeholder)(block, stage)


def mark(block: Json) -> str:
    """Everything a block's looks depend on. A block's id is no part of it, unless what somebody chose is kept under it."""
    elements = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
    keeps = any(isinstance(one, dict) and one.get("type") in PICKERS for one in elements)
    return json.dumps(block if keeps else {**block, "block_id": None})


def _section(block: Json, stage: Stage) -> None:
    accessory = block.get("accessory")
    with Tag("div", classes="kit section"):
        with Tag("div", classes="section-words"):
            if "text" in block:
                raw(mrkdwn.text_object(block["text"], stage.view), "words")
            if "fields" in block:
                with Tag("div", classes="fields"):
                    for field in block["fields"]:
                        raw(mrkdwn.text_object(field, stage.view), "words")
        if accessory:
            with Tag("div", classes="accessory"):
                controls.control(block, accessory, stage)


def _header(block: Json, stage: Stage) -> None:
    raw(mrkdwn.text_object(block["text"], stage.view), "kit header", tag="h3")


def _divider(block: Json, stage: Stage) -> None:
    Tag("hr", classes="kit")


def _context(block: Json, stage: Stage) -> None:
    with Tag("div", classes="kit context"):
        for element in block["elements"]:
            if element["type"] == "image":
                controls.image(element, "context-image", stage)
            else:
                raw(mrkdwn.text_object(element, stage.view), "words", tag="span")


def _actions(block: Json, stage: Stage) -> None:
    with Tag("div", classes="kit actions"):
        for element in block["elements"]:
            controls.control(block, element, stage)


def _image(block: Json, stage: Stage) -> None:
    with Tag("figure", classes="kit picture"):
        if "title" in block:
            raw(mrkdwn.text_object(block["title"], stage.view), tag="figcaption")
        controls.image(block, "block-image", stage)


def _input(block: Json, stage: Stage) -> None:
    """An input outside a modal: its value is told when it changes. Those of modals are drawn by `form`."""
    with Tag("div", classes="kit input"):
        raw(mrkdwn.text_object(block["label"], stage.view), "input-label")
        controls.control(block, block["element"], stage)
        if "hint" in block:
            raw(mrkdwn.text_object(block["hint"], stage.view), "hint")


def _rich_text(block: Json, stage: Stage) -> None:
    raw(rich_text(block, stage.view), "kit words rich")


def _markdown(block: Json, stage: Stage) -> None:
    raw(markdown(str(block.get("text", ""))), "kit words rich")


def _table(block: Json, stage: Stage) -> None:
    rows = block.get("rows", [])
    settings = block.get("column_settings", [])
    with Tag("div", classes="kit table", role="region", aria_label="Table", tabindex="0"), Tag("table"):
        if block.get("caption"):
            Tag("caption", str(block["caption"]))
        for at, row in enumerate(rows):
            with Tag("tr"):
                for column, cell in enumerate(row):
                    setting = settings[column] if column < len(settings) else None
                    align = str((setting or {}).get("align", "left"))
                    raw(_cell(cell, stage), tag="td" if at else "th").style(f"text-align:{_ALIGN.get(align, 'left')}")


_ALIGN = {"left": "left", "center": "center", "right": "right"}


def _cell(cell: Json, stage: Stage) -> str:
    if cell.get("type") == "rich_text":
        return rich_text(cell, stage.view)
    return mrkdwn.plain(str(cell.get("text", cell.get("value", ""))))


def _video(block: Json, stage: Stage) -> None:
    url = str(block.get("title_url") or block.get("video_url", ""))
    with Tag("figure", classes="kit picture"):
        raw(mrkdwn.link(url, f"▶ {mrkdwn.text_object(block['title'], stage.view)}"), tag="figcaption")
        thumbnail = {"image_url": block.get("thumbnail_url"), "alt_text": block.get("alt_text", "video")}
        controls.image(thumbnail, "block-image", stage)
        Tag("span", "Video: the sandbox shows its thumbnail, Slack would play it.", "placeholder")


def _alert(block: Json, stage: Stage) -> None:
    level = str(block.get("level", "info"))
    raw(mrkdwn.text_object(block["text"], stage.view), f"kit alert {level if level in _LEVELS else 'info'}")


_LEVELS = frozenset({"default", "info", "warning", "error", "success"})


def _placeholder(block: Json, stage: Stage) -> None:
    with Tag("details", classes="kit placeholder"):
        Tag("summary", f"A “{block.get('type')}” block: Slack draws it, this page only shows what is in it.")
        Tag("pre", json.dumps(block, indent=2, ensure_ascii=False))


_DRAWN: dict[str, Callable[[Json, Stage], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "context_actions": _actions,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "table": _table,
    "data_table": _table,
    "video": _video,
    "alert": _alert,
}
