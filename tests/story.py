"""Stories: people in a Slack workspace, and the real bot among them.

    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident declare sev1 Checkout is down")
    room = story.room("inc-1-checkout-is-down")
    bo.clicks("Containment", on=room.card)
    assert room.card.shows("Containment", "SEV1")

The workspace is the sandbox over real HTTP and Socket Mode; the bot is the one that `tocsin run` starts, except that its
outbox is carried in the test's own thread: after everything a person does, the story goes on until nothing is under way.
Time stands still until the story moves it. Nothing is patched, and nobody sleeps.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from bot import policy, schedule, settings
from bot.app import Tocsin
from bot.clock import MovableClock
from db import queries
from db.records import Record
from db.store import Store
from sandbox import Outcome, Person, Workspace, interactions, manifest
from sandbox.people.surface import look_at
from tests.beginnings import Beginnings

MANIFEST = Path(__file__).parents[1] / "app.manifest.yml"
PEOPLE = ("Ana", "Bo", "Kai", "Mia")
BEGINNINGS = Beginnings()
_POLICIES: dict[str, policy.Policy] = {}


class SlackClock:
    """The story's clock as the workspace reads it."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.epoch()


class Story:
    """A workspace with people, an incidents channel and the bot."""

    def __init__(self, workspace: Workspace, bot: Tocsin, clock: MovableClock, rules: str | None = None) -> None:
        """With nothing set but these `rules`, it may go on from where another one was that began like it."""
        self.slack = workspace
        self.bot = bot
        self.clock = clock
        self.rules = rules

    # ── who and where ──────────────────────────────────────────────────────────────────────────────────────────

    def people(self, *names: str) -> list["Actor"]:
        return [Actor(self, self.slack.person(name)) for name in names]

    def room(self, name: str) -> "Room":
        return Room(self, self.slack.channel(name)["id"])

    def rooms(self) -> list[str]:
        """The names of all incident rooms."""
        return [channel["name"] for channel in self.slack.channels() if channel.get("name", "").startswith("inc-")]

    @property
    def incidents(self) -> "Room":
        return self.room("incidents")

    def record(self, number: int) -> Record:
        with self.bot.parts.store.read() as session:
            return queries.record(session, number)

    def told(self, number: int) -> list[str]:
        """The timeline's entries, as kinds."""
        return [entry.kind.value for entry in self.record(number).timeline]

    def begins(self, does: Callable[..., "Room"], *what: Any) -> "Room":
        """What `does(story, *what)` leads to; once another story has begun with it, this one goes on from there."""
        if self.rules is None:
            return does(self, *what)
        key = (does.__module__, does.__qualname__, repr(what), self.rules)
        store = self.bot.parts.store
        return Room(self, BEGINNINGS.once(key, store, self.slack, self.clock, lambda: does(self, *what).id))

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────

    def passes(self, **time: float) -> None:
        """Time passes, and what was waiting for it is carried."""
        self.clock.moves(timedelta(**time))
        self.settles()

    def comes(self, moment: datetime) -> None:
        self.clock.moves_to(moment)
        self.settles()

    def chases(self) -> int:
        """The scheduler's hour strikes."""
        taken = schedule.run_chase(self.bot.parts)
        self.settles()
        return taken

    def minute_strikes(self) -> int:
        """The scheduler's minute: the rules are looked at again."""
        followed = schedule.escalate(self.bot.parts)
        self.settles()
        return followed

    def settles(self) -> None:
        """Until nothing is under way between the bot and the workspace."""
        delivery, carried = self.bot.delivery, -1
        while carried:
            assert self.slack.quiet(), "an envelope was never acknowledged"
            if carried > 0 and not delivery._news:
                return  # What Slack answered with led to nothing.
            delivery._news = False
            carried = delivery.run_until_empty()

    # ── what left the bot ──────────────────────────────────────────────────────────────────────────────────────

    def violations(self) -> list[str]:
        """Every rule of Slack's that the bot broke in a call."""
        return [f"{r.method}: {r.violation}" for r in self.slack.requests if r.violation]

    def everything_outside(self, *rooms: str) -> str:
        """All that can be read outside the named rooms: messages, channel names and topics, direct messages, homes."""
        inside = {self.slack.channel(room)["id"] for room in rooms}
        said: list[Any] = []
        for channel in self.slack.channels():
            if channel["id"] not in inside:
                said += [channel, *self.slack.messages(channel["id"])]
                said += [
                    r for m in self.slack.messages(channel["id"]) for r in self.slack.messages(channel["id"], m["ts"])
                ]
        said += [self.slack.home(person) for person in self.slack.people()]
        return repr(said)


