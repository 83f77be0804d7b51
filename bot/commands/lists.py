"""Looking: what is open, how it stands, what happened, what can be done, what waits for me."""

from collections.abc import Mapping
from typing import Any

from bot.commands.asking import Click, Doing, Heard, Reply, Typed, meant, record_of, seen
from bot.effects import SharePicture, ShowMenu
from bot.membership import sees_everything
from bot.parts import Parts
from bot.views import card, lists, waiting
from bot.workflows import homes, owing
from db import queries


def menu(parts: Parts, asked: Typed) -> Reply:
    """`/incident` alone: in a room what can be done now; elsewhere declare, open incidents, what waits for you."""
    viewer = viewer_of(parts, asked.user)
    with parts.store.read() as session:
        here = asked.channel and queries.incident_of_room(session, asked.channel)
        if not here:
            incidents = queries.incidents_open(session, viewer)
            now = parts.clock.now()
            owed = waiting.items(owing.by(session, asked.user, policy=parts.policy, now=now), parts.policy, now)
            return lists.menu_elsewhere(incidents, owed, parts.policy)
    return lists.menu_in_room(record_of(parts, seen(parts, here.id, asked).id), parts.policy)


def open_incidents(parts: Parts, asked: Doing) -> Reply:
    """`/incident list`, and its button."""
    viewer = viewer_of(parts, asked.user)
    with parts.store.read() as session:
        incidents, count = queries.incidents_open(session, viewer), queries.count_open(session, viewer)
    return lists.open_incidents(incidents, parts.policy, count=count)


def status(parts: Parts, asked: Typed) -> Reply:
    """`/incident status`: the card, for this person alone."""
    incident, _ = meant(parts, asked)
    mail = parts.settings.smtp is not None
    record = record_of(parts, incident.id, with_timeline=False)
    return card.card(record, parts.policy, mail_configured=mail, now=parts.clock.now())


def timeline(parts: Parts, asked: Typed) -> Reply:
    """`/incident timeline`, the oldest first. It comes as a picture, too."""
    incident, _ = meant(parts, asked)
    return _timeline(parts, incident.id, asked)


def timeline_clicked(parts: Parts, click: Click) -> Reply:
    """The card's [Timeline]."""
    seen(parts, click.number, click)
    return _timeline(parts, click.number, click)


def _timeline(parts: Parts, number: int, asked: Doing) -> Reply:
    """The answer that one person sees holds no file, so the picture comes beside it.

    A private incident's is shown in its room alone, when somebody asks there.
    """
    record = record_of(parts, number)
    incident = record.incident
    in_reach = incident.room is not None and not (incident.room_archived or incident.room_lost)
    if not incident.private:
        where = lists.PictureComes.TO_YOU
    elif in_reach and asked.channel == incident.room:
        where = lists.PictureComes.IN_ROOM
    else:
        where = lists.PictureComes.ONLY_IN_ROOM
    if where is not lists.PictureComes.ONLY_IN_ROOM:
        with parts.store.begin() as work:
            work.tell(SharePicture(incident=number, user=asked.user))
    return lists.timeline(record, parts.policy, picture=where)


def show_help(parts: Parts, asked: Doing) -> Reply:
    """`/incident help`."""
    return lists.help_text(parts.policy)


def mentioned(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """Somebody mentions the bot: the buttons come into that thread, since slash commands do not work there."""
    event = body["event"]
    channel, thread = event["channel"], event.get("thread_ts") or event["ts"]
    with parts.store.read() as session:
        here = queries.incident_of_room(session, channel)
    return lambda work: work.tell(ShowMenu(incident=here.id if here else None, channel=channel, thread=thread))


def home_opened(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """Somebody opens the bot's home page: it is drawn for them, and goes on being drawn while they may be looking."""
    event = body["event"]
    if event.get("tab") != "home":
        return None
    return lambda work: homes.opened(work, user=event["user"])


def look_again(parts: Parts, user: str) -> None:
    """Somebody has clicked there."""
    with parts.store.begin() as work:
        homes.opened(work, user=user)


def viewer_of(parts: Parts, user: str) -> str | None:
    """Through whose eyes the lists are seen: the person's, or nobody's in particular when they may see everything."""
    return None if sees_everything(parts, user) else user


TYPED = {"": menu, "list": open_incidents, "status": status, "timeline": timeline, "help": show_help}
CLICKS = {"lists.open": open_incidents, "lists.timeline": timeline_clicked, "lists.help": show_help}
EVENTS = {"app_mention": mentioned, "app_home_opened": home_opened}
