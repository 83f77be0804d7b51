"""Messages on the timeline: put there by a 📌 or a shortcut, followed when they are edited or deleted."""

from datetime import datetime

from bot.effects import React
from bot.workflows.telling import redraw
from db.enums import EntryKind
from db.models import Pin
from db.store import Work

ON_THE_TIMELINE = "white_check_mark"


def place(
    work: Work,
    *,
    number: int,
    by: str,
    channel: str,
    ts: str,
    author: str,
    text: str,
    at: datetime,
    link: str,
    here: bool = True,
) -> bool:
    """Put the message on the timeline, with its author, time and link. False: it was there already.

    `here` says that the bot is in the message's channel, and may show its ✅ there.
    """
    incident = work.incident(number)
    if not work.insert_once(Pin, channel=channel, ts=ts, incident_id=number, text=text, deleted=False):
        return False
    work.note(incident, EntryKind.PINNED, text, by=author, at=at, data={"link": link, "placed_by": by})
    if here:
        work.tell(React(incident=number, channel=channel, ts=ts, emoji=ON_THE_TIMELINE))
    redraw(work, incident)
    return True


def edited(work: Work, *, channel: str, ts: str, by: str, text: str) -> None:
    """A message on a timeline says something else now: a new entry, the old one stays."""
    pin = work.session.get(Pin, (channel, ts))
    if pin is None or pin.text == text:
        return
    incident = work.incident(pin.incident_id)
    work.note(incident, EntryKind.EDITED, text, by=by, data={"was": pin.text})
    pin.text = text
    redraw(work, incident)


def deleted(work: Work, *, channel: str, ts: str, by: str) -> None:
    """A message on a timeline is gone from Slack: the timeline keeps it and says so."""
    pin = work.session.get(Pin, (channel, ts))
    if pin is None or pin.deleted:
        return
    incident = work.incident(pin.incident_id)
    work.note(incident, EntryKind.DELETED, pin.text, by=by)
    pin.deleted = True
    redraw(work, incident)
