"""Messages on the timeline: a 📌, a shortcut, and what becomes of the message afterwards."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.commands.asking import Form, Heard, Reply, number_in, plain, seen
from bot.errors import Refused, SlackError
from bot.parts import Parts
from bot.views import modals
from bot.workflows import pins
from db import queries
from db.store import Work

log = logging.getLogger(__name__)
CARRIED_MOST = 2500
AN_ID = re.compile(r"[A-Z0-9]{1,32}")
EMOJI = ("pushpin", "round_pushpin")


@dataclass(frozen=True)
class Source:
    """A message as it is put on a timeline: where it is, who wrote it, and what."""

    channel: str
    ts: str
    author: str
    text: str
    link: str


def reacted(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """A 📌 on a message in a room puts it on the timeline; elsewhere it means nothing to us."""
    event = body["event"]
    item = event["item"]
    if event["reaction"] not in EMOJI or item.get("type") != "message":
        return None
    with parts.store.read() as session:
        incident = queries.incident_of_room(session, item["channel"])
        if incident is None or queries.is_pinned(session, item["channel"], item["ts"], incident.id):
            return None
    message = parts.quick.message(item["channel"], item["ts"])
    if message is None:
        return None
    source, number = source_of(parts, item["channel"], message), incident.id

    def heard(work: Work) -> None:
        place(work, number, event["user"], source, here=True)

    return heard


def changed(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """A message was edited or deleted: if it is on a timeline, that is a new entry there."""
    event = body["event"]
    message = event.get("message") or {}
    if event.get("subtype") == "message_deleted" or message.get("subtype") == "tombstone":
        # A deleted message that has replies stays as a tombstone: Slack calls that a change.
        ts = event.get("deleted_ts") or message["ts"]
        author = (event.get("previous_message") or {}).get("user", "")
        return lambda work: pins.deleted(work, channel=event["channel"], ts=ts, author=author)
    if event.get("subtype") == "message_changed" and "ts" in message:
        edit = message.get("edited") or {}
        by, edited_ts = edit.get("user") or message.get("user", ""), edit.get("ts") or event["event_ts"]
        text = plain(message.get("text", ""))
        return lambda work: pins.edited(
            work, channel=event["channel"], ts=message["ts"], by=by, text=text, edited_ts=edited_ts
        )
    return None


def shortcut(parts: Parts, body: Mapping[str, Any]) -> Reply:
    """The shortcut “Add to timeline”: in a room at once, elsewhere it asks for the incident."""
    user, channel, message = body["user"]["id"], body["channel"]["id"], body["message"]
    with parts.store.read() as session:
        incident = queries.incident_of_room(session, channel)
        choice = [] if incident else queries.incidents_open(session, user, limit=100)
    if incident is None:
        if not choice:
            raise Refused("No incident is open. The shortcut “Declare from message” begins one with this message.")
        return modals.pick(choice, {"channel": channel, "message": kept(message)})
    source = source_of(parts, channel, message)
    with parts.store.begin() as work:
        placed = place(work, incident.id, user, source, here=True)
    return f"{'It is' if placed else 'It was already'} on the timeline of {incident.key}."


def picked(parts: Parts, form: Form) -> None:
    """The incident was chosen."""
    incident = seen(parts, number_in(form.option("incident")), form)
    source = source_of(parts, form.about["source"]["channel"], form.about["source"]["message"])
    with form.begin(parts) as work:
        if not place(work, incident.id, form.user, source, here=False):
            raise Refused(f"It is on the timeline of {incident.key} already.")


def kept(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a form can carry of a message: 3,000 characters of JSON in all."""
    kept = {key: message[key] for key in ("ts", "user", "bot_id") if key in message}
    text = message.get("text", "")
    while len(json.dumps(text)) > CARRIED_MOST:
        text = text[: len(text) * 9 // 10]
    return kept | {"text": text}


def source_of(parts: Parts, channel: str, message: Mapping[str, Any]) -> Source:
    """The message with its address, asked now. Without one if Slack does not say: the bot need not be in the channel."""
    try:
        link = parts.quick.permalink(channel, message["ts"])
    except SlackError as error:
        log.info("no link to a message: %s", error)
        link = ""
    wrote = message.get("user") or message.get("bot_id") or ""
    author = wrote if AN_ID.fullmatch(wrote) else "unknown"
    return Source(channel, message["ts"], author, plain(message.get("text", "")), link)


def place(work: Work, number: int, by: str, source: Source, *, here: bool) -> bool:
    """Put the message on the timeline. False: it was there already."""
    return pins.place(
        work,
        number=number,
        by=by,
        channel=source.channel,
        ts=source.ts,
        author=source.author,
        text=source.text,
        at=datetime.fromtimestamp(float(source.ts), UTC),
        link=source.link,
        here=here,
    )


FORMS = {"pin.placed": picked}
SHORTCUTS = {"pin.add": shortcut}
EVENTS = {"reaction_added": reacted, "message": changed}
