"""What may happen in a random history, and who may know of it.

People type and click in public incidents and in a private one; calls fail; bots lose power in the middle of their work.
A `Deed` is one of these, with the numbers that Hypothesis chose; it reads as a sentence when a history fails.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from bot.app import Tocsin
from bot.delivery import Delivery
from bot.slack import Slack
from db.models import Incident
from sandbox import Person
from sandbox.errors import SandboxError
from tests.durability.breaking import PowerCut
from tests.durability.stage import Stage
from tests.story import labels

ACTORS = ("Ana", "Bo", "Kai")
METHODS = (
    "chat.postMessage",
    "chat.update",
    "pins.add",
    "reactions.add",
    "conversations.setTopic",
    "conversations.invite",
    "conversations.history",
    "conversations.open",
)
COMMANDS = (
    "note {text}",
    "update {text}",
    "phase containment",
    "phase review",
    "severity sev1 {text}",
    "severity sev4 {text}",
    "take comms",
    "assign commander @Kai",
    "assign primary @Bo",
    "handover commander @Bo {text}",
    "action {text}",
    "action @Kai by friday {text}",
    "dismiss {text}",
    "reopen {text}",
    "status",
    "timeline",
    "review share",
    "repair",
    "close",
)
ELSEWHERE = ("list", "", "help", "status INC-{private}", "note INC-{private} hello", "merge INC-{private}")


class History:
    """One history: an incident that is private and two that are not, on a stage that may have seen others."""

    MARKER: ClassVar[str] = "zebra"

    def __init__(self, stage: Stage, bots: list[Tocsin], *, calmly: bool) -> None:
        """`calmly` says that the three rooms are there before anything else happens."""
        self.stage = stage
        self.bots = bots
        first = stage.newest_incident() + 1
        # Whatever is written in the private incident holds this word; nothing else does.
        self.marker = f"{self.MARKER}-{first}-{self.MARKER}"
        self.public = (first + 1, first + 2)
        self.private = first
        self.requests_before = stage.slack.requests.next_number()
        stage.nobody_looks_at_home()
        self._declares()
        if calmly:
            stage.carries()

    def person(self, who: int) -> Person:
        return self.stage.slack.person(ACTORS[who])

    def incident(self, which: int) -> int:
        return (self.private, *self.public)[which]

    def room(self, which: int) -> str | None:
        with self.stage.store.read() as session:
            return session.get_one(Incident, self.incident(which)).room

    def is_inside(self, person: Person, room: str | None) -> bool:
        return room is not None and person.id in self.stage.slack.channel(room)["members"]

    def text(self, which: int) -> str:
        """What somebody writes about an incident."""
        return f"{self.marker} is loose" if which == 0 else "We look into it"

    def insiders(self) -> set[str]:
        """Who may know of the private incident: who is in its room now that everything has been told."""
        return set(self.stage.slack.channel(self.room(0))["members"])

    def violations(self) -> list[str]:
        """Every rule of Slack's that the bots broke in this history."""
        mine = [one for one in self.stage.slack.requests if one.number > self.requests_before]
        return [f"{one.method}: {one.violation}" for one in mine if one.violation]

    def _declares(self) -> None:
        ana = self.person(0)
        ana.types("/incident declare")
        what = self.text(0)
        assert ana.fills("Declare an incident", title=what, what_is_happening=what, private=True).ok
        # No two share a telling word: what a review says of similar incidents is how those stood when it was drawn.
        for person, number in zip((self.person(1), self.person(2)), self.public, strict=True):
            assert person.types(f"/incident declare Shop{number} fails").ok
        assert self.stage.slack.quiet()


class Mortal(Slack):
    """A Slack during whose n-th call the power goes out, before or after the call's work."""

    left, before = 10**9, False

    def call(self, method: str, **arguments: Any) -> Any:
        self.left -= 1
        if self.left == 0 and self.before:
            raise PowerCut
        answer = super().call(method, **arguments)
        if self.left == 0:
            raise PowerCut
        return answer


@dataclass(frozen=True)
class Types:
    """Somebody types a command, in the room if they are in it."""

    who: int
    which: int
    what: int

    def happens(self, history: History) -> None:
        person, room = history.person(self.who), history.room(self.which)
        words = COMMANDS[self.what]
        if history.is_inside(person, room):
            person.types(f"/incident {words}".format(text=history.text(self.which)), channel=room)
        else:
            verb, _, rest = words.partition(" ")
            about = f"INC-{history.incident(self.which)}"
            person.types(f"/incident {verb} {about} {rest}".format(text="We look into it"))


