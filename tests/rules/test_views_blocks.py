"""What slack_sdk's models let through and Slack refuses: the kit clips it, or says so at once."""

from datetime import UTC, date, datetime

import pytest

from bot.views import kit
from bot.views.kit import Message

LONG = "x" * 5000


def test_a_field_fits_and_so_does_its_section():
    blocks = kit.fields([("Label", LONG)] * 25, most=4000)
    assert [len(block.fields) for block in blocks] == [10, 10, 5]
    assert all(len(field.text) <= 2000 for block in blocks for field in block.fields)


def test_nothing_to_say_is_a_dash_and_never_an_empty_text():
    assert kit.section("").text.text == "–"
    assert kit.section(" \n\u200b").text.text == "–"
    assert kit.header("").text.text == "–"


def test_labels_are_clipped():
    assert len(kit.button(LONG, "a.b", "7").text.text) == 75
    assert len(kit.header(LONG).text.text) == 150
    assert kit.option("v", LONG, LONG).to_dict()["description"]["text"].endswith("…")


IMPOSSIBLE = {
    "a button without a value": lambda: kit.button("Go", "a.b", ""),
    "a button without an action": lambda: kit.button("Go", "", "7"),
    "an action id of 257": lambda: kit.button("Go", "a." + "b" * 255, "7"),
    "a button's value of 2001": lambda: kit.button("Go", "a.b", "x" * 2001),
    "an option's value of 151": lambda: kit.option("x" * 151, "label"),
    "an option without a value": lambda: kit.option("", "label"),
    "a menu entry's value of 154": lambda: kit.menu("a.more", [kit.button("Go", "a.b", "x" * 150)]),
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_clipped_is_refused(make):
    with pytest.raises(ValueError, match="between 1 and"):
        make()


def test_a_message_holds_one_to_fifty_blocks():
    Message.of("fits", *[kit.divider()] * 50)
    for count in (0, 51):
        with pytest.raises(ValueError, match="blocks: between 1 and 50 fit"):
            Message.of("does not", *[kit.divider()] * count)


def test_a_message_that_is_too_heavy_is_refused_before_slack_does():
    with pytest.raises(ValueError, match="12000 fit into a message"):
        Message.of("heavy", *[kit.section("x" * 3000)] * 5)


def test_one_action_id_is_used_once_in_a_message():
    row = kit.actions([kit.button("Go", "a.b", "7")])
    with pytest.raises(ValueError, match=r"action_id used twice: a\.b"):
        Message.of("twice", *row, *kit.actions([kit.button("Go too", "a.b", "8")]))


def test_one_block_id_is_used_once_in_a_view():
    with pytest.raises(ValueError, match="block_id used twice: text"):
        kit.modal("Form", "a.b", [kit.text_input("text", "One"), kit.text_input("text", "Two")])


def test_a_messages_text_is_clipped_for_updates():
    assert len(Message.of(LONG, kit.divider()).arguments()["text"]) == 4000


def test_a_row_of_no_buttons_is_no_row():
    assert kit.actions([]) == []


def test_a_menu_carries_action_and_value_in_one():
    entry = kit.button("Recovery", "phases.move.recovery", "7:detection:recovery")
    assert kit.menu("card.more", [entry]).options[0].value == "phases.move.recovery 7:detection:recovery"


def test_a_form_asks_for_a_submit_button_only_when_there_is_something_to_submit():
    assert kit.modal("Form", "a.b", [kit.section("no")]).submit is None
    assert kit.modal("Form", "a.b", [kit.text_input("text", "Text")]).submit.text == "Save"


def test_a_form_carries_what_it_is_about_or_says_that_it_cannot():
    assert kit.modal("Form", "a.b", [kit.divider()], about={"incident": 7}).private_metadata == '{"incident":7}'
    with pytest.raises(ValueError, match="3000 fit"):
        kit.modal("Form", "a.b", [kit.divider()], about={"text": "x" * 3000})


def test_a_field_shows_what_was_typed_as_it_was_typed():
    element = kit.text_input("text", "Text", initial="a < b & <@U0BO>").element
    assert element.initial_value == "a < b & <@U0BO>"


def test_a_text_too_long_for_its_field_says_so():
    block = kit.text_input("text", "Text", initial="x" * 300, most=200)
    assert len(block.element.initial_value) == 200
    assert "200 characters is not shown" in block.hint.text


def test_an_initial_choice_that_is_none_of_the_options_is_none():
    assert (
        kit.choice("severity", "Severity", [kit.option("sev1", "SEV1")], initial="sev9").element.initial_option is None
    )


@pytest.mark.parametrize(
    "options",
    [[], [kit.option("a", "A")] * 2, [kit.option(str(n), "A") for n in range(101)]],
    ids=["none", "the same twice", "101"],
)
def test_a_choice_offers_one_to_a_hundred_different_things(options):
    with pytest.raises(ValueError, match="between 1 and 100, all different"):
        kit.choice("what", "What", options)


def test_days_and_moments_are_what_slack_reads():
    assert kit.day_input("due_on", "Due", initial=date(2026, 11, 27)).element.initial_date == "2026-11-27"
    moment = datetime(2026, 11, 24, 21, 40, tzinfo=UTC)
    assert kit.moment_input("at", "When?", initial=moment).element.initial_date_time == 1795556400
