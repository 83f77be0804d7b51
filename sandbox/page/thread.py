"""The panel on the right that shows one thread."""

from __future__ import annotations

from sandbox.page import sight
from sandbox.page.composer import Composer
from sandbox.page.conversation import PAGE
from sandbox.page.stream import Stream
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push


class ThreadPanel:
    """Built when the tab opens a thread, taken down when it closes it; follows it live in between."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._last = PAGE
        self._shown: tuple[str, str] | None = None
        self.box = Tag("aside", classes="thread", aria_label="Thread")
        self.box.set_visibility(False)
        tab.watch(self.refresh, "message", "ephemeral", "channel", "user")
        self.refresh(frozenset({"look"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Show the tab's thread, or nothing."""
        tab = self.tab
        channel = tab.ws.state.channels.get(tab.channel or "")
        shown = (channel.id, tab.thread) if channel and tab.thread else None
        if shown != self._shown:
            self._build(shown, channel.name if channel else "")
        if channel is None or tab.thread is None:
            return
        self.composer.show(usable=tab.person.id in channel.members and not channel.is_archived)
        self.stream.show(sight.thread(tab.ws, tab.person, channel.id, tab.thread, self._last))

    def _build(self, shown: tuple[str, str] | None, where: str) -> None:
        self._shown, self._last = shown, PAGE
        self.box.clear()
        self.box.set_visibility(shown is not None)
        if shown is None:
            return
        with self.box:
            with Tag("header", classes="panel-head"):
                Tag("h2", "Thread")
                Tag("span", f"#{where}" if where else "", "hint")
                click(push("✕", "tool", label="Close the thread"), lambda: self.tab.open_thread(None))
            self.stream = Stream(self.tab, in_thread=True, earlier=self._earlier)
            self.composer = Composer(self.tab, self.stream.to_end, "Reply", thread=lambda: self.tab.thread)
            self.composer.invite("Reply…")

    def _earlier(self) -> None:
        self._last += PAGE
        self.refresh(frozenset({"look"}))
