"""What follows from what is recorded: which clocks run, what has to be asked, and whom it concerns."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.policy import Policy
from bot.policy.clocks import Standing, State, moment_of, reminders
from bot.policy.frameworks import Rule
from bot.workflows import duties
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind, Phase
from db.models import Incident, Nudge, RunningClock
from db.records import Duties, Record
from db.store import Work


def follow(work: Work, *, policy: Policy, incident: Incident) -> None:
    """Bring what runs up to date with what is known, ask what is not known, and tell whom it concerns.

    What it does a second time without a change is nothing.
    """
    recorded = queries.duties(work.session, incident.id)
    if not duties.can_have_any(recorded, policy):
        return
    record = _light_record(work, incident, recorded)
    stands = duties.stand(record, policy, work.now)
    rows = {
        row.rule: row
        for row in work.session.scalars(select(RunningClock).where(RunningClock.incident_id == incident.id))
    }
    over = incident.phase in (Phase.DISMISSED, Phase.MERGED)
    for one in stands:
        row = rows.pop(one.rule.key, None)
        if one.state.runs and not over:
            _run(work, policy, incident, record, one, row)
        elif row is not None:
            work.session.delete(row)
    for row in rows.values():  # The policy has no such rule any more.
        work.session.delete(row)
    if not over:
        _ask(work, policy, incident, record)
        _ask_for_times(work, incident, record, stands)
        _tell_undeclared(work, policy, incident, stands)


def _run(
    work: Work, policy: Policy, incident: Incident, record: Record, one: Standing, row: RunningClock | None
) -> None:
    assert one.end.started is not None
    started_at = moment_of(one.end.started, one.framework)
    if row is not None and (row.due_at, row.started_at) == (one.due_at, started_at):
        return
    law, rule = one.framework, one.rule
    computed = {
        "rule": rule.key,
        "title": rule.title,
        "cite": rule.cite,
        "due_at": one.due_at.isoformat() if one.due_at else None,
        "relieved_at": one.end.relieved_at.isoformat() if one.end.relieved_at else None,
    }
    data = {
        **computed,
        "version": law.version(rule),
        "calendar": law.calendar.name,
        "started_at": started_at.isoformat(),
    }
    owner = duties.owner(record, policy, rule)
    if row is None:
        row = RunningClock(
            incident_id=incident.id, rule=rule.key, framework=law.key, round=_round(work, incident, rule)
        )
        work.session.add(row)
        state, what = "started", "clock_started"
    else:
        data["from"] = row.due_at.isoformat() if row.due_at else None
        row.round += 1
        state, what = "moved", "clock_moved"
    row.started_at, row.due_at, row.computed_at = started_at, one.due_at, work.now
    row.version, row.calendar = law.version(rule), law.calendar.name
    row.remind_at = _first_reminder(rule, started_at, target_at(rule, started_at, one.due_at, policy), work.now)
    work.note(incident, EntryKind.CLOCK, "", by="tocsin", data={"state": state, **data})
    say(work, incident, what, {**computed, "owner": owner, "from": data.get("from"), "note": rule.note})
    redraw(work, incident)


def _round(work: Work, incident: Incident, rule: Rule) -> int:
    """The next round of reminders: a clock that stopped and runs again is reminded of anew."""
    steps = select(Nudge.round).where(Nudge.subject == subject(incident.id, rule.key)).order_by(Nudge.round.desc())
    return (work.session.scalars(steps.limit(1)).one_or_none() or 0) + 1


def subject(number: int, rule: str) -> str:
    """What the steps of a clock's reminders are remembered by."""
    return f"clock:{number}:{rule}"


def target_at(rule: Rule, started_at: datetime, due_at: datetime | None, policy: Policy) -> datetime | None:
    """What is reminded of: the end or, for what has none in the law, the organisation's own target."""
    return due_at or (rule.target.after(started_at, policy.calendar) if rule.target else None)


