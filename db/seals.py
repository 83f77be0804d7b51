"""What tocsin wrote is sealed: each transaction leaves a line that says what became of each row it changed.

    digest = SHA-256 of a row's name and content as canonical JSON, its first 32 hex digits
    hash   = SHA-256 of the line before followed by this line as canonical JSON

Each incident has a ledger of its own, and what belongs to no incident has one together (`HOUSE`). A line maps each row to
its digests before and after the transaction. A row that anybody else has changed, added or taken away does not fit the last
line; and if tocsin changes that row later, the line that it then writes does not fit the one before. A ledger holds digests
only, so what is redacted is gone, and the ledger still holds.

Nothing of this is asked of workflows: `Watched`, the session that `Store.begin` gives them, looks at what it writes. Every
column of every table is sealed unless it is named in `UNSEALED` or `UNSEALED_TABLES`, with the reason. A column that has its
default is left out of the digest, so that a new column breaks no seal. What a line says of a row before is what this transaction
read: so lock the incident first, and read then, as everywhere. A migration that changes what is sealed must seal it
anew.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Delete,
    Float,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    event,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from db.models import Base, Counter, Incident, Seal, Utc

GENESIS = "0" * 64
DIGITS = 32
HOUSE = 0
COUNTER = "seals"

UNSEALED_TABLES = {
    "entries": "the timeline has a chain of its own",
    "seals": "the ledgers themselves; each line covers the one before",
    "counters": "compared with the incidents and the ledger that they count",
    "effects": "each bears a seal of its own once it has settled: `db.settled`",
    "seen_events": "which of Slack's events were handled; forgotten after a while",
    "people": "what Slack said about people; asked again",
    "issues": "how far an action and its issue in a tracker are in step; the action itself is sealed, and asked of the tracker again",
    "polled": "how far a tracker was looked through",
    "charts": "which file of Slack's shows the figures of a month; they are computed from the record",
    "homes": "who has looked at App Home lately; forgotten within a day or two",
    "absences": "who is away at the moment; no record is kept of it",
    "subscribers": "addresses of customers, theirs to take away",
    "subscriber_tokens": "links in mails, worthless after a while",
}
UNSEALED = {
    "incidents": {
        "entries": "compared with the timeline",
        "head": "compared with the timeline",
        "noted_at": "compared with the timeline",
        "seals": "compared with the ledger",
        "seal": "compared with the ledger",
        "card_ts": "where the card stands in Slack; it is posted anew when it is not there",
        "announced_in": "where the announcement stands in Slack",
        "announcement_ts": "where the announcement stands in Slack",
        "room_archived": "what Slack said of the room; asked again",
        "room_lost": "what Slack said of the room; asked again",
    },
    "reviews": {
        "pages": "where the document stands in Slack",
        "files": "where the document stands in Slack",
        "canvas": "where the document stands in Slack",
        "canvas_refused": "what Slack said to a canvas; asked again",
    },
    "running_clocks": {"remind_at": "when somebody is reminded next; computed from the rest"},
    "effects": {
        "id": "the database's own name of a row",
        "payload": "what was to be said; it stands on the timeline, and is redacted",
        "lane": "how it queued on its way",
        "key": "how it queued on its way",
        "urgency": "how it queued on its way",
        "due_at": "when it was to be tried",
        "leased_until": "who had it on its way, and until when",
    },
    "outages": {"failed_at": "when Slack was tried last; changes every few seconds"},
}
# Refusals are written down without touching the incident they are about.
OF_THE_HOUSE = frozenset({"audits"})

Plain = Callable[[Any], Any]


@dataclass(frozen=True)
class Sealed:
    """How a table is sealed: which of its columns, as plain JSON, and what each has by itself."""

    table: Table
    columns: tuple[tuple[str, Plain, Any], ...]
    keys: tuple[str, ...]
    ledger: str | None

    @property
    def keyed(self) -> tuple[str, ...]:
        """The columns of its primary key."""
        return tuple(column.name for column in self.table.primary_key)

    def name(self, values: Mapping[str, Any]) -> str:
        """What the row is called in its ledger: `roles/commander`."""
        return "/".join([self.table.name, *(str(_plain(values[key])) for key in self.keys)])

    def ledger_of(self, values: Mapping[str, Any]) -> int:
        """Whose ledger the row is in."""
        return HOUSE if self.ledger is None else values[self.ledger]

    def digest(self, values: Mapping[str, Any]) -> str:
        """What the row says, as a hash that changes with any of it."""
        content = {
            name: plain
            for name, as_plain, usual in self.columns
            if (plain := None if values[name] is None else as_plain(values[name])) != usual
        }
        said = _canonical([self.ledger_of(values), self.name(values), content])
        return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _day(value: date) -> str:
    return value.isoformat()


def _filled(value: Any) -> Any:
    return value or None


# A boolean is an integer to SQLite, and a whole number a float to nobody.
_PLAIN: tuple[tuple[type[TypeEngine[Any]], Plain], ...] = (
    (Utc, _moment),
    (Date, _day),
    (JSON, _filled),
    (Boolean, bool),
    (Float, float),
)


def _plain_of(column: Column[Any]) -> Plain:
    return next((plain for kind, plain in _PLAIN if isinstance(column.type, kind)), _plain)


def _usual(column: Column[Any]) -> Any:
    default: Any = column.default
    return _plain(default.arg) if default is not None and default.is_scalar else None


@cache
def sealed(table: str) -> Sealed | None:
    """How this table is sealed; None when it is not."""
    if table in UNSEALED_TABLES:
        return None
    found = Base.metadata.tables[table]
    left_out = {*UNSEALED.get(table, ()), *(column.name for column in found.primary_key)}
    columns = [column for column in found.columns if column.name not in left_out]
    ledger = "id" if table == "incidents" else "incident_id" if "incident_id" in found.columns else None
    return Sealed(
        found,
        tuple((column.name, _plain_of(column), _usual(column)) for column in columns),
        tuple(column.name for column in found.primary_key if column.name != "incident_id"),
        None if table in OF_THE_HOUSE else ledger,
    )


@cache
def tables(*, of_incidents: bool) -> tuple[Sealed, ...]:
    """The sealed tables whose rows belong to incidents, or those whose rows do not."""
    every = (sealed(name) for name in sorted(Base.metadata.tables))
    return tuple(one for one in every if one is not None and (one.ledger is not None) is of_incidents)


# ── what a transaction writes ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Touched:
    """A row that the transaction changed; `row` is what it is now, None when it is not there any more."""

    how: Sealed
    ledger: int | None
    name: str | None
    before: str | None
    row: Base | None
    after: str | None = None


class Watched(Session):
    """A session that remembers which sealed rows it has changed, and what they were before."""

    def __init__(self, *arguments: Any, held: AbstractSet[int], **more: Any) -> None:
        """As SQLAlchemy's session is made. `held` are the ledgers that nobody else can write while this transaction lasts."""
        super().__init__(*arguments, **more)
        self._held = held
        self._touched: dict[int, _Touched] = {}
        self._kept: list[Base] = []

    def execute(self, statement: Any, *arguments: Any, **more: Any) -> Any:
        """As SQLAlchemy does; rows that a statement changes at one blow are looked at first, one by one."""
        if isinstance(statement, Update | Delete):
            self._at_one_blow(statement)
        elif isinstance(statement, Insert) and sealed(statement.table.name):
            raise RuntimeError(f"rows of {statement.table.name} are added one by one, so that they are sealed")
        return super().execute(statement, *arguments, **more)

    def inserted(self, table: type[Base], values: Mapping[str, Any]) -> None:
        """A row was inserted past the session."""
        how = sealed(table.__tablename__)
        if how is not None:
            row = table(**values)
            whole = {column.name: getattr(row, column.name) for column in how.table.columns}
            filled = {name: usual if whole[name] is None else whole[name] for name, _, usual in how.columns} | {
                key: whole[key] for key in how.keyed
            }
            self._keep(row, _Touched(how, how.ledger_of(filled), how.name(filled), None, None, how.digest(filled)))

    def touched(self) -> dict[int, dict[str, list[str | None]]]:
        """By ledger and row, the digests before and after; rows that are as they were are left out."""
        found: dict[int, dict[str, list[str | None]]] = {}
        for one in self._touched.values():
            ledger, name, after = one.ledger, one.name, one.after
            if one.row is not None:
                values = _values(one.how, one.row)
                ledger, name = one.how.ledger_of(values), one.how.name(values)
                state = inspect(one.row)
                gone = state.deleted or state.was_deleted or state.detached
                after = None if gone else one.how.digest(values)
            assert ledger is not None
            assert name is not None
            known = found.setdefault(ledger, {}).setdefault(name, [one.before, None])
            known[1] = after
        return {
            ledger: changed
            for ledger, rows in sorted(found.items())
            if (changed := {name: pair for name, pair in rows.items() if pair[0] != pair[1]})
        }

    def _at_one_blow(self, statement: Update | Delete) -> None:
        mapper = statement.entity_description.get("entity")
        how = sealed(statement.table.name) if hasattr(statement.table, "name") else None
        if how is None or mapper is None:
            return
        # Locked, so that it is seen as the statement will find it.
        question = select(mapper).with_for_update().execution_options(populate_existing=True)
        if statement.whereclause is not None:
            question = question.where(statement.whereclause)
        for row in self.scalars(question).all():
            self._touch(how, row, locked=True)

    def _touch(self, how: Sealed, row: Base, *, locked: bool = False) -> None:
        """Remember what a row is before it is changed for the first time.

        Whoever has not locked it does not know that: somebody else may be changing it. An incident's rows are locked with
        the incident; how what belongs to no incident was read, nobody sees here.
        """
        if id(row) not in self._touched:
            before = _values(how, row, committed=True)
            if not locked and how.ledger_of(before) not in (HOUSE, *self._held):
                raise RuntimeError(f"{how.name(before)} is changed before its ledger is held: lock the incident first")
            self._keep(row, _Touched(how, None, None, how.digest(before), row))

    def _keep(self, row: Base, touched: _Touched) -> None:
        self._touched[id(row)] = touched
        self._kept.append(row)  # So that no other object gets its id.

    def _look(self) -> None:
        """Before a flush: what is new, changed or deleted in it."""
        for row in self.new:
            if (how := sealed(row.__tablename__)) is not None and id(row) not in self._touched:
                self._keep(row, _Touched(how, None, None, None, row))
        for row in self.dirty:
            if (how := sealed(row.__tablename__)) is not None and _is_changed(how, row):
                self._touch(how, row)
        for row in self.deleted:
            if (how := sealed(row.__tablename__)) is not None:
                self._touch(how, row)


