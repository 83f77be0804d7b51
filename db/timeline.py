"""The append-only timeline and its hash chain.

    content_hash = SHA-256 of the entry as canonical JSON (sorted keys, no spaces, UTF-8)
    hash         = SHA-256 of the previous entry's hash followed by content_hash, both as hex

Each incident has a chain of its own, begun with 64 zeros. Because a link covers the *hash* of the content and not the
content, a text can one day be redacted (its content_hash stays) and the chain still verifies. The incident's row holds
the number of entries and the last hash, so that a cut-off tail is noticed too.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from db.enums import EntryKind
from db.models import Base, Entry, Incident, ReviewVersion
from db.records import Brief, EntryRecord

GENESIS = "0" * 64
# What is written of an entry and of its incident, by the names of the statements' parameters.
Line = Mapping[str, Any]


def content_hash(entry: Any) -> str:
    """The hash of what an entry says: incident, place, times, kind, author, text, data."""
    return _hash_of(entry.incident_id, {name: getattr(entry, name) for name in _CONTENT})


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_CONTENT = ("seq", "at", "recorded_at", "kind", "by", "text", "data")


def _hash_of(incident: int, content: Mapping[str, Any]) -> str:
    plain = {
        "at": content["at"].isoformat(),
        "recorded_at": content["recorded_at"].isoformat(),
        "kind": content["kind"].value,
    }
    content = {**content, **plain, "incident": incident}
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def link(previous: str, content: str) -> str:
    """The hash that ties a content hash to everything before it."""
    return hashlib.sha256((previous + content).encode()).hexdigest()


def follow(
    incident: Incident | Brief,
    kind: EntryKind,
    text: str,
    *,
    by: str,
    now: datetime,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> tuple[EntryRecord, Line]:
    """The entry that the incident's timeline goes on with, to be written; this transaction must have locked the incident.

    `at` is when it happened, if that is not `now`. A transaction that waited for the lock began before the one that it
    waited for was done: it is recorded after it, whatever its clock says.
    """
    now = max(now, incident.noted_at or now)
    said: dict[str, Any] = {
        "seq": incident.entries + 1,
        "at": at or now,
        "recorded_at": now,
        "kind": kind,
        "by": by,
        "text": text,
        "data": dict(data or {}),
    }
    content = _hash_of(incident.id, said)
    said["hash"] = link(incident.head or GENESIS, content)
    last = {"entries": said["seq"], "head": said["hash"], "noted_at": now}
    values = {f"entry_{name}": value for name, value in said.items()}
    values |= {"entry_incident_id": incident.id, "entry_content_hash": content}
    values |= {f"incident_{name}": value for name, value in last.items()}
    remember = setattr if isinstance(incident, Brief) else set_committed_value
    for name, value in last.items():
        remember(incident, name, value)
    return EntryRecord(**said), values


def write(connection: Connection, line: Line) -> None:
    """Write an entry down, and in its incident where the timeline ends now; what it follows from must be written already."""
    for statement in APPEND[connection.dialect.name]:
        connection.execute(statement, line)


# Statements are built once, and go past the session: to make a row an object, and the object a row, takes longer than the
# database needs to write it. PostgreSQL takes both at once, for one round trip.
_COLUMNS = ("incident_id", "seq", "at", "recorded_at", "kind", "by", "text", "data", "content_hash", "hash")
_INCIDENTS = Base.metadata.tables[Incident.__tablename__]
_ADD = insert(Base.metadata.tables[Entry.__tablename__]).values({name: bindparam(f"entry_{name}") for name in _COLUMNS})
_REMEMBER = (
    update(_INCIDENTS)
    .where(_INCIDENTS.c.id == bindparam("entry_incident_id"))
    .values({name: bindparam(f"incident_{name}") for name in ("entries", "head", "noted_at")})
)
APPEND = {"sqlite": (_ADD, _REMEMBER), "postgresql": (_REMEMBER.add_cte(_ADD.cte("entry")),)}


def redact(session: Session, incident: Incident, entry: Entry, *, by: str, reason: str, now: datetime) -> None:
    """Take out what an entry says. The chain still verifies, and a new entry says who did it and why."""
    if entry.redacted_at is None:
        entry.text, entry.data = "", {}
        owned_up, line = follow(incident, EntryKind.REDACTED, reason, by=by, now=now, data={"entry": entry.seq})
        session.flush()
        write(session.connection(), line)
        entry.redacted_at = owned_up.recorded_at


@dataclass(frozen=True)
class Break:
    """Where something is not as tocsin wrote it: the incident, if it belongs to one, the place, and why."""

    incident: int | None
    place: str
    why: str

    def __str__(self) -> str:
        """Name it as people do: `INC-7 entry 3: is missing`."""
        whose = [] if self.incident is None else [f"INC-{self.incident}"]
        return f"{' '.join([*whose, *([self.place] if self.place else [])])}: {self.why}"


def verify(session: Session, incident: Incident) -> list[Break]:
    """Every place where the incident's timeline was tampered with; an empty list when it holds."""
    entries = session.scalars(select(Entry).where(Entry.incident_id == incident.id).order_by(Entry.seq)).all()
    kept = session.scalars(select(ReviewVersion).where(ReviewVersion.incident_id == incident.id)).all()
    return check(incident, entries, kept)


