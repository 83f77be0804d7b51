"""What a picker holds becomes Slack's `state.values`, and back."""

from __future__ import annotations

import pytest

from sandbox.page import values


def option(value):
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


THAI, PIZZA = option("thai"), option("pizza")


@pytest.mark.parametrize(
    ("element", "held", "value"),
    [
        ({"type": "plain_text_input"}, "soup", {"value": "soup"}),
        ({"type": "plain_text_input"}, None, {"value": None}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "static_select", "options": [THAI, PIZZA]}, "pizza", {"selected_option": PIZZA}),
        ({"type": "static_select", "option_groups": [{"options": [THAI]}]}, "thai", {"selected_option": THAI}),
        ({"type": "radio_buttons", "options": [THAI]}, None, {"selected_option": None}),
        ({"type": "checkboxes", "options": [THAI, PIZZA]}, ["thai"], {"selected_options": [THAI]}),
        ({"type": "checkboxes", "options": [THAI, PIZZA]}, [], {"selected_options": []}),
        ({"type": "users_select"}, "U0BO", {"selected_user": "U0BO"}),
        ({"type": "multi_users_select"}, ["U0BO"], {"selected_users": ["U0BO"]}),
        ({"type": "datepicker"}, "2026-11-24", {"selected_date": "2026-11-24"}),
        ({"type": "datetimepicker"}, 1_795_867_200, {"selected_date_time": 1_795_867_200}),
        ({"type": "external_select"}, "thai", {"selected_option": THAI}),
    ],
)
def test_there_and_back(element, held, value):
    shaped = values.shaped(element, held, offered={"thai": THAI})
    assert shaped == {"type": element["type"], **value}
    assert values.plain(shaped) == (held or (None if held == "" else held))


def test_rich_text_is_typed_as_plain_words():
    shaped = values.shaped({"type": "rich_text_input"}, "no garlic", offered={})
    assert shaped["rich_text_value"]["type"] == "rich_text"
    assert values.plain(shaped) == "no garlic"


def test_an_element_begins_with_what_the_app_has_preset():
    assert values.plain(values.empty({"type": "static_select", "options": [THAI], "initial_option": THAI})) == "thai"
    assert values.plain(values.empty({"type": "checkboxes", "options": [THAI]})) == []
    assert values.options_in(values.empty({"type": "external_select", "initial_option": PIZZA})) == {"pizza": PIZZA}
