"""`markdown` blocks (standard Markdown, as language models write it) and table cells, as safe HTML.

markdown-it does the reading, with raw HTML switched off; what it may link to is decided by `mrkdwn.is_safe`.
"""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt

from sandbox.page import mrkdwn


class _Slackish(MarkdownIt):
    """CommonMark with tables and strike-through; images are not loaded, their links are shown by their text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is markdown-it's
        return mrkdwn.is_safe(url)


@cache
def _reader() -> _Slackish:
    reader = _Slackish("commonmark", {"html": False, "breaks": True})
    reader.enable(["table", "strikethrough"]).disable("image")
    return reader


def markdown(text: str) -> str:
    """The block's text as HTML; tags typed into it come out as text."""
    return str(_reader().render(text)).replace("<a href=", '<a target="_blank" rel="noopener noreferrer" href=')
