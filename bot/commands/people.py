"""What Slack says about people we know: they changed their name, or left."""

from collections.abc import Mapping
from typing import Any

from bot.commands.asking import Heard
from bot.parts import Parts
from bot.slack import person_of
from bot.workflows import people
from db import queries


def changed(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """Somebody's profile changed. Of strangers nothing is kept: who is neither known nor named in the policy."""
    person = person_of(body["event"]["user"])
    with parts.store.read() as session:
        known = queries.people(session, [person.user]) or person.user in parts.policy.people
    return (lambda work: people.remember(work, person)) if known else None


EVENTS = {"user_change": changed}
