"""Emoji by Slack's names. Most come from Rich's table; Slack's own names that it lacks stand here."""

from __future__ import annotations

import re

from rich.emoji import Emoji, NoEmoji

NAME = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:")

_SLACK_ONLY = {
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠",
    "large_purple_circle": "🟣",
    "large_red_square": "🟥",
    "large_green_square": "🟩",
    "large_yellow_square": "🟨",
    "large_orange_square": "🟧",
    "large_blue_square": "🟦",
    "firefighter": "🧑‍🚒",
    "simple_smile": "🙂",
    "drum_with_drumsticks": "🥁",
    "technologist": "🧑‍💻",
    "saluting_face": "🫡",
    "melting_face": "🫠",
    "heart_hands": "🫶",
}

QUICK = ("pushpin", "eyes", "white_check_mark")
"""What the hover menu of a message offers at once. 📌 comes first: it is how many bots take a message on record."""

PICKER = (
    "pushpin", "eyes", "white_check_mark", "+1", "-1", "raised_hands",
    "tada", "pray", "heart", "fire", "rotating_light", "warning",
    "thinking_face", "joy", "sob", "rocket", "hourglass_flowing_sand", "question",
)  # fmt: skip


def glyph(name: str) -> str | None:
    """The character for Slack's `name` (without colons), or None if the workspace does not know it."""
    base = name.split("::", 1)[0]
    if base in _SLACK_ONLY:
        return _SLACK_ONLY[base]
    try:
        return str(Emoji(base))
    except NoEmoji:
        return None


def spell(name: str) -> str:
    """The character, or `:name:` as Slack shows a custom emoji that was removed."""
    return glyph(name) or f":{name}:"
