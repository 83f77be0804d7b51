"""Questions about follow-up actions that are issues in a tracker, too."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from db.enums import ActionState, EffectState, EntryKind, Tracker
from db.models import Action, Effect, Entry, Issue, Polled
from db.reading import pictured
from db.records import ActionRecord, IssueRecord


def of(session: Session, action_id: int) -> IssueRecord | None:
    """The issue of an action, if it is to have one."""
    row = session.get(Issue, action_id)
    return None if row is None else pictured(IssueRecord, row)


def last_by(session: Session, action: ActionRecord) -> str | None:
    """Who brought the action into the state that it is in; None when it has been open all along."""
    if action.done_at is None:
        return None
    question = (
        select(Entry)
        .where(Entry.incident_id == action.incident_id, Entry.kind == EntryKind.ACTION)
        .order_by(Entry.seq.desc())
    )
    mine = (one for one in session.scalars(question) if one.data.get("action") == action.id)
    last = next(mine, None)
    return last.by if last else None


def named(
    session: Session, tracker: Tracker, remotes: Collection[str], place: str | None = None
) -> list[tuple[int, int]]:
    """The incidents and actions of the issues that a tracker calls so. Names of places are alike in any case."""
    question = (
        select(Action.incident_id, Action.id)
        .join(Issue, Issue.action_id == Action.id)
        .where(Issue.remote.in_(remotes), Action.tracker == tracker)
        .order_by(Action.incident_id, Action.id)
    )
    if place is not None:
        question = question.where(func.lower(Issue.place) == place.lower())
    return [(incident, action) for incident, action in session.execute(question)]


def places(session: Session, since: datetime) -> list[tuple[Tracker, str]]:
    """Where there are issues of actions that are open, or were until `since`."""
    question = (
        select(Action.tracker, Issue.place)
        .join(Issue, Issue.action_id == Action.id)
        .where(Issue.remote.is_not(None), Action.tracker.is_not(None), _lives(since))
        .distinct()
        .order_by(Action.tracker, Issue.place)
    )
    return [(tracker, place) for tracker, place in session.execute(question) if tracker is not None]


def living(session: Session, place: str, since: datetime) -> dict[str, ActionState]:
    """The issues of a place whose action is open, or was until `since`: by their names there, the state last agreed on."""
    question = (
        select(Issue.remote, Issue.state)
        .join(Action, Action.id == Issue.action_id)
        .where(
            Issue.place == place,
            Issue.remote.is_not(None),
            _lives(since),
        )
        .order_by(Issue.action_id)
    )
    return {remote: state for remote, state in session.execute(question) if remote is not None}


def _lives(since: datetime) -> ColumnElement[bool]:
    return or_(Action.state == ActionState.OPEN, Action.done_at >= since)


def begun(session: Session, place: str) -> datetime | None:
    """When the first issue was made in a place."""
    return session.scalar(select(func.min(Issue.asked_at)).where(Issue.place == place))


def polled(session: Session, place: str) -> tuple[datetime | None, str | None]:
    """How far a place was looked through, and what its last answer was marked with."""
    row = session.get(Polled, place)
    return (None, None) if row is None else (row.upto, row.tag)


def waiting(session: Session, kind: str) -> tuple[int, str | None]:
    """How many effects of this kind were tried in vain and wait, and what the last of them was answered."""
    mine = (Effect.kind == kind, Effect.state == EffectState.WAITING, Effect.attempts > 0)
    count = session.scalar(select(func.count()).select_from(Effect).where(*mine)) or 0
    last = session.scalar(select(Effect.error).where(*mine).order_by(Effect.id.desc()).limit(1)) if count else None
    return count, last
