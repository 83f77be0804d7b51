"""Nobody but tocsin changes what tocsin wrote without being noticed: not one byte of it, in any table."""

import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from bot import database
from bot.workflows import incidents, privacy, rooms
from db import proof, seals
from db.models import Base, Incident, Reader, Utc
from tests.whole import Life, rules

TABLES = {name: table for name, table in Base.metadata.tables.items() if name not in seals.UNSEALED_TABLES}
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
QUIET = 3
# Incidents' own rows are of another incident than the rest: whoever spoils one hides what else is of it.
WHICH = {"incidents": 0}
# These have proofs of their own.
CHAINED = {
    "entries": {"id": "the database's own name of a row; the timeline counts by seq"},
    "seals": {},
    "effects": seals.UNSEALED["effects"],
}
SEALED = {name: table for name, table in Base.metadata.tables.items() if name in TABLES or name in CHAINED}
OF_INCIDENTS = {"entries", "head", "noted_at", "seals", "seal"}


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def life(store, clock, tmp_path):
    """INC-1, to which everything happened."""
    told = Life(store, clock, rules(tmp_path))
    told.tells()
    return told


@pytest.fixture
def lives(life):
    """And INC-2, which is private, and INC-3, to which nothing happened."""
    life.tells("Another one", private=True)
    life(incidents.declare, policy=life.policy, by="U0EVE", title="A quiet one")
    return life


def wrong(store):
    with store.read() as session:
        return [str(found) for found in proof.verify(session)]


