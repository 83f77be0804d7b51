"""Messages on the timeline: put there by a 📌 or a shortcut, followed when they are edited or deleted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.effects import React
from bot.workflows import wording
from bot.workflows.telling import redraw
from db.enums import EntryKind
from db.models import Pin
from db.store import Work

ON_THE_TIMELINE = "white_check_mark"
MESSAGE_MOST = 40_000  # As long as Slack lets a message be.


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
    text = wording.optional(text, "message", most=MESSAGE_MOST)
    if not work.insert_once(Pin, channel=channel, ts=ts, incident_id=number, text=text, deleted=False):
        return False
    work.note(incident, EntryKind.PINNED, text, by=author, at=at, data={"link": link, "placed_by": by})
    if here:
        work.tell(React(incident=number, channel=channel, ts=ts, emoji=ON_THE_TIMELINE))
    redraw(work, incident)
    return True


def edited(work: Work, *, channel: str, ts: str, by: str, text: str, edited_ts: str) -> None:
    """A message on a timeline says something else now: a new entry, the old one stays.

    Slack promises no order of events: an edit that is older than the last one known (`edited_ts`) changes nothing.
    """
    for pin in _pins(work, channel, ts):
        if pin.text == text or (pin.edited_ts is not None and float(edited_ts) <= float(pin.edited_ts)):
            continue
        incident = work.incident(pin.incident_id)
        work.note(incident, EntryKind.EDITED, text, by=by, data={"was": pin.text})
        pin.text, pin.edited_ts = text, edited_ts
        redraw(work, incident)


def deleted(work: Work, *, channel: str, ts: str, author: str) -> None:
    """A message on a timeline is gone from Slack: the timeline keeps it and says so. Slack does not say who deleted it."""
    for pin in _pins(work, channel, ts):
        if pin.deleted:
            continue
        incident = work.incident(pin.incident_id)
        work.note(incident, EntryKind.DELETED, pin.text, by="tocsin", data={"author": author})
        pin.deleted = True
        redraw(work, incident)


def _pins(work: Work, channel: str, ts: str) -> Sequence[Pin]:
    question = select(Pin).where(Pin.channel == channel, Pin.ts == ts).order_by(Pin.incident_id)
    return work.session.scalars(question.execution_options(populate_existing=True)).all()
