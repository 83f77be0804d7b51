"""Short words for Block Kit, for the tables of what Slack takes and refuses."""

from typing import Any

Doc = dict[str, Any]


def plain(text: str = "words") -> Doc:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "words") -> Doc:
    return {"type": "mrkdwn", "text": text}


def section(**parts: Any) -> Doc:
    return {"type": "section", **({"text": mrkdwn()} | parts)}


def actions(*elements: Doc) -> Doc:
    return {"type": "actions", "elements": list(elements)}


def button(action_id: str = "go", **parts: Any) -> Doc:
    return {"type": "button", "action_id": action_id, "text": plain(), **parts}


def option(value: str = "one", text: str = "One", **parts: Any) -> Doc:
    return {"text": plain(text), "value": value, **parts}


def select(**parts: Any) -> Doc:
    return {"type": "static_select", "action_id": "pick", "options": [option()], **parts}


def field(element: Doc, **parts: Any) -> Doc:
    return {"type": "input", "label": plain("Label"), "element": element, **parts}


def text_input(**parts: Any) -> Doc:
    return {"type": "plain_text_input", "action_id": "text", **parts}


def image(**parts: Any) -> Doc:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a picture", **parts}


def rich(*elements: Doc) -> Doc:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(*rows: list[str], **parts: Any) -> Doc:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows], **parts}


def video(**parts: Any) -> Doc:
    return {
        "type": "video",
        "title": plain(),
        "alt_text": "a film",
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t.png",
        **parts,
    }


def confirm(**parts: Any) -> Doc:
    return {"title": plain(), "text": plain(), "confirm": plain("Yes"), "deny": plain("No"), **parts}


def modal(*blocks: Doc, **parts: Any) -> Doc:
    return {"type": "modal", "title": plain("Title"), "blocks": list(blocks) or [section()], **parts}


def home(*blocks: Doc, **parts: Any) -> Doc:
    return {"type": "home", "blocks": list(blocks) or [section()], **parts}


def without(thing: Doc, key: str) -> Doc:
    return {name: value for name, value in thing.items() if name != key}
