"""A heartbeat without state: APScheduler says when to look, the database says what is due."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import delete, func, select

from bot.clock import SharedClock
from bot.effects import RefreshStatusPage
from bot.errors import SlackError
from bot.metrics import BACKUPS, CHASES, CLOCK_AHEAD, CLOCK_REMINDERS, LAST_BACKUP
from bot.parts import Parts
from bot.trackers import polling
from bot.watch import EVERY_SECONDS, Watch
from bot.workflows import (
    chase,
    clocks,
    customers,
    escalation,
    homes,
    monthly,
    people,
    privacy,
    rooms,
    subscribers,
    vacancies,
)
from db import backup, notices, queries
from db.models import SeenEvent
from db.store import Work

log = logging.getLogger(__name__)

# Slack repeats an event for minutes; a week is generous and keeps the table small.
EVENTS_KEPT = timedelta(days=7)
LATE_IS_FINE = None
BACKUP_NAME = "tocsin-"
TICK = "chase:"
HOUR = "rooms:"
OFTEN = frozenset({"watch", "clock", "escalation", "customers", "trackers"})
CUSTOMERS_EVERY = 30
CLOCK_FAR_OFF = timedelta(seconds=5)
AGAIN, AGAIN_AFTER = " again", timedelta(minutes=1)


def scheduler(parts: Parts, watch: Watch) -> BackgroundScheduler:
    """The jobs, not started: the watch over Slack, the chase at the policy's times and at the start, a daily sweep.

    A job that comes late still comes, and once: what it does is computed from the database.
    """
    jobs = BackgroundScheduler(
        timezone=parts.settings.timezone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE_IS_FINE},
    )
    jobs.add_job(watch.look, IntervalTrigger(seconds=EVERY_SECONDS), id="watch")
    jobs.add_job(keep_time, IntervalTrigger(seconds=EVERY_SECONDS), args=[parts], id="clock")
    jobs.add_job(make_up, args=[parts, chase_times(parts)], id="chase that was missed")
    jobs.add_job(escalate, IntervalTrigger(minutes=1), args=[parts], id="escalation")
    jobs.add_job(check_rooms, args=[parts], kwargs={"anyway": True}, id="rooms at the start")
    jobs.add_job(check_rooms, IntervalTrigger(hours=1), args=[parts], id="rooms")
    jobs.add_job(remind_of_customers, IntervalTrigger(seconds=CUSTOMERS_EVERY), args=[parts], id="customers")
    jobs.add_job(learn_people, args=[parts], id="people at the start")
    jobs.add_job(learn_people, IntervalTrigger(hours=12), args=[parts], id="people")
    jobs.add_job(remind_of_clocks, IntervalTrigger(minutes=1), args=[parts], id="clocks")
    jobs.add_job(redraw_clocks, IntervalTrigger(hours=1), args=[parts], id="clocks on cards")
    jobs.add_job(polling.poll_if_due, IntervalTrigger(minutes=1), args=[parts], id="trackers")
    jobs.add_job(sweep, CronTrigger(hour=3), args=[parts], id="sweep")
    follow_policy(jobs, parts)
    known = {job.id: job for job in jobs.get_jobs()}
    jobs.add_listener(lambda event: _again(jobs, known, event.job_id.removesuffix(AGAIN)), EVENT_JOB_ERROR)
    return jobs


def keep_time(parts: Parts) -> None:
    """Take over the database's time, so that leases mean the same to every bot on it; say so if this machine is far off."""
    clock = parts.clock
    if not isinstance(clock, SharedClock):
        return
    ahead = clock.hears(parts.store.clock_time)
    if ahead is not None:
        CLOCK_AHEAD.set(ahead.total_seconds())
        if abs(ahead) > CLOCK_FAR_OFF:
            log.warning("this machine's clock is %.0f s off; the database's is used", ahead.total_seconds())


def follow_policy(jobs: BackgroundScheduler, parts: Parts) -> None:
    """Have the jobs that the policy times come at its times, also when it was read again."""
    jobs.add_job(run_chase, chase_times(parts), args=[parts], id="chase", replace_existing=True)
    jobs.add_job(draw_status_page, args=[parts], id="status page", replace_existing=True)
    rules = parts.policy.backup
    if rules.cron and rules.folder:
        nightly = CronTrigger.from_crontab(rules.cron.spelled_out, timezone=parts.settings.timezone)
        jobs.add_job(keep_backup, nightly, args=[parts], id="backup", replace_existing=True)
    elif jobs.get_job("backup"):
        jobs.remove_job("backup")


def chase_times(parts: Parts) -> CronTrigger:
    """When what is overdue is looked for."""
    return CronTrigger.from_crontab(parts.policy.review.chase.cron.spelled_out, timezone=parts.settings.timezone)


def _again(jobs: BackgroundScheduler, known: dict[str, Job], job_id: str) -> None:
    """A job failed, most likely because the database was away; what comes seldom is tried again in a minute."""
    failed = jobs.get_job(job_id) or known.get(
        job_id
    )  # Those that come once are gone; others the policy may have brought.
    if failed is None or job_id in OFTEN:
        return
    at = datetime.now(UTC) + AGAIN_AFTER
    jobs.add_job(
        failed.func,
        DateTrigger(at),
        args=failed.args,
        kwargs=failed.kwargs,
        id=f"{job_id}{AGAIN}",
        replace_existing=True,
    )


