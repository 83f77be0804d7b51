"""The controls that hold a value: text, selects, dates, boxes. The same ones stand in messages and in modals.

Every picker takes the Block Kit element, the value it starts with, and whom to tell of a new one. Values are plain:
text, an option's `value`, a user or channel id, `2026-01-31`, `09:30`, epoch seconds for date-times, lists for the multi
kinds and for checkboxes; None (or an empty list) for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from sandbox.page import mrkdwn, values
from sandbox.page.stage import Changed, Json, Stage
from sandbox.page.tag import Tag, raw

Picker = Callable[[Json, Json, Stage, Any, Changed], ui.element]

_FIELD = "outlined dense hide-bottom-space"
_SELECT = f"{_FIELD} options-dense behavior=menu dropdown-icon=expand_more"


def options_of(element: Json) -> dict[str, str]:
    """Value -> label of all options; those of a group bear the group's label in front."""
    found = {one["value"]: _label(one) for one in element.get("options", [])}
    for group in element.get("option_groups", []):
        prefix = group["label"]["text"]
        found.update({one["value"]: f"{prefix} · {_label(one)}" for one in group["options"]})
    return found


def _label(option: Json) -> str:
    return str(option["text"]["text"])


def name_of(element: Json, block: Json) -> str:
    """What a screen reader calls a control: its block's label, else its placeholder, else its action id."""
    label = block.get("label") or element.get("placeholder") or {}
    return str(label.get("text") or element.get("action_id", ""))


def _placeholder(element: Json, fallback: str = "") -> str:
    return str(element.get("placeholder", {}).get("text", fallback))


def _dress(field: ui.element, element: Json, block: Json, props: str = _FIELD) -> ui.element:
    field.props(props).classes("field")
    field.props["aria-label"] = name_of(element, block)
    if element.get("focus_on_load"):
        field.props["autofocus"] = True
    return field


# -- text -----------------------------------------------------------------------------------------------------------


