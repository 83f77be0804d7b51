"""Questions asked of the database. Each answers with frozen records, and reads only what an index finds."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Integer,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from db.enums import EffectState, EntryKind, Phase, ReviewState
from db.models import (
    DEAD,
    OPEN_ACTION,
    OPEN_REVIEW,
    UNSETTLED,
    Absence,
    Action,
    AnchorTime,
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
    RiskAnswered,
    Role,
    RunningClock,
    Signature,
    SlackId,
    Utc,
)
from db.reading import NUMBER, R, Rows, columns, made, of_incident, pictured
from db.records import (
    ActionRecord,
    AnchorRecord,
    Brief,
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
    RiskAnswerRecord,
    SignatureRecord,
    Unread,
    VersionRecord,
)

OPEN_PHASES = [phase for phase in Phase if phase.is_open]


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
_USER, _ROOM = bindparam("user", type_=SlackId), bindparam("room", type_=SlackId)
_SEEN = select(Incident).where(Incident.id == NUMBER, may_see(_USER))
_OF_ROOM = select(Incident).where(Incident.room == _ROOM)
# A room alone is asked for as such. With a NULL for the number, PostgreSQL finds a better plan each time than one for any
# number, so it plans anew each time, which takes longer than to answer.
_OR_NUMBER = or_(Incident.room == _ROOM, Incident.id == NUMBER)
_NAMED = select(may_see(_USER), *columns(IncidentRecord, Incident))
_NAMED_ROOM, _NAMED_EITHER = _NAMED.where(Incident.room == _ROOM), _NAMED.where(_OR_NUMBER)
_BRIEFS = select(may_see(_USER), *columns(Brief, Incident)).with_for_update(of=Incident.__table__)
_BRIEFS_ROOM, _BRIEFS_EITHER = _BRIEFS.where(Incident.room == _ROOM), _BRIEFS.where(_OR_NUMBER)
_BRIEF = Rows(Brief, Incident, Incident.id == NUMBER, locked=True)
_INSIDER = select(Incident.id).where(Incident.id == NUMBER, is_insider(_USER))
_INCIDENT = Rows(IncidentRecord, Incident, Incident.id == NUMBER)
_ROLES = select(Role.__table__.c.role, Role.__table__.c.user).where(Role.incident_id == NUMBER)
_TIMELINE = of_incident(EntryRecord, Entry, Entry.at, Entry.seq)
_ACTIONS = of_incident(ActionRecord, Action, Action.id)
_REVIEW = of_incident(ReviewRecord, Review)
_FACTORS = of_incident(FactorRecord, Factor, Factor.place, Factor.id)
_SIGNATURES = Rows(
    SignatureRecord,
    Signature,
    Signature.incident_id == NUMBER,
    Signature.version == bindparam("version", type_=Integer()),
    order=(Signature.at, Signature.role),
)
_VERSIONS = of_incident(VersionRecord, ReviewVersion, ReviewVersion.number)
_DEAD_OF = Rows(DeliveryRecord, Effect, Effect.incident_id == NUMBER, Effect.state == DEAD, order=(Effect.id,))
_ANCHORS = of_incident(AnchorRecord, AnchorTime, AnchorTime.framework, AnchorTime.anchor)
_FACTS = of_incident(FactRecord, ClockFact, ClockFact.fact)
_FILINGS = of_incident(FilingRecord, Filing, Filing.sent_at, Filing.id)
_DECISIONS = of_incident(DecisionRecord, Decision, Decision.id)
_CLOCKS = of_incident(ClockRecord, RunningClock, RunningClock.rule)
_ESCALATIONS = of_incident(EscalationRecord, Escalation, Escalation.at, Escalation.rule)
_READERS = of_incident(ReaderRecord, Reader, Reader.name, Reader.key)
_DEPLOYMENT = of_incident(DeploymentRecord, Deployment)
_NOTICE = of_incident(NoticeRecord, Notice)
_RISK = of_incident(RiskAnswerRecord, RiskAnswered)
_CONCERNED: CompoundSelect[*tuple[Any, ...]] = union_all(
    select(Role.user, literal_column("1").label("place")).where(Role.incident_id == NUMBER),
    select(Action.owner, literal_column("2")).where(Action.incident_id == NUMBER, Action.state == OPEN_ACTION),
    select(Review.owner, literal_column("3")).where(Review.incident_id == NUMBER),
    select(Member.user, literal_column("4")).where(Member.incident_id == NUMBER, Member.present),
).order_by("place", "user")
_NOW = bindparam("now", type_=Utc())
_REVIEWS_OVERDUE = Rows(
    ReviewRecord,
    Review,
    Review.state.in_(OPEN_REVIEW),
    Review.due_at <= _NOW,
    or_(Review.snoozed_until.is_(None), Review.snoozed_until <= _NOW),
    order=(Review.due_at, Review.incident_id),
)
_ACTIONS_OVERDUE = Rows(
    ActionRecord,
    Action,
    Action.state == OPEN_ACTION,
    Action.due_on < bindparam("today", type_=Date()),
    or_(Action.snoozed_until.is_(None), Action.snoozed_until <= _NOW),
    order=(Action.due_on, Action.id),
)
# What most incidents have nothing of: one question tells which of these are worth asking.
_SELDOM: tuple[Rows[Any], ...] = (
    _ACTIONS,
    _FACTORS,
    _DEAD_OF,
    _ANCHORS,
    _FACTS,
    _FILINGS,
    _DECISIONS,
    _CLOCKS,
    _ESCALATIONS,
    _READERS,
    _DEPLOYMENT,
    _NOTICE,
    _RISK,
)
_WHICH = select(*(exists(rows.table.__table__).where(*rows.where) for rows in _SELDOM))


def insider(session: Session, number: int, user: str) -> bool:
    """Whether this person is one of the incident's own."""
    return session.connection().scalar(_INSIDER, {"number": number, "user": user}) is not None


