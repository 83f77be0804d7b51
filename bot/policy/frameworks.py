"""Frameworks: laws and contracts that set clocks running, as data. The catalogue is `bot/policy/catalogue/*.yml`.

A policy says which of them apply, changes what it must, and adds its own: a customer's contract is a framework like any
law. None of it is legal advice. Whether a framework applies, an organisation decides; what happened when, people record.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BeforeValidator, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from bot.policy.calendar import END_OF_DAY, Day, LegalCalendar
from bot.policy.conditions import UNKNOWN, BadCondition, Condition, Sort, Vocabulary, Word
from bot.policy.durations import LastingDuration
from bot.policy.periods import Period, Relief
from bot.policy.words import Entry, Key, Line, Section, inconsistent, knowing_their_keys
from db.enums import Answer, Kind, Phase

CATALOGUE = Path(__file__).parent / "catalogue"
# The fast one where there is one; whether the catalogue is sound, with its lines, the tests look.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOT_ADVICE = "A reminder and a record, not legal advice."
FILING, LATEST = "filing:", ":latest"
FILED = "filed."
NOT_FILED = "none"
DPO = "dpo"
# Times that every incident has by itself, once they have come.
OWN_TIMES = ("declared_at", "contained_at", "verified_at", "closed_at")
# The facts that every incident has; the severities are the policy's.
ANSWERS = ("customer_data", "personal_data", "service_affecting")
HALF = "half"


class Stage(StrEnum):
    """How far a notification goes that was sent."""

    EARLY = "early"
    INITIAL = "initial"
    UPDATE = "update"
    PROGRESS = "progress"
    FINAL = "final"


def _cutoff(value: object) -> time:
    if isinstance(value, time):
        return value
    try:
        found = time.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('expected a time of day such as "17:30", in quotes') from None
    if found.tzinfo is not None:
        raise ValueError('expected a time of day such as "17:30", in the calendar\'s zone')
    return found


def _reminders(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("expected a list such as [half, 24h, 1h]")  # noqa: TRY004 -- Pydantic's word for it
    for one in value:
        if one != HALF and not (isinstance(one, str) and Period.parse(one).is_elapsed):
            raise ValueError("expected half, or elapsed times before the end such as 24h")
    return tuple(value)


class Question(Entry):
    """A fact that decides on clocks and that somebody must know: one of some words, or a number."""

    ask: Line
    help: Line | None = None
    answers: tuple[Key, ...] = ()
    number: StrictBool = False

    @model_validator(mode="after")
    def _one_sort(self) -> Self:
        if bool(self.answers) == self.number:
            raise inconsistent("name answers, or number: true; not both")
        if UNKNOWN in self.answers:
            raise inconsistent("leave out 'unknown': it can always be answered")
        return self

    @property
    def sort(self) -> Sort | Word:
        """What a condition may compare it with."""
        return Sort.NUMBER if self.number else Word((*self.answers, UNKNOWN))


class Anchor(Entry):
    """A time that somebody records. `implied`: when the rule applies it has happened, known or not.

    `means` are facts that follow from its having happened, unless somebody answered otherwise.
    """

    ask: Line
    implied: StrictBool = False
    means: Mapping[Key, Key] = {}


class Step(Section):
    """A period from a start: an anchor, a time of the incident, or `filing:<rule>` with `:latest` behind or without."""

    start: Line
    add: Period
    cutoff: Annotated[time, BeforeValidator(_cutoff)] = END_OF_DAY


class Unless(Section):
    """What counts instead when a condition on the starts holds."""

    when: Condition
    then: Step


class Due(Section):
    """When it must be done: one step, or the earliest of several. Nothing runs before `begins` is known."""

    start: Line | None = None
    add: Period | None = None
    cutoff: Annotated[time, BeforeValidator(_cutoff)] = END_OF_DAY
    first_of: tuple[Step, ...] = ()
    begins: Line | None = None
    unless: Unless | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        one, several = self.start is not None and self.add is not None, len(self.first_of) > 1
        if one == several or (several and (self.start or self.add)):
            raise inconsistent("name start and add, or first_of with two steps or more")
        return self

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps, of which the earliest end counts."""
        if self.first_of:
            return self.first_of
        assert self.start is not None
        assert self.add is not None
        return (Step(start=self.start, add=self.add, cutoff=self.cutoff),)

    @property
    def starts(self) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """Every start that it names, with the path of the key below `due`."""
        if self.begins:
            yield self.begins, ("begins",)
        for place, step in enumerate(self.first_of):
            yield step.start, ("first_of", place, "start")
        if self.start:
            yield self.start, ("start",)
        if self.unless:
            yield self.unless.then.start, ("unless", "then", "start")


