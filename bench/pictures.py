"""How long it takes to draw an incident's timeline, of a usual size and of a very large one."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.figures import Figure, middle
from bot import policy
from bot.views import pictures
from db.enums import EntryKind, Phase
from db.records import EntryRecord, IncidentRecord, Record

MOST_MS, TIMES = 150.0, 20
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHASES = ("detection", "assessment", "containment", "recovery", "review")


def figures() -> Iterator[Figure]:
    """The median of several drawings each; the fonts are loaded before, as they are in a bot that runs."""
    rules = policy.load()
    for notes in (20, 2_000):
        record, now = _record(notes), BEGAN + timedelta(days=2)
        pictures.timeline(record, rules, now=now)
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            pictures.timeline(record, rules, now=now)
            took.append((time.perf_counter() - began) * 1000)
        ms, entries = middle(took), len(record.timeline)
        yield Figure(f"a timeline of {entries:,} entries as a picture", f"{ms:.0f} ms", "≤ 150 ms", ms <= MOST_MS)


def _record(notes: int) -> Record:
    entries = [_entry(0, EntryKind.DECLARED, severity="sev2")]
    entries += [_entry(3 + at, EntryKind.ROLE, role=role, user="U0ANA") for at, role in enumerate(policy.load().roles)]
    entries += [
        _entry(5 + 20 * at, EntryKind.PHASE, **{"from": PHASES[at], "to": PHASES[at + 1]})
        for at in range(len(PHASES) - 1)
    ]
    entries += [_entry(8, EntryKind.SEVERITY, **{"from": "sev2", "to": "sev1"}), _entry(50, EntryKind.CONTAINED)]
    entries += [_entry(70, EntryKind.VERIFIED), _entry(60 * 30, EntryKind.CLOSED)]
    entries += [_entry(at % 80, EntryKind.NOTE) for at in range(notes)]
    entries += [_entry(10 * at, EntryKind.UPDATE) for at in range(8)]
    incident = IncidentRecord(
        id=7,
        uid="u",
        title="Checkout is down, and half of the customers in Europe notice",
        severity="sev1",
        phase=Phase.CLOSED,
        phase_since=BEGAN,
        declared_by="U0ANA",
        declared_at=BEGAN,
        closed_at=BEGAN + timedelta(hours=30),
    )
    return Record(incident=incident, timeline=tuple(entries))


def _entry(minutes: float, kind: EntryKind, **data: str) -> EntryRecord:
    at = BEGAN + timedelta(minutes=minutes)
    return EntryRecord(seq=1, at=at, recorded_at=at, kind=kind, by="U0ANA", text="", data=data)
