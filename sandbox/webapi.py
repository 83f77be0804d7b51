"""`/api/<method>`: from the bytes of a request to Slack's answer.

The order is Slack's: which method, whose token, which arguments, which scope, how often, and only then the work. It is
plain ASGI and does its work on the event loop without waiting for anything, so that thousands of calls a second fit.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from sandbox import api, arguments
from sandbox.errors import SlackError
from sandbox.inspector import Request
from sandbox.methods import METHODS, Method
from sandbox.violations import violation

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_BYTES = 2 * 1024 * 1024
DROP = "sandbox.drop"  # key in the scope under which our HTTP protocol puts the way to cut the connection

_NO_TOKEN = frozenset({"api.test", "blocks.validate"})
_APP_TOKEN = frozenset({"apps.connections.open"})
_log = logging.getLogger(__name__)


class WebApi:
    """The ASGI application of the Web API."""

    def __init__(self, ws: "Workspace") -> None:
        self._ws = ws
        self._handlers = api.load()
        self._scopes_header = ",".join(sorted(ws.scopes)).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        started = time.perf_counter()
        name = scope["path"].rsplit("/api/", 1)[-1].strip("/")
        try:
            body = await read_body(receive)
        except SlackError as too_big:
            await self._answer(send, too_big.status, too_big.answer(), {})
            return
        faults = self._ws.faults
        if faults.waiting:
            if delay := faults.take(name, "delay"):
                await asyncio.sleep(delay.seconds)
            if faults.take(name, "drop_before"):
                await drop(scope, receive)
                return
        if interruption := faults.interruption(name, "before"):
            await run_in_threadpool(interruption)
        headers = {key: value for key, value in scope["headers"] if key in (b"authorization", b"content-type")}
        status, answer, extra = self.call(name, headers, scope.get("query_string", b""), body, started)
        if interruption := faults.interruption(name, "after"):
            await run_in_threadpool(interruption)
        if faults.waiting and faults.take(name, "drop_after"):
            await drop(scope, receive)
            return
        await self._answer(send, status, answer, extra)

    def call(
        self, name: str, headers: dict[bytes, bytes], query: bytes, body: bytes, started: float
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """One call: HTTP status, JSON answer and extra headers; it is written into the inspector."""
        ws = self._ws
        seen: dict[str, Any] = {}
        status, extra, injected = 200, {}, False
        try:
            answer = self._work(name, headers, query, body, seen)
        except SlackError as refused:
            status, answer, extra, injected = refused.status, refused.answer(), refused.headers, refused.injected
        except Exception:
            # A fault of the sandbox itself: Slack answers its own accidents with this code, and the log has the story.
            _log.exception("the sandbox failed in %s", name)
            answer = {"ok": False, "error": "internal_error"}
        ms = (time.perf_counter() - started) * 1000
        number = ws.requests.next_number()
        broken = None if answer["ok"] or injected else violation(name, answer)
        ws.requests.add(Request(number, name, seen, answer, status, ms, ws.clock.now(), broken))
        ws.state.tell("request", {"number": str(number)})
        return status, answer, extra

    def _work(
        self, name: str, headers: dict[bytes, bytes], query: bytes, body: bytes, seen: dict[str, Any]
    ) -> dict[str, Any]:
        ws = self._ws
        if ws.faults.down:
            raise SlackError("service_unavailable", status=503)
        method = METHODS.get(name)
        handler = self._handlers.get(name)
        if method is None or handler is None:
            raise SlackError("unknown_method", req_method=name)
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        seen.update(arguments.raw(content_type, query, body, form_only=method.form_only))
        self._authenticate(method, headers, str(seen.pop("token", "")))
        ws.faults.check(name)
        if method.scopes and not ws.scopes.intersection(method.scopes):
            raise api.missing_scope(ws, method.scopes)
        values = arguments.read(method, seen)
        seen.update(values)
        ws.limits.check(method)
        with ws.state.change():
            return {"ok": True, **handler(api.Call(ws, method, values))}

    def _authenticate(self, method: Method, headers: dict[bytes, bytes], form_token: str) -> None:
        if method.name in _NO_TOKEN:
            return
        word, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if not token and method.name not in _APP_TOKEN:
            token = form_token
        elif word.lower() != "bearer":
            token = ""
        if not token:
            raise SlackError("not_authed")
        if token not in (self._ws.bot_token, self._ws.app_token):
            raise SlackError("invalid_auth")
        if (token == self._ws.app_token) != (method.name in _APP_TOKEN):
            raise SlackError("not_allowed_token_type")

    async def _answer(self, send: Send, status: int, answer: dict[str, Any], extra: dict[str, str]) -> None:
        body = json.dumps(answer, separators=(",", ":")).encode()
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"x-oauth-scopes", self._scopes_header),
            *((key.lower().encode(), value.encode()) for key, value in extra.items()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive, most: int = BODY_BYTES) -> bytes:
    """The whole body; raises SlackError (HTTP 413) beyond `most` bytes, after reading the rest away."""
    message = await receive()
    body: bytes = message.get("body", b"")
    size = len(body)
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        size += len(message.get("body", b""))
        if size <= most:
            parts.append(message.get("body", b""))
    if size > most:
        raise SlackError("request_timeout", status=413)
    return b"".join(parts) if len(parts) > 1 else body


async def drop(scope: Scope, receive: Receive) -> None:
    """Cut the connection without an answer."""
    abort = scope.get(DROP)
    if abort is None:
        raise RuntimeError("connections can be dropped only under sandbox.server, which has the protocol for it")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
