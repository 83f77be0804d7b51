"""The inputs of a modal: labelled fields, what is typed into them, and the errors under them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from sandbox.page import blocks, mrkdwn, pickers
from sandbox.page.stage import Json, Stage
from sandbox.page.tag import Tag, raw

Key = tuple[str, str]
"""A field of a view: block id and action id. What was typed stays while both stay."""

_ONE_LINE = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})


class Form:
    """Draws the blocks of a modal and keeps the values of its inputs.

    `typed` are values from before the view was updated. `acted` is awaited when an input whose block dispatches actions
    has a new value; `entered` when Enter is pressed in a field of one line.
    """

    def __init__(
        self,
        view: Json,
        stage: Stage,
        typed: Mapping[Key, Any],
        acted: Callable[[Json, Json, Any], Awaitable[None]],
        entered: Callable[[], Awaitable[None]],
    ) -> None:
        self.values: dict[Key, Any] = {}
        self._errors: dict[str, Tag] = {}
        self._typed = typed
        self._acted = acted
        self._entered = entered
        self._stage = stage
        for block in view["blocks"]:
            if block["type"] == "input":
                self._field(block)
            else:
                blocks.draw([block], stage)

    def _field(self, block: Json) -> None:
        element = block["element"]
        key = (str(block.get("block_id", "")), str(element["action_id"]))
        label = str(block["label"]["text"])
        value = self.values[key] = self._typed.get(key, pickers.initial(element))
        with Tag("div", classes="kit input"):
            with Tag("div", classes="input-label"):
                raw(mrkdwn.text_object(block["label"], self._stage.view), tag="span")
                if block.get("optional"):
                    Tag("span", " (optional)", "hint")
            field = pickers.PICKERS[element["type"]](
                block, element, self._stage, value, self._changed(block, element, key)
            )
            self._errors[label] = Tag("div", "", "field-error", role="alert")
            self._errors[label].set_visibility(False)
            if "hint" in block:
                raw(mrkdwn.text_object(block["hint"], self._stage.view), "hint")
        if element["type"] in _ONE_LINE and not element.get("multiline"):
            field.on("keydown.enter", self._entered, args=[])
        if block.get("dispatch_action") and isinstance(field, ui.input):
            field.on("blur", lambda: self._acted(block, element, self.values[key]), args=[])

    def _changed(self, block: Json, element: Json, key: Key) -> Callable[[Any], Awaitable[None]]:
        at_once = bool(block.get("dispatch_action")) and element["type"] not in _ONE_LINE

        async def changed(value: Any) -> None:
            self.values[key] = value
            if at_once:
                await self._acted(block, element, value)

        return changed

    def answers(self) -> dict[str, Any]:
        """What has been filled in, by action id; what was left empty is None or an empty list."""
        return {action: value for (_, action), value in self.values.items()}

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Put each error under the field of its label; fields without one lose theirs."""
        for label, line in self._errors.items():
            line.set_text(errors.get(label, ""))
            line.set_visibility(label in errors)