def incident_seen_by(session: Session, number: int, user: str) -> IncidentRecord | None:
    """The incident, if there is one and this person may see it."""
    row = session.scalars(_SEEN, {"number": number, "user": user}).one_or_none()
    return pictured(IncidentRecord, row) if row else None


def incident_of_room(session: Session, channel: str) -> IncidentRecord | None:
    """The incident whose room this channel is."""
    row = session.scalars(_OF_ROOM, {"room": channel}).one_or_none()
    return pictured(IncidentRecord, row) if row else None


def named(session: Session, *, user: str, room: str | None, number: int | None) -> list[tuple[IncidentRecord, bool]]:
    """The incident of this room and that of this number, those that there are, and whether this person may see them."""
    question, values = (_NAMED_ROOM, {}) if number is None else (_NAMED_EITHER, {"number": number})
    rows = session.connection().execute(question, {"user": user, "room": room, **values})
    return [(made(IncidentRecord, row[1:]), bool(row[0])) for row in rows]


def briefs(connection: Connection, *, user: str, room: str | None, number: int | None) -> list[tuple[Brief, bool]]:
    """As `named`, in brief and locked."""
    question, values = (_BRIEFS_ROOM, {}) if number is None else (_BRIEFS_EITHER, {"number": number})
    rows = connection.execute(question, {"user": user, "room": room, **values})
    return [(made(Brief, row[1:]), bool(row[0])) for row in rows]


def brief(session: Session, number: int) -> Brief:
    """The incident in brief and locked, whoever asks."""
    (found,) = _BRIEF(session, number=number)
    return found


def picture(row: Incident) -> IncidentRecord:
    """The incident as it is now, frozen."""
    return pictured(IncidentRecord, row)


def incident(session: Session, number: int) -> IncidentRecord | None:
    """The incident, whoever asks: for the bot's own purposes only."""
    return _INCIDENT.one(session, number=number)


def incident_of_origin(session: Session, origin: str) -> IncidentRecord | None:
    """The incident that was declared by this very click, if it was."""
    row = session.scalars(select(Incident).where(Incident.origin == origin)).one_or_none()
    return pictured(IncidentRecord, row) if row else None


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
    session.flush()
    return {held.role: held.user for held in session.connection().execute(_ROLES, {"number": number})}


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
    return _TIMELINE(session, number=number)


def count_entries(session: Session, number: int, kind: EntryKind) -> int:
    """How many entries of this kind the timeline has."""
    question = select(func.count()).select_from(Entry).where(Entry.incident_id == number, Entry.kind == kind)
    return session.scalar(question) or 0


def last_entry(session: Session, number: int, kind: EntryKind) -> EntryRecord | None:
    """The last entry of this kind to be written."""
    row = session.scalars(
        select(Entry).where(Entry.incident_id == number, Entry.kind == kind).order_by(Entry.seq.desc()).limit(1)
    ).one_or_none()
    return pictured(EntryRecord, row) if row else None


def actions(session: Session, number: int) -> tuple[ActionRecord, ...]:
    """The incident's follow-up actions, the oldest first."""
    return _ACTIONS(session, number=number)


def review(session: Session, number: int) -> ReviewRecord | None:
    """The incident's review, once it has one."""
    return _REVIEW.one(session, number=number)


def notice(session: Session, number: int) -> NoticeRecord | None:
    """The incident as customers know it, once somebody has drafted or asked for an update."""
    return _NOTICE.one(session, number=number)


def factors(session: Session, number: int) -> tuple[FactorRecord, ...]:
    """What contributed to the incident, in the order in which people put it."""
    return _FACTORS(session, number=number)


