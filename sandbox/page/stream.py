"""A scrolling list of messages that redraws only what changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import ui

from sandbox.page import dates, mrkdwn
from sandbox.page.message import Drawn, follows
from sandbox.page.sight import Window
from sandbox.page.stage import Json
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push, raw
from sandbox.page.viewpoint import Viewpoint


@dataclass(slots=True)
class Entry:
    """A drawn line: `mark` is what it was drawn from."""

    mark: str
    element: Tag
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be drawn: a message, or (without one) the day between two, in `words`."""

    key: str
    mark: str
    classes: str
    words: str
    message: Json | None = None
    compact: bool = False
    version: str = ""


class Stream:
    """Messages, newest at the bottom.

    The list is laid out from the bottom up, so the browser itself keeps the newest in sight, and leaves the place of
    somebody who has scrolled up.
    """

    def __init__(self, tab: Tab, *, in_thread: bool, earlier: Callable[[], None]) -> None:
        self.tab = tab
        self.in_thread = in_thread
        self._entries: dict[str, Entry] = {}
        self._names: frozenset[tuple[str, str]] = frozenset()
        self._versions: dict[str, str] = {}  # by ts: when a name that the message mentions changed last
        name = "Thread" if in_thread else "Messages"
        box = Tag("div", classes="stream", role="log", aria_label=name, tabindex="0")
        with box, Tag("div", classes="stream-inner"):
            self._earlier = push("Load earlier messages", "link earlier")
            self._top = Tag("div", classes="stream-top")
            self._list = Tag("div", classes="stream-list")
        self._box = box
        self._opened = False
        click(self._earlier, earlier)
        for event in ("click", "keydown.enter"):
            box.on(event, self._follow_channel, js_handler=_CHANNEL_CLICK)
        box.on("click", self._use_tool, js_handler=_TOOL_CLICK)

    async def _follow_channel(self, event: object) -> None:
        channel = str(getattr(event, "args", ""))
        if channel in self.tab.ws.state.channels:
            await self.tab.go(channel)

    async def _use_tool(self, event: Any) -> None:
        ts, tool = event.args
        entry = self._entries.get(ts)
        if entry and entry.drawn:
            await entry.drawn.use(tool)

    def to_end(self) -> None:
        """Bring the newest into sight, as after one's own message."""
        ui.run_javascript(f"getHtmlElement({self._box.id}).scrollTop = 0")

    def clear(self) -> None:
        """Forget everything drawn: another conversation comes."""
        self._entries.clear()
        self._versions.clear()
        self._top.clear()
        self._opened = False
        self._list.clear()

    def show(self, window: Window, opening: Callable[[], None] | None = None) -> None:
        """Bring the list to `window`. `opening` draws what stands at the very beginning of a conversation."""
        fresh = not self._entries
        self._earlier.set_visibility(window.more)
        if opening and not window.more and not self._opened:
            self._opened = True
            with self._top:
                opening()
        lines = self._lines(window, self.tab.view)
        wanted = {line.key for line in lines}
        for key in [key for key in self._entries if key not in wanted]:
            self._entries.pop(key).element.delete()
        for at, line in enumerate(lines):
            self._place(at, line, fresh=fresh)

    def _place(self, at: int, line: Line, *, fresh: bool) -> None:
        entry = self._entries.get(line.key)
        if entry is None:
            entry = self._entries[line.key] = self._begin(line, fresh=fresh)
            if at < len(self._entries) - 1:
                entry.element.move(target_index=at)
        if entry.mark == line.mark:
            return
        if entry.drawn and line.message:
            if entry.mark:
                entry.element.classes(replace=line.classes)
            entry.drawn.show(line.message, compact=line.compact, version=line.version)
        else:
            entry.element.clear()
            with entry.element:
                Tag("span", line.words)
        entry.mark = line.mark

    def _begin(self, line: Line, *, fresh: bool) -> Entry:
        """The empty element of a new line."""
        classes = line.classes if fresh else f"{line.classes} arriving"
        with self._list:
            if line.message is None:
                return Entry("", Tag("div", classes=classes))
            element = Tag("div", classes=classes, role="article", aria_label=line.words)
        element.props["data-ts"] = line.key
        with element:
            return Entry("", element, Drawn(self.tab, in_thread=self.in_thread, edit=self._edit))

    # -- from a window to lines ---------------------------------------------------------------------------------------

    def _lines(self, window: Window, view: Viewpoint) -> list[Line]:
        stale = self._renamed(view)
        lines: list[Line] = []
        before: Json | None = None
        day: date | None = None
        for ts, text in window.messages.items():
            message = json.loads(text)
            when = view.local(float(ts)).date()
            if when != day and not self.in_thread:
                lines.append(self._divider(when, view))
                before, day = None, when
            version = str(view.now) if any(name in text for name in stale) else self._versions.get(ts, "")
            self._versions[ts] = version
            lines.append(self._message(message, version, view, compact=follows(message, before)))
            before = message
        return lines

    def _renamed(self, view: Viewpoint) -> set[str]:
        """Ids whose names are not what they were when messages were last drawn."""
        names = frozenset([*view.users.items(), *view.channels.items()])
        changed = {key for key, _ in names ^ self._names} if self._names else set()
        self._names = names
        return changed

    @staticmethod
    def _divider(when: date, view: Viewpoint) -> Line:
        words = dates.divider(when, view.local(view.now).date())
        return Line(f"day {when}", words, "day", words)

    @staticmethod
    def _message(message: Json, version: str, view: Viewpoint, *, compact: bool) -> Line:
        flags = {"ephemeral": message.get("is_ephemeral"), "pinned": message.get("pinned_to"), "compact": compact}
        classes = " ".join(["message", *(name for name, on in flags.items() if on)])
        who = f"Message from {view.user(str(message.get('user', '')))}"
        mark = f"{version}{compact}{json.dumps(message)}"
        return Line(str(message["ts"]), mark, classes, who, message, compact, version)

    def _edit(self, message: Json) -> None:
        """The box in which one changes an own message."""
        with self.tab.client, ui.dialog().props("no-backdrop-dismiss") as dialog, Tag("div", classes="modal"):
            dialog.props["aria-label"] = "Edit message"
            raw(mrkdwn.plain("Edit message"), "modal-title", tag="h2")
            with Tag("div", classes="modal-body"):
                text = (
                    ui.textarea(value=str(message.get("text", "")))
                    .props("outlined autogrow autofocus")
                    .classes("field")
                )
                text.props["aria-label"] = "Message"
            with Tag("div", classes="modal-foot"):
                click(push("Cancel", "button"), dialog.close)
                save = push("Save", "button primary")

        async def keep() -> None:
            dialog.close()
            await self.tab.do(self.tab.person.edits, message, text.value or "")

        click(save, keep)
        dialog.on("hide", dialog.delete, args=[])
        dialog.open()


# What the server cannot know: which mention inside a text was clicked, and which of a message's tools.
_CHANNEL_CLICK = '(e) => { const to = e.target.closest("[data-channel]"); if (to) emit(to.dataset.channel); }'
_TOOL_CLICK = """(e) => {
  const tool = e.target.closest("[data-tool]");
  if (tool) emit(tool.closest("[data-ts]").dataset.ts, tool.dataset.tool);
}"""
