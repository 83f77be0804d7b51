"""A message, an open modal or App Home under the hands of a tab's person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.errors import NothingThere
from sandbox.page import sight, values
from sandbox.page.stage import Json
from sandbox.page.tab import Tab
from sandbox.page.viewpoint import Viewpoint
from sandbox.people.surface import look_at


class LiveStage:
    """A `Stage` whose controls are worked by the tab's person; `on` is what the person's verbs call it."""

    def __init__(self, tab: Tab, on: Any) -> None:
        self.tab = tab
        self.on = on
        self.view: Viewpoint = tab.view
        self._offered: dict[tuple[str, str], dict[str, Json]] = {}

    @property
    def people(self) -> Mapping[str, str]:
        """User id -> name of everybody who works here."""
        return {one.id: one.name for one in self.tab.ws.people() if not one.deleted}

    @property
    def channels(self) -> Mapping[str, str]:
        """Channel id -> name of what the person can see, archived ones left out."""
        seen = sight.places(self.tab.ws, self.tab.person)
        return {one.id: one.name for one in seen if one.kind in {"channel", "group"} and not one.archived}

    def value(self, block: Json, control: Json) -> Json:
        """What was typed or chosen here before, else what the app has preset."""
        with self.tab.ws.state.lock:
            try:
                typed = look_at(self.tab.person, self.on).typed
            except NothingThere:  # the message went away while it was drawn
                return values.empty(control)
            kept = typed.get(block.get("block_id", ""), {}).get(control["action_id"])
        return kept or values.empty(control)

    def keep(self, block: Json, control: Json, held: Any) -> None:
        """Write it where the workspace keeps what is typed and not sent, so that a click sends it along."""
        block_id = str(block.get("block_id", ""))
        offered = {
            **values.options_in(self.value(block, control)),
            **self._offered.get((block_id, control["action_id"]), {}),
        }
        with self.tab.ws.state.lock:
            typed = look_at(self.tab.person, self.on).typed
            typed.setdefault(block_id, {})[control["action_id"]] = values.shaped(control, held, offered)

    async def press(self, block: Json, control: Json, value: str | None = None) -> None:
        """Click it."""
        label = str(control.get("text", {}).get("text", "That")).strip()
        await self.tab.do(self.tab.person.clicks, control["action_id"], on=self.on, value=value, what=label)

    async def choose(self, block: Json, control: Json, held: Any) -> None:
        """Tell the app the new value."""
        wanted = self._labels(block, control, held) if "external" in control["type"] else held
        await self.tab.do(self.tab.person.chooses, wanted, on=self.on, action=control["action_id"], what="Your choice")

    def _labels(self, block: Json, control: Json, held: Any) -> Any:
        """An option of an external select by its text: what the app can be asked for again."""
        offered = self._offered.get((str(block.get("block_id", "")), control["action_id"]), {})
        text = {key: one["text"]["text"] for key, one in offered.items()}
        return [text.get(one, one) for one in held] if isinstance(held, list) else text.get(held, held)

    async def suggest(self, block: Json, control: Json, typed: str) -> Mapping[str, str]:
        """Ask the app for its options."""
        options = (
            await self.tab.do(self.tab.person.options, control["action_id"], typed, on=self.on, what="The search") or []
        )
        key = (str(block.get("block_id", "")), control["action_id"])
        self._offered.setdefault(key, {}).update({one["value"]: one for one in options})
        return {one["value"]: one["text"]["text"] for one in options}