def signatures(session: Session, number: int, version: int) -> tuple[SignatureRecord, ...]:
    """Who has signed this version of the review, the first first."""
    return _SIGNATURES(session, number=number, version=version)


def review_versions(session: Session, number: int) -> tuple[VersionRecord, ...]:
    """The review as it was signed, each time, the oldest first."""
    return _VERSIONS(session, number=number)


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
    of = _Seldom(session, number)
    return Record(
        incident=found,
        roles=roles(session, number),
        timeline=timeline(session, number) if with_timeline else Unread(),
        actions=of(_ACTIONS),
        review=written,
        factors=of(_FACTORS) if written else (),
        signatures=signatures(session, number, signing) if written else (),
        undelivered=of(_DEAD_OF),
        duties=_duties(of),
        escalations=of(_ESCALATIONS),
        readers=of(_READERS),
        deployment=next(iter(of(_DEPLOYMENT)), None),
        notice=next(iter(of(_NOTICE)), None),
        risk=next(iter(of(_RISK)), None),
    )


class _Seldom:
    """What this incident has of what most have nothing of; asked for only where there is something."""

    def __init__(self, session: Session, number: int) -> None:
        session.flush()
        there = session.connection().execute(_WHICH, {"number": number}).one()
        self._ask = {rows for rows, some in zip(_SELDOM, there, strict=True) if some}
        self._session, self._number = session, number

    def __call__(self, rows: Rows[R]) -> tuple[R, ...]:
        return rows(self._session, number=self._number) if rows in self._ask else ()


def duties(session: Session, number: int) -> Duties:
    """What is known of the incident's regulatory clocks."""
    return _duties(_Seldom(session, number))


def _duties(of: _Seldom) -> Duties:
    return Duties(
        anchors=of(_ANCHORS),
        facts=of(_FACTS),
        filings=of(_FILINGS),
        decisions=of(_DECISIONS),
        clocks=of(_CLOCKS),
    )


def clocks_to_remind(session: Session, now: datetime) -> list[tuple[int, str]]:
    """The running clocks, by incident and rule, of which somebody is to be reminded now; the most urgent first."""
    question = (
        select(RunningClock.incident_id, RunningClock.rule)
        .where(RunningClock.remind_at <= now)
        .order_by(RunningClock.remind_at, RunningClock.incident_id, RunningClock.rule)
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
        .order_by(RunningClock.due_at, RunningClock.incident_id, RunningClock.rule)
    )
    return [(row.incident_id, pictured(ClockRecord, row)) for row in rows]


def escalations(session: Session, number: int) -> tuple[EscalationRecord, ...]:
    """The rules that were followed, the first first."""
    return _ESCALATIONS(session, number=number)


def escalated_open(session: Session) -> list[EscalationRecord]:
    """The rules that were followed in incidents that are open."""
    rows = session.scalars(
        select(Escalation).join(Incident, Incident.id == Escalation.incident_id).where(Incident.closed_at.is_(None))
    )
    return [pictured(EscalationRecord, row) for row in rows]


def readers(session: Session, number: int) -> tuple[ReaderRecord, ...]:
    """Those of leadership who are told of the incident, in the order of their names."""
    return _READERS(session, number=number)


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


def concerned(session: Session, number: int) -> list[str]:
    """Who holds a role, owns an open action or the review, or is in the room, in this order; some more than once."""
    session.flush()
    return [user for user, _ in session.connection().execute(_CONCERNED, {"number": number})]


def action(session: Session, action_id: int) -> ActionRecord | None:
    """One follow-up action."""
    row = session.get(Action, action_id)
    return pictured(ActionRecord, row) if row else None


def is_pinned(session: Session, channel: str, ts: str, number: int) -> bool:
    """Whether the message is on the incident's timeline."""
    return session.get(Pin, (channel, ts, number)) is not None


def reviews_overdue(session: Session, now: datetime) -> tuple[ReviewRecord, ...]:
    """Reviews that should have been done by now and are not asleep, the longest overdue first."""
    return _REVIEWS_OVERDUE(session, now=now)


def actions_overdue(session: Session, today: date, now: datetime) -> tuple[ActionRecord, ...]:
    """Actions whose day has passed (`today` in the team's zone) and that are not asleep."""
    return _ACTIONS_OVERDUE(session, today=today, now=now)


def last_step(session: Session, subject: str, chase_round: int) -> Nudge | None:
    """The last step of this chase that was taken."""
    return session.scalars(
        select(Nudge).where(Nudge.subject == subject, Nudge.round == chase_round).order_by(Nudge.step.desc()).limit(1)
    ).one_or_none()


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
        .order_by((Effect.id + 0).desc())  # Of the few that are dead: in the order of the key, all would be looked at.
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
