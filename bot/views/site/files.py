"""The status page as files."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot.policy import Policy
from bot.views.site import feed, html
from bot.views.site.v2 import V2
from db.records import PublicIncident

CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
INDEX = "index.html"


class Site:
    """The whole page. Files are drawn when they are asked for."""

    def __init__(self, policy: Policy, incidents: Sequence[PublicIncident], *, now: datetime) -> None:
        """`incidents` come as `db.notices.public` gives them; `now` dates what has no date while nothing was published."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._files: dict[str, Callable[[], bytes]] = {
            f"incidents/{incident.uid}/{INDEX}": _page(policy, incident) for incident in incidents
        }
        self._files |= {
            f"api/v2/{name}": _json(draw) for name, draw in V2(policy, incidents, now=today).documents().items()
        }
        self._files["history.atom"] = lambda: feed.atom(policy, incidents, now=today)
        self._files[f"history/{INDEX}"] = lambda: html.history(policy, incidents).encode()
        self._files[INDEX] = lambda: html.index(policy, incidents).encode()
        self.changed_at = incidents[0].newest.at if incidents else today

    def __iter__(self) -> Iterator[str]:
        """The paths of all files. What links to others comes after them."""
        return iter(self._files)

    def draw(self, path: str) -> bytes | None:
        """A file's content; None when there is no such file."""
        draw = self._files.get(path)
        return draw() if draw else None


def _page(policy: Policy, incident: PublicIncident) -> Callable[[], bytes]:
    return lambda: html.one(policy, incident).encode()


def _json(draw: Callable[[], object]) -> Callable[[], bytes]:
    return lambda: json.dumps(draw(), ensure_ascii=False, indent=1).encode()
