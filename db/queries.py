"""Questions asked of the database. Each answers with frozen records, and reads only what an index finds."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Integer, bindparam, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from db.enums import ActionState, EffectState, EntryKind, Phase, ReviewState
from db.models import (
    DEAD,
    UNSETTLED,
    Absence,
    Action,
    AnchorTime,
    Base,
    ClockFact,
    Decision,
    Deployment,
    Effect,
    Entry,
    Escalation,
    Factor,
    Filing,
    Incident,
    Member,
    Notice,
    Nudge,
    Outage,
    Person,
    Pin,
    Reader,
    Review,
    ReviewVersion,
    Role,
    RunningClock,
    Signature,
    SlackId,
)
from db.records import (
    ActionRecord,
    AnchorRecord,
    ClockRecord,
    DecisionRecord,
    DeliveryRecord,
    DeploymentRecord,
    Duties,
    EntryRecord,
    EscalationRecord,
    FactorRecord,
    FactRecord,
    FilingRecord,
    IncidentRecord,
    NoticeRecord,
    PersonRecord,
    ReaderRecord,
    Record,
    ReviewRecord,
    SignatureRecord,
    Unread,
    VersionRecord,
)

R = TypeVar("R")
_NAMES: dict[type[Any], tuple[str, ...]] = {}
OPEN_PHASES = [phase for phase in Phase if phase.is_open]
OPEN_REVIEWS = [state for state in ReviewState if state.is_open]


def pictured(kind: type[R], row: Base) -> R:
    """A frozen record of a row: the fields bear the columns' names, and lists become tuples."""
    values = ((name, getattr(row, name)) for name in _names(kind))
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values})


def _names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


def _pictured_or_none(kind: type[R], row: Base | None) -> R | None:
    return None if row is None else pictured(kind, row)


def is_insider(user: str | BindParameter[str]) -> ColumnElement[bool]:
    """An incident's own people: its declarer, its role holders, and who is in its room."""
    return or_(
        Incident.declared_by == user,
        exists().where(Role.incident_id == Incident.id, Role.user == user),
        exists().where(Member.incident_id == Incident.id, Member.user == user, Member.present),
    )


def may_see(user: str | BindParameter[str]) -> ColumnElement[bool]:
    """Who sees an incident: everybody a public one, its own people a private one."""
    return or_(Incident.private.is_(False), is_insider(user))


# What every command and every click asks is built once: to make a statement takes longer than to answer it.
_NUMBER, _USER, _ROOM = (
    bindparam("number", type_=Integer()),
    bindparam("user", type_=SlackId),
    bindparam("room", type_=SlackId),
)
_SEEN = select(Incident).where(Incident.id == _NUMBER, may_see(_USER))
_OF_ROOM = select(Incident).where(Incident.room == _ROOM)
_NAMED = select(Incident, may_see(_USER)).where(or_(Incident.room == _ROOM, Incident.id == _NUMBER))
_NAMED_LOCKED = _NAMED.with_for_update(of=Incident).execution_options(populate_existing=True)
_INSIDER = select(Incident.id).where(Incident.id == _NUMBER, is_insider(_USER))
_DEAD_OF = select(Effect).where(Effect.incident_id == _NUMBER, Effect.state == DEAD).order_by(Effect.id)


def insider(session: Session, number: int, user: str) -> bool:
    """Whether this person is one of the incident's own."""
    return session.connection().scalar(_INSIDER, {"number": number, "user": user}) is not None


def incident_seen_by(session: Session, number: int, user: str) -> IncidentRecord | None:
    """The incident, if there is one and this person may see it."""
    row = session.scalars(_SEEN, {"number": number, "user": user}).one_or_none()
    return _pictured_or_none(IncidentRecord, row)


def incident_of_room(session: Session, channel: str) -> IncidentRecord | None:
    """The incident whose room this channel is."""
    row = session.scalars(_OF_ROOM, {"room": channel}).one_or_none()
    return _pictured_or_none(IncidentRecord, row)


