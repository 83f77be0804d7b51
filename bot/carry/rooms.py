"""An incident's room: opened, people brought in, and compared with the record."""

from collections.abc import Iterable

from sqlalchemy import select

from bot.carry.showing import is_out_of_reach
from bot.effects import CheckRoom, Invite
from bot.errand import Errand, Learned, nothing
from bot.errors import SlackRefused
from bot.parts import Parts
from bot.workflows import people, permissions, rooms, wording
from db.models import Incident
from db.store import Work


def open_room(errand: Errand) -> Learned:
    """Make the channel, or adopt the one that an earlier attempt made."""
    incident = errand.incident()
    if incident.room is not None:
        return nothing
    room, name = errand.parts.slack.open_room(
        lambda attempt: wording.room_name(
            incident.id,
            incident.title,
            private=incident.private,
            attempt=attempt,
            prefix=errand.parts.policy.rooms.prefix,
        ),
        private=incident.private,
        since=incident.declared_at,
        known=lambda channel: _is_a_room(errand.parts, channel),
    )
    return lambda work: rooms.opened(work, number=incident.id, room=room, name=name)


def _is_a_room(parts: Parts, channel: str) -> bool:
    with parts.store.read() as session:
        return session.scalar(select(Incident.id).where(Incident.room == channel)) is not None


def invite(effect: Invite, errand: Errand) -> Learned:
    """Bring people in; whom Slack refuses is told in the room."""
    incident = errand.incident()
    if incident.room is None:
        return nothing  # `rooms.opened` invites everybody.
    if is_out_of_reach(incident):
        return nothing  # So does `rooms.found`.
    users, failures = _one_by_one(effect.users, errand.parts)
    failures |= errand.parts.slack.invite(incident.room, users)
    came = [user for user in users if user not in failures]

    def learned(work: Work) -> None:
        for user in came:
            rooms.joined(work, room=incident.room or "", user=user)
        if failures:
            rooms.not_invited(work, number=incident.id, failures=failures)

    return learned


def _one_by_one(ids: Iterable[str], parts: Parts) -> tuple[list[str], dict[str, str]]:
    """The people meant by the ids of people and user groups; and the groups that Slack says no about, with its code."""
    users: dict[str, None] = {}
    failures: dict[str, str] = {}
    for one in ids:
        if one in permissions.only_groups([one]):
            try:
                users.update(dict.fromkeys(sorted(parts.slack.members_of_group(one))))
            except SlackRefused as refusal:
                failures[one] = refusal.code
        elif people.is_in_slack(one):
            users[one] = None
    return list(users), failures


def learn_members(errand: Errand) -> Learned:
    """Ask who is in the room, and believe it."""
    incident = errand.incident()
    if incident.room is None or incident.room_lost:
        return nothing
    users, room = errand.parts.slack.members(incident.room), incident.room
    return lambda work: rooms.members_are(work, room=room, users=users)


def check_room(effect: CheckRoom, errand: Errand) -> Learned:
    """Compare the room and its card with the record. Two calls when all is well; nothing is listed or read.

    One call after an outage if the card was shown since: it is there. That nobody unpinned it is for the next hour's look.
    """
    incident, slack = errand.incident(), errand.parts.slack.at_leisure()
    room = incident.room
    if room is None or not (incident.phase.is_open or effect.anew):
        return nothing
    found = slack.look_at(room)
    if found is None:
        return lambda work: rooms.lost(work, number=incident.id, room=room, anew=effect.anew)
    came_back = not found.inside and not found.archived
    if came_back:
        slack.join(room)  # A private room that the bot is not in is not found.
    card_gone = False
    if incident.card_ts is not None and not found.archived:
        known = effect.away_from is not None and errand.card_shown_since(effect.away_from)
        card_gone = not known and not slack.pin(room, incident.card_ts)
    return lambda work: rooms.found(
        work,
        number=incident.id,
        room=room,
        name=found.name,
        is_archived=found.archived,
        came_back=came_back,
        card_gone=card_gone,
        draw_anew=effect.anew,
    )
