"""One effect under way: what its carrier works with, and what it gives back."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.effects import RefreshCard
from bot.errors import SlackError
from bot.parts import Parts
from bot.workflows import people
from db import outbox, queries, similar
from db.outbox import Claimed
from db.records import IncidentRecord, PersonRecord, Record
from db.store import Work

# So many unknown people are asked about for one document.
ASKED_MOST = 20
Learned = Callable[[Work], None]
"""What a carrier gives back: applied in the transaction that settles the effect."""


def nothing(work: Work) -> None:
    """Nothing was learned."""


@dataclass(frozen=True)
class Errand:
    """One effect under way: what is to be done, and with what."""

    parts: Parts
    claimed: Claimed

    @property
    def first_try(self) -> bool:
        """Whether nobody can have tried before to show what this shows."""
        return self.claimed.first_try

    @property
    def look_since(self) -> datetime | None:
        """From when on an earlier attempt may have said it already; None when there was none."""
        return None if self.claimed.attempts == 1 else self.claimed.told_at

    def card_shown_since(self, moment: datetime) -> bool:
        """Whether the incident's card has been brought up to date since then."""
        assert self.claimed.incident is not None
        with self.parts.store.read() as session:
            return outbox.carried_since(
                session, kind=RefreshCard.__name__, incident=self.claimed.incident, since=moment
            )

    def incident(self) -> IncidentRecord:
        """The incident as the database has it now."""
        assert self.claimed.incident is not None
        with self.parts.store.read() as session:
            found = queries.incident(session, self.claimed.incident)
        assert found is not None
        return found

    def record(self, *, with_timeline: bool = False) -> Record:
        """The incident and everything about it as the database has it now; its timeline only when it is asked for."""
        assert self.claimed.incident is not None
        with self.parts.store.read() as session:
            return queries.record(session, self.claimed.incident, with_timeline=with_timeline)

    def document_record(self) -> Record:
        """All that the review document says: the timeline too, and the past incidents that resemble this one."""
        with self.parts.store.read() as session:
            return similar.with_similar(session, self.record(with_timeline=True))


def meet(unknown: Iterable[str], parts: Parts) -> list[PersonRecord]:
    """What Slack says about people whom we do not know: of those it tells of now. An id instead of a name is no disaster."""
    found: list[PersonRecord] = []
    asked = [] if parts.health.degraded else sorted(filter(people.is_in_slack, unknown))
    for user in asked[:ASKED_MOST]:
        with contextlib.suppress(SlackError):
            person = parts.quick.person(user)
            found += [person] if person else []
    return found


def remembering(found: Iterable[PersonRecord], learned: Learned = nothing) -> Learned:
    """What was learned, and that these people are known from now on."""

    def both(work: Work) -> None:
        for person in found:
            people.remember(work, person)
        learned(work)

    return both