def named(
    session: Session, *, user: str, room: str | None, number: int | None, locked: bool = False
) -> list[tuple[Incident, bool]]:
    """The incident of this room and that of this number, those that there are, and whether this person may see them."""
    question = _NAMED_LOCKED if locked else _NAMED
    return [
        (found, bool(seen)) for found, seen in session.execute(question, {"user": user, "room": room, "number": number})
    ]


def picture(row: Incident) -> IncidentRecord:
    """The incident as it is now, frozen."""
    return pictured(IncidentRecord, row)


def incident(session: Session, number: int) -> IncidentRecord | None:
    """The incident, whoever asks: for the bot's own purposes only."""
    row = session.get(Incident, number)
    return _pictured_or_none(IncidentRecord, row)


def incident_of_origin(session: Session, origin: str) -> IncidentRecord | None:
    """The incident that was declared by this very click, if it was."""
    row = session.scalars(select(Incident).where(Incident.origin == origin)).one_or_none()
    return _pictured_or_none(IncidentRecord, row)


def incidents_open(session: Session, user: str | None = None, limit: int = 50) -> list[IncidentRecord]:
    """Open incidents, the newest first; with `user`, only those that this person may see, without it all of them."""
    question = select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id.desc()).limit(limit)
    if user is not None:
        question = question.where(may_see(user))
    return [pictured(IncidentRecord, row) for row in session.scalars(question)]


def count_open(session: Session, user: str | None = None) -> int:
    """How many incidents are open, of those that this person may see."""
    question = select(func.count()).select_from(Incident).where(Incident.closed_at.is_(None))
    return session.scalar(question if user is None else question.where(may_see(user))) or 0


def count_incidents(session: Session) -> int:
    """How many incidents there are."""
    return session.scalar(select(func.count()).select_from(Incident)) or 0


def incidents_all(session: Session) -> Iterable[Incident]:
    """Every incident, in the order of their numbers."""
    return session.scalars(select(Incident).order_by(Incident.id).execution_options(yield_per=200))


def roles(session: Session, number: int) -> dict[str, str]:
    """Who holds which role."""
    return {row.role: row.user for row in session.scalars(select(Role).where(Role.incident_id == number))}


def roles_open(session: Session) -> dict[int, set[str]]:
    """Which roles are held in the incidents that are open."""
    held: dict[int, set[str]] = {}
    rows = select(Role).join(Incident, Incident.id == Role.incident_id).where(Incident.closed_at.is_(None))
    for row in session.scalars(rows):
        held.setdefault(row.incident_id, set()).add(row.role)
    return held


def roles_of(session: Session, user: str) -> list[tuple[int, str]]:
    """The roles that somebody holds in open incidents, with the incident's number."""
    rows = session.execute(
        select(Role.incident_id, Role.role)
        .join(Incident, Incident.id == Role.incident_id)
        .where(Incident.closed_at.is_(None), Role.user == user)
        .order_by(Role.incident_id, Role.role)
    )
    return [(number, role) for number, role in rows]


def timeline(session: Session, number: int) -> tuple[EntryRecord, ...]:
    """The timeline in the order it happened (and was written, where it happened at the same moment)."""
    rows = session.scalars(select(Entry).where(Entry.incident_id == number).order_by(Entry.at, Entry.seq))
    return tuple(pictured(EntryRecord, row) for row in rows)


def count_entries(session: Session, number: int, kind: EntryKind) -> int:
    """How many entries of this kind the timeline has."""
    question = select(func.count()).select_from(Entry).where(Entry.incident_id == number, Entry.kind == kind)
    return session.scalar(question) or 0


def last_entry(session: Session, number: int, kind: EntryKind) -> EntryRecord | None:
    """The last entry of this kind to be written."""
    row = session.scalars(
        select(Entry).where(Entry.incident_id == number, Entry.kind == kind).order_by(Entry.seq.desc()).limit(1)
    ).one_or_none()
    return _pictured_or_none(EntryRecord, row)


def actions(session: Session, number: int) -> tuple[ActionRecord, ...]:
    """The incident's follow-up actions, the oldest first."""
    rows = session.scalars(select(Action).where(Action.incident_id == number).order_by(Action.id))
    return tuple(pictured(ActionRecord, row) for row in rows)


