"""Somebody else's API for tests: a real socket, its documented rules, and trouble on demand."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jsonschema import Draft202012Validator


class Office(ABC):
    """`calls` are the requests as (method, path); `wrong` is what broke the documented rules. It must stay empty."""

    root = "/"
    authorization: str  # what each request must bear

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []  # given in place of the next answers, and nothing is done
        self.loses_answers = 0  # so many requests are carried out, and the connection is cut
        self.meanwhile: list[Callable[[], None]] = []  # what happens elsewhere before the next answers leave
        self.breaks: list[tuple[str, str, bool]] = []  # method, end of the path, whether it is carried out before that
        self._server: ThreadingHTTPServer | None = None

    def opens(self, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"office": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def closes(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.root}"

    @abstractmethod
    def answer(self, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, object]:
        """What the API answers to a request that may come in; a third part would be headers."""

    def check(self, schema: dict, body: object) -> bool:
        """Whether a request's body is as documented; what is not is remembered."""
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(body)]
        self.wrong += wrong
        return not wrong


class _Handler(BaseHTTPRequestHandler):
    office: Office

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _take(self) -> None:
        office = self.office
        office.calls.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("authorization") != office.authorization:
            self._give(401, {"message": "Bad credentials"})
        elif (cut := self._cut()) is not None:
            if cut:
                office.answer(self.command, self.path, json.loads(body) if body else None, headers)
            self.close_connection = True
        elif office.answers:
            status, more = office.answers.pop(0)
            self._give(status, {"error": "trouble"}, more)
        else:
            status, answer, *more = office.answer(self.command, self.path, json.loads(body) if body else None, headers)
            if office.meanwhile:
                office.meanwhile.pop(0)()
            if office.loses_answers and self.command != "GET":
                office.loses_answers -= 1
                self.close_connection = True
                return
            self._give(status, answer, *more)

    def _cut(self) -> bool | None:
        """Whether the connection is to be cut, and after the work; each time once."""
        for one in self.office.breaks:
            method, end, carried_out = one
            if self.command == method and self.path.endswith(end):
                self.office.breaks.remove(one)
                return carried_out
        return None

    do_GET = do_POST = do_PATCH = do_PUT = _take  # noqa: N815 -- the library's names

    def _give(self, status: int, answer: object, headers: dict[str, str] | None = None) -> None:
        written = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(written))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(written)
