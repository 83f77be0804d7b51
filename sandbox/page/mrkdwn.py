"""Slack's mrkdwn, as safe HTML.

What is promised: whatever text comes in, the only tags that come out are those written in this file, every attribute is
quoted and escaped, and links lead to http(s) and mailto alone. Rules: Slack's page "Formatting text for app stages".

On the wire `&`, `<` and `>` are entities and `<…>` is a token (mention, link, date); so literal text is un-escaped once
and escaped again, which is harmless for text that was never escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from sandbox.page import dates, emoji
from sandbox.page.viewpoint import Viewpoint

_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"(?:&gt;|>) ?(.*)")
_SPAN = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|<(?P<token>[^<>\n]+)>"
    r"|:(?P<emoji>[a-z0-9_+'-]+(?:::skin-tone-[2-6])?):"
    r"|(?<![A-Za-z0-9*])\*(?P<b>(?=\S)[^*\n]+(?<=\S))\*(?![A-Za-z0-9*])"
    r"|(?<![A-Za-z0-9_])_(?P<i>(?=\S)[^_\n]+(?<=\S))_(?![A-Za-z0-9_])"
    r"|(?<![A-Za-z0-9~])~(?P<s>(?=\S)[^~\n]+(?<=\S))~(?![A-Za-z0-9~])"
)
_BROADCASTS = frozenset({"here", "channel", "everyone"})


def literal(text: str) -> str:
    """Text for HTML: Slack's three entities read, everything dangerous escaped."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(plain)


def link(url: str, label: str) -> str:
    """An `<a>` around the already safe `label`; the label alone when the address is not http(s) or mailto."""
    if not is_safe(url):
        return label
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">{label}</a>'


def is_safe(url: str) -> bool:
    """Whether a link may lead there: http(s) with a host, or mailto."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.scheme in {"http", "https"} and bool(parts.netloc)) or parts.scheme == "mailto"


def user_mention(view: Viewpoint, user_id: str, fallback: str = "") -> str:
    """`@Ana`, highlighted when it is the reader."""
    kind = "mention me" if user_id == view.me else "mention"
    return f'<span class="{kind}">@{html.escape(view.user(user_id, fallback))}</span>'


def channel_mention(view: Viewpoint, channel_id: str, fallback: str = "") -> str:
    """`#incidents` that can be clicked, or the words Slack shows for a channel this reader cannot see."""
    name = view.channel(channel_id, fallback)
    if name is None:
        return '<span class="mention">🔒 private-channel</span>'
    return (
        f'<a class="mention" role="link" tabindex="0" data-channel="{html.escape(channel_id)}">#{html.escape(name)}</a>'
    )


def broadcast(word: str) -> str:
    """`@here`, `@channel`, `@everyone`."""
    return f'<span class="mention me">@{html.escape(word)}</span>'


def date(view: Viewpoint, at: float, template: str, url: str = "", fallback: str = "", *, begins: bool = False) -> str:
    """A date token in the reader's zone, its full form in the tooltip; `begins` says that a line begins with it."""
    try:
        words, title = dates.expand(view, at, template), dates.stamp(view, at)
    except (OverflowError, ValueError, OSError):  # a year that no calendar has: Slack shows the fallback too
        return literal(fallback)
    words = words[:1].upper() + words[1:] if begins and template.startswith("{date") else words
    shown = f'<time title="{html.escape(title)}">{html.escape(words)}</time>'
    return link(url, shown) if url else shown


def _date_token(body: str, view: Viewpoint, *, begins: bool) -> str:
    recipe, _, fallback = body.partition("|")
    parts = recipe.split("^")
    if len(parts) < 3 or not re.fullmatch(r"-?\d{1,13}", parts[1]):
        return literal(fallback or body)
    url = parts[3] if len(parts) > 3 else ""
    return date(view, float(parts[1]), html.unescape(parts[2]), url, fallback, begins=begins)


