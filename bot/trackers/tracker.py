"""What a tracker can do, whichever it is. Everything may be asked again: it looks before it makes a thing twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.workflows.trackers import Seen
from db.enums import ActionState


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An issue as it is to be: `text` in Markdown or as a document, whichever the tracker takes; `mark` finds it again.

    `given` says that the owner is another one than the tracker was told last.
    """

    mark: str
    title: str
    text: Any
    facts: str
    owner: str | None
    given: bool
    due_on: date


@dataclass(frozen=True, kw_only=True)
class News:
    """What has changed in a place: issues by their names there. Next time is asked from `upto`, and with `tag`."""

    states: Mapping[str, ActionState]
    upto: datetime | None = None
    tag: str | None = None


class Tracker(Protocol):
    """One place in a tracker. Every method raises `TargetRefused`, `TargetBusy` or `TargetUnclear`."""

    @property
    def slow(self) -> timedelta:
        """How long an issue may be there before it is found."""

    def look_at_place(self) -> str:
        """What the place is called: the key works, and may see it."""

    def create(self, wanted: Wanted) -> Seen:
        """Make the issue."""

    def find(self, mark: str, since: datetime) -> Seen | None:
        """The issue that bears the mark, made at `since` or later."""

    def look_at(self, remote: str) -> Seen:
        """The issue as it is there now."""

    def turn(self, seen: Seen, to: ActionState) -> Seen:
        """Close it, as done or as not to be done; or open it again."""

    def revise(self, seen: Seen, wanted: Wanted) -> None:
        """Its owner and due date are others now."""

    def comment(self, seen: Seen, mark: str, text: Any, since: datetime) -> None:
        """Say something there, unless it was said since then."""

    def news(self, known: Sequence[str], upto: datetime | None, tag: str | None) -> News | None:
        """What has changed since `upto`, or how the `known` ones are; None when nothing has."""