@event.listens_for(Watched, "before_flush")
def _before_flush(session: Watched, _: UOWTransaction, __: Any) -> None:
    session._look()  # noqa: SLF001 -- its own listener


def _is_changed(how: Sealed, row: Base) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name, _, _ in how.columns)


def _values(how: Sealed, row: Base, *, committed: bool = False) -> dict[str, Any]:
    """The row's values; with `committed` those that the database has, before what is to be flushed."""
    here = inspect(row).dict
    names = [*(name for name, _, _ in how.columns), *how.keyed]
    if committed:
        values = {}
        for name in names:
            old = inspect(row).attrs[name].history.deleted
            values[name] = old[0] if old else here[name] if name in here else getattr(row, name)
        return values
    return {name: here[name] if name in here else getattr(row, name) for name in names}


# ── the ledgers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def link(previous: str, ledger: int, seq: int, at: datetime, rows: Mapping[str, Any]) -> str:
    """The hash that ties a line to all lines before it."""
    line = {"ledger": ledger, "seq": seq, "at": at.isoformat(), "rows": rows}
    return hashlib.sha256((previous + _canonical(line)).encode()).hexdigest()


def append(session: Watched, *, now: datetime, incident: Callable[[int], Incident]) -> None:
    """Add a line to each ledger of which this transaction has changed rows. `incident` gives one, locked.

    The house's ledger comes last: whoever has it waits for nobody.
    """
    session.flush()
    touched = session.touched()
    for number in [*(ledger for ledger in touched if ledger != HOUSE), *([HOUSE] if HOUSE in touched else [])]:
        if number == HOUSE:
            _add_to_house(session, touched[number], now)
        else:
            _add(session, incident(number), touched[number], now)


