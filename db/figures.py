"""The figures of a month, counted by the database as far as that is quicker. docs/figures.md says what each means."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.enums import ActionState, CustomerUpdateState, EntryKind, Kind, Phase, ReviewState
from db.models import OPEN_ACTION, OPEN_REVIEW, Action, Chart, CustomerUpdate, Entry, Filing, Incident, Reader, Review
from db.records import Cell, ChartRecord, Handling, Learning, LeftOut, Month, MonthFigures, Report, Share, Spread, Tally

# What is read is a few columns each time, not whole records: it may be very many rows.
Question = Select[*tuple[Any, ...]]
ARow = Row[*tuple[Any, ...]]

NOT_A_PERSON = "tocsin"
# Leadership is told at once; what has not reached anybody by then did not.
LEADERSHIP_WITHIN = timedelta(minutes=15)
NOT_COUNTED = (Phase.DISMISSED, Phase.MERGED)


@dataclass(frozen=True)
class Yardstick:
    """What the team measures by: its zone, and by when an incident of a severity is to be acknowledged, if by any time."""

    zone: ZoneInfo
    acknowledge_by: Callable[[str, datetime], datetime | None]


def report(session: Session, *, month: Month, before: int, by: Yardstick, now: datetime) -> Report:
    """The figures of this month and of so many before it; a month that has begun by `now`."""
    found = handled(session, month=month, before=before, by=by, now=now)
    since = found.months[0].month.begins_at(by.zone)
    reviews, actions = _reviews(session, since), _actions(session, since)
    months = (replace(one, learning=_learning(reviews, actions, one.month, by.zone, now)) for one in found.months)
    return replace(
        found,
        months=tuple(months),
        reviews_overdue=_tally(_reviews_overdue(reviews, now)),
        actions_overdue=_tally(_actions_overdue(actions, now, by.zone)),
    )


def chart(session: Session, *, shared_before: datetime) -> ChartRecord | None:
    """The newest picture of a month's figures that was shared before then."""
    newest = select(Chart).where(Chart.shared_at <= shared_before).order_by(Chart.month.desc()).limit(1)
    found = session.scalars(newest).one_or_none()
    return ChartRecord(month=Month.parse(found.month), file=found.file, alt=found.alt) if found is not None else None


def handled(session: Session, *, month: Month, before: int, by: Yardstick, now: datetime) -> Report:
    """The same report without what became of reviews and actions."""
    months = [month.after(-back) for back in range(before, -1, -1)]
    found = handling(session, months=months, by=by, now=now)
    ends = {each: each.ends_at(by.zone) for each in months}
    figures = (
        MonthFigures(month=each, until=min(ends[each], now), goes_on=now < ends[each], handling=found[each])
        for each in months
    )
    return Report(made_at=now, months=tuple(figures))


def handling(session: Session, *, months: Sequence[Month], by: Yardstick, now: datetime) -> dict[Month, Handling]:
    """How the incidents of these months, which follow each other, were handled."""
    begins_at, ends_at = months[0].begins_at(by.zone), months[-1].ends_at(by.zone)
    incidents = _by_month(session, _INCIDENTS, Incident.declared_at, begins_at, ends_at, by.zone)
    acknowledged = _moments(session, _ACKNOWLEDGED, begins_at, ends_at)
    readers = _by_month(session, _READERS, Incident.declared_at, begins_at, ends_at, by.zone)
    updates = _by_month(session, _UPDATES, CustomerUpdate.published_at, begins_at, ends_at, by.zone)
    filings = _by_month(session, _FILINGS, Filing.sent_at, begins_at, ends_at, by.zone)
    found = {}
    for month in months:
        told = [row for row in readers.get(month, ()) if _was_due(row, now)]
        filed = filings.get(month, ())
        found[month] = _handling(
            incidents.get(month, ()),
            acknowledged,
            by,
            now,
            leadership=_share(told, [row for row in told if _was_in_time(row)]),
            updates=_tally(updates.get(month, ())),
            filed=_share(filed, [row for row in filed if not row.is_late]),
        )
    return found


# ── what is read ────────────────────────────────────────────────────────────────────────────────────────────────────

