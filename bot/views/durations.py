"""How long things took, computed from the record: the figures of the review document. docs/figures.md explains them.

Everything is counted from the declaration, but for how long it took to find it and how long customers were hit: these
begin when the incident began, as far as people know. Time after an end (closed, dismissed, merged) belongs to no phase and no
severity, even if the incident is opened again later; `total` goes on to the last end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.enums import EntryKind, Phase
from db.records import EntryRecord, Record

_NOT_A_PERSON = "tocsin"
_ENDS = {EntryKind.CLOSED: Phase.CLOSED, EntryKind.DISMISSED: Phase.DISMISSED}


@dataclass(frozen=True, kw_only=True)
class Durations:
    """None where it has not happened yet. `total` is counted up to `now` while `ended` is False.

    Phases and severities come in the order in which they were first reached, each once.
    """

    to_detect: timedelta | None
    hit: timedelta | None
    to_acknowledge: timedelta | None
    to_contain: timedelta | None
    to_recover: timedelta | None
    total: timedelta
    ended: bool
    phases: tuple[tuple[Phase, timedelta], ...]
    severities: tuple[tuple[str, timedelta], ...]


def durations(record: Record, *, now: datetime) -> Durations:
    """Compute them. Acknowledged is when a person first took or gave a role; roles that a policy gave do not count."""
    incident = record.incident
    first = min((entry.at for entry in record.timeline if _is_acknowledgement(entry)), default=None)
    phases: dict[Phase, timedelta] = {}
    severities: dict[str, timedelta] = {}
    for stretch in stretches(record, now=now):
        if stretch.phase.is_open:
            phases[stretch.phase] = phases.get(stretch.phase, timedelta()) + stretch.lasted
            severities[stretch.severity] = severities.get(stretch.severity, timedelta()) + stretch.lasted
    began_at = record.review.began_at if record.review else None
    return Durations(
        to_detect=_since(began_at, incident.declared_at) if began_at else None,
        hit=_since(began_at or incident.declared_at, incident.verified_at or incident.closed_at or now),
        to_acknowledge=_since(incident.declared_at, first),
        to_contain=_since(incident.declared_at, incident.contained_at),
        to_recover=_since(incident.declared_at, incident.verified_at),
        total=max(timedelta(), (incident.closed_at or now) - incident.declared_at),
        ended=incident.closed_at is not None,
        phases=tuple(phases.items()),
        severities=tuple(severities.items()),
    )


@dataclass(frozen=True)
class Stretch:
    """A while in which neither phase nor severity changed."""

    phase: Phase
    severity: str
    began: datetime
    until: datetime

    @property
    def lasted(self) -> timedelta:
        """How long it was."""
        return self.until - self.began


def stretches(record: Record, *, now: datetime) -> Iterator[Stretch]:
    """The incident from its declaration until `now`, without gaps: what comes after an end belongs to that end."""
    # The order of writing is the order of the changes; `at` may be a person's memory.
    entries = sorted(record.timeline, key=lambda entry: entry.seq)
    phase, severity, at = _first_phase(entries), _first_severity(entries, record), record.incident.declared_at
    for entry in entries:
        changed_phase, changed_severity = _phase_after(entry, phase), _severity_after(entry, severity)
        if (changed_phase, changed_severity) != (phase, severity):
            yield Stretch(phase, severity, at, max(at, entry.at))
            phase, severity, at = changed_phase, changed_severity, max(at, entry.at)
    yield Stretch(phase, severity, at, max(at, now))


def _first_phase(entries: list[EntryRecord]) -> Phase:
    moves = (entry for entry in entries if entry.kind is EntryKind.PHASE and "from" in entry.data)
    return next((Phase(entry.data["from"]) for entry in moves), Phase.DETECTION)


def _first_severity(entries: list[EntryRecord], record: Record) -> str:
    changes = (entry for entry in entries if entry.kind is EntryKind.SEVERITY and "from" in entry.data)
    return next((str(entry.data["from"]) for entry in changes), record.incident.severity)


def _phase_after(entry: EntryRecord, before: Phase) -> Phase:
    if entry.kind in (EntryKind.PHASE, EntryKind.REOPENED) and "to" in entry.data:
        return Phase(entry.data["to"])
    if entry.kind is EntryKind.MERGED and "into" in entry.data:
        return Phase.MERGED
    return _ENDS.get(entry.kind, before)


def _severity_after(entry: EntryRecord, before: str) -> str:
    return str(entry.data.get("to", before)) if entry.kind is EntryKind.SEVERITY else before


def _is_acknowledgement(entry: EntryRecord) -> bool:
    return entry.kind is EntryKind.ROLE and entry.by != _NOT_A_PERSON


def _since(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(timedelta(), end - start)
