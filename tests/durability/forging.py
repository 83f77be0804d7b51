"""What people, other apps and forgers can send: payloads in Slack's shapes, with anything in the places that are theirs.

An `Attack` knows how to make its payload on a `Scene`; it reads as a sentence when it was answered badly.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import strategies as st

from bot.app import Tocsin
from bot.commands import CLICKS, EVENTS, FORMS, SHORTCUTS, TYPED
from db.models import Incident
from sandbox import events, interactions
from tests.durability.stage import Stage
from tests.rules.test_map import forms
from tests.story import PEOPLE

NASTY = (
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<!subteam^S0TEAM|@team>",
    "<!subteam^S0TEAM>",
    "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;",
    "<https://example.com|<!channel>>",
    "<https://example.com/<!channel>",
    "<mailto:a@example.com|<!here>>",
    "<@U0ANA>",
    "<@U0NOBODY|x>",
    "<#C0NONE|x>",
    "<!date^99999999999999^{date}|x>",
    "<|>",
    "<",
    "@channel",
    "```",
    "*_~`",
    "{{ 7*7 }}",
    "{% raw %}",
    "%s%n",
    "'; DROP TABLE incidents; --",
    "\x00",
    "\u202e",
    "\u2028",
    "\ud800",
    "🔥" * 60,
    "x" * 4000,
    "a\nb\r\nc",
    "INC-1",
    "inc-999999999",
    "INC-99999999999999999999",
    "sev1",
    "commander",
    "by friday",
    "by 9999-12-31",
    "by 0000-00-00",
    "2026-02-30",
    "containment",
    "share",
    "1e308",
    "-1",
    "٣",
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(st.characters(), max_size=20)),
    max_size=4,
).map(" ".join)
USERS = st.sampled_from([*(f"U0{name.upper()}" for name in PEOPLE), "U0NOBODY", "W1"])
ACTORS = st.sampled_from([f"U0{name.upper()}" for name in PEOPLE])
# 0 and 1 are the incidents of the scene; the others are there no longer, or never were.
WHICH = st.integers(0, 1)
NUMBERS = st.one_of(st.integers(0, 3), st.sampled_from([-1, 999_999_999, 10**20]))
# A time in seconds, as Slack's picker knows them: ten digits.
MOMENTS = st.sampled_from([1_000_000_000, 1_795_500_000, 9_999_999_999])
STAMPS = st.sampled_from(["1795500000.000100", "0", "0.1", "9999999999.999999", "1"])

Payload = dict[str, Any]
# Where Slack shows, or keeps, a text as it stands.
LITERAL = ("value", "private_metadata", "initial_value", "errors")


class Scene:
    """A workspace with a private incident and a public one, and all the forms that the bot opens."""

    def __init__(self, stage: Stage, bot: Tocsin) -> None:
        self.stage = stage
        self.bot = bot
        self.slack = stage.slack
        self.inputs = count(1)
        self.numbers: list[int] = []
        self.rooms: list[str] = []
        self.forms: dict[str, list[Payload]] = defaultdict(list)
        for form in forms():
            self.forms[form.callback_id].append(form.to_dict())

    def begins_anew(self) -> None:
        """Two new incidents, and everybody in their rooms."""
        ana = self.slack.person("Ana")
        ana.types("/incident declare")
        assert ana.fills("Declare an incident", title="Payments fail", private=True).ok
        assert ana.types("/incident declare Checkout is down").ok
        self.stage.carries()
        newest = self.stage.newest_incident()
        self.numbers = [newest - 1, newest]
        with self.stage.store.read() as session:
            self.rooms = [session.get_one(Incident, number).room or "" for number in self.numbers]
        for name in PEOPLE[1:]:
            ana.invites(name, channel=self.rooms[0])
            self.slack.person(name).joins(self.rooms[1])

    def number(self, which: int) -> int:
        return self.numbers[which] if which in (0, 1) else which

    def channel(self, which: int) -> str:
        """A room, or (for 2) the incidents channel."""
        return [*self.rooms, self.slack.channel("incidents")["id"]][which]


@dataclass(frozen=True)
class Types:
    """Somebody types, and not all of it is escaped as a client would escape it."""

    user: str
    where: int
    word: str
    rest: str

    def payload(self, scene: Scene) -> Payload:
        channel = scene.slack.state.channels[scene.channel(self.where)]
        return interactions.command(scene.slack, self.user, channel, "/incident", f"{self.word} {self.rest}")


@dataclass(frozen=True)
class Clicks:
    """Somebody clicks a button or a menu entry with this id and value, in a room or on the home page."""

    user: str
    where: int
    action: str
    number: int
    rest: str
    sort: str

    def payload(self, scene: Scene) -> Payload:
        ws, value = scene.slack, f"{scene.number(self.number)}{self.rest}"
        action: Payload = {"action_id": self.action, "block_id": "b", "type": self.sort}
        if self.sort == "button":
            action["value"] = value
        else:
            chosen = f"{self.action} {value}" if self.sort == "overflow" else value
            action["selected_option"] = {"text": {"type": "plain_text", "text": "x"}, "value": chosen}
        if self.where == 2:
            home = {"id": "V0HOME", "type": "home", "blocks": [], "private_metadata": "", "callback_id": ""}
            return interactions.block_actions(ws, self.user, action, interactions.in_view(ws, self.user, home, {}), {})
        channel = ws.state.channels[scene.channel(self.where)]
        message = {"ts": "1795500000.000100", "text": self.rest}
        where = interactions.in_message(ws, self.user, channel, message, ephemeral=False)
        return interactions.block_actions(ws, self.user, action, where, {})


@dataclass(frozen=True)
class Submits:
    """Somebody sends a form, with this in every field, and says that it is about this incident."""

    user: str
    form: str
    number: int
    text: str
    option: str
    other: str
    moment: int
    day: str
    new: int

    def payload(self, scene: Scene) -> Payload:
        known = scene.forms.get(self.form, [{"type": "modal", "blocks": [], "private_metadata": "{}"}])
        view = known[self.new % len(known)]
        about = json.loads(view.get("private_metadata") or "{}")
        if "incident" in about:
            about["incident"] = scene.number(self.number)
        values = {
            block["block_id"]: {block["element"]["action_id"]: self._value(block["element"])}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        sent = {**view, "id": f"V{self.new}", "callback_id": self.form, "private_metadata": json.dumps(about)}
        return interactions.view_submission(scene.slack, self.user, sent, values)

    def _value(self, element: Mapping[str, Any]) -> Payload:
        sort = element["type"]
        options = element.get("options", ())
        chosen = (
            options[len(self.option) % len(options)] if options and self.option.isalnum() else {"value": self.option}
        )
        filled: Payload = {
            "plain_text_input": {"value": self.text or None},
            "static_select": {"selected_option": chosen},
            "radio_buttons": {"selected_option": chosen},
            "checkboxes": {"selected_options": [chosen] if self.option else []},
            "users_select": {"selected_user": self.other},
            "datetimepicker": {"selected_date_time": self.moment},
            "datepicker": {"selected_date": self.day},
        }[sort]
        return {"type": sort, **filled}


@dataclass(frozen=True)
class RunsShortcut:
    """Somebody runs a shortcut, on a message that says this."""

    user: str
    where: int
    callback: str
    text: str
    author: Mapping[str, str]
    ts: str

    def payload(self, scene: Scene) -> Payload:
        channel = scene.slack.state.channels[scene.channel(self.where)]
        message = {"type": "message", "ts": self.ts, "text": self.text, "blocks": _blocks(self.text), **self.author}
        return interactions.message_shortcut(scene.slack, self.user, self.callback, channel, message)


@dataclass(frozen=True)
class Happens:
    """Something happened that Slack tells of: somebody wrote, edited, deleted, reacted, renamed, came, changed a name."""

    user: str
    where: int
    sort: str
    text: str
    ts: str

    def payload(self, scene: Scene) -> Payload:
        channel = scene.channel(self.where)
        said = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "blocks": _blocks(self.text)}
        event: Payload = {"type": self.sort, "user": self.user, "channel": channel, "event_ts": self.ts}
        match self.sort:
            case "message":
                event |= [
                    {"ts": self.ts, "text": self.text, "blocks": _blocks(self.text)},
                    {"subtype": "message_changed", "message": {**said, "edited": {"user": self.user, "ts": self.ts}}},
                    {"subtype": "message_changed", "message": {**said, "subtype": "tombstone"}},
                    {"subtype": "message_deleted", "deleted_ts": self.ts, "previous_message": said},
                ][len(self.text) % 4]
            case "app_mention":
                event |= {"ts": self.ts, "text": self.text, "blocks": _blocks(self.text)}
            case "reaction_added":
                item = {"type": "message", "channel": channel, "ts": self.ts}
                event |= {"reaction": "pushpin", "item": item, "item_user": self.user}
            case "channel_rename" | "group_rename":
                event["channel"] = {"id": channel, "name": self.text, "created": 1}
            case "app_home_opened":
                event["tab"] = "home"
            case "user_change":
                profile = {"display_name": self.text, "real_name": self.text, "email": self.text}
                event["user"] = {"id": self.user, "name": self.text, "profile": profile, "tz": self.text}
        return events.envelope(scene.slack, event)


Attack = Types | Clicks | Submits | RunsShortcut | Happens

_WORDS = st.one_of(st.sampled_from(sorted(TYPED)), TEXTS)
_RESTS = st.one_of(
    st.just(""),
    TEXTS,
    st.builds("INC-{} {}".format, NUMBERS, TEXTS),
    st.builds("{} {}".format, USERS.map("<@{}>".format), TEXTS),
)
_TALKING = st.sampled_from(["declare", "note", "update", "action", "severity", "dismiss", "reopen", "handover"])
_AUTHORS = st.one_of(USERS.map(lambda user: {"user": user}), TEXTS.map(lambda text: {"bot_id": text}), st.just({}))
ATTACKS: st.SearchStrategy[Attack] = st.one_of(
    st.builds(Types, ACTORS, st.integers(0, 2), _WORDS, _RESTS),
    st.builds(Types, ACTORS, WHICH, _TALKING, TEXTS),
    st.builds(
        Clicks,
        ACTORS,
        st.integers(0, 2),
        st.one_of(st.sampled_from(sorted(CLICKS)), TEXTS),
        NUMBERS,
        st.one_of(st.just(""), TEXTS.map(":{}".format), st.builds(":{}:{}".format, NUMBERS, TEXTS), TEXTS),
        st.sampled_from(["button", "overflow", "static_select"]),
    ),
    st.builds(
        Submits,
        ACTORS,
        st.one_of(st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(FORMS)), TEXTS),
        NUMBERS,
        TEXTS,
        st.one_of(st.integers(0, 20).map(str), TEXTS),
        USERS,
        MOMENTS,
        st.sampled_from(["2026-12-01", "1970-01-01", "9999-12-31"]),
        st.integers(0, 10**12),
    ),
    st.builds(
        RunsShortcut,
        ACTORS,
        st.integers(0, 2),
        st.one_of(st.sampled_from(sorted(SHORTCUTS)), TEXTS),
        TEXTS,
        _AUTHORS,
        STAMPS,
    ),
    st.builds(Happens, USERS, st.integers(0, 2), st.sampled_from(sorted(EVENTS)), TEXTS, STAMPS),
)


def _blocks(text: str) -> list[Payload]:
    """The same text as other apps may send it: in every sort of block that holds text."""
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "channel"}]}],
        },
        {"type": text},
    ]


def shouts(value: Any) -> Iterator[str]:
    """Every text in something that was sent to Slack in which Slack would find a broadcast: literal text holds none."""
    if isinstance(value, str):
        if any(shout in value for shout in ("<!channel", "<!here", "<!everyone", "<!group", "<!subteam")):
            yield value
    elif isinstance(value, Mapping):
        if value.get("type") in ("broadcast", "usergroup"):
            yield str(value)
        literal = value.get("type") == "plain_text"
        for name, part in value.items():
            if not literal and name not in LITERAL:
                yield from shouts(part)
    elif isinstance(value, list):
        for part in value:
            yield from shouts(part)
