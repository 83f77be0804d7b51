"""E-mail to people of the house."""

import json

from bot.carry.showing import LATE, ROOM_SOON
from bot.effects import SendMail
from bot.errand import Errand, Learned, meet
from bot.errors import MailRefused, NotYet
from bot.mail import Mail
from bot.parts import Parts
from bot.views import letters
from bot.workflows import leadership
from bot.workflows.people import remember
from db import queries
from db.records import PersonRecord, users_in
from db.store import Work

# https://docs.slack.dev/interactivity/deep-linking: opens a channel in the app or, without it, in the browser.
ROOM_LINK = "https://slack.com/app_redirect?channel="


def send_mail(effect: SendMail, errand: Errand) -> Learned:
    """Hand an e-mail to the mail server."""
    parts = errand.parts
    if parts.mailer is None:  # There was one when it was told.
        raise MailRefused("no mail server is configured: set TOCSIN_SMTP_URL, then `tocsin deliveries retry`")
    incident = errand.incident() if effect.incident is not None else None
    waited = parts.clock.now() - errand.claimed.told_at
    if incident and incident.room is None and waited < ROOM_SOON and not parts.health.degraded:
        raise NotYet("the room that it leads to is being opened")
    known, newly_known = _people_of(effect, parts)
    link = {"room_link": ROOM_LINK + incident.room} if incident and incident.room else {}
    letter = letters.letter(
        effect.what,
        {**effect.values, **link},
        policy=parts.policy,
        people=known,
        happened=errand.claimed.told_at if waited > LATE else None,
    )
    answers_to = known.get(effect.reply_to or "")
    parts.mailer.send(
        Mail(
            uid=errand.claimed.uid,
            to=effect.to,
            name=effect.name,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            incident=incident.key if incident else None,
            thread=effect.thread or (incident.uid if incident else None),
            opens=effect.opens,
            reply_to=(answers_to.name, answers_to.email) if answers_to and answers_to.email else None,
        )
    )

    def learned(work: Work) -> None:
        for person in newly_known:
            remember(work, person)
        if incident and effect.what == "leadership":
            leadership.mailed(work, number=incident.id, to=effect.to)

    return learned


def _people_of(effect: SendMail, parts: Parts) -> tuple[dict[str, PersonRecord], list[PersonRecord]]:
    """Whom the mail names, by id, and whom of them Slack was asked about. An id instead of a name delays no mail."""
    with parts.store.read() as session:
        known = queries.people(session, users_in(json.dumps(effect.values)) | {effect.reply_to or ""})
    named = (effect.values.get(name) for name in ("declared_by", "commander", "comms", "user", "by"))
    found = meet({user for user in named if user and user not in known}, parts)
    return known | {person.user: person for person in found}, found
