"""Messages on the timeline: a 📌, a shortcut, and what becomes of the message afterwards."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.commands.asking import Form, Heard, Reply, plain, seen
from bot.errors import Refused
from bot.parts import Parts
from bot.views import modals
from bot.workflows import pins
from db import queries
from db.records import IncidentRecord
from db.store import Work

CARRIED_MOST = 2500
EMOJI = ("pushpin", "round_pushpin")


def reacted(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """A 📌 on a message in a room puts it on the timeline; elsewhere it means nothing to us."""
    event = body["event"]
    item = event["item"]
    if event["reaction"] not in EMOJI or item.get("type") != "message":
        return None
    with parts.store.read() as session:
        incident = queries.incident_of_room(session, item["channel"])
        if incident is None or queries.pin(session, item["channel"], item["ts"]) is not None:
            return None
    message = parts.slack.message(item["channel"], item["ts"])
    if message is None:
        return None
    return _placing(parts, incident, event["user"], item["channel"], message)


def changed(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """A message was edited or deleted: if it is on a timeline, that is a new entry there."""
    event = body["event"]
    match event.get("subtype"):
        case "message_changed" if "message" in event:
            message = event["message"]
            by = (message.get("edited") or {}).get("user") or message.get("user", "")
            return lambda work: pins.edited(
                work, channel=event["channel"], ts=message["ts"], by=by, text=plain(message.get("text", ""))
            )
        case "message_deleted":
            by = (event.get("previous_message") or {}).get("user", "")
            return lambda work: pins.deleted(work, channel=event["channel"], ts=event["deleted_ts"], by=by)
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
        return modals.pick(choice, {"channel": channel, "message": _kept(message)})
    placing = _placing(parts, incident, user, channel, message)
    with parts.store.begin() as work:
        placing(work)
    return f"On the timeline of {incident.key}."


def picked(parts: Parts, form: Form) -> None:
    """The incident was chosen."""
    source = form.about["source"]
    incident = seen(parts, int(form.option("incident")), form)
    placing = _placing(parts, incident, form.user, source["channel"], source["message"], here=False)
    with parts.store.begin() as work:
        placing(work)


def _kept(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a form can carry of a message: 3,000 characters of JSON in all."""
    kept = {key: message[key] for key in ("ts", "user", "bot_id") if key in message}
    text = message.get("text", "")
    while len(json.dumps(text)) > CARRIED_MOST:
        text = text[: len(text) * 9 // 10]
    return kept | {"text": text}


def _placing(
    parts: Parts,
    incident: IncidentRecord,
    by: str,
    channel: str,
    message: Mapping[str, Any],
    *,
    here: bool = True,
) -> Heard:
    ts = message["ts"]
    link = parts.slack.permalink(channel, ts)
    author = message.get("user") or message.get("bot_id") or "unknown"

    def place(work: Work) -> None:
        pins.place(
            work,
            number=incident.id,
            by=by,
            channel=channel,
            ts=ts,
            author=author,
            text=plain(message.get("text", "")),
            at=datetime.fromtimestamp(float(ts), UTC),
            link=link,
            here=here,
        )

    return place


FORMS = {"pin.placed": picked}
SHORTCUTS = {"pin.add": shortcut}
EVENTS = {"reaction_added": reacted, "message": changed}
