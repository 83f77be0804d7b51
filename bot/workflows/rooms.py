"""What came back from Slack: facts about rooms, cards and who is where."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, select, update

from bot.effects import (
    CheckRoom,
    Invite,
    LearnMembers,
    OpenRoom,
    RefreshCanvas,
    RefreshHomes,
    RefreshTopic,
    Say,
    SharePicture,
)
from bot.workflows import people, wording
from bot.workflows.telling import redraw, say, whisper
from db import outbox, queries
from db.enums import EntryKind
from db.models import Base, Incident, Member, Person, Review, SeenEvent, SlackId
from db.store import Work

ROOMS_MOST = 1000
# Direct messages that say to one person what the room knows: what it hears instead, and of what it is told.
UNHEARD: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "leadership": ("nobody_heard", ()),
    "role_yours": ("role_unheard", ("role",)),
    "role_passed": (None, ()),
    "role_wanted": (None, ()),
}
# What we know by ourselves counts as a minute old: whatever Slack says about the last minute is newer.
MEMBERS_ASKED_AGO = timedelta(minutes=1)
# Where things stand in Slack is not sealed: it is written past the session, which would read the whole incident first.
_INCIDENTS = Base.metadata.tables[Incident.__tablename__]
_MINE = update(_INCIDENTS).where(_INCIDENTS.c.id == bindparam("number", type_=Integer()))
_CARD = _MINE.values(card_ts=bindparam("ts"))
_ANNOUNCEMENT = _MINE.values(announced_in=bindparam("channel"), announcement_ts=bindparam("ts"))
_OF_ROOM = select(Incident.id).where(Incident.room == bindparam("room", type_=SlackId))


def first_time(work: Work, event_id: str) -> bool:
    """Whether this event of Slack's is new. It is old from now on, if this transaction is committed."""
    return work.insert_once(SeenEvent, event_id=event_id, at=work.now)


def opened(work: Work, *, number: int, room: str, name: str) -> None:
    """The room is there: show the card, and bring in everybody who belongs there."""
    incident = work.incident(number)
    if incident.room == room:
        return
    incident.room, incident.room_name = room, name
    work.note(incident, EntryKind.ROOM, name, by="tocsin", data={"room": room})
    redraw(work, incident, outside=True)
    work.tell(Invite(incident=number, users=_belonging(work, incident)))
    outbox.revive(work.session, now=work.now, incident=number)  # What could not be said for want of a room.
    if (
        queries.review(work.session, number) is not None
    ):  # Another room than before: what stood in that one comes again.
        work.tell(SharePicture(incident=number))


def _belonging(work: Work, incident: Incident) -> tuple[str, ...]:
    """Everybody who belongs into the room: who declared, holds a role, owes something, was called by a rule, or was there."""
    concerned = queries.concerned(work.session, incident.id)
    called = [
        one for record in queries.escalations(work.session, incident.id) for one in record.orders.get("invite", ())
    ]
    return tuple(dict.fromkeys((incident.declared_by, *concerned, *called)))


def card_posted(work: Work, *, number: int, ts: str) -> None:
    """Where the card is."""
    work.connection.execute(_CARD, {"number": number, "ts": ts})


def announced(work: Work, *, number: int, channel: str, ts: str) -> None:
    """Where the announcement is."""
    work.connection.execute(_ANNOUNCEMENT, {"number": number, "channel": channel, "ts": ts})


def review_posted(work: Work, *, number: int, pages: Sequence[str], files: Sequence[str], canvas: bool) -> None:
    """The messages that hold the review document, in order, and the files below them; the `canvas` comes after them."""
    work.incident(number)
    review = work.session.get_one(Review, number)
    review.pages, review.files = list(pages), list(files)
    if canvas and not review.canvas_refused:
        work.tell(RefreshCanvas(incident=number))


def canvas_written(work: Work, *, number: int, canvas: str) -> None:
    """The canvas that the review stands in."""
    work.incident(number)
    work.session.get_one(Review, number).canvas = canvas


def canvas_refused(work: Work, *, number: int, error: str) -> None:
    """Slack has no canvas for this review, and said so with this code. Nobody asks again until it is repaired."""
    work.incident(number)
    work.session.get_one(Review, number).canvas_refused = error


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
    if number is None:
        return
    if work.incident(number).private:  # Whether they see it depends on this.
        work.tell(RefreshHomes(incident=number), only_if="watched")
    known = work.session.get(Member, (number, user))  # Locked with the incident.
    if known is None:
        work.session.add(Member(incident_id=number, user=user, present=present, as_of=at))
    elif known.as_of <= at:
        known.present, known.as_of = present, at


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
    if said.what in UNHEARD:  # The room knows what it says; that they do not is the news, if it is one.
        what, names = UNHEARD[said.what]
        if what is None:
            return
        kept = {name: value for name, value in said.values.items() if name in names}
        said = said.model_copy(update={"what": what, "values": {"user": user, **kept}})
    work.tell(said.model_copy(update={"place": "room", "user": None}))


