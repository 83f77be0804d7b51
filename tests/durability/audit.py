"""The audit: does the workspace show exactly what the database says, each thing once, and nothing else?

It reads every message that the bot left in the workspace and every row that the bot wrote, and knows nothing of how one
became the other. What it finds wrong comes back as sentences; an empty list is a pass.
"""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot import database, homes
from bot.effects import (
    KINDS,
    PostReport,
    React,
    Say,
    ShareDraft,
    SharePicture,
    ShareReview,
    ShowMenu,
)
from bot.parts import Parts
from bot.views import card, document
from bot.views.kit import Message
from db import proof, queries, similar, waiting
from db.enums import EffectState
from db.models import Effect, Incident
from db.records import Month, Record
from sandbox import Workspace
from tests.story import text


@dataclass(frozen=True)
class Posted:
    """A message of the bot's in the workspace, with the key that it bears."""

    channel: str
    thread: str | None
    key: str
    message: dict[str, Any]

    @property
    def ts(self) -> str:
        return self.message["ts"]


@dataclass(frozen=True)
class Told:
    """An effect, as the outbox has it."""

    row: Effect

    @property
    def effect(self) -> Any:
        return KINDS[self.row.kind].model_validate(self.row.payload)


class Audit:
    """An auditor who comes back: each time for what was told since the last time, and for what nobody told."""

    def __init__(self, slack: Workspace, parts: Parts) -> None:
        self.slack = slack
        self.parts = parts
        self._upto = 0
        self._approved: set[str] = set()

    def wrong(self) -> list[str]:
        """Everything that is wrong with the incidents about which something was told since the last audit."""
        with database.snapshot(self.parts.store) as session:  # A bot may still be at work.
            rows = session.scalars(select(Effect).where(Effect.id > self._upto).order_by(Effect.id)).all()
            numbers = sorted({row.incident_id for row in rows if row.incident_id is not None})
            records = {number: queries.record(session, number) for number in numbers}
            breaks = [str(one) for one in [*proof.verify(session, numbers), *proof.house(session)]]
            rooms = set(session.scalars(select(Incident.room)))
        view = View(self.slack, self.parts, [Told(row) for row in rows], records)
        checks = (
            breaks,
            view.unfinished(),
            view.rooms(rooms),
            view.refreshes(),
            view.homes(),
            view.sayings(),
            view.pictures(),
            view.reactions(),
            view.extra(self._approved),
        )
        found = [wrong for check in checks for wrong in check]
        self._upto = max([self._upto, *(row.id for row in rows)])
        self._approved |= view.expected
        return found


