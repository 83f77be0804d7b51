"""What follows from a change, added to the transaction that makes it, whichever workflow that was.

Every change of facts is a line of the timeline. So before a commit the lines that were written are looked through, in this
one place: whatever changes facts, today or one day, cannot forget who else must hear of it.
"""

from collections.abc import Callable, Iterator

from bot.effects import RefreshHomes
from bot.policy import Policy
from bot.workflows import clocks, escalation, handover, signing, trackers
from db.enums import EntryKind
from db.models import Entry, Incident
from db.store import Store, Work

# What changes what a regulatory clock is computed from, or whom it is to be asked of.
CLOCKS = frozenset(
    {
        EntryKind.DECLARED,
        EntryKind.PHASE,
        EntryKind.ROLE,
        EntryKind.SEVERITY,
        EntryKind.ANSWER,
        EntryKind.CONTAINED,
        EntryKind.VERIFIED,
        EntryKind.CLOCK,
        EntryKind.FILED,
        EntryKind.CLOSED,
        EntryKind.DISMISSED,
        EntryKind.MERGED,
        EntryKind.REOPENED,
    }
)
# What App Home shows nothing of.
NOT_AT_HOME = frozenset(
    {
        EntryKind.NOTE,
        EntryKind.UPDATE,
        EntryKind.PINNED,
        EntryKind.EDITED,
        EntryKind.DELETED,
        EntryKind.ANSWER,
        EntryKind.CONTAINED,
        EntryKind.DEPLOYMENT,
        EntryKind.ESCALATED,
        EntryKind.TOLD,
        EntryKind.CUSTOMERS,
    }
)
# What changes a fact that a rule may ask for, or that leadership was told. Notes, updates and the like do not.
FACTS = frozenset(
    {
        EntryKind.DECLARED,
        EntryKind.PHASE,
        EntryKind.SEVERITY,
        EntryKind.ANSWER,
        EntryKind.CLOSED,
        EntryKind.DISMISSED,
        EntryKind.MERGED,
        EntryKind.REOPENED,
    }
)


def attach(store: Store, *, policy: Callable[[], Policy], mail: bool) -> None:
    """Have every transaction of this store looked through. `mail` says whether there is a mail server."""
    store.before_commit = lambda work: add(work, policy=policy(), mail=mail)


def add(work: Work, *, policy: Policy, mail: bool) -> None:
    """Add what follows from what this transaction has noted."""
    for incident, entries in _by_incident(work):
        given = [entry for entry in entries if entry.kind is EntryKind.ROLE]
        if given:
            handover.tell(work, policy=policy, mail=mail, incident=incident, entries=given)
            signing.pass_on(work, policy=policy, incident=incident, entries=given)
        changes = [entry for entry in entries if entry.kind in FACTS]
        if changes:
            escalation.consider(work, policy=policy, mail=mail, incident=incident, entries=changes)
        if any(entry.kind in CLOCKS for entry in entries):
            clocks.follow(work, policy=policy, incident=incident)
        actions = [entry for entry in entries if entry.kind is EntryKind.ACTION]
        if actions:
            trackers.follow(work, policy=policy, incident=incident, entries=actions)
        if any(entry.kind not in NOT_AT_HOME for entry in entries):
            work.tell(RefreshHomes(incident=incident.id), only_if="watched")


def _by_incident(work: Work) -> Iterator[tuple[Incident, list[Entry]]]:
    """What was noted of each incident, in the order of their numbers, as everybody locks them."""
    incidents = {incident.id: incident for incident, _ in work.noted}
    noted = tuple(work.noted)
    for number in sorted(incidents):
        yield incidents[number], [entry for incident, entry in noted if incident.id == number]
