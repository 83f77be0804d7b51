"""What people may write, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.workflows import wording


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout is down", "inc-7-checkout-is-down"),
        ("  Übergrößen: 50 % weg!! ", "inc-7-ubergroen-50-weg"),
        ("🔥🔥🔥", "inc-7"),
        ("الخدمة معطلة", "inc-7"),
        ("x" * 200, "inc-7-" + "x" * 74),
        ("<!channel> & co", "inc-7-channel-co"),
    ],
)
def test_rooms_are_named_after_the_title(title, name):
    assert wording.room_name(7, title, private=False) == name


def test_a_private_room_says_nothing():
    assert wording.room_name(7, "Merger with Acme", private=True) == "inc-7-private"
    assert wording.room_name(7, "Merger with Acme", private=True, attempt=3) == "inc-7-private-3"


@given(st.text(), st.integers(1, 999_999), st.integers(1, 9), st.booleans())
def test_every_name_is_one_that_slack_takes(title, number, attempt, private):
    name = wording.room_name(number, title, private=private, attempt=attempt)
    assert 1 <= len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert not name.endswith("-")


def test_a_title_is_one_clean_line():
    assert wording.title(" Checkout\n is\x00 \t down ") == "Checkout is down"


@pytest.mark.parametrize("empty", ["", "  ", "\n", "\x00"])
def test_an_empty_text_is_refused(empty):
    with pytest.raises(Refused, match="The reason is empty"):
        wording.paragraph(empty, "reason")


def test_a_text_is_kept_whole_or_refused_with_its_length():
    assert wording.paragraph("x" * 3000, "note") == "x" * 3000
    with pytest.raises(Refused, match="The note has 3001 characters; at most 3000 fit"):
        wording.paragraph("x" * 3001, "note")
