"""What people may write: cleaned, measured, refused with a sentence when it cannot be kept whole."""

import re
import unicodedata

from bot.errors import Refused

TITLE_MOST = 200
TEXT_MOST = 3000
SLUG_MOST = 80


def title(text: str) -> str:
    """One line of at most 200 characters."""
    return _measured(re.sub(r"\s+", " ", _printable(text)).strip(), "title", TITLE_MOST)


def paragraph(text: str, what: str, *, most: int = TEXT_MOST) -> str:
    """A text that must be there, of at most `most` characters; `what` names it in the refusal."""
    return _measured(_printable(text).strip(), what, most)


def optional(text: str | None, what: str, *, most: int = TEXT_MOST) -> str:
    """A text that may be empty."""
    clean = _printable(text or "").strip()
    return _measured(clean, what, most) if clean else ""


def clipped(text: str, most: int) -> str:
    """What somebody else has written, on one line of at most `most` characters; empty when nothing of it can be read."""
    return re.sub(r"\s+", " ", _printable(text)).strip()[:most]


def room_name(number: int, title_text: str, *, private: bool, attempt: int = 1, prefix: str = "inc") -> str:
    """The channel's name; never holds a private incident's title. `attempt` > 1 dodges a name that is taken.

    >>> room_name(7, "Checkout is down!", private=False)
    'inc-7-checkout-is-down'
    >>> room_name(7, "Checkout is down!", private=True, attempt=2)
    'inc-7-private-2'
    """
    tail = f"-{attempt}" if attempt > 1 else ""
    stem = f"{prefix}-{number}-" + ("private" if private else _slug(title_text))
    return stem.strip("-")[: SLUG_MOST - len(tail)].rstrip("-") + tail


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _printable(text: str) -> str:
    """Without control characters (NUL breaks PostgreSQL, the others break readers); line ends and tabs stay."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _measured(text: str, what: str, most: int) -> str:
    if not text:
        raise Refused(f"The {what} is empty. Write it and try again.")
    if len(text) > most:
        raise Refused(f"The {what} has {len(text)} characters; at most {most} fit. Shorten it and try again.")
    return text
