"""The review document: as messages and files in the room, as its canvas, and shared below the announcement."""

import logging
from collections.abc import Sequence
from datetime import datetime

from bot.carry.card import announce
from bot.carry.named import people_in
from bot.carry.pictures import draw
from bot.carry.showing import is_out_of_reach, show, when_told
from bot.errand import Errand, Learned, nothing, remembering
from bot.errors import SlackRefused, SlackUnclear
from bot.slack import NO_FILES, is_against_canvases
from bot.views import document
from bot.views.kit import Message
from bot.workflows import rooms
from db.records import IncidentRecord, PersonRecord, Record

log = logging.getLogger(__name__)


def refresh_review(errand: Errand) -> Learned:
    """Bring the review document's messages up to date: update, add at the end, take away what is too many.

    What is too long for a few messages is in files below the first: the old ones are taken away, and new ones put there.
    """
    record, slack = errand.document_record(), errand.parts.slack
    incident, review = record.incident, record.review
    if review is None or incident.room is None or is_out_of_reach(incident):
        return nothing
    now, policy = errand.parts.clock.now(), errand.parts.policy
    excerpt = document.excerpt(record, policy, now=now)
    posted = _show_pages(errand, incident, review.pages, excerpt.pages)
    files, met = tuple[str, ...](), list[PersonRecord]()
    if review.files or not excerpt.is_whole or errand.look_since:
        slack.take_away(incident.room, posted[0], (_about_files(record),), review.files)
    if not excerpt.is_whole:
        files, met = _upload(errand, record, incident.room, posted[0], _about_files(record))
        if not files:
            posted = _show_pages(errand, incident, posted, document.pages(record, policy, now=now))
    canvas = policy.review.canvas
    return remembering(
        met, lambda work: rooms.review_posted(work, number=incident.id, pages=posted, files=files, canvas=canvas)
    )


def _show_pages(
    errand: Errand, incident: IncidentRecord, known_pages: Sequence[str], pages: Sequence[Message]
) -> list[str]:
    slack, room = errand.parts.slack, incident.room
    assert room is not None
    posted: list[str] = []
    for place, page in enumerate(pages):
        known = known_pages[place] if place < len(known_pages) else None
        if known is not None and posted and known < posted[-1]:
            slack.delete(room, known)  # A page before it had to be posted anew, and now stands below it.
            known = None
        key = f"review:{incident.uid}:{place}"
        posted.append(show(errand, room, known, page.arguments(), key=key, since=incident.declared_at))
    for surplus in known_pages[len(pages) :]:
        slack.delete(room, surplus)
    return posted


def refresh_canvas(errand: Errand) -> Learned:
    """Write the review document into the room's canvas. The messages have all of it: without a canvas nothing is lost.

    Where Slack has none for us (a plan without canvases, the feature or the scope missing, somebody else's canvas in the
    room), that is noted once, and nobody asks again.
    """
    record, parts = errand.document_record(), errand.parts
    incident, review = record.incident, record.review
    if review is None or incident.room is None or is_out_of_reach(incident):
        return nothing
    if review.canvas_refused or not parts.policy.review.canvas:
        return nothing
    known, met = people_in(record, parts)
    text, title = document.canvas(record, parts.policy, known, now=parts.clock.now()), document.title(record)
    try:
        canvas = parts.slack.at_leisure().write_canvas(
            incident.room, review.canvas, title, text, was_tried=not errand.first_try
        )
    except (SlackRefused, SlackUnclear) as refusal:
        error = refusal.code
        if not is_against_canvases(error):
            raise
        log.warning("the review of %s has no canvas: %s", incident.key, refusal)
        return lambda work: rooms.canvas_refused(work, number=incident.id, error=error)
    if canvas == review.canvas:
        return remembering(met)
    return remembering(met, lambda work: rooms.canvas_written(work, number=incident.id, canvas=canvas))


def share_review(errand: Errand) -> Learned:
    """Post the document's pages into the announcement's thread, and below them what is too long for a few messages."""
    record, parts = errand.document_record(), errand.parts
    channel, thread, learned = announce(record, errand)
    since, now = errand.look_since, parts.clock.now()
    shown = document.excerpt(record, parts.policy, now=now)
    pages = shown.pages
    if not shown.is_whole:
        about = f"{_about_files(record)}, shared {when_told(errand)}"
        files, _ = _upload(errand, record, channel, thread, about, look_since=since)
        pages = pages if files else document.pages(record, parts.policy, now=now)
    for place, page in enumerate(pages):
        key = f"share:{errand.claimed.uid}:{place}"
        parts.slack.post(channel, page.arguments(), key=key, thread=thread, look_since=since)
    draw(
        record,
        errand,
        channel,
        f"Timeline of {record.incident.key}, shared {when_told(errand)}",
        thread=thread,
        look_since=since,
    )
    return learned


def _upload(
    errand: Errand, record: Record, channel: str, thread: str, about: str, *, look_since: datetime | None = None
) -> tuple[tuple[str, ...], list[PersonRecord]]:
    """The whole document as files in a thread; gives their ids, none where Slack takes no files, and whom we met."""
    parts = errand.parts
    known, met = people_in(record, parts)
    files = document.files(record, parts.policy, known, now=parts.clock.now())
    try:
        return parts.slack.upload(channel, thread, about, files, look_since=look_since), met
    except SlackRefused as refusal:
        if refusal.code not in NO_FILES:
            raise
        log.warning("the review of %s is posted whole, however long it is: %s", record.incident.key, refusal)
        return (), met


def _about_files(record: Record) -> str:
    return f"The whole review of {record.incident.key}"