@dataclass(frozen=True)
class Looks:
    """Somebody looks around, outside any room."""

    who: int
    what: int

    def happens(self, history: History) -> None:
        person = history.person(self.who)
        if self.what == len(ELSEWHERE):
            person.opens_home()
        elif self.what > len(ELSEWHERE):
            person.says(f"<@{history.stage.slack.bot_user_id}> what is open?", channel="#incidents")
        else:
            person.types(f"/incident {ELSEWHERE[self.what]}".format(private=history.private))


@dataclass(frozen=True)
class Clicks:
    """Somebody in the room clicks a button of the card; forms that open are left alone."""

    who: int
    which: int
    button: int

    def happens(self, history: History) -> None:
        person, room = history.person(self.who), history.room(self.which)
        if not history.is_inside(person, room):
            return
        for pin in history.stage.slack.pins(room):
            shown = sorted(set(labels(pin["message"]["blocks"])))
            with suppress(SandboxError):  # A label that is in a menu twice cannot be told apart.
                person.clicks(shown[self.button % len(shown)], on=pin["message"])
        person.closes_modal(everything=True) if person.modal else None


@dataclass(frozen=True)
class Pins:
    """Somebody in the room says something and puts it on the timeline."""

    who: int
    which: int

    def happens(self, history: History) -> None:
        person, room = history.person(self.who), history.room(self.which)
        if history.is_inside(person, room):
            message = person.says(history.text(self.which), channel=room)
            person.reacts("pushpin", person.find_message(message["ts"])[1])


@dataclass(frozen=True)
class Fails:
    """The next calls of a method go wrong."""

    method: int
    how: int
    times: int

    def happens(self, history: History) -> None:
        faults, method = history.stage.slack.faults, METHODS[self.method]
        trouble = (
            lambda: faults.drop_after(method, times=self.times),
            lambda: faults.drop_before(method, times=self.times),
            lambda: faults.http_error(method, 503, times=self.times),
            lambda: faults.rate_limit(method, retry_after=5, times=self.times),
            lambda: faults.refuse(method, "internal_error", times=self.times),
        )
        trouble[self.how]()


@dataclass(frozen=True)
class Carries:
    """One of the bots carries what is due."""

    bot: int

    def happens(self, history: History) -> None:
        bot = history.bots[self.bot % len(history.bots)]
        bot.delivery.run_until_empty()


@dataclass(frozen=True)
class LosesPower:
    """A bot carries until its n-th call, and is gone. What it had in hand stays leased."""

    calls: int
    before: bool

    def happens(self, history: History) -> None:
        parts = history.stage.new_parts(Mortal)
        parts.slack.left, parts.slack.before = self.calls, self.before
        with suppress(PowerCut):
            Delivery(parts).run_until_empty()


@dataclass(frozen=True)
class Passes:
    """Time passes: leases run out, what was put off is due."""

    seconds: int

    def happens(self, history: History) -> None:
        history.stage.clock.moves(timedelta(seconds=self.seconds))


Deed = Types | Looks | Clicks | Pins | Fails | Carries | LosesPower | Passes


def leaks(history: History, logged: str, measured: str) -> Iterator[str]:
    """Every place outside where something of the private incident can be read."""
    slack, marker = history.stage.slack, history.marker
    room, insiders = history.room(0), history.insiders()
    for channel in slack.channels():
        is_theirs = channel["is_im"] and insiders.issuperset(set(channel["members"]) - {slack.bot_user_id})
        if channel["id"] != room and not is_theirs:
            threads = [m["ts"] for m in slack.messages(channel["id"]) if m.get("reply_count")]
            said = [*slack.messages(channel["id"]), *(slack.messages(channel["id"], ts) for ts in threads)]
            yield from (f"#{channel.get('name')}" for _ in [0] if marker in repr((channel, said)))
    for person in slack.people():
        state = slack.state
        views = [state.views[one] for one in state.stacks.get(person.id, ())]
        sees = repr((state.ephemerals.get(person.id), views, slack.home(person)))
        if person.id not in insiders and marker in sees:
            yield f"the screen of {person.name}"
    if marker in slack.channel(room)["name"]:
        yield "the room's name"
    yield from (name for name, text in (("the log", logged), ("the metrics", measured)) if marker in text)
    for request in slack.requests:
        if request.number > history.requests_before and marker in repr(request.arguments.get("metadata")):
            yield f"the metadata of {request.method}"