def renamed(work: Work, *, room: str, name: str) -> None:
    """Somebody renamed the room; it stays the room."""
    number = _incident_of(work, room)
    if number is None:
        return
    incident, name = work.incident(number), wording.clipped(name, wording.SLUG_MOST)
    if name and incident.room_name != name:
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
        if is_archived and incident.phase.is_open:
            _tell_somebody(work, incident, "room_archived")
        redraw(work, incident, outside=True)


def check_all(work: Work, *, away_from: datetime | None = None) -> int:
    """Have the rooms of all open incidents compared with the record; how many. What Slack told meanwhile is lost to us.

    After an outage `away_from` is when a call last failed: whatever was shown after that needs no second look.
    """
    incidents = [one for one in queries.incidents_open(work.session, limit=ROOMS_MOST) if one.room is not None]
    for incident in incidents:
        work.tell(CheckRoom(incident=incident.id, away_from=away_from))
    return len(incidents)


def found(
    work: Work,
    *,
    number: int,
    room: str,
    name: str,
    is_archived: bool,
    came_back: bool,
    card_gone: bool,
    draw_anew: bool,
) -> None:
    """The room is there, as Slack says. `came_back`: the bot had been put out; `card_gone`: somebody deleted the card."""
    incident = work.incident(number)
    if incident.room != room:
        return
    was_lost, incident.room_lost = incident.room_lost, False
    if was_lost or came_back:
        work.note(incident, EntryKind.ROOM, name, by="tocsin", data={"came_back": True})
        work.tell(Invite(incident=number, users=_belonging(work, incident)))
        outbox.revive(work.session, now=work.now, incident=number)
    if card_gone:
        incident.card_ts = None
    renamed(work, room=room, name=name)
    archived(work, room=room, is_archived=is_archived)
    if incident.private:  # Who was removed while nobody listened must not see it any more.
        work.tell(LearnMembers(incident=number))
    if was_lost or came_back or card_gone or draw_anew:
        redraw(work, incident, outside=True)


def lost(work: Work, *, number: int, room: str, anew: bool) -> None:
    """Slack knows no such room, or lets the bot see none.

    A public room is then deleted, and another is opened. A private one may be there all the same, without the bot: its
    people are asked to bring it back, and only when they want that (`anew`) another is opened.
    """
    incident = work.incident(number)
    if incident.room != room or not incident.phase.is_open:
        return
    if incident.private and not anew:
        if not incident.room_lost:
            incident.room_lost = True
            work.note(incident, EntryKind.ROOM, "", by="tocsin", data={"lost": True})
            _tell_somebody(work, incident, "room_lost")
        return
    work.note(incident, EntryKind.ROOM, "", by="tocsin", data={"gone": True})
    incident.room = incident.room_name = incident.card_ts = None
    incident.room_archived = incident.room_lost = False
    review = work.session.get(Review, number)
    if review is not None:
        review.pages, review.files, review.canvas, review.canvas_refused = [], [], None, ""
    work.tell(OpenRoom(incident=number))


def _tell_somebody(work: Work, incident: Incident, what: str) -> None:
    """Tell the commander, or else who declared it: the room itself hears nothing any more."""
    somebody = queries.roles(work.session, incident.id).get("commander") or incident.declared_by
    if people.is_in_slack(somebody):
        whisper(work, incident, somebody, what, {"key": incident.key})


def repair(work: Work, *, number: int) -> int:
    """Try again whatever could not be delivered, and draw everything anew; how many effects were given a new life."""
    incident = work.incident(number)
    revived = outbox.revive(work.session, now=work.now, incident=number)
    if (review := work.session.get(Review, number)) is not None:
        review.canvas_refused = ""
    if incident.room is None:
        work.tell(OpenRoom(incident=number))
        redraw(work, incident, outside=True)
    else:
        work.tell(CheckRoom(incident=number, anew=True))  # What it finds is drawn anew.
    return revived


def _incident_of(work: Work, room: str) -> int | None:
    return work.session.scalars(_OF_ROOM, {"room": room}).one_or_none()
