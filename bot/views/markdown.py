"""Markdown, for documents that leave Slack: names instead of ids, UTC times, nothing that people wrote is markup.

Written for CommonMark, and for the older kinds that know fewer backslash escapes: `& < >` are entities.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.views import kit
from bot.views.kit import Safe
from db.records import IncidentRecord, PersonRecord, named

_MARKUP = re.compile(r"[\\`*_\[\]#|~$]")
_LINE_START = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")
_INDENT = re.compile(r"^[ \t]+")
_HARD_BREAK = "  \n"


class Markdown:
    """The dialect for one document: it knows the people's names and the incident's room."""

    bullet, deeper, gap = Safe("-"), Safe("  -"), Safe("\n")

    def __init__(self, people: Mapping[str, PersonRecord], incident: IncidentRecord | None) -> None:
        self._people = people
        has_room = incident is not None and incident.room and incident.room_name
        self._rooms = {incident.room: incident.room_name} if incident is not None and has_room else {}

    def text(self, raw: str) -> Safe:
        """Paragraphs and line ends as they were written; what looks like a list, a heading or code is none."""
        paragraphs = re.split(r"\n(?:[ \t]*\n)+", raw.strip("\n"))
        return Safe("\n\n".join(_HARD_BREAK.join(map(self._line, lines.split("\n"))) for lines in paragraphs))

    def line(self, raw: str) -> Safe:
        """On one line."""
        return Safe(self._line(" ".join(raw.split())))

    def person(self, user: str) -> Safe:
        """The person's name."""
        return Safe(_escaped(named(self._people, user)))

    def room(self, channel: str) -> Safe:
        """The room by its name, other channels by their ids."""
        return Safe(f"\\#{_escaped(self._rooms.get(channel) or channel)}")

    def when(self, moment: datetime) -> Safe:
        """UTC."""
        return Safe(kit.utc(moment))

    def strong(self, text: str) -> Safe:
        """Bold."""
        return Safe(f"**{self._once(text) or kit.NOTHING}**")

    def title(self, text: str) -> Safe:
        """A heading of the first level."""
        return Safe(f"# {self._once(text)}")

    def heading(self, text: str) -> Safe:
        """A heading of the second level."""
        return Safe(f"## {self._once(text)}")

    def link(self, url: str, label: str) -> Safe:
        """A link, if the address is one."""
        is_address = url.startswith("https://") and not set(url) & set("<>() \n")
        return Safe(f"[{label}]({url})") if is_address else Safe("")

    def _once(self, text: str) -> Safe:
        return text if isinstance(text, Safe) else self.line(text)

    def _line(self, raw: str) -> str:
        indent = _INDENT.match(raw)
        # Four spaces would begin a code block; no-break spaces keep what was indented in place.
        margin = indent[0].expandtabs(4).replace(" ", "\u00a0") if indent else ""
        return margin + "".join(self._token(*token) for token in kit.tokens(raw.lstrip(" \t")))

    def _token(self, kind: str, value: str) -> str:
        match kind:
            case "user":
                return f"@{self.person(value)}"
            case "channel":
                return self.room(value)
            case "url":
                return f"<{value}>"
        return _escaped(value)


def _escaped(words: str) -> str:
    words = _MARKUP.sub(lambda found: f"\\{found[0]}", words)
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINE_START.sub(lambda found: found[1] + "\\" if found[1].isdigit() else f"\\{found[1]}", words)
