"""What the bot knows of people, and who may be given something to do."""

from bot.errors import Refused
from db.models import Person
from db.records import PersonRecord
from db.store import Work


def remember(work: Work, person: PersonRecord) -> None:
    """Keep what Slack said about a person, so that names need no call."""
    work.session.merge(
        Person(
            user=person.user,
            name=person.name,
            email=person.email,
            zone=person.zone,
            active=person.active,
            bot=person.bot,
            fetched_at=work.now,
        )
    )


def check_can_act(person: PersonRecord) -> None:
    """Refuse people who cannot act: those who left, and bots."""
    if not person.active:
        raise Refused(f"{person.name} has left this workspace. Choose somebody else.")
    if person.bot:
        raise Refused(f"{person.name} is a bot. Roles and actions are for people.")
