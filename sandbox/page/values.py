"""Between Slack's `state.values` and what a picker holds.

A picker's value is plain: text, an option's `value`, an id, `2026-01-31`, epoch seconds; a list for the multi kinds and
checkboxes; None for nothing. Slack's value is a document with the type and, for options, the whole option.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import forms
from sandbox.page.richtext import plain_of

Json = dict[str, Any]


def empty(element: Json) -> Json:
    """What an element has before anybody touched it: its `initial_…`, or nothing."""
    return forms.Field(element, "", "", is_input=True, optional=True, dispatches=False).empty()


def plain(value: Json) -> Any:
    """What a picker shows for a value of `state.values`."""
    held = value[forms.VALUE_KEYS[value["type"]]]
    if isinstance(held, list):
        return [one["value"] if isinstance(one, dict) else one for one in held]
    if isinstance(held, dict):
        return plain_of([held]) if held.get("type") == "rich_text" else held["value"]
    return held


def shaped(element: Json, held: Any, offered: Mapping[str, Json]) -> Json:
    """The value of `state.values` for what a picker holds; `offered` are options the app has given, by their value."""
    sort = str(element["type"])
    options = {**offered, **{one["value"]: one for one in forms.options_of(element)}}
    if isinstance(held, list):
        found: Any = [options.get(one, one) for one in held]
    elif held in (None, ""):
        found = None
    elif sort == "rich_text_input":
        found = forms.rich_text(str(held))
    else:
        found = options.get(held, held)
    return {"type": sort, forms.VALUE_KEYS[sort]: found}


def options_in(value: Json) -> dict[str, Json]:
    """The options that a value holds, by their own value."""
    held = value[forms.VALUE_KEYS[value["type"]]]
    chosen = held if isinstance(held, list) else [held]
    return {one["value"]: one for one in chosen if isinstance(one, dict) and "value" in one}
