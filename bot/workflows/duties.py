"""What an incident's regulatory clocks ask of people: how they stand, what is not known, who owns them. Pure.

Nothing here is legal advice: that a framework applies, and that something is not required, people decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.policy import Policy
from bot.policy.clocks import Known, Standing, State, facts_for, standings
from bot.policy.conditions import UNKNOWN
from bot.policy.frameworks import ANSWERS, DPO, Framework, Question, Rule
from bot.policy.periods import Start
from bot.workflows.lifecycle import PHASES, Gap
from db.enums import Phase
from db.records import Duties, IncidentRecord, Record

OWNERS = ("comms", "commander")


@dataclass(frozen=True)
class Asked:
    """A question that decides on clocks and that nobody has answered. `blocks`: a clock waits for it."""

    framework: Framework
    question: Question
    rules: tuple[Rule, ...]
    blocks: bool


def known(incident: IncidentRecord, duties: Duties, policy: Policy) -> Known:
    """What the record knows, for the clocks."""
    anchors: dict[str, dict[str, Start]] = {}
    for time in duties.anchors:
        if (moment := time.at or time.on) is not None:
            anchors.setdefault(time.framework, {})[time.anchor] = moment
    times = {
        "declared_at": incident.declared_at,
        "contained_at": incident.contained_at,
        "verified_at": incident.verified_at,
        "closed_at": incident.closed_at if incident.phase is Phase.CLOSED else None,
    }
    filings = {filing.rule: tuple(f for f in duties.filed if f.rule == filing.rule) for filing in duties.filed}
    return Known(
        began_at=incident.declared_at,
        facts=_facts(incident) | _answers(duties, policy),
        times={name: moment for name, moment in times.items() if moment is not None},
        anchors=anchors,
        filings=filings,
        decisions={decision.rule: decision for decision in duties.decisions if decision.withdrawn_at is None},
    )


def _facts(incident: IncidentRecord) -> dict[str, Any]:
    return {
        "severity": incident.severity,
        "kind": incident.kind.value,
        "phase": incident.phase.value,
        "private": incident.private,
        "drill": incident.drill,
        **{name: getattr(incident, name).value for name in ANSWERS},
    }


def _answers(duties: Duties, policy: Policy) -> dict[str, Any]:
    numbers = {
        name
        for framework in policy.frameworks.values()
        for name, question in framework.facts.items()
        if question.number
    }
    given = {fact.fact: fact.value for fact in duties.facts}
    return {
        name: (int(value) if name in numbers and value.isdigit() else None if name in numbers else value)
        for name, value in given.items()
    }


def can_have_any(recorded: Duties, policy: Policy) -> bool:
    """Whether there can be anything to see or do: something was recorded, or a framework is declared to reach us."""
    return recorded != Duties() or any(framework.applies for framework in policy.frameworks.values())


def stand(record: Record, policy: Policy, now: datetime) -> tuple[Standing, ...]:
    """How every clock of the policy stands for this incident."""
    return standings(policy.frameworks, known(record.incident, record.duties, policy), now)


def concerning(found: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """The clocks that a person may want to see: all but those that do not apply or wait for what no one has asked."""
    return tuple(one for one in found if _concerns(one))


def _concerns(one: Standing) -> bool:
    if one.state is State.NOT_APPLICABLE:
        return False
    return one.state is not State.SCOPE_NOT_DECLARED or (not one.unknown and has_begun(one))


def has_begun(one: Standing) -> bool:
    """Whether the event that sets it running has happened, as far as is known."""
    if one.end.started is not None:
        return True
    starts = [start for start, _ in one.rule.due.starts]
    return any(start in one.framework.anchors and one.framework.anchors[start].implied for start in starts)


def owner(record: Record, policy: Policy, rule: Rule) -> str | None:
    """Who owns a clock: whom it was given to, else who holds the rule's role, else comms, else the commander."""
    for clock in record.duties.clocks:
        if clock.rule == rule.key and clock.owner:
            return clock.owner
    return first_holder(record.roles, rule.owner_role)


