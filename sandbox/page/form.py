"""The inputs of a modal: labelled fields, what is typed into them, and the errors under them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from sandbox.page import blocks, mrkdwn, pickers, values
from sandbox.page.stage import Json, Stage
from sandbox.page.tag import Tag, raw

_ONE_LINE = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})


class Form:
    """Draws the blocks of a modal. What is typed is kept by the stage; `entered` is awaited on Enter in a line of text."""

    def __init__(self, view: Json, stage: Stage, entered: Callable[[], Awaitable[None]]) -> None:
        self._errors: dict[str, Tag] = {}
        self._stage = stage
        self._entered = entered
        for block in view["blocks"]:
            if block["type"] == "input":
                self._field(block)
            else:
                blocks.draw([block], stage)

    def _field(self, block: Json) -> None:
        element = block["element"]
        label = str(block["label"]["text"])
        held = values.plain(self._stage.value(block, element))
        with Tag("div", classes="kit input"):
            with Tag("div", classes="input-label"):
                raw(mrkdwn.text_object(block["label"], self._stage.view), tag="span")
                if block.get("optional"):
                    Tag("span", " (optional)", "hint")
            field = pickers.PICKERS[element["type"]](block, element, self._stage, held, self._changed(block, element))
            self._errors[label] = Tag("div", "", "field-error", role="alert")
            self._errors[label].set_visibility(False)
            if block.get("hint"):
                raw(mrkdwn.text_object(block["hint"], self._stage.view), "hint")
        if element["type"] in _ONE_LINE and not element.get("multiline"):
            field.on("keydown.enter", self._entered, args=[])
        if block.get("dispatch_action") and isinstance(field, ui.input):
            field.on("blur", lambda: self._stage.choose(block, element, field.value or None), args=[])

    def _changed(self, block: Json, element: Json) -> Callable[[Any], Awaitable[None]]:
        tells_app = bool(block.get("dispatch_action")) and element["type"] not in _ONE_LINE

        async def changed(held: Any) -> None:
            self._stage.keep(block, element, held)
            if tells_app:
                await self._stage.choose(block, element, held)

        return changed

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Put each error under the field of its label; fields without one lose theirs."""
        for label, line in self._errors.items():
            line.set_text(errors.get(label, ""))
            line.set_visibility(label in errors)
