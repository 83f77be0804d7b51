"""The schema from a terminal."""

import sqlite3
from pathlib import Path

import migrations
from tests.cli.conftest import Tocsin

NEWEST = migrations.newest()


def test_migrate_says_from_where_to_where(tocsin: Tocsin, desk: Path) -> None:
    database = {"DATABASE_URL": "sqlite:///data/tocsin.db"}
    assert tocsin("migrate", **database).out == f"empty → {NEWEST}\n"
    assert (desk / "data" / "tocsin.db").exists()
    assert tocsin("migrate").out == f"The schema is current: {NEWEST}.\n"


def test_check_changes_nothing(tocsin: Tocsin, desk: Path) -> None:
    (desk / "empty.db").touch()
    reply = tocsin("migrate", "--check", DATABASE_URL="sqlite:///empty.db")
    assert (reply.code, reply.out) == (1, f"The schema is empty, not {NEWEST}. Run `tocsin migrate`.\n")
    tocsin("migrate")
    assert tocsin("migrate", "--check").code == 0


def test_every_database_can_be_migrated(tocsin: Tocsin, blank_url: str) -> None:
    assert tocsin("migrate", "--check", DATABASE_URL=blank_url).code == 1
    assert tocsin("migrate").out == f"empty → {NEWEST}\n"
    assert tocsin("migrate", "--check").code == 0


def test_a_schema_of_a_newer_version_is_left_alone(tocsin: Tocsin, sqlite_url: str, desk: Path) -> None:
    with sqlite3.connect(desk / "tocsin.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    reply = tocsin("migrate", DATABASE_URL=sqlite_url)
    assert reply.code == 1
    assert "is unknown to this version of tocsin: a newer one made it" in reply.said