def review(session: Session, number: int) -> ReviewRecord | None:
    """The incident's review, once it has one."""
    row = session.get(Review, number)
    return _pictured_or_none(ReviewRecord, row)


def notice(session: Session, number: int) -> NoticeRecord | None:
    """The incident as customers know it, once somebody has drafted or asked for an update."""
    return _pictured_or_none(NoticeRecord, session.get(Notice, number))


def factors(session: Session, number: int) -> tuple[FactorRecord, ...]:
    """What contributed to the incident, in the order in which people put it."""
    rows = session.scalars(select(Factor).where(Factor.incident_id == number).order_by(Factor.place, Factor.id))
    return tuple(pictured(FactorRecord, row) for row in rows)


def signatures(session: Session, number: int, version: int) -> tuple[SignatureRecord, ...]:
    """Who has signed this version of the review, the first first."""
    question = select(Signature).where(Signature.incident_id == number, Signature.version == version)
    return tuple(
        pictured(SignatureRecord, row) for row in session.scalars(question.order_by(Signature.at, Signature.role))
    )


def review_versions(session: Session, number: int) -> tuple[VersionRecord, ...]:
    """The review as it was signed, each time, the oldest first."""
    question = select(ReviewVersion).where(ReviewVersion.incident_id == number).order_by(ReviewVersion.number)
    return tuple(pictured(VersionRecord, row) for row in session.scalars(question))


def deliveries(session: Session, number: int, *states: EffectState) -> tuple[DeliveryRecord, ...]:
    """What became of the incident's effects; with `states`, only those."""
    question = select(Effect).where(Effect.incident_id == number).order_by(Effect.id)
    if states:
        question = question.where(Effect.state.in_(states))
    return tuple(pictured(DeliveryRecord, row) for row in session.scalars(question))


def record(session: Session, number: int, *, with_timeline: bool = True) -> Record:
    """Everything about one incident that is there; `KeyError` when there is none.

    The timeline grows without end, and most that is shown does not need it: see `Unread`.
    """
    found = incident(session, number)
    if found is None:
        raise KeyError(number)
    written = review(session, number)
    signing = written.version + (written.state is not ReviewState.DONE) if written else 0
    return Record(
        incident=found,
        roles=roles(session, number),
        timeline=timeline(session, number) if with_timeline else Unread(),
        actions=actions(session, number),
        review=written,
        factors=factors(session, number) if written else (),
        signatures=signatures(session, number, signing) if written else (),
        undelivered=tuple(pictured(DeliveryRecord, row) for row in session.scalars(_DEAD_OF, {"number": number})),
        duties=duties(session, number),
        escalations=escalations(session, number),
        readers=readers(session, number),
        deployment=_pictured_or_none(DeploymentRecord, session.get(Deployment, number)),
        notice=notice(session, number),
    )


def duties(session: Session, number: int) -> Duties:
    """What is known of the incident's regulatory clocks. Most incidents have nothing: that is one question."""
    tables = (AnchorTime, ClockFact, Filing, Decision, RunningClock)
    if not session.scalar(select(or_(*(exists().where(table.incident_id == number) for table in tables)))):
        return Duties()

    def of(kind: type[R], table: type[Base], *order: Any) -> tuple[R, ...]:
        rows = session.scalars(select(table).where(table.__table__.c.incident_id == number).order_by(*order))
        return tuple(pictured(kind, row) for row in rows)

    return Duties(
        anchors=of(AnchorRecord, AnchorTime, AnchorTime.framework, AnchorTime.anchor),
        facts=of(FactRecord, ClockFact, ClockFact.fact),
        filings=of(FilingRecord, Filing, Filing.sent_at, Filing.id),
        decisions=of(DecisionRecord, Decision, Decision.id),
        clocks=of(ClockRecord, RunningClock, RunningClock.rule),
    )


def clocks_to_remind(session: Session, now: datetime) -> list[tuple[int, str]]:
    """The running clocks, by incident and rule, of which somebody is to be reminded now; the most urgent first."""
    question = (
        select(RunningClock.incident_id, RunningClock.rule)
        .where(RunningClock.remind_at <= now)
        .order_by(RunningClock.remind_at)
    )
    return [(number, rule) for number, rule in session.execute(question)]


