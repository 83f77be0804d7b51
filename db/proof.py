"""Whether the database is as tocsin wrote it: timelines, ledgers, every sealed row, and no number missing.

It is read in a few large pieces, and what cannot be read any more is named like anything else that was changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, func, select
from sqlalchemy.orm import Session

from db import seals, settled, timeline
from db.models import Base, Counter, Incident, Risk
from db.seals import GENESIS, HOUSE, Sealed
from db.timeline import Break

AT_ONCE = 200
LEDGER = "seal"
RISKS = "risk"
_WORDS = {"entries": "entry", "seals": LEDGER, "effects": "deliveries"}
_TABLES = Base.metadata.tables


@dataclass(frozen=True)
class Lost:
    """A row that cannot be read any more."""

    name: str
    ledger: int | None


def verify(session: Session, numbers: Collection[int] | None = None) -> list[Break]:
    """Everything that is not as it was written, in the order of the incidents; of these, or of all and of the house."""
    wanted = list(_numbers(session) if numbers is None else sorted(numbers))
    found = [] if numbers is not None else list(_gaps(session, wanted))
    for some in pieces(wanted):
        found += of_some(session, some)
    return found if numbers is not None else [*_file(session), *found, *house(session)]


def pieces(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """The numbers, as many at a time as are read together."""
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


@dataclass(frozen=True)
class Reading:
    """All sealed rows of a few incidents, their timelines and ledgers: by table and number, typed, in order."""

    rows: Mapping[str, Mapping[int, Sequence[Row[Any]]]]
    lost: Mapping[int | None, Sequence[Lost]]

    def of(self, table: str, number: int) -> Sequence[Row[Any]]:
        """The rows of an incident in a table."""
        return self.rows[table].get(number, ())


def of_some(session: Session, numbers: Sequence[int]) -> Iterator[Break]:
    """What is wrong with a few incidents, which are read together."""
    reading = read(session, numbers)
    for number in numbers:
        yield from check(reading, number)


def read(session: Session, numbers: Sequence[int]) -> Reading:
    """Everything that is sealed of a few incidents, in one statement a table."""
    lost: dict[int | None, list[Lost]] = defaultdict(list)
    names = ("incidents", "entries", "seals", "effects", *(how.table.name for how in seals.tables(of_incidents=True)))
    return Reading({name: _by_ledger(session, name, numbers, lost) for name in dict.fromkeys(names)}, lost)


def check(reading: Reading, number: int) -> Iterator[Break]:
    """What is wrong with one incident of these."""
    lost = reading.lost.get(number, ())
    yield from (_unreadable(one) for one in lost)
    incident = next(iter(reading.of("incidents", number)), None)
    if incident is None:
        if not lost:
            yield Break(number, "", "is missing, though its number was given")
        return
    yield from timeline.check(incident, reading.of("entries", number), reading.of("review_versions", number))
    yield from _deliveries(number, reading.of("effects", number))
    mine = [(how, reading.of(how.table.name, number)) for how in seals.tables(of_incidents=True)]
    skip = {one.name for one in lost}
    yield from _ledger(number, reading.of("seals", number), mine, incident.seals, incident.seal, skip)


def house(session: Session) -> Iterator[Break]:
    """What is wrong with what belongs to no incident."""
    lost: dict[int | None, list[Lost]] = defaultdict(list)
    lines = _read(session, _TABLES["seals"], _TABLES["seals"].c.ledger == HOUSE, lost)
    mine = [(how, _read(session, how.table, None, lost)) for how in seals.tables(of_incidents=False)]
    yield from (_unreadable(one) for ones in lost.values() for one in ones)
    effects = _TABLES["effects"]
    yield from _deliveries(None, _read(session, effects, effects.c.incident_id.is_(None), lost))
    count = session.scalar(select(Counter.value).where(Counter.name == seals.COUNTER)) or 0
    skip = {one.name for ones in lost.values() for one in ones}
    yield from _ledger(HOUSE, lines, mine, count, None, skip)
    last = session.scalar(select(func.max(Risk.id))) or 0
    given = session.scalar(select(Counter.value).where(Counter.name == RISKS)) or 0
    if given != last:
        yield Break(None, "the counter of risks", f"says that {given} were added, but the last one is R-{last}")


def _numbers(session: Session) -> Iterator[int]:
    """All that were given, whether the incidents are there or not."""
    last = session.scalar(select(func.max(Incident.id))) or 0
    given = session.scalar(select(Counter.value).where(Counter.name == "incident")) or 0
    return iter(range(1, max(last, given) + 1))


def _file(session: Session) -> Iterator[Break]:
    """What SQLite itself finds wrong in its file: an index, say, that does not lead where it should."""
    if session.get_bind().dialect.name == "sqlite":
        for (found,) in session.connection().exec_driver_sql("PRAGMA integrity_check"):
            if found != "ok":
                yield Break(None, "the file", f"SQLite finds it damaged: {' '.join(found.split())}")


def _gaps(session: Session, numbers: Sequence[int]) -> Iterator[Break]:
    given = session.scalar(select(Counter.value).where(Counter.name == "incident")) or 0
    if numbers and numbers[-1] != given:
        yield Break(
            None, "the counter of incidents", f"says that {given} were declared, but there is INC-{numbers[-1]}"
        )


def _deliveries(whose: int | None, rows: Sequence[Row[Any]]) -> Iterator[Break]:
    """Those that have settled bear a seal of their own."""
    for row in rows:
        if row.seal is not None and row.seal != settled.digest(row):
            yield Break(whose, f"deliveries {row.id}", "is not what tocsin wrote")


# ── a ledger beside the rows ─────────────────────────────────────────────────────────────────────────────────────────


def _ledger(
    number: int,
    lines: Sequence[Row[Any]],
    tables: Sequence[tuple[Sealed, Sequence[Row[Any]]]],
    count: int,
    head: str | None,
    skip: Collection[str],
) -> Iterator[Break]:
    whose = number or None
    promised: dict[str, str | None] = {}
    previous, expected = GENESIS, 1
    for line in lines:
        if line.seq != expected:
            yield Break(whose, f"{LEDGER} {expected}", "is missing")
        elif seals.link(previous, number, line.seq, line.at, line.rows) != line.hash:
            yield Break(whose, f"{LEDGER} {line.seq}", "was changed after it was written")
        for name, before, after in _changes(line.rows):
            if promised.get(name) != before:
                yield Break(whose, _place(name), f"was changed by somebody else before {line.at:%Y-%m-%d %H:%M:%S} UTC")
            promised[name] = after
        previous, expected = line.hash, line.seq + 1
    if expected != count + 1:
        yield Break(whose, f"{LEDGER} {expected}", f"the ledger ends here, but {count} lines were written")
    elif head is not None and previous != (head or GENESIS):
        yield Break(whose, f"{LEDGER} {expected - 1}", "is not the line that was written last")
    yield from _rows(whose, promised, tables, skip)


def _changes(rows: Any) -> Iterator[tuple[str, Any, Any]]:
    """What a line says, as far as it still says anything: it may have been changed."""
    for name, pair in rows.items() if isinstance(rows, Mapping) else ():
        if isinstance(pair, Sequence) and len(pair) == 2:
            yield name, pair[0], pair[1]


def _rows(
    whose: int | None,
    promised: dict[str, str | None],
    tables: Sequence[tuple[Sealed, Sequence[Row[Any]]]],
    skip: Collection[str],
) -> Iterator[Break]:
    for how, rows in tables:
        for row in rows:
            values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented name
            name = how.name(values)
            digest = promised.pop(name, None)
            if digest is None:
                yield Break(
                    whose,
                    _place(name),
                    "was not written by tocsin, or by an older version: `tocsin migrate` seals what that wrote",
                )
            elif digest != how.digest(values):
                yield Break(whose, _place(name), "is not what tocsin wrote")
    for name, digest in promised.items():
        if digest is not None and name not in skip:
            yield Break(whose, _place(name), "is missing")


def _place(name: str) -> str:
    """`roles/commander` as `roles commander`; the incident's own row needs no more words."""
    table, _, key = name.partition("/")
    return "" if table == "incidents" else f"{_WORDS.get(table, table)} {key.removeprefix('0/')}".rstrip()