def _token(body: str, view: Viewpoint, *, begins: bool = False) -> str:
    """One `<…>`: mention, broadcast, date or link; `begins` says that a line begins with it."""
    target, _, label = body.partition("|")
    if target.startswith("@"):
        return user_mention(view, target[1:], label.removeprefix("@"))
    if target.startswith("#"):
        return channel_mention(view, target[1:], label.removeprefix("#"))
    if target.startswith("!date^"):
        return _date_token(body, view, begins=begins)
    if target.startswith("!"):
        word = target[1:]
        return broadcast(word if word in _BROADCASTS else label.removeprefix("@") or word.removeprefix("subteam^"))
    url = target.replace("&amp;", "&")
    if is_safe(url):
        return link(url, literal(label) if label else html.escape(url.removeprefix("mailto:")))
    return literal(f"<{body}>")


def _emphasis(tag: str, inner: str, view: Viewpoint) -> str:
    return f"<{tag}>{inline(inner, view)}</{tag}>"


def inline(text: str, view: Viewpoint) -> str:
    """One line of mrkdwn, without blocks (quotes and fences)."""
    return _pieces(_SPAN, text, lambda found: _span(found, view))


def _span(found: re.Match[str], view: Viewpoint) -> str:
    kind = found.lastgroup or ""
    inner = found[kind]
    if kind == "code":
        return f"<code>{literal(inner[1:-1])}</code>"
    if kind == "token":
        return _token(inner, view, begins=not found.string[: found.start()].strip())
    if kind == "emoji":
        return html.escape(emoji.spell(inner))
    return _emphasis(kind, inner, view)


def _pieces(pattern: re.Pattern[str], text: str, draw: Callable[[re.Match[str]], str]) -> str:
    """`text` with every match drawn and everything between escaped."""
    out, at = [], 0
    for found in pattern.finditer(text):
        out += [literal(text[at : found.start()]), draw(found)]
        at = found.end()
    return "".join(out) + literal(text[at:])


def _lines(text: str, view: Viewpoint) -> str:
    """Lines outside fences: runs of `>` become one quote, the rest keeps its breaks."""
    out: list[str] = []
    quoted: list[str] = []
    plain: list[str] = []

    def settle() -> None:
        if quoted:
            out.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
        if plain:
            out.append("<br>".join(plain))
        quoted.clear()
        plain.clear()

    for line in text.split("\n"):
        found = _QUOTE.match(line)
        if bool(found) != bool(quoted):
            settle()
        (quoted if found else plain).append(inline(found[1] if found else line, view))
    settle()
    return "".join(out)


def mrkdwn(text: str, view: Viewpoint) -> str:
    """A whole mrkdwn text as HTML."""
    out, at = [], 0
    for found in _FENCE.finditer(text):
        before = text[at : found.start()].removesuffix("\n")
        out += [_lines(before, view) if before else "", f"<pre>{_fenced(found[1], view)}</pre>"]
        at = found.end()
    rest = text[at:].removeprefix("\n") if at else text
    return "".join(out) + (_lines(rest, view) if rest else "")


def _fenced(text: str, view: Viewpoint) -> str:
    """Inside a fence only tokens mean something."""
    return _pieces(re.compile(r"<([^<>\n]+)>"), text, lambda found: _token(found[1], view))


def plain(text: str, *, with_emoji: bool = True) -> str:
    """A `plain_text` object: line breaks and emoji, nothing else."""
    shown = _pieces(emoji.NAME, text, lambda found: html.escape(emoji.spell(found[1]))) if with_emoji else literal(text)
    return shown.replace("\n", "<br>")


def text_object(text: dict[str, object], view: Viewpoint) -> str:
    """A Block Kit text object of either type."""
    body = str(text.get("text", ""))
    if text.get("type") == "mrkdwn":
        return mrkdwn(body, view)
    return plain(body, with_emoji=text.get("emoji") is not False)
