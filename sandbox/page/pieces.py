"""Drawing again only what has changed.

NiceGUI has no virtual DOM: what is drawn again is new to the browser. A button that is replaced under somebody's finger
loses the click, a menu that is open closes. So a thing that changes often is drawn in pieces, each with a mark of what it
shows, and pieces whose mark is still wanted stay. A piece that goes is hidden at once and taken away a little later: a
click that was on its way when it went still counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.page.tag import Tag

_FAREWELL = 2.0  # seconds in which a click may still arrive on a piece that is gone


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of something: `mark` is everything its looks depend on, `draw` draws it into the current element."""

    mark: str
    draw: Callable[[], object]


class Pieces:
    """A box of pieces, one under the other."""

    def __init__(self, classes: str = "") -> None:
        self.box = Tag("div", classes=classes)
        self._drawn: list[tuple[str, Tag]] = []

    def show(self, wanted: Iterable[Piece]) -> None:
        """Bring the box to these pieces, in this order."""
        old = self._drawn
        self._drawn = []
        for at, piece in enumerate(wanted):
            kept = next((one for one in old if one[0] == piece.mark), None)
            if kept:
                old.remove(kept)
            else:
                with self.box:
                    kept = (piece.mark, Tag("div", classes="piece"))
                with kept[1]:
                    piece.draw()
            if self.box.default_slot.children.index(kept[1]) != at:
                kept[1].move(target_index=at)
            self._drawn.append(kept)
        for _, leftover in old:
            leftover.classes("gone")
            asyncio.get_running_loop().call_later(_FAREWELL, _drop, leftover)


def _drop(leftover: Tag) -> None:
    if not leftover.is_deleted:
        leftover.delete()
