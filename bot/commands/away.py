"""People say that they are away, or back."""

from bot.commands import dates
from bot.commands.asking import Reply, Typed
from bot.errors import Refused
from bot.parts import Parts
from bot.views import lists
from bot.workflows import absences
from db import queries


def away_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident away until friday`: roles go to the deputies until the end of that day."""
    word, rest = asked.take_word()
    named = rest.rest if word.lower() == "until" else asked.rest
    if not named:
        raise Refused("Until when? Name the last day: `/incident away until friday`")
    now, policy = parts.clock.now(), parts.policy
    until = policy.calendar.end_of(dates.day(named, now=now, policy=policy))
    with parts.store.begin() as work:
        absences.leave(work, user=asked.user, until=until)
        held = queries.roles_of(work.session, asked.user)
    return lists.away(until, held, policy)


def back_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident back`."""
    with parts.store.begin() as work:
        absences.come_back(work, user=asked.user)
    return "Welcome back. Roles come to you again, as the policy says."


TYPED = {"away": away_typed, "back": back_typed}
