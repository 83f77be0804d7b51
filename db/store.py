"""The one way to change the database: `with store.begin() as work:`, one transaction that one can see.

Everything that happens belongs to a transaction: the change, its timeline entry and what the world must hear of it.
Either all of it is there afterwards, or none.
"""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, literal, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import TimeoutError  # noqa: A004 -- SQLAlchemy's own, so that whoever handles a full pool handles this
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from db import outbox, timeline
from db.enums import EntryKind
from db.models import Base, Counter, Entry, Incident

BUSY_SECONDS = 10
# A command must be answered within three: so long it waits for a connection, or for others to have written.
PATIENCE_SECONDS = 2


class Work:
    """A transaction in hand. `now` is read once, so that everything in it happened at the same moment."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Made by `Store.begin`, never by hand."""
        self.session = session
        self.now = now
        self.told = False
        self.noted: list[tuple[Incident, Entry]] = []

    def incident(self, number: int) -> Incident:
        """The incident, locked until this transaction ends, so that changes of it come one after the other."""
        return self.session.scalars(
            select(Incident).where(Incident.id == number).with_for_update().execution_options(populate_existing=True)
        ).one()

    def lock_numbers(self, name: str) -> Counter:
        """Others who want one of these numbers wait for this transaction."""
        return self.session.scalars(select(Counter).where(Counter.name == name).with_for_update()).one()

    def next_number(self, name: str) -> int:
        """The next of a gapless row of numbers."""
        counter = self.lock_numbers(name)
        counter.value += 1
        return counter.value

    def insert_once(self, table: type[Base], **values: Any) -> bool:
        """Insert the row unless its primary key is there already; whether it was new. Safe when two do it at once."""
        insert = sqlite.insert if self.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        result = self.session.execute(insert(table).values(**values).on_conflict_do_nothing().returning(literal(1)))
        return result.first() is not None

    def note(
        self,
        incident: Incident,
        kind: EntryKind,
        text: str,
        *,
        by: str,
        at: datetime | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Append to the incident's timeline. `at` is when it happened, if not now."""
        entry = timeline.append(self.session, incident, kind, text, by=by, now=self.now, at=at, data=data)
        self.noted.append((incident, entry))
        return entry

    def tell(self, effect: outbox.Tellable) -> None:
        """Say what the world must hear once this transaction is committed."""
        outbox.tell(self.session, effect, self.now)
        self.told = True

    def fresh_uid(self) -> str:
        """A name that no other incident, in this or any other database, has."""
        return uuid.uuid4().hex


class Store:
    """A database of tocsin's.

    `now` gives the time of a transaction; `on_told` is called after a commit that told something, from the thread
    that committed. `before_commit` is given a transaction that noted something, to add what follows from that. Several
    stores of one database, one after the other, may share an `engine` and what it has compiled.
    """

    def __init__(
        self,
        url: str,
        now: Callable[[], datetime],
        on_told: Callable[[], None] | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Open nothing yet: the first transaction connects."""
        self.engine = engine or open_engine(url)
        self.now = now
        self.on_told = on_told
        self.before_commit: Callable[[Work], None] | None = None
        self._alone: sqlite3.Connection | None = None
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        # Many SQLite writers waiting for the file's lock are slow and unfair; waiting here is neither.
        self._one_writer = threading.Lock() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """A transaction: committed at the end of the block, rolled back if it raises.

        An SQLAlchemy `OperationalError` or `TimeoutError`, after two seconds at most, when the database does not take it.
        """
        with self._turn() as patience, self._sessions() as session:
            session.connection(execution_options={"tocsin_writes": True, "tocsin_busy_seconds": patience})
            work = Work(session, self.now())
            yield work
            if work.noted and self.before_commit:
                self.before_commit(work)
            session.commit()
        if work.told and self.on_told:
            self.on_told()

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Be the one who writes, on SQLite; gives the seconds of patience that are left."""
        if self._one_writer is None:
            yield PATIENCE_SECONDS
            return
        began = time.monotonic()
        if not self._one_writer.acquire(timeout=PATIENCE_SECONDS):
            raise TimeoutError("others have been writing to the database for too long")
        try:
            yield max(0.0, PATIENCE_SECONDS - (time.monotonic() - began))
        finally:
            self._one_writer.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for questions; whatever it changes is thrown away."""
        with self._sessions() as session:
            yield session

    def clock_time(self) -> datetime | None:
        """What time the database has, aware; None for SQLite, which has no clock of its own."""
        if self.is_sqlite:
            return None
        with self._sessions() as session:
            return session.scalar(select(func.clock_timestamp()))

    def take_alone(self) -> bool:
        """Be the only bot on this SQLite file until `close` or death; False when another one is.

        The lock is a transaction on a file beside the database, so that it dies with its process, on every system, and
        readers and other commands are not disturbed. PostgreSQL is made for several: always True.
        """
        database = self.engine.url.database
        if not self.is_sqlite or not database or database == ":memory:":
            return True
        lock = sqlite3.connect(f"{database}-running", timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return False
        self._alone = lock
        return True

    def close(self) -> None:
        """Give back the connections."""
        if self._alone is not None:
            self._alone.close()
            self._alone = None
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, every commit on the disk, foreign keys on) or PostgreSQL.

    Parameters never reach logs or error texts: they hold what people wrote.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            hide_parameters=True,
            pool_size=10,
            max_overflow=10,
            pool_timeout=PATIENCE_SECONDS,
            pool_pre_ping=True,
            connect_args={"connect_timeout": PATIENCE_SECONDS},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, pool_size=10, max_overflow=10, pool_timeout=PATIENCE_SECONDS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late (a read before a write is not covered) and break SAVEPOINTs:
    # it is told to keep out, and `_begin_sqlite` begins instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a transaction that reads first and writes later could fail half-way.
    options = connection.get_execution_options()
    writes = options.get("tocsin_writes", False)
    patience = options.get("tocsin_busy_seconds", BUSY_SECONDS)
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
