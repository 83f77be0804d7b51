"""A backup of everything in one file, from a running SQLite or PostgreSQL, and its restore into an empty database of either kind.

The file is a ZIP: one `<table>.jsonl` a table, and `manifest.json` with the schema's revision, the number of rows and the
SHA-256 of each table's file, and each timeline's length and head. All of it is read in one snapshot. The manifest is what
makes a restore trustworthy: it is compared before anything is committed, and the timelines are verified against it.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Date, DateTime, Engine, Table, TypeDecorator, func, insert, select, text
from sqlalchemy.orm import Session

import migrations
from db import proof
from db.engine import writing
from db.models import Base, Incident

FORMAT = 1
ROWS_AT_ONCE = 1000
MANIFEST = "manifest.json"


class BadBackup(Exception):
    """The file cannot be restored; the sentence says why. The database was left as it was."""


@dataclass(frozen=True)
class Summary:
    """What is in a backup: rows by table, and how many timelines were verified."""

    taken_at: datetime
    revision: str
    rows: dict[str, int]
    timelines: int


def write(engine: Engine, path: Path, *, now: datetime) -> Summary:
    """Write a backup to `path`, which appears there whole or not at all. The bot may go on working meanwhile."""
    unfinished = path.with_name(path.name + ".unfinished")
    with _snapshot(engine) as connection, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = {table.name: _write_table(connection, table, archive) for table in Base.metadata.sorted_tables}
        heads = _heads(connection)
        manifest = {
            "format": FORMAT,
            "taken_at": now.isoformat(),
            "revision": migrations.current(engine),
            "tables": tables,
            "timelines": heads,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    unfinished.replace(path)
    return _summary(manifest)


def restore(engine: Engine, path: Path) -> Summary:
    """Fill an empty database of the backup's schema revision. Everything is verified before anything is committed."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        if migrations.current(engine) is None:
            migrations.upgrade(engine, manifest["revision"])
        if migrations.current(engine) != manifest["revision"]:
            raise BadBackup(
                f"The backup has schema {manifest['revision']}, the database {migrations.current(engine)}. "
                "Restore into an empty database; it is brought to the right schema by itself."
            )
        with writing(engine) as connection:
            _check_empty(connection)
            for table in Base.metadata.sorted_tables:
                _read_table(connection, table, archive, manifest["tables"][table.name])
            _verify(connection, manifest)
            connection.commit()
    return _summary(manifest)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """One moment of the database, however long the reading takes."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def _write_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> dict[str, Any]:
    rows, digest = 0, hashlib.sha256()
    question = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS_AT_ONCE)
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        for row in connection.execute(question):
            line = json.dumps(dict(row._mapping), default=_as_json, ensure_ascii=False).encode() + b"\n"  # noqa: SLF001 -- SQLAlchemy's documented name
            file.write(line)
            digest.update(line)
            rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile, promised: dict[str, Any]) -> None:
    if table.name == "counters":  # The migrations have put the first rows there.
        connection.execute(table.delete())
    digest = hashlib.sha256()
    with archive.open(f"{table.name}.jsonl") as file:
        for lines in _batches(file):
            for line in lines:
                digest.update(line)
            connection.execute(insert(table), [_from_json(table, json.loads(line)) for line in lines])
    if digest.hexdigest() != promised["sha256"]:
        raise BadBackup(f"{table.name}.jsonl is not what was written: its checksum differs from the manifest's.")
    _advance_sequence(connection, table)


def _batches(file: IO[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in file:
        batch.append(line)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _advance_sequence(connection: Connection, table: Table) -> None:
    """Rows came with their ids; PostgreSQL's sequences must go on after them."""
    (key, *rest) = table.primary_key.columns
    if connection.dialect.name != "postgresql" or rest or key is not table.autoincrement_column:
        return
    connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, :key), :last)"),
        {"table": table.name, "key": key.name, "last": connection.scalar(select(func.max(key))) or 1},
    )


def _check_empty(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if table.name != "counters" and connection.execute(select(table).limit(1)).first():
            raise BadBackup(f"The database is not empty: there are rows in {table.name}. Restore into an empty one.")


def _verify(connection: Connection, manifest: dict[str, Any]) -> None:
    for table in Base.metadata.sorted_tables:
        rows = connection.scalar(select(func.count()).select_from(table))
        if rows != manifest["tables"][table.name]["rows"]:
            raise BadBackup(
                f"{table.name} has {rows} rows, the manifest says {manifest['tables'][table.name]['rows']}."
            )
    if _heads(connection) != manifest["timelines"]:
        raise BadBackup("The timelines' heads differ from the manifest's.")
    with Session(connection) as session:
        for found in proof.verify(session):
            raise BadBackup(f"A timeline does not verify: {found}.")


def _heads(connection: Connection) -> dict[str, list[Any]]:
    question = select(Incident.id, Incident.entries, Incident.head).order_by(Incident.id)
    return {f"INC-{number}": [entries, head] for number, entries, head in connection.execute(question)}


def _as_json(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def _from_json(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table.columns[name].type, value) for name, value in row.items()}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(plain, Date) else value


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadBackup(f"{path} is not a whole backup: {error}.") from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest.get("format") != FORMAT:
        raise BadBackup("The backup has a format that this version does not know. Use the version that wrote it.")
    missing: Iterable[str] = set(Base.metadata.tables) - set(manifest["tables"])
    if missing:
        raise BadBackup(f"The backup lacks the tables {', '.join(sorted(missing))}.")
    return manifest


def _summary(manifest: dict[str, Any]) -> Summary:
    return Summary(
        taken_at=datetime.fromisoformat(manifest["taken_at"]),
        revision=manifest["revision"],
        rows={name: table["rows"] for name, table in manifest["tables"].items()},
        timelines=len(manifest["timelines"]),
    )
