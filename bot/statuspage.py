"""Atlassian Statuspage's API: incidents made, updated and found again.

Calls may be repeated: an incident bears our reference in its metadata, by which an earlier attempt is recognised. The
standard library's client is enough for three calls, and follows no redirect: the key would go with it.

Reference: https://developer.statuspage.io
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from bot.errors import TargetBusy, TargetRefused, TargetUnclear

SECONDS = 8.0
BUSY = frozenset({420, 429})
BUSY_SECONDS = 60.0
KEY_IS_WRONG = frozenset({401, 403})
LOOKED_AT, PAGES = 100, 2  # The newest incidents, among which an earlier attempt's is.
METADATA = "tocsin"

Json = dict[str, Any]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


class Statuspage:
    """One account's pages. Every method raises `TargetRefused`, `TargetBusy` or `TargetUnclear`."""

    def __init__(self, key: SecretStr, url: str, seconds: float = SECONDS) -> None:
        """`url` ends with a slash. Nothing is called yet."""
        self._key = key
        self._url = url
        self._seconds = seconds
        self._opener = urllib.request.build_opener(_NoRedirects)

    def look_at_page(self, page: str) -> str:
        """The page's name: the key may see it."""
        found: Json = self._call("GET", f"pages/{quote(page)}")
        return str(found.get("name", ""))

    def create(self, page: str, incident: Mapping[str, Any]) -> str:
        """Open an incident; gives its id there."""
        made: Json = self._call("POST", f"pages/{quote(page)}/incidents", {"incident": incident})
        return str(made["id"])

    def update(self, page: str, remote: str, incident: Mapping[str, Any]) -> None:
        """Add an update to an incident."""
        self._call("PATCH", f"pages/{quote(page)}/incidents/{quote(remote)}", {"incident": incident})

    def look_at(self, page: str, remote: str) -> Json:
        """An incident as it is there now."""
        found: Json = self._call("GET", f"pages/{quote(page)}/incidents/{quote(remote)}")
        return found

    def find(self, page: str, reference: str) -> Json | None:
        """The incident that bears our reference, if it is among the newest."""
        for number in range(1, PAGES + 1):
            query = urlencode({"limit": LOOKED_AT, "page": number})
            listed: list[Json] = self._call("GET", f"pages/{quote(page)}/incidents?{query}")
            found = next((one for one in listed if referred_to(one).get("notice") == reference), None)
            if found is not None or len(listed) < LOOKED_AT:
                return found
        return None

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Sorts the ways in which it can go wrong into three. The answer's words stay out: they may quote the update."""
        request = urllib.request.Request(  # noqa: S310 -- the settings take http and https addresses only
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"OAuth {self._key.get_secret_value()}",
                "Content-Type": "application/json",
                "User-Agent": "tocsin",
            },
        )
        what = f"{method} {path.partition('?')[0]}"
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise _sorted(what, error) from None
        except (OSError, HTTPException, ValueError) as error:
            raise TargetUnclear(f"Statuspage did not answer {what} ({type(error).__name__})") from error


def reference(notice: str, update: str) -> Json:
    """What an incident bears so that it is recognised: whose it is, and the last update that it was told."""
    return {METADATA: {"notice": notice, "update": update}}


def referred_to(incident: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our reference in an incident; empty when it is none of ours."""
    found = (incident.get("metadata") or {}).get(METADATA)
    return found if isinstance(found, Mapping) else {}


def _sorted(what: str, error: urllib.error.HTTPError) -> TargetRefused | TargetBusy | TargetUnclear:
    sentence = f"Statuspage answered {error.code} to {what}"
    if error.code in BUSY:
        seconds = error.headers.get("Retry-After", "")
        return TargetBusy(sentence, float(seconds) if seconds.isdigit() else BUSY_SECONDS)
    if error.code in KEY_IS_WRONG:  # Nothing is wrong with the update: it waits until somebody has mended the key.
        return TargetUnclear(f"{sentence}: check TOCSIN_STATUSPAGE_KEY")
    if error.code >= 500 or error.code < 400:
        return TargetUnclear(sentence)
    return TargetRefused(sentence)
