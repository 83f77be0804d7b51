"""Three bots on one PostgreSQL, and again and again one of them is killed. What people declare meanwhile is there, once.

Each bot that dies leaves connections, lanes and leases behind, and another comes in its place. At night nobody moves a
clock until every room has its card: leases run out as they do in life. What is left then (announcements: one channel takes
one a second) is carried by a bot to which nothing happens.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle

import pytest
from sqlalchemy import func, select

from bot.clock import MovableClock
from db.models import Effect, Incident
from tests.durability.stage import Stage
from tests.processes import Bot
from tests.story import PEOPLE

pytestmark = pytest.mark.long

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
BOTS = 3
DECLARES, AT_ONCE, SECONDS_BETWEEN_DEATHS, DEATHS = (300, 32, 2.0, 20) if NIGHTLY else (12, 6, 0.4, 3)
# Whoever gets no answer looks whether it happened, and types again if not.
ROUNDS = 10
PATIENCE_SECONDS = 600


@pytest.fixture(scope="module")
def stage_clock() -> MovableClock:
    """The processes read the machine's clock."""
    return MovableClock(datetime.now(UTC), ticks=True)


def test_everything_declared_is_there_once(starts, postgresql_stage: Stage):
    stage = postgresql_stage
    began = time.monotonic()
    titles = [f"Trouble {turn}" for turn in range(DECLARES)]
    with _dying(stage, starts) as deaths:
        typed, answered = _declare(stage, titles)
        stage.waits_for(lambda: len(deaths) >= DEATHS, PATIENCE_SECONDS)
        if NIGHTLY:
            stage.waits_for(lambda: _with_card(stage) >= DECLARES, PATIENCE_SECONDS)
    seconds = time.monotonic() - began
    stage.slack_catches_up()
    stage.recovers()
    assert stage.wrong() == []
    declared, taken_over = _declared(stage), _taken_over(stage)
    print(  # noqa: T201 -- what a night is for
        f"\n{sum(typed.values())} declares typed, {sum(answered.values())} answered, {sum(declared.values())} incidents, each "
        f"with its room and its card, once; {len(deaths)} bots killed in {seconds:.0f} s, {taken_over} effects taken over"
    )
    assert declared.keys() == set(titles)
    for title in titles:
        assert max(1, answered[title]) <= declared[title] <= typed[title]


@contextmanager
def _dying(stage: Stage, starts: Callable[[Stage], Bot]) -> Iterator[list[int]]:
    """Three bots, one of which is killed every so many seconds, and none at the end. Gives the deaths so far.

    One thread alone kills and starts, so that no bot comes after the last one has gone.
    """
    bots, deaths, over = [starts(stage) for _ in range(BOTS)], list[int](), threading.Event()

    def kill_them() -> None:
        at = time.monotonic()
        for victim in cycle(range(BOTS)):
            at += SECONDS_BETWEEN_DEATHS
            if over.wait(max(0.0, at - time.monotonic())):
                return
            bots[victim].dies()
            deaths.append(victim)
            bots[victim] = starts(stage)

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_them)
        try:
            yield deaths
        finally:
            over.set()
            killing.result()
            for bot in bots:
                bot.dies()


def _declare(stage: Stage, titles: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Have people declare all of this at once; how often each title was typed, and how often that was answered."""
    typed, answered = Counter[str](), Counter[str]()
    people = [stage.slack.person(name) for name in PEOPLE]
    for _ in range(ROUNDS):
        missing = [title for title in titles if title not in _declared(stage)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            work = zip(cycle(people), missing, strict=False)
            outcomes = list(pool.map(lambda one: one[0].types(f"/incident declare {one[1]}"), work))
        typed.update(missing)
        answered.update(title for title, outcome in zip(missing, outcomes, strict=True) if outcome.ok)
    return typed, answered


def _declared(stage: Stage) -> Counter[str]:
    with stage.store.read() as session:
        return Counter(session.scalars(select(Incident.title)))


def _with_card(stage: Stage) -> int:
    with stage.store.read() as session:
        return session.scalar(select(func.count(Incident.card_ts))) or 0


def _taken_over(stage: Stage) -> int:
    with stage.store.read() as session:
        return session.scalar(select(func.count()).select_from(Effect).where(Effect.attempts > 1)) or 0
