"""What a person did, as a frozen value: typed a command, clicked a button, sent a form. And which incident they mean."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from slack_sdk.models.views import View

from bot.errors import NotFound, Refused
from bot.membership import sees_everything
from bot.parts import Parts
from bot.views.kit import Message
from bot.workflows import rooms
from db import queries
from db.enums import Answer
from db.records import Brief, IncidentRecord, Record
from db.store import Work

# What a listener may answer: nothing, a sentence or a message that only this person sees, or a form to fill in.
Reply = None | str | Message | View
# What an event changes; it is carried out in the transaction that also remembers the event.
Heard = Callable[[Work], None]

AWord = TypeVar("AWord", bound=StrEnum)

ANOTHER_VERSION = "That button or form is from another version. `/incident` shows the current ones."
NUMBER = re.compile(r"[0-9]{1,9}")
KEY = re.compile(r"inc-(\d{1,9})", re.IGNORECASE)
USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>")


class SentBefore(Exception):
    """The form was carried out already."""


@dataclass(frozen=True)
class Doing:
    """Somebody does something somewhere. `trigger` opens a form within three seconds, once."""

    user: str
    channel: str | None
    trigger: str | None


@dataclass(frozen=True)
class Typed(Doing):
    """`/incident <word> <rest>`; both as the person wrote them, with Slack's escapes undone."""

    word: str
    rest: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Typed":
        """Read a slash command's payload."""
        word, rest = first_word(plain(body.get("text", "")))
        return cls(body["user_id"], body["channel_id"], body.get("trigger_id"), word.lower(), rest)

    def take_key(self) -> tuple[int | None, "Typed"]:
        """The incident's number, if the rest begins with a key, and the rest without it."""
        first, rest = first_word(self.rest)
        match = KEY.fullmatch(first)
        return (int(match[1]), replace(self, rest=rest)) if match else (None, self)

    def take_word(self) -> tuple[str, "Typed"]:
        """The first word of the rest, and the rest without it."""
        first, rest = first_word(self.rest)
        return first, replace(self, rest=rest)


@dataclass(frozen=True)
class Click(Doing):
    """A button or a menu entry, in a message or on the home page.

    `action` is its id and `value` what it carries, which begins with the incident's number. A menu entry holds both in
    its option's value, parted by a space.
    """

    action: str
    value: str
    message_ts: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Click":
        """Read a `block_actions` payload; an overflow or a select carries its value in the chosen option."""
        action = body["actions"][0]
        chosen = (action.get("selected_option") or {}).get("value", "")
        name, space, value = chosen.partition(" ")
        if not space:
            name, value = action["action_id"], action.get("value") or chosen
        where = body.get("container") or {}
        channel = (body.get("channel") or {}).get("id") or where.get("channel_id")
        return cls(body["user"]["id"], channel, body.get("trigger_id"), name, value, where.get("message_ts"))

    @property
    def number(self) -> int:
        """The incident's number."""
        return number_in(self.value.split(":")[0])

    @property
    def rest(self) -> list[str]:
        """The value's parts after the incident's number."""
        return self.value.split(":")[1:]

    @property
    def other_word(self) -> str:
        """What follows the incident's number; empty when nothing does."""
        return self.rest[0] if self.rest else ""

    @property
    def other_number(self) -> int:
        """The number that follows the incident's: which of its actions, say."""
        return number_in(self.other_word)


@dataclass(frozen=True)
class Form(Doing):
    """A form that was sent. Its fields are read by name; what it was opened with is in `about`."""

    view_id: str
    about: Mapping[str, Any]
    fields: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Form":
        """Read a `view_submission` payload."""
        view = body["view"]
        fields = {name: next(iter(inputs.values())) for name, inputs in view["state"]["values"].items()}
        about = json.loads(view.get("private_metadata") or "{}")
        return cls(body["user"]["id"], None, body.get("trigger_id"), view["id"], about, fields)

    def text(self, name: str) -> str:
        """A text field, empty when it was left out. Forms send text unescaped."""
        return str(self.fields.get(name, {}).get("value") or "")

    def option(self, name: str) -> str:
        """The chosen option's value, empty when none was chosen."""
        return str((self.fields.get(name, {}).get("selected_option") or {}).get("value", ""))

    def options(self, name: str) -> list[str]:
        """The values of all options that were chosen or ticked."""
        return [str(chosen["value"]) for chosen in self.fields.get(name, {}).get("selected_options") or ()]

    def ticked(self, name: str) -> bool:
        """Whether the checkbox is ticked."""
        return bool(self.fields.get(name, {}).get("selected_options"))

    def user_chosen(self, name: str) -> str:
        """The chosen person's id, empty when none was chosen."""
        return str(self.fields.get(name, {}).get("selected_user") or "")

    def moment(self, name: str, *, now: datetime) -> datetime:
        """The chosen moment, in UTC; `now` when none was chosen.

        Slack's picker knows no seconds: the minute that is running means now, or a containment would come before the
        declaration of the same minute.
        """
        seconds = self.fields.get(name, {}).get("selected_date_time")
        chosen = datetime.fromtimestamp(seconds, UTC) if seconds else now
        return now if chosen == now.replace(second=0, microsecond=0) else chosen

    def maybe_moment(self, name: str) -> datetime | None:
        """The chosen moment, in UTC; None when none was chosen."""
        seconds = self.fields.get(name, {}).get("selected_date_time")
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def day(self, name: str) -> date | None:
        """The chosen day."""
        chosen = self.fields.get(name, {}).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def answer(self, name: str) -> Answer:
        """One of the three answers; not asked is not known."""
        return word_in(Answer, self.option(name) or Answer.UNKNOWN)

    @property
    def number(self) -> int:
        """The incident's number."""
        return number_in(self.about.get("incident"))

    @contextmanager
    def begin(self, parts: Parts) -> Iterator[Work]:
        """The transaction in which the form is carried out, once: on a slow line people send it twice.

        Raises `SentBefore` the second time. A form that was refused was not carried out, and may be sent again.
        """
        with parts.store.begin() as work:
            if not rooms.first_time(work, f"view:{self.view_id}"):
                raise SentBefore
            yield work


