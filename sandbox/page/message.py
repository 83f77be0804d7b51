"""One message, as it stands in a conversation or a thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from nicegui import ui

from sandbox.page import blocks, dates, emoji, mrkdwn
from sandbox.page.pieces import Piece, Pieces
from sandbox.page.stage import Json
from sandbox.page.stages import LiveStage
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, avatar, click, push, raw
from sandbox.page.viewpoint import Viewpoint

_LINES = ("_join", "_leave", "_topic", "_purpose", "_name", "_archive", "_unarchive")


@dataclass(frozen=True, slots=True)
class Author:
    """Whose name and face stand beside a message."""

    name: str
    key: str
    is_app: bool
    glyph: str = ""


def author_of(message: Json, view: Viewpoint, app: str) -> Author:
    """The person, or the app (whose user id is `app`) under the name it chose for this message."""
    user = str(message.get("user", ""))
    if not message.get("bot_id"):
        return Author(view.user(user), user, user == app)
    name = message.get("username") or message.get("bot_profile", {}).get("name") or view.user(user)
    chosen = emoji.glyph(str(message.get("icons", {}).get("emoji", "")).strip(":")) if "icons" in message else None
    return Author(str(name), user or str(message["bot_id"]), True, chosen or "")


def follows(message: Json, before: Json | None) -> bool:
    """Whether Slack would draw it without name and face: the same author within five minutes, nothing special."""
    if before is None or message.get("is_ephemeral") or before.get("is_ephemeral") or message.get("pinned_to"):
        return False
    same = all(message.get(key) == before.get(key) for key in ("user", "bot_id", "username", "subtype"))
    return same and float(message["ts"]) - float(before["ts"]) < 300 and not is_line(message)


def is_line(message: Json) -> bool:
    """Whether it is one of Slack's own lines (“joined #incidents”)."""
    return str(message.get("subtype", "")).endswith(_LINES)


