"""`rich_text` blocks as safe HTML. Rules: Slack's page on the rich text block."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.page import emoji, mrkdwn
from sandbox.page.viewpoint import Viewpoint

_STYLES = (("code", "code"), ("bold", "b"), ("italic", "i"), ("strike", "s"), ("underline", "u"))


def rich_text(block: dict[str, Any], view: Viewpoint) -> str:
    """The whole block; neighbouring lists of deeper indent stay separate lists, indented, as in Slack."""
    elements = block.get("elements", [])
    return "".join(_part(element, view) for element in elements)


def _part(element: dict[str, Any], view: Viewpoint) -> str:
    kind = element.get("type")
    if kind == "rich_text_list":
        return _list(element, view)
    inner = _inline(element.get("elements", []), view)
    if kind == "rich_text_preformatted":
        return f"<pre>{inner}</pre>"
    if kind == "rich_text_quote":
        return f"<blockquote>{inner}</blockquote>"
    return f"<div>{inner}</div>"


def _list(element: dict[str, Any], view: Viewpoint) -> str:
    tag = "ol" if element.get("style") == "ordered" else "ul"
    indent = int(element.get("indent", 0))
    start = f' start="{int(element.get("offset", 0)) + 1}"' if tag == "ol" else ""
    items = "".join(f"<li>{_inline(item.get('elements', []), view)}</li>" for item in element.get("elements", []))
    return f'<{tag} class="indent-{min(indent, 8)}"{start}>{items}</{tag}>'


def _inline(elements: Iterable[dict[str, Any]], view: Viewpoint) -> str:
    return "".join(_styled(element, _leaf(element, view)) for element in elements)


def _styled(element: dict[str, Any], shown: str) -> str:
    style = element.get("style")
    if isinstance(style, dict):
        for key, tag in _STYLES:
            if style.get(key):
                shown = f"<{tag}>{shown}</{tag}>"
    return shown


def _leaf(element: dict[str, Any], view: Viewpoint) -> str:
    """One leaf without its style; an unknown one shows its type."""
    kind = str(element.get("type"))
    if kind in _LEAVES:
        return _LEAVES[kind](element, view)
    return f"<em>[{html.escape(kind)}]</em>"


def _text(element: dict[str, Any], view: Viewpoint) -> str:
    """Text here is not escaped on the wire, unlike in mrkdwn."""
    return html.escape(str(element.get("text", ""))).replace("\n", "<br>")


def _link(element: dict[str, Any], view: Viewpoint) -> str:
    url = str(element.get("url", ""))
    return mrkdwn.link(url, html.escape(str(element.get("text") or url)))


def _emoji(element: dict[str, Any], view: Viewpoint) -> str:
    return html.escape(emoji.spell(str(element.get("name", ""))))


def _date(element: dict[str, Any], view: Viewpoint) -> str:
    at, template = float(element.get("timestamp", 0)), str(element.get("format", ""))
    return mrkdwn.date(view, at, template, str(element.get("url", "")), str(element.get("fallback", "")))


def _broadcast(element: dict[str, Any], view: Viewpoint) -> str:
    return mrkdwn.broadcast(str(element.get("range") or element.get("usergroup_id", "")))


def _colour(element: dict[str, Any], view: Viewpoint) -> str:
    return f"<code>{html.escape(str(element.get('value', '')))}</code>"


_LEAVES: dict[str, Callable[[dict[str, Any], Viewpoint], str]] = {
    "text": _text,
    "link": _link,
    "emoji": _emoji,
    "date": _date,
    "user": lambda element, view: mrkdwn.user_mention(view, str(element.get("user_id", ""))),
    "channel": lambda element, view: mrkdwn.channel_mention(view, str(element.get("channel_id", ""))),
    "usergroup": _broadcast,
    "broadcast": _broadcast,
    "color": _colour,
}


def plain_of(blocks: Iterable[dict[str, Any]]) -> str:
    """The words of `rich_text` blocks without their style: what an edit box starts with."""
    return "\n".join(_words(element) for block in blocks for element in block.get("elements", []))


def _words(element: dict[str, Any]) -> str:
    if "elements" not in element:
        return str(element.get("text") or element.get("url") or element.get("name") or "")
    joint = "\n" if element.get("type") == "rich_text_list" else ""
    return joint.join(_words(inner) for inner in element["elements"])
