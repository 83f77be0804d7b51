"""Who looks at App Home, and what was shown to them last. Slack tells when somebody opens it, and never when they leave."""

from sqlalchemy import delete, update

from bot.effects import RefreshHome, RefreshHomes
from db import waiting
from db.enums import EffectState
from db.models import Chart, Effect, Home
from db.outbox import WATCHED
from db.store import Work


def opened(work: Work, *, user: str) -> None:
    """Somebody looks at their Home: it is drawn for them, whatever was shown before, and goes on being drawn."""
    if not work.insert_once(Home, user=user, opened_at=work.now, shown=None):
        work.session.execute(update(Home).where(Home.user == user).values(opened_at=work.now, shown=None))
    work.tell(RefreshHome(user=user))


def redraw_all(work: Work) -> None:
    """Something has changed: whoever may be looking is to see it."""
    for user in waiting.homes_open(work.session, work.now):
        work.tell(RefreshHome(user=user))


def shown(work: Work, *, user: str, digest: str) -> None:
    """This is what Slack shows them now."""
    work.session.execute(update(Home).where(Home.user == user).values(shown=digest))


def without_chart(work: Work, *, user: str, file: str) -> None:
    """Slack has this file no more: nobody's Home shows it again, and this one is drawn once more."""
    work.session.execute(delete(Chart).where(Chart.file == file))
    work.tell(RefreshHome(user=user))


def forget(work: Work, *, user: str) -> None:
    """They have left, or have no Home."""
    work.session.execute(delete(Home).where(Home.user == user))


def sweep(work: Work) -> None:
    """Forget who has not looked for long, and what was drawn: it tells nothing, and is more than all else that is carried."""
    work.session.execute(delete(Home).where(Home.opened_at <= work.now - WATCHED))
    drawn = Effect.kind.in_((RefreshHome.__name__, RefreshHomes.__name__)), Effect.state == EffectState.DONE
    work.session.execute(delete(Effect).where(*drawn, Effect.settled_at <= work.now - WATCHED))