def incidents_with_clocks(session: Session) -> list[int]:
    """The incidents with a clock that runs and has an end."""
    return list(
        session.scalars(
            select(RunningClock.incident_id)
            .where(RunningClock.due_at.is_not(None))
            .distinct()
            .order_by(RunningClock.incident_id)
        )
    )


def clocks_of(session: Session, user: str) -> list[tuple[int, ClockRecord]]:
    """The running clocks that were given to this person, of incidents that they may see, with the incident's number."""
    rows = session.scalars(
        select(RunningClock)
        .join(Incident, Incident.id == RunningClock.incident_id)
        .where(RunningClock.owner == user, may_see(user))
        .order_by(RunningClock.due_at)
    )
    return [(row.incident_id, pictured(ClockRecord, row)) for row in rows]


def escalations(session: Session, number: int) -> tuple[EscalationRecord, ...]:
    """The rules that were followed, the first first."""
    rows = session.scalars(
        select(Escalation).where(Escalation.incident_id == number).order_by(Escalation.at, Escalation.rule)
    )
    return tuple(pictured(EscalationRecord, row) for row in rows)


def escalated_open(session: Session) -> list[EscalationRecord]:
    """The rules that were followed in incidents that are open."""
    rows = session.scalars(
        select(Escalation).join(Incident, Incident.id == Escalation.incident_id).where(Incident.closed_at.is_(None))
    )
    return [pictured(EscalationRecord, row) for row in rows]


def readers(session: Session, number: int) -> tuple[ReaderRecord, ...]:
    """Those of leadership who are told of the incident, in the order of their names."""
    rows = session.scalars(select(Reader).where(Reader.incident_id == number).order_by(Reader.name, Reader.key))
    return tuple(pictured(ReaderRecord, row) for row in rows)


def readers_open(session: Session) -> dict[int, set[str]]:
    """Who of leadership is told of each incident that is open, by their keys."""
    told: dict[int, set[str]] = {}
    rows = select(Reader).join(Incident, Incident.id == Reader.incident_id).where(Incident.closed_at.is_(None))
    for row in session.scalars(rows):
        told.setdefault(row.incident_id, set()).add(row.key)
    return told