def text(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`plain_text_input` and its kin for e-mail, URL, number and (as plain text) rich text."""
    kind = element["type"]
    tall = bool(element.get("multiline")) or kind == "rich_text_input"
    make = ui.textarea if tall else ui.input
    field = make(
        value="" if value is None else str(value),
        placeholder=_placeholder(element),
        on_change=lambda e: changed(e.value or None),
    )
    if tall:
        field.props("autogrow").classes("tall")
    if kind in {"email_text_input", "url_text_input"}:
        field.props(f"type={kind.split('_')[0]}")
    elif kind == "number_input":
        field.props("type=number").props(f"step={'any' if element.get('is_decimal_allowed') else 1}")
    if element.get("max_length"):
        field.props["maxlength"] = element["max_length"]
        field.props["counter"] = True
    return _dress(field, element, block)


# -- selects --------------------------------------------------------------------------------------------------------


def static(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`static_select` and `multi_static_select`, with search."""
    return _select(block, element, options_of(element), value, changed)


def people(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`users_select` and `multi_users_select`: everybody in the workspace."""
    return _select(block, element, {key: f"@{name}" for key, name in stage.people.items()}, value, changed)


def conversations(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """Selects of channels and conversations: those the person can see."""
    return _select(block, element, {key: f"#{name}" for key, name in stage.channels.items()}, value, changed)


def external(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`external_select`: options come from the app while one types."""
    known = values.options_in(stage.value(block, element))
    field = _select(block, element, {key: _label(one) for key, one in known.items()}, value, changed)

    async def look_up(typed: str) -> None:
        if len(typed) < int(element.get("min_query_length", 3)):
            return
        found = dict(await stage.suggest(block, element, typed))
        chosen = field.value if isinstance(field.value, list) else [field.value]
        kept = {key: label for key, label in dict(field.options).items() if key in chosen}
        if not field.is_deleted:
            field.set_options({**kept, **found})

    field.on("input-value", lambda e: look_up(str(e.args or "")), throttle=0.2, leading_events=False)
    field.on("popup-show", lambda: look_up(""))
    return field


def _select(block: Json, element: Json, options: Mapping[str, str], value: Any, changed: Changed) -> ui.select:
    multiple = str(element["type"]).startswith("multi_")
    if not multiple and value not in options:
        value = None
    may_be_empty = block.get("type") != "input" or bool(block.get("optional"))
    field = ui.select(
        dict(options),
        value=value,
        with_input=True,
        multiple=multiple,
        clearable=may_be_empty and not multiple,
        on_change=lambda e: changed(e.value),
    )
    field.props["placeholder"] = "" if value else _placeholder(element, "Select an option")
    if multiple:
        field.props("use-chips")
        if element.get("max_selected_items"):
            field.props["max-values"] = element["max_selected_items"]
    return _dress(field, element, block, _SELECT)  # type: ignore[return-value]


# -- dates ----------------------------------------------------------------------------------------------------------


def moment(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`datepicker`, `timepicker` and `datetimepicker`, as the browser's own pickers; date-times in the reader's zone."""
    kind = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}[element["type"]]
    shown = value
    if kind == "datetime-local" and value is not None:
        shown = stage.view.local(float(value)).strftime("%Y-%m-%dT%H:%M")

    async def tell(typed: str | None) -> None:
        if typed and kind == "datetime-local":
            local = datetime.fromisoformat(typed).replace(tzinfo=stage.view.zone)
            await changed(int(local.astimezone(UTC).timestamp()))
        else:
            await changed(typed or None)

    field = ui.input(value=shown or "", on_change=lambda e: tell(e.value)).props(f"type={kind}")
    return _dress(field, element, block).classes("moment")


# -- boxes ----------------------------------------------------------------------------------------------------------


def boxes(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`checkboxes`: the value is the list of the ticked options' values, in the order of the options."""
    ticked = set(value or [])

    async def tick(key: str, *, on: bool) -> None:
        (ticked.add if on else ticked.discard)(key)
        await changed([one["value"] for one in element["options"] if one["value"] in ticked])

    with Tag("div", classes="choices", role="group", aria_label=name_of(element, block)) as group:
        for option in element["options"]:
            key = option["value"]
            with ui.checkbox(value=key in ticked, on_change=lambda e, key=key: tick(key, on=e.value)).props("dense"):
                _words(option, stage)
    return group


def radio(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`radio_buttons`: one option's value."""
    dots: dict[str, ui.element] = {}

    async def pick(key: str) -> None:
        for dot in dots.values():
            dot.props["model-value"] = key
        await changed(key)

    with Tag("div", classes="choices", role="radiogroup", aria_label=name_of(element, block)) as group:
        for option in element["options"]:
            key = option["value"]
            dot = dots[key] = ui.element("q-radio").props("dense")
            dot.props["val"], dot.props["model-value"] = key, value
            dot.on("update:model-value", lambda key=key: pick(key), args=[])
            with dot:
                _words(option, stage)
    return group


def _words(option: Json, stage: Stage) -> None:
    raw(mrkdwn.text_object(option["text"], stage.view), "choice", tag="span")
    if "description" in option:
        raw(mrkdwn.text_object(option["description"], stage.view), "choice-description", tag="span")


def files(block: Json, element: Json, stage: Stage, value: Any, changed: Changed) -> ui.element:
    """`file_input`: said honestly, the sandbox's page does not upload files."""
    return Tag("div", "📎 Uploading files is not part of this page: leave it empty.", "placeholder", role="note")


PICKERS: dict[str, Picker] = {
    "plain_text_input": text,
    "rich_text_input": text,
    "email_text_input": text,
    "url_text_input": text,
    "number_input": text,
    "static_select": static,
    "multi_static_select": static,
    "users_select": people,
    "multi_users_select": people,
    "conversations_select": conversations,
    "multi_conversations_select": conversations,
    "channels_select": conversations,
    "multi_channels_select": conversations,
    "external_select": external,
    "multi_external_select": external,
    "datepicker": moment,
    "timepicker": moment,
    "datetimepicker": moment,
    "checkboxes": boxes,
    "radio_buttons": radio,
    "file_input": files,
}
