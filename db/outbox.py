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
from typing import Any, Literal, Protocol

from sqlalchemy import Integer, and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from db import settled
from db.enums import EffectState
from db.models import DEAD, UNSETTLED, Effect, Incident, Utc


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
    """An effect that is ours until the lease ends. `attempts` counts this one."""

    id: int
    uid: str
    kind: str
    payload: Mapping[str, Any]
    incident: int | None
    attempts: int
    told_at: datetime


def tell(session: Session, told: Sequence[Told], now: datetime) -> None:
    """Write effects down, in this order; they leave once this transaction has been committed.

    Each comes with the condition under which it is told, if there is one.

    A waiting effect with the same key is kept, and locked: carried before this commit, it would show what was true
    before, and nothing would be left to show what is true now.
    """
    if not told:
        return
    session.flush()  # An effect may belong to an incident that this transaction has made.
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
    connection = session.connection()
    about = {"rows": json.dumps(rows), "now": now, "watched": now - WATCHED}
    connection.execute(_TELL[connection.dialect.name], about)


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
_TELL = {
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
_THIS, _EARLIER = aliased(Effect), aliased(Effect)
# The first of each lane, read from the index alone: to look for something before each effect takes long in a backlog.
_FIRST_OF_LANE = Effect.id.in_(
    select(func.min(_EARLIER.id)).where(_EARLIER.state.in_(UNSETTLED)).group_by(_EARLIER.lane)
)
_TRIED_BEFORE = exists().where(
    _EARLIER.incident_id == _THIS.incident_id,
    _EARLIER.lane == _THIS.lane,
    _EARLIER.id < _THIS.id,
    _EARLIER.attempts > 0,
)


_NOW, _LIMIT = bindparam("now", type_=Utc()), bindparam("limit", type_=Integer())
_CLAIM = (
    select(Effect)
    .where(
        Effect.state.in_(UNSETTLED),
        or_(
            and_(Effect.state == EffectState.WAITING, Effect.due_at <= _NOW),
            and_(Effect.state == EffectState.LEASED, Effect.leased_until <= _NOW),
        ),
        _FIRST_OF_LANE,
    )
    .order_by(Effect.urgency, Effect.id)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)
_HELD = (
    select(Effect)
    .where(
        Effect.id == bindparam("id"),
        Effect.attempts == bindparam("attempts"),
        Effect.state == EffectState.LEASED,
    )
    .with_for_update()
)


def claim(
    session: Session, *, now: datetime, lease: timedelta, limit: int = 1, kinds: Collection[str] | None = None
) -> list[Claimed]:
    """Take the next effects that may be carried, of any or of these kinds: the first of each lane, the most urgent first.

    An effect whose lease ran out is taken again: its carrier died, and nobody knows how far it came.
    """
    question = _CLAIM if kinds is None else _CLAIM.where(Effect.kind.in_(kinds))
    rows = session.scalars(question, {"now": now, "limit": limit}).all()
    for row in rows:
        row.state = EffectState.LEASED
        row.leased_until = now + lease
        row.attempts += 1
    return [Claimed(r.id, r.uid, r.kind, r.payload, r.incident_id, r.attempts, r.told_at) for r in rows]


def is_first_try(session: Session, claimed: Claimed) -> bool:
    """Whether nobody can have tried this before: the first attempt of the first effect of this incident and lane.

    Otherwise an earlier carrier may have come as far as Slack without living to note it.
    """
    if claimed.attempts > 1:
        return False
    return not session.scalar(select(_TRIED_BEFORE.where(_THIS.id == claimed.id)))


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
    return session.scalars(_HELD, {"id": claimed.id, "attempts": claimed.attempts}).one_or_none()


def settle(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """The effect has been carried out. False: somebody else holds it by now, and what was learned must be dropped."""
    row = _held(session, claimed)
    if row is None:
        return False
    row.state, row.settled_at, row.leased_until, row.error = EffectState.DONE, now, None, None
    settled.seal(row)
    return True


def postpone(session: Session, claimed: Claimed, *, until: datetime, error: str) -> None:
    """Try again at `until`. Every attempt counts, also one that Slack only asked to wait: half of it may be done."""
    if claimed.incident is not None:  # Whoever tells an effect with this key holds this lock.
        session.execute(select(Incident.id).where(Incident.id == claimed.incident).with_for_update())
    row = _held(session, claimed)
    if row is None:
        return
    newer = (
        row.key
        and session.scalars(
            select(Effect).where(Effect.key == row.key, Effect.state == EffectState.WAITING).with_for_update()
        ).one_or_none()
    )
    if newer:  # It will show the same and more, so it takes over the waiting; two waiting with one key cannot be.
        newer.due_at, newer.attempts, newer.error = until, row.attempts, error
        row.state, row.settled_at, row.leased_until = EffectState.DONE, until, None
        settled.seal(row)
        return
    try:
        with session.begin_nested():
            row.state, row.due_at, row.error, row.leased_until = EffectState.WAITING, until, error, None
    except IntegrityError:  # It belongs to no incident, whose lock would order the two, and was told anew just now.
        row.state, row.settled_at, row.leased_until = EffectState.DONE, until, None


def bury(session: Session, claimed: Claimed, *, now: datetime, error: str) -> None:
    """Give up: a person must look. The lane goes on without it."""
    row = _held(session, claimed)
    if row is not None:
        row.state, row.settled_at, row.leased_until, row.error = EffectState.DEAD, now, None, error
        settled.seal(row)


def next_due(session: Session) -> datetime | None:
    """When the earliest unsettled effect may be carried; None when the outbox is empty."""
    waiting = session.scalar(select(func.min(Effect.due_at)).where(Effect.state == EffectState.WAITING))
    leased = session.scalar(select(func.min(Effect.leased_until)).where(Effect.state == EffectState.LEASED))
    return min((moment for moment in (waiting, leased) if moment is not None), default=None)


def revive(session: Session, *, now: datetime, incident: int | None = None) -> int:
    """Give dead effects a new life, of one incident or all; the number of them. Their attempts start again, at one, so that their carrier looks before it says anything twice."""
    dead = select(Effect.id, Effect.key).where(Effect.state == DEAD).order_by(Effect.id)
    if incident is not None:
        dead = dead.where(Effect.incident_id == incident)
    revived = 0
    for effect_id, key in session.execute(dead).all():
        waiting = key and session.scalar(
            select(Effect.id).where(Effect.key == key, Effect.state == EffectState.WAITING)
        )
        state = EffectState.DONE if waiting else EffectState.WAITING
        again = {"state": state, "due_at": now, "attempts": 1, "settled_at": None, "seal": None}
        session.execute(update(Effect).where(Effect.id == effect_id).values(again))
        revived += not waiting
    return revived
