"""Who else must know of an incident, and when: rules of a condition (`when`) and orders (`then`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import StrictBool
from pydantic_core import PydanticCustomError

from bot.policy.conditions import BadCondition, Condition, Sort, Vocabulary, Word
from bot.policy.durations import LastingDuration
from bot.policy.words import Entry, Key, Line, PersonOrGroup, Section, inconsistent
from db.enums import Answer, Kind, Phase

HIGH = "high"


class Orders(Section):
    """What a rule has done, once an incident."""

    leadership: StrictBool = False
    customers: StrictBool = False
    invite: tuple[PersonOrGroup, ...] = ()
    roles: Mapping[Key, LastingDuration] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.leadership or self.customers or self.invite or self.roles)


class Rule(Entry):
    """When `when` holds, `then` follows; `why` is what people are told as the reason."""

    when: Condition
    why: Line
    then: Orders
    enabled: StrictBool = True


def vocabulary(severities: Mapping[str, Any]) -> Vocabulary:
    """The facts that a rule may name. Rules are for incidents that are open: there are the five phases alone."""
    return {
        **of_incidents(severities),
        "phase": Word(tuple(phase for phase in Phase if phase.is_open)),
        "age": Sort.SPAN,
        "drill": Sort.FLAG,
    }


def of_incidents(severities: Mapping[str, Any]) -> Vocabulary:
    """The facts that conditions may name of any incident, however it stands."""
    answers = Word(tuple(Answer))
    return {
        "severity": Word(tuple(severities)),
        HIGH: Sort.FLAG,
        "kind": Word(tuple(Kind)),
        "customer_data": answers,
        "personal_data": answers,
        "service_affecting": answers,
        "private": Sort.FLAG,
    }


def wrong_rules(
    rules: Mapping[str, Rule], *, high: Mapping[str, bool], roles: Mapping[str, Any]
) -> Iterator[PydanticCustomError]:
    """What is wrong with the rules beside the rest of the policy. `high` says of each severity whether it is high."""
    known = vocabulary(high)
    for key, rule in rules.items():
        here = ("escalation", key)
        try:
            rule.when.check(known)
        except BadCondition as wrong:
            yield inconsistent(str(wrong), *here, "when")
            continue
        if _can_never_match(rule.when, known, high):
            yield inconsistent("this can never be; the rule would never be followed", *here, "when")
        if not rule.then:
            yield inconsistent("nothing to do; name leadership, customers, invite or roles", *here, "then")
        for role in rule.then.roles:
            if role not in roles:
                yield inconsistent(f"no such role; there are {', '.join(roles)}", *here, "then", "roles", role)


def _can_never_match(when: Condition, known: Vocabulary, high: Mapping[str, bool]) -> bool:
    """Whether no facts make it hold. What is high follows from the severity, which the condition itself cannot know."""
    if HIGH not in when.names:
        return when.can_never_match(known)
    for severity, is_high in high.items():
        try:
            there = Condition.parse(f"({when}) and severity == '{severity}' and {'' if is_high else 'not '}{HIGH}")
        except BadCondition:  # Too long together: it is given the benefit of the doubt.
            return False
        if not there.can_never_match(known):
            return False
    return True
