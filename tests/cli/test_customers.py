"""Customers are told from a terminal, while Slack is away."""

import json

from bot import cli
from db.store import Store
from tests.cli.conftest import Tocsin, declare


def test_drafted_published_and_shown(tocsin: Tocsin, books: Store) -> None:
    declare(books)
    assert tocsin("customers", "INC-1").out == ""
    drafted = tocsin(
        "customers", "INC-1", "--stage", "investigating", "--text", "Cards are\nrefused", "--title", "Checkout"
    )
    me = cli.shell_user()
    assert drafted.out == f"-\tdraft\tinvestigating\tpage\t{me}\tCheckout\tCards are refused\n"
    told = tocsin("customers", "INC-1", "--publish", "--by", "U0BO")
    assert told.out.endswith("\tpublished\tinvestigating\tpage\tU0BO\tCheckout\tCards are refused\n")
    assert len(tocsin("customers", "INC-1", "--nothing-new").out.splitlines()) == 2
    assert len(tocsin("customers", "INC-1", "--stage", "resolved", "--publish").out.splitlines()) == 3
    exported = json.loads(tocsin("export", "INC-1").out)["customers"]
    assert [one["stage"] for one in exported] == ["investigating", "investigating", "resolved"]
    assert exported[0] | {"at": ""} == {
        "at": "",
        "stage": "investigating",
        "title": "Checkout",
        "text": "Cards are\nrefused",
        "components": {},
        "audience": ["page"],
        "drafted_by": me,
        "approved_by": "U0BO",
    }


def test_what_is_refused(tocsin: Tocsin, books: Store) -> None:
    declare(books)
    for typed, code, words in (
        ("--publish", 1, "No draft for customers waits."),
        ("--nothing-new", 1, "Customers know of nothing that goes on."),
        ("--discard --publish", 2, "choose one of"),
        ("--stage identified --component checkout=broken", 2, "'checkout=broken' is no part and state"),
        ("--stage identified --component checkout=major_outage", 1, "There is no component `checkout`."),
        ("--stage identified --to letter", 1, "There is no target `letter`. The policy names `page`."),
    ):
        reply = tocsin("customers", "INC-1", *typed.split())
        assert (reply.code, words in reply.said) == (code, True), (typed, reply)
    assert tocsin("customers", "INC-1").out == ""
