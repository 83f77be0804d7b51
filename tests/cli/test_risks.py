"""The risk register from a terminal."""

import pytest

from bot.workflows import people
from db import queries
from db.store import Store
from tests.cli.conftest import BO, Tocsin


@pytest.fixture
def register(tocsin: Tocsin, books: Store, told_once) -> None:
    """R-1, which INC-1 showed, and R-2."""

    def tell() -> None:
        with books.begin() as work:
            people.remember(work, BO)
        assert tocsin("declare", "The disk is full").code == 0
        added = tocsin("risks", "add", "A disk fills up", "--likelihood", "2", "--impact", "4", "--by", "U0BO")
        assert added.out.startswith("R-1 is in the register. It is to be looked at again by 20")
        answered = tocsin("risks", "answer", "INC-1", "--risk", "R-1", "--by", "U0ANA")
        assert answered.out.startswith("INC-1 has its answer for the risk register.")
        new = ("--new", "Nobody renews it", "--likelihood", "5", "--impact", "3", "--owner", "U0BO")
        assert tocsin("declare", "Somebody is in it", "--private").code == 0
        assert tocsin("risks", "answer", "INC-2", *new).code == 0

    told_once(tell)


def test_the_register_is_listed_and_shown(tocsin: Tocsin, books: Store, register: None) -> None:
    rows = [line.split("\t") for line in tocsin("risks", "list").out.splitlines()]
    assert [(row[0], row[1], row[3], row[8], row[9]) for row in rows] == [
        ("R-2", "15 high", "2", "INC-2", "Nobody renews it"),
        ("R-1", "8", "2", "INC-1", "A disk fills up"),
    ]
    raised = tocsin("risks", "answer", "INC-1", "--risk", "R-1", "--impact", "5", "--reason", "It was worse")
    assert raised.code == 0
    assert tocsin("risks", "reviewed", "R-1", "--by", "U0BO").out.startswith("R-1 stays as it is.")
    shown = tocsin("risks", "show", "r-1").out
    for words in (
        "R-1 score 10 A disk fills up",
        "how often it happened suggests likelihood 2",
        "owner: Bo;",
        "U0ANA linked INC-1",
        "changed INC-1: impact 4 → 5 It was worse",
        "Bo reviewed",
    ):
        assert words in shown
    assert tocsin("risks", "give", "R-1", "U0ANA").out == "R-1 is owned by U0ANA.\n"
    assert tocsin("verify").code == 0


def test_none_is_an_answer(tocsin: Tocsin, books: Store, register: None) -> None:
    tocsin("risks", "answer", "INC-1", "--none", "A typo")
    with books.read() as session:
        assert queries.record(session, 1).risk.because == "A typo"
    assert "INC-1" not in tocsin("risks", "show", "R-1").out.split("incidents:")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("add Disks --likelihood 6 --impact 1", 2, "Input should be less than or equal to 5"),
        ("add Disks --likelihood 1 --impact 1", 1, "Name the risk's owner by their Slack user id"),
        ("add Disks --likelihood 1 --impact 1 --owner U0BO --category nope", 1, "There is no category 'nope'"),
        ("show R-9", 1, "There is no risk R-9. `tocsin risks list --closed` shows those there are."),
        ("show INC-1", 2, "'INC-1' is no risk's key; they look like R-3"),
        ("answer INC-1", 2, "Name one of --risk, --new and --none."),
        ("answer INC-1 --new Disks", 2, "A new risk needs --likelihood and --impact"),
        ("answer INC-1 --risk R-9", 1, "There is no risk R-9."),
        ("answer INC-9 --none x", 1, "There is no incident INC-9."),
        ("answer INC-1 --risk R-1 --likelihood 1", 1, "The reason is empty."),
    ],
)
def test_what_is_refused(tocsin: Tocsin, books: Store, register: None, typed: str, code: int, words: str) -> None:
    before = tocsin("risks", "list", "--closed").out
    reply = tocsin("risks", *typed.split())
    assert (reply.code, words in reply.said) == (code, True)
    assert tocsin("risks", "list", "--closed").out == before
