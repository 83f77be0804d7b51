"""Before something is done: may this person do it? Who may not is told, and the refusal is kept."""

from bot.commands.asking import Doing
from bot.commands.membership import identities
from bot.errors import Refused
from bot.parts import Parts
from bot.workflows import permissions
from db import queries
from db.records import DeliveryRecord, IncidentRecord


def check(parts: Parts, doing: Doing, what: str, incident: IncidentRecord | None = None) -> None:
    """Refuse, and remember the refusal, unless the policy allows it. Who acts in a room is in it."""
    with parts.store.read() as session:
        insider = incident is not None and (
            (incident.room is not None and incident.room == doing.channel)
            or queries.insider(session, incident.id, doing.user)
        )
    rules = permissions.groups(parts.policy, what)
    if permissions.allows(parts.policy, what, identities(parts, doing.user, rules), insider=insider):
        return
    with parts.store.begin() as work:
        number = incident.id if incident else None
        permissions.record(work, user=doing.user, what=what, number=number, allowed=False)
    raise Refused(permissions.REFUSALS[what])


def repairs(parts: Parts, user: str, viewer: str | None) -> list[DeliveryRecord]:
    """What was given up of the incidents that this person may administrate and see; `viewer` as in the lists."""
    rules = permissions.groups(parts.policy, "administrate")
    mine = identities(parts, user, rules)
    everywhere = permissions.allows(parts.policy, "administrate", mine, insider=False)
    if not everywhere and not permissions.allows(parts.policy, "administrate", mine, insider=True):
        return []
    with parts.store.read() as session:
        return queries.given_up(session, viewer=viewer, insider=None if everywhere else user)
