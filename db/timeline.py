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

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from db.enums import EntryKind
from db.models import Base, Entry, Incident, ReviewVersion

GENESIS = "0" * 64


def content_hash(entry: Entry) -> str:
    """The hash of what an entry says: incident, place, times, kind, author, text, data."""
    content = {
        "incident": entry.incident_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "kind": entry.kind.value,
        "by": entry.by,
        "text": entry.text,
        "data": entry.data,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def link(previous: str, content: str) -> str:
    """The hash that ties a content hash to everything before it."""
    return hashlib.sha256((previous + content).encode()).hexdigest()


def append(
    session: Session,
    incident: Incident,
    kind: EntryKind,
    text: str,
    *,
    by: str,
    now: datetime,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> Entry:
    """Add an entry to the incident's timeline; `incident` must be locked by this transaction.

    `at` is when it happened, if that is not `now`. A transaction that waited for the lock began before the one that it
    waited for was done: it is recorded after it, whatever its clock says.
    """
    now = max(now, incident.noted_at or now)
    entry = Entry(
        incident_id=incident.id,
        seq=incident.entries + 1,
        at=at or now,
        recorded_at=now,
        kind=kind,
        by=by,
        text=text,
        data=dict(data or {}),
    )
    entry.content_hash = content_hash(entry)
    entry.hash = link(incident.head or GENESIS, entry.content_hash)
    session.flush()
    connection = session.connection()
    last = {"entries": entry.seq, "head": entry.hash, "noted_at": now}
    values = {f"entry_{name}": getattr(entry, name) for name in _COLUMNS}
    values |= {f"incident_{name}": value for name, value in last.items()}
    for statement in _APPEND[connection.dialect.name]:
        connection.execute(statement, values)
    for name, value in last.items():
        set_committed_value(incident, name, value)
    return entry


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
_APPEND = {"sqlite": (_ADD, _REMEMBER), "postgresql": (_REMEMBER.add_cte(_ADD.cte("entry")),)}


def redact(session: Session, incident: Incident, entry: Entry, *, by: str, reason: str, now: datetime) -> None:
    """Take out what an entry says. The chain still verifies, and a new entry says who did it and why."""
    if entry.redacted_at is None:
        entry.text, entry.data, entry.redacted_at = "", {}, now
        append(session, incident, EntryKind.REDACTED, reason, by=by, now=now, data={"entry": entry.seq})


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold. `seq` is the entry's place in its incident's timeline."""

    incident: int
    seq: int
    why: str

    def __str__(self) -> str:
        """Name the entry as people do."""
        return f"INC-{self.incident} entry {self.seq}: {self.why}"


def verify(session: Session, incident: Incident) -> list[Break]:
    """Every place where the incident's timeline was tampered with; an empty list when it holds."""
    entries = session.scalars(select(Entry).where(Entry.incident_id == incident.id).order_by(Entry.seq)).all()
    return [*_breaks(incident, entries), *_unexplained(incident, entries), *_reviews(session, incident, entries)]


def _reviews(session: Session, incident: Incident, entries: Sequence[Entry]) -> Iterable[Break]:
    """Signed reviews that are not what was signed. The entry of the signing bears the document's hash."""
    signed = {entry.data["version"]: entry for entry in entries if "document_hash" in entry.data}
    kept = select(ReviewVersion).where(ReviewVersion.incident_id == incident.id)
    versions = {version.number: version for version in session.scalars(kept)}
    for number, entry in signed.items():
        version = versions.get(number)
        if version is None:
            yield Break(incident.id, entry.seq, f"version {number} of the review, which was signed then, is missing")
            continue
        said = hashlib.sha256(version.document.encode()).hexdigest()
        if version.hash != entry.data["document_hash"] or (version.redacted_at is None and said != version.hash):
            yield Break(incident.id, entry.seq, f"version {number} of the review is not what was signed then")


def _unexplained(incident: Incident, entries: Sequence[Entry]) -> Iterable[Break]:
    """Redactions that no later entry owns up to."""
    explained = {entry.data.get("entry") for entry in entries if entry.kind is EntryKind.REDACTED}
    for entry in entries:
        if entry.redacted_at is not None and entry.seq not in explained:
            yield Break(incident.id, entry.seq, "was emptied, and no entry says who redacted it")


def _breaks(incident: Incident, entries: Iterable[Entry]) -> Iterable[Break]:
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.seq != expected:
            yield Break(incident.id, expected, "is missing")
        elif entry.redacted_at is None and content_hash(entry) != entry.content_hash:
            yield Break(incident.id, entry.seq, "its content was changed after it was written")
        elif entry.redacted_at is not None and (entry.text or entry.data):
            yield Break(incident.id, entry.seq, "says something although it was redacted")
        elif link(previous, entry.content_hash) != entry.hash:
            yield Break(incident.id, entry.seq, "does not follow from the entry before it")
        previous, expected = entry.hash, entry.seq + 1
    if expected != incident.entries + 1:
        yield Break(incident.id, expected, f"the timeline ends here, but {incident.entries} entries were written")
    elif previous != (incident.head or GENESIS):
        yield Break(incident.id, expected - 1, "is not the entry that was written last")
