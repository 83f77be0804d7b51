"""The transactional outbox: what the world must hear, from `tell` to `settle`.

An effect waits until it is claimed, is leased while somebody carries it, and ends done or dead. Effects of one *lane*
go in the order they were told, one at a time. While an effect with a *key* waits, telling it again changes nothing:
it will show the newest state anyway. Nothing here talks to the world.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal, Protocol

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from db import settled
from db.enums import EffectState
from db.models import DEAD, UNSETTLED, Base, Effect, Incident, Utc


class Tellable(Protocol):
    """What can be told: data that knows where it queues."""

    @property
    def kind(self) -> str:
        """The name that finds its handler again."""
        ...

    @property
    def incident(self) -> int | None:
        """The number of the incident it belongs to."""
        ...

    @property
    def lane(self) -> str:
        """Effects of one lane are delivered in order."""
        ...

    @property
    def key(self) -> str | None:
        """Set for a refresh: one waiting effect with this key is enough."""
        ...

    @property
    def urgency(self) -> int:
        """0 is carried before 1, and 1 before 2."""
        ...

    def payload(self) -> dict[str, Any]:
        """The effect as JSON."""
        ...


# When an effect is told, if not anyway: its incident has a review that is not signed; somebody may be looking at Home.
Condition = Literal["unsigned", "watched"]
Told = tuple[Tellable, Condition | None]
# So long after somebody opened their Home it may still be open.
WATCHED = timedelta(hours=12)


@dataclass(frozen=True)
class Claimed:
    """An effect that is ours until the lease ends. `attempts` counts this one.

    `first_try` says that nobody can have tried before to show what this shows: it is the first attempt of the first effect
    of this incident and lane. Otherwise an earlier carrier may have come as far as Slack without living to note it.
    """

    id: int
    uid: str
    kind: str
    payload: Mapping[str, Any]
    incident: int | None
    attempts: int
    told_at: datetime
    first_try: bool


def tell(connection: Connection, told: Sequence[Told], now: datetime) -> None:
    """Write effects down, in this order; they leave once this transaction has been committed.

    Each comes with the condition under which it is told, if there is one.

    A waiting effect with the same key is kept, and locked: carried before this commit, it would show what was true
    before, and nothing would be left to show what is true now.
    """
    if told:
        connection.execute(TELL[connection.dialect.name], about(told, now))


def about(told: Sequence[Told], now: datetime) -> dict[str, Any]:
    """What `TELL` must be given."""
    kept: dict[object, Told] = {}
    for effect, condition in told:
        first, so_far = kept.get(effect.key, (effect, condition))
        kept[effect.key or object()] = (first, condition if so_far == condition else None)
    rows = [
        {
            "uid": uid,
            "kind": effect.kind,
            "payload": effect.payload(),
            "incident_id": effect.incident,
            "lane": effect.lane,
            "key": effect.key,
            "urgency": effect.urgency,
            "only_if": condition,
        }
        for uid, (effect, condition) in zip(_uids(now, len(kept)), kept.values(), strict=True)
    ]
    return {"rows": json.dumps(rows), "now": now, "watched": now - WATCHED}


def _uids(now: datetime, many: int) -> Iterator[str]:
    """Names that no other effect has, in the order of time, so that those of one transaction are neighbours in the index."""
    moment, rest = f"{int(now.timestamp() * 1000):012x}", os.urandom(10 * many).hex()
    return (moment + rest[20 * nth : 20 * nth + 20] for nth in range(many))


# One statement, built once, with one parameter for all that is told: what a command costs is its statements.
_ROWS = {
    "postgresql": """
        SELECT * FROM json_to_recordset(:rows) AS told (uid text, kind text, payload json, incident_id integer, lane text,
            key text, urgency smallint, only_if text)""",
    "sqlite": """
        SELECT json_extract(value, '$.uid') AS uid, json_extract(value, '$.kind') AS kind,
            json_extract(value, '$.payload') AS payload, json_extract(value, '$.incident_id') AS incident_id,
            json_extract(value, '$.lane') AS lane, json_extract(value, '$.key') AS key,
            json_extract(value, '$.urgency') AS urgency, json_extract(value, '$.only_if') AS only_if
        FROM json_each(:rows)""",
}
# SQLite has one writer at a time, and whoever claims is one: nothing has to be locked.
_KEEP = {"postgresql": "UPDATE SET told_at = effects.told_at", "sqlite": "NOTHING"}
TELL = {
    dialect: text(
        f"""
        INSERT INTO effects (uid, kind, payload, incident_id, lane, key, urgency, state, told_at, due_at, attempts)
        SELECT uid, kind, payload, incident_id, lane, key, urgency, 'waiting', :now, :now, 0 FROM ({rows}) AS told
        WHERE CASE only_if
            WHEN 'unsigned' THEN EXISTS (
                SELECT 1 FROM reviews WHERE reviews.incident_id = told.incident_id AND reviews.state <> 'done'
            )
            WHEN 'watched' THEN EXISTS (SELECT 1 FROM homes WHERE homes.opened_at > :watched)
            ELSE TRUE
        END
        ON CONFLICT (key) WHERE state = 'waiting' DO {_KEEP[dialect]}
        """  # noqa: S608 -- our own words
    ).bindparams(bindparam("now", type_=Utc()), bindparam("watched", type_=Utc()))
    for dialect, rows in _ROWS.items()
}
_EFFECTS = Base.metadata.tables[Effect.__tablename__]
_EARLIER = _EFFECTS.alias("earlier")
# In SQL's own words: of what SQLite is to return, SQLAlchemy takes the table's name away, and here there are two.
_FIRST_TRY = literal_column(
    """effects.attempts = 1 AND NOT EXISTS (
        SELECT 1 FROM effects AS earlier WHERE earlier.incident_id = effects.incident_id AND earlier.lane = effects.lane
            AND earlier.id < effects.id AND earlier.attempts > 0
    )""",
    Boolean(),
)
_NOW = bindparam("now", type_=Utc())
# The first of each lane, read from the index alone: to look for something before each effect takes long in a backlog.
# PostgreSQL looks each of them up, and does not compare all with all when its statistics know of no backlog yet.
_FIRST = select(func.min(_EARLIER.c.id)).where(_EARLIER.c.state.in_(UNSETTLED)).group_by(_EARLIER.c.lane)
_FIRST_OF_LANE = {
    "sqlite": _EFFECTS.c.id.in_(_FIRST),
    "postgresql": _EFFECTS.c.id == any_(func.array(_FIRST.scalar_subquery())),
}


def _taking(dialect: str, *where: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """The statement that takes what is due and for which all of `where` holds: one, and no row becomes an object."""
    is_due = or_(
        and_(_EFFECTS.c.state == EffectState.WAITING, _EFFECTS.c.due_at <= _NOW),
        and_(_EFFECTS.c.state == EffectState.LEASED, _EFFECTS.c.leased_until <= _NOW),
    )
    due = (
        select(_EFFECTS.c.id)
        .where(_EFFECTS.c.state.in_(UNSETTLED), is_due, _FIRST_OF_LANE[dialect], *where)
        .order_by(_EFFECTS.c.urgency, _EFFECTS.c.id)
        .limit(bindparam("limit", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    told = [_EFFECTS.c[name] for name in ("id", "uid", "kind", "payload", "incident_id", "attempts", "told_at")]
    return (
        update(_EFFECTS)
        .where(_EFFECTS.c.id.in_(select(due.c.id)))
        .values(
            state=EffectState.LEASED, leased_until=bindparam("until", type_=Utc()), attempts=_EFFECTS.c.attempts + 1
        )
        .returning(*told, _FIRST_TRY, _EFFECTS.c.urgency)
    )


_CLAIM = {dialect: _taking(dialect) for dialect in _FIRST_OF_LANE}
_IS_HELD = and_(
    _EFFECTS.c.id == bindparam("held", type_=_EFFECTS.c.id.type),
    _EFFECTS.c.attempts == bindparam("attempt", type_=Integer()),
    _EFFECTS.c.state == EffectState.LEASED,
)
_HELD = select(Effect).where(_IS_HELD).with_for_update()
_SETTLE = (
    update(_EFFECTS)
    .where(_IS_HELD)
    .values(state=EffectState.DONE, settled_at=_NOW, leased_until=None, error=None, seal=bindparam("digest"))
)


def claim(
    connection: Connection, *, now: datetime, lease: timedelta, limit: int = 1, kinds: Collection[str] | None = None
) -> list[Claimed]:
    """Take the next effects that may be carried, of any or of these kinds: the first of each lane, the most urgent first.

    An effect whose lease ran out is taken again: its carrier died, and nobody knows how far it came.
    """
    dialect = connection.dialect.name
    statement = _CLAIM[dialect] if kinds is None else _taking(dialect, _EFFECTS.c.kind.in_(kinds))
    rows = connection.execute(statement, {"now": now, "limit": limit, "until": now + lease}).all()
    return [Claimed(*row[:-1]) for row in sorted(rows, key=lambda row: (row.urgency, row.id))]


def carried_since(session: Session, *, kind: str, incident: int, since: datetime) -> bool:
    """Whether an effect of this kind has been carried out for the incident since then."""
    carried = exists().where(
        Effect.incident_id == incident,
        Effect.kind == kind,
        Effect.state == EffectState.DONE,
        Effect.settled_at >= since,
    )
    return bool(session.scalar(select(carried)))


def _held(session: Session, claimed: Claimed) -> Effect | None:
    """The row, if this claim still holds it; a carrier that overslept its lease has nothing to say any more."""
    return session.scalars(_HELD, {"held": claimed.id, "attempt": claimed.attempts}).one_or_none()


def settle(connection: Connection, claimed: Claimed, *, now: datetime) -> bool:
    """The effect has been carried out. False: somebody else holds it by now, and what was learned must be dropped."""
    digest = settled.digest(
        SimpleNamespace(
            uid=claimed.uid,
            kind=claimed.kind,
            incident_id=claimed.incident,
            state=EffectState.DONE,
            attempts=claimed.attempts,
            error=None,
            told_at=claimed.told_at,
            settled_at=now,
        )
    )
    values = {"held": claimed.id, "attempt": claimed.attempts, "now": now, "digest": digest}
    return connection.execute(_SETTLE, values).rowcount == 1


def postpone(session: Session, claimed: Claimed, *, until: datetime, error: str) -> None:
    """Try again at `until`. Every attempt counts, also one that Slack only asked to wait: half of it may be done."""
    if claimed.incident is not None:  # Whoever tells an effect with this key holds this lock.
        session.execute(select(Incident.id).where(Incident.id == claimed.incident).with_for_update())
    row = _held(session, claimed)
    if row is None:
        return
    newer = _newer(session, row)
    if newer is None:
        try:
            with session.begin_nested():
                row.state, row.due_at, row.error, row.leased_until = EffectState.WAITING, until, error, None
            return
        except IntegrityError:  # It belongs to no incident, whose lock would order the two, and was told anew just now.
            newer = _newer(session, row)
    if newer is not None:
        # It will show the same and more, so it takes over the waiting; two waiting with one key cannot be.
        newer.due_at, newer.attempts, newer.error = until, row.attempts, error
    row.state, row.settled_at, row.leased_until = EffectState.DONE, until, None
    settled.seal(row)


def _newer(session: Session, row: Effect) -> Effect | None:
    """The effect that waits with the same key, locked."""
    same = select(Effect).where(Effect.key == row.key, Effect.state == EffectState.WAITING).with_for_update()
    return session.scalars(same).one_or_none() if row.key else None


def bury(session: Session, claimed: Claimed, *, now: datetime, error: str) -> None:
    """Give up: a person must look. The lane goes on without it."""
    row = _held(session, claimed)
    if row is not None:
        row.state, row.settled_at, row.leased_until, row.error = EffectState.DEAD, now, None, error
        settled.seal(row)


_DEAD = select(_EFFECTS.c.id, _EFFECTS.c.key).where(_EFFECTS.c.state == DEAD).order_by(_EFFECTS.c.id)
_DEAD_OF = _DEAD.where(_EFFECTS.c.incident_id == bindparam("incident", type_=Integer()))


def next_due(session: Session) -> datetime | None:
    """When the earliest unsettled effect may be carried; None when the outbox is empty."""
    waiting = session.scalar(select(func.min(Effect.due_at)).where(Effect.state == EffectState.WAITING))
    leased = session.scalar(select(func.min(Effect.leased_until)).where(Effect.state == EffectState.LEASED))
    return min((moment for moment in (waiting, leased) if moment is not None), default=None)


def revive(session: Session, *, now: datetime, incident: int | None = None) -> int:
    """Give dead effects a new life, of one incident or all; the number of them. Their attempts start again, at one, so that their carrier looks before it says anything twice."""
    session.flush()
    dead = _DEAD if incident is None else _DEAD_OF
    revived = 0
    for effect_id, key in session.connection().execute(dead, {"incident": incident}).all():
        waiting = key and session.scalar(
            select(Effect.id).where(Effect.key == key, Effect.state == EffectState.WAITING)
        )
        state = EffectState.DONE if waiting else EffectState.WAITING
        again = {"state": state, "due_at": now, "attempts": 1, "settled_at": None, "seal": None}
        session.execute(update(Effect).where(Effect.id == effect_id).values(again))
        revived += not waiting
    return revived
