"""Calls of somebody else's JSON API over HTTP, and the three ways in which they go wrong.

The standard library's client is enough for a few calls, and follows no redirect: the key would go with it. What the other
side wrote stays out of every error: it may quote what people wrote.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any

from bot import connections, lease
from bot.errors import TargetError, TargetUnclear

SECONDS = 8.0
LARGEST_ANSWER = 8_000_000


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


@dataclass(frozen=True)
class Refusal:
    """An answer that is no 2xx. `headers` bear lower-case names; `answer` is its JSON, or None."""

    status: int
    headers: Mapping[str, str]
    answer: Any
    sentence: str


@dataclass(frozen=True)
class Given:
    """An answer that is a 2xx; `answer` is None when it has no body."""

    answer: Any
    headers: Mapping[str, str]


Sorting = Callable[[Refusal], TargetError]


class Remote:
    """One API. `name` is what people call it, `sorts` says what an answer that is no 2xx means."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str], sorts: Sorting, seconds: float = SECONDS
    ) -> None:
        """`url` ends with a slash. Nothing is called yet."""
        self.name = name
        self._url = url
        self._headers = {"User-Agent": "tocsin", "Accept": "application/json", **headers}
        self._sorts = sorts
        self._seconds = seconds
        self._opener = urllib.request.build_opener(
            _NoRedirects, urllib.request.HTTPSHandler(context=connections.trust())
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What it answers; a `TargetError` when that is no 2xx, or nothing."""
        return self.ask(method, path, body).answer

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Given:
        """The same, with its headers."""
        request = urllib.request.Request(  # noqa: S310 -- the settings take http and https addresses only
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                **self._headers,
                **({} if body is None else {"Content-Type": "application/json"}),
                **(headers or {}),
            },
        )
        what = f"{method} {path.partition('?')[0]}"
        if lease.is_over():
            raise TargetUnclear(f"{self.name} was not asked for {what}: the lease ends, and the rest comes later")
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return Given(_read(answer), _named(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                raise self._sorts(self._refusal(what, error)) from None
        except (OSError, HTTPException, ValueError) as error:
            raise TargetUnclear(f"{self.name} did not answer {what} ({type(error).__name__})") from error

    def _refusal(self, what: str, error: urllib.error.HTTPError) -> Refusal:
        try:
            answer = _read(error)
        except (OSError, HTTPException, ValueError):
            answer = None  # A proxy's page, or half an answer: its status is what counts.
        return Refusal(error.code, _named(error.headers), answer, f"{self.name} answered {error.code} to {what}")


def _read(answer: Any) -> Any:
    text = answer.read(LARGEST_ANSWER)
    return json.loads(text) if text.strip() else None


def _named(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