_COUNTED = and_(Incident.drill.is_(False), Incident.phase.not_in(NOT_COUNTED))
_INCIDENTS = select(
    Incident.id,
    Incident.declared_at.label("when"),
    Incident.private,
    Incident.drill,
    Incident.phase,
    Incident.severity,
    Incident.kind,
    Incident.contained_at,
    Incident.verified_at,
    Incident.closed_at,
    Review.began_at,
).outerjoin(Review, Review.incident_id == Incident.id)
_ACKNOWLEDGED = (
    select(Entry.incident_id, func.min(Entry.at, type_=Entry.at.type))
    .join(Incident, Incident.id == Entry.incident_id)
    .where(Entry.kind == EntryKind.ROLE, Entry.by != NOT_A_PERSON, _COUNTED)
    .group_by(Entry.incident_id)
)
_READERS = (
    select(
        Incident.declared_at.label("when"),
        Incident.private,
        func.min(Reader.asked_at, type_=Reader.asked_at.type).label("asked_at"),
        func.min(Reader.mailed_at, type_=Reader.asked_at.type).label("mailed_at"),
        func.min(Reader.messaged_at, type_=Reader.asked_at.type).label("messaged_at"),
    )
    .join(Reader, Reader.incident_id == Incident.id)
    .where(_COUNTED)
    .group_by(Incident.id, Incident.declared_at, Incident.private)
)
_UPDATES = (
    select(CustomerUpdate.published_at.label("when"), Incident.private)
    .join(Incident, Incident.id == CustomerUpdate.incident_id)
    .where(Incident.drill.is_(False))
    .where(CustomerUpdate.state.in_((CustomerUpdateState.PUBLISHED, CustomerUpdateState.REDACTED)))
)
_FILINGS = (
    select(Filing.sent_at.label("when"), Incident.private, Filing.is_late)
    .join(Incident, Incident.id == Filing.incident_id)
    .where(Incident.drill.is_(False), Filing.withdrawn_at.is_(None))
)


def _reviews(session: Session, since: datetime) -> Sequence[ARow]:
    """Reviews that were open at some moment from then on, or came due."""
    question = (
        select(Review.due_at, Review.done_at, Review.created_at, Incident.private)
        .join(Incident, Incident.id == Review.incident_id)
        .where(Incident.drill.is_(False), Review.state != ReviewState.WAIVED)
        .where(or_(Review.state.in_(OPEN_REVIEW), Review.done_at >= since, Review.due_at >= since))
    )
    return session.execute(question).all()


def _actions(session: Session, since: datetime) -> Sequence[ARow]:
    """Actions that were open at some moment from then on."""
    question = (
        select(Action.due_on, Action.done_at, Action.created_at, Action.state, Incident.private)
        .join(Incident, Incident.id == Action.incident_id)
        .where(Incident.drill.is_(False), or_(Action.state == OPEN_ACTION, Action.done_at >= since))
    )
    return session.execute(question).all()


