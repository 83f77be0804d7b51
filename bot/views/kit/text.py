"""Texts for Slack. People's words come in raw; what goes out is `Safe`: it can neither notify nor disguise anything.

Three things that people write stay alive: the mentions `<@U123>` and `<#C123>`, and bare web addresses, which become
links that show where they lead. Everything else in `& < >` is escaped, `<!channel>` and `<https://a|b>` too. Unicode's
invisible direction controls are dropped: one that is never closed would turn the rest of the line around, and
right-to-left writing does not need them.

Rules: Slack's page "Formatting text for app surfaces". Slack does not say how it counts characters outside the Basic
Multilingual Plane; here they count as two, which is right for either way.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

ELLIPSIS = "…"
NOTHING = "–"
LINK_MOST = 1000  # A longer address stays text: a link cannot be cut in two.

# What survives escaping: mentions, whose labels are dropped because a channel's name may be a secret, and addresses.
_ALIVE = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>]*)?>|<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|(?P<url>https?://[^\s<>|\"`]*[^\s<>|\"`.,;:!?()\[\]{}'*_~])"
)
# Control characters but tab and line feed; direction marks, embeddings, overrides and isolates; lone surrogates.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
# What must not be cut in two: a token, an entity, a character.
_PIECE = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_ZERO_WIDTH_JOINER = "\u200d"
_LIGHTEST_SKIN, _DARKEST_SKIN = "\U0001f3fb", "\U0001f3ff"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


class Safe(str):
    """mrkdwn that Slack can be given as it is: whatever people wrote in it has been escaped."""

    __slots__ = ()


def escape(text: str) -> Safe:
    """People's words as mrkdwn. What is `Safe` already stays as it is."""
    if isinstance(text, Safe):
        return text
    return Safe("".join(_escaped(text)))


def _escaped(text: str) -> Iterator[str]:
    for kind, value in tokens(text):
        if kind == "user":
            yield f"<@{value}>"
        elif kind == "channel":
            yield f"<#{value}>"
        elif kind == "url" and len(_entities(value)) <= LINK_MOST:
            yield f"<{_entities(value)}>"
        else:
            yield _entities(value)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """People's words as what they consist of: ("user", id), ("channel", id), ("url", address) and ("words", text)."""
    text, at = _INVISIBLE.sub("", text), 0
    for found in _ALIVE.finditer(text):
        yield "words", text[at : found.start()]
        yield found.lastgroup or "words", found[found.lastgroup or 0]
        at = found.end()
    yield "words", text[at:]


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def say(template: str, **values: str) -> Safe:
    """`template` with its `{names}` filled in: our words as they stand, people's words escaped."""
    return Safe(template.format(**{name: escape(value) for name, value in values.items()}))


def join(separator: str, parts: Iterable[str]) -> Safe:
    """The parts, escaped where they are not `Safe` yet, with our `separator` between them."""
    return Safe(separator.join(escape(part) for part in parts))


def bullets(lines: Iterable[str]) -> Safe:
    """One line each, with a bullet in front."""
    return join("\n", (say("• {line}", line=line) for line in lines))


def quote(text: str) -> Safe:
    """People's words as a block quote."""
    # Slack reads the entity at the start of a line as a quote too; so no bare `>` is ever on the wire.
    return Safe("\n".join(f"&gt; {line}" for line in escape(text).split("\n")))


def one_line(text: str, most: int | None = None) -> Safe:
    """People's words amid ours: on one line, at most `most` characters, kept from reordering what stands beside them.

    What is `Safe` already is taken for one line.
    """
    flat = escape(" ".join(text.split())) if not isinstance(text, Safe) else text
    flat = flat if most is None else clip(flat, most)
    if not flat.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in set(flat)):
        return Safe(f"{_FIRST_STRONG_ISOLATE}{flat}{_POP_ISOLATE}")
    return flat


