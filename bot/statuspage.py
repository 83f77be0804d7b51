"""Atlassian Statuspage's API: incidents made, updated and found again.

Calls may be repeated: an incident bears our reference in its metadata, by which an earlier attempt is recognised.

Reference: https://developer.statuspage.io
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from bot.errors import TargetBusy, TargetRefused, TargetUnclear
from bot.remote import SECONDS, Refusal, Remote

BUSY = frozenset({420, 429})
BUSY_SECONDS = 60.0
KEY_IS_WRONG = frozenset({401, 403})
LOOKED_AT, PAGES = 100, 2  # The newest incidents, among which an earlier attempt's is.
METADATA = "tocsin"

Json = dict[str, Any]


class Statuspage:
    """One account's pages. Every method raises `TargetRefused`, `TargetBusy` or `TargetUnclear`."""

    def __init__(self, key: SecretStr, url: str, seconds: float = SECONDS) -> None:
        """`url` ends with a slash. Nothing is called yet."""
        headers = {"Authorization": f"OAuth {key.get_secret_value()}"}
        self._remote = Remote("Statuspage", url, headers, _sorted, seconds)

    def look_at_page(self, page: str) -> str:
        """The page's name: the key may see it."""
        found: Json = self._remote.call("GET", f"pages/{quote(page)}")
        return str(found.get("name", ""))

    def create(self, page: str, incident: Mapping[str, Any]) -> str:
        """Open an incident; gives its id there."""
        made: Json = self._remote.call("POST", f"pages/{quote(page)}/incidents", {"incident": incident})
        return str(made["id"])

    def update(self, page: str, remote: str, incident: Mapping[str, Any]) -> None:
        """Add an update to an incident."""
        self._remote.call("PATCH", f"pages/{quote(page)}/incidents/{quote(remote)}", {"incident": incident})

    def look_at(self, page: str, remote: str) -> Json:
        """An incident as it is there now."""
        found: Json = self._remote.call("GET", f"pages/{quote(page)}/incidents/{quote(remote)}")
        return found

    def find(self, page: str, reference: str) -> Json | None:
        """The incident that bears our reference, if it is among the newest."""
        for number in range(1, PAGES + 1):
            query = urlencode({"limit": LOOKED_AT, "page": number})
            listed: list[Json] = self._remote.call("GET", f"pages/{quote(page)}/incidents?{query}")
            found = next((one for one in listed if referred_to(one).get("notice") == reference), None)
            if found is not None or len(listed) < LOOKED_AT:
                return found
        return None


def reference(notice: str, update: str) -> Json:
    """What an incident bears so that it is recognised: whose it is, and the last update that it was told."""
    return {METADATA: {"notice": notice, "update": update}}


def referred_to(incident: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our reference in an incident; empty when it is none of ours."""
    found = (incident.get("metadata") or {}).get(METADATA)
    return found if isinstance(found, Mapping) else {}


def _sorted(refusal: Refusal) -> TargetRefused | TargetBusy | TargetUnclear:
    sentence = refusal.sentence
    if refusal.status in BUSY:
        seconds = refusal.headers.get("retry-after", "")
        return TargetBusy(sentence, float(seconds) if seconds.isdigit() else BUSY_SECONDS)
    if refusal.status in KEY_IS_WRONG:  # Nothing is wrong with the update: it waits until somebody has mended the key.
        return TargetUnclear(f"{sentence}: check TOCSIN_STATUSPAGE_KEY")
    if refusal.status >= 500 or refusal.status < 400:
        return TargetUnclear(sentence)
    return TargetRefused(sentence)
