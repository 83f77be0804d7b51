"""An incident is run from a terminal: every act is the same as in Slack, and refused with the same words."""

import pytest
from sqlalchemy import select

from bot import cli
from bot.workflows import people
from db import outbox, queries
from db.models import Audit
from db.store import Store
from tests.cli.conftest import BO, Tocsin, declare


@pytest.fixture
def incident(tocsin: Tocsin, books: Store) -> int:
    """INC-1, declared by Ana; Slack has told who Bo is."""
    with books.begin() as work:
        people.remember(work, BO)
    return declare(books)


def entries(books: Store) -> list[tuple[str, str, str]]:
    """Who did what, as the timeline has it."""
    with books.read() as session:
        return [(entry.kind.value, entry.by, entry.text) for entry in queries.timeline(session, 1)]


def test_an_incident_from_its_beginning_to_its_end(tocsin: Tocsin, books: Store, incident: int) -> None:
    me = cli.shell_user()
    assert tocsin("assign", "INC-1", "commander", "U0BO").out == (
        "INC-1 has a new Incident Commander: Bo. The running bot says so in Slack.\n"
    )
    assert tocsin("phase", "INC-1", "containment").out.startswith("INC-1 is in containment.")
    assert tocsin("severity", "1", "SEV1", "all of EU", "--by", "U0BO").out.startswith("INC-1 is sev1.")
    assert tocsin("note", "inc-1", "We restarted the pods").out.startswith("INC-1 has a new note.")
    assert tocsin("update", "INC-1", "Payments work again for 90 %").out.startswith("INC-1 has a new update.")
    assert entries(books)[1:] == [
        ("role", me, ""),
        ("phase", me, ""),
        ("severity", "U0BO", "all of EU"),
        ("note", me, "We restarted the pods"),
        ("update", me, "Payments work again for 90 %"),
    ]
    refused = tocsin("close", "INC-1")
    assert refused.code == 1
    assert refused.said.startswith("Still missing: ")
    assert "what stopped the damage" in refused.said


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("note INC-9 hello", 1, "There is no incident INC-9. `tocsin list --all` shows those there are."),
        ("assign INC-1 king U0BO", 1, "There is no role `king`. Choose one of `commander`, `primary`,"),
        ("assign INC-1 commander Bo", 2, "'Bo' is no Slack user id such as U0123ABCD"),
        ("assign INC-1 commander shell:root", 2, "is no Slack user id"),
        ("phase INC-1 panic", 2, "'panic' is not one of 'detection', 'assessment',"),
        ("phase INC-1 merged", 1, "merged is not a phase to move to."),
        ("severity INC-1 sev9 why", 1, "There is no severity `sev9`."),
        ("severity INC-1 sev1", 2, "Missing argument"),
        ("note INC-1 hello --by shell:somebody-else", 2, "is no Slack user id"),
        ("deliveries retry INC-9", 1, "There is no incident INC-9."),
    ],
)
def test_what_is_refused(tocsin: Tocsin, books: Store, incident: int, typed: str, code: int, words: str) -> None:
    before = entries(books)
    reply = tocsin(*typed.split())
    assert reply.code == code
    assert words in reply.said
    assert entries(books) == before


def test_a_refusal_names_people(tocsin: Tocsin, books: Store, incident: int) -> None:
    """A terminal does not know what a mention is."""
    tocsin("assign", "INC-1", "commander", "U0BO")
    assert tocsin("assign", "INC-1", "commander", "U0BO").said == "@Bo is Incident Commander already."


def test_somebody_whom_slack_has_never_told_about(tocsin: Tocsin, books: Store, incident: int) -> None:
    assert "Incident Commander: U0NEW." in tocsin("assign", "INC-1", "commander", "U0NEW").out


def test_declared_at_the_shell(tocsin: Tocsin, books: Store) -> None:
    tocsin("declare", "Slack is down")
    with books.read() as session:
        incident = queries.incident(session, 1)
    assert incident is not None
    assert incident.declared_by == cli.shell_user()


def test_what_is_on_its_way(tocsin: Tocsin, books: Store, incident: int) -> None:
    assert tocsin("deliveries", "list").out == "waiting\t2026-11-24 12:00\tINC-1\tOpenRoom\t0\t\n"
    with books.begin() as work:
        (claimed,) = outbox.claim(work.connection, now=work.now, lease=work.now - work.now)
        outbox.bury(work.session, claimed, now=work.now, error="Slack answered name_taken to conversations.create")
    assert tocsin("deliveries", "list", "INC-1").out == (
        "dead\t2026-11-24 12:00\tINC-1\tOpenRoom\t1\tSlack answered name_taken to conversations.create\n"
    )
    assert tocsin("deliveries", "retry", "INC-1").out == "1 to deliver again.\n"
    assert tocsin("deliveries", "list").out.startswith("waiting")
    assert tocsin("deliveries", "retry").out == "0 to deliver again.\n"


def test_a_text_is_taken_out_and_the_timeline_still_verifies(tocsin: Tocsin, books: Store, incident: int) -> None:
    tocsin("note", "INC-1", "My private number is 0123", "--by", "U0BO")
    assert tocsin("redact", "INC-1", "2", "a private number").out.startswith("Entry 2 of INC-1 is redacted.")
    assert "0123" not in tocsin("export", "INC-1").out
    assert tocsin("verify").code == 0
    assert "redacted already" in tocsin("redact", "INC-1", "2", "again").said
    assert "has no entry 99" in tocsin("redact", "INC-1", "99", "why").said


def test_legal_hold_keeps_what_somebody_wants_forgotten(tocsin: Tocsin, books: Store, incident: int) -> None:
    tocsin("note", "INC-1", "My private number is 0123", "--by", "U0BO")
    assert tocsin("hold", "INC-1", "a claim").out == "INC-1 is under legal hold.\n"
    assert tocsin("forget", "U0BO", "asked for it").out.startswith("0 entries are redacted")
    assert "0123" in tocsin("export", "INC-1").out
    assert tocsin("hold", "INC-1", "the claim is settled", "--end").out == "INC-1 is no longer under legal hold.\n"
    assert tocsin("forget", "U0BO", "asked for it").out.startswith("1 entry is redacted")
    assert "0123" not in tocsin("export", "INC-1").out
    assert tocsin("verify").code == 0


def test_administrative_acts_are_kept(tocsin: Tocsin, books: Store, incident: int) -> None:
    tocsin("repair", "INC-1", "--by", "U0BO")
    tocsin("deliveries", "retry")
    with books.read() as session:
        audits = [(one.user, one.what, one.incident_id, one.allowed) for one in session.scalars(select(Audit))]
    assert audits == [("U0BO", "administrate", 1, True), (cli.shell_user(), "administrate", None, True)]
