"""Block elements, one entry each. https://docs.slack.dev/reference/block-kit/block-elements."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sandbox.blockkit.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    WORKFLOW,
    plain_text,
)
from sandbox.blockkit.rules import (
    Rule,
    Shape,
    anything,
    array,
    boolean,
    integer,
    matching,
    one_of,
    string,
    together,
    url,
)

_HOME = "block-elements/"
_ID: dict[str, Rule] = {"action_id": string(255)}
_FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
_PLACEHOLDER: dict[str, Rule] = {"placeholder": plain_text(150)}
_CONFIRM: dict[str, Rule] = {"confirm": CONFIRM}
_MENU: dict[str, Rule] = {**_ID, **_CONFIRM, **_FOCUS, **_PLACEHOLDER}
_MANY: dict[str, Rule] = {"max_selected_items": integer(1)}
_USER = string(255, 1)
_STYLE = one_of("primary", "danger")

EITHER_IMAGE = together(
    "must define either `image_url` or `slack_file`", lambda one: ("image_url" in one) != ("slack_file" in one)
)


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


_DATE = matching(_is_date, "date (YYYY-MM-DD)")
_TIME = matching(lambda text: bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text)), "time (HH:mm)")
_NUMBER = matching(lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?", text)), "number")

_OPTIONS: dict[str, Rule] = {"options": array(OPTION, 1, 100), "option_groups": array(OPTION_GROUP, 1, 100)}
_EITHER_OPTIONS = together(
    "must define either `options` or `option_groups`", lambda one: ("options" in one) != ("option_groups" in one)
)


def _offered(one: dict[str, Any]) -> list[Any]:
    """The values a static element offers; what is malformed is complained of elsewhere."""
    groups = [group for group in one.get("option_groups") or () if isinstance(group, dict)]
    options = [*(one.get("options") or ()), *(option for group in groups for option in group.get("options") or ())]
    return [option.get("value") for option in options if isinstance(option, dict)]


def _initial_offered(key: str) -> Rule:
    """What is preset must be one of the options."""

    def holds(one: dict[str, Any]) -> bool:
        given = one.get(key) or []
        chosen = given if isinstance(given, list) else [given]
        return all(isinstance(option, dict) and option.get("value") in _offered(one) for option in chosen)

    return together(f"`{key}` must be one of the provided options", holds)


def _distinct(one: dict[str, Any]) -> bool:
    values = _offered(one)
    return len(values) == len(set(map(str, values)))


_DISTINCT = together("option values must be unique", _distinct)


def _ordered(low: str, high: str) -> Callable[[dict[str, Any]], bool]:
    def holds(one: dict[str, Any]) -> bool:
        try:
            return low not in one or high not in one or float(one[low]) <= float(one[high])
        except (TypeError, ValueError):
            return True  # not numbers at all: complained of by their own rules

    return holds


def _element(page: str, required: dict[str, Rule], optional: dict[str, Rule], *whole: Rule) -> Shape:
    return Shape(f"{_HOME}{page}", required, optional, whole)


def _menu(page: str, extra: dict[str, Rule], *whole: Rule) -> Shape:
    return _element(page, {}, {**_MENU, **extra}, *whole)


_SELECT = "select-menu-element"
_MULTI = "multi-select-menu-element"

ELEMENTS: dict[str, Rule] = {
    "button": _element(
        "button-element",
        {"text": plain_text(75)},
        {**_ID, **_CONFIRM, "url": url(), "value": string(2000), "style": _STYLE, "accessibility_label": string(75)},
    ),
    "checkboxes": _element(
        "checkboxes-element",
        {"options": array(RICH_OPTION, 1, 10)},
        {**_ID, **_CONFIRM, **_FOCUS, "initial_options": array(RICH_OPTION, 1, 10)},
        _initial_offered("initial_options"),
        _DISTINCT,
    ),
    "radio_buttons": _element(
        "radio-button-group-element",
        {"options": array(RICH_OPTION, 1, 10)},
        {**_ID, **_CONFIRM, **_FOCUS, "initial_option": RICH_OPTION},
        _initial_offered("initial_option"),
        _DISTINCT,
    ),
    "overflow": _element("overflow-menu-element", {"options": array(OVERFLOW_OPTION, 1, 5)}, {**_ID, **_CONFIRM}),
    "datepicker": _menu("date-picker-element", {"initial_date": _DATE}),
    "timepicker": _menu("time-picker-element", {"initial_time": _TIME, "timezone": string(255, 1)}),
    "datetimepicker": _element(
        "datetime-picker-element",
        {},
        {**_ID, **_CONFIRM, **_FOCUS, "initial_date_time": integer(1_000_000_000, 9_999_999_999)},
    ),
    "static_select": _menu(
        _SELECT,
        {**_OPTIONS, "initial_option": OPTION},
        _EITHER_OPTIONS,
        _initial_offered("initial_option"),
    ),
    "external_select": _menu(_SELECT, {"initial_option": OPTION, "min_query_length": integer(0)}),
    "users_select": _menu(_SELECT, {"initial_user": _USER}),
    "conversations_select": _menu(
        _SELECT,
        {
            "initial_conversation": _USER,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "channels_select": _menu(_SELECT, {"initial_channel": _USER, "response_url_enabled": boolean}),
    "multi_static_select": _menu(
        _MULTI,
        {**_OPTIONS, **_MANY, "initial_options": array(OPTION, 1, 100)},
        _EITHER_OPTIONS,
        _initial_offered("initial_options"),
    ),
    "multi_external_select": _menu(
        _MULTI, {**_MANY, "initial_options": array(OPTION, 1, 100), "min_query_length": integer(0)}
    ),
    "multi_users_select": _menu(_MULTI, {**_MANY, "initial_users": array(_USER, 1, 1000)}),
    "multi_conversations_select": _menu(
        _MULTI,
        {
            **_MANY,
            "initial_conversations": array(_USER, 1, 1000),
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "multi_channels_select": _menu(_MULTI, {**_MANY, "initial_channels": array(_USER, 1, 1000)}),
    "plain_text_input": _element(
        "plain-text-input-element",
        {},
        {
            **_ID,
            **_FOCUS,
            **_PLACEHOLDER,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": DISPATCH_CONFIG,
        },
        together("`min_length` must not be greater than `max_length`", _ordered("min_length", "max_length")),
    ),
    "email_text_input": _element(
        "email-input-element",
        {},
        {**_ID, **_FOCUS, **_PLACEHOLDER, "initial_value": string(3000), "dispatch_action_config": DISPATCH_CONFIG},
    ),
    "url_text_input": _element(
        "url-input-element",
        {},
        {**_ID, **_FOCUS, **_PLACEHOLDER, "initial_value": string(3000), "dispatch_action_config": DISPATCH_CONFIG},
    ),
    "number_input": _element(
        "number-input-element",
        {"is_decimal_allowed": boolean},
        {
            **_ID,
            **_FOCUS,
            **_PLACEHOLDER,
            "initial_value": _NUMBER,
            "min_value": _NUMBER,
            "max_value": _NUMBER,
            "dispatch_action_config": DISPATCH_CONFIG,
        },
        together("`min_value` must not be greater than `max_value`", _ordered("min_value", "max_value")),
    ),
    "rich_text_input": _element(
        "rich-text-input-element",
        {},
        {
            **_ID,
            **_FOCUS,
            **_PLACEHOLDER,
            "initial_value": anything,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
            "dispatch_action_config": DISPATCH_CONFIG,
        },
    ),
    "file_input": _element(
        "file-input-element", {}, {**_ID, "filetypes": array(string(255, 1), 1, 100), "max_files": integer(1, 10)}
    ),
    "image": _element(
        "image-element",
        {"alt_text": string(2000, 1)},
        {"image_url": url(), "slack_file": SLACK_FILE},
        EITHER_IMAGE,
    ),
    "workflow_button": _element(
        "workflow-button-element",
        {"text": plain_text(75), "workflow": WORKFLOW},
        {**_ID, "style": _STYLE, "accessibility_label": string(75)},
    ),
    "feedback_buttons": _element(
        "feedback-buttons-element", {"positive_button": anything, "negative_button": anything}, _ID
    ),
    "icon_button": _element(
        "icon-button-element",
        {"icon": one_of("trash"), "text": plain_text(75)},
        {
            **_ID,
            **_CONFIRM,
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": array(_USER, 1, 10),
        },
    ),
}

_MENUS = {"channels_select", "conversations_select", "external_select", "static_select", "users_select"}
_MULTI_MENUS = {f"multi_{name}" for name in _MENUS}
_CHOICES = {"checkboxes", "datepicker", "radio_buttons", "timepicker"}

# Which elements stand in which block. `actions` takes multi selects and rich text inputs as @slack/types 3 says.
IN_SECTION = frozenset({"button", "image", "overflow", "workflow_button", *_CHOICES, *_MENUS, *_MULTI_MENUS})
IN_ACTIONS = frozenset(
    {"button", "datetimepicker", "overflow", "rich_text_input", "workflow_button", *_CHOICES, *_MENUS, *_MULTI_MENUS}
)
IN_INPUT = frozenset(
    {
        "datetimepicker",
        "email_text_input",
        "file_input",
        "number_input",
        "plain_text_input",
        "rich_text_input",
        "url_text_input",
        *_CHOICES,
        *_MENUS,
        *_MULTI_MENUS,
    }
)
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})

# Elements that do not stand on every surface. https://docs.slack.dev/reference/block-kit/block-elements
ELEMENT_SURFACES: dict[str, frozenset[str]] = {
    "file_input": frozenset({"modal"}),
    "workflow_button": frozenset({"message"}),
    "feedback_buttons": frozenset({"message"}),
    "icon_button": frozenset({"message"}),
}
