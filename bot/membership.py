"""Which of the policy's people and user groups somebody is."""

import logging

from bot.errors import SlackError
from bot.parts import Parts
from bot.workflows import permissions

log = logging.getLogger(__name__)


def sees_everything(parts: Parts, user: str) -> bool:
    """Whether the policy lets this person see every private incident."""
    named = parts.policy.permissions.see_private
    return bool(named) and not identities(parts, user, permissions.only_groups(named)).isdisjoint(named)


def identities(parts: Parts, user: str, groups: frozenset[str]) -> frozenset[str]:
    """The user's id, and those of these groups that the user is in.

    A group that Slack does not tell about is left out: what it would allow is refused until Slack answers.
    """
    mine = {user}
    for group in groups:
        try:
            if user in parts.quick.members_of_group(group):
                mine.add(group)
        except SlackError as error:
            log.warning("who is in %s? %s", group, error)
    return frozenset(mine)