def another(column, value):
    """Another value that the column can hold, as near to this one as can be."""
    kind = column.type
    words = getattr(kind, "enum_class", None)
    if words:
        return next(word for word in words if word is not value)
    sorts = {
        JSON: lambda: {"x": 1} if not value else value[:-1] if isinstance(value, list) else {**value, "x": 1},
        Utc: lambda: (value or datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(microseconds=1),
        Date: lambda: (value or date(2026, 1, 1)) + timedelta(days=1),
        Boolean: lambda: not value,
        Integer: lambda: (value or 0) + 1,
        Float: lambda: (value or 0) + 1,
    }
    for sort, made in sorts.items():
        if isinstance(kind, sort):
            return made()
    return value[:-1] + ("b" if value.endswith("a") else "a") if value else "x"


def without_keys(store):
    """Whoever forges rows does not mind that others refer to them."""
    return "PRAGMA defer_foreign_keys = ON" if store.is_sqlite else "SET LOCAL session_replication_role = replica"


def columns(table):
    left_out = {*seals.UNSEALED.get(table.name, ()), *CHAINED.get(table.name, ())}
    return [column for column in table.columns if column.name not in left_out or column.name in OF_INCIDENTS]


@dataclass(frozen=True)
class Change:
    """What somebody changes: one column of one row."""

    table: Table
    column: Column
    row: Mapping[str, Any]

    def happens(self, connection):
        """Whether it makes a difference to whoever asks for the value."""
        raise NotImplementedError

    @property
    def of(self):
        """The incident that it belongs to, unless it is one itself."""
        return self.row.get("incident_id", self.row.get("ledger"))

    @property
    def name(self):
        """What the row is called where it is named."""
        if self.table.name == "incidents":
            return f"INC-{self.row['id']}"
        if self.table.name == "entries":
            return f"INC-{self.row['incident_id']} entry {self.row['seq']}"
        if self.table.name == "effects":
            return f"deliveries {self.row['id']}"
        if self.table.name == "seals":
            return f"seal {self.row['seq']}"
        key = " ".join(str(self.row[k.name]) for k in self.table.primary_key if k.name != "incident_id")
        return f"{self.table.name} {key.replace(' ', '/')}".rstrip()

    def is_named(self, found):
        # What is kept of an incident beside its seals is named as the seal or the entry that it does not fit.
        place = re.compile(rf"(^| ){re.escape(self.name)}({'[ :]' if self.table.name == 'incidents' else ':'})")
        return any(place.search(one) for one in found)


class Flip(Change):
    """Another value."""

    def happens(self, connection):
        at = [key == self.row[key.name] for key in self.table.primary_key]
        value = another(self.column, self.row[self.column.name])
        if self.column.name in ("incident_id", "merged_into"):
            value = QUIET
        if (self.table.name, self.column.name) == ("incidents", "id"):
            value = QUIET + 1
        connection.execute(update(self.table).where(*at).values({self.column.name: value}))
        return True


class Removal(Change):
    """The whole row."""

    def happens(self, connection):
        connection.execute(delete(self.table).where(*(key == self.row[key.name] for key in self.table.primary_key)))
        return True

    def is_named(self, found):
        return any(f" {self.name}: is missing" in f" {one}" for one in found)


@dataclass(frozen=True)
class Spoilt(Change):
    """One bit of one byte, as it lies in a SQLite file."""

    rowid: int
    content: bytes

    def happens(self, connection):
        before = self.seen(connection)
        change = f'UPDATE "{self.table.name}" SET "{self.column.name}" = CAST(? AS TEXT) WHERE rowid = ?'
        connection.exec_driver_sql(change, (self.content, self.rowid))
        return self.seen(connection) != before

    def seen(self, connection):
        """What whoever asks for it gets."""
        try:
            return connection.execute(select(self.column).where(text(f"rowid = {self.rowid}"))).scalar()
        except (LookupError, ValueError, TypeError):
            return ValueError


def flips(connection):
    """Every column of every table, of a row about which much is told."""
    for table in SEALED.values():
        rows = connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
        if table.name == "effects":
            rows = [row for row in rows if row["seal"] is not None]
        told = [row for row in rows if QUIET not in (row.get("incident_id"), row.get("ledger"), row.get("id"))]
        assert told, f"no story fills {table.name}"
        yield table.name, [Flip(table, column, told[WHICH.get(table.name, -1)]) for column in columns(table)]


def removals(connection):
    """A row of every table that has a ledger beside it."""
    for name, (flip, *_) in flips(connection):
        if name in TABLES:
            yield name, [Removal(flip.table, flip.column, flip.row)]


def spoilings(connection):
    """The first, the middle and the last byte of every text of every table."""
    for table in SEALED.values():
        yield table.name, [one for column in columns(table) for one in _spoilt(connection, table, column)]


def _spoilt(connection, table, column):
    sealed = "seal IS NOT NULL AND" if table.name == "effects" else ""
    kept = connection.exec_driver_sql(
        f'SELECT rowid AS place_, CAST("{column.name}" AS BLOB) AS raw_, * FROM "{table.name}" WHERE {sealed} '
        f"typeof(\"{column.name}\") = 'text' AND \"{column.name}\" <> '' ORDER BY rowid"
    ).mappings()
    if row := next(iter(kept.all()[WHICH.get(table.name, -1) :]), None):
        raw = row["raw_"]
        for place in sorted({0, len(raw) // 2, len(raw) - 1}):
            yield Spoilt(table, column, row, row["place_"], raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])


def missed(store, changes):
    """What of all this is not named when it is changed.

    By day each table suffers one change at a time, all tables together, and each must be named; what is not named in company
    must be when it is alone. At night each is alone. What is of the incident whose own row is changed is always alone: that
    row is named by the incident's key, which stands before all that is of it.
    """
    with store.engine.connect() as connection:
        session = Session(connection)

        def unnamed(some):
            connection.exec_driver_sql(without_keys(store))
            seen = [one for one in some if one.happens(connection)]
            found = [str(one) for one in proof.verify(session)]
            connection.rollback()
            return [one for one in seen if not one.is_named(found)]

        by_table = dict(changes(connection))
        every = [one for some in by_table.values() for one in some]
        own = {one.row["id"] for one in by_table["incidents"]}
        apart = {name for name, some in by_table.items() if any(one.of in own for one in some)}
        company = (some for name, some in by_table.items() if name not in apart)
        together = [[one for one in some if one] for some in zip_longest(*company)]
        together += [[one] for name in apart for one in by_table[name]]
        print(f"{len(every)} changes in {len(by_table)} tables")  # noqa: T201 -- what a night is for
        tried = [[one] for one in every] if NIGHTLY else together
        return [
            (one.table.name, one.column.name) for some in tried for lost in unnamed(some) for one in unnamed([lost])
        ]


@pytest.mark.long
def test_one_change_in_any_column_of_any_table_is_named(store, lives):
    """Whatever its table, its incident and the row are named; and what is left out of this has a reason."""
    assert wrong(store) == []
    assert missed(store, flips) == []
    assert wrong(store) == []


@pytest.mark.long
@ON_SQLITE  # PostgreSQL keeps its bytes to itself
def test_one_byte_of_what_lies_in_the_file_is_named(store, lives):
    """Whatever the byte makes of it: another value, or none that anybody can read. What reads the same is the same."""
    assert missed(store, spoilings) == []


def test_what_is_left_out_is_there_and_has_a_reason():
    for table, left_out in seals.UNSEALED.items():
        assert set(left_out) < set(Base.metadata.tables[table].columns.keys())
    assert set(seals.UNSEALED_TABLES) < set(Base.metadata.tables)
    reasons = [*seals.UNSEALED_TABLES.values(), *(why for one in seals.UNSEALED.values() for why in one.values())]
    assert all(len(why) > 10 for why in reasons)


def test_every_sealed_row_that_is_taken_away_or_added_is_named(store, lives):
    assert missed(store, removals) == []
    with store.engine.connect() as connection:
        role = Base.metadata.tables["roles"]
        connection.exec_driver_sql(without_keys(store))
        connection.execute(
            insert(role).values(incident_id=1, role="spy", user="U0EVE", since=datetime(2026, 1, 1, tzinfo=UTC))
        )
        assert "INC-1 roles spy: was not written by tocsin" in str(proof.verify(Session(connection))[0])
        connection.rollback()


def test_what_was_changed_by_somebody_else_stays_named_after_tocsin_changes_it_too(store, life):
    """A later change of the same row seals what it finds; the line before it says that this was not tocsin's."""
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE incidents SET title = 'Nothing happened' WHERE id = 1"))
    assert wrong(store) == ["INC-1: is not what tocsin wrote"]
    life(privacy.hold, number=1, on=True, by="U0MIA", reason="a claim")
    (found,) = wrong(store)
    assert found.startswith("INC-1: was changed by somebody else before 20")


def test_a_redaction_a_forgotten_person_and_retention_keep_it_green(store, lives, clock):
    lives.number = 1
    lives.redacts("We call the railway")
    lives(privacy.forget, user="U0BO", by="U0MIA", reason="asked for it")
    assert wrong(store) == []
    lives(rooms.left, room="C0ROOM1", user="U0KAI", at=clock.now() + timedelta(days=1))
    lives(incidents.note, number=1, by="U0ANA", text="late")
    kept = lives.policy.model_copy(
        update={
            "retention": type(lives.policy.retention).model_validate({"effects": "1d", "audits": "1d", "texts": "1d"})
        }
    )
    for number in (1, 2):
        with store.begin() as work:
            incident = work.incident(number)
            incident.phase, incident.closed_at = incident.phase.CLOSED, work.now
    clock.moves(timedelta(days=60))
    lives(privacy.expire, policy=kept)
    assert wrong(store) == []
    with store.read() as session:
        assert session.get(Incident, 1).title == privacy.GONE


def test_what_an_older_version_wrote_is_sealed_once_as_it_stands(store, life):
    before = wrong(store)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM seals"))
        connection.execute(text("UPDATE incidents SET seals = 0, seal = ''"))
        connection.execute(text("UPDATE counters SET value = 0 WHERE name = 'seals'"))
    assert "INC-1: was not written by tocsin, or by an older version: `tocsin migrate` seals what that wrote" in wrong(
        store
    )
    assert database.seal(store) == 1
    assert database.seal(store) == 0
    assert wrong(store) == before == []


@ON_SQLITE  # PostgreSQL does not take what is no time and no JSON
def test_rows_that_nobody_can_read_any_more_are_named(store, life):
    spoilt = {
        "UPDATE incidents SET phase = 'revjew' WHERE id = 1": "INC-1: cannot be read any more",
        "UPDATE entries SET data = '{' || data WHERE incident_id = 1 AND seq = 4": "INC-1 entry 4: cannot be read",
        "UPDATE actions SET created_at = 'x' || created_at WHERE id = 1": "INC-1 actions 1: cannot be read",
        "UPDATE audits SET at = 'x' || at": "audits 1: cannot be read any more",
    }
    for statement, words in spoilt.items():
        with store.engine.connect() as connection:
            connection.execute(text(statement))
            found = [str(one) for one in proof.verify(Session(connection))]
            assert any(one.startswith(words) for one in found), (statement, found)
            connection.rollback()


@ON_POSTGRESQL  # SQLite has one writer at a time
def test_whoever_waits_for_a_row_seals_what_it_then_finds(store, life):
    """Some statements come without the incident's lock, and from several bots at once."""
    with ThreadPoolExecutor(1) as other:
        with store.begin() as work:
            renames(work, "Mia")
            waiting = other.submit(renames_too, store)
            while not blocked(store):
                pass
        waiting.result()
    assert wrong(store) == []


def renames(work, name):
    work.session.execute(update(Reader).where(Reader.incident_id == 1).values(name=f"{name} Demo"))


def renames_too(store):
    with store.begin() as work:
        renames(work, "Mia M.")


def blocked(store):
    with store.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


def test_rows_are_never_added_past_the_seals(store):
    with pytest.raises(RuntimeError, match="one by one"), store.begin() as work:
        work.session.execute(insert(Incident), [])
