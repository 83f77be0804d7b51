"""Which person is meant, and what Slack says about them."""

import logging
from datetime import timedelta

from bot.commands.asking import USER
from bot.errors import Refused, SlackBusy, SlackUnclear
from bot.parts import Parts
from bot.workflows import people
from db import queries
from db.records import PersonRecord

log = logging.getLogger(__name__)
FRESH_FOR = timedelta(minutes=10)


def named(parts: Parts, word: str, *, usage: str) -> PersonRecord:
    """The person behind a typed `@ana`. Slack turns a name it knows into `<@U…>`; what it leaves alone is nobody."""
    match = USER.fullmatch(word)
    if match is None:
        raise Refused(f"I cannot tell who “{word}” is. Type @ and choose the person from Slack's list: `{usage}`")
    return known(parts, match[1])


def known(parts: Parts, user: str) -> PersonRecord:
    """What Slack says about a person, asked at most every ten minutes.

    When Slack does not answer, the person is taken for what they were; somebody who was never seen is taken for
    present: in an incident a role must not fail for a look-up.
    """
    with parts.store.read() as session:
        remembered = queries.people(session, [user], since=parts.clock.now() - FRESH_FOR).get(user)
        old = queries.people(session, [user]).get(user)
    if remembered is not None:
        return remembered
    try:
        found = parts.quick.person(user)
    except (SlackUnclear, SlackBusy) as error:
        log.warning("could not ask Slack about %s: %s", user, error)
        return old or PersonRecord(user=user, name=f"<@{user}>")
    if found is None:
        raise Refused("There is nobody with that id in this workspace. Choose the person from Slack's list.")
    with parts.store.begin() as work:
        people.remember(work, found)
    return found