def plain(text: str, most: int) -> str:
    """People's words for a `plain_text` object, where no mention lives: one line of 1 to `most` characters.

    Slack reads the three entities there too, so they are escaped as everywhere.
    """
    flat = " ".join(_INVISIBLE.sub("", text).split())
    return clip(Safe(_entities(flat)), most) or NOTHING


def clip(text: str, most: int) -> Safe:
    """At most `most` characters of mrkdwn, the last of them "…" if something was left out."""
    safe = escape(text)
    if size(safe) <= most:
        return safe
    pieces = _PIECE.findall(safe)
    fitting = _whole(pieces, _fitting(pieces, most - 1))
    return Safe("".join(pieces[:fitting]).rstrip() + ELLIPSIS)


def split(text: str, most: int) -> list[Safe]:
    """All of the text in parts of at most `most` characters each, cut at line ends, else at spaces, else anywhere.

    Only line ends at the cuts are lost; where there is nothing to see there are no parts. `most` must leave room for
    the longest link.
    """
    rest, parts = escape(text).strip("\n"), []
    while len(rest) > most or size(rest) > most:
        pieces = _PIECE.findall(rest, 0, most + LINK_MOST)  # No further: a long text would be read again for each part.
        fitting = _fitting(pieces, most)
        head = "".join(pieces[: _whole(pieces, fitting) or fitting])
        cut = max(head.rfind("\n"), 0) or _last_space(head) or len(head)
        parts.append(rest[:cut])
        rest = rest[cut:].lstrip("\n") if rest[cut] == "\n" else rest[cut:]
    return [Safe(part) for part in (*parts, rest) if not is_blank(part)]


def _last_space(text: str) -> int:
    """Where to cut between words; 0 when there is no good place (a space in a token is none)."""
    at = text.rfind(" ")
    while at > 0 and text.rfind("<", 0, at) > text.rfind(">", 0, at):
        at = text.rfind(" ", 0, at)
    return max(at, 0)


def _fitting(pieces: list[str], most: int) -> int:
    """How many of the pieces fit into `most` characters."""
    whole = "".join(pieces)
    measure = len if size(whole) == len(whole) else size
    return bisect_right(list(accumulate(map(measure, pieces))), most)


def _whole(pieces: list[str], count: int) -> int:
    """At most `count` pieces, so that no emoji or letter that is made of several is cut."""
    while 0 < count < len(pieces) and _belong_together(pieces[count - 1], pieces[count]):
        count -= 1
    return count


def _belong_together(before: str, after: str) -> bool:
    if _ZERO_WIDTH_JOINER in (before, after):
        return True
    return unicodedata.category(after[0]) in ("Mn", "Me") or _LIGHTEST_SKIN <= after <= _DARKEST_SKIN


def size(text: str) -> int:
    """How long Slack may find it: characters outside the Basic Multilingual Plane count as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    """Whether there is nothing to see."""
    return not _INVISIBLE.sub("", text).strip(" \t\n\u00a0\u200b\u2060\ufeff\u200d")


def person(user: str) -> Safe:
    """A mention; the word itself for those who are no Slack user, such as `tocsin` or an alert's sender."""
    return Safe(f"<@{user}>") if _USER.fullmatch(user) else one_line(user, 80) or Safe(NOTHING)


def people(users: Iterable[str]) -> Safe:
    """Mentions with commas."""
    return join(", ", (person(user) for user in users))


def channel(room: str | None) -> Safe:
    """A link to a channel; a dash when there is none yet."""
    return Safe(f"<#{room}>") if room and _CHANNEL.fullmatch(room) else one_line(room or NOTHING, 80)


def link(url: str, label: str) -> Safe:
    """A link under our own label to a place that we vouch for; nothing when `url` is no https address."""
    address = _entities(url)
    if not re.fullmatch(r"https://[^\s<>|]+", url) or len(address) > LINK_MOST:
        return Safe("")
    return Safe(f"<{address}|{escape(label)}>")
