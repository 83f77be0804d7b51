"""The log: one line an event, and nothing of what people wrote in it."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from bot import commands, logs
from bot.errors import SlackUnclear
from tests.stories.conftest import Stage, on_stage  # noqa: F401 -- a fixture is found by its name

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) bot\.delivery: .+\n")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_a_line(log: io.StringIO) -> None:
    logging.getLogger("bot.delivery").info("carried %s", "Say")
    logging.getLogger("bot.delivery").warning("two\nlines\r\nbecome one")
    first, second = log.getvalue().splitlines(keepends=True)
    assert LINE.fullmatch(first)
    assert LINE.fullmatch(second)
    assert "two lines" in second


def test_an_error_is_told_by_kind_and_place_and_not_by_its_text(log: io.StringIO) -> None:
    """Its text quotes what it is about: a password, a message, a name."""
    try:
        int("hunter2")
    except ValueError:
        logging.getLogger("bot.delivery").exception("carrying %s failed", "Say")
    assert LINE.fullmatch(log.getvalue())
    assert "[ValueError at tests/cli/test_logs.py:" in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_our_own_errors_are_told_in_full(log: io.StringIO) -> None:
    try:
        raise SlackUnclear("chat.postMessage", "timeout") from ValueError("hunter2")
    except SlackUnclear:
        logging.getLogger("bot.delivery").exception("later")
    assert "SlackUnclear: Slack answered timeout to chat.postMessage at" in log.getvalue()
    assert "because of ValueError" in log.getvalue()
    assert "hunter2" not in log.getvalue()


@pytest.mark.parametrize("library", ["slack_sdk.web.client", "slack_bolt.App", "apscheduler", "sqlalchemy.engine"])
def test_libraries_do_not_chat(log: io.StringIO, library: str) -> None:
    """Their lower levels print whole payloads."""
    logging.getLogger(library).debug("body: hunter2")
    logging.getLogger(library).info("body: hunter2")
    assert log.getvalue() == ""


SECRETS = re.compile("hunter|xoxb-|xapp-")


def test_nothing_that_people_wrote_is_logged(
    log: io.StringIO,
    on_stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Through commands, forms, messages and pins, through Slack's troubles, a bug of ours, and a dead letter."""
    logs.configure(log, level=logging.DEBUG)
    story = on_stage()
    ana, bo = story.people("Ana", "Bo")
    faults = story.slack.faults
    faults.http_error("chat.postMessage", 503, times=3)
    faults.refuse("pins.add", "fatal_error", times=1)
    room = ana.declares("hunter one", summary="hunter two", severity="sev1")
    for _ in range(3):
        story.passes(seconds=61)
    ana.types("/incident note hunter three", room)
    ana.reacts("pushpin", ana.says("hunter four", room))
    faults.refuse("chat.postMessage", "restricted_action", times=1)
    ana.types("/incident update hunter five", room)
    ana.types("/incident hunter six", room)
    bo.types("/incident status INC-1 hunter seven")
    monkeypatch.setitem(commands.TYPED, "note", lambda _, asked: int(asked.rest))
    ana.types("/incident note hunter eight", room)

    written = log.getvalue()
    assert "WARNING bot.delivery: " in written
    assert "ERROR bot.delivery: Say of incident 1 cannot be delivered" in written
    assert "ERROR bot.commands: unexpected error" in written
    assert "ValueError at tests/cli/test_logs.py" in written
    assert not SECRETS.search(written)
