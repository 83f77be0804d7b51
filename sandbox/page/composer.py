"""The box at the bottom: messages, slash commands with completion, mentions, and the ⚡ menu."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from sandbox.page import sight
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, avatar, click, menu, push

_WORD = re.compile(r"(?:^|(?<=\s))([@#])([\w.-]*)$")

# Enter sends and Shift+Enter breaks the line; while completions are open the arrow keys, Tab and Escape are theirs. Only
# the browser can hold back a key's own effect, and only the browser can empty the box without taking away what somebody
# has typed since, hence these lines.
_KEYS = """(e) => {
  const open = e.target.closest("[data-completing]");
  const enter = e.key === "Enter" && !e.shiftKey && !e.isComposing;
  if (!enter && !(open && ["Tab", "ArrowUp", "ArrowDown", "Escape"].includes(e.key))) return;
  e.preventDefault(); e.stopPropagation(); emit(e.key, e.target.value, !open);
  if (!open) { e.target.value = ""; e.target.dispatchEvent(new Event("input")); }
}"""


@dataclass(frozen=True, slots=True)
class Completion:
    """One line of the list above the box: choosing it makes the text `becomes`."""

    becomes: str
    title: str
    hint: str
    detail: str = ""

    def is_said_by(self, text: str) -> bool:
        """Whether `text` already says it, so that Enter may send."""
        return self.becomes.strip().casefold() == text.strip().casefold()


def completions(tab: Tab, text: str) -> list[Completion]:
    """What could be meant by the unfinished `text`: a command, a person or a channel."""
    if text.startswith("/") and " " not in text:
        commands = tab.ws.manifest.features.slash_commands
        return [
            Completion(f"{one.command} ", one.command, one.usage_hint, one.description)
            for one in commands
            if one.command.startswith(text)
        ]
    found = _WORD.search(text)
    if not found:
        return []
    sign, begun = found[1], found[2].lower()
    head = text[: found.start()]
    names = _people(tab) if sign == "@" else _channels(tab)
    return [Completion(f"{head}{sign}{name} ", f"{sign}{name}", hint) for name, hint in names if begun in name.lower()][
        :8
    ]


def _people(tab: Tab) -> list[tuple[str, str]]:
    app = (tab.ws.manifest.name, "the app")
    return [*((one.name, one.real_name) for one in tab.ws.people()), app]


def _channels(tab: Tab) -> list[tuple[str, str]]:
    return [(one.name, "") for one in sight.places(tab.ws, tab.person) if one.kind in {"channel", "group"}]


class Composer:
    """Writes into the conversation of the tab, or into the thread that `thread` gives; calls `sent` when it does."""

    def __init__(
        self,
        tab: Tab,
        sent: Callable[[], None],
        name: str = "Message",
        thread: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.tab = tab
        self.thread = thread
        self.sent = sent
        self._list: list[Completion] = []
        self._chosen = 0
        self._turn = asyncio.Lock()
        with Tag("div", classes="composer") as self.box:
            self._popup = Tag("div", classes="completions", role="listbox", aria_label="Completions")
            self._usage = Tag("div", classes="usage")
            with Tag("div", classes="composer-box"):
                self.text = ui.textarea(on_change=lambda e: self._typed(e.value or ""))
                self.text.props("borderless dense autogrow spellcheck=false").classes("composer-text")
                self.text.props["aria-label"] = name
                self.text.on("keydown", self._key, js_handler=_KEYS)
                self._tools()
        self._popup.set_visibility(False)
        self._usage.set_visibility(False)

    def _tools(self) -> None:
        with Tag("div", classes="composer-tools"):
            menu(
                push("⚡", "tool", label="Shortcuts"),
                self._shortcuts,
                "shortcuts-menu",
                "anchor='top left' self='bottom left'",
            )
            click(push("/", "tool", label="Run a command"), lambda: self.insert("/"))
            click(push("@", "tool", label="Mention someone"), lambda: self.insert(f"{self.text.value or ''}@"))
            Tag("span", "Enter sends · Shift+Enter new line", "keys hint")
            click(push("➤", "send", label="Send now"), lambda: self._send(self.text.value or ""))

    def _shortcuts(self) -> None:
        features = self.tab.ws.manifest.features
        mine = [one for one in features.shortcuts if one.type == "global"]
        Tag("div", "Shortcuts", "menu-title")
        for one in mine:
            with ui.menu_item(on_click=self._shortcut(one.name)), Tag("div"):
                Tag("div", f"⚡ {one.name}")
                Tag("div", one.description, "hint")
        for command in features.slash_commands:
            with ui.menu_item(on_click=self._insertion(f"{command.command} ")), Tag("div"):
                Tag("div", command.command)
                Tag("div", command.description, "hint")

    def _shortcut(self, name: str) -> Callable[[], Any]:
        return lambda: self.tab.do(self.tab.person.shortcut, name, what=name)

    def _insertion(self, text: str) -> Callable[[], None]:
        return lambda: self.insert(text)

    # -- what others tell it ------------------------------------------------------------------------------------------

    def insert(self, text: str) -> None:
        """Put `text` into the box and the cursor behind it."""
        self.text.set_value(text)
        self.text.run_method("focus")

    def invite(self, placeholder: str) -> None:
        """Show whom one would write to."""
        if self.text.props.get("placeholder") != placeholder:
            self.text.props["placeholder"] = placeholder

    def show(self, *, usable: bool) -> None:
        """Show the box to somebody who may write here."""
        self.box.set_visibility(usable)

    # -- typing -------------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        found = completions(self.tab, text) if text else []
        self._chosen = 0
        self._offer(found)
        self._usage_of(text)

    def _usage_of(self, text: str) -> None:
        """Under the fingers of somebody who writes a command: what may follow it."""
        name, space, _ = text.partition(" ")
        command = self.tab.ws.manifest.command(name) if space and name.startswith("/") else None
        self._usage.set_visibility(command is not None)
        if command:
            self._usage.set_text(f"{command.command}  {command.usage_hint}")

    def _offer(self, found: list[Completion]) -> None:
        if not found and not self._list:  # while somebody just writes, nothing is drawn
            return
        self._list = found
        self._popup.set_visibility(bool(found))
        self.box.attributes(data_completing="" if found else None)
        self._popup.clear()
        with self._popup:
            for at, one in enumerate(found):
                self._completion(at, one)

    def _completion(self, at: int, one: Completion) -> None:
        chosen = at == self._chosen
        with push(
            "", "completion chosen" if chosen else "completion", role="option", aria_selected=str(chosen).lower()
        ) as line:
            if one.title.startswith("@"):
                avatar(one.title[1:], one.title, classes="tiny")
            Tag("strong", one.title)
            Tag("span", one.hint, "hint")
            if one.detail:
                Tag("span", one.detail, "detail hint")
        line.on("mousedown.prevent", lambda: self.insert(one.becomes), args=[])

    async def _key(self, event: Any) -> None:
        key, text, emptied = event.args
        if key in {"ArrowUp", "ArrowDown"}:
            self._chosen = (self._chosen + (1 if key == "ArrowDown" else -1)) % max(len(self._list), 1)
            self._offer(self._list)
        elif key == "Escape":
            self._offer([])
        elif self._list and (key == "Tab" or not self._list[self._chosen].is_said_by(text)):
            self.insert(self._list[self._chosen].becomes)
        else:
            await self._send(text, emptied=emptied)

    async def _send(self, text: str, *, emptied: bool = False) -> None:
        """Send it; `emptied` says that the browser has emptied the box already."""
        if not text.strip() or self.tab.channel is None:
            return
        if not emptied:
            self.text.set_value("")
        self.sent()
        channel, thread = self.tab.channel, self.thread()
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        if command:  # waits for the app's answer; messages typed meanwhile need not
            await self._say(text, channel, thread, command)
            return
        async with self._turn:
            await self._say(text, channel, thread, "Your message")

    async def _say(self, text: str, channel: str, thread: str | None, what: str) -> None:
        await self.tab.do(self.tab.person.types, text, channel=channel, thread_ts=thread, what=what)
