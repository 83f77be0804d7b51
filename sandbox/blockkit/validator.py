"""What Slack refuses in blocks and views."""

from typing import Any


def check_message(blocks: Any) -> None:
    """Raises `invalid_blocks` or `invalid_blocks_format`."""


def check_view(view: Any, *, home: bool = False) -> None:
    """Raises `invalid_arguments`."""
