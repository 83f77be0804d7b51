"""The tables. Times are aware UTC, user and channel ids are Slack's, every text is as the person wrote it.

Relations are not mapped: a question that needs two tables says so in `db.queries`.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.enums import (
    ActionKind,
    ActionPriority,
    ActionState,
    Answer,
    CustomerUpdateState,
    EffectState,
    EntryKind,
    FactorKind,
    Kind,
    Phase,
    Remedy,
    ReviewState,
    Stage,
)

# SQLite counts rows only in a column of exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
SlackId = String(32)
SlackTs = String(32)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time. SQLite stores no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone: they are the bug that shows in October."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC, whatever zone the server speaks."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(kind: type[StrEnum]) -> Enum:
    """A column that holds one word of an enum as text, so that a new word needs no `ALTER TYPE`."""
    return Enum(kind, native_enum=False, length=16, values_callable=lambda words: [w.value for w in words])


class Base(DeclarativeBase):
    """The root of all tables; names its constraints so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Utc(), dict[str, Any]: JSON(), list[str]: JSON()}


class Counter(Base):
    """The next number of a gapless row of numbers. An auditor counts them, so a rolled-back declare leaves no hole."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class Incident(Base):
    """One incident, as it stands now. Its history is its timeline."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "ix_incidents_open",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(32))
    severity_confirmed_at: Mapped[datetime | None]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    phase: Mapped[Phase] = mapped_column(word(Phase))
    phase_since: Mapped[datetime]
    private: Mapped[bool] = mapped_column(Boolean)
    drill: Mapped[bool] = mapped_column(Boolean)
    declared_by: Mapped[str] = mapped_column(SlackId)
    declared_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(SlackId)
    customer_data: Mapped[Answer] = mapped_column(word(Answer))
    personal_data: Mapped[Answer] = mapped_column(word(Answer))
    service_affecting: Mapped[Answer] = mapped_column(word(Answer))
    contained_at: Mapped[datetime | None]
    containment: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(SlackId)
    verification: Mapped[str] = mapped_column(Text, default="")
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    origin: Mapped[str | None] = mapped_column(String(120), unique=True)
    room: Mapped[str | None] = mapped_column(SlackId, unique=True)
    room_name: Mapped[str | None] = mapped_column(String(80))
    room_archived: Mapped[bool] = mapped_column(Boolean, default=False)
    room_lost: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    card_ts: Mapped[str | None] = mapped_column(SlackTs)
    announced_in: Mapped[str | None] = mapped_column(SlackId)
    announcement_ts: Mapped[str | None] = mapped_column(SlackTs)
    legal_hold: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    entries: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    noted_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """What people call it: `INC-7`."""
        return f"INC-{self.id}"


class Role(Base):
    """Who holds a role now."""

    __tablename__ = "roles"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId, index=True)
    since: Mapped[datetime]


class Member(Base):
    """Who is in an incident's room, or was: the people who may see a private incident.

    Slack promises no order of events, so a row remembers as of when it is true, and an older event changes nothing.
    """

    __tablename__ = "members"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    present: Mapped[bool] = mapped_column(Boolean)
    as_of: Mapped[datetime]


