"""Before something is done: may this person do it? Who may not is told, and the refusal is kept."""

from bot.commands.asking import Doing
from bot.errors import Refused
from bot.membership import identities
from bot.parts import Parts
from bot.workflows import permissions
from db import queries
from db.records import IncidentRecord


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
