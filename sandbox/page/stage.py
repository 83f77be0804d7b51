"""Where blocks stand: what those who draw them need to know about a message, a modal or App Home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from sandbox.page.viewpoint import Viewpoint

Json = dict[str, Any]
Changed = Callable[[Any], Awaitable[None]]


class Stage(Protocol):
    """The surface under a block. Its verbs run the person's own verbs, off NiceGUI's loop, and show what came of them."""

    @property
    def view(self) -> Viewpoint:
        """Who reads."""

    @property
    def people(self) -> Mapping[str, str]:
        """User id -> name, for people pickers."""

    @property
    def channels(self) -> Mapping[str, str]:
        """Channel id -> name, for channel pickers."""

    def value(self, block: Json, control: Json) -> Json:
        """What the control holds now, as in Slack's `state.values`."""

    def keep(self, block: Json, control: Json, held: Any) -> None:
        """Take down what a picker holds now, without telling the app."""

    async def press(self, block: Json, control: Json, value: str | None = None) -> None:
        """A button, or one option (`value`) of an overflow menu."""

    async def choose(self, block: Json, control: Json, held: Any) -> None:
        """Take down what a picker holds now and tell the app."""

    async def suggest(self, block: Json, control: Json, typed: str) -> Mapping[str, str]:
        """The app's options for an external select: value -> label."""