def away(session: Session, users: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Those of these people who are away, and until when."""
    rows = session.scalars(select(Absence).where(Absence.user.in_(sorted(set(users))), Absence.until_at > now))
    return {row.user: row.until_at for row in rows}


def members(session: Session, number: int) -> set[str]:
    """Who is in the incident's room, as far as Slack told."""
    return set(session.scalars(select(Member.user).where(Member.incident_id == number, Member.present)))


def action(session: Session, action_id: int) -> ActionRecord | None:
    """One follow-up action."""
    row = session.get(Action, action_id)
    return _pictured_or_none(ActionRecord, row)


def is_pinned(session: Session, channel: str, ts: str, number: int) -> bool:
    """Whether the message is on the incident's timeline."""
    return session.get(Pin, (channel, ts, number)) is not None


def reviews_overdue(session: Session, now: datetime) -> list[ReviewRecord]:
    """Reviews that should have been done by now and are not asleep, the longest overdue first."""
    rows = session.scalars(
        select(Review)
        .where(Review.state.in_(OPEN_REVIEWS), Review.due_at <= now)
        .where(or_(Review.snoozed_until.is_(None), Review.snoozed_until <= now))
        .order_by(Review.due_at)
    )
    return [pictured(ReviewRecord, row) for row in rows]


def actions_overdue(session: Session, today: date, now: datetime) -> list[ActionRecord]:
    """Actions whose day has passed (`today` in the team's zone) and that are not asleep."""
    rows = session.scalars(
        select(Action)
        .where(Action.state == ActionState.OPEN, Action.due_on < today)
        .where(or_(Action.snoozed_until.is_(None), Action.snoozed_until <= now))
        .order_by(Action.due_on, Action.id)
    )
    return [pictured(ActionRecord, row) for row in rows]


def last_step(session: Session, subject: str, chase_round: int) -> Nudge | None:
    """The last step of this chase that was taken."""
    return session.scalars(
        select(Nudge).where(Nudge.subject == subject, Nudge.round == chase_round).order_by(Nudge.step.desc()).limit(1)
    ).one_or_none()


def waiting_for(session: Session, user: str) -> tuple[list[ReviewRecord], list[ActionRecord]]:
    """What waits for this person, of what they may see: reviews they own and actions they owe."""
    reviews = session.scalars(
        select(Review)
        .join(Incident, Incident.id == Review.incident_id)
        .where(Review.owner == user, Review.state.in_(OPEN_REVIEWS), may_see(user))
        .order_by(Review.due_at)
    )
    owed = session.scalars(
        select(Action)
        .join(Incident, Incident.id == Action.incident_id)
        .where(Action.owner == user, Action.state == ActionState.OPEN, may_see(user))
        .order_by(Action.due_on)
    )
    return [pictured(ReviewRecord, r) for r in reviews], [pictured(ActionRecord, a) for a in owed]


def people(session: Session, users: Iterable[str], since: datetime | None = None) -> dict[str, PersonRecord]:
    """Those of the people that are known here; with `since`, only what Slack said after that time."""
    question = select(Person).where(Person.user.in_(sorted(set(users))))
    if since is not None:
        question = question.where(Person.fetched_at >= since)
    rows = session.scalars(question)
    return {row.user: pictured(PersonRecord, row) for row in rows}


def dead_effects(session: Session, limit: int = 20) -> list[Effect]:
    """Effects that need a person to look."""
    question = select(Effect).where(Effect.state == DEAD).order_by(Effect.id.desc()).limit(limit)
    return list(session.scalars(question))


def given_up(session: Session, *, viewer: str | None, insider: str | None, limit: int = 20) -> list[DeliveryRecord]:
    """What did not arrive and will not, the newest first.

    Only of incidents that `viewer` may see and whose own `insider` is, where these are given. What belongs to no
    incident is for nobody's insiders.
    """
    question = (
        select(Effect)
        .outerjoin(Incident, Incident.id == Effect.incident_id)
        .where(Effect.state == DEAD)
        .order_by(Effect.id.desc())
        .limit(limit)
    )
    if viewer is not None:
        question = question.where(or_(Effect.incident_id.is_(None), may_see(viewer)))
    if insider is not None:
        question = question.where(Effect.incident_id.is_not(None), is_insider(insider))
    return [pictured(DeliveryRecord, row) for row in session.scalars(question)]


def undelivered(session: Session, number: int | None = None) -> list[DeliveryRecord]:
    """What the world has not heard yet, of one incident or of all, in the order it was told."""
    question = select(Effect).where(or_(Effect.state.in_(UNSETTLED), Effect.state == DEAD)).order_by(Effect.id)
    if number is not None:
        question = question.where(Effect.incident_id == number)
    return [pictured(DeliveryRecord, row) for row in session.scalars(question)]


def outbox_depth(session: Session) -> list[tuple[EffectState, int, datetime]]:
    """How many effects are not done, by state, and when the oldest of them was told."""
    question = union_all(
        *(
            select(Effect.state, func.count(), func.min(Effect.told_at)).where(some).group_by(Effect.state)
            for some in (Effect.state.in_(UNSETTLED), Effect.state == DEAD)  # An index each: most effects are done.
        )
    )
    return [(state, count, oldest) for state, count, oldest in session.execute(question)]


def incidents_by_phase(session: Session) -> list[tuple[Phase, str, int]]:
    """How many incidents are open, by phase and severity."""
    question = (
        select(Incident.phase, Incident.severity, func.count())
        .where(Incident.closed_at.is_(None))
        .group_by(Incident.phase, Incident.severity)
    )
    return [(phase, severity, count) for phase, severity, count in session.execute(question)]


def outage_goes_on(session: Session, service: str) -> bool:
    """Whether a service we depend on is known to be away."""
    return session.scalar(select(Outage.id).where(Outage.service == service, Outage.ended_at.is_(None))) is not None
