"""Slack's Web API, as calls that may be repeated.

The outbox calls everything at least once; this module makes "at least once" look like "once": a room is adopted when an
earlier attempt made it, and before a message is said again the history is read for the key it would bear. Keys are
random: message metadata can be read by everybody in the workspace, so it holds nothing else.
"""

import contextlib
import copy
import logging
import time
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Self

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import connections, lease
from bot.errors import SlackBusy, SlackRefused, SlackUnclear
from bot.metrics import SLACK_CALLS
from bot.pace import Pace
from db.records import PersonRecord

log = logging.getLogger(__name__)

# Slack's own words for "something broke here": the call may have been carried out, in part or whole.
TROUBLE = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "external_channel_migrating"}
)
UNCLEAR = TROUBLE | {
    # Nothing is wrong with what was said, but with who says it: it waits until somebody has mended the installation.
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_expired",
    "token_revoked",
    "missing_scope",
}
# Not now, without a 429.
LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "canvas_editing_locked"})
LATER_SECONDS = 30.0
NO_TIME_LEFT = "no_time_left"  # our own word: Slack was not asked
METADATA = "tocsin"
# Slack's clock makes the message times, ours the intents; they differ by less than this.
CLOCKS_DIFFER = timedelta(minutes=5)
NAMES_TO_TRY = 9
GROUPS_KEPT_SECONDS = 300.0
# A carrier's thread waits this many seconds for its turn; what takes longer goes back to the outbox.
PATIENCE = 1.5
AT_LEISURE = 0.5


def client(token: str, base_url: str, timeout: int = 15) -> WebClient:
    """A Web API client that never repeats a call by itself: the SDK's own retry posts a message twice."""
    return _Client(token=token, base_url=base_url, timeout=timeout, retry_handlers=[], ssl=connections.trust())


class _Client(WebClient):
    """Slack's own client, over connections that are kept open. By itself it makes a new one for each call."""

    def _perform_urllib_http_request_internal(self, url: str, req: urllib.request.Request) -> dict[str, Any]:
        body = req.data or b""
        assert isinstance(body, bytes)
        answer = connections.post(url, body, dict(req.header_items()), seconds=self.timeout, proxy=self.proxy)
        headers = dict(answer.headers)
        if (seconds := answer.headers.get("retry-after")) is not None:
            headers |= {"retry-after": seconds, "Retry-After": seconds}  # The SDK asks for both, and minds the case.
        return {"status": answer.status, "headers": headers, "body": answer.data.decode()}


@dataclass(frozen=True)
class RoomSeen:
    """A channel as Slack has it."""

    name: str
    archived: bool
    inside: bool


# When whoever calls must be done, on the monotonic clock.


