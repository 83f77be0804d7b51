"""What it costs to find the past incidents that resemble one."""

import random
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text

import migrations
from bench import apps
from bench.figures import Figure
from bot.clock import SystemClock
from db import queries, similar
from db.enums import Answer, Kind, Phase
from db.models import Base
from db.store import Store

MOST_MS, TIMES = 50.0, 15
# As in life: a few words are in very many titles, most are rare.
_COMMON = [
    "checkout",
    "payments",
    "login",
    "api",
    "slow",
    "down",
    "timeout",
    "database",
    "queue",
    "europe",
    "latency",
    "deploy",
    "search",
    "mail",
    "export",
]


def figures(size: int) -> Iterator[Figure]:
    """The median of several incidents, with `size` before them, on each database."""
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with apps.database(kind) as url:
            store = Store(url, SystemClock().now)
            migrations.upgrade(store.engine)
            _fill(store, size)
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))  # PostgreSQL does so by itself, within a minute.
            took = []
            for number in range(size - TIMES, size):
                with store.read() as session:
                    record = queries.record(session, number)
                    began = time.perf_counter()
                    similar.with_similar(session, record)
                    took.append((time.perf_counter() - began) * 1000)
            ms = sorted(took)[len(took) // 2]
            yield Figure(f"similar incidents, {name}, {size:,} incidents", f"{ms:.1f} ms", "≤ 50 ms", ms <= MOST_MS)
            store.close()


def _fill(store: Store, size: int) -> None:
    draw = random.Random(7)
    with store.begin() as work:
        rows = []
        for number in range(1, size + 1):
            words = [*draw.sample(_COMMON, 4), *(f"host{draw.randrange(size)}" for _ in range(4))]
            rows.append(incident_row(number, work.now, title=" ".join(words[:5]), summary=" ".join(words[5:])))
        work.session.connection().execute(insert(Base.metadata.tables["incidents"]), rows)


def incident_row(number: int, now: datetime, *, title: str, summary: str) -> dict[str, Any]:
    """A public or private incident that has ended; every tenth is private."""
    return {
        "id": number,
        "uid": f"{number:032x}",
        "title": title,
        "summary": summary,
        "severity": "sev3",
        "kind": Kind.OPERATIONAL,
        "phase": Phase.CLOSED,
        "phase_since": now,
        "private": number % 10 == 0,
        "drill": False,
        "declared_by": f"U{number % 500:08d}",
        "declared_at": now,
        "closed_at": now,
        "customer_data": Answer.NO,
        "personal_data": Answer.NO,
        "service_affecting": Answer.YES,
        "containment": "",
        "verification": "",
        "room": f"C{number:010d}",
        "room_name": f"inc-{number}",
        "entries": 0,
        "head": "",
    }
