"""Plain HTML tags as NiceGUI elements: lighter than Quasar's components and ours to style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from zlib import adler32

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

# Dark enough for white letters.
PALETTE = ("#d1495b", "#00798c", "#8f5fb0", "#c26a00", "#3a7d44", "#2e6fb7", "#b0457b", "#4c51bf")


class Tag(TextElement):
    """One HTML tag. `text` is shown as text, never as HTML; keyword arguments are attributes, `_` standing for `-`."""

    def __init__(self, name: str, text: str = "", classes: str = "", **attributes: Any) -> None:
        super().__init__(tag=name, text=text)
        with self.props.suspend_updates():
            self.attributes(**attributes)
        if classes:
            self.classes(classes)

    def attributes(self, **attributes: Any) -> Tag:
        """Set attributes; None and False remove one."""
        for key, value in attributes.items():
            self.props.set_optional(key.rstrip("_").replace("_", "-"), None if value is False else value)
        return self


def raw(safe_html: str, classes: str = "", tag: str = "div") -> ui.html:
    """HTML that this package has made itself (`mrkdwn`, `richtext`, `markdown`): the only door for it into the page."""
    element = ui.html(safe_html, sanitize=False, tag=tag)
    return element.classes(classes) if classes else element


def push(text: str, classes: str = "", label: str = "", **attributes: Any) -> Tag:
    """A native button; `label` is what a screen reader says and the tooltip shows."""
    return Tag("button", text, classes, type="button", aria_label=label or None, title=label or None, **attributes)


def avatar(name: str, key: str, glyph: str = "", classes: str = "") -> Tag:
    """A rounded square with initials (or `glyph`), coloured by `key` so that a person keeps their colour.

    The class `app` has its own colour.
    """
    face = Tag("span", glyph or initials_of(name), f"avatar {classes}".strip(), aria_hidden="true")
    if "app" not in classes.split():
        face.style(f"background:{PALETTE[adler32(key.encode()) % len(PALETTE)]}")
    return face


def initials_of(name: str) -> str:
    """`Ana Demo` -> `AD`, `ana` -> `A`."""
    words = name.replace("_", " ").replace(".", " ").split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


def click(element: ui.element, handler: Any, args: Sequence[str] | None = ()) -> None:
    """Call `handler` on a click, without sending the browser's event object along unless `args` names parts of it."""
    element.on("click", handler, args=list(args or ()))


def menu(button: Tag, draw: Callable[[], object], classes: str = "", props: str = "") -> None:
    """A menu under `button`, drawn when it is first asked for: with every change the browser goes through all there is."""
    drawn: list[ui.menu] = []

    def toggle() -> None:
        if not drawn:
            with button:
                drawn.append(ui.menu().props(f"auto-close no-parent-event {props}").classes(classes))
            with drawn[0]:
                draw()
        drawn[0].toggle()

    click(button, toggle)
