"""Blocks, one entry each, and the surfaces they stand on. https://docs.slack.dev/reference/block-kit/blocks."""

from typing import Any

from sandbox.blockkit.elements import EITHER_IMAGE, ELEMENTS, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.blockkit.objects import SLACK_FILE, plain_text, text
from sandbox.blockkit.richtext import RICH_TEXT
from sandbox.blockkit.rules import (
    Problem,
    Rule,
    Shape,
    anything,
    array,
    boolean,
    integer,
    one_of,
    string,
    together,
    typed,
    url,
)

_HOME = "blocks/"
_ID: dict[str, Rule] = {"block_id": string(255)}


def _block(page: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None, *whole: Rule) -> Shape:
    return Shape(f"{_HOME}{page}", required, {**_ID, **(optional or {})}, whole)


_IMAGE = typed(ELEMENTS, allowed=frozenset({"image"}))
_CONTEXT_ELEMENT: dict[str, Rule] = {
    "image": ELEMENTS["image"],
    "plain_text": text(3000),
    "mrkdwn": text(3000),
}
_RICH = _block("rich-text-block", {"elements": array(typed(RICH_TEXT), 0, 10_000)})

_CELLS: dict[str, Rule] = {
    "raw_text": Shape(f"{_HOME}table-block", {"text": string(10_000)}),
    "raw_number": Shape(f"{_HOME}table-block", {"value": anything}, {"text": string(10_000)}),
    "rich_text": _RICH,
}
_COLUMN = Shape(f"{_HOME}table-block", {}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _column(value: Any, pointer: str, problems: list[Problem]) -> None:
    """Settings of a column; null leaves the column as it is."""
    if value is not None:
        _COLUMN(value, pointer, problems)


TABLE_CHARACTERS = 10_000
DATA_TABLE_CHARACTERS = 20_000


def _characters(most: int) -> Rule:
    """All cells of a table together."""

    def holds(one: dict[str, Any]) -> bool:
        cells = [cell for row in one.get("rows") or () if isinstance(row, list) for cell in row]
        return sum(len(str(cell.get("text", ""))) for cell in cells if isinstance(cell, dict)) <= most

    return together(f"the cells must have fewer than {most + 1} characters together", holds)


_CARD = _block(
    "card-block",
    {},
    {
        "hero_image": _IMAGE,
        "icon": _IMAGE,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": array(typed(ELEMENTS, allowed=frozenset({"button"})), 1, 3),
    },
    together(
        "must define at least one of `hero_image`, `title`, `actions` or `body`",
        lambda one: any(one.get(key) for key in ("hero_image", "title", "actions", "body")),
    ),
)
_TASK = _block(
    "task-card-block",
    {"task_id": string(255, 1), "title": string(255, 1)},
    {
        "details": _RICH,
        "output": _RICH,
        "sources": array(anything, 0, 100),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
)


def _child(value: Any, pointer: str, problems: list[Problem]) -> None:
    """A block inside a container: any but another container."""
    typed(BLOCKS, allowed=frozenset(BLOCKS) - {"container", "carousel", "alert"})(value, pointer, problems)


BLOCKS: dict[str, Rule] = {
    "section": _block(
        "section-block",
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 1, 10),
            "accessory": typed(ELEMENTS, allowed=IN_SECTION),
            "expand": boolean,
        },
        together("must define either `text` or `fields`", lambda one: bool(one.get("text") or one.get("fields"))),
    ),
    "header": _block("header-block", {"text": plain_text(150)}, {"level": integer(1, 4)}),
    "divider": _block("divider-block", {}),
    "context": _block("context-block", {"elements": array(typed(_CONTEXT_ELEMENT), 1, 10)}),
    "actions": _block("actions-block", {"elements": array(typed(ELEMENTS, allowed=IN_ACTIONS), 1, 25)}),
    "context_actions": _block(
        "context-actions-block", {"elements": array(typed(ELEMENTS, allowed=IN_CONTEXT_ACTIONS), 1, 5)}
    ),
    "image": _block(
        "image-block",
        {"alt_text": string(2000, 1)},
        {"image_url": url(), "slack_file": SLACK_FILE, "title": plain_text(2000)},
        EITHER_IMAGE,
    ),
    "input": _block(
        "input-block",
        {"label": plain_text(2000), "element": typed(ELEMENTS, allowed=IN_INPUT)},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": _block("markdown-block", {"text": string(12_000, 1)}),
    "rich_text": _RICH,
    "video": _block(
        "video-block",
        {
            "alt_text": string(2000, 1),
            "title": plain_text(200),
            "thumbnail_url": url(),
            "video_url": url(),
        },
        {
            "title_url": url(2000),
            "description": plain_text(200),
            "author_name": string(50),
            "provider_name": string(50),
            "provider_icon_url": url(2000),
        },
    ),
    "table": _block(
        "table-block",
        {"rows": array(array(typed(_CELLS), 1, 20), 1, 100)},
        {"column_settings": array(_column, 0, 20)},
        _characters(TABLE_CHARACTERS),
    ),
    "data_table": _block(
        "data-table-block",
        {"caption": string(255, 1), "rows": array(array(typed(_CELLS), 1, 20), 2, 201)},
        {"page_size": integer(1, 100), "row_header_column_index": integer(0)},
        _characters(DATA_TABLE_CHARACTERS),
    ),
    "data_visualization": _block("data-visualization-block", {"title": string(50, 1)}, {"chart": anything}),
    "alert": _block(
        "alert-block", {"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "card": _CARD,
    "carousel": _block("carousel-block", {"elements": array(typed({"card": _CARD}), 1, 10)}),
    "container": _block(
        "container-block",
        {"child_blocks": array(_child, 1, 10)},
        {
            "title": plain_text(150),
            "rich_text_title": _RICH,
            "subtitle": plain_text(150),
            "icon": _IMAGE,
            "width": one_of("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
    ),
    "plan": _block("plan-block", {"title": string(255, 1)}, {"tasks": array(typed({"task_card": _TASK}), 0, 50)}),
    "task_card": _TASK,
    # Only Slack itself makes these: an app that posts one is refused.
    "file": _block("file-block", {"external_id": string(255, 1), "source": one_of("remote")}),
}


_EVERYWHERE = ("actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video")
_NOT_IN_HOME = ("alert", "context_actions", "file", "markdown", "plan", "task_card")
_NOT_POSTED = ("alert", "file")

# By surface: the blocks that may stand on it (docs.slack.dev/blocks.json, `available-in-surfaces`).
SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(BLOCKS) - frozenset(_NOT_POSTED),
    "modal": frozenset({*_EVERYWHERE, "alert"}),
    "home": frozenset(BLOCKS) - frozenset(_NOT_IN_HOME),
}