_SEALS = Base.metadata.tables[Seal.__tablename__]
_INCIDENTS = Base.metadata.tables[Incident.__tablename__]
_LINE = ("ledger", "seq", "at", "rows", "hash")
_ADD = insert(_SEALS).values({name: bindparam(f"line_{name}") for name in _LINE})
_REMEMBER = (
    update(_INCIDENTS)
    .where(_INCIDENTS.c.id == bindparam("line_ledger"))
    .values(seals=bindparam("line_seq"), seal=bindparam("line_hash"))
)
_APPEND = {"sqlite": (_ADD, _REMEMBER), "postgresql": (_REMEMBER.add_cte(_ADD.cte("line")),)}


def _add(session: Session, incident: Incident, rows: Mapping[str, Any], now: datetime) -> None:
    seq = incident.seals + 1
    line = {"ledger": incident.id, "seq": seq, "at": now, "rows": rows}
    line["hash"] = link(incident.seal or GENESIS, incident.id, seq, now, rows)
    connection = session.connection()
    values = {f"line_{name}": line[name] for name in _LINE}
    for statement in _APPEND[connection.dialect.name]:
        connection.execute(statement, values)
    set_committed_value(incident, "seals", seq)
    set_committed_value(incident, "seal", line["hash"])


_COUNTERS = Base.metadata.tables[Counter.__tablename__]
_IS_HOUSE = _COUNTERS.c.name == COUNTER
_COUNTED = select(_COUNTERS.c.value).where(_IS_HOUSE).with_for_update()
_COUNT = update(_COUNTERS).where(_IS_HOUSE).values(value=bindparam("line_seq"))
_LAST = select(_SEALS.c.hash).where(
    _SEALS.c.ledger == HOUSE, _SEALS.c.seq == bindparam("last", type_=_SEALS.c.seq.type)
)


