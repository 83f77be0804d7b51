"""How long it takes to draw an incident's timeline, of a usual size and of a very large one, and the charts of a year."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.figures import Figure, middle
from bot import policy
from bot.views import pictures
from bot.views.pictures import Picture
from db.enums import EntryKind, Kind, Phase
from db.records import (
    Cell,
    EntryRecord,
    Handling,
    IncidentRecord,
    Learning,
    Month,
    MonthFigures,
    Record,
    Report,
    Share,
    Spread,
    Tally,
)

MOST_MS, TIMES = 150.0, 20
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHASES = ("detection", "assessment", "containment", "recovery", "review")


def figures() -> Iterator[Figure]:
    """The median of several drawings each; the fonts are loaded before, as they are in a bot that runs."""
    rules, now = policy.load(), BEGAN + timedelta(days=2)
    for notes in (20, 2_000):
        record = _record(notes)
        draw = partial(pictures.timeline, record, rules, now=now)
        yield _drawn(f"a timeline of {len(record.timeline):,} entries", draw)
    report = Report(made_at=BEGAN, months=tuple(_month(number) for number in range(1, 13)))
    yield _drawn("the charts of twelve months", partial(pictures.months, report, rules))


def _drawn(what: str, draw: Callable[[], Picture]) -> Figure:
    draw()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        draw()
        took.append((time.perf_counter() - began) * 1000)
    ms = middle(took)
    return Figure(f"{what} as a picture", f"{ms:.0f} ms", "≤ 150 ms", ms <= MOST_MS)


def _month(number: int) -> MonthFigures:
    hours = timedelta(hours=number)
    times = Spread(9, 0, hours, 3 * hours)
    breakdown = tuple(Cell(f"sev{level}", Kind.OPERATIONAL, Tally(number)) for level in (1, 2, 3, 4))
    handling = Handling(
        incidents=Tally(4 * number), breakdown=breakdown, to_acknowledge=times, to_contain=times, to_recover=times
    )
    learning = Learning(reviews_overdue=Tally(number), actions_in_time=Share(number, 12))
    return MonthFigures(month=Month(2026, number), until=BEGAN, handling=handling, learning=learning)


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
