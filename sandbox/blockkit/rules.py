"""The few words in which the tables of Block Kit are written, and what Slack says when one is broken.

A rule is a function `(value, pointer, problems)` that adds to `problems`. Texts and pointers are Slack's, as recorded in
public issues: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where (a JSON pointer)."""

    message: str
    pointer: str
    code: str = "failed_constraint"
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_json(self) -> dict[str, Any]:
        """As `blocks.validate` shows it."""
        return {"code": self.code, "message": self.message, "pointer": self.pointer, **self.detail}


Rule = Callable[[Any, str, list[Problem]], None]


def _failed(message: str, pointer: str, sort: str, expected: Any) -> Problem:
    return Problem(message, pointer, detail={"constraint": {"type": sort, "expected": expected}})


def string(most: int, least: int = 0) -> Rule:
    """Text of `least` to `most` characters."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            problems.append(_failed("must provide a string", pointer, "type", "string"))
        elif len(value) > most:
            problems.append(_failed(f"must be less than {most + 1} characters", pointer, "max_length", most))
        elif len(value) < least:
            problems.append(_failed(f"must be more than {least - 1} characters", pointer, "min_length", least))

    return check


def one_of(*allowed: Any) -> Rule:
    """One of these words."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if value not in allowed:
            words = ", ".join(map(str, allowed))
            problems.append(_failed(f"must be one of: {words}", pointer, "enum", list(allowed)))

    return check


def boolean(value: Any, pointer: str, problems: list[Problem]) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problems.append(_failed("must provide a boolean", pointer, "type", "boolean"))


def anything(value: Any, pointer: str, problems: list[Problem]) -> None:
    """Whatever; for the parts Slack documents too little of to check."""


def integer(least: int, most: int | None = None) -> Rule:
    """A whole number within these bounds."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(_failed("must provide an integer", pointer, "type", "integer"))
        elif value < least:
            problems.append(_failed(f"must be greater than or equal to {least}", pointer, "min", least))
        elif most is not None and value > most:
            problems.append(_failed(f"must be less than or equal to {most}", pointer, "max", most))

    return check


def url(most: int = 3000) -> Rule:
    """An address that starts with http:// or https://."""
    length = string(most, 1)

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        before = len(problems)
        length(value, pointer, problems)
        if len(problems) == before and not value.startswith(("http://", "https://")):
            problems.append(_failed("must be a valid url", pointer, "format", "url"))

    return check


def matching(pattern: Callable[[str], bool], what: str) -> Rule:
    """Text in a certain form, such as a date."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not isinstance(value, str) or not pattern(value):
            problems.append(_failed(f"must be a valid {what}", pointer, "format", what))

    return check


def array(rule: Rule, least: int, most: int) -> Rule:
    """A list of `least` to `most` things, each obeying the rule."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not isinstance(value, list):
            problems.append(_failed("must provide an array", pointer, "type", "array"))
            return
        if len(value) > most:
            problems.append(_failed(f"no more than {most} items allowed", pointer, "max_items", most))
            return
        if len(value) < least:
            problems.append(_failed(f"no fewer than {least} items allowed", pointer, "min_items", least))
        for number, one in enumerate(value):
            rule(one, f"{pointer}/{number}", problems)

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the properties it must and may have (`type` aside), rules over the whole, and where Slack says so."""

    source: str
    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    whole: tuple[Rule, ...] = ()

    def __call__(self, value: Any, pointer: str, problems: list[Problem]) -> None:
        """Check the value against all of it."""
        if not isinstance(value, dict):
            problems.append(_failed("must provide an object", pointer, "type", "object"))
            return
        for name in self.required:
            if value.get(name) is None:
                message = f"missing required field: {name}"
                problems.append(Problem(message, pointer, "missing_field", {"field": name}))
        for name, one in value.items():
            rule = self.required.get(name) or self.optional.get(name)
            if rule is not None:
                if one is not None:
                    rule(one, f"{pointer}/{name}", problems)
            elif name != "type":
                problems.append(_failed(f"invalid additional property: {name}", pointer, "additional_property", name))
        for rule in self.whole:
            rule(value, pointer, problems)


def typed(table: Mapping[str, Rule], *, allowed: frozenset[str] | None = None) -> Rule:
    """An object whose `type` says which rule of the table it obeys; `allowed` narrows the table to a place."""
    names = [name for name in table if allowed is None or name in allowed]

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            problems.append(_failed("must provide an object", pointer, "type", "object"))
            return
        sort = value.get("type")
        if sort is None:
            problems.append(Problem("missing required field: type", pointer, "missing_field", {"field": "type"}))
        elif not isinstance(sort, str) or sort not in table or (allowed is not None and sort not in allowed):
            problems.append(_failed(f"unsupported type: {sort}", f"{pointer}/type", "enum", names))
        else:
            table[sort](value, pointer, problems)

    return check


def together(message: str, holds: Callable[[dict[str, Any]], bool]) -> Rule:
    """Something that must hold between the properties of an object."""

    def check(value: Any, pointer: str, problems: list[Problem]) -> None:
        if not holds(value):
            problems.append(_failed(message, pointer, "combination", message))

    return check
