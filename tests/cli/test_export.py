"""What leaves the house: a shape that is promised, and a document that reads well."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.workflows.people import remember
from db import queries
from db.store import Store
from sandbox import Workspace, running
from sandbox.server import Running
from tests.cli.conftest import ANA, BO, Tocsin, declare, run_through
from tests.story import workspace

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture
def slack(clock: MovableClock) -> Iterator[Running]:
    with running(workspace(clock)) as server:
        yield server


def test_the_record_has_the_promised_shape(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    """Keys and their order, as the contract has them."""
    run_through(books, clock)
    record = json.loads(tocsin("export", "INC-1").out)
    assert list(record) == ["incident", "timeline", "actions", "review", "deliveries", "customers", "clocks", "risk"]
    assert list(record["incident"].items()) == list(
        {
            "key": "INC-1",
            "title": "Checkout is down",
            "summary": "Cards are refused since 12:00.",
            "severity": "sev1",
            "kind": "operational",
            "phase": "review",
            "private": False,
            "drill": False,
            "declared_by": "U0ANA",
            "declared_at": "2026-11-24T12:00:00.000000Z",
            "closed_at": None,
            "channel": None,
            "roles": {},
            "customer_data": "no",
            "personal_data": "unknown",
            "service_affecting": "unknown",
        }.items()
    )
    assert list(record["timeline"][0]) == ["at", "kind", "by", "text", "hash"]
    assert [entry["kind"] for entry in record["timeline"]][:4] == ["declared", "answer", "note", "phase"]
    assert record["actions"] == [
        {
            "text": "Add an alert on queue depth",
            "owner": "U0BO",
            "due_on": "2026-12-08",
            "state": "open",
            "kind": "prevent",
            "priority": "medium",
            "rejected_because": "",
            "proof": "",
            "url": None,
        }
    ]
    assert list(record["actions"][0])[:4] == ["text", "owner", "due_on", "state"]
    assert list(record["review"]) == ["state", "due_at", "document"]
    assert record["review"]["document"].startswith("# Post-incident review of INC-1")
    assert list(record["deliveries"][0]) == ["kind", "state", "attempts", "error"]
    times = [entry["at"] for entry in record["timeline"]] + [record["review"]["due_at"]]
    assert all(TIME.fullmatch(time) for time in times)


def test_an_incident_without_a_review(tocsin: Tocsin, books: Store) -> None:
    declare(books)
    assert json.loads(tocsin("export", "inc-1").out)["review"] is None


def test_every_delivery_is_told(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    number = run_through(books, clock)
    with books.read() as session:
        told = len(queries.deliveries(session, number))
    assert len(json.loads(tocsin("export", "INC-1").out)["deliveries"]) == told


def test_it_may_be_written_to_a_file(tocsin: Tocsin, books: Store, desk: Path) -> None:
    declare(books, "Größe: 3 €")
    reply = tocsin("export", "INC-1", "--out", "record.json")
    assert (reply.code, reply.out) == (0, "")
    written = (desk / "record.json").read_text(encoding="utf-8")
    assert written.endswith("}\n")
    assert "Größe: 3 €" in written


def test_the_document_names_people(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    run_through(books, clock)
    with books.begin() as work:
        for person in (ANA, BO):
            remember(work, person)
    written = tocsin("export", "INC-1", "--format", "md").out
    assert written.startswith("# Post-incident review of INC-1\n")
    assert written.endswith("\n")
    assert not written.endswith("\n\n")
    assert "Declared by Ana" in written
    assert "Bo, due Tue 8 Dec 2026)" in written
    assert "U0ANA" not in written


def test_whom_the_bot_does_not_know_slack_is_asked_about(
    tocsin: Tocsin, books: Store, clock: MovableClock, slack: Running
) -> None:
    run_through(books, clock)
    written = tocsin("export", "INC-1", "--format", "md", **slack.ws.settings()).out
    assert "U0" not in written
    assert "Kai" in written, "who is only mentioned in a note"
    asked = [request for request in slack.ws.requests if request.method == "users.info"]
    assert sorted(request.arguments["user"] for request in asked) == ["U0ANA", "U0BO", "U0KAI"]
    tocsin("export", "INC-1", "--format", "md")
    assert len(asked) == len([request for request in slack.ws.requests if request.method == "users.info"])


def test_when_slack_does_not_answer_ids_must_do(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    run_through(books, clock)
    away = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://127.0.0.1:1/api/"}
    reply = tocsin("export", "INC-1", "--format", "md", **away)
    assert reply.code == 0
    assert "Declared by U0ANA" in reply.out


def test_the_workspace_is_not_changed(tocsin: Tocsin, books: Store, clock: MovableClock, slack: Running) -> None:
    run_through(books, clock)
    tocsin("export", "INC-1", **slack.ws.settings())
    ws: Workspace = slack.ws
    assert {request.method for request in ws.requests} == {"users.info"}


def test_the_document_as_a_page_and_as_pdf(tocsin: Tocsin, books: Store, clock: MovableClock, tmp_path: Path) -> None:
    run_through(books, clock)
    page = tocsin("export", "INC-1", "--format", "html").out
    assert page.startswith("<!doctype html>")
    assert "800 orders failed." in page
    file = tmp_path / "review.pdf"
    assert tocsin("export", "INC-1", "--format", "pdf", "--out", str(file)).code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    reply = tocsin("export", "INC-1", "--format", "diff")
    assert (reply.code, "signed twice" in reply.err) == (1, True)
