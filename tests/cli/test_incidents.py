"""Incidents from a terminal: declared, listed, shown, checked, delivered again."""

import pytest
from sqlalchemy import text, update

from bot.clock import MovableClock
from db import outbox, queries
from db.enums import EffectState
from db.models import Effect
from db.store import Store
from tests.cli.conftest import Tocsin, declare, run_through


def test_declaring_waits_for_the_bot_to_open_the_room(tocsin: Tocsin, books: Store) -> None:
    typed = ("Checkout is down", "--severity", "SEV1", "--kind", "security", "--private", "--drill")
    reply = tocsin("declare", *typed, "--by", "U0ANA")
    assert (reply.code, reply.out) == (0, "INC-1 is declared as sev1. The running bot opens its room.\n")
    with books.read() as session:
        incident = queries.incident(session, 1)
        deliveries = queries.deliveries(session, 1)
    assert incident is not None
    assert (incident.title, incident.severity, incident.kind.value) == ("Checkout is down", "sev1", "security")
    assert (incident.private, incident.drill, incident.declared_by) == (True, True, "U0ANA")
    assert [(effect.kind, effect.state) for effect in deliveries] == [("OpenRoom", EffectState.WAITING)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("Fire", "--severity", "sev9"), "There is no severity `sev9`. Choose one of `sev1`, `sev2`, `sev3`, `sev4`."),
        (("  ",), "The title is empty. Write it and try again."),
        (("x" * 201,), "The title has 201 characters; at most 200 fit. Shorten it and try again."),
    ],
)
def test_what_cannot_be_declared(tocsin: Tocsin, books: Store, typed: tuple[str, ...], words: str) -> None:
    reply = tocsin("declare", *typed, "--by", "U0ANA")
    assert (reply.code, reply.said) == (2, words)
    assert tocsin("list", "--all").out == ""


def test_the_list_shows_what_is_open_and_all_shows_everything(
    tocsin: Tocsin, books: Store, clock: MovableClock
) -> None:
    declare(books, "Checkout is [red]down")
    declare(books, "Somebody copied the ledger", private=True, severity="sev1")
    with books.begin() as work:
        work.session.execute(text("UPDATE incidents SET closed_at = declared_at, phase = 'closed' WHERE id = 1"))
    assert tocsin("list").out == ("INC-2\tsev1\tdetection\t2026-11-24 12:00\tSomebody copied the ledger (private)\n")
    assert tocsin("list", "--all").out.splitlines()[0] == (
        "INC-1\tsev3\tclosed\t2026-11-24 12:00\tCheckout is [red]down"
    )


def test_show_says_how_it_stands(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    number = run_through(books, clock)
    with books.begin() as work:
        work.session.execute(
            update(Effect).where(Effect.kind == "OpenRoom").values(state=EffectState.DEAD, error="Slack said no")
        )
    reply = tocsin("show", f"INC-{number}")
    assert reply.code == 0
    lines = reply.out.splitlines()
    assert lines[0] == "INC-1 SEV1 Checkout is down"
    assert "in review since 2026-11-24 12:20 UTC; room: not opened yet" in lines
    assert "missing: nobody is Incident Commander" in lines
    assert "not delivered: OpenRoom, 0 attempts: Slack said no" in lines
    assert "# Post-incident review of INC-1" in lines


def test_timelines_that_hold(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    run_through(books, clock)
    declare(books)
    assert (tocsin("verify").code, tocsin("verify").out) == (0, "2 timelines hold.\n")
    assert tocsin("verify", "INC-1").out == "1 timeline holds.\n"


TAMPERED = {
    "UPDATE entries SET text = 'All was well.' WHERE incident_id = 1 AND seq = 3": (
        "INC-1 entry 3: its content was changed after it was written"
    ),
    "DELETE FROM entries WHERE incident_id = 1 AND seq = 2": "INC-1 entry 2: is missing",
    "DELETE FROM entries WHERE incident_id = 1 AND seq > 5": "INC-1 entry 6: the timeline ends here",
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_every_broken_timeline_is_named(tocsin: Tocsin, books: Store, clock: MovableClock, tampering: str) -> None:
    run_through(books, clock)
    declare(books)
    with books.begin() as work:
        work.session.execute(text(tampering))
    reply = tocsin("verify")
    assert reply.code == 1
    assert TAMPERED[tampering] in reply.out
    assert "INC-2" not in reply.out
    assert tocsin("verify", "INC-2").code == 0
    assert tocsin("verify", "INC-1").code == 1


def test_repair_gives_dead_effects_another_try(tocsin: Tocsin, books: Store) -> None:
    for number in (declare(books), declare(books)):
        with books.begin() as work:
            (claimed,) = outbox.claim(work.connection, now=work.now, lease=work.now - work.now)
            outbox.bury(work.session, claimed, now=work.now, error="channel_not_found")
            assert claimed.incident == number
    assert tocsin("repair", "INC-1").out == "1 to deliver again.\n"
    assert tocsin("repair").out == "1 to deliver again.\n"
    assert tocsin("repair").out == "0 to deliver again.\n"
    with books.read() as session:
        assert {effect.state for n in (1, 2) for effect in queries.deliveries(session, n)} == {EffectState.WAITING}
