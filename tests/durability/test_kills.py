"""A real bot is killed in the middle of its work, and started again.

The crash matrix breaks every call inside one process. Here the kernel does it: SIGKILL, while a call is under way and
others may be too.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from bot.clock import MovableClock
from db.models import Incident
from tests.conftest import DATABASES
from tests.durability.scenes import ongoing
from tests.durability.stage import Stage
from tests.processes import LEAVES_WITHIN, START_SECONDS, Forked

pytestmark = pytest.mark.waits

DECLARE, UPDATE, RAISE = (
    "/incident declare Payments fail",
    "/incident update Half is back",
    "/incident severity {} Look",
)
# What is typed, and the call (with its number) before or after whose work the bot dies.
KILLS = [
    (DECLARE, "conversations.create", 1, "before"),
    (DECLARE, "conversations.create", 1, "after"),
    (DECLARE, "conversations.invite", 1, "after"),
    (DECLARE, "conversations.setTopic", 1, "after"),
    (DECLARE, "conversations.list", 1, "before"),
    (DECLARE, "chat.postMessage", 1, "before"),
    (DECLARE, "chat.postMessage", 1, "after"),
    (DECLARE, "chat.postMessage", 2, "after"),
    (DECLARE, "pins.add", 1, "after"),
    (UPDATE, "chat.postMessage", 1, "after"),
    (UPDATE, "chat.postMessage", 2, "after"),
    (RAISE, "chat.update", 1, "after"),
]


@pytest.fixture(scope="module")
def stage_clock() -> MovableClock:
    """The processes read the machine's clock."""
    return MovableClock(datetime.now(UTC), ticks=True)


@pytest.mark.parametrize(
    ("typed", "method", "nth", "when", "database"),
    [(*kill, DATABASES[turn % 2]) for turn, kill in enumerate(KILLS)],
)
def test_it_is_killed_and_everything_is_there_once(
    starts, stage: Stage, typed: str, method: str, nth: int, when: str, database: str
):
    room = _room(stage)
    bot = starts(stage)
    dead = threading.Event()

    def dies() -> None:
        bot.dies()
        dead.set()

    stage.slack.faults.call(method, _at(nth, dies), when=when, times=nth)
    stage.slack.person("Ana").types(typed.format("sev1"), channel=room)
    assert dead.wait(START_SECONDS)
    stage.slack_catches_up()
    stage.recovers()
    assert stage.wrong() == []


@pytest.mark.parametrize("database", DATABASES)
def test_it_finishes_what_is_in_hand_before_it_leaves(starts, stage: Stage, database: str):
    bot = starts(stage)
    asked, may_answer = threading.Event(), threading.Event()

    def answers_late():
        asked.set()
        may_answer.wait()

    stage.slack.faults.call("chat.postMessage", answers_late, when="after")
    stage.slack.person("Ana").types(DECLARE)
    assert asked.wait(LEAVES_WITHIN)
    bot.is_told_to_leave()
    may_answer.set()
    assert bot.exit_code(LEAVES_WITHIN) == 0
    assert stage.leased() == 0, "what was in hand is finished, and nothing new was taken"
    stage.recovers()
    assert stage.wrong() == []


def test_it_leaves_in_time_though_slack_does_not_answer(starts, sqlite_stage: Stage):
    stage, asked, over = sqlite_stage, threading.Event(), threading.Event()
    bot = starts(stage)

    def never_answers():
        asked.set()
        over.wait()

    stage.slack.faults.call("*", never_answers, when="before", times=3)
    stage.slack.person("Ana").types(DECLARE)
    assert asked.wait(LEAVES_WITHIN)
    bot.is_told_to_leave()
    code = bot.exit_code(LEAVES_WITHIN)
    over.set()
    stage.slack.faults.clear()
    assert code == 0
    stage.recovers()
    assert stage.wrong() == []


def test_a_second_bot_on_a_file_is_refused_and_other_commands_work(starts, sqlite_stage: Stage, tmp_path: Path):
    bot = starts(sqlite_stage)
    second = Forked("run", environment=sqlite_stage.environment, folder=tmp_path)
    listed = Forked("list", "--all", environment=sqlite_stage.environment, folder=tmp_path)
    _, refused = second.communicate()
    _, nothing = listed.communicate()
    bot.dies()
    assert second.wait() == 2
    assert refused.count("\n") == 1
    assert "another `tocsin run` uses this SQLite file" in refused
    assert (listed.wait(), nothing) == (0, "")


def _room(stage: Stage) -> str:
    """The room of an incident that is there already."""
    number = stage.once(ongoing)
    with stage.store.read() as session:
        return session.get_one(Incident, number).room


def _at(nth: int, act: Callable[[], object]) -> Callable[[], object]:
    """A function that acts when it is called for the nth time."""
    calls = count(1)
    return lambda: act() if next(calls) == nth else None