def check(incident: Any, entries: Sequence[Any], versions: Sequence[Any]) -> list[Break]:
    """As `verify`, of rows that were read already: the incident, its entries in their order, and its signed reviews."""
    return [*_breaks(incident, entries), *_unexplained(incident, entries), *_reviews(incident, entries, versions)]


def _break(incident: Any, seq: int, why: str) -> Break:
    return Break(incident.id, f"entry {seq}", why)


def _data(entry: Any) -> Mapping[str, Any]:
    """What an entry says beside its text, as far as it still says anything: it may have been changed."""
    return entry.data if isinstance(entry.data, Mapping) else {}


def _reviews(incident: Any, entries: Sequence[Any], versions: Sequence[Any]) -> Iterable[Break]:
    """Signed reviews that are not what was signed. The entry of the signing bears the document's hash."""
    signed = {data.get("version"): entry for entry in entries if "document_hash" in (data := _data(entry))}
    by_number = {version.number: version for version in versions}
    for number, entry in signed.items():
        version = by_number.get(number)
        if version is None:
            yield _break(incident, entry.seq, f"version {number} of the review, which was signed then, is missing")
            continue
        said = hashlib.sha256(version.document.encode()).hexdigest()
        if version.hash != _data(entry)["document_hash"] or (version.redacted_at is None and said != version.hash):
            yield _break(incident, entry.seq, f"version {number} of the review is not what was signed then")


def _unexplained(incident: Any, entries: Sequence[Any]) -> Iterable[Break]:
    """Redactions that no later entry owns up to."""
    explained = {_data(entry).get("entry"): entry.recorded_at for entry in entries if entry.kind is EntryKind.REDACTED}
    for entry in entries:
        if entry.redacted_at is None:
            continue
        if entry.seq not in explained:
            yield _break(incident, entry.seq, "was emptied, and no entry says who redacted it")
        elif entry.redacted_at != explained[entry.seq]:
            yield _break(incident, entry.seq, "was redacted at another time than the entry says that owns up to it")


def _breaks(incident: Any, entries: Iterable[Any]) -> Iterable[Break]:
    previous, expected, noted_at = GENESIS, 1, None
    for entry in entries:
        if entry.seq != expected:
            yield _break(incident, expected, "is missing")
        elif entry.redacted_at is None and content_hash(entry) != entry.content_hash:
            yield _break(incident, entry.seq, "its content was changed after it was written")
        elif entry.redacted_at is not None and (entry.text or entry.data):
            yield _break(incident, entry.seq, "says something although it was redacted")
        elif link(previous, entry.content_hash) != entry.hash:
            yield _break(incident, entry.seq, "does not follow from the entry before it")
        previous, expected, noted_at = entry.hash, entry.seq + 1, entry.recorded_at
    if expected != incident.entries + 1:
        yield _break(incident, expected, f"the timeline ends here, but {incident.entries} entries were written")
    elif previous != (incident.head or GENESIS):
        yield _break(incident, expected - 1, "is not the entry that was written last")
    elif incident.noted_at != noted_at:
        yield _break(incident, expected - 1, "was not written when the incident says that its last entry was")