class View:
    """The workspace beside the database, for the length of an audit."""

    def __init__(self, slack: Workspace, parts: Parts, effects: list[Told], records: dict[int, Record]) -> None:
        self.slack = slack
        self.parts = parts
        self.effects = effects
        self.records = records
        self.posted: dict[str, list[Posted]] = defaultdict(list)
        for one in posted(slack):
            self.posted[one.key].append(one)
        self.expected: set[str] = set()

    # ── what the outbox and the channels hold ──────────────────────────────────────────────────────────────────────

    def unfinished(self) -> Iterator[str]:
        for told in self.effects:
            if told.row.state is not EffectState.DONE:
                yield f"effect {told.row.id} {told.row.kind} is {told.row.state}: {told.row.error}"

    def rooms(self, known: set[str | None]) -> Iterator[str]:
        """Each incident has a room of its own, made by the bot, and there is no room but the `known` ones."""
        made = {c["id"]: c for c in self.slack.channels() if c.get("creator") == self.slack.bot_user_id}
        wanted = {record.incident.room: record.incident for record in self.records.values()}
        for incident in wanted.values():
            channel = made.get(incident.room or "")
            if channel is None:
                yield f"{incident.key} has no room"
            elif channel["is_private"] is not incident.private:
                yield f"{incident.key} is private={incident.private}, its room is not"
        yield from (f"#{channel['name']} belongs to nobody" for room, channel in made.items() if room not in known)

    # ── what shows the state ───────────────────────────────────────────────────────────────────────────────────────

    def refreshes(self) -> Iterator[str]:
        for record in self.records.values():
            yield from self._card(record)
            if not record.incident.private:
                yield from self._announcement(record)
            if record.review is not None:
                yield from self._review(record)

    def _card(self, record: Record) -> Iterator[str]:
        incident, policy = record.incident, self.parts.policy
        mail = self.parts.settings.smtp is not None
        drawn = card.card(record, policy, mail_configured=mail)
        found = yield from self._once(f"card:{incident.uid}", incident.room, None, f"the card of {incident.key}", drawn)
        pins = [pin["message"]["ts"] for pin in self.slack.pins(incident.room or "")]
        if found and pins != [found.ts]:
            yield f"{incident.key} has the pins {pins}, its card is {found.ts}"
        if found and incident.card_ts != found.ts:
            yield f"{incident.key} believes its card to be {incident.card_ts}, it is {found.ts}"
        topic = self.slack.channel(incident.room or "")["topic"]["value"]
        if topic != (wanted := card.topic(record, policy)):
            yield f"{incident.key} has the topic {topic!r}, not {wanted!r}"

    def _announcement(self, record: Record) -> Iterator[str]:
        incident = record.incident
        drawn = card.announcement(record, self.parts.policy)
        key, name = f"announcement:{incident.uid}", f"the announcement of {incident.key}"
        found = yield from self._once(key, self._incidents_channel, None, name, drawn)
        if found and incident.announcement_ts != found.ts:
            yield f"{incident.key} believes its announcement to be {incident.announcement_ts}, it is {found.ts}"

    def _review(self, record: Record) -> Iterator[str]:
        incident = record.incident
        last = next(t.row for t in reversed(self.effects) if self._is(t, "RefreshReview", incident.id))
        with self.parts.store.read() as session:
            record = similar.with_similar(session, record)
        now = last.settled_at or last.told_at
        excerpt = document.excerpt(record, self.parts.policy, now=now)
        found = []
        for place, page in enumerate(excerpt.pages):
            name = f"page {place + 1} of the review of {incident.key}"
            one = yield from self._once(f"review:{incident.uid}:{place}", incident.room, None, name, page)
            found += [one.ts] if one else []
        if list(record.review.pages) != found or found != sorted(found):
            yield f"the review of {incident.key} stands in {found}, the database says {list(record.review.pages)}"
        if found and not excerpt.is_whole:
            yield from self._whole(record, found[0], now)
        yield from self._canvas(record)

    def _whole(self, record: Record, thread: str, now: datetime) -> Iterator[str]:
        """What is too long for messages is in files, once, and they say all of it."""
        incident, about = record.incident, f"The whole review of {record.incident.key}"
        key, name = f"files:{incident.room}:{thread}:{about}", f"the files of {incident.key}"
        shared = yield from self._once(key, incident.room, thread, name, None)
        if not shared:
            return
        if [file["id"] for file in shared.message["files"]] != list(record.review.files):
            yield f"{incident.key} believes its files to be {record.review.files}"
        with self.parts.store.read() as session:
            people = queries.people(session, document.mentioned(record))
        wanted = document.files(record, self.parts.policy, people, now=now)
        there = {file["name"]: self.slack.state.contents.get(file["id"]) for file in shared.message["files"]}
        if there != wanted:
            yield f"{name} do not say what the document says"

    def _canvas(self, record: Record) -> Iterator[str]:
        """The room has one canvas, which says what the document says."""
        incident = record.incident
        last = next(t.row for t in reversed(self.effects) if self._is(t, "RefreshCanvas", incident.id))
        with self.parts.store.read() as session:
            people = queries.people(session, document.mentioned(record))
        wanted = document.canvas(record, self.parts.policy, people, now=last.settled_at or last.told_at)
        there = [one for one in self.slack.state.canvases.values() if one["channel_id"] == incident.room]
        if [one["id"] for one in there] != [record.review.canvas]:
            yield f"{incident.key} has the canvases {[one['id'] for one in there]}, not one {record.review.canvas}"
        for one in there:
            if one["markdown"] != wanted:
                yield f"the canvas of {incident.key} says\n{one['markdown']}\nand not\n{wanted}"

    def homes(self) -> Iterator[str]:
        """Who has Home open sees what is so; figures may be a minute old, and come last."""
        with self.parts.store.read() as session:
            users = waiting.homes_open(session, self.parts.clock.now())
        for user in users:
            shown = self.slack.home(self.slack.person(user)) or {"blocks": []}
            wanted = homes.drawn(self.parts, user).to_dict()
            seen, drawn = (text(view).partition("*Figures*")[0] for view in (shown, wanted))
            if seen != drawn:
                lines = difflib.unified_diff(seen.splitlines(), drawn.splitlines(), "seen", "drawn", n=0, lineterm="")
                yield "\n".join([f"{user} sees on their Home what is not so:", *lines])

    # ── what is said once ──────────────────────────────────────────────────────────────────────────────────────────

    def sayings(self) -> Iterator[str]:
        """Each message once, and in each place in the order in which they were told."""
        said: dict[tuple[str, str | None], list[Posted]] = defaultdict(list)
        for told in self.effects:
            for key, where in self._said_by(told):
                found = yield from self._once(key, *where, f"{told.row.kind} {told.row.id}", None)
                if found:
                    said[where].append(found)
        for (channel, _), messages in said.items():
            times = [one.ts for one in messages]
            if times != sorted(times):
                yield f"in {channel} the messages stand in the wrong order: {[one.key for one in messages]}"

    def _said_by(self, told: Told) -> Iterator[tuple[str, tuple[str, str | None]]]:
        effect, uid = told.effect, told.row.uid
        incident = self.records[effect.incident].incident if effect.incident else None
        thread = (self._incidents_channel, incident and incident.announcement_ts)
        match effect:
            case Say(place="person"):
                yield f"say:{uid}", (self.slack.person(effect.user).direct_channel, None)
            case Say(place="announcement"):
                yield f"say:{uid}", thread
            case Say():
                yield f"say:{uid}", (incident.room, None)
            case ShowMenu():
                yield f"menu:{uid}", (effect.channel, effect.thread)
            case PostReport():
                yield f"report:{uid}", (self._incidents_channel, None)
            case ShareDraft():
                yield f"draft:{uid}", (incident.room, None)
            case ShareReview():
                yield from ((f"share:{uid}:{place}", thread) for place in range(self._pages_shared(uid)))

    def _pages_shared(self, uid: str) -> int:
        """How many pages there must be; the first one says it."""
        first = self.posted.get(f"share:{uid}:0")
        return int(first[0].message["text"].rpartition(" of ")[2]) if first else 1

    def pictures(self) -> Iterator[str]:
        """What was shared as a file, once each; with a review the picture of its newest version alone."""
        for record in self.records.values():
            if record.review is not None:
                text_ = f"Timeline of {record.incident.key}, drawn for its review"
                text_ += f", version {record.review.version}" if record.review.version else ""
                yield from self._file(text_, record.incident.room, None)
        for (name, where), most in self._pictures_asked_for().items():
            yield from self._file(name, where, None, most=most)
        for told in self.effects:
            effect, row = told.effect, told.row
            incident = self.records[effect.incident].incident if effect.incident else None
            told_at = f"{row.told_at:%Y-%m-%d %H:%M:%S} UTC"
            match effect:
                case ShareReview():
                    where = (self._incidents_channel, incident.announcement_ts)
                    yield from self._file(f"Timeline of {incident.key}, shared {told_at}", *where)
                    if document.NOT_WHOLE in text(self.posted[f"share:{row.uid}:0"][0].message):
                        yield from self._file(f"The whole review of {incident.key}, shared {told_at}", *where)
                case PostReport():
                    drawn = f"{Month.parse(effect.month).name} and the months before, posted {told_at}"
                    yield from self._file(drawn, self._incidents_channel, None)
                case ShareDraft():
                    (message,) = self.posted.get(f"draft:{row.uid}") or [None]
                    if message is not None:
                        yield from self._file(f"{incident.key}-{effect.rule}-draft", incident.room, message.ts)

    def _pictures_asked_for(self) -> Counter[tuple[str, str | None]]:
        """What each is called and where it belongs; several people may ask for a private incident's, which its room gets."""
        asked: Counter[tuple[str, str | None]] = Counter()
        for told in self.effects:
            if isinstance(told.effect, SharePicture) and told.effect.user is not None:
                incident, user = self.records[told.effect.incident].incident, told.effect.user
                where = incident.room if incident.private else self.slack.person(user).direct_channel
                asked[f"Timeline of {incident.key}, asked for {told.row.told_at:%Y-%m-%d %H:%M:%S} UTC", where] += 1
        return asked

    def _file(self, text_: str, channel: str | None, thread: str | None, *, most: int = 1) -> Iterator[str]:
        key = f"files:{channel}:{thread}:{text_}"
        if 1 <= len(self.posted.get(key, [])) <= most:  # Who asks twice in a second may get two.
            del self.posted[key][1:]
        found = yield from self._once(key, channel, thread, f"the file {text_!r}", None)
        if found and not all(file["id"] in self.slack.state.contents for file in found.message["files"]):
            yield f"the file {text_!r} has no content"

    def reactions(self) -> Iterator[str]:
        for told in self.effects:
            if told.row.kind == React.__name__:
                effect = told.effect
                message = next(m for m in self.slack.messages(effect.channel) if m["ts"] == effect.ts)
                mine = [r for r in message.get("reactions", ()) if self.slack.bot_user_id in r["users"]]
                if [r["name"] for r in mine] != [effect.emoji]:
                    yield f"the bot's reactions to {effect.ts} are {mine}, not one {effect.emoji}"

    def extra(self, approved: set[str]) -> Iterator[str]:
        """What the bot said and no row knows of. Comes last: it is what the other checks did not expect."""
        for key, messages in self.posted.items():
            if key not in self.expected | approved:
                yield f"nobody told {key}, and it was said {len(messages)} times"

    # ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _once(
        self, key: str, channel: str | None, thread: str | None, name: str, drawn: Message | None
    ) -> Iterator[str]:
        """Check that the message is there once, in its place, and up to date; returns it."""
        self.expected.add(key)
        messages = self.posted.get(key, [])
        if len(messages) != 1:
            yield f"{name} is there {len(messages)} times"
            return None
        (message,) = messages
        if (message.channel, message.thread) != (channel, thread):
            yield f"{name} stands in {message.channel}/{message.thread}, not in {channel}/{thread}"
        if drawn is not None and text(message.message) != (wanted := text(drawn.arguments())):
            yield f"{name} shows\n{text(message.message)}\nand not\n{wanted}"
        return message

    @property
    def _incidents_channel(self) -> str:
        return self.slack.channel(self.parts.settings.incidents_channel)["id"]

    @staticmethod
    def _is(told: Told, kind: str, incident: int) -> bool:
        return told.row.kind == kind and told.row.incident_id == incident


def posted(slack: Workspace) -> Iterator[Posted]:
    """Every message that the bot posted and that nobody deleted."""
    for channel in slack.channels():
        for message in slack.messages(channel["id"]):
            yield from _ours(slack, channel["id"], None, message)
            if message.get("reply_count"):
                for reply in slack.messages(channel["id"], message["ts"])[1:]:
                    yield from _ours(slack, channel["id"], message["ts"], reply)


def _ours(slack: Workspace, channel: str, thread: str | None, message: dict[str, Any]) -> Iterator[Posted]:
    if message.get("user") == slack.bot_user_id and message.get("files"):
        yield Posted(channel, thread, f"files:{channel}:{thread}:{message['text']}", message)
    elif message.get("user") == slack.bot_user_id and "subtype" not in message:
        yield Posted(channel, thread, message["metadata"]["event_payload"]["key"], message)
