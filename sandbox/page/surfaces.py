"""The three surfaces that blocks stand on, seen from a seat: a message, an open modal, App Home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import run

from sandbox.errors import SandboxError
from sandbox.page import sight
from sandbox.page.seat import Seat
from sandbox.page.stage import Json
from sandbox.page.viewpoint import Viewpoint


class Surface:
    """A `Stage` whose controls are worked by the seat's person; `on` is what the person's verbs call the surface."""

    def __init__(self, seat: Seat, on: Any) -> None:
        self.seat = seat
        self.on = on
        self.view: Viewpoint = seat.view

    @property
    def people(self) -> Mapping[str, str]:
        """User id -> name of everybody."""
        return {one.id: one.name for one in self.seat.ws.people()}

    @property
    def channels(self) -> Mapping[str, str]:
        """Channel id -> name of what the person can see, archived ones left out."""
        seen = sight.places(self.seat.ws, self.seat.person)
        return {one.id: one.name for one in seen if one.kind in {"channel", "group"} and not one.archived}

    async def press(self, block: Json, control: Json, value: str | None = None) -> None:
        """Click it."""
        label = str(control.get("text", {}).get("text", "That button")).strip()
        await self.seat.do(self.seat.person.clicks, control["action_id"], on=self.on, value=value, what=label)

    async def choose(self, block: Json, control: Json, value: Any) -> None:
        """Tell the app the new value."""
        await self.seat.do(self.seat.person.chooses, value, on=self.on, action=control["action_id"], what="Your choice")

    async def suggest(self, block: Json, control: Json, typed: str) -> Mapping[str, str]:
        """Ask the app for its options."""
        try:
            options = await run.io_bound(self.seat.person.suggestions, control["action_id"], typed, on=self.on)
        except SandboxError as refused:
            self.seat.toast(str(refused), "warning")
            return {}
        return {one["value"]: one["text"]["text"] for one in options or []}