class Slack:
    """The workspace, seen through the bot's token. Every method raises `SlackRefused`, `SlackBusy` or `SlackUnclear`."""

    def __init__(self, web: WebClient, pace: Pace | None = None) -> None:
        """Nothing is called yet. Without a `pace`, calls are made as they come."""
        self.web = web
        self.pace = pace
        self._share = 1.0
        self._channels: dict[str, str] = {}
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}
        self._me: str | None = None

    def at_leisure(self) -> Self:
        """The same, for what can wait: it leaves others half of what Slack allows."""
        patient = copy.copy(self)
        patient._share = AT_LEISURE  # noqa: SLF001 -- one of us
        return patient

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method by its Slack name, and sort the ways in which it can go wrong into three.

        Waits for its turn if that is near; `SlackBusy`, and nothing was done, if it is not.
        """
        self._take_turn(method, arguments.get("channel"))
        if lease.is_over():
            raise SlackUnclear(method, NO_TIME_LEFT, "it was not asked: the lease ends, and the rest comes later")
        function: Callable[..., Any] = getattr(self.web, method.replace(".", "_"))
        try:
            response = function(**arguments)
        except SlackApiError as error:
            sorted_error = _sorted(method, error)
            SLACK_CALLS.labels(method, type(sorted_error).__name__).inc()
            if self.pace and isinstance(sorted_error, SlackBusy):
                self.pace.rest(method, sorted_error.retry_after)
            raise sorted_error from None
        except (OSError, ValueError, SlackClientError) as error:
            SLACK_CALLS.labels(method, SlackUnclear.__name__).inc()
            raise SlackUnclear(method, type(error).__name__) from error
        SLACK_CALLS.labels(method, "ok").inc()
        answer: Mapping[str, Any] = response.data
        return answer

    def _take_turn(self, method: str, channel: str | None) -> None:
        while self.pace and (wait := self.pace.take(method, channel, self._share)) > 0:
            if wait > PATIENCE:
                raise SlackBusy(method, wait)
            time.sleep(wait)

    # ── rooms ──────────────────────────────────────────────────────────────────────────────────────────────────

    def me(self) -> str:
        """The bot's own user id."""
        if self._me is None:
            self._me = str(self.call("auth.test")["user_id"])
        return self._me

    def open_room(
        self, names: Callable[[int], str], *, private: bool, since: datetime, known: Callable[[str], bool]
    ) -> tuple[str, str]:
        """Make a channel with the first of `names(1)`, `names(2)` … that is free, or adopt ours. Gives (id, name).

        Ours is a channel that this bot made after `since` and that no incident has yet (`known(id)` is false): an
        earlier attempt made it and died before it could say so. A private room is made private or not at all.
        """
        for attempt in range(1, NAMES_TO_TRY + 1):
            name = names(attempt)
            try:
                channel = self.call("conversations.create", name=name, is_private=private)["channel"]
                return channel["id"], channel["name"]
            except SlackRefused as refusal:
                if refusal.code != "name_taken":
                    raise
            ours = self._room_we_made(name, private=private, since=since)
            if ours is not None and not known(ours):
                return ours, name
        raise SlackRefused("conversations.create", "name_taken")

    def _room_we_made(self, name: str, *, private: bool, since: datetime) -> str | None:
        kind = "private_channel" if private else "public_channel"
        for channel in self._pages("users.conversations", "channels", types=kind, exclude_archived=True, limit=999):
            if channel["name"] == name:
                mine = channel.get("creator") == self.me()
                recent = channel["created"] >= (since - CLOCKS_DIFFER).timestamp()
                return str(channel["id"]) if mine and recent else None
        return None

    def invite(self, room: str, users: Sequence[str]) -> dict[str, str]:
        """Bring people in; those who are in already are fine. Gives the failures: user → Slack's error code."""
        wanted = [user for user in users if user != self.me()]
        if not wanted:
            return {}
        try:
            answer = self.call("conversations.invite", channel=room, users=",".join(wanted), force=True)
        except SlackRefused as refusal:
            if refusal.code in FINE_WHEN_INVITING:
                return {}
            if "errors" not in refusal.answer and len(wanted) == 1 and refusal.code in ABOUT_THE_PERSON:
                return {wanted[0]: refusal.code}
            if "errors" not in refusal.answer:
                raise
            answer = refusal.answer
        failures = {e["user"]: e["error"] for e in answer.get("errors", ()) if "user" in e}
        return {user: code for user, code in failures.items() if code not in FINE_WHEN_INVITING}

    def members(self, room: str) -> frozenset[str]:
        """Who is in the room."""
        return frozenset(self._pages("conversations.members", "members", channel=room, limit=999))

    def set_topic(self, room: str, topic: str) -> None:
        """Set the room's topic."""
        self.call("conversations.setTopic", channel=room, topic=topic)

    def look_at(self, room: str) -> RoomSeen | None:
        """How a channel is now; None when it is gone, or private and the bot is not in it: Slack answers the same."""
        try:
            found = self.call("conversations.info", channel=room)["channel"]
        except SlackRefused as refusal:
            if refusal.code != "channel_not_found":
                raise
            return None
        return RoomSeen(found["name"], bool(found.get("is_archived")), bool(found.get("is_member")))

    def join(self, room: str) -> None:
        """Walk into a public channel; inside already is fine."""
        self.call("conversations.join", channel=room)

    def channel_named(self, name: str) -> str:
        """The id of a public channel; the bot joins it, since it must read what it says there. Asked once."""
        if name not in self._channels:
            found = self.public_channel(name)
            if found is None:
                raise SlackRefused("conversations.list", "channel_not_found", f"there is no public channel #{name}")
            if not found.get("is_member"):
                self.call("conversations.join", channel=found["id"])
            self._channels[name] = found["id"]
        return self._channels[name]

    def public_channel(self, name: str) -> Mapping[str, Any] | None:
        """A public channel that is not archived, as Slack has it now; None when there is none of this name."""
        pages = self._pages("conversations.list", "channels", types="public_channel", exclude_archived=True, limit=999)
        return next((channel for channel in pages if channel["name"] == name), None)

    def direct_messages_with(self, user: str) -> str:
        """The id of the conversation between this person and the bot."""
        return str(self.call("conversations.open", users=user)["channel"]["id"])

    # ── messages ───────────────────────────────────────────────────────────────────────────────────────────────

    def post(
        self,
        channel: str,
        arguments: Mapping[str, Any],
        *,
        key: str,
        thread: str | None = None,
        look_since: datetime | None = None,
    ) -> str:
        """Post once; gives the message's `ts`.

        `key` is what the message is recognised by. With `look_since` an earlier attempt may have come through: the
        history from that time on is read first, and what is found there is taken for done.
        """
        if look_since is not None:
            found = self._said(channel, key, thread=thread, since=look_since - CLOCKS_DIFFER)
            if found is not None:
                return found
        where = {"channel": channel} | ({"thread_ts": thread} if thread else {})
        metadata = {"event_type": METADATA, "event_payload": {"key": key}}
        answer = self.call("chat.postMessage", **where, **arguments, metadata=metadata, unfurl_links=False)
        return str(answer["ts"])

    def _said(self, channel: str, key: str, *, thread: str | None, since: datetime) -> str | None:
        method = "conversations.replies" if thread else "conversations.history"
        where = {"channel": channel} | ({"ts": thread} if thread else {})
        oldest = f"{since.timestamp():.6f}"
        pages = self._pages(method, "messages", **where, oldest=oldest, include_all_metadata=True, limit=200)
        for message in pages:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == METADATA and metadata.get("event_payload", {}).get("key") == key:
                return str(message["ts"])
        return None

    def update(self, channel: str, ts: str, arguments: Mapping[str, Any]) -> bool:
        """Bring a message up to date. False when somebody deleted it."""
        try:
            self.call("chat.update", channel=channel, ts=ts, **arguments)
        except SlackRefused as refusal:
            if refusal.code != "message_not_found":
                raise
            return False
        return True

    def delete(self, channel: str, ts: str) -> None:
        """Take a message away; gone already is fine."""
        self._unless("message_not_found", "chat.delete", channel=channel, ts=ts)

    def pin(self, channel: str, ts: str) -> bool:
        """Pin a message; pinned already is fine. False when somebody deleted it."""
        try:
            self._unless("already_pinned", "pins.add", channel=channel, timestamp=ts)
        except SlackRefused as refusal:
            if refusal.code != "message_not_found":
                raise
            return False
        return True

    def react(self, channel: str, ts: str, emoji: str) -> None:
        """Put an emoji on a message; there already is fine, and so is a message that is gone."""
        try:
            self._unless("already_reacted", "reactions.add", channel=channel, timestamp=ts, name=emoji)
        except SlackRefused as refusal:
            if refusal.code != "message_not_found":
                raise

    def message(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """One message, in a channel or in a thread; None when it is not there."""
        messages = self.call("conversations.replies", channel=channel, ts=ts, limit=1, inclusive=True)["messages"]
        return next((message for message in messages if message["ts"] == ts), None)

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message."""
        return str(self.call("chat.getPermalink", channel=channel, message_ts=ts)["permalink"])

    # ── files ──────────────────────────────────────────────────────────────────────────────────────────────────

    def upload(
        self,
        channel: str,
        thread: str | None,
        text: str,
        files: Mapping[str, bytes],
        *,
        alt: str = "",
        look_since: datetime | None = None,
    ) -> tuple[str, ...]:
        """Put files into a channel or a thread, in one message; gives their ids. Once: with `look_since` as for `post`.

        A message with files bears no metadata: it is recognised by its `text`. `alt` says what is seen in a picture.
        """
        since = look_since - CLOCKS_DIFFER if look_since else None
        if since is not None and (shared := self._shared(channel, thread, (text,), since=since)):
            return tuple(file["id"] for message in shared for file in message.get("files", ()))
        ready, told = [], {"alt_txt": alt} if alt else {}
        for name, content in files.items():
            granted = self.call("files.getUploadURLExternal", filename=name, length=len(content), **told)
            self._send(str(granted["upload_url"]), content)
            ready.append({"id": str(granted["file_id"]), "title": name})
        where = {"channel_id": channel} | ({"thread_ts": thread} if thread else {})
        self.call("files.completeUploadExternal", files=ready, **where, initial_comment=text)
        return tuple(file["id"] for file in ready)

    def take_away(
        self,
        channel: str,
        thread: str | None,
        texts: Collection[str],
        files: Iterable[str] = (),
        *,
        since: datetime | None = None,
    ) -> None:
        """Delete these files of ours, and whatever else was put there with one of these `texts`, since then."""
        gone = {*files}
        for message in self._shared(channel, thread, texts, since=since - CLOCKS_DIFFER if since else None):
            gone |= {file["id"] for file in message.get("files", ())}
            self.delete(channel, message["ts"])
        for file in sorted(gone):
            with contextlib.suppress(SlackRefused):  # Gone already, or Slack keeps it: nobody is shown it any more.
                self.call("files.delete", file=file)

    def _shared(
        self, channel: str, thread: str | None, texts: Collection[str], *, since: datetime | None = None
    ) -> list[Mapping[str, Any]]:
        """Our messages there that say one of `texts`; none where the thread's first message is gone."""
        method = "conversations.replies" if thread else "conversations.history"
        where = {"channel": channel} | ({"ts": thread} if thread else {})
        after = {"oldest": f"{since.timestamp():.6f}"} if since else {}
        try:
            found = [*self._pages(method, "messages", **where, **after, limit=200)]
        except SlackRefused as refusal:
            if refusal.code != "thread_not_found":
                raise
            return []
        ours = [message for message in found if message.get("user") == self.me() and message["ts"] != thread]
        return [message for message in ours if message.get("text") in texts]

    def _send(self, url: str, content: bytes) -> None:
        """The bytes, to the address that Slack gave for them."""
        told = {"Content-Type": "application/octet-stream"}
        try:
            answer = connections.post(url, content, told, seconds=self.web.timeout, proxy=self.web.proxy)
        except OSError as error:
            SLACK_CALLS.labels("upload", SlackUnclear.__name__).inc()
            raise SlackUnclear("upload", type(error).__name__) from error
        if (
            answer.status >= HTTPStatus.MULTIPLE_CHOICES
        ):  # Nobody is followed to somewhere else: Slack sends nobody there.
            SLACK_CALLS.labels("upload", SlackUnclear.__name__).inc()
            raise SlackUnclear("upload", f"http_{answer.status}")
        SLACK_CALLS.labels("upload", "ok").inc()

    # ── canvases ───────────────────────────────────────────────────────────────────────────────────────────────

    def write_canvas(self, room: str, known: str | None, title: str, text: str, *, was_tried: bool) -> str:
        """Have the channel's canvas say `text`, in Markdown, and nothing else; gives its id.

        A channel has one canvas. Ours is the one that is `known` or, if that is gone or `was_tried`, one with the heading
        `title`; an empty one is taken. `SlackRefused` when the channel has a canvas that somebody else has written in.
        """
        if known is not None and self._rewrite(known, text):
            return known
        found = self.call("conversations.info", channel=room)["channel"].get("properties", {}).get("canvas") or {}
        there = str(found["file_id"]) if found.get("file_id") else None
        if there is not None:
            ours = found.get("is_empty") or (was_tried and self._has_heading(there, title))
            if not ours:
                raise SlackRefused("conversations.canvases.create", "channel_canvas_already_exists")
            if self._rewrite(there, text):
                return there
        content = {"type": "markdown", "markdown": text}
        made = self.call("conversations.canvases.create", channel_id=room, title=title, document_content=content)
        return str(made["canvas_id"])

    def _rewrite(self, canvas: str, text: str) -> bool:
        """False when somebody deleted the canvas."""
        change = {"operation": "replace", "document_content": {"type": "markdown", "markdown": text}}
        try:
            self.call("canvases.edit", canvas_id=canvas, changes=[change])
        except SlackRefused as refusal:
            if refusal.code != "canvas_not_found":
                raise
            return False
        return True

    def _has_heading(self, canvas: str, text: str) -> bool:
        criteria = {"section_types": ["any_header"], "contains_text": text}
        return bool(self.call("canvases.sections.lookup", canvas_id=canvas, criteria=criteria)["sections"])

    # ── people ─────────────────────────────────────────────────────────────────────────────────────────────────

    def person(self, user: str) -> PersonRecord | None:
        """What Slack says about a person; None when there is nobody with this id."""
        try:
            found = self.call("users.info", user=user)["user"]
        except SlackRefused as refusal:
            if refusal.code not in ("user_not_found", "user_not_visible"):
                raise
            return None
        return person_of(found)

    def members_of_group(self, group: str) -> frozenset[str]:
        """Who is in a user group; asked at most every five minutes."""
        known = self._groups.get(group)
        if known is None or known[0] < time.monotonic() - GROUPS_KEPT_SECONDS:
            users = frozenset(self.call("usergroups.users.list", usergroup=group)["users"])
            known = self._groups[group] = (time.monotonic(), users)
        return known[1]

    # ── how ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _unless(self, fine: str, method: str, **arguments: Any) -> None:
        try:
            self.call(method, **arguments)
        except SlackRefused as refusal:
            if refusal.code != fine:
                raise

    def _pages(self, method: str, what: str, **arguments: Any) -> Iterator[Any]:
        cursor = ""
        while True:
            answer = self.call(method, **arguments, **({"cursor": cursor} if cursor else {}))
            yield from answer.get(what, ())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return


def person_of(found: Mapping[str, Any]) -> PersonRecord:
    """A person as Slack's user object tells it."""
    profile = found.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found["name"]
    return PersonRecord(
        user=found["id"],
        name=name,
        email=profile.get("email"),
        zone=found.get("tz"),
        active=not found.get("deleted", False),
        bot=bool(found.get("is_bot")),
    )


# What Slack says about people who cannot be written to any more.
WHO_LEFT = frozenset({"user_disabled", "user_not_found", "user_not_visible", "account_inactive"})
# What Slack says where files may not be uploaded, or no more of them, or none of this kind.
NO_FILES = frozenset(
    {
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "storage_limit_reached",
    }
)


def is_against_canvases(code: str) -> bool:
    """Whether Slack means canvases by this code: a plan without them, the feature or the scope missing, one in the way."""
    return "canvas" in code or code in ("restricted_action", "missing_scope")


FINE_WHEN_INVITING = frozenset({"already_in_channel", "cant_invite_self"})
ABOUT_THE_PERSON = frozenset(
    {"user_not_found", "cant_invite", "user_is_restricted", "user_is_ultra_restricted", "user_disabled"}
)


def is_answer(error: SlackApiError) -> bool:
    """Whether Slack understood and said no; otherwise it is away, or has trouble of its own."""
    answer = error.response.data
    return isinstance(answer, dict) and error.response.status_code < 500 and answer.get("error") not in TROUBLE


def _sorted(method: str, error: SlackApiError) -> SlackRefused | SlackBusy | SlackUnclear:
    response = error.response
    status = getattr(response, "status_code", 200)
    answer: Mapping[str, Any] = response.data if isinstance(getattr(response, "data", None), dict) else {}
    code = str(answer.get("error", f"http_{status}"))
    if status == 429:
        headers = {name.lower(): value for name, value in response.headers.items()}
        retry_after = headers.get("retry-after", "30")
        return SlackBusy(method, float(retry_after[0] if isinstance(retry_after, list) else retry_after))
    if code in LATER:
        return SlackBusy(method, LATER_SECONDS)
    if status >= 500 or code in UNCLEAR or not answer:
        return SlackUnclear(method, code)
    hint = "; ".join(map(str, answer.get("response_metadata", {}).get("messages", ())))
    needed = f"needs the scope {answer['needed']}" if code == "missing_scope" and "needed" in answer else ""
    return SlackRefused(method, code, needed or hint, answer)
