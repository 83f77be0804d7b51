"""The status page over HTTP: `/status/`, and the forms of those who subscribe by e-mail.

It shows what was published and nothing else, and goes on showing it, as it was last read, while the database is away.
"""

import contextlib
import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import Refused
from bot.parts import Parts
from bot.policy import Policy
from bot.views.site import CONTENT_TYPES, STYLE_HASH, Site, html
from bot.workflows import subscribers
from db import notices

FRESH_SECONDS = 15
LARGEST_FORM = 4_000
FORMS_A_MINUTE = 30
SENT = "If that address is not subscribed yet, a mail with a link to confirm is on its way to it."
TOO_OLD = "This link is too old, or it was used already. Subscribe again if you like."


def _headers(policy: Policy) -> dict[str, str]:
    """What a browser may do with the page: show it, and send its forms to the bot."""
    forms = " ".join(filter(None, ("'self'", policy.customers.page.bot)))
    allowed = (
        "default-src 'none'",
        f"style-src 'sha256-{STYLE_HASH}'",
        f"form-action {forms}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(allowed),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


class Shown:
    """What the page shows: read anew whenever something was published, drawn when it is first asked for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._version: tuple[object, ...] | None = None
        self._policy: Policy | None = None
        self._site: Site | None = None
        self._drawn: dict[str, bytes | None] = {}

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._parts.policy

    def file(self, path: str) -> tuple[bytes, Site] | None:
        """A file and the site that it belongs to; None when there is no such file."""
        with self._lock:
            with contextlib.suppress(SQLAlchemyError):  # What was read last is still what was published last.
                self._read()
            if self._site is None:
                raise HTTPException(503, "The status page cannot be read just now. Try again in a minute.")
            if path not in self._drawn and path in set(self._site):
                self._drawn[path] = self._site.draw(path)
            content = self._drawn.get(path)
            return None if content is None else (content, self._site)

    def _read(self) -> None:
        policy, now = self._parts.policy, self._parts.clock.now()
        with self._parts.store.read() as session:
            version = (notices.public_version(session), now.date())
            if version != self._version or policy is not self._policy:
                self._site = Site(policy, notices.public(session), now=now)
                self._version, self._policy, self._drawn = version, policy, {}


class Turnstile:
    """Lets a few through in a minute: forms send mails."""

    def __init__(self, most: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._passed: deque[float] = deque()
        self._lock = threading.Lock()

    def lets_through(self) -> bool:
        """Whether one more may pass now."""
        with self._lock:
            now = self._seconds()
            while self._passed and self._passed[0] <= now - 60:
                self._passed.popleft()
            if len(self._passed) >= self._most:
                return False
            self._passed.append(now)
            return True


async def _form(request: Request) -> dict[str, str]:
    """A small form's fields, the first value of each."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, "The form is too large.")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


Fields = Annotated[dict[str, str], Depends(_form)]


def show(web: FastAPI, parts: Parts) -> None:
    """Add the page's routes."""
    shown = Shown(parts)

    @web.get("/status")
    def without_a_slash() -> RedirectResponse:
        return RedirectResponse("status/")  # Relative, as all links are: a proxy may have moved the page.

    @web.get("/api/v2/{path:path}")
    def json(path: str, request: Request) -> Response:
        return _file(shown, f"api/v2/{path}", request)

    _take_subscribers(web, parts)

    @web.get("/status/{path:path}")
    def page(path: str, request: Request) -> Response:
        return _file(shown, f"{path}index.html" if path == "" or path.endswith("/") else path, request)


def _file(shown: Shown, path: str, request: Request) -> Response:
    found = shown.file(path)
    if found is None:
        raise HTTPException(404, "There is no such page.")
    content, site = found
    headers = {
        **_headers(shown.policy),
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(site.changed_at, usegmt=True),
        "Cache-Control": f"public, max-age={FRESH_SECONDS}",
        "Access-Control-Allow-Origin": "*",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=CONTENT_TYPES[path.rpartition(".")[2]], headers=headers)


def _take_subscribers(web: FastAPI, parts: Parts) -> None:
    turnstile = Turnstile(FORMS_A_MINUTE)

    def told(heading: str, sentence: str, status: int = 200, *, purpose: str = "", token: str = "") -> Response:
        button = {"confirm": "Yes, subscribe me", "unsubscribe": "Unsubscribe"}.get(purpose, "")
        drawn = html.told(parts.policy, heading, sentence, button=button, action=purpose, token=token)
        headers = {**_headers(parts.policy), "Cache-Control": "no-store"}
        return Response(drawn, status, media_type=CONTENT_TYPES["html"], headers=headers)

    def check_open() -> None:
        if not parts.policy.customers.targets.email:
            raise HTTPException(404, "There is no such page.")

    @web.post("/status/subscribe")
    def subscribe(fields: Fields) -> Response:
        check_open()
        if not turnstile.lets_through():
            return told("Not now", "Too many people are subscribing just now. Try again in a minute.", 429)
        try:
            with parts.store.begin() as work:
                subscribers.ask(work, email=fields.get("email", ""))
        except subscribers.TooMany as refusal:
            return told("Not now", str(refusal), 429)
        except Refused as refusal:
            return told("Not subscribed", str(refusal), 400)
        return told("Nearly done", SENT)

    # Programs that look into mails follow links: a GET changes nothing, the button on its page does.
    @web.get("/status/confirm")
    def ask_to_confirm(token: str = "") -> Response:
        check_open()
        return told("Subscribe", "Updates will be mailed to you.", purpose="confirm", token=token)

    @web.post("/status/confirm")
    def confirm(fields: Fields) -> Response:
        check_open()
        with parts.store.begin() as work:
            done = subscribers.confirm(work, token=fields.get("token", ""))
        return told("Subscribed", "From now on updates are mailed to you.") if done else told("Too late", TOO_OLD, 410)

    @web.get("/status/unsubscribe")
    def ask_to_unsubscribe(token: str = "") -> Response:
        return told("Unsubscribe", "No more updates will be mailed to you.", purpose="unsubscribe", token=token)

    @web.post("/status/unsubscribe")
    def unsubscribe(fields: Fields, token: str = "") -> Response:
        """From the page's button, or from a mail program (RFC 8058), which is told the token in the address."""
        with parts.store.begin() as work:
            subscribers.unsubscribe(work, token=fields.get("token") or token)
        return told("Unsubscribed", "No more updates are mailed to you.")
