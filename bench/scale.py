"""What a big database costs: a million incidents, and everybody still asks about the few that are open."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text, update

import migrations
from bench import apps
from bench.figures import Figure
from bot import policy
from bot.clock import SystemClock
from bot.views import card, lists
from bot.workflows import chase, incidents
from db import outbox, queries
from db.enums import Answer, EffectState, EntryKind, Kind, Phase
from db.models import Base, Counter, Effect
from db.store import Store

ENTRIES, EFFECTS, CHUNK, TIMES, OPEN = 5, 5, 5_000, 30, 40
MOST_IDLE_MS, MOST_LOOK_MS, MOST_CHANGE = 1.0, 15.0, 0.20
ANA = "U0ANA"
_TABLES = Base.metadata.tables


def figures(size: int) -> Iterator[Figure]:
    """Everything that must not grow, with `size` incidents, on each database."""
    rules = policy.load(None)
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with apps.database(kind) as url:
            store = Store(url, SystemClock().now)
            migrations.upgrade(store.engine)
            empty = _declaring(store, rules)
            _fill(store, size)
            yield from _looks(store, rules, f"{name}, {size:,} incidents, {size * ENTRIES:,} entries")
            full = _declaring(store, rules)
            change = full / empty - 1
            yield Figure(
                f"declare, {name}, beside an empty database", f"{change:+.0%}", "± 20 %", change <= MOST_CHANGE
            )
            store.close()


def _looks(store: Store, rules: policy.Policy, where: str) -> Iterator[Figure]:
    _carry_nothing(store)
    claim, chased = _time(lambda: _claim(store)), _time(lambda: _chase(store, rules))
    for what, ms in (("look for work, nothing due", claim), ("chase, nothing due", chased)):
        yield Figure(f"{what}: {where}", f"{ms:.2f} ms", "≤ 1 ms", ms <= MOST_IDLE_MS)
    for what, question in (
        ("list", lambda: _list(store, rules)),
        ("status and card", lambda: _card(store, rules)),
        ("metrics' outbox depth", lambda: _depth(store)),
    ):
        ms = _time(question)
        yield Figure(f"{what}: {where}", f"{ms:.1f} ms", "≤ 15 ms", ms <= MOST_LOOK_MS)


def _time(what: Callable[[], Any]) -> float:
    """Milliseconds, the median of several."""
    what()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        what()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[TIMES // 2]


def _claim(store: Store) -> None:
    with store.begin() as work:
        outbox.claim(work.session, now=work.now, lease=timedelta(seconds=60))


def _chase(store: Store, rules: policy.Policy) -> None:
    with store.begin() as work:
        chase.chase(work, policy=rules)


def _list(store: Store, rules: policy.Policy) -> None:
    with store.read() as session:
        lists.open_incidents(queries.incidents_open(session, ANA), rules)


def _card(store: Store, rules: policy.Policy) -> None:
    with store.read() as session:
        card.card(queries.record(session, 1), rules, mail_configured=False).arguments()


def _depth(store: Store) -> None:
    with store.read() as session:
        queries.outbox_depth(session)


def _declaring(store: Store, rules: policy.Policy) -> float:
    def declare() -> None:
        with store.begin() as work:
            incidents.declare(work, policy=rules, by=ANA, title="Payments fail")

    return _time(declare)


def _carry_nothing(store: Store) -> None:
    """What the measured declarations told is done."""
    with store.begin() as work:
        work.session.execute(update(Effect).where(Effect.state.in_(outbox.UNSETTLED)).values(state=EffectState.DONE))


def _fill(store: Store, size: int) -> None:
    """`size` incidents, all but a few closed, with entries and with effects that were carried."""
    with store.read() as session:
        first = session.get_one(Counter, "incident").value + 1
    for begin in range(first, first + size, CHUNK):
        numbers = range(begin, min(begin + CHUNK, first + size))
        with store.begin() as work:
            connection = work.session.connection()
            connection.execute(insert(_TABLES["incidents"]), [incident(n, first, work.now) for n in numbers])
            entries = [_entry(n, seq, work.now) for n in numbers for seq in range(ENTRIES)]
            connection.execute(insert(_TABLES["entries"]), entries)
            effects = [_effect(n, nth, work.now) for n in numbers for nth in range(EFFECTS)]
            connection.execute(insert(_TABLES["effects"]), effects)
    with store.begin() as work:
        work.session.execute(update(Counter).where(Counter.name == "incident").values(value=first + size))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def incident(number: int, first: int, now: Any) -> dict[str, Any]:
    """A row; those with the lowest numbers from `first` on are open."""
    is_open = number - first < OPEN
    return {
        "id": number,
        "uid": f"{number:032x}",
        "title": f"Trouble {number}",
        "summary": "",
        "severity": "sev3",
        "kind": Kind.OPERATIONAL,
        "phase": Phase.DETECTION if is_open else Phase.CLOSED,
        "phase_since": now,
        "private": number % 10 == 0,
        "drill": False,
        "declared_by": f"U{number % 500:08d}",
        "declared_at": now,
        "closed_at": None if is_open else now,
        "customer_data": Answer.NO,
        "personal_data": Answer.NO,
        "service_affecting": Answer.YES,
        "containment": "",
        "verification": "",
        "room": f"C{number:010d}",
        "room_name": f"inc-{number}",
        "entries": ENTRIES,
        "head": "0" * 64,
    }


def _entry(number: int, seq: int, now: Any) -> dict[str, Any]:
    return {
        "incident_id": number,
        "seq": seq + 1,
        "at": now,
        "recorded_at": now,
        "kind": EntryKind.NOTE,
        "by": ANA,
        "text": "We restarted the pods and look again in ten minutes.",
        "data": {},
        "content_hash": "0" * 64,
        "hash": "0" * 64,
    }


def _effect(number: int, nth: int, now: Any) -> dict[str, Any]:
    return {
        "uid": f"{number:024x}{nth:08x}",
        "kind": "Say",
        "payload": {"incident": number},
        "incident_id": number,
        "lane": f"room:{number}",
        "urgency": 1,
        "state": EffectState.DONE,
        "told_at": now,
        "due_at": now,
        "attempts": 1,
        "settled_at": now,
    }
