"""Pictures: the timeline, drawn and shared; and how any picture is."""

import logging
from datetime import datetime

from bot.carry.showing import is_out_of_reach, when_told
from bot.effects import SharePicture
from bot.errand import Errand, Learned, nothing
from bot.errors import SlackRefused
from bot.slack import NO_FILES, WHO_LEFT
from bot.views import pictures
from db.records import Record, ReviewRecord

log = logging.getLogger(__name__)


def share_picture(effect: SharePicture, errand: Errand) -> Learned:
    """Draw the timeline, and show it to whoever asked, or in the room; a private incident's in its room alone."""
    record, slack = errand.record(with_timeline=True), errand.parts.slack
    incident, review = record.incident, record.review
    text = f"Timeline of {incident.key}, asked for {when_told(errand)}"
    if effect.user is not None and not incident.private:
        try:
            draw(record, errand, slack.direct_messages_with(effect.user), text, look_since=errand.look_since)
        except SlackRefused as refusal:
            if refusal.code not in WHO_LEFT:
                raise
    elif incident.room is None or is_out_of_reach(incident):
        pass  # It is shown nowhere else, and there it cannot be.
    elif effect.user is not None:
        draw(record, errand, incident.room, text, look_since=errand.look_since)
    elif review is not None:
        _draw_with_review(record, review, errand, incident.room)
    return nothing


def _draw_with_review(record: Record, review: ReviewRecord, errand: Errand, room: str) -> None:
    """There is one picture with the review: that of a newer version takes the place of the one before."""
    begun = f"Timeline of {record.incident.key}, drawn for its review"
    texts = [begun, *(f"{begun}, version {number}" for number in range(1, review.version + 1))]
    since = review.created_at
    draw(record, errand, room, texts[-1], look_since=None if errand.first_try else since)
    if texts[:-1]:
        errand.parts.slack.take_away(room, None, texts[:-1], since=since)


def draw(
    record: Record,
    errand: Errand,
    channel: str,
    text: str,
    *,
    thread: str | None = None,
    look_since: datetime | None = None,
) -> None:
    """Share the timeline's picture under this text."""
    picture = pictures.timeline(record, errand.parts.policy, now=errand.parts.clock.now())
    name = f"{record.incident.key}-timeline.png"
    upload_picture(errand, channel, text, name, picture, thread=thread, look_since=look_since)


def upload_picture(
    errand: Errand,
    channel: str,
    text: str,
    name: str,
    picture: pictures.Picture,
    *,
    thread: str | None = None,
    look_since: datetime | None = None,
) -> tuple[str, ...]:
    """Share it; gives the file's id, none where Slack takes no files: what it shows is said in words beside it."""
    slack, files = errand.parts.slack, {name: picture.png}
    try:
        return slack.upload(channel, thread, text, files, alt=picture.alt, look_since=look_since)
    except SlackRefused as refusal:
        if refusal.code not in NO_FILES:
            raise
        log.warning("%s is not shown: %s", name, refusal)
        return ()