def _first_reminder(rule: Rule, started_at: datetime, end: datetime | None, now: datetime) -> datetime:
    """When somebody is reminded first. Steps that have passed are not made up for; an end that has passed is told at once."""
    if end is not None and now > end:
        return now
    return next(step.at for step in reminders(rule, started_at=started_at, due_at=end) if step.at > now)


def _ask(work: Work, policy: Policy, incident: Incident, record: Record) -> None:
    """Ask one question, of whoever can know; the next one when it is answered."""
    open_ = duties.unasked(record, duties.asked(record, policy, work.now))
    if not open_ or not duties.is_time_to_ask(record.incident):
        return
    asked = {one.question.key: f"ask:{incident.id}:{one.question.key}" for one in open_}
    if work.session.scalars(select(Nudge.subject).where(Nudge.subject.in_(list(asked.values()))).limit(1)).first():
        return  # One at a time: it waits for its answer.
    first = open_[0]
    if not work.insert_once(Nudge, subject=asked[first.question.key], round=1, step=1, at=work.now):
        return
    user = duties.first_holder(record.roles, first.rules[0].owner_role)
    values = {
        "key": incident.key,
        "title": first.framework.title,
        "fact": first.question.key,
        "ask": first.question.ask,
        "help": first.question.help,
        "rules": [rule.key for rule in first.rules],
        "owner": user or "",
    }
    _to(work, incident, user, "clock_question", values)


def _ask_for_times(work: Work, incident: Incident, record: Record, stands: tuple[Standing, ...]) -> None:
    """Ask the commander, once, for each time that somebody must record."""
    for one in stands:
        for anchor in one.missing if one.state is State.ANCHOR_MISSING else ():
            day_only = one.end.started is not None
            name = hashlib.sha256(f"{one.framework.key}/{anchor}/{day_only}".encode()).hexdigest()[:16]
            if not work.insert_once(Nudge, subject=f"time:{incident.id}:{name}", round=1, step=1, at=work.now):
                continue
            values = {
                "key": incident.key,
                "title": one.framework.title,
                "framework": one.framework.key,
                "anchor": anchor,
                "ask": one.framework.anchors[anchor].ask,
                "day_only": day_only,
                "owner": record.roles.get("commander", ""),
            }
            _to(work, incident, record.roles.get("commander"), "clock_time_missing", values)


def _tell_undeclared(work: Work, policy: Policy, incident: Incident, stands: tuple[Standing, ...]) -> None:
    """Tell leadership, once a framework, that something has begun whose scope nobody has declared."""
    for one in stands:
        if one.state is not State.SCOPE_NOT_DECLARED or one.unknown or one.end.started is None:
            continue
        if not work.insert_once(
            Nudge, subject=f"scope:{incident.id}:{one.framework.key}", round=1, step=1, at=work.now
        ):
            continue
        values = {
            "key": incident.key,
            "title": one.framework.title,
            "framework": one.framework.key,
            "due_at": one.if_confirmed.isoformat() if one.if_confirmed else None,
        }
        say(work, incident, "clock_undeclared", values)
        for user in leaders(work, policy, incident):
            whisper(work, incident, user, "clock_undeclared", values)


def leaders(work: Work, policy: Policy, incident: Incident) -> list[str]:
    """Leadership in Slack; of a private incident only those who are in it anyway."""
    users = [leader.slack for leader in policy.leadership if leader.slack]
    return [user for user in users if not incident.private or queries.insider(work.session, incident.id, user)]


def _to(work: Work, incident: Incident, user: str | None, what: str, values: Mapping[str, Any]) -> None:
    """To one person or, when there is nobody, to the room."""
    if user:
        whisper(work, incident, user, what, values)
    else:
        say(work, incident, what, values)


def light_record(work: Work, incident: Incident) -> Record:
    """The record without what clocks need not know: timeline, actions, review."""
    return _light_record(work, incident, queries.duties(work.session, incident.id))


def _light_record(work: Work, incident: Incident, recorded: Duties) -> Record:
    return Record(incident=queries.picture(incident), roles=queries.roles(work.session, incident.id), duties=recorded)