# ── reading what may be broken ───────────────────────────────────────────────────────────────────────────────────────


def _by_ledger(
    session: Session, name: str, numbers: Sequence[int], lost: dict[int | None, list[Lost]]
) -> dict[int, list[Row[Any]]]:
    table = _TABLES[name]
    key = "id" if name == "incidents" else "ledger" if name == "seals" else "incident_id"
    is_row = numbers[-1] - numbers[0] + 1 == len(numbers)
    which = table.c[key].between(numbers[0], numbers[-1]) if is_row else table.c[key].in_(numbers)
    rows = _read(session, table, which, lost, key)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _read(
    session: Session,
    table: Table,
    which: ColumnElement[bool] | None,
    lost: dict[int | None, list[Lost]],
    key: str | None = None,
) -> Sequence[Row[Any]]:
    question = select(*_columns(table)).order_by(*_keys(table))
    if which is not None:
        question = question.where(which)
    try:
        return session.connection().execute(question).all()
    except (LookupError, ValueError, TypeError):
        return list(_one_by_one(session, table, which, lost, key))


def _one_by_one(
    session: Session,
    table: Table,
    which: ColumnElement[bool] | None,
    lost: dict[int | None, list[Lost]],
    key: str | None,
) -> Iterator[Row[Any]]:
    """Some row holds what its column cannot hold."""
    keys = _keys(table)
    ledger_of = [table.c[key]] if key is not None else []
    question = select(*keys, *ledger_of).order_by(*keys)
    for found in session.connection().execute(question if which is None else question.where(which)).all():
        at = [column == value for column, value in zip(keys, found, strict=False)]
        try:
            yield session.connection().execute(select(*_columns(table)).where(*at)).one()
        except (LookupError, ValueError, TypeError):
            ledger = None if key is None else found[-1]
            named = [str(value) for column, value in zip(keys, found, strict=False) if column.name != "incident_id"]
            lost[ledger].append(Lost("/".join([table.name, *named]), ledger))


def _columns(table: Table) -> Sequence[Column[Any]]:
    """What is read of a row: of deliveries not what was to be said."""
    if table.name == "effects":
        return [table.c[name] for name in ("id", *settled.SEALED, "seal")]
    return list(table.columns)


def _keys(table: Table) -> Sequence[Column[Any]]:
    """What a row is known by, in order."""
    return (table.c.incident_id, table.c.seq) if table.name == "entries" else tuple(table.primary_key.columns)


def _unreadable(one: Lost) -> Break:
    return Break(one.ledger, _place(one.name), "cannot be read any more: it was changed by somebody else")
