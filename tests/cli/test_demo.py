"""The demo: up by itself, prepared once, and what happened in it survives a kill."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import demo, policy, scenario
from bot.errors import BadPolicy
from bot.scenario import DemoFailed, LocalSlack
from bot.settings import Settings
from db import queries
from db.enums import Phase, ReviewState
from db.records import Record
from db.store import Store
from tests.cli.conftest import Tocsin
from tests.processes import Forked

ROOT = Path(__file__).parents[2]
CARDS, LOGINS = "Card payments are refused", "Nobody in Europe can log in"
PATIENCE = 60.0
UP = re.compile(r"Open (http://127\.0\.0\.1:\d+)/")


@pytest.fixture
def starts(desk: Path) -> Iterator[Callable[..., Forked]]:
    """Starts `tocsin demo` on the desk, with whatever options."""
    ours = {str(field.alias) for field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    started: list[Forked] = []

    def start(*options: str) -> Forked:
        started.append(Forked("demo", *options, environment=environment, folder=desk))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def address(process: Forked) -> str:
    """Where the workspace is, as the demo says once it is up."""
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        if found := UP.search(line):
            return found[1]
    raise AssertionError(process.stderr.read())


def records(desk: Path) -> list[Record]:
    """What is known of each incident."""
    store = Store(f"sqlite:///{desk / '.demo' / 'tocsin.db'}", lambda: datetime.now(UTC))
    with store.read() as session:
        found = [queries.record(session, incident.id) for incident in queries.incidents_all(session)]
    store.close()
    return found


def channels(url: str) -> dict[str, list[str]]:
    """The channels, with what is said in each."""
    state = LocalSlack(url).get("/sandbox/state")
    return {
        channel.get("name", channel["id"]): [message["ts"] for message in channel["messages"]]
        for channel in state["channels"]
    }


def declare_at_once(port: int) -> None:
    """Somebody has the page open from the last time, and declares as soon as the bot answers."""
    slack, deadline = LocalSlack(f"http://127.0.0.1:{port}"), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, DemoFailed):
            slack.act("Bo", "types", text="/incident declare sev3 The printer burns", channel="#incidents")
            return
    raise AssertionError("The bot does not answer.")


@pytest.mark.long
def test_everything_is_there_after_a_kill_and_only_once(starts: Callable[..., Forked], desk: Path) -> None:
    demo = starts("--port", str(port := a_free_port()))
    declare_at_once(port)
    before = channels(address(demo))
    incidents = records(desk)
    titled = {record.incident.title: record for record in incidents}
    check_prepared(titled[CARDS], titled[LOGINS])
    assert set(titled) == {"The printer burns", CARDS, LOGINS}
    rooms = ((titled[CARDS], "card-payments-are-refused"), (titled[LOGINS], "nobody-in-europe-can-log-in"))
    assert {"incidents", *(f"inc-{record.incident.id}-{name}" for record, name in rooms)} <= set(before)

    demo.kill()  # The workspace follows by itself.
    again = starts()
    assert channels(address(again)) == before
    assert records(desk) == incidents

    again.tells_another_thread(signal.SIGINT)
    out, err = again.communicate()
    assert (again.wait(), err) == (0, "")
    assert "Stopped. Everything is kept in .demo." in out
    assert (desk / ".demo" / "tocsin.log").read_text() == ""


def check_prepared(ended: Record, going_on: Record) -> None:
    """One incident has ended with all that belongs to it, the other is half done."""
    assert ended.incident.phase is Phase.CLOSED
    assert ended.review is not None
    assert ended.review.state is ReviewState.DONE
    assert len(ended.actions) == 2
    assert [(factor.kind, factor.root_cause, len(factor.whys)) for factor in ended.factors] == [
        ("process", True, 3),
        ("detection", False, 0),
    ]
    kinds = {entry.kind.value for entry in ended.timeline}
    assert {"role", "phase", "note", "update", "pinned", "answer", "contained", "verified", "closed"} <= kinds
    assert (going_on.incident.phase, going_on.incident.severity) == (Phase.CONTAINMENT, "sev1")
    assert going_on.incident.contained_at is None
    assert going_on.roles == {"commander": "U0MIA", "primary": "U0BO", "comms": "U0KAI"}
    assert ended.undelivered == going_on.undelivered == ()


def a_free_port() -> int:
    """One that nobody had a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def test_fresh_begins_anew(desk: Path) -> None:
    home = desk / ".demo"
    (home / "uploads").mkdir(parents=True)
    for name in ("lock", "ready", "slack.db", "tocsin.db", "policy.yml"):
        (home / name).write_text("from an earlier demo")
    demo.forget()
    assert {path.name for path in home.iterdir()} == {"lock", "policy.yml"}
    assert (home / "policy.yml").read_text() == demo.RULES


def test_only_one_demo_at_a_time(desk: Path) -> None:
    (desk / ".demo").mkdir()
    with demo.alone(), pytest.raises(DemoFailed, match="A demo runs here already"), demo.alone(patience=0):
        pass


def test_a_port_that_is_taken(tocsin: Tocsin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        reply = tocsin("demo", "--port", str(port))
    assert (reply.code, reply.said) == (1, f"Port {port} is taken. Choose another: `make demo PORT=8200`.")


def test_its_policy_may_be_changed(desk: Path) -> None:
    """It is a file like any other."""
    (desk / "policy.yml").write_text(demo.RULES)
    assert policy.load(desk / "policy.yml").role("commander").default == "U0MIA"
    (desk / "policy.yml").write_text(demo.RULES.replace("U0MIA", "Mia"))
    with pytest.raises(BadPolicy):
        policy.load(desk / "policy.yml")


def test_a_form_is_filled_in_by_the_names_of_its_blocks() -> None:
    def block(name: str, element: dict[str, object]) -> dict[str, object]:
        return {"type": "input", "block_id": name, "element": {"action_id": f"a-{name}", **element}}

    options = [{"value": "yes"}, {"value": "no"}]
    form = {
        "blocks": [
            {"type": "section", "block_id": "words"},
            block("title", {"type": "plain_text_input"}),
            block("sure", {"type": "radio_buttons", "options": options}),
            block("private", {"type": "checkboxes", "options": options[:1]}),
            block("who", {"type": "users_select"}),
        ]
    }
    assert scenario.filled(form, {"title": "Fire", "sure": "no", "private": True, "who": "U0BO"}) == {
        "title": {"a-title": {"type": "plain_text_input", "value": "Fire"}},
        "sure": {"a-sure": {"type": "radio_buttons", "selected_option": {"value": "no"}}},
        "private": {"a-private": {"type": "checkboxes", "selected_options": options[:1]}},
        "who": {"a-who": {"type": "users_select", "selected_user": "U0BO"}},
    }
    with pytest.raises(DemoFailed, match="No form asks for colour"):
        scenario.filled(form, {"colour": "red"})


def test_help_says_how_to_begin_anew(tocsin: Tocsin) -> None:
    assert "Begin anew" in tocsin("demo", "--help").out
