"""What follows from a change, added to the transaction that makes it, whichever workflow that was.

Every change of facts is a line of the timeline. So before a commit the lines that were written are looked through, in this
one place: whatever changes facts, today or one day, cannot forget who else must hear of it.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.effects import RefreshHomes
from bot.policy import Policy
from bot.workflows import clocks, escalation, handover, signing, trackers
from db.enums import EntryKind
from db.models import Incident
from db.records import EntryRecord
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
# Whatever something is looked for in that follows from it.
FOLLOWED = FACTS | CLOCKS | {EntryKind.ROLE, EntryKind.ACTION}


def attach(store: Store, *, policy: Callable[[], Policy], mail: bool) -> None:
    """Have every transaction of this store looked through. `mail` says whether there is a mail server."""
    store.before_commit = lambda work: add(work, policy=policy(), mail=mail)


def add(work: Work, *, policy: Policy, mail: bool) -> None:
    """Add what follows from what this transaction has noted."""
    for number, entries in _by_incident(work):
        kinds = {entry.kind for entry in entries}
        if kinds & FOLLOWED:  # What is only said is said in brief, and nobody needs the whole incident.
            _follow(work, policy, work.incident(number), entries, mail=mail)
        if kinds - NOT_AT_HOME:
            work.tell(RefreshHomes(incident=number), only_if="watched")


def _follow(work: Work, policy: Policy, incident: Incident, entries: Sequence[EntryRecord], *, mail: bool) -> None:
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


def _by_incident(work: Work) -> Iterator[tuple[int, list[EntryRecord]]]:
    """What was noted of each incident, in the order of their numbers, as everybody locks them."""
    noted = tuple(work.noted)
    for number in sorted({number for number, _ in noted}):
        yield number, [entry for of, entry in noted if of == number]
