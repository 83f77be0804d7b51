"""What a big database costs: a million incidents, and everybody still asks about the few that are open."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, bindparam, text, update

import migrations
from bench import apps
from bench.figures import Figure
from bot import homes, policy, settings, slack
from bot.clock import SystemClock
from bot.parts import Parts
from bot.policy.rulebook import Rulebook
from bot.views import card, lists
from bot.workflows import chase, incidents
from db import outbox, queries
from db.enums import ActionState, Answer, EffectState, EntryKind, Kind, Phase, ReviewState
from db.models import UNSETTLED, Counter, Effect, Utc
from db.store import Store

ENTRIES, EFFECTS, TIMES, OPEN = 5, 5, 30, 40
MOST_IDLE_MS, MOST_LOOK_MS, MOST_HOME_MS, MOST_CHANGE = 1.0, 15.0, 20.0, 0.20
# Of a hundred and twenty incidents one was declared this month.
LONG_AGO = timedelta(days=400)
ANA = "U0ANA"


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
    parts = _parts(store, rules)
    began = time.perf_counter()
    homes.drawn(parts, ANA)
    first, ms = (time.perf_counter() - began) * 1000, _time(lambda: homes.drawn(parts, ANA).to_dict())
    told = f"{ms:.1f} ms; the figures once a minute {first:.0f} ms"
    yield Figure(f"App Home: {where}", told, "≤ 20 ms", ms <= MOST_HOME_MS)


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
        outbox.claim(work.connection, now=work.now, lease=timedelta(seconds=60))


def _chase(store: Store, rules: policy.Policy) -> None:
    with store.begin() as work:
        chase.chase(work, policy=rules)


def _list(store: Store, rules: policy.Policy) -> None:
    with store.read() as session:
        lists.open_incidents(queries.incidents_open(session, ANA), rules)


def _card(store: Store, rules: policy.Policy) -> None:
    with store.read() as session:
        card.card(queries.record(session, 1, with_timeline=False), rules, mail_configured=False).arguments()


def _depth(store: Store) -> None:
    with store.read() as session:
        queries.outbox_depth(session)


def _parts(store: Store, rules: policy.Policy) -> Parts:
    """A bot whose Slack is never called."""
    found = settings.load(need_slack=False, env={})
    nobody = slack.Slack(slack.client("xoxb-nobody", found.slack_api_url))
    rulebook = Rulebook(rules)
    return Parts(settings=found, rulebook=rulebook, clock=SystemClock(), store=store, slack=nobody, quick=nobody)


def _declaring(store: Store, rules: policy.Policy) -> float:
    def declare() -> None:
        with store.begin() as work:
            incidents.declare(work, policy=rules, by=ANA, title="Payments fail")

    return _time(declare)


def _carry_nothing(store: Store) -> None:
    """What the measured declarations told is done."""
    with store.begin() as work:
        work.session.execute(update(Effect).where(Effect.state.in_(UNSETTLED)).values(state=EffectState.DONE))


def _fill(store: Store, size: int) -> None:
    """`size` incidents, all but a few closed, with entries and with effects that were carried; made by the database."""
    with store.begin() as work:
        connection = work.session.connection()
        first = work.lock_numbers("incident").value + 1
        about = {"first": first, "last": first + size - 1, "open": OPEN, "ana": ANA, "hash": "0" * 64}
        about |= {
            "now": work.now,
            "long_ago": work.now - LONG_AGO,
            "later": work.now + LONG_AGO,
            "some_day": (work.now + LONG_AGO).date(),
        }
        filled = ((_INCIDENTS, 1), (_ENTRIES, ENTRIES), (_EFFECTS, EFFECTS), (_ROLES, 1), (_REVIEWS, 1), (_ACTIONS, 1))
        for statement, rows in filled:
            connection.execute(statement, {**about, "rows": rows})
        work.session.execute(update(Counter).where(Counter.name == "incident").values(value=first + size - 1))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE"))


def _filling(into: str, **columns: str) -> TextClause:
    """An `INSERT` of `rows` rows for each number from `first` to `last`; columns are given as SQL of `n` and `nth`."""
    return text(
        f"""
        WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last),
            times(nth) AS (SELECT 1 UNION ALL SELECT nth + 1 FROM times WHERE nth < :rows)
        INSERT INTO {into} ({", ".join(f'"{name}"' for name in columns)})
        SELECT {", ".join(columns.values())} FROM numbers CROSS JOIN times
        """
    ).bindparams(
        *(
            bindparam(name, type_=Utc())
            for name in ("now", "long_ago", "later")
            if f":{name}" in " ".join(columns.values())
        )
    )


_IS_OPEN = "n - :first < :open"
_INCIDENTS = _filling(
    "incidents",
    id="n",
    uid="'u' || n",
    title="'Trouble ' || n",
    summary="''",
    severity="'sev3'",
    kind=f"'{Kind.OPERATIONAL}'",
    phase=f"CASE WHEN {_IS_OPEN} THEN '{Phase.DETECTION}' ELSE '{Phase.CLOSED}' END",
    phase_since=":now",
    private="n % 10 = 0",
    drill="n < 0",
    declared_by="'U' || n % 500",
    declared_at=f"CASE WHEN {_IS_OPEN} OR n % 120 = 0 THEN :now ELSE :long_ago END",
    closed_at=f"CASE WHEN {_IS_OPEN} THEN NULL ELSE :now END",
    customer_data=f"'{Answer.NO}'",
    personal_data=f"'{Answer.NO}'",
    service_affecting=f"'{Answer.YES}'",
    containment="''",
    verification="''",
    room="'C' || n",
    room_name="'inc-' || n",
    room_archived="n < 0",
    entries=str(ENTRIES),
    head=":hash",
)
_ENTRIES = _filling(
    "entries",
    incident_id="n",
    seq="nth",
    at=":now",
    recorded_at=":now",
    kind=f"'{EntryKind.NOTE}'",
    by=":ana",
    text="'We restarted the pods and look again in ten minutes.'",
    data="'{}'",
    content_hash=":hash",
    hash=":hash",
)
_ROLES = _filling(
    "roles",
    incident_id="n",
    role="'commander'",
    user=f"CASE WHEN {_IS_OPEN} THEN :ana ELSE 'U' || n % 500 END",
    since=":now",
)
_REVIEWS = _filling(
    "reviews",
    incident_id="n",
    state=f"CASE WHEN {_IS_OPEN} THEN '{ReviewState.DRAFT}' ELSE '{ReviewState.DONE}' END",
    owner=f"CASE WHEN {_IS_OPEN} THEN :ana ELSE 'U' || n % 500 END",
    due_at=":later",
    created_at=":now",
    done_at=f"CASE WHEN {_IS_OPEN} THEN NULL ELSE :now END",
    impact="''",
    went_well="''",
    went_badly="''",
    luck="''",
    no_actions_because="''",
    pages="'[]'",
    chase_round="1",
)
_ACTIONS = _filling(
    "actions",
    incident_id="n",
    text="'Add an alert on queue depth'",
    owner=f"CASE WHEN {_IS_OPEN} THEN :ana ELSE 'U' || n % 500 END",
    due_on=":some_day",
    state=f"CASE WHEN {_IS_OPEN} THEN '{ActionState.OPEN}' ELSE '{ActionState.DONE}' END",
    created_by=":ana",
    created_at=":now",
    done_at=f"CASE WHEN {_IS_OPEN} THEN NULL ELSE :now END",
    chase_round="1",
)
_EFFECTS = _filling(
    "effects",
    uid="n || '-' || nth",
    kind="'Say'",
    payload="'{}'",
    incident_id="n",
    lane="'room:' || n",
    urgency="1",
    state=f"'{EffectState.DONE}'",
    told_at=":now",
    due_at=":now",
    attempts="1",
    settled_at=":now",
)
