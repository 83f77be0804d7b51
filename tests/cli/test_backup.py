"""A backup and its restore, from a terminal."""

from pathlib import Path

from bot.clock import MovableClock
from db.store import Store
from tests.cli.conftest import Tocsin, run_through


def test_what_was_backed_up_is_restored(tocsin: Tocsin, books: Store, clock: MovableClock, desk: Path) -> None:
    run_through(books, clock)
    record = tocsin("export", "INC-1").out
    assert "and 1 timelines are in tocsin.zip." in tocsin("backup", "tocsin.zip").out
    reply = tocsin("restore", "tocsin.zip", DATABASE_URL="sqlite:///elsewhere.db")
    assert reply.code == 0
    assert "1 timelines are restored and verified." in reply.out
    assert tocsin("export", "INC-1").out.splitlines()[:20] == record.splitlines()[:20]
    assert tocsin("verify").code == 0


def test_a_restore_never_overwrites(tocsin: Tocsin, books: Store, clock: MovableClock) -> None:
    run_through(books, clock)
    tocsin("backup", "tocsin.zip")
    reply = tocsin("restore", "tocsin.zip")
    assert reply.code == 1
    assert "The database is not empty" in reply.said


def test_what_is_no_backup(tocsin: Tocsin, desk: Path) -> None:
    (desk / "notes.zip").write_text("Milk, eggs, flour")
    reply = tocsin("restore", "notes.zip", DATABASE_URL="sqlite:///elsewhere.db")
    assert reply.code == 1
    assert "notes.zip is not a whole backup" in reply.said


def test_a_backup_that_cannot_be_written(tocsin: Tocsin, books: Store) -> None:
    reply = tocsin("backup", "no/such/folder/tocsin.zip")
    assert reply.code == 1
    assert "no/such/folder/tocsin.zip cannot be written (No such file or directory)" in reply.said