def _by_month(
    session: Session, question: Question, column: Any, begins_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> dict[Month, list[ARow]]:
    found: dict[Month, list[ARow]] = {}
    for row in session.execute(question.where(column >= begins_at, column < ends_at)):
        found.setdefault(Month.of(row.when, zone), []).append(row)
    return found


def _moments(session: Session, question: Question, begins_at: datetime, ends_at: datetime) -> dict[int, datetime]:
    declared = (Incident.declared_at >= begins_at, Incident.declared_at < ends_at)
    return {row[0]: row[1] for row in session.execute(question.where(*declared))}


# ── what is made of it ──────────────────────────────────────────────────────────────────────────────────────────────


def _handling(
    rows: Iterable[ARow],
    acknowledged: dict[int, datetime],
    by: Yardstick,
    now: datetime,
    *,
    leadership: Share,
    updates: Tally,
    filed: Share,
) -> Handling:
    every = list(rows)
    counted = [row for row in every if not row.drill and row.phase not in NOT_COUNTED]
    wanted = [(row, by.acknowledge_by(row.severity, row.when)) for row in counted]
    due = [(row, until) for row, until in wanted if until is not None and (until <= now or row.id in acknowledged)]
    met = [row for row, until in due if row.id in acknowledged and acknowledged[row.id] <= until]
    return Handling(
        incidents=_tally(counted),
        breakdown=tuple(_breakdown(counted)),
        left_out=_left_out(every),
        to_detect=_spread(counted, lambda row: _since(row.began_at, row.when) if row.began_at else None),
        to_acknowledge=_spread(counted, lambda row: _since(row.when, acknowledged.get(row.id))),
        to_contain=_spread(counted, lambda row: _since(row.when, row.contained_at)),
        to_recover=_spread(counted, lambda row: _since(row.when, row.verified_at)),
        lasted=_spread(counted, lambda row: _since(row.began_at or row.when, row.verified_at or row.closed_at)),
        total=_spread(counted, lambda row: _since(row.when, row.closed_at)),
        acknowledged_in_target=_share([row for row, _ in due], met),
        leadership_in_time=leadership,
        customer_updates=updates,
        filed_in_time=filed,
    )


def _left_out(rows: Iterable[ARow]) -> LeftOut:
    drills = dismissed = merged = 0
    for row in rows:
        drills += row.drill
        dismissed += not row.drill and row.phase is Phase.DISMISSED
        merged += not row.drill and row.phase is Phase.MERGED
    return LeftOut(drills=drills, dismissed=dismissed, merged=merged)


def _breakdown(rows: Iterable[ARow]) -> Iterator[Cell]:
    cells: dict[tuple[str, Kind], list[ARow]] = {}
    for row in rows:
        cells.setdefault((row.severity, row.kind), []).append(row)
    for (severity, kind), some in sorted(cells.items()):
        yield Cell(severity, kind, _tally(some))


def _learning(
    reviews: Iterable[ARow], actions: Iterable[ARow], month: Month, zone: ZoneInfo, now: datetime
) -> Learning:
    begins_at, ends_at = month.begins_at(zone), month.ends_at(zone)
    until = min(ends_at, now)

    def falls(moment: datetime | None) -> bool:
        return moment is not None and begins_at <= moment < ends_at

    reviews, actions = list(reviews), list(actions)
    came_due = [row for row in reviews if falls(row.due_at) and row.due_at <= until]
    over = [row for row in actions if falls(row.done_at)]
    done = [row for row in over if row.state is ActionState.DONE]
    return Learning(
        reviews_in_time=_share(came_due, [r for r in came_due if r.done_at is not None and r.done_at <= r.due_at]),
        reviews_signed=_tally(row for row in reviews if falls(row.done_at)),
        reviews_overdue=_tally(_reviews_overdue(reviews, until)),
        actions_opened=_tally(row for row in actions if falls(row.created_at)),
        actions_in_time=_share(done, [row for row in done if _date(row.done_at, zone) <= row.due_on]),
        actions_rejected=_tally(row for row in over if row.state is ActionState.REJECTED),
        actions_overdue=_tally(_actions_overdue(actions, until, zone)),
    )


def _reviews_overdue(rows: Iterable[ARow], at: datetime) -> Iterator[ARow]:
    due = (row for row in rows if row.due_at <= at)
    return (row for row in due if row.created_at <= at and (row.done_at is None or row.done_at > at))


def _actions_overdue(rows: Iterable[ARow], at: datetime, zone: ZoneInfo) -> Iterator[ARow]:
    day = _date(at, zone)
    due = (row for row in rows if row.due_on < day)
    return (row for row in due if row.created_at <= at and (row.done_at is None or row.done_at > at))


def _was_due(row: ARow, now: datetime) -> bool:
    """Whether leadership should have been reached by now, or was."""
    return bool(row.mailed_at or row.messaged_at or row.asked_at + LEADERSHIP_WITHIN <= now)


def _was_in_time(row: ARow) -> bool:
    reached = min((at for at in (row.mailed_at, row.messaged_at) if at is not None), default=None)
    return reached is not None and reached <= row.asked_at + LEADERSHIP_WITHIN


def _tally(rows: Iterable[ARow]) -> Tally:
    every = list(rows)
    return Tally(len(every), sum(row.private for row in every))


def _share(whole: Sequence[ARow], part: Sequence[ARow]) -> Share:
    return Share(len(part), len(whole), sum(row.private for row in whole))


def _spread(rows: Sequence[ARow], measure: Callable[[ARow], timedelta | None]) -> Spread:
    """The median and the 90th percentile of what is known: of the values in order, the one below which nine of ten lie."""
    measured = [(took, row) for took, row in ((measure(row), row) for row in rows) if took is not None]
    private, known_private = (sum(row.private for row in some) for some in (rows, [row for _, row in measured]))
    if not measured:
        return Spread(missing=len(rows), private_missing=private)
    values = sorted(took for took, _ in measured)
    return Spread(
        known=len(values),
        missing=len(rows) - len(values),
        median=timedelta(seconds=median(value.total_seconds() for value in values)),
        p90=values[ceil(0.9 * len(values)) - 1],
        private=known_private,
        private_missing=private - known_private,
    )


def _since(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(timedelta(), end - start)


def _date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