@dataclass(frozen=True)
class Actor:
    """A person of the workspace. After each verb the story settles."""

    story: Story
    person: Person

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def mention(self) -> str:
        return self.person.mention

    @property
    def modal(self) -> dict[str, Any] | None:
        return self.person.modal

    def types(self, text: str, room: "Room | str" = "incidents", **where: Any) -> Outcome:
        return self._did(self.person.types(text, channel=_id(room), **where))

    def says(self, text: str, room: "Room | str" = "incidents", **where: Any) -> dict[str, Any]:
        return self._did(self.person.says(text, channel=_id(room), **where))

    def edits(self, message: dict[str, Any], text: str) -> None:
        self._did(self.person.edits(message, text))

    def deletes(self, message: dict[str, Any]) -> None:
        self._did(self.person.deletes(message))

    def reacts(self, name: str, message: dict[str, Any]) -> None:
        self._did(self.person.reacts(name, message))

    def clicks(self, label: str, on: Any) -> Outcome:
        return self._did(self.person.clicks(label, on=on.message if isinstance(on, Card) else on))

    def fills(self, form: str, /, **answers: Any) -> Outcome:
        return self._did(self.person.fills(form, answers))

    def shortcut(self, name: str, message: dict[str, Any] | None = None) -> Outcome:
        return self._did(self.person.shortcut(name, message=message))

    def opens_home(self) -> dict[str, Any]:
        self._did(self.person.opens_home())
        home = self.story.slack.home(self.person)
        assert home is not None
        return home

    def sees(self, room: "Room | str" = "incidents") -> str:
        """Everything this person can read in a channel, as text."""
        return "\n".join(text(message) for message in self.person.sees(_id(room)))

    def direct_messages(self) -> list[dict[str, Any]]:
        return self.person.direct_messages()

    def declares(self, title: str, **fields: Any) -> "Room":
        """Declare with the form; gives the room."""
        return self.story.begins(_declared, self.person.name, title, fields)

    def presses(self, action_id: str, value: str, on: "Card") -> Outcome:
        """Click a button of a card that this person's client still shows, though the card has changed since."""
        surface = look_at(self.person, on.message)
        action = {"action_id": action_id, "block_id": "stale", "type": "button", "value": value}
        with self.story.slack.state.change():
            payload = interactions.block_actions(self.story.slack, self.id, action, surface.where(), {})
        return self._did(self.person._interact(payload))

    def submits_twice(self, form: str, /, **answers: Any) -> None:
        """Submit a form, and once more before the first answer has come: an impatient double click on a slow line."""
        self.person.fills(form, answers, submit=False)
        surface = look_at(self.person, "modal")
        with self.story.slack.state.change():
            payload = interactions.view_submission(self.story.slack, self.id, surface.thing, surface.values())
        for _ in range(2):
            self.person.ask_app("interactive", payload, accepts_response=True)
        self.story.settles()

    def _did(self, outcome: Any) -> Any:
        self.story.settles()
        if isinstance(outcome, Outcome) and outcome.said:
            return replace(outcome, said=html.unescape(outcome.said))
        return outcome


