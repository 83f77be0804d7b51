"""Regulatory clocks from a terminal, and the register of breaches that leaves the house."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.workflows import clocks, incidents, privacy
from db import queries
from db.enums import Answer, Phase
from db.store import Store
from tests.cli.conftest import BO, Tocsin, declare
from tests.rules.deadlines import declared

POLICY = "frameworks: {gdpr: {applies: true, by: Mia, decided_on: 2026-11-01}}"
AWARE = "2026-11-20T14:20+01:00"


@pytest.fixture
def breach(tocsin: Tocsin, books: Store, desk: Path) -> int:
    """INC-1 hit personal data, and the policy declares GDPR."""
    (desk / "policy.yml").write_text(POLICY)
    number = declare(books)
    with books.begin() as work:
        incidents.answer(work, number=number, by="U0ANA", answers={"personal_data": Answer.YES})
    tocsin("list", TOCSIN_POLICY="policy.yml")
    return number


def duties(books: Store):
    with books.read() as session:
        return queries.duties(session, 1)


def test_a_breach_from_the_time_to_the_register(tocsin: Tocsin, books: Store, breach: int, desk: Path) -> None:
    assert tocsin("clocks", "time", "INC-1", "gdpr", "aware_at", AWARE).code == 0
    assert [clock.rule for clock in duties(books).clocks] == ["gdpr-33-1", "gdpr-33-5"]
    assert tocsin("clocks", "answer", "INC-1", "risk", "high").code == 0
    assert tocsin("clocks", "answer", "INC-1", "data_role", "controller").code == 0
    listed = {line.split("\t")[0]: line for line in tocsin("clocks", "list", "INC-1", "--all").out.splitlines()}
    assert "overdue" in listed["gdpr-33-1"]
    assert "2026-11-23 13:20" in listed["gdpr-33-1"]
    assert "it would apply when" in listed["gdpr-33-2"]
    assert "\tdue\t" in listed["gdpr-34"]
    assert "not enabled: a bill as of May 2026" in listed["uk-csr-24"]

    draft = tocsin("clocks", "draft", "INC-1", "gdpr-33-1").out
    for words in (
        "# Draft: Notify the supervisory authority",
        "**To be filled in.**",
        "Checkout is down",
        "not legal advice",
    ):
        assert words in draft
    assert tocsin("clocks", "draft", "INC-1", "gdpr-33-1", "--pdf", "draft.pdf").code == 0
    assert (desk / "draft.pdf").read_bytes().startswith(b"%PDF-")

    late = tocsin("clocks", "filed", "INC-1", "gdpr-33-1", "2026-11-24T09:00+01:00", "Portal", "--stage", "initial")
    assert (late.code, "wants the reasons for the delay" in late.said) == (1, True)
    (desk / "sent.txt").write_text("Dear authority")
    filed = (
        "clocks",
        "filed",
        "INC-1",
        "gdpr-33-1",
        "2026-11-24T09:00+01:00",
        "Portal",
        "--stage",
        "initial",
        "--text",
        "sent.txt",
    )
    assert tocsin(*filed, "--reasons", "=cmd|' /C calc'!A0", "--reference", "LDA-77").out.startswith(
        "INC-1 has a record"
    )
    assert tocsin("clocks", "not-required", "INC-1", "gdpr-34", "The data was encrypted").code == 0
    assert [clock.rule for clock in duties(books).clocks] == ["gdpr-33-5"]

    (row,) = csv.DictReader(io.StringIO(tocsin("export", "breaches").out))
    assert (row["incident"], row["risk"], row["late"], row["reference"]) == ("INC-1", "high", "yes", "LDA-77")
    assert row["reasons_for_delay"] == "'=cmd|' /C calc'!A0"
    assert row["people_told"].startswith("not required, decided by shell:")
    page = tocsin("export", "breaches", "--format", "md").out
    assert "## INC-1 Checkout is down" in page
    assert "not legal advice" in page
    exported = {clock["rule"]: clock for clock in json.loads(tocsin("export", "INC-1").out)["clocks"]}
    assert exported["gdpr-33-1"]["filings"][0]["late"] is True
    assert exported["gdpr-33-1"]["filings"][0]["due_at"] == "2026-11-23T13:20:00.000000Z"
    assert exported["nis2-23-4a"]["state"] == "scope_not_declared"


def test_what_was_written_can_be_taken_out_and_the_hash_stays(
    tocsin: Tocsin, books: Store, breach: int, desk: Path
) -> None:
    tocsin("clocks", "time", "INC-1", "gdpr", "aware_at", AWARE, "--reason", "Zebra called")
    (desk / "sent.txt").write_text("Zebra's data")
    tocsin(
        "clocks",
        "filed",
        "INC-1",
        "gdpr-33-1",
        "2026-11-24T09:00+01:00",
        "Portal",
        "--stage",
        "initial",
        "--text",
        "sent.txt",
        "--reasons",
        "Zebra slept",
    )
    tocsin("clocks", "not-required", "INC-1", "gdpr-34", "Zebra said so")
    with books.begin() as work:
        work.incident(1).closed_at = work.now - timedelta(days=400)
        privacy._expire_texts(work, 1)
    found = duties(books)
    assert "Zebra" not in repr(found)
    assert found.filings[0].text_hash is not None
    assert tocsin("verify", "INC-1").code == 0


def test_a_breach_that_was_not_notified_is_in_the_register_with_the_reason(
    tocsin: Tocsin, books: Store, breach: int
) -> None:
    tocsin("clocks", "not-required", "INC-1", "gdpr-33-1", "Nobody could read it")
    (row,) = csv.DictReader(io.StringIO(tocsin("export", "breaches").out))
    assert row["authority_notified"] == "no"
    assert "Nobody could read it" in row["why_not_notified"]
    tocsin("clocks", "withdraw", "INC-1", "gdpr-33-1", "Somebody could")
    (row,) = csv.DictReader(io.StringIO(tocsin("export", "breaches").out))
    assert row["why_not_notified"] == "anchor missing"


def test_a_filing_by_mistake_is_in_no_register_and_in_the_export(tocsin: Tocsin, books: Store, breach: int) -> None:
    filed = ("filed", "INC-1", "gdpr-33-1", "2026-11-24T09:00Z", "Portal", "--stage", "initial", "--reference", "LDA-1")
    assert tocsin("clocks", *filed).code == 0
    reply = tocsin("clocks", "withdraw", "INC-1", "gdpr-33-1", "Another company's", "--filing")
    assert reply.out.startswith("INC-1 has one filing less on gdpr-33-1.")
    (row,) = csv.DictReader(io.StringIO(tocsin("export", "breaches").out))
    assert (row["authority_notified"], row["reference"]) == ("no", "")
    clocks = json.loads(tocsin("export", "INC-1").out)["clocks"]
    clock = next(one for one in clocks if one["rule"] == "gdpr-33-1")
    assert clock["filings"] == []
    (kept,) = clock["withdrawn_filings"]
    assert (kept["reference"], kept["withdrawn_because"]) == ("LDA-1", "Another company's")
    assert tocsin("verify", "INC-1").code == 0


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("time INC-9 gdpr aware_at 2026-11-20", 1, "There is no incident INC-9."),
        ("time INC-1 gpdr aware_at 2026-11-20", 1, "There is no framework `gpdr`."),
        ("time INC-1 gdpr known_at 2026-11-20", 1, "has no time `known_at`. There are aware_at."),
        ("time INC-1 gdpr aware_at yesterday", 2, "'yesterday' is no time; write 2026-11-24T14:20+01:00"),
        ("time INC-1 gdpr aware_at 2099-01-01", 1, "That time is still to come."),
        ("answer INC-1 risk perhaps", 1, "can be answered with unlikely, risk, high or unknown."),
        ("answer INC-1 consumers many", 1, "wants a whole number such as 500"),
        ("answer INC-1 weather fine", 1, "No framework of the policy asks for `weather`."),
        ("filed INC-1 gdpr-33-1 2026-11-20 Portal", 2, "'2026-11-20' is a day"),
        (
            "filed INC-1 gdpr-33-1 2026-11-24T09:00Z Portal",
            1,
            "How far does it go? gdpr-33-1 can be initial, update, final.",
        ),
        ("filed INC-1 gdpr-33-1 2099-11-24T09:00Z Portal --stage initial", 1, "That time is still to come."),
        (
            "filed INC-1 gdpr-33-1 2026-11-24T09:00Z Portal --stage early",
            1,
            "can be initial, update, final, not early.",
        ),
        ("filed INC-1 gdpr-99 2026-11-24T09:00Z Portal", 1, "The policy has no rule `gdpr-99`."),
        ("withdraw INC-1 gdpr-33-1 why", 1, "Nobody has decided that gdpr-33-1 is not required."),
        ("give INC-1 gdpr-33-1 U0BO", 1, "gdpr-33-1 does not run, so nobody has to own it."),
        ("draft INC-1 gdpr-99", 1, "The policy has no rule `gdpr-99`."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    tocsin: Tocsin, books: Store, breach: int, typed: str, code: int, words: str
) -> None:
    before = duties(books)
    reply = tocsin("clocks", *typed.split())
    assert reply.code == code
    assert words in reply.said
    assert duties(books) == before


def test_the_register_is_no_json_and_an_incident_no_csv(tocsin: Tocsin, breach: int) -> None:
    assert "csv or md" in tocsin("export", "breaches", "--format", "json").said
    assert "The register of breaches is exported as csv" in tocsin("export", "INC-1", "--format", "csv").said


def test_a_contract_begins_to_count_when_the_incident_is_closed(books: Store) -> None:
    """And a clock that runs keeps its owner: the incident may be over, the duty is not."""
    number = declare(books)
    with books.begin() as work:
        incident = work.incident(number)
        incident.phase, incident.closed_at = Phase.CLOSED, work.now
        for _ in range(2):
            clocks.follow(work, policy=declared(), incident=incident)
    (clock,) = duties(books).clocks
    assert (clock.rule, clock.calendar.split(" by ")[0]) == ("contract-rca", "GB-ENG")
    with books.begin() as work:
        clocks.give(work, policy=declared(), number=number, rule="contract-rca", by="U0ANA", person=BO)
    with books.read() as session:
        assert [(found, clock.rule) for found, clock in queries.clocks_of(session, "U0BO")] == [(1, "contract-rca")]
