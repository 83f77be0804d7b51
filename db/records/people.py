"""People, and how they are named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """What Slack says about a person."""

    user: str
    name: str
    email: str | None = None
    zone: str | None = None
    active: bool = True
    bot: bool = False


def named(people: Mapping[str, PersonRecord], user: str) -> str:
    """A person's name for text that is read outside Slack; the id when nobody knows it."""
    person = people.get(user)
    return person.name if person else user


def users_in(text: str) -> frozenset[str]:
    """The ids of whoever may be named in a text. One too many costs nothing: nobody has it."""
    return frozenset(re.findall(r"\b[UW][A-Z0-9]+\b", text))
