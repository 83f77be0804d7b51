"""Which of an incident's entries a picture names, and in which words; the others are counted.

The words are ours: a picture cannot be redacted, so nothing that people wrote is in it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from bot.policy import Policy
from bot.views import labels
from bot.views.pictures.paper import drawable
from db.enums import EntryKind
from db.records import EntryRecord, Record

NAMED_MOST = 14
_NOT_A_PERSON = "tocsin"


class Sort(Enum):
    """What an event is about; the value is the colour of its number, on which white can be read."""

    COURSE = "#1d4e89"
    WORSE = "#9c2a10"
    BETTER = "#1b6e4b"
    TOLD = "#5b3a8c"
    DUTY = "#4a4a4f"


@dataclass(frozen=True)
class Event:
    """Something that the picture names, which stands for some entries of a kind.

    When there are too many, those of the highest `rank` are left out first, and counted.
    """

    at: datetime
    words: str
    sort: Sort
    rank: int
    kind: EntryKind | None = None
    entries: int = 1


@dataclass(frozen=True)
class Told:
    """What is named, in the order of time, and what is only counted: `12 notes, 3 pinned messages`."""

    named: tuple[Event, ...]
    besides: str


# How entries that are not named are counted: one, several.
_OTHER = ("other entry", "other entries")
_COUNTED: Mapping[EntryKind, tuple[str, str]] = {
    EntryKind.NOTE: ("note", "notes"),
    EntryKind.PINNED: ("pinned message", "pinned messages"),
    EntryKind.UPDATE: ("update", "updates"),
    EntryKind.CUSTOMERS: ("entry about customer updates", "entries about customer updates"),
    EntryKind.CLOCK: ("entry about clocks", "entries about clocks"),
    EntryKind.ANSWER: ("answer", "answers"),
    EntryKind.ACTION: ("entry about actions", "entries about actions"),
    EntryKind.REVIEW: ("entry about the review", "entries about the review"),
}
# Bands and bars show them all.
_SHOWN = (EntryKind.PHASE, EntryKind.ROLE)


def told(record: Record, policy: Policy) -> Told:
    """The events to name, and the other entries counted: none is neither."""
    found: list[Event] = [*_beginnings(record)]
    counted: Counter[tuple[str, str]] = Counter()
    for entry in record.timeline:
        said = None if entry.redacted_at is not None else _said(entry, policy)
        if said is not None:
            words, sort, rank = said
            found.append(Event(entry.at, words, sort, rank, entry.kind))
        elif entry.kind not in _SHOWN:
            counted[_COUNTED.get(entry.kind, _OTHER)] += 1
    by_rank = sorted(_together(found), key=lambda event: (event.rank, event.at))
    for event in by_rank[NAMED_MOST:]:
        if event.kind is not None:
            counted[_COUNTED.get(event.kind, _OTHER)] += event.entries
    named = sorted(by_rank[:NAMED_MOST], key=lambda event: event.at)
    order = [*_COUNTED.values(), _OTHER]
    besides = (f"{counted[words]} {words[counted[words] > 1]}" for words in order if counted[words])
    return Told(tuple(named), ", ".join(besides))


def _beginnings(record: Record) -> Iterator[Event]:
    """What the timeline does not say in so many words: when it began, and when somebody began to work on it."""
    if record.review is not None and record.review.began_at is not None:
        yield Event(record.review.began_at, "It began, as far as is known", Sort.WORSE, 0)
    taken = [entry.at for entry in record.timeline if entry.kind is EntryKind.ROLE and entry.by != _NOT_A_PERSON]
    if taken:
        yield Event(min(taken), "Acknowledged: the first role is taken", Sort.COURSE, 2)


def _together(events: Iterable[Event]) -> Iterator[Event]:
    """Clocks of several frameworks start at once: within one minute that is one event."""
    clocks: dict[datetime, list[Event]] = {}
    for event in events:
        if event.kind is EntryKind.CLOCK:
            clocks.setdefault(event.at.replace(second=0, microsecond=0), []).append(event)
        else:
            yield event
    for first, *others in clocks.values():
        count = 1 + len(others)
        yield replace(first, words=f"{count} clocks started", entries=count) if others else first


Said = tuple[str, Sort, int]
_Data = Mapping[str, Any]


def _said(entry: EntryRecord, policy: Policy) -> Said | None:
    """What the picture says for an entry; None where it says nothing. An old one may lack what is written today."""
    by_data = _BY_DATA.get(entry.kind)
    return by_data(entry.data, policy) if by_data is not None else _ALWAYS.get(entry.kind)


def _declared(data: _Data, policy: Policy) -> Said:
    known = data.get("severity")
    return f"Declared as {_severity(policy, known)}" if known else "Declared", Sort.WORSE, 0


def _severity_changed(data: _Data, policy: Policy) -> Said:
    here, there = data.get("from"), data.get("to")
    if here is None or there is None:
        return "Severity changed", Sort.WORSE, 1
    if here == there:
        return f"Severity {_severity(policy, there)} confirmed", Sort.COURSE, 4
    order = [*policy.severities]
    worse = here in order and there in order and order.index(there) < order.index(here)
    words = f"Severity changed from {_severity(policy, here)} to {_severity(policy, there)}"
    return words, Sort.WORSE if worse else Sort.BETTER, 1


def _merged(data: _Data, policy: Policy) -> Said:
    if "into" in data:
        return f"Merged into {drawable(str(data['into']))}", Sort.BETTER, 0
    return f"{drawable(str(data.get('merged', 'Another incident')))} was merged into it", Sort.COURSE, 3


def _customers(data: _Data, policy: Policy) -> Said | None:
    if data.get("state") != "published":
        return None
    told = "Customers would have been told" if data.get("drill") else "Customers told"
    stage = f": {labels.stage(data['stage']).lower()}" if "stage" in data else ""
    return told + stage, Sort.TOLD, 2


def _deployment(data: _Data, policy: Policy) -> Said:
    if "remedy" in data:
        return f"Decided to {labels.remedy(data['remedy'])}", Sort.COURSE, 2
    return "A deployment is suspected", Sort.COURSE, 3


def _clock(data: _Data, policy: Policy) -> Said | None:
    if data.get("state") != "started":
        return None
    return f"Clock started: {_rule(data)}", Sort.DUTY, 3


def _filed(data: _Data, policy: Policy) -> Said:
    if data.get("state") == "withdrawn":
        return f"Filing withdrawn: {_rule(data)}", Sort.DUTY, 1
    return f"Notification sent{', late' if data.get('late') else ''}: {_rule(data)}", Sort.DUTY, 1


def _escalated(data: _Data, policy: Policy) -> Said:
    if "missing" in data:
        return f"Still missing: {drawable(labels.role(policy, str(data['missing'])))}", Sort.WORSE, 5
    if data.get("leaders"):
        return "Leadership told", Sort.TOLD, 3
    return "Escalated", Sort.TOLD, 5


def _review(data: _Data, policy: Policy) -> Said | None:
    match data.get("state"):
        case "begun":
            return "Review begun", Sort.COURSE, 4
        case "done":
            version = f", version {data['version']}" if "version" in data else ""
            return f"Review signed{version}", Sort.BETTER, 2
    return None


def _rule(data: _Data) -> str:
    return drawable(str(data.get("title") or data.get("rule") or "a duty"))


def _severity(policy: Policy, key: object) -> str:
    return drawable(labels.severity(policy, str(key)))


_ALWAYS: Mapping[EntryKind, Said] = {
    EntryKind.CONTAINED: ("Contained", Sort.BETTER, 0),
    EntryKind.VERIFIED: ("Recovery verified", Sort.BETTER, 0),
    EntryKind.CLOSED: ("Closed", Sort.BETTER, 0),
    EntryKind.DISMISSED: ("Dismissed as a false alarm", Sort.BETTER, 0),
    EntryKind.REOPENED: ("Opened again", Sort.WORSE, 0),
    EntryKind.UPDATE: ("Update", Sort.TOLD, 4),
}
_BY_DATA: Mapping[EntryKind, Callable[[_Data, Policy], Said | None]] = {
    EntryKind.DECLARED: _declared,
    EntryKind.SEVERITY: _severity_changed,
    EntryKind.MERGED: _merged,
    EntryKind.CUSTOMERS: _customers,
    EntryKind.DEPLOYMENT: _deployment,
    EntryKind.CLOCK: _clock,
    EntryKind.FILED: _filed,
    EntryKind.ESCALATED: _escalated,
    EntryKind.REVIEW: _review,
}
