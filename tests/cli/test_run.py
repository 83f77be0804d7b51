"""The bot as a process: it comes up, it says what keeps it from that, and it leaves when it is told to."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.settings import Settings
from sandbox import Workspace, running
from tests.cli.conftest import Tocsin
from tests.processes import LEAVES_WITHIN, Forked
from tests.story import workspace

pytestmark = pytest.mark.waits

ROOT = Path(__file__).parents[2]
LOG_LINE = re.compile(r"\S+Z (INFO|WARNING|ERROR) [\w.]+: .+")

Process = Forked | subprocess.Popen[str]


@pytest.fixture
def slack(clock: MovableClock) -> Iterator[Workspace]:
    with running(workspace(clock)) as server:
        yield server.ws


@pytest.fixture
def runs(slack: Workspace, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `tocsin run` against the workspace, with other settings if need be."""
    ours = {str(field.alias) for field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | slack.settings()
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'tocsin.db'}", "TOCSIN_HTTP": "127.0.0.1:0"}
    started: list[Process] = []

    def run(*, anew: bool = False, **settings: str) -> Process:
        """`anew` loads the program, as in life; otherwise it is forked from one that has loaded it."""
        everything = environment | settings
        if anew:
            command = [sys.executable, "-m", "bot", "run"]
            everything |= {"PYTHONPATH": str(ROOT)}
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            started.append(subprocess.Popen(command, cwd=tmp_path, env=everything, text=True, **pipes))
        else:
            started.append(Forked("run", environment=everything, folder=tmp_path))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def health(port: int) -> Any:
    """What the bot says of itself, once its port listens: the log may be a moment ahead."""
    deadline = time.monotonic() + 5
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                return json.load(answer)
        except urllib.error.URLError:
            assert time.monotonic() < deadline


def last_line(process: Process) -> str:
    """What it said in the end, when it did not come up."""
    assert process.stderr is not None
    lines = process.stderr.read().splitlines()
    assert not [line for line in lines if "Traceback" in line]
    return lines[-1]


def test_it_comes_up_and_leaves(runs: Callable[..., Process]) -> None:
    bot = runs(anew=True)
    assert bot.stderr is not None
    up = bot.stderr.readline()
    port = re.search(r"INFO bot.app: tocsin is up; health on port (\d+)$", up)
    assert port, up
    assert health(int(port[1])) == {"ready": True, "database": True, "slack": True, "degraded": False}
    bot.send_signal(signal.SIGTERM)
    rest = bot.stderr.read()
    assert bot.wait() == 0
    assert all(LOG_LINE.fullmatch(line) for line in [up.rstrip("\n"), *rest.splitlines()])


def test_it_leaves_whichever_of_its_threads_is_told(runs: Callable[..., Process]) -> None:
    bot = runs()
    assert isinstance(bot, Forked)
    port = re.search(r"health on port (\d+)$", said(bot, "is up"))
    assert port
    health(int(port[1]))
    bot.tells_another_thread(signal.SIGTERM)
    assert bot.wait(LEAVES_WITHIN) == 0


def test_the_policy_is_read_again_when_told_to(runs: Callable[..., Process], tmp_path: Path) -> None:
    """SIGHUP. A wrong policy is named with file, line and sentence, and the one before stays in force."""
    rules = tmp_path / "policy.yml"
    rules.write_text("rooms: {prefix: fire}\n")
    bot = runs(TOCSIN_POLICY=str(rules))
    assert bot.stderr is not None
    port = re.search(r"health on port (\d+)$", bot.stderr.readline())
    assert port
    health(int(port[1]))
    rules.write_text("review:\n  chase: {cron: '0 9 * * funday'}\n")
    bot.send_signal(signal.SIGHUP)
    assert f"the one before stays in force: {rules}:2: review.chase.cron: cannot read 'funday'" in said(bot, "policy")
    assert b"tocsin_policy_refused 1.0" in metrics(int(port[1]))
    rules.write_text("review:\n  chase: {cron: '30 8 * * mon-fri'}\n")
    bot.send_signal(signal.SIGHUP)
    assert f"the policy of {rules} is in force since" in said(bot, "policy")
    assert b"tocsin_policy_refused 0.0" in metrics(int(port[1]))
    bot.send_signal(signal.SIGTERM)
    assert bot.wait() == 0


def said(process: Process, word: str) -> str:
    """The next line of the log that holds the word."""
    assert process.stderr is not None
    while word not in (line := process.stderr.readline()):
        assert line, "it ended"
    return line


def metrics(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return bytes(answer.read())


def test_what_a_terminal_declares_the_running_bot_carries(
    runs: Callable[..., Process], tocsin: Tocsin, slack: Workspace, tmp_path: Path
) -> None:
    bot = runs()
    assert bot.stderr is not None
    assert "tocsin is up" in bot.stderr.readline()
    announced = threading.Event()
    stop = slack.on_change(lambda kind, _: announced.set() if kind == "message" and announcements(slack) else None)
    reply = tocsin("declare", "Checkout is down", "--by", "U0ANA", DATABASE_URL=f"sqlite:///{tmp_path / 'tocsin.db'}")
    assert reply.code == 0
    assert announced.wait(20)
    stop()
    assert slack.channel("inc-1-checkout-is-down")["members"]


def announcements(slack: Workspace) -> list[dict[str, Any]]:
    return slack.messages("incidents")


def test_an_address_that_is_taken(runs: Callable[..., Process]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bot = runs(TOCSIN_HTTP=f"127.0.0.1:{taken.getsockname()[1]}")
        assert "tocsin: TOCSIN_HTTP: 127.0.0.1:" in last_line(bot)
        assert bot.wait() == 2


def test_slack_is_away(runs: Callable[..., Process]) -> None:
    """It comes up without: there is work that needs no Slack, and it connects when Slack is back."""
    bot = runs(SLACK_API_URL="http://127.0.0.1:1/api/")
    assert bot.stderr is not None
    lines = [bot.stderr.readline()]
    while not (up := re.search(r"tocsin is up; health on port (\d+)$", lines[-1])):
        lines.append(bot.stderr.readline())
    assert any("Slack at http://127.0.0.1:1/api/ does not answer" in line for line in lines)
    with pytest.raises(urllib.error.HTTPError) as not_ready:
        urllib.request.urlopen(f"http://127.0.0.1:{up[1]}/readyz")
    assert json.load(not_ready.value)["slack"] is False
    bot.send_signal(signal.SIGTERM)
    assert bot.wait() == 0


def test_a_token_that_slack_does_not_know(runs: Callable[..., Process]) -> None:
    bot = runs(SLACK_APP_TOKEN="xapp-not-this-one")
    assert last_line(bot) == "tocsin: SLACK_APP_TOKEN: Slack answered invalid_auth. `tocsin doctor` says more."
    assert bot.wait() == 2


def test_the_database_is_away(runs: Callable[..., Process]) -> None:
    bot = runs(DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/tocsin")
    line = last_line(bot)
    assert "me:***@127.0.0.1:1/tocsin does not answer" in line
    assert bot.wait() == 1
