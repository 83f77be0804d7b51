"""What Slack refuses in the blocks of a message and in views: the tables, and what holds across a whole surface.

`chat.*` answer `invalid_blocks`, `views.*` `invalid_arguments`; both name each problem with its JSON pointer.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sandbox.blockkit.blocks import BLOCKS, SURFACES
from sandbox.blockkit.elements import ELEMENT_SURFACES
from sandbox.blockkit.objects import plain_text
from sandbox.blockkit.rules import Problem, Rule, Shape, anything, array, boolean, one_of, string, typed
from sandbox.errors import SlackError

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100
MARKDOWN_TOGETHER = 12_000  # all markdown blocks of a message
ALL_TEXT = 13_200  # near this `msg_blocks_too_long` has been seen; the rule behind it is not published

_VIEW = {
    "callback_id": string(255),
    "private_metadata": string(3000),
    "external_id": string(255),
}


@cache
def _blocks_of(surface: str) -> Rule:
    least, most = (0, MOST_IN_MESSAGE) if surface == "message" else (1, MOST_IN_VIEW)
    return array(typed(BLOCKS, allowed=SURFACES[surface]), least, most)


@cache
def _modal() -> Shape:
    """Modals: https://docs.slack.dev/reference/views/modal-views."""
    return Shape(
        "views/modal-views",
        {"type": one_of("modal"), "title": plain_text(24), "blocks": _blocks_of("modal")},
        {
            **_VIEW,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    )


@cache
def _home() -> Shape:
    """App Home: https://docs.slack.dev/reference/views/home-tab-views."""
    # Title, submit and close are read and ignored in Home views; Slack itself returns them in its payloads.
    ignored: dict[str, Rule] = dict.fromkeys(
        ("title", "submit", "close", "clear_on_close", "notify_on_close"), anything
    )
    return Shape("views/home-tab-views", {"type": one_of("home"), "blocks": _blocks_of("home")}, {**_VIEW, **ignored})


def message_problems(blocks: Any, pointer: str = "/blocks") -> list[Problem]:
    """All that is wrong with the blocks of a message."""
    problems: list[Problem] = []
    _blocks_of("message")(blocks, pointer, problems)
    if isinstance(blocks, list):
        _across(blocks, pointer, "message", problems)
        _only_one_table(blocks, pointer, problems)
        markdown = [one.get("text") for one in blocks if isinstance(one, dict) and one.get("type") == "markdown"]
        if sum(len(text) for text in markdown if isinstance(text, str)) > MARKDOWN_TOGETHER:
            problems.append(
                Problem(f"markdown blocks must have fewer than {MARKDOWN_TOGETHER + 1} characters", pointer)
            )
    return problems


def view_problems(view: Any, pointer: str = "/view") -> list[Problem]:
    """All that is wrong with a view."""
    problems: list[Problem] = []
    surface = view.get("type") if isinstance(view, dict) else None
    rule: Rule = typed({"modal": _modal(), "home": _home()})
    rule(view, pointer, problems)
    blocks = view.get("blocks") if isinstance(view, dict) else None
    if isinstance(blocks, list) and surface in ("modal", "home"):
        _across(blocks, f"{pointer}/blocks", surface, problems)
        has_input = any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
        if surface == "modal" and has_input and not view.get("submit"):
            text = "missing required field: submit"
            problems.append(Problem(text, pointer, "missing_field", {"field": "submit"}))
    return problems


def _across(blocks: list[Any], pointer: str, surface: str, problems: list[Problem]) -> None:
    """What must hold over all blocks: ids are unique, elements fit the surface, one element takes the focus."""
    seen: dict[str, set[str]] = {"block_id": set(), "action_id": set()}
    focused = 0
    for where, one in _walk(blocks, pointer):
        for key, ids in seen.items():
            name = one.get(key)
            if isinstance(name, str) and name:
                if name in ids:
                    problems.append(Problem(f'`{key}` "{name}" already exists', f"{where}/{key}"))
                ids.add(name)
        sort = one.get("type")
        surfaces = ELEMENT_SURFACES.get(sort) if isinstance(sort, str) else None
        if surfaces is not None and surface not in surfaces:
            problems.append(Problem(f"unsupported type: {sort}", f"{where}/type"))
        if one.get("focus_on_load") is True:
            focused += 1
            if focused == 2:
                problems.append(Problem("only one element can have `focus_on_load`", where))


def _walk(value: Any, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block and element (objects with a type), with its pointer."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _walk(one, f"{pointer}/{number}")
    elif isinstance(value, dict):
        if "type" in value:
            yield pointer, value
        for key, one in value.items():
            if key in ("elements", "accessory", "element", "child_blocks", "actions"):
                yield from _walk(one, f"{pointer}/{key}")


def _only_one_table(blocks: list[Any], pointer: str, problems: list[Problem]) -> None:
    tables = [
        number
        for number, one in enumerate(blocks)
        if isinstance(one, dict) and one.get("type") in ("table", "data_table")
    ]
    if len(tables) > 1:
        problems.append(Problem("only_one_table_allowed", f"{pointer}/{tables[1]}"))


def problems_of(what: str, value: Any) -> list[Problem]:
    """For `blocks.validate`: `what` is `blocks`, `view` or `message`; pointers start at the value itself."""
    if what == "blocks":
        return message_problems(value, "")
    if what == "view":
        return view_problems(value, "")
    if not isinstance(value, dict):
        return [Problem("must provide an object", "")]
    problems = message_problems(value["blocks"]) if "blocks" in value else []
    if not any(value.get(key) for key in ("text", "blocks", "attachments", "markdown_text")):
        problems.append(Problem("missing required field: text", "", "missing_field", {"field": "text"}))
    return problems


def check_message(blocks: Any, besides: Sequence[Problem] = ()) -> None:
    """Raise what Slack answers to blocks it does not take, else return. `besides` is what else is wrong with them.

    `invalid_blocks_format` when they are no array, `invalid_blocks`, `invalid_attachments` (tables),
    `msg_blocks_too_long`.
    """
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = [*message_problems(blocks), *besides]
    if problems:
        only_tables = all(one.message == "only_one_table_allowed" for one in problems)
        raise _refusal("invalid_attachments" if only_tables else "invalid_blocks", problems)
    if _length(blocks) > ALL_TEXT:
        raise SlackError("msg_blocks_too_long")


def _length(value: Any) -> int:
    """The characters of all `text`s in blocks."""
    if isinstance(value, list):
        return sum(map(_length, value))
    if isinstance(value, dict):
        return sum(len(one) if key == "text" and isinstance(one, str) else _length(one) for key, one in value.items())
    return 0


def check_view(view: Any, besides: Sequence[Problem] = ()) -> None:
    """Raise `invalid_arguments` for a view Slack does not take. `besides` is what else is wrong with it."""
    problems = [*view_problems(view), *besides]
    if problems:
        raise _refusal("invalid_arguments", problems)


def _refusal(error: str, problems: list[Problem]) -> SlackError:
    texts = [str(one) for one in problems]
    metadata = {"messages": [f"[ERROR] {text}" for text in texts]}
    if error == "invalid_arguments":
        return SlackError(error, response_metadata=metadata)
    return SlackError(error, errors=texts, response_metadata=metadata)
