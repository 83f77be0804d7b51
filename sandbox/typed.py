"""What a person types, as Slack's client sends it.

Text is stored escaped (`&amp; &lt; &gt;`), names become references, addresses become links.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

# A reference that is already in wire form (what `Person.mention` gives), a name after @ or #, an address.
_TOKEN = re.compile(
    r"<@(?P<user>[UW]\w+)>|<#(?P<channel>C\w+)(?:\|[^>]*)?>|(?P<url>https?://[^\s<>|]+)"
    r"|(?<![\w@#/])@(?P<name>\w[\w.-]*\w|\w)|(?<![\w@#/&])#(?P<room>[\w-]+)"
)


def escape(text: str) -> str:
    """The three characters that are special in Slack's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _parts(ws: "Workspace", text: str) -> list[tuple[str, str]]:
    """The text in pieces: ("text" | "user" | "channel" | "link", content or id)."""
    found: list[tuple[str, str]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        piece = _reference(ws, match)
        if piece is None:
            continue
        if match.start() > at:
            found.append(("text", text[at : match.start()]))
        found.append(piece)
        at = match.end()
    if at < len(text) or not found:
        found.append(("text", text[at:]))
    return found


def _reference(ws: "Workspace", match: re.Match[str]) -> tuple[str, str] | None:
    """What one match refers to; None when it only looks like a reference."""
    if match["url"]:
        return "link", match["url"]
    if match["user"]:
        return ("user", match["user"]) if match["user"] in ws.state.users else None
    if match["channel"]:
        return ("channel", match["channel"]) if match["channel"] in ws.state.channels else None
    return _person_named(ws, match["name"]) if match["name"] else _channel_named(ws, match["room"])


def _person_named(ws: "Workspace", name: str) -> tuple[str, str] | None:
    for user in ws.state.users.values():
        if name.casefold() in (user["name"], user["profile"]["display_name"].casefold()):
            return "user", user["id"]
    return None


def _channel_named(ws: "Workspace", name: str) -> tuple[str, str] | None:
    for channel in ws.state.channels.values():
        if channel.name and channel.name == name:
            return "channel", channel.id
    return None


def as_message(ws: "Workspace", text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and the rich_text block of a message."""
    words, elements = [], []
    for sort, content in _parts(ws, text):
        if sort == "user":
            words.append(f"<@{content}>")
            elements.append({"type": "user", "user_id": content})
        elif sort == "channel":
            words.append(f"<#{content}|{_public_name(ws, content)}>")
            elements.append({"type": "channel", "channel_id": content})
        elif sort == "link":
            words.append(f"<{content.replace('&', '&amp;')}>")
            elements.append({"type": "link", "url": content})
        else:
            words.append(escape(content))
            elements.append({"type": "text", "text": content})
    section = {"type": "rich_text_section", "elements": elements}
    return "".join(words), [{"type": "rich_text", "block_id": ws.counter.block_id(), "elements": [section]}]


def as_command(ws: "Workspace", text: str, *, should_escape: bool) -> str:
    """The text of a slash command; only with `should_escape` do names become `<@U…|name>` and `<#C…|name>`."""
    if not should_escape:
        return escape(text)
    words = []
    for sort, content in _parts(ws, text):
        if sort == "user":
            words.append(f"<@{content}|{ws.state.users[content]['name']}>")
        elif sort == "channel":
            words.append(f"<#{content}|{_public_name(ws, content)}>")
        elif sort == "link":
            words.append(f"<{content.replace('&', '&amp;')}>")
        else:
            words.append(escape(content))
    return "".join(words)


def _public_name(ws: "Workspace", channel_id: str) -> str:
    """The name of a public channel; that of a private one is not told."""
    channel = ws.state.channels[channel_id]
    return channel.name if channel.kind == "channel" else ""
