"""What the report of a month costs that had very many incidents."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text

import migrations
from bench import apps
from bench.figures import Figure
from bench.similar import incident_row
from bot import policy
from bot.clock import SystemClock
from bot.views import figures as drawn
from bot.workflows import monthly
from db.enums import ActionKind, ActionPriority, ActionState, EntryKind, ReviewState
from db.models import Base
from db.records import Month
from db.store import Store

MOST_SECONDS, TIMES, ENTRIES = 2.0, 3, 10


def figures(size: int) -> Iterator[Figure]:
    """The median of several reports on `size` incidents, all of them in one month, on each database."""
    rules = policy.load()
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with apps.database(kind) as url:
            store = Store(url, SystemClock().now)
            migrations.upgrade(store.engine)
            _fill(store, size)
            took = sorted(_report(store, rules) for _ in range(TIMES))[TIMES // 2]
            what = f"report of a month with {size:,} incidents, {name}"
            yield Figure(what, f"{took:.2f} s", "≤ 2 s", took <= MOST_SECONDS)
            store.close()


def _report(store: Store, rules: policy.Policy) -> float:
    now = store.now()
    began = time.perf_counter()
    with store.read() as session:
        month = Month.of(now, rules.calendar.zone)
        drawn.post(monthly.report(session, policy=rules, month=month, now=now), rules)
    return time.perf_counter() - began


def _fill(store: Store, size: int) -> None:
    with store.begin() as work:
        now = work.now
        connection, tables = work.session.connection(), Base.metadata.tables
        numbers = range(1, size + 1)
        handled = {"contained_at": now, "verified_at": now}
        rows = [incident_row(n, now, title=f"Trouble {n}", summary="") | handled for n in numbers]
        connection.execute(insert(tables["incidents"]), rows)
        entries = ({"incident_id": n, "seq": seq, **_entry(now, seq)} for n in numbers for seq in range(1, ENTRIES + 1))
        connection.execute(insert(tables["entries"]), list(entries))
        connection.execute(insert(tables["reviews"]), [_review(n, now) for n in numbers])
        connection.execute(insert(tables["actions"]), [_action(n, now) for n in numbers for _ in range(2)])
        connection.execute(insert(tables["readers"]), [_reader(n, now) for n in numbers])
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _entry(now: Any, seq: int) -> dict[str, Any]:
    kind = EntryKind.ROLE if seq % 5 == 2 else EntryKind.NOTE
    hashes = {"content_hash": "0" * 64, "hash": "0" * 64}
    return {"at": now, "recorded_at": now, "kind": kind, "by": "U0ANA", "text": "Said", "data": {}, **hashes}


def _review(number: int, now: Any) -> dict[str, Any]:
    done = {"state": ReviewState.DONE, "done_at": now} if number % 2 else {"state": ReviewState.DRAFT, "done_at": None}
    texts = dict.fromkeys(("impact", "went_well", "went_badly", "luck", "no_actions_because"), "")
    began = {"began_at": now - timedelta(minutes=number % 60), "pages": [], "chase_round": 1}
    return {"incident_id": number, "owner": "U0ANA", "due_at": now, "created_at": now, **done, **texts, **began}


def _action(number: int, now: Any) -> dict[str, Any]:
    kept = {"kind": ActionKind.PREVENT, "priority": ActionPriority.LOW, "chase_round": 1, "due_on": date(2026, 1, 1)}
    return {
        "incident_id": number,
        "text": "Add an alert",
        "owner": "U0ANA",
        "state": ActionState.OPEN,
        "created_by": "U0ANA",
        "created_at": now,
        **kept,
    }


def _reader(number: int, now: Any) -> dict[str, Any]:
    return {"incident_id": number, "key": "U0MIA", "name": "Mia", "slack": "U0MIA", "asked_at": now, "messaged_at": now}
