"""Reminders of regulatory clocks that run: each step once, nothing after filing, whatever restarts or comes late.

A step is the row (clock, round, step). After a while without the bot only the last step that has passed is taken. The owner is
asked first, the commander too from four hours before the end on, leadership from one hour on.
"""

from datetime import datetime, timedelta
from typing import Any

from bot.effects import RefreshCard, RefreshHomes
from bot.policy import Policy
from bot.policy.clocks import AGAIN, DAILY, OVERDUE, Reminder, Standing, moment_of, reminders
from bot.workflows import duties
from bot.workflows.clocks import running
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.models import Incident, Nudge, RunningClock
from db.records import Record
from db.store import Work

COMMANDER_FROM, LEADERSHIP_FROM = timedelta(hours=4), timedelta(hours=1)
# Leadership hears of what is still overdue once a day.
LEADERSHIP_EVERY = 24


def remind(work: Work, *, policy: Policy) -> int:
    """Take every step whose time has come; how many were taken."""
    return sum(_remind(work, policy, number, rule) for number, rule in queries.clocks_to_remind(work.session, work.now))


def redraw_all(work: Work) -> int:
    """Have the cards show how much time is left, and Homes what has become overdue; of how many incidents."""
    numbers = queries.incidents_with_clocks(work.session)
    for number in numbers:
        work.tell(RefreshCard(incident=number))
        work.tell(RefreshHomes(incident=number), only_if="watched")
    return len(numbers)


def _remind(work: Work, policy: Policy, number: int, rule: str) -> bool:
    incident = work.incident(number)
    row = work.session.get(RunningClock, (number, rule))
    if row is None or row.remind_at is None or row.remind_at > work.now:
        return False  # A replica was faster.
    record = running.light_record(work, incident)
    stands = next((one for one in duties.stand(record, policy, work.now) if one.rule.key == rule), None)
    if stands is None or not stands.state.runs:
        work.session.delete(row)  # The policy was changed since.
        return False
    end = running.target_at(stands.rule, row.started_at, row.due_at, policy)
    step, after = _step(stands, row, end, work.now)
    row.remind_at = after.at
    if step is None:
        return False
    last = queries.last_step(work.session, running.subject(number, rule), row.round)
    if last is not None and last.step >= step.number:
        return False
    if not work.insert_once(
        Nudge, subject=running.subject(number, rule), round=row.round, step=step.number, at=work.now
    ):
        return False
    _tell(work, policy, incident, record, stands, step, end)
    return True


def _step(stands: Standing, row: RunningClock, end: datetime | None, now: datetime) -> tuple[Reminder | None, Reminder]:
    """The last step whose time has come, if there is one, and the next one."""
    passed = None
    for step in reminders(stands.rule, started_at=row.started_at, due_at=end):
        if step.at > now:
            return passed, step
        passed = step
    raise AssertionError("reminders have no end")


def _tell(
    work: Work,
    policy: Policy,
    incident: Incident,
    record: Record,
    stands: Standing,
    step: Reminder,
    end: datetime | None,
) -> None:
    rule = stands.rule
    owner = duties.owner(record, policy, rule)
    values: dict[str, Any] = {
        "key": incident.key,
        "rule": rule.key,
        "title": rule.title,
        "cite": rule.cite,
        "step": step.name,
        "due_at": end.isoformat() if end else None,
        "is_target": stands.due_at is None and end is not None,
        "started_at": moment_of(stands.end.started, stands.framework).isoformat() if stands.end.started else None,
        "needs_reasons": rule.late_needs_reasons,
        "owner": owner or "",
        "room": incident.room,
    }
    told = _whom(work, policy, incident, record, owner, step, end)
    for user in told:
        whisper(work, incident, user, "clock_due", values)
    if not told or step.name == OVERDUE or incident.private:
        say(work, incident, "clock_due", values)
    redraw(work, incident)


def _whom(
    work: Work,
    policy: Policy,
    incident: Incident,
    record: Record,
    owner: str | None,
    step: Reminder,
    end: datetime | None,
) -> list[str]:
    """Who hears this step, each once. Of a private incident only its own people."""
    users = [owner]
    commander = record.roles.get("commander")
    left = end - step.at if end else None
    if step.name in (OVERDUE, AGAIN) or (left is not None and step.name != DAILY and left <= COMMANDER_FROM):
        users.append(commander)
    since = step.at - end if end else timedelta()
    daily = step.name == AGAIN and int(since / timedelta(hours=1)) % LEADERSHIP_EVERY == 0
    if step.name == OVERDUE or daily or (left is not None and timedelta() < left <= LEADERSHIP_FROM):
        users += running.leaders(work, policy, incident)
    wanted = list(dict.fromkeys(user for user in users if user))
    people = queries.people(work.session, wanted)
    return [user for user in wanted if user not in people or people[user].active]