def number_in(value: object) -> int:
    """A number that a button or a form of ours carried; `Refused` for what none of ours carries."""
    if not NUMBER.fullmatch(str(value)):
        raise Refused(ANOTHER_VERSION)
    return int(str(value))


def word_in(kind: type[AWord], value: str) -> AWord:
    """One of our words that a button or a form of ours carried; `Refused` for what none of ours carries."""
    try:
        return kind(value)
    except ValueError:
        raise Refused(ANOTHER_VERSION) from None


def first_word(text: str) -> tuple[str, str]:
    """The first word, and what follows; a line's end or a no-break space parts them as well as a space does."""
    words = text.split(None, 1)
    return (words[0] if words else ""), (words[1].strip() if len(words) > 1 else "")


def plain(text: str) -> str:
    """A text from Slack's messages or commands as the person wrote it.

    Mentions stay `<@U1>` and `<#C1>`; links become their address; everything else is as typed, `<!channel>` too, which
    is escaped wherever it is shown.
    """
    text = USER.sub(r"<@\1>", text)
    text = CHANNEL.sub(r"<#\1>", text)
    text = LINK.sub(r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def meant(parts: Parts, typed: Typed, *, free_text: bool = False) -> tuple[IncidentRecord, Typed]:
    """Which incident the command is about, and the command without its key.

    A key comes first; without one it is the room's incident. What this person may not see does not exist. `free_text`
    says that what follows is prose: in a room, prose that begins with another incident's key stays in this room.
    """
    asked, _ = typed.take_key()
    with parts.store.read() as session:
        found = queries.named(session, user=typed.user, room=typed.channel, number=asked)
        number, is_seen, rest = _which(found, typed, free_text=free_text)
        if is_seen:
            return next(incident for incident, _ in found if incident.id == number), rest
    return seen(parts, number, typed), rest


@contextmanager
def begin(parts: Parts, typed: Typed, *, free_text: bool = False) -> Iterator[tuple[Work, int, Typed]]:
    """The transaction in which a command is carried out, with the incident's number and the rest, as `meant` finds them."""
    with parts.store.begin() as work:
        asked, _ = typed.take_key()
        found = work.named(user=typed.user, room=typed.channel, number=asked)
        number, is_seen, rest = _which(found, typed, free_text=free_text)
        if is_seen:
            yield work, number, rest
            return
    seen(parts, number, typed)  # Slack may have to be asked, and no transaction waits for Slack.
    with parts.store.begin() as work:
        yield work, number, rest


def _which(
    found: Collection[tuple[IncidentRecord | Brief, bool]], typed: Typed, *, free_text: bool
) -> tuple[int, bool, Typed]:
    """The number that is meant, whether this person is known to see that incident, and the command without its key."""
    number, rest = typed.take_key()
    here = next((incident.id for incident, _ in found if incident.room and incident.room == typed.channel), None)
    if number is None or (here is not None and free_text and number != here):
        number, rest = here, typed
    if number is None:
        raise Refused(
            f"Which incident? Type it in the incident's room, or name it: `/incident {typed.word} INC-7 …`. "
            "`/incident list` shows the open ones."
        )
    return number, any(is_seen for incident, is_seen in found if incident.id == number), rest


def seen(parts: Parts, number: int, doing: Doing) -> IncidentRecord:
    """The incident, if this person may see it; `NotFound` otherwise, whether it exists or not.

    Who acts in a private incident's room is in that room: Slack lets nobody else in.
    """
    with parts.store.read() as session:
        incident = queries.incident_seen_by(session, number, doing.user)
        hidden = None if incident else queries.incident(session, number)
    if incident is not None:
        return incident
    if hidden is not None and sees_everything(parts, doing.user):
        return hidden
    if hidden is None or hidden.room is None or hidden.room != doing.channel:
        raise NotFound(f"INC-{number}")
    with parts.store.begin() as work:
        rooms.joined(work, room=hidden.room, user=doing.user)
    return hidden


def record_of(parts: Parts, number: int, *, with_timeline: bool = True) -> Record:
    """Everything about an incident that this person was found to see."""
    with parts.store.read() as session:
        return queries.record(session, number, with_timeline=with_timeline)
