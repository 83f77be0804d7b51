"""HTTP mode: Slack calls the bot, signed, instead of the bot listening on a socket."""

import http.client
import socket
import time
from datetime import UTC, datetime

import pytest
import yaml

from bot import settings, web
from bot.app import Tocsin
from bot.policy import load
from sandbox import Workspace, running
from tests.story import MANIFEST, PEOPLE, SlackClock, Story


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def story(database_url, clock, port):
    address = f"http://127.0.0.1:{port}/slack/events"
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["settings"]["socket_mode_enabled"] = False
    manifest["settings"]["interactivity"]["request_url"] = address
    manifest["settings"]["event_subscriptions"]["request_url"] = address
    manifest["features"]["slash_commands"][0]["url"] = address
    slack = Workspace(manifest, clock=SlackClock(clock))
    for name in PEOPLE:
        slack.add_person(name, email=f"{name.lower()}@example.com")
    slack.add_channel("incidents", members=list(PEOPLE), with_app=True)
    with running(slack) as server:
        environment = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": server.api_url,
            "DATABASE_URL": database_url,
            "TOCSIN_HTTP": f"127.0.0.1:{port}",
        }
        found = settings.load(need_slack=True, env=environment)
        bot = Tocsin(found, load(), clock)
        bot.connect()
        routes = web.application(bot.parts, connected=bot.connected, slack=bot.bolt)
        listening = web.Server(routes, found.http)
        listening.start()
        yield Story(slack, bot, clock)
        listening.stop()
        bot.stop()


def post(port, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/slack/events", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


# Slack signs with the real time, and Bolt compares with it: here the story's clock must not stand in 2026.
@pytest.fixture
def clock(clock):
    clock.moves_to(datetime.fromtimestamp(time.time(), UTC))
    return clock


def test_an_incident_lives_over_http_too(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="sev1")
    bo.person.joins(room.id)
    ana.clicks("Assessment", on=room.card)
    message = bo.says("The disk is full", room)
    ana.reacts("pushpin", message)
    assert room.card.shows("Assessment", "SEV1")
    assert "pinned" in story.told(1)
    assert story.violations() == []


def test_what_is_not_signed_by_slack_is_not_heard(story, port):
    body = "command=%2Fincident&text=declare+Forged&user_id=U0ANA&channel_id=C1&trigger_id=1.2.a"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    stamp = str(int(time.time()))
    assert post(port, body, **form)[0] == 401
    forged = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=" + "0" * 64}
    assert post(port, body, **form, **forged)[0] == 401
    assert story.rooms() == []


def test_a_request_over_a_megabyte_is_not_read(story, port):
    assert post(port, b"x" * 1_000_001, **{"Content-Type": "application/json"})[0] == 413
