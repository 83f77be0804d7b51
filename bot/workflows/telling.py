"""Who hears of a change: the people in the room, and (for public incidents only) those who follow the announcement."""

from collections.abc import Mapping
from typing import Any

from bot.effects import RefreshAnnouncement, RefreshCard, RefreshReview, RefreshTopic, Say
from bot.workflows import people
from db.models import Incident
from db.records import Brief
from db.store import Work


def say(work: Work, incident: Incident | Brief, what: str, values: Mapping[str, Any], *, aloud: bool = False) -> None:
    """Say it in the room; `aloud` also in the announcement's thread, which a private incident does not have."""
    work.tell(Say(incident=incident.id, place="room", what=what, values=dict(values)))
    if aloud and not incident.private:
        work.tell(Say(incident=incident.id, place="announcement", what=what, values=dict(values)))


def whisper(work: Work, incident: Incident, user: str, what: str, values: Mapping[str, Any]) -> None:
    """Say it to one person, in their direct messages with the bot. The caller leaves out what they may not know.

    Who is no Slack user (an incident may be declared at a shell) has none: the room hears it.
    """
    if not people.is_in_slack(user):
        say(work, incident, what, values)
        return
    work.tell(Say(incident=incident.id, place="person", user=user, what=what, values=dict(values)))


def redraw(work: Work, incident: Incident | Brief, *, outside: bool = False, document: bool = False) -> None:
    """The card (and the review document, until it is signed) is to show what the database says now.

    `outside` says that phase, severity, roles or the end changed: what the topic and the announcement show too.
    `document` says that the review itself changed, also if it is signed now.
    """
    work.tell(RefreshCard(incident=incident.id))
    if outside:
        work.tell(RefreshTopic(incident=incident.id))
    if outside and not incident.private:
        work.tell(RefreshAnnouncement(incident=incident.id))
    work.tell(RefreshReview(incident=incident.id), only_if=None if document else "unsigned")