def first_holder(roles: Mapping[str, str], role: str = DPO) -> str | None:
    """Who holds the role, or one of those who stand in for it; None when nobody does."""
    return next((roles[name] for name in (role, *OWNERS) if name in roles), None)


def asked(record: Record, policy: Policy, now: datetime) -> tuple[Asked, ...]:
    """The questions of declared frameworks that nobody has answered, those that clocks wait for first.

    The three questions that every incident has are asked elsewhere.
    """
    facts = known(record.incident, record.duties, policy)
    open_: dict[str, Asked] = {}
    for one in standings(policy.frameworks, facts, now):
        if one.framework.applies is not True or one.state not in (State.NOT_STARTED, State.DUE, State.OVERDUE):
            continue
        if not set(ANSWERS).isdisjoint(one.unknown):
            continue  # Whether it concerns personal data at all is asked first.
        answered = facts_for(one.framework, facts)
        for name in one.unknown:
            if name not in one.framework.facts or answered.get(name) not in (None, UNKNOWN):
                continue
            before = open_.get(name)
            rules = (*(before.rules if before else ()), one.rule)
            blocks = (before is not None and before.blocks) or one.state is State.NOT_STARTED
            open_[name] = Asked(one.framework, one.framework.facts[name], rules, blocks)
    return tuple(sorted(open_.values(), key=lambda question: not question.blocks))


def unasked(record: Record, questions: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """Those of the questions that nobody has answered in any way, not even that it is not known yet."""
    given = {fact.fact for fact in record.duties.facts}
    return tuple(one for one in questions if one.question.key not in given)


def is_time_to_ask(incident: IncidentRecord) -> bool:
    """Whether somebody looks at the incident closely by now."""
    return incident.phase in PHASES[PHASES.index(Phase.ASSESSMENT) :]


def missing_to_close(record: Record, policy: Policy, now: datetime) -> tuple[Gap, ...]:
    """What the clocks still lack before the incident may be closed."""
    if not can_have_any(record.duties, policy):
        return ()
    found = stand(record, policy, now)
    gaps = [*_clock_gaps(record, policy, found)]
    for question in asked(record, policy, now):
        if question.blocks:
            sentence = f"unanswered for {question.framework.title}: {question.question.ask}"
            gaps.append(Gap(Phase.ASSESSMENT, f"clocks:{question.question.key}", sentence))
    return tuple({gap.code: gap for gap in gaps}.values())


def missing_to_dismiss(record: Record, policy: Policy, now: datetime) -> tuple[Gap, ...]:
    """Clocks that run: they would be forgotten with an incident that is dismissed or merged."""
    return tuple(
        Gap(Phase.ASSESSMENT, f"clocks:{one.rule.key}", f"{one.rule.key} runs: {_WHAT_NOW}, or correct the answers")
        for one in stand(record, policy, now)
        if one.state.runs
    )


_WHAT_NOW = "file it, or decide that it is not required"


def _clock_gaps(record: Record, policy: Policy, found: tuple[Standing, ...]) -> Iterator[Gap]:
    for one in found:
        if sentence := _gap(record, policy, one):
            yield Gap(Phase.ASSESSMENT, f"clocks:{one.rule.key}", sentence)


def _gap(record: Record, policy: Policy, one: Standing) -> str:
    key, title = one.rule.key, one.framework.title
    match one.state:
        case State.OVERDUE:
            return f"{key} is overdue: {_WHAT_NOW}"
        case State.ANCHOR_MISSING:
            return f"{title}: nobody recorded the time. {one.framework.anchors[one.missing[0]].ask}"
        case State.SCOPE_NOT_DECLARED if not one.unknown and one.end.started is not None:
            return f"nobody has declared in the policy whether {title} reaches us ({key})"
        case State.DUE if one.rule.before_close:
            return f"{key} must be done before closing: {_WHAT_NOW}"
        case State.DUE if owner(record, policy, one.rule) is None:
            return f"{key} is due and nobody owns it: give it to somebody"
    return ""
