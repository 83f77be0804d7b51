"""What is said once in Slack: in a room, in a thread, or to one person."""

from bot.carry.card import announce
from bot.carry.showing import LATE, ROOM_SOON
from bot.effects import React, Say, ShowMenu
from bot.errand import Errand, Learned, nothing
from bot.errors import NotYet, SlackRefused
from bot.slack import WHO_LEFT
from bot.views import lists, messages
from bot.workflows import leadership, risks, rooms
from db import queries

LEADING_TO_THE_ROOM = frozenset({"leadership", "customers_asked", "role_yours", "role_wanted"})


def say(effect: Say, errand: Errand) -> Learned:
    """Say a thing once: in the room, in the announcement's thread, or to one person."""
    slack, policy = errand.parts.slack, errand.parts.policy
    incident = errand.incident() if effect.incident is not None else None
    waited = errand.parts.clock.now() - errand.claimed.told_at
    late, values = waited > LATE, effect.values
    if incident and effect.place == "person" and effect.what in LEADING_TO_THE_ROOM:
        if incident.room is None and waited < ROOM_SOON:
            raise NotYet("the room that it leads to is being opened")
        values = {**values, "room": incident.room}
    message = messages.say(
        effect.what,
        values,
        incident=incident,
        policy=policy,
        happened=errand.claimed.told_at if late else None,
    )
    learned: Learned = nothing
    thread: str | None = None
    if effect.place == "person":
        assert effect.user is not None
        try:
            channel = slack.direct_messages_with(effect.user)
        except SlackRefused as refusal:
            if refusal.code not in WHO_LEFT:
                raise
            return _unheard(effect, effect.user, refusal)
    elif effect.place == "announcement":
        channel, thread, learned = announce(errand.record(), errand)
    else:
        assert incident is not None
        if incident.room is None:
            raise SlackRefused(
                "chat.postMessage", "no_room", "the room was never opened; `/incident repair` tries again"
            )
        if incident.room_lost:
            raise SlackRefused("chat.postMessage", "room_lost", "the room was deleted, or the bot was taken out of it")
        if incident.room_archived:
            return nothing  # Nobody reads there, and Slack refuses; the timeline has it.
        channel = incident.room
    slack.post(
        channel, message.arguments(), key=f"say:{errand.claimed.uid}", thread=thread, look_since=errand.look_since
    )
    if incident and effect.what == "leadership" and effect.place == "person":
        number, user = incident.id, effect.user or ""
        return lambda work: leadership.messaged(work, number=number, user=user)
    return learned


def _unheard(effect: Say, user: str, refusal: SlackRefused) -> Learned:
    """Whoever was to be told has left: the incident's room hears it, or whoever else is asked about the risk."""
    if effect.incident is not None:
        return lambda work: rooms.nobody_heard(work, user=user, said=effect)
    number = effect.values.get("risk")
    if not isinstance(number, int):
        raise refusal
    return lambda work: risks.nobody_heard(work, user=user, number=number)


def show_menu(effect: ShowMenu, errand: Errand) -> Learned:
    """Put the buttons into the thread where somebody asked for them: slash commands do not work there."""
    parts = errand.parts
    if effect.incident is not None:
        menu = lists.menu_in_room(errand.record(), parts.policy)
    else:
        with parts.store.read() as session:
            public = [incident for incident in queries.incidents_open(session) if not incident.private]
        menu = lists.menu_elsewhere(public, [], parts.policy)
    key = f"menu:{errand.claimed.uid}"
    parts.slack.post(effect.channel, menu.arguments(), key=key, thread=effect.thread, look_since=errand.look_since)
    return nothing


def react(effect: React, errand: Errand) -> Learned:
    """Show the person who pinned a message that it is on the timeline."""
    errand.parts.slack.react(effect.channel, effect.ts, effect.emoji)
    return nothing