class Effective(Section):
    """From and until when the law is in force; None is open."""

    first: Day | None = None
    last: Day | None = None

    def covers(self, day: date) -> bool:
        """Whether it is in force that day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Remark(Section):
    """Something to say, from a while after a time on, for as long as the clock has not begun."""

    start: Line
    add: Period
    says: Line


class Rule(Entry):
    """A duty with a clock."""

    title: Line
    cite: Line
    source: Line | None = None
    verified_on: Day | None = None
    sure: Line | None = None
    enabled: StrictBool = True
    disabled_because: Line | None = None
    effective: Effective = Effective()
    applies_when: Condition | None = None
    exempt_when: Condition | None = None
    due: Due
    target: LastingDuration | None = None
    relief: Relief | None = None
    late_needs_reasons: StrictBool = False
    before_close: StrictBool = False
    to: Line
    content: tuple[Line, ...] = ()
    stages: tuple[Stage, ...] = ()
    note: Line | None = None
    remark: Remark | None = None
    remind: Annotated[tuple[str, ...], BeforeValidator(_reminders)] = (HALF, "24h", "4h", "1h")
    owner_role: Key = DPO

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if not self.enabled and self.disabled_because is None:
            raise inconsistent("a rule that is not enabled says why: disabled_because")
        return self


class Framework(Entry):
    """A law or a contract. `applies` is None until somebody has decided; `by` and `decided_on` say who and when."""

    title: Line
    applies: StrictBool | None = None
    by: Line | None = None
    decided_on: Day | None = None
    calendar: LegalCalendar
    applies_when: Condition | None = None
    facts: Annotated[Mapping[Key, Question], AfterValidator(knowing_their_keys)] = {}
    anchors: Annotated[Mapping[Key, Anchor], AfterValidator(knowing_their_keys)] = {}
    rules: Annotated[Mapping[Key, Rule], AfterValidator(knowing_their_keys)] = {}

    @model_validator(mode="after")
    def _somebody_decided(self) -> Self:
        if self.applies is not None and (self.by is None or self.decided_on is None):
            raise inconsistent("who decided, and when? Name by and decided_on beside applies")
        return self

    def when(self, rule: Rule) -> Condition | None:
        """What must be so for a rule of it to apply; None: whenever the framework does."""
        return rule.applies_when or self.applies_when

    def version(self, rule: Rule) -> str:
        """A mark of the rule as it counts now: of another text or calendar it is another one."""
        calendar = self.calendar.model_dump_json()
        counted = f"{rule.key}\n{rule.due.model_dump_json()}\n{self.when(rule)}\n{rule.exempt_when}\n{calendar}"
        return hashlib.sha256(counted.encode()).hexdigest()[:12]


Frameworks = Annotated[Mapping[Key, Framework], AfterValidator(knowing_their_keys)]


@cache
def catalogue() -> Mapping[str, Any]:
    """The built-in frameworks as plain data. Shared: not to be changed."""
    found: dict[str, Any] = {}
    for path in sorted(CATALOGUE.glob("*.yml")):
        found |= yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 -- it is a safe one
    return found


def rules_of(frameworks: Mapping[str, Framework]) -> Iterator[tuple[Framework, Rule]]:
    """Every rule with its framework."""
    for framework in frameworks.values():
        for rule in framework.rules.values():
            yield framework, rule


def vocabulary(frameworks: Mapping[str, Framework], severities: Mapping[str, Any]) -> Vocabulary:
    """The facts that rules may name in `applies_when` and `exempt_when`."""
    stages = Word((NOT_FILED, *Stage))
    return {
        "severity": Word(tuple(severities)),
        "kind": Word(tuple(Kind)),
        "phase": Word(tuple(Phase)),
        "private": Sort.FLAG,
        "drill": Sort.FLAG,
        **dict.fromkeys(ANSWERS, Word(tuple(Answer))),
        **{name: question.sort for framework in frameworks.values() for name, question in framework.facts.items()},
        **{f"{FILED}{rule.key}": stages for _, rule in rules_of(frameworks)},
    }


def filing_of(start: str) -> str | None:
    """The rule that `filing:<rule>` and `filing:<rule>:latest` name; None for other starts."""
    return start.removeprefix(FILING).removesuffix(LATEST) if start.startswith(FILING) else None


# ── what is wrong with them ─────────────────────────────────────────────────────────────────────────────────────────


def complaints(
    frameworks: Mapping[str, Framework], *, severities: Mapping[str, Any], roles: Mapping[str, Any]
) -> Iterator[PydanticCustomError]:
    """What is wrong with the frameworks beside each other and the rest of the policy."""
    known = vocabulary(frameworks, severities)
    homes: dict[str, str] = {}
    for framework, rule in rules_of(frameworks):
        if rule.key in homes:
            yield _wrong(framework, rule, f"there is a rule of this name in {homes[rule.key]} too; give it another")
        homes[rule.key] = framework.key
    for framework in frameworks.values():
        yield from _about_facts(frameworks, framework)
    for framework in frameworks.values():
        yield from _about_condition(framework.applies_when, known, "frameworks", framework.key, "applies_when")
        for rule in framework.rules.values():
            yield from _about_rule(framework, rule, known, homes, roles)
    yield from _about_circles(frameworks)


def _about_facts(frameworks: Mapping[str, Framework], framework: Framework) -> Iterator[PydanticCustomError]:
    for name, question in framework.facts.items():
        for other in takewhile(lambda one: one is not framework, frameworks.values()):
            if name in other.facts and other.facts[name].sort != question.sort:
                here = ("frameworks", framework.key, "facts", name)
                yield inconsistent(f"{other.key} has a fact of this name with other answers; give it another", *here)
    for name, anchor in framework.anchors.items():
        for fact, word in anchor.means.items():
            if word not in getattr(framework.facts.get(fact), "answers", ()):
                problem = f"no fact of {framework.key} that can be {word!r}"
                yield inconsistent(problem, "frameworks", framework.key, "anchors", name, "means", fact)


def _about_condition(condition: Condition | None, known: Vocabulary, *here: str) -> Iterator[PydanticCustomError]:
    if condition is None:
        return
    try:
        condition.check(known)
    except BadCondition as wrong:
        yield inconsistent(str(wrong), *here)
        return
    if condition.can_never_match(known):
        yield inconsistent("this can never be", *here)


def _about_rule(
    framework: Framework, rule: Rule, known: Vocabulary, homes: Mapping[str, str], roles: Mapping[str, Any]
) -> Iterator[PydanticCustomError]:
    here = ("frameworks", framework.key, "rules", rule.key)
    yield from _about_condition(rule.applies_when, known, *here, "applies_when")
    yield from _about_condition(rule.exempt_when, known, *here, "exempt_when")
    times = dict.fromkeys((*framework.anchors, *OWN_TIMES), Sort.INSTANT)
    named: list[tuple[str, tuple[str | int, ...]]] = [(start, ("due", *path)) for start, path in rule.due.starts]
    if rule.remark:
        named.append((rule.remark.start, ("remark", "start")))
    for start, path in named:
        filed = filing_of(start)
        if filed is not None and filed not in homes:
            yield inconsistent(f"there is no rule {filed!r} to be filed", *here, *path)
        if filed is None and start not in times:
            yield inconsistent(f"no such start; there are {', '.join(times)}, or filing:<rule>", *here, *path)
    if rule.due.unless:
        yield from _about_condition(rule.due.unless.when, times, *here, "due", "unless", "when")
    if rule.owner_role not in roles and rule.owner_role != DPO:
        yield inconsistent(f"no such role; there are {', '.join(roles)}, and {DPO}", *here, "owner_role")


def _about_circles(frameworks: Mapping[str, Framework]) -> Iterator[PydanticCustomError]:
    waits: dict[str, list[str]] = {}
    for _, rule in rules_of(frameworks):
        waits[rule.key] = [filed for start, _ in rule.due.starts if (filed := filing_of(start)) is not None]
    for framework, rule in rules_of(frameworks):
        circle = _circle(rule.key, waits)
        if circle:
            path = " → ".join(circle)
            yield _wrong(framework, rule, f"it would wait for itself: {path}; let one of them start otherwise", "due")


def _circle(rule: str, waits: Mapping[str, list[str]]) -> list[str] | None:
    """The way from a rule over what it waits for back to itself, if there is one."""
    ways = [[rule, after] for after in waits.get(rule, ())]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == rule:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, after] for after in waits.get(way[-1], ())]
    return None


def _wrong(framework: Framework, rule: Rule, problem: str, *path: str) -> PydanticCustomError:
    return inconsistent(problem, "frameworks", framework.key, "rules", rule.key, *path)
