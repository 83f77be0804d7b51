"""How a story went on that began as this one does.

Most stories begin with the same few declares, which take most of a short one's time. The first of each kind is done by the
bot, all of it; what it left in the database and in the workspace is kept, and put there for whoever begins in the same way:
under the same rules, at the same moment, with nothing done or set up before. What a declare itself does is shown by those
who do something else before it, or declare again.
"""

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.clock import MovableClock
from db.engine import writing
from db.models import Base
from db.store import Store
from sandbox import Workspace

TABLES = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
# A workspace's state but for these, and what is its own, is what people did there.
NOT_KEPT = ("counter", "lock")


@dataclass(frozen=True)
class Left:
    """What was there afterwards. `rows` are each table's, as the database's own driver likes them best."""

    answer: str
    at: datetime
    rows: dict[str, Any]
    sequences: dict[str, int]
    workspace: bytes


@dataclass(frozen=True)
class Beginnings:
    """All that this process has seen."""

    seen: dict[tuple[Any, ...], Left] = field(default_factory=dict)

    def once(
        self, what: tuple[Any, ...], store: Store, slack: Workspace, clock: MovableClock, does: Callable[[], str]
    ) -> str:
        """Do it, or have everything be as if it had been done; gives what it gave."""
        faults = slack.faults
        if slack.deliveries or faults.waiting or faults._interruptions or faults.down:
            return does()
        key = (store.engine.dialect.name, clock.now(), *what, *_before(store, slack))
        if key in self.seen:
            left = self.seen[key]
            with writing(store.engine) as connection:
                _put(connection, left)
                connection.commit()
            _move_in(slack, left.workspace)
            clock.moves_to(left.at)
            return left.answer
        answer = does()
        if not faults.waiting:
            with store.engine.connect() as connection:
                rows, sequences = _rows(connection), _sequences(connection)
            self.seen[key] = Left(answer, clock.now(), rows, sequences, _moved_out(slack))
        return answer


def _before(store: Store, slack: Workspace) -> tuple[Any, ...]:
    """What tells two beginnings apart: everything that tocsin writes moves a counter."""
    with store.engine.connect() as connection:
        counters = connection.exec_driver_sql("SELECT name, value FROM counters ORDER BY name").all()
    return hashlib.sha256(repr(_belongings(slack)).encode()).hexdigest(), *map(tuple, counters)


# ── the database ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(connection: Connection) -> dict[str, Any]:
    read = _copied_out if connection.dialect.name == "postgresql" else _selected
    return {table: rows for table in TABLES if (rows := read(connection, table))}


def _selected(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]


def _copied_out(connection: Connection, table: str) -> bytes:
    with connection.connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)


def _sequences(connection: Connection) -> dict[str, int]:
    if connection.dialect.name == "sqlite":
        return {}
    return {row.sequencename: row.last_value for row in connection.exec_driver_sql(SEQUENCES)}


def _put(connection: Connection, left: Left) -> None:
    gone = [f"DELETE FROM {table}" for table in reversed(left.rows)]
    if connection.dialect.name == "sqlite":
        for statement in gone:
            connection.exec_driver_sql(statement)
        for table, rows in left.rows.items():
            marks = ", ".join("?" * len(rows[0]))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", rows)
        return
    moved = (f"SELECT setval('\"{name}\"', {last})" for name, last in left.sequences.items())
    connection.exec_driver_sql("; ".join([*gone, *moved]))
    for table, rows in left.rows.items():
        with connection.connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(rows)


# ── the workspace ────────────────────────────────────────────────────────────────────────────────────────────────────


def _belongings(slack: Workspace) -> tuple[Any, ...]:
    state, tickets = slack.state, slack.tickets
    kept = {name: value for name, value in vars(state).items() if name not in NOT_KEPT and not name.startswith("_")}
    return kept, (state.counter.number, state.counter.last_us), (tickets.triggers, tickets.response_urls)


def _moved_out(slack: Workspace) -> bytes:
    with slack.state.change():
        return pickle.dumps((*_belongings(slack), list(slack.requests)))


def _move_in(slack: Workspace, belongings: bytes) -> None:
    state, tickets = slack.state, slack.tickets
    with state.change():
        kept, counted, given, asked = pickle.loads(belongings)
        vars(state).update(kept)
        state.counter.number, state.counter.last_us = counted
        tickets.triggers, tickets.response_urls = given
        slack.requests.clear()
        for request in asked:
            slack.requests.add(request)