def _add_to_house(session: Session, rows: Mapping[str, Any], now: datetime) -> None:
    connection = session.connection()
    last = connection.scalar(_COUNTED)
    assert last is not None, "the migrations have put it there"
    line = {"ledger": HOUSE, "seq": last + 1, "at": now, "rows": dict(rows)}
    line["hash"] = link(connection.scalar(_LAST, {"last": last}) or GENESIS, HOUSE, last + 1, now, rows)
    values = {f"line_{name}": line[name] for name in _LINE}
    connection.execute(_COUNT, values)
    connection.execute(_ADD, values)


# ── what was written before there were seals ─────────────────────────────────────────────────────────────────────────


_IS_UNSEALED = text("seals = 0")  # As its index says it.


def all_is_sealed(session: Session) -> bool:
    """Whether all that there is was written with seals, or has been sealed since."""
    return not session.scalar(_anything_unsealed())


@cache
def _anything_unsealed() -> Select[tuple[bool]]:
    incidents = select(Incident.id).where(_IS_UNSEALED).exists()
    house = (select(literal(1)).select_from(how.table).exists() for how in tables(of_incidents=False))
    begun = select(Counter.name).where(Counter.name == COUNTER, Counter.value > 0).exists()
    return select(or_(incidents, and_(~begun, or_(*house))))


def unsealed(session: Session, limit: int) -> list[int]:
    """Incidents of which nothing is sealed: an older version wrote them."""
    return list(session.scalars(select(Incident.id).where(_IS_UNSEALED).order_by(Incident.id).limit(limit)))


def begin(session: Session, incident: Incident, now: datetime) -> None:
    """Seal an incident that an older version wrote, as it stands. It must be locked."""
    if incident.seals == 0:
        rows = {
            how.name(row): [None, how.digest(row)]
            for how in tables(of_incidents=True)
            for row in _rows(session, how, incident.id)
        }
        _add(session, incident, rows, now)


def begin_house(session: Session, now: datetime) -> None:
    """Seal what belongs to no incident, as it stands, unless that has begun."""
    counter = session.scalars(select(Counter).where(Counter.name == COUNTER).with_for_update()).one()
    if counter.value:
        return
    rows = {
        how.name(row): [None, how.digest(row)]
        for how in tables(of_incidents=False)
        for row in _rows(session, how, None)
    }
    if rows:
        _add_to_house(session, rows, now)


def _rows(session: Session, how: Sealed, number: int | None) -> Iterator[Mapping[str, Any]]:
    question = select(how.table)
    if how.ledger is not None:
        question = question.where(how.table.columns[how.ledger] == number)
    result: Iterable[Any] = session.connection().execute(question)
    return (dict(row._mapping) for row in result)  # noqa: SLF001 -- SQLAlchemy's documented name
