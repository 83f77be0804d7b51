"""The one way to change the database: `with store.begin() as work:`, one transaction that one can see.

Everything that happens belongs to a transaction: the change, its timeline entry and what the world must hear of it.
Either all of it is there afterwards, or none.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import outbox, queries, seals, timeline
from db.engine import open_engine
from db.enums import EntryKind
from db.models import Base, Counter, Incident
from db.records import Brief, EntryRecord
from db.seals import Watched
from db.turns import Turns

# Statements are built once: to make one anew takes longer than the database needs to answer it.
_INCIDENT = (
    select(Incident)
    .where(Incident.id == bindparam("number"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_COUNTER = select(Counter).where(Counter.name == bindparam("name")).with_for_update()


# On PostgreSQL every statement is a round trip, and others wait for the incident's lock meanwhile.
_NOTE_AND_TELL = timeline.APPEND["postgresql"][0].add_cte(outbox.TELL["postgresql"].columns().cte("telling"))


class Work:
    """A transaction in hand. `now` is read once, so that everything in it happened at the same moment.

    Whoever reads and changes rows as objects takes its `session`, which is made when it is asked for first: to have one
    costs more than most statements. Statements that know what they want go to its `connection`.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Made by `Store.begin`, never by hand."""
        self.now = now
        self.told: list[outbox.Told] = []
        self.noted: list[tuple[int, EntryRecord]] = []
        self._connection = connection
        self._session: Watched | None = None
        self._held: set[int] = set()
        self._unwritten: list[timeline.Line] = []
        self._locked: dict[int, Incident] = {}
        self._counters: dict[str, Counter] = {}
        self._briefs: dict[int, Brief] = {}

    @property
    def session(self) -> Watched:
        """For questions and changes; whoever takes it finds all that was noted."""
        if self._session is None:
            # It joins the transaction and does not end it.
            self._session = Watched(self._connection, held=self._held, join_transaction_mode="rollback_only")
        self._write_noted()
        return self._session

    @property
    def connection(self) -> Connection:
        """For statements past the session; they find all that was changed and noted."""
        if self._session is not None:
            self._session.flush()
        self._write_noted()
        return self._connection

    def _write_noted(self) -> None:
        while self._unwritten:
            timeline.write(self._connection, self._unwritten.pop(0))

    def incident(self, number: int) -> Incident:
        """The incident, locked until this transaction ends, so that changes of it come one after the other."""
        if number not in self._locked:
            self._locked[number] = self.session.scalars(_INCIDENT, {"number": number}).one()
            self._held.add(number)
        return self._locked[number]

    def adds(self, incident: Incident) -> None:
        """An incident that there was not: until this transaction ends nobody else knows of it."""
        self.session.add(incident)
        self.session.flush()
        self._locked[incident.id] = incident
        self._held.add(incident.id)

    def brief(self, number: int) -> Brief | Incident:
        """The incident, locked, as far as somebody must know it who only says something in it: cheaper than all of it."""
        if number in self._locked:  # Once all of it was read, that alone knows where the timeline ends.
            return self._locked[number]
        if number not in self._briefs:
            self._briefs[number] = queries.brief(self.session, number)
            self._held.add(number)
        return self._briefs[number]

    def named(self, *, user: str, room: str | None, number: int | None) -> list[tuple[Brief, bool]]:
        """The incident of this room and that of this number, locked, and whether this person may see them."""
        found = queries.briefs(self.connection, user=user, room=room, number=number)
        self._briefs.update({brief.id: brief for brief, _ in found if brief.id not in self._locked})
        self._held.update(brief.id for brief, _ in found)
        return found

    def lock_numbers(self, name: str) -> Counter:
        """Others who want one of these numbers wait for this transaction."""
        if name not in self._counters:
            self._counters[name] = self.session.scalars(_COUNTER, {"name": name}).one()
        return self._counters[name]

    def next_number(self, name: str) -> int:
        """The next of a gapless row of numbers."""
        counter = self.lock_numbers(name)
        counter.value += 1
        return counter.value

    def insert_once(self, table: type[Base], **values: Any) -> bool:
        """Insert the row unless its primary key is there already; whether it was new. Safe when two do it at once."""
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        keys = Base.metadata.tables[table.__tablename__].primary_key.columns
        question = insert(table).values(**values).on_conflict_do_nothing().returning(*keys)
        made = self.connection.execute(question).first()
        if made is None:
            return False
        self.session.inserted(table, {**values, **dict(zip(keys.keys(), made, strict=True))})
        return True

    def note(
        self,
        incident: Incident | Brief,
        kind: EntryKind,
        text: str,
        *,
        by: str,
        at: datetime | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> EntryRecord:
        """Append to the incident's timeline. `at` is when it happened, if not now."""
        entry, line = timeline.follow(incident, kind, text, by=by, now=self.now, at=at, data=data)
        self.noted.append((incident.id, entry))
        if isinstance(incident, Brief):  # Most likely nothing follows: it is written with what is told.
            self._unwritten.append(line)
        else:
            timeline.write(self.connection, line)
        return entry

    def tell(self, effect: outbox.Tellable, *, only_if: outbox.Condition | None = None) -> None:
        """Say what the world must hear once this transaction is committed.

        `only_if` it is so by then: the incident has a review that is not signed (`unsigned`), or somebody may be looking at
        Home (`watched`).
        """
        self.told.append((effect, only_if))

    def write_all(self) -> None:
        """The last thing before the commit: seal what was changed, write what was noted and what is told, if possible at once."""
        if self._session is not None:
            seals.append(self._session, now=self.now, incident=self.incident)
        if self.told and len(self._unwritten) == 1 and self._connection.dialect.name == "postgresql":
            values = {**self._unwritten.pop(), **outbox.about(self.told, self.now)}
            self._connection.execute(_NOTE_AND_TELL, values)
        else:
            outbox.tell(self.connection, self.told, self.now)

    def close(self) -> None:
        """The transaction is over, well or not: let go of what was read."""
        if self._session is not None:
            self._session.close()

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
        self._is_lent = engine is not None
        self.now = now
        self.on_told = on_told
        self.before_commit: Callable[[Work], None] | None = None
        self._alone: sqlite3.Connection | None = None
        self._reading = self.engine if self.is_sqlite else self.engine.execution_options(postgresql_readonly=True)
        self._turns = Turns(self.engine) if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """A transaction: committed at the end of the block, rolled back if it raises.

        An SQLAlchemy `OperationalError` or `TimeoutError`, after two seconds at most, when the database does not take it.
        """
        with self._turns.take() if self._turns else self._transaction() as connection:
            work = Work(connection, self.now())
            with closing(work):
                yield work
                if work.noted and self.before_commit:
                    self.before_commit(work)
                work.write_all()
        if work.told and self.on_told:
            self.on_told()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for questions; whatever it changes is thrown away, or refused by PostgreSQL with an `InternalError`."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session
            if not self.is_sqlite:
                # After a rollback the driver has the server forget every statement that it has prepared.
                session.expunge_all()
                session.commit()

    def clock_time(self) -> datetime | None:
        """What time the database has, aware; None for SQLite, which has no clock of its own."""
        if self.is_sqlite:
            return None
        with self.read() as session:
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
        """Give back the connections, but for those of an engine that was lent."""
        if self._alone is not None:
            self._alone.close()
            self._alone = None
        if not self._is_lent:
            self.engine.dispose()
