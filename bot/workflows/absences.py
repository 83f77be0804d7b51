"""People say that they are away: until then no role is given to them by itself."""

from datetime import datetime

from sqlalchemy import delete

from bot.errors import Refused
from db.models import Absence
from db.store import Work


def leave(work: Work, *, user: str, until: datetime) -> None:
    """Somebody is away until then; said again, the last word counts."""
    if until <= work.now:
        raise Refused("That day is over. Name the day until which you are away: `/incident away until friday`")
    work.session.merge(Absence(user=user, until_at=until, said_at=work.now))


def come_back(work: Work, *, user: str) -> None:
    """They are here. Saying so without having been away changes nothing."""
    work.session.execute(delete(Absence).where(Absence.user == user))
