"""Slack goes away, or only its connection does; somebody watches."""

import json
import threading
import urllib.request

import pytest

from bot import web
from bot.settings import HttpAddress
from bot.watch import EVERY_SECONDS, SILENT_FOR
from sandbox.sockets import Sockets
from tests import story as stage
from tests.stories.conftest import hang_up

pytestmark = pytest.mark.waits


def looks(story, times=1):
    """The scheduler lets the bot look after Slack, in its rhythm."""
    for _ in range(times):
        story.bot.watch.look()
        story.passes(seconds=EVERY_SECONDS)


@pytest.fixture
def monitoring(story):
    """Where a monitoring system looks."""
    routes = web.application(story.bot.parts, connected=story.bot.connected, slack=None)
    server = web.Server(routes, HttpAddress(host="127.0.0.1", port=0))
    yield f"http://127.0.0.1:{server.start()}"
    server.stop()


def degraded(monitoring):
    with (
        urllib.request.urlopen(f"{monitoring}/readyz") as ready,
        urllib.request.urlopen(f"{monitoring}/metrics") as all_,
    ):
        shown, metrics = json.load(ready)["degraded"], all_.read().decode()
    assert f"tocsin_slack_degraded {float(shown)}" in metrics
    return shown


def test_three_failed_probes_in_a_row_and_the_bot_is_degraded(story, monitoring, caplog):
    faults = story.slack.faults
    faults.http_error("auth.test", 503, times=2)
    looks(story, 3)
    assert not degraded(monitoring), "the third was answered"
    faults.drop_before("auth.test", times=2)
    faults.refuse("auth.test", "account_inactive", times=1)
    looks(story, 2)
    assert not degraded(monitoring)
    looks(story)
    assert degraded(monitoring)
    assert "degraded: Slack does not answer (Slack answered account_inactive to auth.test)" in caplog.text
    looks(story)
    assert not degraded(monitoring)
    assert "Slack answers again" in caplog.text


def test_a_slack_that_is_only_busy_is_not_away(story, monitoring):
    story.slack.faults.rate_limit("auth.test", retry_after=30, times=5)
    looks(story, 5)
    assert not degraded(monitoring)


def test_the_night_is_quiet(story):
    """Nothing comes for a while, but the connection lives: it is left alone."""
    client = story.bot.socket.client
    looks(story)
    session = client.session_id()
    looks(story, 2)
    assert (story.bot.socket.client, client.session_id()) == (client, session)


def falls_silent(story):
    """The socket stays open, but nobody reads from it any more: its thread has died. Gives the client."""
    client = story.bot.socket.client
    client.current_session_state.terminated = True
    client.current_session.ping("wake up")  # the thread waits for a frame: this one's answer is the last it reads
    client.current_session_runner.shutdown()
    looks(story)
    story.clock.moves(SILENT_FOR)
    return client


def came_and_went(story):
    """Set once the workspace has exactly one connection again."""
    one = threading.Event()
    sockets: Sockets = story.slack.sockets

    def changed(kind, _):
        if kind == "socket" and sockets.count == 1:
            one.set()

    story.slack.on_change(changed)
    return one


def test_a_connection_that_fell_silent_is_replaced(story):
    (ana,) = story.people("Ana")
    silent, alone = falls_silent(story), came_and_went(story)
    story.bot.watch.look()
    assert story.bot.socket.client is not silent
    assert story.bot.connected()
    assert silent.closed
    assert alone.wait(5), "the old one was never closed"
    ana.declares("Checkout is down")


def test_a_closed_connection_is_replaced_once_slack_answers(story):
    (ana,) = story.people("Ana")
    client = story.bot.socket.client
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False  # its own reconnection has died
    hung_up = threading.Event()
    client.on_close_listeners.append(lambda *_: hung_up.set())
    story.slack.faults.go_down()
    assert hung_up.wait(5)
    looks(story, 3)
    assert not story.bot.connected()
    story.slack.faults.come_back()
    looks(story)
    assert story.bot.connected()
    assert not story.bot.parts.health.degraded
    ana.declares("Checkout is down")


def test_slack_refuses_a_new_connection(story, caplog):
    """The old one stays, and the next look tries again."""
    silent = falls_silent(story)
    story.slack.faults.refuse("apps.connections.open", "internal_error", times=1)
    story.bot.watch.look()
    assert story.bot.socket.client is silent
    assert story.bot.connected()
    assert "could not be replaced: SlackApiError" in caplog.text
    story.bot.watch.look()
    assert story.bot.socket.client is not silent


def test_a_bot_that_starts_while_slack_is_away(story, database_url, clock, tmp_path):
    """It comes up, and connects when Slack is back. This is a deploy in the middle of an outage."""
    story.slack.faults.go_down()
    api_url = story.bot.parts.settings.slack_api_url
    late = stage.bot(story.slack, api_url, database_url, clock, tmp_path / "policy.yml")
    story.bot.parts.store.close()  # there is one bot on a SQLite file
    late.connect()
    assert not late.connected()
    late.watch.look()
    story.slack.faults.come_back()
    late.watch.look()
    assert late.connected()
    hang_up(story.slack, late)
