"""The database, and what lies in it that needs somebody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import database
from bot.doctor.finding import CLOCK_WARN, Case, Finding, Level
from bot.effects import FollowIssue
from db import issues, proof, risks
from db.enums import EffectState
from db.models import Effect, Incident, Review

NEWEST = 50
LATE = timedelta(minutes=10)


def check_database(case: Case) -> Iterator[Finding]:
    """It answers, its schema is current, its timelines hold, and nothing is stuck on the way out."""
    try:
        with database.reached(case.settings) as store:
            here, wanted = database.schema(store.engine)
            yield Finding("database", Level.OK, f"{database.address(case.settings)} answers")
            if here != wanted:
                had = f"schema {here}" if here else "no schema"
                yield Finding("schema", Level.BAD, f"The database has {had}, not {wanted}.", "Run `tocsin migrate`.")
                return
            yield Finding("schema", Level.OK, f"{here}, the newest")
            if (there := store.clock_time()) is not None:
                yield _database_clock(there, case.now())
            with database.snapshot(store) as session:
                yield _timelines(session)
                yield from _outbox(session, case.now())
                yield from _issues(session)
                yield _rooms(session)
                yield from _canvases(session)
                yield from _risks(session)
    except database.NotUsable as error:
        yield Finding("database", Level.BAD, str(error))


def _database_clock(there: datetime, now: datetime) -> Finding:
    """Bots go by the database's clock; other commands, which it is far from, go by the machine's."""
    apart = abs(now - there)
    level, fix = (Level.WARN, "Let both machines set their clocks by NTP.") if apart > CLOCK_WARN else (Level.OK, "")
    return Finding("database clock", level, f"{apart.total_seconds():.0f} s from this machine's.", fix)


def _timelines(session: Session) -> Finding:
    newest = sorted(session.scalars(select(Incident.id).order_by(Incident.id.desc()).limit(NEWEST)))
    broken = sorted({found.incident for found in proof.verify(session, newest) if found.incident}, reverse=True)
    if broken:
        return Finding(
            "timelines",
            Level.BAD,
            f"changed behind tocsin's back: {', '.join(f'INC-{number}' for number in broken)}.",
            "`tocsin verify` names the entries; compare them with a backup.",
        )
    return Finding("timelines", Level.OK, f"the newest {len(newest)} verify")


def _outbox(session: Session, now: datetime) -> Iterator[Finding]:
    dead = session.scalar(select(func.count()).select_from(Effect).where(Effect.state == EffectState.DEAD))
    if dead:
        yield Finding(
            "undelivered",
            Level.WARN,
            f"{dead} {'thing' if dead == 1 else 'things'} could not be delivered.",
            "`tocsin show KEY` says what and why; `tocsin repair` tries again.",
        )
    else:
        yield Finding("undelivered", Level.OK, "nothing")
    oldest = session.scalar(select(func.min(Effect.due_at)).where(Effect.state == EffectState.WAITING))
    if oldest is not None and now - oldest > LATE:
        minutes = int((now - oldest) / timedelta(minutes=1))
        yield Finding("delivery", Level.WARN, f"Something has waited for {minutes} minutes.", "Is `tocsin run` up?")


def _issues(session: Session) -> Iterator[Finding]:
    """Actions that wait for their tracker: it is away, or asks to come back later."""
    count, last = issues.waiting(session, FollowIssue.__name__)
    if count:
        what = f"{count} {'action waits' if count == 1 else 'actions wait'} for the tracker: {last}."
        yield Finding("issues", Level.WARN, what, "It is tried again, for as long as it takes.")


def _rooms(session: Session) -> Finding:
    """What nobody can be shown, because bots may not bring a room back."""
    out_of_reach = select(Incident).where(Incident.closed_at.is_(None), Incident.room_archived | Incident.room_lost)
    keys = [incident.key for incident in session.scalars(out_of_reach.order_by(Incident.id).limit(NEWEST))]
    if keys:
        return Finding(
            "rooms",
            Level.WARN,
            f"archived, deleted or without the bot, though the incident is open: {', '.join(keys)}.",
            "Unarchive it, or type /invite @tocsin in it; then `tocsin repair KEY`.",
        )
    return Finding("rooms", Level.OK, "none of an open incident is out of reach")


def _canvases(session: Session) -> Iterator[Finding]:
    """What Slack said to the newest review that was to have a canvas, if it has none."""
    newest = session.scalars(select(Review).order_by(Review.incident_id.desc()).limit(NEWEST))
    asked = next((review for review in newest if review.canvas or review.canvas_refused), None)
    if asked is not None and asked.canvas_refused:
        fix = "Set review.canvas to off if there are to be none, or else `tocsin repair KEY` when that is mended."
        sentence = f"Slack said {asked.canvas_refused}: reviews are in the room's messages alone."
        yield Finding("canvases", Level.WARN, sentence, fix)


def _risks(session: Session) -> Iterator[Finding]:
    """Risks that nobody looks after, because their owners have left."""
    keys = risks.orphaned(session)
    if keys:
        what = f"whoever owned {', '.join(keys[:NEWEST])} has left."
        yield Finding("risks", Level.WARN, what, "`tocsin risks give R-3 USERID` gives one to somebody else.")
