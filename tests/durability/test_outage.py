"""Slack is away for ten minutes, and work goes on in many rooms. When it is back, each room shows all of it, cheaply."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from bot.app import Tocsin
from bot.delivery import CARRIERS, Delivery
from bot.watch import EVERY_SECONDS, Watch
from bot.workflows import incidents
from db.enums import Answer, Phase
from tests.conftest import DATABASES
from tests.durability.scenes import ANA, BO, KAI, declared
from tests.durability.stage import Stage

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
ROOMS, CHANGES = (100, 1000) if NIGHTLY else (4, 40)
MINUTES = 10
LOOKS_A_MINUTE = 60 // EVERY_SECONDS
# Beyond what must be said, each once: the card, the topic, the announcement; and a look whether the room is still there.
CALLS_A_ROOM = 4
# What must be said; and, where it may have been said just when Slack went away, a look whether it was.
SAYING, LOOKING = "chat.postMessage", ("conversations.history", "conversations.replies")


@pytest.fixture
def bot(stage: Stage) -> Iterator[Tocsin]:
    built = Tocsin(stage.settings, stage.policy, stage.clock)
    yield built
    built.parts.store.close()


@pytest.mark.parametrize("database", DATABASES)
def test_when_slack_is_back_everything_is_there_for_a_few_calls(stage: Stage, bot: Tocsin, database: str):
    watch = Watch(bot.parts, bot.parts.slack, receiver=None)
    numbers = [declared(stage) for _ in range(ROOMS)]
    stage.carries()
    assert stage.wrong() == []

    away = stage.slack.requests.next_number()
    stage.slack.faults.go_down()
    changes = count()
    for _ in range(MINUTES * LOOKS_A_MINUTE):
        for _ in range(CHANGES // (MINUTES * LOOKS_A_MINUTE)):
            _changes(stage, numbers, next(changes))
        _carries_while_away(bot.delivery)
        watch.look()
        stage.clock.moves(timedelta(seconds=EVERY_SECONDS))
    while (turn := next(changes)) < CHANGES:
        _changes(stage, numbers, turn)
    assert bot.parts.health.degraded
    knocks = MINUTES * LOOKS_A_MINUTE
    asked = sum(one.number > away and one.method != "auth.test" for one in stage.slack.requests)
    assert asked <= CARRIERS + knocks, "a Slack that is away is not stormed"
    before = stage.slack.requests.next_number()

    stage.slack.faults.come_back()
    for _ in range(6):
        watch.look()
        bot.delivery.run_until_empty()
        stage.clock.moves(timedelta(seconds=EVERY_SECONDS))
    made = Counter(one.method for one in stage.slack.requests if one.number > before and one.method != "auth.test")
    assert stage.is_finished()
    assert stage.wrong() == []
    looked = sum(made.pop(method, 0) for method in LOOKING)
    said = made.pop(SAYING)
    print(f"\n{CHANGES} changes in {ROOMS} rooms: {said} said, {looked} looked for; beyond that {dict(made)}")  # noqa: T201
    assert looked <= CARRIERS
    assert made.total() <= CALLS_A_ROOM * ROOMS


def _carries_while_away(delivery: Delivery) -> None:
    """As its threads do: everything at first, and once Slack counts as away one thing at a time."""
    while True:
        claims = delivery._claim()
        for claimed in claims:
            delivery._carry(claimed)
        if not claims:
            return


def _changes(stage: Stage, numbers: list[int], turn: int) -> None:
    """One more change; each room gets all sorts, one after the other."""
    number, sort = numbers[turn % len(numbers)], turn // len(numbers) % 5
    with stage.store.begin() as work:
        match sort:
            case 0:
                incidents.update(work, number=number, by=ANA, text=f"So far {turn}")
            case 1:
                to = "sev1" if work.incident(number).severity != "sev1" else "sev2"
                incidents.set_severity(work, policy=stage.policy, number=number, by=BO, to=to, reason="We looked")
            case 2:
                incidents.note(work, number=number, by=KAI, text=f"Tried {turn}")
            case 3:
                to = Phase.RECOVERY if work.incident(number).phase is Phase.CONTAINMENT else Phase.CONTAINMENT
                incidents.move(work, policy=stage.policy, number=number, by=ANA, to=to)
            case 4:
                known = Answer.NO if work.incident(number).customer_data is Answer.YES else Answer.YES
                incidents.answer(work, number=number, by=BO, answers={"customer_data": known})
