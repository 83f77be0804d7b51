"""The middle: a conversation with its header, messages and composer."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import background_tasks, ui

from sandbox.page import mrkdwn, sight
from sandbox.page.canvas import Canvas
from sandbox.page.composer import Composer
from sandbox.page.message import author_of
from sandbox.page.stage import Json
from sandbox.page.stream import Stream
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, avatar, click, menu, push, raw

if TYPE_CHECKING:
    from sandbox.state import Channel

PAGE = 50
"""Messages drawn at first, and with each “Load earlier”. What ten thousand others say costs nothing until it is asked for."""


class Conversation:
    """Header, stream and composer of the channel the tab looks at; hidden on App Home."""

    def __init__(self, tab: Tab, hint: Callable[[Composer], object]) -> None:
        self.tab = tab
        self._last = PAGE
        self._shown: str | None = None
        self._mark = ""
        self._written: tuple[str, str, str | None] | None = None
        with Tag("section", classes="conversation", aria_label="Conversation") as self.box:
            self._head = Tag("header", classes="conversation-head")
            self.stream = Stream(tab, in_thread=False, earlier=self._earlier)
            self._notice = Tag("div", classes="notice")
            self._hint = Tag("div")
            self.composer = Composer(tab, self.stream.to_end)
            with self._hint:
                hint(self.composer)
        self._canvas = Canvas(tab)
        tab.watch(self.refresh, "message", "ephemeral", "channel", "user")
        self.refresh(frozenset({"look"}))

    def _earlier(self) -> None:
        self._last += PAGE
        self.refresh(frozenset({"look"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Bring header, messages and what may be written to the present."""
        channel = self.tab.ws.state.channels.get(self.tab.channel or "")
        self.box.set_visibility(channel is not None)
        if channel is None:
            self._shown = None
            return
        if channel.id != self._shown:
            self._shown, self._last, self._mark = channel.id, PAGE, ""
            self.stream.clear()
        self._header(channel)
        window = sight.conversation(self.tab.ws, self.tab.person, channel.id, self._last)
        self.stream.show(window, lambda: self._beginning(channel))
        if "message" in news and channel.kind != "im":
            background_tasks.create(self.tab.read(), name="read a conversation")

    # -- header -------------------------------------------------------------------------------------------------------

    def _header(self, channel: Channel) -> None:
        view = self.tab.view
        pins = sight.pinned(self.tab.ws, channel.id)
        with self.tab.ws.state.lock:
            bookmarks, members = list(channel.bookmarks.values()), list(channel.members)
            mark = json.dumps([channel.info, bookmarks, members, [view.user(one) for one in members], pins])
        if mark == self._mark:
            return
        self._mark = mark
        self._head.clear()
        with self._head:
            with Tag("div", classes="title-row"):
                self._title(channel)
                with Tag("div", classes="title-tools"):
                    self._people(channel, members)
                    self._pins(pins)
                    if "canvas" in channel.info.get("properties", {}):
                        click(push("📄 Canvas", "members", label="Canvas"), self._canvas.opens)
            self._bookmarks(bookmarks)
        self._writing(channel, members)

    def _title(self, channel: Channel) -> None:
        name = self.tab.ws.manifest.name if channel.kind == "im" else channel.name
        glyph = {"group": "🔒", "channel": "#"}.get(channel.kind, "")
        with Tag("div", classes="title"):
            Tag("h1", f"{glyph} {name}".strip() if glyph == "🔒" else f"{glyph}{name}")
            topic = str(channel.info.get("topic", {}).get("value", ""))
            if topic:
                raw(mrkdwn.inline(topic.replace("\n", " "), self.tab.view), "topic").props["title"] = topic
            elif channel.kind != "im":
                Tag("div", "No topic yet", "topic hint")

    def _people(self, channel: Channel, members: list[str]) -> None:
        with push("", "members", label=f"{len(members)} members") as button:
            for one in members[:3]:
                self._face(one, "tiny")
            Tag("span", str(len(members)))
        menu(button, partial(self._members, channel, members), "people-menu")

    def _members(self, channel: Channel, members: list[str]) -> None:
        view = self.tab.view
        Tag("div", "Members", "menu-title")
        for one in members:
            with Tag("div", classes="person"):
                self._face(one)
                Tag("strong", view.user(one))
                if one == self.tab.ws.bot_user_id:
                    Tag("span", "APP", "badge")
        if channel.kind in {"channel", "group"} and self.tab.person.id in members:
            self._invitations(channel, members)

    def _face(self, user: str, classes: str = "") -> None:
        app = "app" if user == self.tab.ws.bot_user_id else ""
        avatar(self.tab.view.user(user), user, classes=f"{classes} {app}".strip())

    def _invitations(self, channel: Channel, members: list[str]) -> None:
        ui.separator()
        for one in self.tab.ws.people():
            if one.id not in members:
                ui.menu_item(f"Add {one.name} to the channel", on_click=self._inviting(one, channel.id))
        if self.tab.ws.bot_user_id not in members:
            name = self.tab.ws.manifest.name
            ui.menu_item(f"Add {name} to the channel", on_click=self._inviting(self.tab.ws.bot_user_id, channel.id))
        ui.menu_item("Leave channel", on_click=lambda: self.tab.do(self.tab.person.leaves, channel.id)).classes(
            "danger"
        )

    def _inviting(self, whom: Any, channel: str) -> Callable[[], Any]:
        return lambda: self.tab.do(self.tab.person.invites, whom, channel)

    def _pins(self, pins: list[Json]) -> None:
        if not pins:
            return
        with push("", "members", label=f"{len(pins)} pinned") as button:
            Tag("span", f"📌 {len(pins)}")
        menu(button, partial(self._pinned, pins), "pins-menu")

    def _pinned(self, pins: list[Json]) -> None:
        view = self.tab.view
        Tag("div", "Pinned", "menu-title")
        for message in pins:
            with Tag("div", classes="pin"):
                Tag("strong", author_of(message, view, self.tab.ws.bot_user_id).name)
                raw(mrkdwn.mrkdwn(str(message.get("text", "")), view), "words")

    def _bookmarks(self, bookmarks: list[Json]) -> None:
        if not bookmarks:
            return
        with Tag("div", classes="bookmarks", role="list", aria_label="Bookmarks"):
            for one in bookmarks:
                glyph = mrkdwn.plain(str(one.get("emoji") or "🔗"))
                label = f"{glyph} {mrkdwn.literal(str(one.get('title', '')))}"
                raw(mrkdwn.link(str(one.get("link", "")), label), "bookmark", tag="span").props["role"] = "listitem"

    # -- what may be written ------------------------------------------------------------------------------------------

    def _writing(self, channel: Channel, members: list[str]) -> None:
        name = self.tab.ws.manifest.name if channel.kind == "im" else channel.name
        notice = self._reason(channel, members)
        if (channel.id, name, notice) == self._written:  # a room is furnished while somebody joins: their button stays
            return
        self._written = (channel.id, name, notice)
        self._notice.clear()
        self._notice.set_visibility(notice is not None)
        self.composer.show(usable=notice is None)
        if notice is None:
            self.composer.invite(f"Message {'' if channel.kind == 'im' else '#'}{name}")
            return
        with self._notice:
            raw(notice, "notice-words")
            if channel.kind == "channel" and not channel.is_archived:
                join = push("Join Channel", "button primary")
                click(join, lambda: self.tab.do(self.tab.person.joins, channel.id))

    def _reason(self, channel: Channel, members: list[str]) -> str | None:
        """Why nothing can be written here, as safe HTML; None when one can write."""
        name = mrkdwn.literal(channel.name)
        if channel.is_archived:
            return f"You are viewing <b>#{name}</b>, an archived channel."
        if self.tab.person.id not in members:
            return f"You are viewing <b>#{name}</b>. Join it to talk, and to use commands there."
        if channel.kind == "im" and self.tab.ws.manifest.features.app_home.messages_tab_read_only_enabled:
            return "Sending messages to this app has been turned off."
        return None

    def _beginning(self, channel: Channel) -> None:
        """The very start of a conversation."""
        with Tag("div", classes="beginning"):
            if channel.kind == "im":
                Tag("h2", f"This is where {self.tab.ws.manifest.name} talks to you alone.")
            else:
                Tag("h2", f"{'🔒 ' if channel.kind == 'group' else '#'}{channel.name}")
                made = self.tab.view.user(str(channel.info.get("creator", "")))
                kind = "private channel" if channel.kind == "group" else "channel"
                Tag("p", f"This is the very beginning of the {kind}. {made} made it. Be nice to each other.", "hint")
