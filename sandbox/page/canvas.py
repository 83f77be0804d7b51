"""A channel's canvas, to be read: opened from the conversation's header, and redrawn while it is open."""

from __future__ import annotations

from nicegui import ui

from sandbox.page import sight
from sandbox.page.markdown import markdown
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push, raw


class Canvas:
    """The sheet over the page. What is typed into a canvas is not part of this page."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._shown: str | None = None
        self._dialog = ui.dialog().props("no-shake transition-duration=150 aria-label=Canvas").classes("modal-dialog")
        with self._dialog, Tag("div", classes="modal canvas"):
            with Tag("div", classes="modal-head"):
                Tag("h2", "Canvas", "modal-title")
                click(push("✕", "tool", label="Close the canvas"), self._dialog.close)
            self._sheet = Tag("div", classes="modal-body")
        tab.watch(self.refresh, "canvas")

    def opens(self) -> None:
        """Show the canvas of the channel that the tab looks at."""
        self._dialog.open()
        self.refresh(frozenset({"canvas"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Show what it says now; nothing is drawn while it is closed."""
        if not self._dialog.value:
            return
        text = sight.canvas(self.tab.ws, self.tab.channel or "")
        if text is None or "look" in news:
            self._dialog.close()
        elif text != self._shown:
            self._shown = text
            self._sheet.clear()
            with self._sheet:
                raw(markdown(text), "kit words rich")
