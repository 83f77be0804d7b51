"""What the bot knows of people, and who may be given something to do."""

import re
from collections.abc import Sequence

from bot.errors import Refused
from bot.workflows import wording
from db import queries
from db.models import Person
from db.records import PersonRecord
from db.store import Work

USER = re.compile(r"[UW][A-Z0-9]+")
NAME_MOST, EMAIL_MOST, ZONE_MOST = 200, 320, 64


def is_in_slack(user: str) -> bool:
    """Whether this is a Slack user's id, and not the name of somebody at a shell or of an alert's sender."""
    return USER.fullmatch(user) is not None


def remember(work: Work, person: PersonRecord) -> None:
    """Keep what Slack said about a person, so that names need no call. What does not fit is no name, address or zone."""
    work.session.merge(
        Person(
            user=person.user,
            name=wording.clipped(person.name, NAME_MOST) or person.user,
            email=_if_it_fits(person.email, EMAIL_MOST),
            zone=_if_it_fits(person.zone, ZONE_MOST),
            active=person.active,
            bot=person.bot,
            fetched_at=work.now,
        )
    )


def _if_it_fits(text: str | None, most: int) -> str | None:
    return text if text and len(text) <= most and wording.clipped(text, most) == text else None


def present(work: Work, users: Sequence[str]) -> list[str]:
    """Those who are here: not away, and not known to have left. In the order in which they were asked for."""
    if not users:
        return []
    known, away = queries.people(work.session, users), queries.away(work.session, users, work.now)
    return [user for user in users if user not in away and (user not in known or known[user].active)]


def check_can_act(person: PersonRecord) -> None:
    """Refuse people who cannot act: those who left, and bots."""
    if not person.active:
        raise Refused(f"{person.name} has left this workspace. Choose somebody else.")
    if person.bot:
        raise Refused(f"{person.name} is a bot. Roles and actions are for people.")
