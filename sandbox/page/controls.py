"""The controls that act at once: buttons, overflow menus, and pickers that stand outside a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from sandbox.page import mrkdwn, pickers, values
from sandbox.page.stage import Json, Stage
from sandbox.page.tag import Tag, click, menu, push, raw

Deed = Callable[[], Awaitable[None]]


def control(block: Json, element: Json, stage: Stage) -> None:
    """Draw one interactive element of a section, an actions block or an input that acts by itself."""
    kind = str(element.get("type"))
    if kind in {"button", "workflow_button"}:
        button(block, element, stage)
    elif kind == "overflow":
        overflow(block, element, stage)
    elif kind in {"icon_button", "feedback_buttons"}:
        small_buttons(block, element, stage)
    elif kind == "image":
        image(element, "accessory-image", stage)
    elif kind in pickers.PICKERS:
        acting_picker(block, element, stage)
    else:
        Tag("span", f"[{kind}]", "placeholder")


def button(block: Json, element: Json, stage: Stage) -> None:
    """A button; with a `url` it opens that page as well, as Slack does."""
    deed = confirmed(element, stage, lambda: stage.press(block, element))
    classes = f"button {element.get('style', '')}".strip()
    url = str(element.get("url", ""))
    label = element.get("accessibility_label")
    if mrkdwn.is_safe(url):
        shown = Tag("a", classes=classes, href=url, target="_blank", rel="noopener noreferrer", aria_label=label)
    else:
        shown = Tag("button", classes=classes, type="button", aria_label=label)
    with shown:
        raw(mrkdwn.text_object(element["text"], stage.view), tag="span")
    click(shown, deed)


def overflow(block: Json, element: Json, stage: Stage) -> None:
    """The `⋯` menu."""
    menu(push("⋯", "button overflow", label="More actions"), partial(_options, block, element, stage))


def _options(block: Json, element: Json, stage: Stage) -> None:
    for option in element["options"]:
        value = option.get("value", "")
        item = ui.menu_item(on_click=confirmed(element, stage, _option_deed(block, element, value, stage)))
        with item:
            raw(mrkdwn.text_object(option["text"], stage.view), tag="span")


def _option_deed(block: Json, element: Json, value: str, stage: Stage) -> Deed:
    return lambda: stage.press(block, element, value)


def small_buttons(block: Json, element: Json, stage: Stage) -> None:
    """`icon_button` and `feedback_buttons`, which stand in `context_actions`."""
    if element["type"] == "icon_button":
        label = str(element.get("text", {}).get("text", "")) or str(element.get("icon", ""))
        icon = {"trash": "🗑"}.get(str(element.get("icon")), "●")
        click(push(icon, "button small", label=label), confirmed(element, stage, lambda: stage.press(block, element)))
        return
    for key, glyph in (("positive_button", "👍"), ("negative_button", "👎")):
        option = element[key]
        deed = _option_deed(block, element, str(option.get("value", "")), stage)
        click(push(glyph, "button small", label=str(option["text"]["text"])), deed)


def acting_picker(block: Json, element: Json, stage: Stage) -> None:
    """A picker whose every new value is told to the app."""

    async def changed(held: Any) -> None:
        await confirmed(element, stage, lambda: stage.choose(block, element, held))()

    with Tag("div", classes=f"picker {element['type']}"):
        pickers.PICKERS[element["type"]](block, element, stage, values.plain(stage.value(block, element)), changed)


def image(element: Json, classes: str, stage: Stage) -> None:
    """An image by public URL, or an uploaded one by its id (`slack_file`); its words for whoever may not see it."""
    alt, public = str(element.get("alt_text", "")), str(element.get("image_url", ""))
    url = stage.view.images.get(str(element.get("slack_file", {}).get("id", "")))
    if url is None and mrkdwn.is_safe(public) and public.startswith("http"):
        url = public
    if url is not None:
        Tag("img", classes=classes, src=url, alt=alt, loading="lazy")
    else:
        Tag("span", f"🖼 {alt or 'image'}", "placeholder")


def confirmed(element: Json, stage: Stage, deed: Deed) -> Deed:
    """`deed`, asked for first when the element has a `confirm` object."""
    confirm = element.get("confirm")
    if not confirm:
        return deed

    async def ask() -> None:
        if await _ask(confirm, stage):
            await deed()

    return ask


async def _ask(confirm: Json, stage: Stage) -> bool:
    with (
        ui.dialog().props("no-backdrop-dismiss") as dialog,
        Tag("div", classes="modal confirm", role="alertdialog") as box,
    ):
        box.attributes(aria_label=confirm["title"]["text"])
        raw(mrkdwn.text_object(confirm["title"], stage.view), "modal-title", tag="h2")
        raw(mrkdwn.text_object(confirm["text"], stage.view), "modal-body")
        with Tag("div", classes="modal-foot"):
            deny = push(confirm["deny"]["text"], "button")
            yes = push(confirm["confirm"]["text"], f"button {confirm.get('style', 'primary')}", autofocus=True)
    click(deny, lambda: dialog.submit(False))
    click(yes, lambda: dialog.submit(True))
    agreed = bool(await dialog)
    dialog.delete()
    return agreed
