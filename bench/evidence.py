"""What it costs to write an auditor's archive, and to check the whole database and the archive."""

import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update

import migrations
from bench import apps
from bench.figures import Figure
from bot import database, policy
from bot.clock import SystemClock
from bot.evidence import archive, check, controls
from bot.evidence.order import Order, Period
from db import proof, timeline
from db.enums import ActionState, Answer, EffectState, EntryKind, Kind, Phase, ReviewState
from db.models import Base, Counter, Entry
from db.store import Store

MOST_SECONDS, AT = 60.0, datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = 10_000
EFFECTS, MEMBERS, AT_ONCE = 30, 5, 500
NOTE = "We restarted the pods of the checkout in both regions and look again in ten minutes; the queue is shorter now."
DOCUMENT = "# Post-incident review\n\n" + "\n".join(f"- At {n:02}:00 somebody did something. {NOTE}" for n in range(40))


def figures(size: int) -> Iterator[Figure]:
    """With `size` incidents of half a year, on each database; the target is for 10,000."""
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with apps.database(kind) as url, tempfile.TemporaryDirectory() as folder:
            store = Store(url, SystemClock().now)
            migrations.upgrade(store.engine)
            _fill(store, size)
            where = f"{name}, {size:,} incidents"
            path = Path(folder) / "evidence.zip"
            yield _figure(f"evidence, {where}", size, _took(lambda store=store, path=path: _write(store, path)))
            yield _figure(f"tocsin verify, {where}", size, _took(lambda store=store: _verify(store)))
            yield _figure(f"tocsin verify evidence.zip, {where}", size, _took(lambda path=path: check.check(path)))
            yield Figure(f"evidence.zip, {where}", f"{path.stat().st_size / 2**20:.0f} MB")
            store.close()


def _figure(what: str, size: int, seconds: float) -> Figure:
    target = MOST_SECONDS * size / WHOLE
    return Figure(what, f"{seconds:.1f} s", f"≤ {target:.0f} s", seconds <= target)


def _took(what: Any) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def _write(store: Store, path: Path) -> None:
    rules, now = policy.load(), SystemClock().now()
    period = Period.of(AT.date(), (AT + timedelta(days=180)).date(), rules)
    order = Order(period=period, by="U0MIA", private=False, catalogue=controls.catalogue(), made_at=now)
    with database.snapshot(store) as session:
        archive.write(store, session, path, policy=rules, order=order, told=_quietly)


def _quietly(_: int, __: int) -> None:
    """Nobody looks."""


def _verify(store: Store) -> None:
    with database.snapshot(store) as session:
        assert proof.verify(session) == []


def _fill(store: Store, size: int) -> None:
    """Incidents as they are after half a year: most are closed and their reviews signed."""
    step = timedelta(days=180) / size
    for first in range(1, size + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, size + 1))
        rows: dict[str, list[dict[str, Any]]] = {}
        for number in numbers:
            for table, some in _incident(number, AT + step * number):
                rows.setdefault(table, []).extend(some)
        with store.begin() as work:
            for table, some in rows.items():
                work.session.connection().execute(insert(Base.metadata.tables[table]), some)
    with store.begin() as work:
        work.session.execute(update(Counter).where(Counter.name == "incident").values(value=size))
    database.seal(store)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _incident(number: int, at: datetime) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    chain = _chain(number, at, digest)
    yield "incidents", [_row(number, at, chain)]
    yield "entries", chain
    roles = ("commander", "primary", "secondary", "comms")
    yield "roles", [{"incident_id": number, "role": role, "user": f"U{number % 50:05}", "since": at} for role in roles]
    yield (
        "members",
        [{"incident_id": number, "user": f"U{one:05}", "present": True, "as_of": at} for one in range(MEMBERS)],
    )
    if number % 2:
        return
    yield (
        "reviews",
        [
            {
                "incident_id": number,
                "state": ReviewState.DONE,
                "owner": "U0ANA",
                "due_at": at + timedelta(days=3),
                "created_at": at,
                "done_at": at + timedelta(days=1),
                "done_by": "U0ANA",
                "version": 1,
                "impact": NOTE,
            }
        ],
    )
    yield (
        "review_versions",
        [{"incident_id": number, "number": 1, "document": DOCUMENT, "hash": digest, "by": "U0ANA", "at": at}],
    )
    yield (
        "actions",
        [
            {
                "incident_id": number,
                "text": NOTE,
                "owner": "U0ANA",
                "due_on": at.date(),
                "state": ActionState.DONE,
                "created_by": "U0ANA",
                "created_at": at,
                "proof": "https://example.com/pull/1",
            }
            for _ in range(2)
        ],
    )
    yield (
        "effects",
        [
            {
                "uid": f"{number}-{nth}",
                "kind": "Say",
                "payload": {"what": "note", "values": {"text": NOTE}},
                "incident_id": number,
                "lane": f"room:{number}",
                "urgency": 1,
                "state": EffectState.DONE,
                "told_at": at,
                "due_at": at,
                "attempts": 1,
                "settled_at": at,
            }
            for nth in range(EFFECTS)
        ],
    )


def _row(number: int, at: datetime, chain: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": number,
        "uid": f"{number:032x}",
        "title": f"Trouble {number}",
        "summary": NOTE,
        "severity": "sev2",
        "kind": Kind.OPERATIONAL,
        "phase": Phase.CLOSED,
        "phase_since": at,
        "private": number % 10 == 0,
        "drill": False,
        "declared_by": "U0ANA",
        "declared_at": at,
        "closed_at": at + timedelta(days=2),
        "customer_data": Answer.NO,
        "personal_data": Answer.NO,
        "service_affecting": Answer.YES,
        "contained_at": at,
        "containment": NOTE,
        "verified_at": at,
        "verified_by": "U0ANA",
        "verification": NOTE,
        "room": f"C{number:010d}",
        "room_name": f"inc-{number}",
        "entries": len(chain),
        "head": chain[-1]["hash"],
        "noted_at": chain[-1]["recorded_at"],
    }


def _chain(number: int, at: datetime, digest: str) -> list[dict[str, Any]]:
    signed = {"state": "done", "version": 1, "document_hash": digest}
    told: list[tuple[EntryKind, str, dict[str, Any]]] = [
        (EntryKind.DECLARED, f"Trouble {number}", {"severity": "sev2"}),
        (EntryKind.ROLE, "", {"role": "commander", "user": "U0ANA"}),
        (EntryKind.SEVERITY, "we looked", {"from": "sev2", "to": "sev2"}),
        *[(EntryKind.NOTE, NOTE, {})] * 18,
        *[(EntryKind.UPDATE, NOTE, {})] * 6,
        *([] if number % 2 else [(EntryKind.REVIEW, "", signed)]),
        (EntryKind.CLOSED, "", {}),
    ]
    rows, previous = [], timeline.GENESIS
    for seq, (kind, words, data) in enumerate(told, start=1):
        row: dict[str, Any] = {
            "incident_id": number,
            "seq": seq,
            "at": at + timedelta(minutes=seq),
            "recorded_at": at + timedelta(minutes=seq),
            "kind": kind,
            "by": "U0ANA",
            "text": words,
            "data": data,
        }
        row["content_hash"] = timeline.content_hash(Entry(**row))
        previous = row["hash"] = timeline.link(previous, row["content_hash"])
        rows.append(row)
    return rows
