"""What came back from Slack: facts about rooms, cards and who is where."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.effects import Invite, LearnMembers, OpenRoom, RefreshTopic, Say
from bot.workflows.telling import redraw, say
from db import outbox
from db.enums import ActionState, EntryKind
from db.models import Action, Incident, Member, Person, Review, Role, SeenEvent
from db.store import Work

# What we know by ourselves counts as a minute old: whatever Slack says about the last minute is newer.
MEMBERS_ASKED_AGO = timedelta(minutes=1)


def first_time(work: Work, event_id: str) -> bool:
    """Whether this event of Slack's is new. It is old from now on, if this transaction is committed."""
    return work.insert_once(SeenEvent, event_id=event_id, at=work.now)


def opened(work: Work, *, number: int, room: str, name: str) -> None:
    """The room is there: bring in everybody who belongs there, and show the card."""
    incident = work.incident(number)
    if incident.room == room:
        return
    incident.room, incident.room_name = room, name
    work.note(incident, EntryKind.ROOM, name, by="tocsin", data={"room": room})
    holders = work.session.scalars(select(Role.user).where(Role.incident_id == number).order_by(Role.role))
    owners = work.session.scalars(
        select(Action.owner).where(Action.incident_id == number, Action.state == ActionState.OPEN).order_by(Action.id)
    )
    review = work.session.get(Review, number)
    users = tuple(dict.fromkeys((incident.declared_by, *holders, *owners, *([review.owner] if review else []))))
    work.tell(Invite(incident=number, users=users))
    redraw(work, incident, outside=True)


def card_posted(work: Work, *, number: int, ts: str | None) -> None:
    """Where the card is; None when somebody deleted it."""
    work.incident(number).card_ts = ts


def announced(work: Work, *, number: int, channel: str, ts: str | None) -> None:
    """Where the announcement is; None when somebody deleted it."""
    incident = work.incident(number)
    incident.announced_in, incident.announcement_ts = channel, ts


def review_posted(work: Work, *, number: int, pages: Sequence[str]) -> None:
    """The messages that hold the review document, in order."""
    work.incident(number)
    review = work.session.get_one(Review, number)
    review.pages = list(pages)


def not_invited(work: Work, *, number: int, failures: Mapping[str, str]) -> None:
    """Slack would not bring these people in; the room and the timeline say so. Values are Slack's error codes."""
    incident = work.incident(number)
    work.note(incident, EntryKind.ROOM, "", by="tocsin", data={"not_invited": dict(failures)})
    say(work, incident, "not_invited", {"users": sorted(failures), "error": ", ".join(sorted(set(failures.values())))})
    redraw(work, incident)


def joined(work: Work, *, room: str, user: str, at: datetime | None = None) -> None:
    """Somebody is in the room, and may see what is private; `at` is when Slack says they came, if not now."""
    _is_member(work, room, user, present=True, at=at or work.now - MEMBERS_ASKED_AGO)


def left(work: Work, *, room: str, user: str, at: datetime) -> None:
    """Somebody left the room."""
    _is_member(work, room, user, present=False, at=at)


def _is_member(work: Work, room: str, user: str, *, present: bool, at: datetime) -> None:
    """Keep the newest word on somebody's membership: events come in any order."""
    number = _incident_of(work, room)
    if number is None or work.insert_once(Member, incident_id=number, user=user, present=present, as_of=at):
        return
    work.session.execute(
        update(Member)
        .where(Member.incident_id == number, Member.user == user, Member.as_of <= at)
        .values(present=present, as_of=at)
    )


def members_are(work: Work, *, room: str, users: Collection[str]) -> None:
    """Slack was asked who is in the room. Events of the last minute may still come, and are newer than this."""
    number, at = _incident_of(work, room), work.now - MEMBERS_ASKED_AGO
    if number is None:
        return
    known = set(work.session.scalars(select(Member.user).where(Member.incident_id == number, Member.present)))
    for user in sorted({*users, *known}):
        _is_member(work, room, user, present=user in users, at=at)


def nobody_heard(work: Work, *, user: str, said: Say) -> None:
    """Somebody who was to be told something has left: remember it, and tell the room instead."""
    work.session.execute(update(Person).where(Person.user == user).values(active=False))
    work.tell(said.model_copy(update={"place": "room", "user": None}))


def renamed(work: Work, *, room: str, name: str) -> None:
    """Somebody renamed the room; it stays the room."""
    number = _incident_of(work, room)
    if number is None:
        return
    incident = work.incident(number)
    if incident.room_name != name:
        incident.room_name = name
        work.note(incident, EntryKind.ROOM, name, by="tocsin", data={"renamed": name})
        work.tell(RefreshTopic(incident=number))


def archived(work: Work, *, room: str, is_archived: bool) -> None:
    """The room was archived, or brought back."""
    number = _incident_of(work, room)
    if number is None:
        return
    incident = work.incident(number)
    if incident.room_archived is not is_archived:
        incident.room_archived = is_archived
        work.note(incident, EntryKind.ROOM, "", by="tocsin", data={"archived": is_archived})
        redraw(work, incident, outside=True)


def repair(work: Work, *, number: int) -> int:
    """Try again whatever could not be delivered, and draw everything anew; how many effects were given a new life."""
    incident = work.incident(number)
    revived = outbox.revive(work.session, now=work.now, incident=number)
    if incident.room is None:
        work.tell(OpenRoom(incident=number))
    else:
        work.tell(LearnMembers(incident=number))
    redraw(work, incident, outside=True)
    return revived


def _incident_of(work: Work, room: str) -> int | None:
    return work.session.scalars(select(Incident.id).where(Incident.room == room)).one_or_none()
