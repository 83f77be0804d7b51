"""Trouble on demand: the switches that make this Slack misbehave, and what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from sandbox.errors import SandboxError
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push

if TYPE_CHECKING:
    from sandbox.faults import Fault

_FAVOURITES = (
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.invite",
    "pins.add",
    "views.open",
    "*",
)
_ERRORS = (
    "internal_error",
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "name_taken",
    "missing_scope",
    "fatal_error",
)


def words(fault: Fault) -> str:
    """A waiting fault as a sentence: `chat.postMessage answers internal_error, once`."""
    what = "any method" if fault.what == "*" else fault.what
    deed = {
        "refuse": f"answers {fault.error}",
        "rate_limit": f"answers 429, come back in {fault.seconds:g} s",
        "http_error": f"answers HTTP {fault.status}",
        "delay": f"takes {fault.seconds:g} s longer",
        "drop_before": "loses the connection before the work",
        "drop_after": "does its work and loses the answer",
        "deliver_twice": "is delivered twice",
    }[fault.sort]
    return f"{what} {deed}, {'once' if fault.times == 1 else f'{fault.times} times'}"


class Trouble:
    """Every switch calls the workspace's faults; the list shows what waits to happen."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._mark: object = None
        with Tag("div", classes="trouble"):
            Tag(
                "p",
                "A bot is only as good as its worst day. Pick a method, pick a mishap, then use the app and watch.",
                "hint",
            )
            self.method = self._choice("Method", list(_FAVOURITES))
            self._mishaps()
            Tag("h3", "The whole of Slack")
            with Tag("div", classes="chips"):
                self._switch("🔌 Slack goes down", "go_down")
                self._switch("🔋 Slack comes back", "come_back")
                self._switch("✂️ Cut the sockets", "disconnect_sockets")
            Tag("h3", "Still to come")
            self._waiting = Tag("div", classes="waiting", role="status")
            self._switch("No more trouble", "clear")
        tab.watch(self.refresh, "faults")
        self.refresh(frozenset({"faults"}))

    def _mishaps(self) -> None:
        with Tag("div", classes="mishap"):
            self.error = self._choice("Error", list(_ERRORS))
            click(push("Refuse the next call", "chip"), lambda: self._on_method("refuse", error=self.error.value))
        with Tag("div", classes="chips"):
            click(push("Rate-limit it for 5 s", "chip"), lambda: self._on_method("rate_limit", retry_after=5))
            click(push("Delay it 4 s", "chip"), lambda: self._on_method("delay", seconds=4.0))
            click(push("HTTP 503", "chip"), lambda: self._on_method("http_error", status=503))
            click(push("Drop before the work", "chip"), lambda: self._on_method("drop_before"))
            click(push("Drop after the work", "chip"), lambda: self._on_method("drop_after"))
        with Tag("div", classes="mishap"):
            self.event = self._choice("Event", self._events())
            click(push("Deliver it twice", "chip"), lambda: self._apply("deliver_twice", event=self.event.value))

    def _events(self) -> list[str]:
        subscribed = self.tab.ws.manifest.settings.event_subscriptions.bot_events
        return list(dict.fromkeys(name.split(".")[0] for name in subscribed)) or ["message"]

    @staticmethod
    def _choice(label: str, options: list[str]) -> ui.select:
        field = ui.select(options, value=options[0], label=label, with_input=True, new_value_mode="add-unique")
        return field.props("outlined dense options-dense behavior=menu").classes("field")

    def _switch(self, label: str, name: str) -> None:
        click(push(label, "chip"), lambda: self._apply(name))

    def _on_method(self, name: str, **arguments: Any) -> None:
        self._apply(name, method=self.method.value, **arguments)

    def _apply(self, name: str, **arguments: Any) -> None:
        try:
            self.tab.ws.faults.apply(name, arguments)
        except SandboxError as refused:
            self.tab.toast(str(refused), "warning")

    def refresh(self, news: frozenset[str]) -> None:
        """Show what is still to come."""
        faults = self.tab.ws.faults
        lines = [*(["Slack is down."] if faults.down else []), *map(words, faults.waiting)]
        if lines == self._mark:
            return
        self._mark = lines
        self._waiting.clear()
        with self._waiting:
            for line in lines:
                Tag("div", line, "fault")
            if not lines:
                Tag("div", "Nothing. All is well, suspiciously.", "hint")
