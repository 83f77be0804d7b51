"""Whatever is sent to the bot's own address is answered: what Slack did not sign is turned away, and no body breaks it."""

import hashlib
import hmac
import http.client
import io
import json
import os
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import settings as configuration
from bot import web
from bot.app import Tocsin
from bot.commands import CLICKS, EVENTS, FORMS, SHORTCUTS
from bot.settings import HttpAddress
from tests.durability.forging import TEXTS, USERS
from tests.durability.stage import Stage

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES = 5000 if NIGHTLY else 100
SECRET = "0123456789abcdef0123456789abcdef"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"

leaves = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, USERS)
names = st.sampled_from(
    ["actions", "channel", "user", "view", "event", "message", "text", "type", "id", "blocks", "state"]
)
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)
sorts = st.sampled_from(
    ["block_actions", "view_submission", "shortcut", "message_action", "event_callback", "url_verification"]
)
things = st.sampled_from(sorted({*CLICKS, *EVENTS, *FORMS, *SHORTCUTS, "/incident"}))
payloads = st.one_of(
    anything,
    st.fixed_dictionaries(
        {"type": sorts},
        optional=dict.fromkeys(
            ("user", "view", "actions", "channel", "container", "event", "event_id", "message", "team", "trigger_id"),
            anything,
        )
        | {"callback_id": st.one_of(things, anything), "challenge": anything},
    ),
)
fields = st.dictionaries(
    st.sampled_from(["command", "text", "user_id", "channel_id", "trigger_id", "response_url", "payload", "type"]),
    st.one_of(st.just("/incident"), TEXTS, USERS),
)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


bodies = st.one_of(
    st.tuples(st.sampled_from([FORM, JSON, "text/plain", ""]), st.binary(max_size=60)),
    st.tuples(st.just(JSON), payloads.map(lambda payload: json.dumps(payload).encode())),
    st.tuples(st.just(FORM), payloads.map(lambda payload: urlencode({"payload": json.dumps(payload)}).encode())),
    st.tuples(
        st.just(FORM),
        fields.map(lambda sent: urlencode({name: _encoded(text) for name, text in sent.items()}).encode()),
    ),
)


@pytest.fixture(scope="module")
def line(sqlite_stage: Stage, log: io.StringIO) -> Iterator[http.client.HTTPConnection]:
    """A connection to a bot that is reached over HTTP."""
    environment = {**sqlite_stage.environment, "SLACK_SIGNING_SECRET": SECRET}
    del environment["SLACK_APP_TOKEN"]
    bot = Tocsin(configuration.load(need_slack=True, env=environment), sqlite_stage.policy, sqlite_stage.clock)
    routes = web.application(bot.parts, connected=bot.connected, slack=bot.bolt)
    server = web.Server(routes, HttpAddress(host="127.0.0.1", port=0))
    connection = http.client.HTTPConnection("127.0.0.1", server.start())
    yield connection
    connection.close()
    server.stop()
    bot.parts.store.close()


@settings(
    max_examples=EXAMPLES,
    derandomize=not NIGHTLY,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(sent=bodies, signed=st.integers(0, 3))
def test_every_body_is_answered(
    line: http.client.HTTPConnection, log: io.StringIO, sent: tuple[str, bytes], signed: int
):
    kind, body = sent
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
    if not signed:
        headers["X-Slack-Signature"] = "v0=" + "0" * 64
    line.request("POST", "/slack/events", body, headers)
    answer = line.getresponse()
    answer.read()
    assert signed or answer.status in (400, 401)
    assert "uvicorn" not in log.getvalue(), "it was not answered by us"
    assert "Traceback" not in log.getvalue()
