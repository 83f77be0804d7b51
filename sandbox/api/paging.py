"""Pages: `limit`, `cursor` and `response_metadata.next_cursor`. https://docs.slack.dev/apis/web-api/pagination."""

import base64
from collections.abc import Sequence
from typing import Any

from sandbox.errors import SlackError


def page(items: Sequence[Any], args: dict[str, Any], *, most: int, default: int) -> tuple[Sequence[Any], str]:
    """The items the cursor points at, and the cursor of the next page ("" at the end).

    Raises `invalid_limit` and `invalid_cursor`.
    """
    limit = args.get("limit", default)
    if limit < 0 or limit > most:
        raise SlackError("invalid_limit")
    start = _start(args.get("cursor") or "")
    end = start + (limit or default)
    return items[start:end], cursor(end) if end < len(items) else ""


def cursor(position: int) -> str:
    """The cursor of the page that starts at this position."""
    return base64.b64encode(f"next:{position}".encode()).decode()


def _start(text: str) -> int:
    if not text:
        return 0
    try:
        word, _, number = base64.b64decode(text, validate=True).decode().partition(":")
        position = int(number)
    except ValueError:  # neither base64, nor text, nor a number
        raise SlackError("invalid_cursor") from None
    if word != "next" or position < 0:
        raise SlackError("invalid_cursor")
    return position
