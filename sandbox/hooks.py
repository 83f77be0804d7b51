"""Response URLs over HTTP: `POST /hooks/…`."""

import json
import time
from typing import TYPE_CHECKING, Any

from sandbox import answers
from sandbox.errors import SlackError
from sandbox.inspector import Request
from sandbox.violations import violation
from sandbox.webapi import Receive, Scope, Send, drop, read_body

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

NAME = "response_url"  # how the inspector and the faults call it


class Hooks:
    """The ASGI application of the response URLs. The answer is the word `ok`, or JSON with an error and HTTP 404 or 400."""

    def __init__(self, ws: "Workspace") -> None:
        self._ws = ws

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        faults = self._ws.faults
        given: dict[str, Any] = {}
        broken = None
        try:
            body = await read_body(receive)
            if faults.take(NAME, "drop_before"):
                await drop(scope, receive)
                return
            given = _object(body)
            self._answer(scope["path"], given)
            status, answer = 200, {"ok": True}
        except SlackError as refused:
            status = refused.status if refused.status != 200 else 400
            answer = refused.answer()
            broken = None if refused.injected else violation(NAME, answer)
        if faults.take(NAME, "drop_after"):
            await drop(scope, receive)
            return
        self._note(given, answer, status, started, broken)
        text = b"ok" if status == 200 else json.dumps(answer).encode()
        kind = b"text/plain" if status == 200 else b"application/json; charset=utf-8"
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": text})

    def _answer(self, path: str, given: dict[str, Any]) -> None:
        ws = self._ws
        if ws.faults.down:
            raise SlackError("service_unavailable", status=503)
        ws.faults.check(NAME)
        with ws.state.change():
            answers.give(ws, ws.tickets.spend(path), given)

    def _note(
        self, given: dict[str, Any], answer: dict[str, Any], status: int, started: float, broken: str | None
    ) -> None:
        ws = self._ws
        ms = (time.perf_counter() - started) * 1000
        number = ws.requests.next_number()
        ws.requests.add(Request(number, NAME, given, answer, status, ms, ws.clock.now(), broken))
        ws.state.tell("request", {"number": str(number)})


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise SlackError("invalid_payload") from None
    if not isinstance(given, dict):
        raise SlackError("invalid_payload")
    return given
