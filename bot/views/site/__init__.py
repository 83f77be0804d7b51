"""The status page: everything that is read there, drawn from what was published and nothing else.

A `Site` knows its files by their paths below the page's address. Links between them are relative, so that the same files
can be served by the bot or lie anywhere else.
"""

from bot.views.site.files import CONTENT_TYPES, Site
from bot.views.site.html import STYLE_HASH

__all__ = ["CONTENT_TYPES", "STYLE_HASH", "Site"]
