"""The sandbox as a process of its own: its command line, its control API, its memory after a SIGKILL."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from slack_sdk import WebClient

from sandbox import Workspace
from tests.sandbox.conftest import manifest, post

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from sandbox import Workspace
from sandbox.__main__ import populate
from sandbox.server import running
ws = Workspace(sys.argv[1], state=sys.argv[2])
populate(ws)
with running(ws) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def manifest_file(tmp_path: Path) -> Path:
    path = tmp_path / "app.yml"
    path.write_text(yaml.safe_dump(manifest()))
    return path


@contextmanager
def process(manifest_file: Path, state: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """A sandbox on a free port: the process and its address."""
    command = [sys.executable, "-c", SERVE, str(manifest_file), str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def act(url: str, person: str, verb: str, **args):
    body = json.dumps({"person": person, "verb": verb, "args": args}).encode()
    status, answer = post(f"{url}/sandbox/act", body, Content_Type="application/json")
    assert status == 200, answer
    return answer


def state_of(url: str):
    with urllib.request.urlopen(f"{url}/sandbox/state") as answer:
        return json.load(answer)


def test_what_was_acknowledged_survives_a_kill(manifest_file: Path, tmp_path: Path):
    kept = tmp_path / "state.db"
    with process(manifest_file, kept) as (running, url):
        client = WebClient(token=Workspace.bot_token, base_url=f"{url}/api/", retry_handlers=[])
        room = client.conversations_create(name="room", is_private=True)["channel"]["id"]
        client.conversations_invite(channel=room, users="U0ANA")
        root = client.chat_postMessage(
            channel=room, text="root", metadata={"event_type": "a", "event_payload": {"k": 1}}
        )
        client.chat_postMessage(channel=room, text="reply", thread_ts=root["ts"])
        gone = client.chat_postMessage(channel=room, text="gone")
        client.chat_delete(channel=room, ts=gone["ts"])
        client.chat_update(channel=room, ts=root["ts"], text="edited")
        client.pins_add(channel=room, timestamp=root["ts"])
        client.bookmarks_add(channel_id=room, title="x", type="link", link="https://example.com")
        client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": [{"type": "divider"}]})
        act(url, "Ana", "reacts", name="eyes", message=root["ts"])
        before = state_of(url)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with process(manifest_file, kept) as (_, url):
        assert state_of(url) == before
        client = WebClient(token=Workspace.bot_token, base_url=f"{url}/api/", retry_handlers=[])
        thread = client.conversations_replies(channel=room, ts=root["ts"])["messages"]
        assert [one["text"] for one in thread] == ["edited", "reply"]
        assert thread[0]["reactions"][0]["name"] == "eyes"
        assert client.pins_list(channel=room)["items"][0]["message"]["text"] == "edited"
        later = client.chat_postMessage(channel=room, text="later")
        assert later["ts"] > gone["ts"]


def test_other_processes_act_as_people(manifest_file: Path, tmp_path: Path):
    with process(manifest_file, tmp_path / "state.db") as (_, url):
        assert act(url, "Ana", "types", text="hello", channel="#general")["outcome"]["ok"]
        assert act(url, "Bo", "sees", channel="#general")["result"][0]["text"] == "hello"
        fault = json.dumps({"fault": "refuse", "args": {"method": "auth.test", "error": "internal_error"}}).encode()
        assert post(f"{url}/sandbox/faults", fault)[1]["waiting"][0]["what"] == "auth.test"
        assert post(f"{url}/sandbox/limits", b'{"on": true}')[1] == {"on": True}
        with urllib.request.urlopen(f"{url}/sandbox/settings") as answer:
            settings = json.load(answer)
        assert settings["SLACK_API_URL"] == f"{url}/api/"
        with urllib.request.urlopen(f"{url}/sandbox/quiet?timeout=1") as answer:
            assert json.load(answer) == {"quiet": True}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )


def test_the_settings_are_printed(manifest_file: Path):
    done = run("--manifest", str(manifest_file), "--print-settings", "--port", "8123")
    assert done.returncode == 0
    settings = dict(line.split("=", 1) for line in done.stdout.split())
    assert settings == {
        "SLACK_BOT_TOKEN": Workspace.bot_token,
        "SLACK_APP_TOKEN": Workspace.app_token,
        "SLACK_SIGNING_SECRET": Workspace.signing_secret,
        "SLACK_API_URL": "http://127.0.0.1:8123/api/",
    }


def test_mistakes_are_told_in_a_line(tmp_path: Path):
    done = run("--manifest", str(tmp_path / "none.yml"))
    assert done.returncode == 2
    assert re.fullmatch(r".*none\.yml: cannot be read \(.*\); give the path of an app manifest\n", done.stderr)


def test_a_taken_port_is_told_before_anything_else(manifest_file: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--manifest", str(manifest_file), "--no-page", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"cannot listen on 127.0.0.1:{port} (Address already in use); choose another --port\n"


def test_help_names_every_option():
    help_text = run("--help").stdout
    for option in ("--manifest", "--port", "--state", "--no-page", "--no-rate-limits", "--print-settings"):
        assert option in help_text


def test_the_example_runs_against_it(tmp_path: Path):
    example = ROOT / "sandbox" / "example"
    with process(example / "app.manifest.yml", tmp_path / "state.db") as (_, url):
        with urllib.request.urlopen(f"{url}/sandbox/settings") as answer:
            environment = {**os.environ, **json.load(answer)}
        with subprocess.Popen([sys.executable, str(example / "app.py")], cwd=ROOT, env=environment) as app:
            try:
                answers = iter(lambda: act(url, "Ana", "types", text="/hello", channel="#general")["outcome"], None)
                first = next(one for one in answers if one["failure"] != "dispatch_failed")
            finally:
                app.kill()
        assert first["said"] == "Hello <@U0ANA>!"


def test_the_import_brings_no_page_along():
    code = "import sys; from sandbox import Workspace, running; running; print('nicegui' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_fixture_can_be_used_by_anyone(pytester_dir: Path):
    (pytester_dir / "app.manifest.yml").write_text(yaml.safe_dump(manifest()))
    (pytester_dir / "test_it.py").write_text(
        "import os\n"
        "from slack_sdk import WebClient\n"
        "def test_it(slack, slack_workspace, slack_clock):\n"
        "    slack_workspace.add_person('Ana')\n"
        "    client = WebClient(token=os.environ['SLACK_BOT_TOKEN'], base_url=os.environ['SLACK_API_URL'])\n"
        "    client.chat_postMessage(channel='U0ANA', text='hello')\n"
        "    assert slack_workspace.person('Ana').direct_messages()[0]['text'] == 'hello'\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "sandbox.testing",
        "-p",
        "no:cacheprovider",
        str(pytester_dir),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=pytester_dir, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def pytester_dir(tmp_path: Path) -> Path:
    path = tmp_path / "somebodys-project"
    path.mkdir()
    (path / "pytest.ini").write_text("[pytest]\n")
    return path
