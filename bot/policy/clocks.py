"""How a clock stands: pure functions of a rule, what the record knows, and the time. No clock is read here.

Strict first: `due_at` is the earliest end that can be defended. What a law gives beside it is told and never alarms. A false
"overdue" would be worst, for it pushes people to file what is not true: no hour is made up, and no fact is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.policy.conditions import UNKNOWN
from bot.policy.frameworks import (
    FILED,
    FILING,
    HALF,
    LATEST,
    NOT_FILED,
    OWN_TIMES,
    Due,
    Framework,
    Rule,
    Step,
    filing_of,
)
from bot.policy.periods import Period, Start, Unit, day_of
from db.records import DecisionRecord, FilingRecord


class State(StrEnum):
    """How a clock stands; the first that fits, in this order."""

    FILED = "filed"
    NOT_REQUIRED = "not_required"
    NOT_APPLICABLE = "not_applicable"
    SCOPE_NOT_DECLARED = "scope_not_declared"
    ANCHOR_MISSING = "anchor_missing"
    NOT_STARTED = "not_started"
    DUE = "due"
    OVERDUE = "overdue"

    @property
    def runs(self) -> bool:
        """Whether somebody must do something about it."""
        return self in (State.DUE, State.OVERDUE)


@dataclass(frozen=True)
class Known:
    """What the record knows of one incident.

    `facts` are the incident's own and the answers; `times` are the incident's own; `anchors` are by framework. `filings`
    are in the order in which they were sent. `decisions` are those that stand.
    """

    began_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, Start] = field(default_factory=dict)
    anchors: Mapping[str, Mapping[str, Start]] = field(default_factory=dict)
    filings: Mapping[str, tuple[FilingRecord, ...]] = field(default_factory=dict)
    decisions: Mapping[str, DecisionRecord] = field(default_factory=dict)


@dataclass(frozen=True)
class End:
    """What was computed. `missing` are starts that are not known; with some of several, it may be due earlier."""

    due_at: datetime | None = None
    start: str | None = None
    started: Start | None = None
    missing: tuple[str, ...] = ()
    relieved_at: datetime | None = None
    is_asap: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one clock stands, and what there is to say of it.

    `due_at` is set where it is due, overdue or filed; `if_confirmed` is when it would be due, once what is unknown turns out
    to be so. `unknown` are facts, `missing` times that somebody should tell.
    """

    framework: Framework
    rule: Rule
    state: State
    due_at: datetime | None = None
    end: End = End()
    if_confirmed: datetime | None = None
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    why: str = ""
    filings: tuple[FilingRecord, ...] = ()
    decision: DecisionRecord | None = None
    remark: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it was filed after it was due. What follows the first filing has no end of its own."""
        return bool(self.filings) and self.filings[0].is_late


def standings(frameworks: Mapping[str, Framework], known: Known, now: datetime) -> tuple[Standing, ...]:
    """How every clock stands, in the order of the policy."""
    return tuple(
        standing(framework, rule, known, now) for framework in frameworks.values() for rule in framework.rules.values()
    )


def standing(framework: Framework, rule: Rule, known: Known, now: datetime) -> Standing:
    """How one clock stands at `now`."""
    found = Standing(framework=framework, rule=rule, state=State.NOT_STARTED, end=ending(framework, rule, known))
    if filings := known.filings.get(rule.key):
        return replace(found, state=State.FILED, filings=filings, due_at=filings[0].due_at)
    if decision := known.decisions.get(rule.key):
        return replace(found, state=State.NOT_REQUIRED, decision=decision, why=decision.reason)
    facts = facts_for(framework, known)
    if why := _why_not(framework, rule, facts, found.end, known):
        return replace(found, state=State.NOT_APPLICABLE, why=why)
    return _open(found, facts, known, now)


def _open(found: Standing, facts: Mapping[str, Any], known: Known, now: datetime) -> Standing:
    """Nothing was filed or decided, and nothing says that the rule does not apply."""
    framework, rule, end = found.framework, found.rule, found.end
    when = framework.when(rule)
    unknown = tuple(sorted(when.waits_for(facts))) if when else ()
    begun = not rule.due.begins or rule.due.begins not in end.missing
    confirmed = end.due_at if begun else None
    if framework.applies is None:
        return replace(found, state=State.SCOPE_NOT_DECLARED, if_confirmed=confirmed, unknown=unknown)
    if unknown:
        return replace(found, if_confirmed=confirmed, unknown=unknown, remark=_remark(framework, rule, known, now))
    if not begun or end.started is None or (end.due_at is None and not end.is_asap):
        return _waiting(found, known, now)
    return replace(
        found,
        state=State.OVERDUE if end.due_at is not None and now > end.due_at else State.DUE,
        due_at=end.due_at,
        missing=end.missing,
        unknown=tuple(sorted(rule.exempt_when.waits_for(facts))) if rule.exempt_when else (),
    )


def _waiting(found: Standing, known: Known, now: datetime) -> Standing:
    """No end could be computed: the event has not happened, or it has and nobody recorded when."""
    framework, end = found.framework, found.end
    wanted = [start for start in end.missing if _has_happened(framework, start)]
    if end.started is not None and end.due_at is None and not end.is_asap:
        wanted = [str(end.start), *wanted]  # A bare date, where the hour is needed.
    if wanted:
        return replace(found, state=State.ANCHOR_MISSING, missing=tuple(dict.fromkeys(wanted)))
    return replace(found, remark=_remark(framework, found.rule, known, now))


def _has_happened(framework: Framework, start: str) -> bool:
    return start in framework.anchors and framework.anchors[start].implied


def _why_not(framework: Framework, rule: Rule, facts: Mapping[str, Any], end: End, known: Known) -> str:
    """Why the rule does not apply; empty when it may."""
    if not rule.enabled:
        return f"not enabled: {rule.disabled_because}"
    day = day_of(end.started if end.started is not None else known.began_at, framework.calendar)
    if not rule.effective.covers(day):
        return f"not in force on {day}"
    if framework.applies is False:
        return f"declared out of scope by {framework.by} on {framework.decided_on}"
    when = framework.when(rule)
    if when is not None and when.holds(facts) is False:
        return f"it would apply when: {when}"
    if rule.exempt_when is not None and rule.exempt_when.holds(facts) is True:
        return f"exempt: {rule.exempt_when}"
    return ""


def facts_for(framework: Framework, known: Known) -> dict[str, Any]:
    """The facts as the framework's conditions see them: what was answered, and else what recorded times mean."""
    facts = dict(known.facts)
    for name in known.anchors.get(framework.key, {}):
        for fact, word in framework.anchors[name].means.items() if name in framework.anchors else ():
            if facts.get(fact) in (None, UNKNOWN):
                facts[fact] = word
    return facts | {name: _stage(name, known) for name in _named(framework) if name.startswith(FILED)}