@dataclass(frozen=True)
class Room:
    """A channel."""

    story: Story
    id: str

    @property
    def channel(self) -> dict[str, Any]:
        return self.story.slack.channel(self.id)

    @property
    def topic(self) -> str:
        return self.channel["topic"]["value"]

    @property
    def members(self) -> set[str]:
        """Who is in it, by name; the bot left out."""
        people = {person.id: person.name for person in self.story.slack.people()}
        return {people[user] for user in self.channel["members"] if user in people}

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.story.slack.messages(self.id)

    def thread(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """The replies."""
        return self.story.slack.messages(self.id, thread_ts=message["ts"])[1:]

    @property
    def card(self) -> "Card":
        """The pinned message; there is exactly one."""
        pins = self.story.slack.pins(self.id)
        assert len(pins) == 1, f"{len(pins)} pinned messages"
        return Card(pins[0]["message"])

    def said(self, *words: str) -> list[dict[str, Any]]:
        """The bot's messages that hold all of the words; what Slack says by itself (topics, joins) is left out."""
        spoken = [message for message in self.messages if "subtype" not in message]
        return [message for message in spoken if all(word in text(message) for word in words)]


@dataclass(frozen=True)
class Card:
    """The card as it is now."""

    message: dict[str, Any]

    @property
    def text(self) -> str:
        return text(self.message)

    def shows(self, *words: str) -> bool:
        missing = [word for word in words if word not in self.text]
        assert not missing, f"the card does not show {missing}:\n{self.text}"
        return True

    @property
    def buttons(self) -> list[str]:
        return list(labels(self.message["blocks"]))


def text(message: Any) -> str:
    """Everything a person reads in a message or a view: texts, labels, options; one piece a line."""
    return html.unescape("\n".join(_pieces(message)))


def labels(blocks: Any) -> Iterator[str]:
    """The labels of all buttons and menu entries."""
    for element in _elements(blocks):
        if element.get("type") == "button":
            yield element["text"]["text"]
        for option in element.get("options", ()):
            yield option["text"]["text"]


def _elements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _elements(part)


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("blocks"):
            value = value["blocks"]
        elif isinstance(value.get("text"), str):
            yield value["text"]
            return
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _pieces(part)


def _declared(story: Story, person: str, title: str, fields: dict[str, Any]) -> Room:
    (declarer,) = story.people(person)
    before = set(story.rooms())
    declarer.types("/incident declare")
    outcome = declarer.fills("Declare an incident", title=title, **fields)
    assert outcome.ok, outcome
    (name,) = set(story.rooms()) - before
    return story.room(name)


def _id(room: "Room | str") -> str:
    return room.id if isinstance(room, Room) else room


def workspace(clock: MovableClock) -> Workspace:
    """The stories' workspace: four plainly made-up people, and the channels of a small company."""
    slack = Workspace(_manifest(), clock=SlackClock(clock))
    for name in PEOPLE:
        mail = f"{name.lower()}@example.com"
        slack.add_person(name, real_name=f"{name} Demo", email=mail, tz="Europe/Berlin", admin=name == "Mia")
    slack.add_channel("general", members=list(PEOPLE))
    slack.add_channel("incidents", members=list(PEOPLE), with_app=True)
    return slack


def bot(
    slack: Workspace,
    api_url: str,
    database_url: str,
    clock: MovableClock,
    rules: Path,
    more: Mapping[str, str] | None = None,
    engine: Engine | None = None,
) -> Tocsin:
    """The bot, with this workspace's tokens; `rules` is a policy file, `more` are further settings.

    With an `engine` of this database, what it has compiled for others need not be compiled again.
    """
    environment = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url,
        "TOCSIN_HTTP": "127.0.0.1:0",
        **(more or {}),
    }
    store = Store(database_url, clock.now, engine=engine)
    return Tocsin(settings.load(need_slack=True, env=environment), _policy(rules), clock, store=store)


def _policy(rules: Path) -> policy.Policy:
    """What the file says; to read it takes longer than to begin the story, and most say what another one said."""
    text = rules.read_text()
    if text not in _POLICIES:
        _POLICIES[text] = policy.load(rules if text else None)
    return _POLICIES[text]


@cache
def _manifest() -> manifest.Manifest:
    return manifest.read(MANIFEST)
