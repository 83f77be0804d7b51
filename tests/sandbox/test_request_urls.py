"""HTTP mode: what is POSTed to the app's own server, signed, and sent again when it was not taken."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.signature import Clock, SignatureVerifier

from sandbox import Workspace, running
from sandbox.request_urls import verify
from tests.sandbox.conftest import manifest, populated


@dataclass
class Site:
    """The app's server: remembers what it gets, answers what it is told to."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    app: App | None = None

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.got.append((path, headers, body))
        if self.answers:
            return self.answers.pop(0)
        if self.app:
            answer = self.app.dispatch(BoltRequest(body=body.decode(), headers=headers))
            return answer.status, {}, answer.body.encode()
        return 200, {}, b""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra, content = site.answer(self.path, headers, body)
            self.send_response(status)
            for name, value in {**extra, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ws(site: Site, clock) -> Iterator[Workspace]:
    http_mode = manifest(
        socket_mode_enabled=False,
        interactivity={"is_enabled": True, "request_url": f"{site.url}/interactive"},
        event_subscriptions={"request_url": f"{site.url}/events", "bot_events": ["message.channels"]},
    )
    for command in http_mode["features"]["slash_commands"]:
        command["url"] = f"{site.url}/command"
    ws = populated(Workspace(http_mode, clock=clock))
    with running(ws):
        yield ws


def test_everything_is_signed(site: Site, ws: Workspace, clock):
    ws.person("Ana").says("hello", "#dev")
    ws.person("Ana").types("/deploy now", "#dev")
    ws.person("Ana").shortcut("Open a ticket")
    assert ws.quiet()

    class Frozen(Clock):
        def now(self) -> float:
            return clock.now()

    verifier = SignatureVerifier(ws.signing_secret, clock=Frozen())
    assert sorted(path for path, _, _ in site.got) == ["/command", "/events", "/interactive"]
    assert all(verifier.is_valid_request(body, headers) for _, headers, body in site.got)
    forged = SignatureVerifier("another secret", clock=Frozen())
    assert not any(forged.is_valid_request(body, headers) for _, headers, body in site.got)


def test_each_kind_has_its_form(site: Site, ws: Workspace):
    ws.person("Ana").says("hello", "#dev")
    assert ws.quiet()
    ws.person("Ana").types("/deploy now", "#dev")
    ws.person("Ana").shortcut("Open a ticket")
    (_, event_headers, event), (_, _, command), (_, _, interaction) = site.got
    assert event_headers["content-type"] == "application/json"
    assert json.loads(event)["event"]["text"] == "hello"
    assert parse_qs(command.decode())["text"] == ["now"]
    assert json.loads(parse_qs(interaction.decode())["payload"][0])["callback_id"] == "ticket"
    assert all("x-slack-retry-num" not in headers for _, headers, _ in site.got)


def test_a_command_is_answered_in_the_response(site: Site, ws: Workspace):
    site.answers = [(200, {}, b'{"text": "as JSON"}'), (200, {}, b"as words"), (200, {}, b""), (500, {}, b"")]
    outcomes = [ws.person("Ana").types("/deploy", "#dev") for _ in range(4)]
    assert [one.said for one in outcomes[:3]] == ["as JSON", "as words", None]
    assert outcomes[3].failure == "dispatch_failed"


def test_a_failed_event_comes_again_at_once_and_after_one_and_five_minutes(site: Site, ws: Workspace, clock):
    site.answers = [(500, {}, b"")] * 5
    ws.person("Ana").says("hello", "#dev")
    assert ws.quiet()
    for seconds in (60, 300, 3600):
        clock.moves(seconds)
        ws.run_due()
        assert ws.quiet()
    retries = [(headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for _, headers, _ in site.got]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({json.loads(body)["event_id"] for _, _, body in site.got}) == 1


def test_an_app_can_decline_retries(site: Site, ws: Workspace):
    site.answers = [(500, {"x-slack-no-retry": "1"}, b"")]
    ws.person("Ana").says("hello", "#dev")
    assert ws.quiet()
    assert (len(site.got), ws.courier.retries_waiting) == (1, 0)


def test_two_redirects_are_followed_and_three_are_too_many(site: Site, ws: Workspace):
    away = (307, {"Location": f"{site.url}/elsewhere"}, b"")
    site.answers = [away, away]
    ws.person("Ana").says("hello", "#dev")
    assert ws.quiet()
    assert ws.deliveries[-1].outcome == "acked"
    site.answers = [away, away, away]
    ws.person("Ana").says("hello again", "#dev")
    assert ws.quiet()
    assert site.got[-1][1]["x-slack-retry-reason"] == "too_many_redirects"


def test_a_dead_server_is_a_failed_connection(site: Site, ws: Workspace):
    nowhere = ws.manifest.model_copy(deep=True)
    ws.manifest = nowhere.model_copy(update={"features": _with_url(nowhere, "http://127.0.0.1:1/command")})
    assert ws.person("Ana").types("/deploy", "#dev").failure == "dispatch_failed"


def _with_url(manifest, url):
    commands = tuple(one.model_copy(update={"url": url}) for one in manifest.features.slash_commands)
    return manifest.features.model_copy(update={"slash_commands": commands})


def test_bolt_takes_it(site: Site, ws: Workspace):
    client = WebClient(token=ws.bot_token, base_url=f"{ws.url}/api/")
    # The workspace's clock stands still, far from the machine's: Bolt would take its signatures for replays.
    site.app = App(client=client, request_verification_enabled=False, process_before_response=True)
    heard = []

    @site.app.command("/deploy")
    def deploy(ack):
        ack("from Bolt")

    @site.app.event("message")
    def message(event):
        heard.append(event["text"])

    assert ws.person("Ana").types("/deploy", "#dev").said == "from Bolt"
    ws.person("Ana").says("hello", "#dev")
    assert ws.quiet()
    assert heard == ["hello"]


def test_an_address_is_verified_by_its_challenge(site: Site, ws: Workspace):
    assert not verify(f"{site.url}/events", ws.verification_token)
    challenge = json.loads(site.got[-1][2])
    assert challenge["type"] == "url_verification"
    site.answers = [(200, {}, challenge["challenge"].encode())]
    assert verify(f"{site.url}/events", ws.verification_token)
