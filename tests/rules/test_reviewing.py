"""What people write in a review, read and looked at: numbers, factors, words that look for a culprit."""

import pytest

from bot.errors import Refused
from bot.workflows import answers, blameless, edits, factors, signing
from db.enums import FactorKind
from tests.rules import pictures


@pytest.mark.parametrize(
    ("typed", "read"), [("", None), ("12.5", 12.5), ("12,5 %", 12.5), ("0", 0.0), ("100%", 100.0), (" 7 % ", 7.0)]
)
def test_a_share_of_customers(typed, read):
    assert answers.percent(typed) == read


@pytest.mark.parametrize("typed", ["most", "101", "-1", "1e3", "12.5.1", "nan", "٣"])
def test_what_is_no_share(typed):
    with pytest.raises(Refused, match=r"from 0 to 100"):
        answers.percent(typed)


@pytest.mark.parametrize(
    ("typed", "read"), [("", None), ("1200", 1200), ("1 200", 1200), ("1,200,000", 1200000), ("1.200", 1200)]
)
def test_a_number_of_customers(typed, read):
    assert answers.count(typed) == read


@pytest.mark.parametrize("typed", ["12.5", "about 5", "-3", "1,2", "9" * 14])
def test_what_is_no_number(typed):
    with pytest.raises(Refused, match="such as 1200"):
        answers.count(typed)


def test_factors_are_lines_and_come_back_as_they_went():
    known = (
        pictures.factor("A full disk"),
        pictures.factor("Nobody renews it", id=4, kind=FactorKind.PROCESS),
        pictures.factor("note: this is no kind", id=5),
    )
    lines = factors.parse(edits.factor_lines(known))
    assert [line.text for line in lines] == [factor.text for factor in known]
    assert [line.kind for line in lines] == [None, FactorKind.PROCESS, None]
    assert factors.parse("\n \n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was human error.", ["human error"]),
        ("Bo should have looked, and Kai shouldn’t have.", ["should have", "shouldn’t have"]),
        ("They FAILED TO  restart it carelessly", ["failed to", "carelessly"]),
        ("The health check failed. We should add an alert; humans read it.", []),
        ("Nobody was blameless", []),
    ],
)
def test_words_that_look_for_a_culprit(text, found):
    hints = blameless.hints([text])
    assert [hint.split("”")[0].removeprefix("“") for hint in hints] == found
    assert all("?" in hint for hint in hints)


def test_the_same_words_are_asked_about_once():
    assert len(blameless.hints(["human error"] * 3)) == 1


def test_changes_are_a_diff():
    lines = signing.changes("a\nb\nc\n", "a\nB\nc\n")
    assert [line for line in lines[2:] if line[0] in "+-"] == ["-b", "+B"]
    assert signing.changes("a\n", "a\n") == []