class Entry(Base):
    """One line of a timeline. Never changed, never deleted; `db.timeline` says how the hashes are made.

    The one exception: a redaction takes out `text` and `data`, says when, and leaves the hashes.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("incident_id", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    kind: Mapped[EntryKind] = mapped_column(word(EntryKind))
    by: Mapped[str] = mapped_column(SlackId)
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    redacted_at: Mapped[datetime | None]
    hash: Mapped[str] = mapped_column(String(64))


class Pin(Base):
    """A message that was put on a timeline: at most once on each, however many people react to it."""

    __tablename__ = "pins"

    channel: Mapped[str] = mapped_column(SlackId, primary_key=True)
    ts: Mapped[str] = mapped_column(SlackTs, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, index=True)
    text: Mapped[str] = mapped_column(Text)
    edited_ts: Mapped[str | None] = mapped_column(SlackTs)
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)


class Action(Base):
    """A follow-up action with an owner and a date."""

    __tablename__ = "actions"
    __table_args__ = (
        Index("ix_actions_due", "due_on", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(SlackId, index=True)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[ActionState] = mapped_column(word(ActionState))
    kind: Mapped[ActionKind] = mapped_column(word(ActionKind), default=ActionKind.PREVENT, server_default="prevent")
    priority: Mapped[ActionPriority] = mapped_column(
        word(ActionPriority), default=ActionPriority.MEDIUM, server_default="medium"
    )
    rejected_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    proof: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[str] = mapped_column(SlackId)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    chase_round: Mapped[int] = mapped_column(Integer, default=1)
    snoozed_until: Mapped[datetime | None]


class Review(Base):
    """The post-incident review: what only people know. The rest of the document comes from the record."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "ix_reviews_due",
            "due_at",
            sqlite_where=text("state IN ('draft', 'in_review')"),
            postgresql_where=text("state IN ('draft', 'in_review')"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    state: Mapped[ReviewState] = mapped_column(word(ReviewState))
    owner: Mapped[str] = mapped_column(SlackId, index=True)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(SlackId)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    impact: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime | None]
    customers_percent: Mapped[float | None] = mapped_column(Float)
    customers_count: Mapped[int | None] = mapped_column(BigInteger)
    data_lost: Mapped[str] = mapped_column(Text, default="", server_default="")
    money: Mapped[str] = mapped_column(Text, default="", server_default="")
    trigger: Mapped[str] = mapped_column(Text, default="", server_default="")
    detection: Mapped[str] = mapped_column(Text, default="", server_default="")
    prevention: Mapped[str] = mapped_column(Text, default="", server_default="")
    went_well: Mapped[str] = mapped_column(Text, default="")
    went_badly: Mapped[str] = mapped_column(Text, default="")
    luck: Mapped[str] = mapped_column(Text, default="")
    no_actions_because: Mapped[str] = mapped_column(Text, default="")
    timeline_read_by: Mapped[str | None] = mapped_column(SlackId)
    pages: Mapped[list[str]] = mapped_column(JSON, default=list)
    chase_round: Mapped[int] = mapped_column(Integer, default=1)
    snoozed_until: Mapped[datetime | None]


class AnchorTime(Base):
    """When something happened that sets a framework's clocks running, as somebody recorded it last."""

    __tablename__ = "anchor_times"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    framework: Mapped[str] = mapped_column(String(32), primary_key=True)
    anchor: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime | None]
    on: Mapped[date | None] = mapped_column(Date)
    why: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(SlackId)
    recorded_at: Mapped[datetime]


class ClockFact(Base):
    """An answer to a question that decides on clocks, as it was given last."""

    __tablename__ = "clock_facts"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    fact: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]


class Filing(Base):
    """A notification that was sent, with the deadline as it was computed then. Appended to, never changed.

    The one exception: a redaction takes out `text` and `reasons`; the hash stays.
    """

    __tablename__ = "filings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    rule: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str | None] = mapped_column(String(16))
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(SlackId)
    channel: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_hash: Mapped[str | None] = mapped_column(String(64))
    reasons: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]
    is_late: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[str] = mapped_column(String(12))
    calendar: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(SlackId)
    recorded_at: Mapped[datetime]


class Decision(Base):
    """Somebody decided that a notification is not required; withdrawing it is noted beside it."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    rule: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(SlackId)
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")


class RunningClock(Base):
    """A regulatory clock that runs. What was computed is kept with the version of the rule and the calendar's name."""

    __tablename__ = "running_clocks"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    framework: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    version: Mapped[str] = mapped_column(String(12))
    calendar: Mapped[str] = mapped_column(Text)
    computed_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(Integer)
    owner: Mapped[str | None] = mapped_column(SlackId, index=True)
    remind_at: Mapped[datetime | None] = mapped_column(Utc(), index=True)


class Notice(Base):
    """An incident as customers know it: what the last update told them, and when the next one is due.

    `uid` is its name outside: it says nothing about how many incidents there are. `draft` is the update that waits to be
    published; `due_round` counts the times at which something was due, so that each is reminded of anew.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "next_due_at",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    begun_at: Mapped[datetime]
    stage: Mapped[Stage | None] = mapped_column(word(Stage))
    title: Mapped[str] = mapped_column(Text, default="")
    components: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    told_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    due_round: Mapped[int] = mapped_column(Integer, default=1)
    draft: Mapped[int | None] = mapped_column(BigId)
    statuspage_id: Mapped[str | None] = mapped_column(String(64))


class CustomerUpdate(Base):
    """One text for customers, from draft to published. What was published is never changed, but may be redacted."""

    __tablename__ = "customer_updates"
    __table_args__ = (
        Index(
            "ix_customer_updates_published",
            "published_at",
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    state: Mapped[CustomerUpdateState] = mapped_column(word(CustomerUpdateState))
    stage: Mapped[Stage] = mapped_column(word(Stage))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    components: Mapped[dict[str, str]] = mapped_column(JSON)
    targets: Mapped[list[str]] = mapped_column(JSON)
    drafted_by: Mapped[str] = mapped_column(SlackId)
    drafted_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(SlackId)
    published_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]


class Subscriber(Base):
    """An address that customers' updates are mailed to, once whoever reads it has confirmed that."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    asked_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    confirmed_at: Mapped[datetime | None]