class Drawn:
    """One message in the current element. `in_thread` leaves out what leads into the thread; `edit` opens the edit box."""

    def __init__(self, tab: Tab, *, in_thread: bool, edit: Callable[[Json], None]) -> None:
        self.tab = tab
        self.in_thread = in_thread
        self.edit = edit
        self._marks = Pieces()
        with Tag("div", classes="message-row"):
            self._gutter = Pieces("gutter")
            self._body = Pieces("body")
        self._tools = raw(_tools(in_thread=in_thread), "hover-place")
        self._menus: dict[str, ui.menu] = {}

    def show(self, message: Json, *, compact: bool, version: str) -> None:
        """Bring it to `message`; `version` changes when names that it mentions have."""
        self.message = message
        self.stage = LiveStage(self.tab, message)
        self.view = self.stage.view
        self.author = author_of(message, self.view, self.tab.ws.bot_user_id)
        who = f"{version}{self.author}{message['ts']}"
        self._marks.show(Piece(words, partial(Tag, "div", words, "mark")) for words in self._remarks())
        self._gutter.show([Piece(f"{who}{compact}", partial(self._face, compact=compact))])
        self._body.show(self._pieces(who, version, compact=compact))
        bare = message.get("is_ephemeral") or is_line(message) or message.get("subtype") == "tombstone"
        self._tools.set_visibility(not bare)

    def _remarks(self) -> Iterator[str]:
        """The small lines above it."""
        message = self.message
        if message.get("pinned_to"):
            by = message.get("pinned_info", {}).get("pinned_by", "")
            yield f"📌 Pinned by {self.view.user(by)}" if by else "📌 Pinned"
        if message.get("is_ephemeral"):
            yield "👁 Only visible to you"
        if message.get("subtype") == "thread_broadcast" and not self.in_thread:
            yield "↩ replied to a thread"

    def _pieces(self, who: str, version: str, *, compact: bool) -> Iterator[Piece]:
        """What stands beside the face, from top to bottom."""
        message = self.message

        def mark(*keys: str) -> str:
            return version + json.dumps([[key, message.get(key)] for key in keys])

        if not compact:
            yield Piece(who, self._head)
        if message.get("blocks") and message.get("bot_id"):
            for at, block in enumerate(message["blocks"]):
                yield Piece(f"{version}{at}{blocks.mark(block)}", partial(blocks.draw, [block], self.stage))
            if "edited" in message:
                yield Piece("edited", partial(Tag, "div", "(edited)", "edited"))
        else:
            yield Piece(mark("text", "edited", "subtype"), self._words)
        if message.get("attachments"):
            yield Piece(mark("attachments"), self._attachments)
        if message.get("files"):
            yield Piece(mark("files"), self._files)
        if message.get("reactions"):
            yield Piece(mark("reactions"), self._reactions)
        if message.get("reply_count") and not self.in_thread:
            yield Piece(mark("reply_count", "reply_users", "latest_reply"), self._thread_link)
        if message.get("is_ephemeral"):
            yield Piece("dismiss", lambda: click(push("Dismiss", "link dismiss"), self._dismiss))

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _face(self, *, compact: bool) -> None:
        at = float(self.message["ts"])
        if compact:
            shown = dates.clock_time(self.view.local(at)).rsplit(" ", 1)[0]
            Tag("time", shown, "small-time", title=dates.stamp(self.view, at))
        else:
            avatar(self.author.name, self.author.key, self.author.glyph, "app" if self.author.is_app else "")

    def _head(self) -> None:
        at = float(self.message["ts"])
        with Tag("div", classes="head"):
            Tag("span", self.author.name, "author")
            if self.author.is_app:
                Tag("span", "APP", "badge")
            Tag("time", dates.clock_time(self.view.local(at)), title=dates.stamp(self.view, at))

    def _words(self) -> None:
        """What a person has typed is read as mrkdwn, as Slack's composer does while one types."""
        message, text = self.message, str(self.message.get("text", ""))
        if is_line(message):
            own = text.removeprefix(f"<@{message.get('user')}>").strip()
            raw(mrkdwn.mrkdwn(own, self.view), "words line")
        elif message.get("subtype") == "tombstone":
            Tag("div", text, "words line")
        elif text:
            tail = ' <span class="edited">(edited)</span>' if "edited" in message else ""
            raw(mrkdwn.mrkdwn(text, self.view) + tail, "words")

    def _attachments(self) -> None:
        for attachment in self.message.get("attachments", []):
            colour = str(attachment.get("color", "")).lstrip("#")
            with Tag("div", classes="attachment") as box:
                if len(colour) in {3, 6} and all(digit in "0123456789abcdefABCDEF" for digit in colour):
                    box.style(f"border-left-color:#{colour}")
                for key in ("pretext", "title", "text"):
                    if attachment.get(key):
                        raw(mrkdwn.mrkdwn(str(attachment[key]), self.view), f"words attachment-{key}")
                blocks.draw(attachment.get("blocks", []), self.stage)

    def _files(self) -> None:
        for file in self.message.get("files", []):
            name = str(file.get("title") or file.get("name") or "file")
            kind = str(file.get("pretty_type") or file.get("filetype") or "File")
            url = self.view.images.get(str(file.get("id", "")))
            if url:
                self._picture(file, name, url)
                continue
            with Tag("div", classes="file"):
                Tag("span", "📄", aria_hidden="true")
                with Tag("div"):
                    Tag("div", name, "file-name")
                    Tag("div", kind, "hint")

    def _picture(self, file: Json, name: str, url: str) -> None:
        """An uploaded image, small; a click shows it as large as it is."""
        with Tag("figure", classes="picture"):
            Tag("figcaption", name)
            with Tag("a", href=url, target="_blank", rel="noopener"):
                Tag("img", classes="block-image", src=url, alt=str(file.get("alt_txt") or name))

    def _reactions(self) -> None:
        with Tag("div", classes="reactions"):
            for one in self.message["reactions"]:
                mine = self.view.me in one["users"]
                who = ", ".join(self.view.user(user) for user in one["users"])
                label = f"{one['name']}: {who}"
                pill = push(
                    "", f"reaction {'mine' if mine else ''}".strip(), label=label, aria_pressed=str(mine).lower()
                )
                with pill:
                    Tag("span", emoji.spell(one["name"]), "emoji")
                    Tag("span", str(one["count"]))
                click(pill, self._reaction(one["name"], mine=mine))

    def _reaction(self, name: str, *, mine: bool) -> Callable[[], Any]:
        person = self.tab.person
        verb = person.unreacts if mine else person.reacts
        return lambda: self.tab.do(verb, name, self.message)

    def _thread_link(self) -> None:
        count = int(self.message["reply_count"])
        with push(
            "", "thread-link", label=f"Open the thread with {count} {'reply' if count == 1 else 'replies'}"
        ) as link:
            for user in self.message.get("reply_users", [])[:4]:
                avatar(self.view.user(user), user, classes=self._app_or(user))
            Tag("span", f"{count} {'reply' if count == 1 else 'replies'}", "count")
            latest = dates.ago(self.view.local(float(self.message["latest_reply"])), self.view.local(self.view.now))
            Tag("span", f"Last reply {latest}", "hint")
        click(link, self._open_thread)

    def _app_or(self, user: str) -> str:
        return "tiny app" if user == self.tab.ws.bot_user_id else "tiny"

    def _open_thread(self) -> None:
        self.tab.open_thread(str(self.message.get("thread_ts") or self.message["ts"]))

    async def _dismiss(self) -> None:
        await self.tab.do(self.tab.person.dismisses, self.message)

    # -- the tools that appear under the mouse ------------------------------------------------------------------------

    async def use(self, tool: str) -> None:
        """What a tool of `_tools` does."""
        if tool in emoji.QUICK:
            await self._reaction(tool, mine=tool in self._given())()
        elif tool == "reply":
            self._open_thread()
        elif tool in {"reactions", "more"}:
            self._menu(tool).open()

    def _given(self) -> list[str]:
        """The reactions of this reader."""
        return [one["name"] for one in self.message.get("reactions", []) if self.view.me in one["users"]]

    def _menu(self, tool: str) -> ui.menu:
        """A menu that is built when it is first asked for: fifty messages need not carry a hundred menus."""
        if tool not in self._menus:
            with self._tools.parent_slot or self._body.box:
                menu = self._menus[tool] = ui.menu().props("auto-close no-parent-event")
            menu.props["target"] = f'#{self._tools.html_id} [data-tool="{tool}"]'
            with menu:
                if tool == "reactions":
                    self._picker(menu)
                else:
                    self._more()
        return self._menus[tool]

    def _picker(self, menu: ui.menu) -> None:
        menu.classes("emoji-menu")
        for name in emoji.PICKER:
            click(push(emoji.spell(name), "tool", label=name), self._reaction(name, mine=False))

    def _more(self) -> None:
        tab, message = self.tab, self.message
        for shortcut in tab.ws.manifest.features.shortcuts:
            if shortcut.type == "message":
                with ui.menu_item(on_click=self._shortcut(shortcut.name)):
                    Tag("span", "⚡", "menu-glyph", aria_hidden="true")
                    Tag("span", shortcut.name)
                    Tag("span", tab.ws.manifest.name, "hint")
        if message.get("user") == tab.person.id and not message.get("bot_id"):
            ui.separator()
            ui.menu_item("Edit message", on_click=lambda: self.edit(self.message))
            ui.menu_item("Delete message…", on_click=lambda: tab.do(tab.person.deletes, self.message)).classes("danger")
        elif not any(one.type == "message" for one in tab.ws.manifest.features.shortcuts):
            ui.menu_item("No shortcuts: the app declares none for messages").props("disable")

    def _shortcut(self, name: str) -> Callable[[], Any]:
        return lambda: self.tab.do(self.tab.person.shortcut, name, message=self.message, what=name)


@cache
def _tools(*, in_thread: bool) -> str:
    """The tools of a message, as HTML: the same for each, so that fifty messages carry fifty elements and not four hundred.

    `Stream` hears which was used.
    """
    tools = [(name, emoji.spell(name), f"React with {name.replace('_', ' ')}") for name in emoji.QUICK]
    tools += [
        ("reactions", "☺", "Find another reaction"),
        ("reply", "💬", "Reply in thread"),
        ("more", "⋮", "More actions"),
    ]
    buttons = (
        f'<button type="button" class="tool" data-tool="{name}" aria-label="{label}" title="{label}">{glyph}</button>'
        for name, glyph, label in tools
        if not (in_thread and name == "reply")
    )
    return f'<div class="hover" role="toolbar" aria-label="Message actions">{"".join(buttons)}</div>'
