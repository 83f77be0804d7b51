"""What Slack says about people we know: they changed their name, or left."""

from collections.abc import Mapping
from typing import Any

from bot.commands.asking import Heard
from bot.parts import Parts
from bot.slack import person_of
from bot.workflows import people, roles
from db import queries
from db.store import Work


def changed(parts: Parts, body: Mapping[str, Any]) -> Heard | None:
    """Somebody's profile changed. Of strangers nothing is kept: who is neither known nor named in the policy."""
    person = person_of(body["event"]["user"])
    with parts.store.read() as session:
        known = queries.people(session, [person.user]) or person.user in parts.policy.people
    if not known:
        return None

    def learned(work: Work) -> None:
        before = queries.people(work.session, [person.user]).get(person.user)
        people.remember(work, person)
        if not person.active and (before is None or before.active):
            roles.holder_left(work, user=person.user)

    return learned


EVENTS = {"user_change": changed}