class SubscriberToken(Base):
    """A link in a mail to a subscriber, as the SHA-256 of its token: who reads the database cannot use it."""

    __tablename__ = "subscriber_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(Utc(), index=True)


class Factor(Base):
    """Something that contributed to an incident: one of several, never a person. `whys` are the answers to five whys."""

    __tablename__ = "factors"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    kind: Mapped[FactorKind] = mapped_column(word(FactorKind))
    text: Mapped[str] = mapped_column(Text)
    root_cause: Mapped[bool] = mapped_column(Boolean, default=False)
    whys: Mapped[list[str]] = mapped_column(JSON, default=list)


class Signature(Base):
    """Somebody signed a version of a review, in a role. Those of a version that was changed again are taken away."""

    __tablename__ = "signatures"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]


class ReviewVersion(Base):
    """A review as it was signed. Its hash is on the timeline too; a redaction takes out the document and leaves the hash."""

    __tablename__ = "review_versions"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(SlackId)
    at: Mapped[datetime]
    redacted_at: Mapped[datetime | None]


class Nudge(Base):
    """A step of a chase that was taken: the row is why it is never taken twice."""

    __tablename__ = "nudges"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]


class Escalation(Base):
    """A rule of the policy that was followed: the row is why it is followed once.

    `facts` are those it named, as they were; `orders` is what followed.
    """

    __tablename__ = "escalations"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    orders: Mapped[dict[str, Any]] = mapped_column(JSON)


class Reader(Base):
    """Somebody of leadership who is told of an incident, and went on being told. Told by mail, in Slack, or both.

    `key` is their Slack id or, without one, made from their address.
    """

    __tablename__ = "readers"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    slack: Mapped[str | None] = mapped_column(SlackId)
    asked_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    messaged_at: Mapped[datetime | None]


class Deployment(Base):
    """The deployment that an incident came after, and what was decided about it; undecided without a `remedy`."""

    __tablename__ = "deployments"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    named_by: Mapped[str] = mapped_column(SlackId)
    named_at: Mapped[datetime]
    remedy: Mapped[Remedy | None] = mapped_column(word(Remedy))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(SlackId)
    decided_at: Mapped[datetime | None]


class Absence(Base):
    """Somebody is away: until then no role is given to them by itself."""

    __tablename__ = "absences"

    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    until_at: Mapped[datetime]
    said_at: Mapped[datetime]


class Audit(Base):
    """Who was refused what, and who did what only administrators do. Appended to, never changed."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc(), index=True)
    user: Mapped[str] = mapped_column(SlackId)
    what: Mapped[str] = mapped_column(String(32))
    incident_id: Mapped[int | None] = mapped_column(Integer)
    allowed: Mapped[bool] = mapped_column(Boolean)


class SeenEvent(Base):
    """An event of Slack's that was handled: Slack promises neither order nor uniqueness, but a unique `event_id`."""

    __tablename__ = "seen_events"

    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc(), index=True)


class Person(Base):
    """What Slack said about a person, kept so that names need no call."""

    __tablename__ = "people"

    user: Mapped[str] = mapped_column(SlackId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    zone: Mapped[str | None] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(Boolean)
    bot: Mapped[bool] = mapped_column(Boolean)
    fetched_at: Mapped[datetime]


class Effect(Base):
    """Something the world must hear, written in the transaction that made it true. `db.outbox` has its verbs."""

    __tablename__ = "effects"
    __table_args__ = (
        Index(
            "uq_effects_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_effects_lane_unsettled",
            "lane",
            "id",
            sqlite_where=text("state IN ('waiting', 'leased')"),
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index(
            "ix_effects_dead",
            "incident_id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    lane: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(64))
    urgency: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[EffectState] = mapped_column(word(EffectState))
    told_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    leased_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


# Literals, not parameters: only from these can the databases tell that a partial index holds every row that is asked for,
# and not read the millions that are done.
UNSETTLED: list[ColumnElement[str]] = [
    literal_column(f"'{state.value}'") for state in (EffectState.WAITING, EffectState.LEASED)
]
DEAD: ColumnElement[str] = literal_column(f"'{EffectState.DEAD.value}'")


class Outage(Base):
    """A time in which a service we depend on did not answer. At most one of each service goes on at a time."""

    __tablename__ = "outages"
    __table_args__ = (
        Index(
            "uq_outages_going_on",
            "service",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    service: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]
    failed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