def _named(framework: Framework) -> Iterator[str]:
    """The facts that the framework's conditions name."""
    for rule in framework.rules.values():
        for condition in (framework.when(rule), rule.exempt_when):
            yield from condition.names if condition else ()


def _stage(name: str, known: Known) -> str:
    """How far the last filing of `filed.<rule>` went."""
    filings = known.filings.get(name.removeprefix(FILED))
    return (filings[-1].stage or NOT_FILED) if filings else NOT_FILED


# ── when it ends ────────────────────────────────────────────────────────────────────────────────────────────────────


def ending(framework: Framework, rule: Rule, known: Known) -> End:
    """When the rule's period ends, whether or not the rule applies."""
    times = _times(framework, rule.due, known)
    missing = tuple(dict.fromkeys(start for start, _ in rule.due.starts if start not in times))
    unless = rule.due.unless
    if unless is not None and unless.when.holds(_instants(times)) is True:
        return _of_step(framework, rule, unless.then, times, ())
    needed = [step.start for step in rule.due.steps] + ([rule.due.begins] if rule.due.begins else [])
    missing = tuple(start for start in missing if start in needed)
    ends = [_of_step(framework, rule, step, times, missing) for step in rule.due.steps if step.start in times]
    if not ends:
        return End(missing=missing)
    return min(ends, key=lambda end: (end.due_at is None, end.due_at and end.due_at.timestamp()))