def run_chase(parts: Parts) -> int:
    """Remind whoever is due to be reminded now, and post the figures that are due; how many reminders went out."""
    with parts.store.begin() as work:
        remember_tick(work)
        taken = chase.chase(work, policy=parts.policy)
        month = monthly.post(work, policy=parts.policy)
        homes.redraw_all(work)  # What became overdue is marked there.
    CHASES.inc(taken)
    if month:
        log.info("the figures of %s are due", month.name)
    if taken:
        log.info("%s overdue reviews and actions were chased", taken)
    return taken


def remind_of_customers(parts: Parts) -> int:
    """Remind whoever is to tell customers more by now; how many reminders went out."""
    with parts.store.read() as session:  # Most of the time nothing is due, and nobody who writes need wait for this.
        if not notices.due(session, parts.clock.now()):
            return 0
    with parts.store.begin() as work:
        return customers.remind(work, policy=parts.policy)


def draw_status_page(parts: Parts) -> None:
    """Have the page's files drawn anew: another policy may name other components, or another folder."""
    if parts.policy.customers.page.folder is not None:
        with parts.store.begin() as work:
            work.tell(RefreshStatusPage())


def remind_of_clocks(parts: Parts) -> int:
    """Remind whoever is due to be reminded of a regulatory clock now; how many steps were taken."""
    with parts.store.read() as session:
        if not queries.clocks_to_remind(session, parts.clock.now()):
            return 0
    with parts.store.begin() as work:
        taken = clocks.remind(work, policy=parts.policy)
    CLOCK_REMINDERS.inc(taken)
    return taken


def redraw_clocks(parts: Parts) -> int:
    """Have cards show how much time is left on their clocks; of how many incidents."""
    with parts.store.begin() as work:
        return clocks.redraw_all(work)


def make_up(parts: Parts, cron: CronTrigger) -> int:
    """Chase now if the last time of the cron passed while nobody was there; a restart on a Sunday reminds nobody."""
    now = parts.clock.now()
    with parts.store.read() as session:
        last = session.scalar(
            select(func.max(SeenEvent.at)).where(SeenEvent.event_id.startswith(TICK, autoescape=True))
        )
    due = cron.get_next_fire_time(None, last + timedelta(seconds=1)) if last is not None else None
    if last is None:  # The first start: the next time of the cron is early enough.
        with parts.store.begin() as work:
            remember_tick(work)
    return run_chase(parts) if due is not None and due <= now else 0


def remember_tick(work: Work) -> None:
    """The cron's time has been used; kept beside Slack's events, which are swept after a week, all but the newest."""
    work.session.execute(delete(SeenEvent).where(SeenEvent.event_id.startswith(TICK, autoescape=True)))
    work.insert_once(SeenEvent, event_id=f"{TICK}{work.now:%Y%m%dT%H%M%S%f}", at=work.now)


def escalate(parts: Parts) -> int:
    """Follow the rules that hold by now, and ask for the roles that are missing; in how many incidents.

    Nothing was noted: time has passed, or the policy has changed.
    """
    policy, mail, now = parts.policy, parts.mailer is not None, parts.clock.now()
    with parts.store.read() as session:
        to_follow = escalation.due(session, policy=policy, mail=mail, now=now)
        missing = vacancies.due(session, policy=policy, now=now)
    for number in sorted({*to_follow, *missing}):
        with parts.store.begin() as work:
            incident = work.incident(number)
            escalation.consider(work, policy=policy, mail=mail, incident=incident)
            vacancies.chase(work, policy=policy, mail=mail, incident=incident)
    return len({*to_follow, *missing})


def learn_people(parts: Parts) -> int:
    """Ask Slack about whom the policy names, so that who has left gets no role, and mails name people; of how many."""
    asked = 0
    for user in sorted(parts.policy.people):
        try:
            person = parts.slack.at_leisure().person(user)
        except SlackError as error:
            log.warning("what of %s? %s", user, error)
            continue
        if person is not None:
            with parts.store.begin() as work:
                people.remember(work, person)
            asked += 1
    return asked


def check_rooms(parts: Parts, *, anyway: bool = False) -> int:
    """Have the rooms compared with the record; how many. One bot of several does it in an hour, and each when it starts.

    Slack does not tell later what happened to rooms while nobody listened.
    """
    with parts.store.begin() as work:
        first = rooms.first_time(work, f"{HOUR}{work.now:%Y%m%dT%H}")
        return rooms.check_all(work) if first or anyway else 0


def sweep(parts: Parts) -> None:
    """Forget the events that Slack will not repeat any more, and what was kept as long as the policy says."""
    with parts.store.begin() as work:
        old = SeenEvent.at < work.now - EVENTS_KEPT
        work.session.execute(delete(SeenEvent).where(old, ~SeenEvent.event_id.startswith(TICK, autoescape=True)))
        gone = privacy.expire(work, policy=parts.policy) + subscribers.sweep(work)
        homes.sweep(work)
    if gone:
        log.info("%s things were let go: kept as long as the policy says", gone)


def keep_backup(parts: Parts) -> Path | None:
    """Write the backup that is due into the policy's folder, and let the oldest go; None when the folder fails us."""
    folder = parts.policy.backup.folder
    assert folder is not None
    now = parts.clock.now()
    path = folder / f"{BACKUP_NAME}{now:%Y%m%dT%H%M%SZ}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        summary = backup.write(parts.store.engine, path, now=now)
        for old in sorted(folder.glob(f"{BACKUP_NAME}*.zip"))[: -parts.policy.backup.keep]:
            old.unlink()
    except OSError:
        log.exception("the backup in %s failed", folder)
        BACKUPS.labels("failed").inc()
        return None
    BACKUPS.labels("written").inc()
    LAST_BACKUP.set(now.timestamp())
    log.info("backup %s: %s incidents", path.name, summary.rows["incidents"])
    return path
