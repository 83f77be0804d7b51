"""Atlassian Statuspage for tests: its documented requests and answers on a real socket, and trouble on demand."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

KEY = "key-of-the-tests"
PAGE = "pg7tests"
STATES = ["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"]
# What https://developer.statuspage.io documents of POST and PATCH …/incidents, as far as incidents in real time go.
INCIDENT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "status": {"enum": ["investigating", "identified", "monitoring", "resolved"]},
        "impact_override": {"enum": ["none", "minor", "major", "critical", "maintenance"]},
        "body": {"type": "string", "maxLength": 25000},
        "components": {"type": "object", "additionalProperties": {"enum": STATES}},
        "component_ids": {"type": "array", "items": {"type": "string"}},
        "deliver_notifications": {"type": "boolean"},
        "metadata": {"type": "object", "additionalProperties": {"type": "object"}},
    },
}
BODY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["incident"],
    "properties": {"incident": INCIDENT},
}
CREATE = BODY | {"properties": {"incident": INCIDENT | {"required": ["name"]}}}


class Statuspage:
    """`calls` are the requests as (method, path); `wrong` is what broke the documented rules. It must stay empty."""

    def __init__(self) -> None:
        self.incidents: list[dict] = []
        self.calls: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []  # given in place of the next answers, and nothing is done
        self.loses_answers = 0  # so many requests are carried out, and the connection is cut
        self._ids = count(1)
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
        return f"http://127.0.0.1:{self.port}/v1/"

    def answer(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        """What the API answers to a request that may come in."""
        url = urlsplit(path)
        found = re.fullmatch(rf"/v1/pages/{PAGE}(/incidents)?(?:/(\w+))?", url.path)
        if found is None:
            return 404, {"error": "Not found"}
        if method == "POST":
            return self._create(body)
        if method == "PATCH":
            return self._update(found[2], body)
        return self._get(found[1] is not None, found[2], url.query)

    def _get(self, incidents: bool, remote: str | None, query: str) -> tuple[int, object]:  # noqa: FBT001 -- named above
        if not incidents:
            return 200, {"id": PAGE, "name": "Tests"}
        if remote:
            return self._one(remote)
        asked = parse_qs(query)
        size, number = int(asked["limit"][0]), int(asked["page"][0])
        return 200, self.incidents[::-1][size * (number - 1) : size * number]

    def _one(self, remote: str) -> tuple[int, object]:
        known = next((one for one in self.incidents if one["id"] == remote), None)
        return (200, known) if known else (404, {"error": "Not found"})

    def _create(self, body: dict | None) -> tuple[int, object]:
        if not self._check(CREATE, body):
            return 422, {"error": ["Incident is invalid"]}
        made = {"id": f"r{next(self._ids)}", "incident_updates": []}
        self.incidents.append(made)
        self._tell(made, body["incident"])
        return 201, made

    def _update(self, remote: str, body: dict | None) -> tuple[int, object]:
        status, known = self._one(remote)
        if status == 404:
            return status, known
        if not self._check(BODY, body):
            return 422, {"error": ["Incident is invalid"]}
        self._tell(known, body["incident"])
        return 200, known

    def _tell(self, known: dict, told: dict) -> None:
        known.update({name: told[name] for name in ("name", "status", "metadata", "components") if name in told})
        known["incident_updates"].insert(0, {"status": told["status"], "body": told["body"]})

    def _check(self, schema: dict, body: dict | None) -> bool:
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(body)]
        self.wrong += wrong
        return not wrong


class _Handler(BaseHTTPRequestHandler):
    office: Statuspage

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _take(self) -> None:
        office = self.office
        office.calls.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"OAuth {KEY}":
            self._give(401, {"error": "Could not authenticate"})
        elif office.answers:
            status, headers = office.answers.pop(0)
            self._give(status, {"error": "trouble"}, headers)
        else:
            status, answer = office.answer(self.command, self.path, json.loads(body) if body else None)
            if office.loses_answers:
                office.loses_answers -= 1
                self.close_connection = True
                return
            self._give(status, answer)

    do_GET = do_POST = do_PATCH = _take  # noqa: N815 -- the library's names

    def _give(self, status: int, answer: object, headers: dict[str, str] | None = None) -> None:
        written = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(written))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(written)
