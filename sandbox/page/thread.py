"""The panel on the right that shows one thread."""

from __future__ import annotations

from sandbox.page import sight
from sandbox.page.composer import Composer
from sandbox.page.conversation import PAGE
from sandbox.page.seat import Seat
from sandbox.page.stream import Stream
from sandbox.page.tag import Tag, click, push


class ThreadPanel:
    """Open while the seat has a thread; follows it live."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._last = PAGE
        self._shown: str | None = None
        with Tag("aside", classes="thread", aria_label="Thread") as self.box:
            with Tag("header", classes="panel-head"):
                Tag("h2", "Thread")
                self._where = Tag("span", "", "hint")
                click(push("✕", "tool", label="Close the thread"), lambda: seat.open_thread(None))
            self.stream = Stream(seat, in_thread=True, earlier=self._earlier)
            self.composer = Composer(seat, thread=lambda: seat.thread)
            self.composer.invite("Reply…")
        seat.watch(self.refresh)
        self.refresh(frozenset({"look"}))

    def _earlier(self) -> None:
        self._last += PAGE
        self.refresh(frozenset({"look"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Show the seat's thread, or nothing."""
        channel = self.seat.ws.state.channels.get(self.seat.channel or "")
        root = self.seat.thread if channel else None
        self.box.set_visibility(root is not None)
        if root != self._shown:
            self._shown, self._last = root, PAGE
            self.stream.clear()
        if channel is None or root is None:
            return
        self._where.set_text(f"#{channel.name}" if channel.name else "")
        self.composer.show(usable=self.seat.person.id in channel.members and not channel.is_archived)
        self.stream.show(sight.thread(self.seat.ws, self.seat.person, channel.id, root, self._last))
