"""The policy: how a team handles incidents, in numbers and names.

A policy file changes the built-in policy key by key: what it does not name keeps its default (docs/policy.md has them
all). Read it once with `load`; what comes back is frozen. A new section is a class in `sections` or in a module of its
own, a key of `Policy`, and its defaults in `builtin`; merging, error texts and the test of the documentation follow by
themselves.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.policy.builtin import BUILT_IN, defaults
from bot.policy.calendar import Calendar
from bot.policy.complaints import complaint
from bot.policy.cron import Cron
from bot.policy.customers import Component, Customers
from bot.policy.document import Document, read
from bot.policy.durations import Duration, Unit
from bot.policy.escalation import Orders, Rule
from bot.policy.frameworks import catalogue
from bot.policy.sections import (
    Asked,
    Chase,
    Ladder,
    Leader,
    Permissions,
    Policy,
    Review,
    ReviewPart,
    Role,
    Severity,
    Targets,
)
from bot.policy.words import ANYBODY, INSIDERS

__all__ = [
    "ANYBODY",
    "BUILT_IN",
    "INSIDERS",
    "Asked",
    "Calendar",
    "Chase",
    "Component",
    "Cron",
    "Customers",
    "Duration",
    "Ladder",
    "Leader",
    "Orders",
    "Permissions",
    "Policy",
    "Review",
    "ReviewPart",
    "Role",
    "Rule",
    "Severity",
    "Targets",
    "Unit",
    "load",
]

UTC_ZONE = ZoneInfo("UTC")


def load(path: Path | None = None, *, zone: ZoneInfo = UTC_ZONE) -> Policy:
    """The policy in the file at `path`, or the built-in one; `zone` is the team's unless the file names another.

    BadPolicy, in one line with file, line and key, when the file cannot be read or says something that cannot be.
    """
    document = read(path) if path is not None else Document("built-in policy")
    values = _merged(_defaults(), document.values)
    calendar = values["calendar"]
    if isinstance(calendar, dict) and calendar.get("zone") is None:
        values["calendar"] = {**calendar, "zone": zone}
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        raise complaint(document, error) from error


@cache
def _defaults() -> Mapping[str, Any]:
    """The built-in policy with the catalogue of frameworks. Shared: not to be changed."""
    built_in = defaults()
    return {**built_in, "frameworks": _merged(catalogue(), built_in["frameworks"])}


def _merged(default: Any, given: Any) -> Any:
    """`given` over `default`, key by key. Lists are replaced. A heading with nothing below it changes nothing."""
    if given is None and isinstance(default, (Mapping, list)):
        return default
    if not isinstance(default, Mapping) or not isinstance(given, Mapping):
        return given
    return {**default, **{key: _merged(default.get(key), value) for key, value in given.items()}}
