"""HTTP mode: payloads are POSTed to the request URLs of the manifest, signed.

Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack. Retries of events carry
`x-slack-retry-num` and `x-slack-retry-reason`; `x-slack-no-retry: 1` on a bad answer stops them.
https://docs.slack.dev/apis/events-api#retries
"""

import asyncio
import hashlib
import hmac
import http.client
import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from sandbox.inspector import Delivery

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

MOST_REDIRECTS = 2


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v0=` and the HMAC-SHA256 of `v0:{timestamp}:{body}`."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the app's server answered; `failure` is a reason of Slack's when it was no good answer."""

    status: int
    body: bytes
    no_retry: bool = False
    failure: str = ""


class RequestUrls:
    """The courier's transport over HTTP; a few threads, because the standard library's client blocks."""

    def __init__(self, ws: "Workspace") -> None:
        self._ws = ws
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sandbox-request-url")

    def send(self, delivery: Delivery) -> bool:
        """POST in the background; False when the manifest has no address for this kind of payload."""
        url = self._url(delivery)
        if url is None:
            return False
        body, kind = _encoded(delivery)
        headers = self._headers(delivery, body, kind)
        loop = asyncio.get_running_loop()
        seconds = self._ws.courier.ack_seconds

        def work() -> None:
            reply = post(url, body, headers, seconds)
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._answered, delivery, reply)

        self._threads.submit(work)
        return True

    def forget(self, delivery: Delivery) -> None:
        """Nothing is kept for an attempt."""

    def _url(self, delivery: Delivery) -> str | None:
        settings = self._ws.manifest.settings
        if delivery.kind == "events_api":
            return settings.event_subscriptions.request_url
        if delivery.kind == "slash_commands":
            command = self._ws.manifest.command(delivery.payload["command"])
            return command.url if command else None
        if delivery.payload["type"] == "block_suggestion":
            return settings.interactivity.message_menu_options_url or settings.interactivity.request_url
        return settings.interactivity.request_url

    def _headers(self, delivery: Delivery, body: bytes, kind: str) -> dict[str, str]:
        timestamp = str(int(self._ws.clock.now()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._ws.signing_secret, timestamp, body),
        }
        if delivery.attempt:
            headers["X-Slack-Retry-Num"] = str(delivery.attempt)
            headers["X-Slack-Retry-Reason"] = "http_timeout" if delivery.reason == "timeout" else delivery.reason
        return headers

    def _answered(self, delivery: Delivery, reply: Reply) -> None:
        courier = self._ws.courier
        if not reply.failure and reply.status == 200:
            courier.settle(delivery, "acked", _response(reply.body))
            return
        outcome = "operation_timeout" if reply.failure == "http_timeout" else "dispatch_failed"
        courier.settle(delivery, outcome, reason=reply.failure or "http_error", retry=not reply.no_retry)


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    """Events are JSON, commands a form, interactions JSON inside a form."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _response(body: bytes) -> Any:
    """JSON, or plain text as the text of an answer; nothing for an empty body."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError:
        return {"text": body.decode("utf-8", "replace")}


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> Reply:
    """One POST, following at most two redirects; never raises for what a network can do."""
    for _ in range(MOST_REDIRECTS + 1):
        parts = urlsplit(url)
        factory = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = factory(parts.hostname or "", parts.port, timeout=seconds)
        try:
            connection.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except TimeoutError:
            return Reply(0, b"", failure="http_timeout")
        except ssl.SSLError:
            return Reply(0, b"", failure="ssl_error")
        except (OSError, http.client.HTTPException):
            return Reply(0, b"", failure="connection_failed")
        finally:
            connection.close()
        if answer.status not in (301, 302, 307, 308):
            return Reply(answer.status, content, no_retry=answer.getheader("x-slack-no-retry") == "1")
        url = urljoin(url, answer.getheader("location") or "")
    return Reply(0, b"", failure="too_many_redirects")


def verify(url: str, token: str, seconds: float = 3.0) -> bool:
    """Slack's check of an events address: `url_verification` with a challenge that must come back."""
    challenge = hashlib.sha256(url.encode()).hexdigest()
    body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"}).encode()
    reply = post(url, body, {"Content-Type": "application/json"}, seconds)
    return reply.status == 200 and challenge.encode() in reply.body