def _of_step(framework: Framework, rule: Rule, step: Step, times: Mapping[str, Start], missing: tuple[str, ...]) -> End:
    started = times[step.start]
    due_at = step.add.ends(started, framework.calendar, step.cutoff)
    relieved = rule.relief.ends(due_at, started, step.add, framework.calendar) if rule.relief and due_at else None
    return End(
        due_at=due_at,
        start=step.start,
        started=started,
        missing=missing,
        relieved_at=relieved,
        is_asap=step.add.unit is Unit.ASAP,
    )


def _times(framework: Framework, due: Due, known: Known) -> dict[str, Start]:
    """Every start that is known, of those that the rule names."""
    found = {start: _time(framework, start, known) for start, _ in due.starts}
    return {start: value for start, value in found.items() if value is not None}


def _time(framework: Framework, start: str, known: Known) -> Start | None:
    filed = filing_of(start)
    if filed is not None:
        filings = known.filings.get(filed, ())
        return (filings[-1] if start.endswith(LATEST) else filings[0]).sent_at if filings else None
    if start in framework.anchors:
        return known.anchors.get(framework.key, {}).get(start)
    return known.times.get(start) if start in OWN_TIMES else None


def _instants(times: Mapping[str, Start]) -> dict[str, datetime]:
    return {
        name: value.replace(microsecond=0)
        for name, value in times.items()
        if isinstance(value, datetime) and not name.startswith(FILING)
    }


def _remark(framework: Framework, rule: Rule, known: Known, now: datetime) -> str:
    if rule.remark is None:
        return ""
    start = _time(framework, rule.remark.start, known)
    since = rule.remark.add.ends(start, framework.calendar) if start is not None else None
    return rule.remark.says if since is not None and now > since else ""


# ── when somebody is reminded ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reminder:
    """A step of the reminders of one clock: its number (from 1), when its time comes, and what it is called."""

    number: int
    at: datetime
    name: str


OVERDUE, AGAIN, DAILY = "overdue", "still overdue", "daily"
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def reminders(rule: Rule, *, started_at: datetime, due_at: datetime | None) -> Iterator[Reminder]:
    """The reminders of a clock that began at `started_at`, in order, without an end.

    With an end: those before it that the rule names, when it has passed, and then every hour. Without one: every day.
    """
    before = sorted(_before(rule, started_at, due_at), key=lambda step: step[1]) if due_at else []
    number = 0
    for number, (name, at) in enumerate(before, start=1):
        yield Reminder(number, at, name)
    at = due_at + SECOND if due_at else started_at + DAY  # At the last second it is still on time.
    name = OVERDUE if due_at else DAILY
    while True:
        number += 1
        yield Reminder(number, at, name)
        at, name = (at + HOUR, AGAIN) if due_at else (at + DAY, DAILY)


def _before(rule: Rule, started_at: datetime, due_at: datetime) -> Iterator[tuple[str, datetime]]:
    for name in rule.remind:
        at = started_at + (due_at - started_at) / 2 if name == HALF else due_at - Period.parse(name).elapsed
        if at > started_at:
            yield name, at.replace(microsecond=0)


def moment_of(start: Start, framework: Framework) -> datetime:
    """A start as a moment: of a bare date, the first second of that day in the framework's zone."""
    return start if isinstance(start, datetime) else framework.calendar.at(start, time.min)
