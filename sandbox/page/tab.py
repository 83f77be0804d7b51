"""One browser tab: who it acts as, where it looks, and the one way its verbs reach the workspace."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from nicegui import Client, run, ui

from sandbox.errors import SandboxError, SlackError
from sandbox.page import sight
from sandbox.page.viewpoint import Viewpoint
from sandbox.people import Outcome

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

Result = TypeVar("Result")
Pane = Callable[[frozenset[str]], None]

_PAUSE = 0.02  # seconds between a change and its being drawn


class Tab:
    """A person at a screen. Panes register with `watch` and are called on the page's own loop when something changed."""

    def __init__(self, ws: Workspace, person: Person, place: str, client: Client) -> None:
        self.ws = ws
        self.person = person
        self.place = place
        self.thread: str | None = None
        self.client = client
        self._panes: list[tuple[Pane, frozenset[str]]] = []
        self._pause = _PAUSE
        self._loop = asyncio.get_running_loop()
        self._news: set[str] = set()
        self._lock = threading.Lock()
        self._unsubscribe = ws.on_change(self._note)
        client.on_delete(self._unsubscribe)

    # -- what is seen -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> Viewpoint:
        """The reader this tab's person is, now."""
        return sight.viewpoint(self.ws, self.person)

    @property
    def channel(self) -> str | None:
        """The id of the conversation looked at; None on App Home."""
        return None if self.place == sight.HOME else self.place

    @property
    def address(self) -> str:
        """This tab's URL: another tab opened with it shows the same."""
        with self.ws.state.lock:
            channel = self.ws.state.channels.get(self.place)
        where = (channel.name or channel.id) if channel else self.place
        return f"/?as={self.person.id}&channel={where}"

    def watch(self, pane: Pane, *kinds: str) -> None:
        """Call `pane(news)` after changes of these kinds (those of `Workspace.on_change`), and when the tab looks elsewhere."""
        self._panes.append((pane, frozenset({"look", *kinds})))

    def _note(self, kind: str, ids: dict[str, str]) -> None:
        """From any thread: remember what changed; a burst of changes wakes the page once, a storm not all the time."""
        with self._lock:
            asleep = not self._news
            self._news.add(kind)
        if asleep:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._pause, self._wake)

    def _wake(self) -> None:
        with self._lock:
            news, self._news = frozenset(self._news), set()
        started = time.perf_counter()
        self.refresh(news)
        self._pause = max(_PAUSE, 4 * (time.perf_counter() - started))

    def refresh(self, news: frozenset[str]) -> None:
        """Let the panes look again that these news concern."""
        if self.client.is_deleted:
            return
        with self.client:
            for pane, kinds in self._panes:
                if kinds & news:
                    pane(news)

    # -- what is done -------------------------------------------------------------------------------------------------

    async def go(self, place: str, thread: str | None = None) -> None:
        """Look at another conversation (or App Home)."""
        self.place, self.thread = place, thread
        with self.client:
            ui.navigate.history.replace(self.address)
        self.refresh(frozenset({"look"}))
        await self.arrive()

    async def arrive(self) -> None:
        """The tab is there: take note of what it shows, as Slack does when a window opens."""
        if self.place == sight.HOME:
            await self.do(self.person.opens_home)
        else:
            await self.read()

    async def read(self) -> None:
        """Take what stands in the conversation as read."""
        if self.channel and self.person.id in self.ws.state.channels[self.channel].members:
            await run.io_bound(self.person.reads, self.channel)

    def open_thread(self, root: str | None) -> None:
        """Show a thread beside the conversation; None closes it."""
        self.thread = root
        self.refresh(frozenset({"look"}))

    async def do(self, verb: Callable[..., Result], *args: Any, what: str = "That", **kwargs: Any) -> Result | None:
        """Run one of the person's verbs, in a thread since it waits for the app.

        Returns its result, or None when it could not be done; then the reason is shown.
        """
        try:
            result = await run.io_bound(verb, *args, **kwargs)
        except SlackError as refused:
            self.toast(f"Slack refused: {refused.error}", "warning")
            return None
        except SandboxError as refused:
            self.toast(str(refused), "warning")
            return None
        if isinstance(result, Outcome) and result.failure:
            self.toast(result.said or f"{what} failed with the error “{result.failure}”.", "negative")
        return result

    def toast(self, text: str, kind: str = "info") -> None:
        """A line at the top of the page that goes away by itself."""
        if self.client.is_deleted:
            return
        with self.client:
            ui.notify(text, type=kind, position="top", timeout=6000)  # type: ignore[arg-type]
