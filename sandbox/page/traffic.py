"""The inspector: every call of the app and every payload sent to it, newest first, rule violations in red."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.page import dates
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push

if TYPE_CHECKING:
    from sandbox.inspector import Delivery, Request

SHOWN = 80
_JSON_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what went where, how it ended, and the JSON behind it."""

    key: str
    at: float
    arrow: str
    title: str
    outcome: str
    ms: float | None
    bad: bool
    note: str
    parts: tuple[tuple[str, Any], ...]


def request_row(one: Request) -> Row:
    """A Web API call: red when it broke a rule, or was answered with anything but success."""
    ok = bool(one.answer.get("ok")) and one.status == 200
    outcome = "ok" if ok else str(one.answer.get("error") or f"HTTP {one.status}")
    parts = (("arguments", one.arguments), ("answer", one.answer))
    return Row(f"request {one.number}", one.at, "↑", one.method, outcome, one.ms, bool(one.violation) or not ok,
               one.violation or "", parts)  # fmt: skip


def delivery_row(one: Delivery) -> Row:
    """A payload to the app, with how long its ack took."""
    note = f"attempt {one.attempt + 1}: {one.reason}" if one.attempt else ""
    parts = (("payload", one.payload), *([("response", one.response)] if one.response else []))
    bad = one.outcome not in {"acked", "sent", "queued"}
    return Row(f"delivery {one.number}", one.sent_at, "↓", _title(one), one.outcome, one.acked_ms, bad, note, parts)


def _title(one: Delivery) -> str:
    payload = one.payload
    if one.kind == "slash_commands":
        return f"{payload.get('command', '')} {payload.get('text', '')}".strip()
    if one.kind == "events_api":
        return f"event {payload.get('event', {}).get('type', '')}"
    actions = ", ".join(str(action.get("action_id", "")) for action in payload.get("actions", []))
    what = actions or payload.get("callback_id") or payload.get("view", {}).get("callback_id", "")
    return f"{payload.get('type', one.kind)} {what}".strip()


class Traffic:
    """A list that only works while it is looked at."""

    def __init__(self, tab: Tab, is_open: Callable[[], bool]) -> None:
        self.tab = tab
        self._is_open = is_open
        self._drawn: dict[str, tuple[str, Tag]] = {}
        self._only_bad = False
        with Tag("div", classes="traffic"):
            with Tag("div", classes="traffic-tools"):
                self._filter = push("Only trouble", "chip", aria_pressed="false")
                click(self._filter, self._toggle)
                click(push("Clear", "chip"), self._clear)
                self._count = Tag("span", "", "hint")
            Tag("div", "↑ the app calls Slack · ↓ Slack calls the app · click a line for its JSON", "hint legend")
            self._list = Tag("div", classes="traffic-list", role="log", aria_label="Requests and payloads")
        tab.watch(self.refresh, "request", "delivery")

    def _toggle(self) -> None:
        self._only_bad = not self._only_bad
        self._filter.attributes(aria_pressed=str(self._only_bad).lower())
        self.refresh(frozenset({"look"}))

    def _clear(self) -> None:
        self.tab.ws.requests.clear()
        self.tab.ws.deliveries.clear()
        self.refresh(frozenset({"look"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Add what is new, redraw what has ended since, drop what is too old."""
        if not self._is_open():
            return
        requests, deliveries = self.tab.ws.requests[-SHOWN:], self.tab.ws.deliveries[-SHOWN:]
        rows = [*map(request_row, requests), *map(delivery_row, deliveries)]
        rows = sorted((row for row in rows if row.bad or not self._only_bad), key=lambda row: row.at)[-SHOWN:]
        wanted = {row.key for row in rows}
        for key in [key for key in self._drawn if key not in wanted]:
            self._drawn.pop(key)[1].delete()
        for row in rows:
            self._place(row)
        bad = sum(row.bad for row in rows)
        self._count.set_text(
            f"{len(rows)} shown, {bad} with trouble" if rows else "Nothing has gone over the wire yet."
        )

    def _place(self, row: Row) -> None:
        mark = f"{row.outcome} {row.ms}"
        before = self._drawn.get(row.key)
        if before and before[0] == mark:
            return
        at = 0
        if before:
            at = self._list.default_slot.children.index(before[1])
            before[1].delete()
        with self._list:
            element = Tag("details", classes="traffic-row bad" if row.bad else "traffic-row")
        element.move(target_index=at)
        self._drawn[row.key] = (mark, element)
        with element:
            self._summary(row)
            body = Tag("div", classes="traffic-body")
        filled: list[bool] = []

        def fill() -> None:
            if not filled:
                filled.append(True)
                self._fill(body, row)

        element.on("toggle", fill, args=[])

    def _summary(self, row: Row) -> None:
        view = self.tab.view
        with Tag("summary"):
            Tag("span", row.arrow, "arrow up" if row.arrow == "↑" else "arrow down", aria_hidden="true")
            Tag("code", row.title, "traffic-title")
            Tag("span", row.outcome, "outcome")
            Tag("span", "" if row.ms is None else f"{row.ms:.0f} ms", "ms hint")
            Tag("time", dates.clock_time(view.local(row.at), seconds=True) if row.at else "", "hint")
            if row.note:
                Tag("div", row.note, "violation")

    @staticmethod
    def _fill(body: Tag, row: Row) -> None:
        with body:
            for name, value in row.parts:
                Tag("div", name, "hint")
                text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
                cut = (
                    f"{text[:_JSON_MOST]}\n… {len(text) - _JSON_MOST} characters more"
                    if len(text) > _JSON_MOST
                    else text
                )
                Tag("pre", cut)
