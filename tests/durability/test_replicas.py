"""Several bots on one PostgreSQL: they share the work, and nobody sees that there are several."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot import lease, schedule
from bot.app import Tocsin
from bot.delivery import LEASE, Delivery
from bot.effects import RefreshCard
from bot.errors import SlackUnclear
from bot.workflows import incidents
from bot.workflows.telling import say
from db import outbox
from db.models import Nudge
from tests.durability.scenes import ANA, declared, ongoing, reviewed
from tests.durability.stage import Stage

BOTS = 3
DECLARES = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 30
PEOPLE = 8


def _somebody_waits(stage: Stage) -> bool:
    with stage.store.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


@pytest.fixture
def stage(postgresql_stage: Stage) -> Stage:
    return postgresql_stage


@pytest.fixture
def bots(stage: Stage) -> Iterator[list[Tocsin]]:
    """Three bots whose deliveries are running."""
    several = [Tocsin(stage.settings, stage.policy, stage.clock) for _ in range(BOTS)]
    for bot in several:
        bot.delivery.start()
    yield several
    for bot in several:
        bot.delivery.stop()
        bot.parts.store.close()


def test_a_refresh_is_not_carried_before_the_change_that_counts_on_it(stage: Stage):
    """A change finds a refresh waiting and tells no second one. Another bot must not carry it before the commit."""
    number = ongoing(stage)
    with stage.store.begin() as work:
        work.tell(RefreshCard(incident=number))
    with stage.store.begin() as work:
        incidents.set_severity(work, policy=stage.policy, number=number, by=ANA, to="sev1", reason="It spreads")
        Delivery(stage.new_parts()).run_until_empty()
    stage.carries()
    assert stage.wrong() == []


def test_a_carrier_begins_no_call_that_could_outlive_its_lease(stage: Stage):
    """Slack answers each call, but slowly: another bot would take the effect over while this one is still at it."""
    before = stage.slack.requests.next_number()
    with lease.within(0), pytest.raises(SlackUnclear):
        stage.parts.slack.call("chat.postMessage", channel="C1", text="too late")
    assert stage.slack.requests.next_number() == before + 1
    stage.parts.slack.call("auth.test")


def test_giving_up_waits_for_whoever_changes_the_incident(stage: Stage):
    """Both tell of the card: without an order among them each would wait for what the other holds."""
    number = ongoing(stage)
    with stage.store.begin() as work:
        say(work, work.incident(number), "note", {"by": ANA, "text": "It is the disk"})
    with stage.store.begin() as work:
        (held,) = outbox.claim(work.connection, now=work.now, lease=LEASE)
    delivery = Delivery(stage.new_parts())
    with ThreadPoolExecutor(1) as pool:
        with stage.store.begin() as work:
            work.incident(number)
            giving_up = pool.submit(delivery._bury, held, "it was refused")
            stage.waits_for(lambda: _somebody_waits(stage))
            work.tell(RefreshCard(incident=number))
        giving_up.result()
    with stage.store.begin() as work:
        assert outbox.revive(work.session, now=work.now, incident=number) == 1
    stage.carries()
    assert stage.wrong() == []


def test_two_bots_that_get_the_same_click_declare_one_incident(stage: Stage, bots: list[Tocsin]):
    together, before = threading.Barrier(BOTS), stage.newest_incident()

    def declares(bot: Tocsin) -> int:
        together.wait()
        with bot.parts.store.begin() as work:
            origin = f"trigger:{before}"
            return incidents.declare(work, policy=stage.policy, by=ANA, title="Once", origin=origin).id

    with ThreadPoolExecutor(BOTS) as pool:
        assert set(pool.map(declares, bots)) == {before + 1}
    stage.waits_for(stage.is_finished, seconds=120)
    assert stage.wrong() == []


def test_many_declare_at_once(stage: Stage, bots: list[Tocsin]):
    def declares(turn: int) -> None:
        with bots[turn % BOTS].parts.store.begin() as work:
            incidents.declare(work, policy=stage.policy, by=ANA, title=f"Trouble {turn}")

    before = stage.newest_incident()
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(declares, range(DECLARES)))
    stage.waits_for(stage.is_finished, seconds=120)
    assert stage.newest_incident() == before + DECLARES
    assert stage.wrong() == []


def test_they_share_a_busy_incident(stage: Stage, bots: list[Tocsin]):
    """Whatever a bot has in hand, the next of the same lane waits for it, also at the other bots."""
    number = declared(stage)

    def updates(turn: int) -> None:
        with bots[turn % BOTS].parts.store.begin() as work:
            incidents.update(work, number=number, by=ANA, text=f"So far {turn}")

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(updates, range(DECLARES)))
    stage.waits_for(stage.is_finished, seconds=120)
    assert stage.wrong() == []


def test_each_reminds_and_everybody_is_reminded_once(stage: Stage, bots: list[Tocsin]):
    for _ in range(5):
        reviewed(stage)
    together = threading.Barrier(BOTS)

    def chases(bot: Tocsin) -> int:
        together.wait()
        return schedule.run_chase(bot.parts)

    for days in (30, 7, 7):
        stage.waits_for(stage.is_finished, seconds=120)  # A lease must not run out under a bot that is at work.
        stage.clock.moves(timedelta(days=days))
        with ThreadPoolExecutor(BOTS) as pool:
            taken = sum(pool.map(chases, bots))
        with stage.store.read() as session:
            of_chases = ~Nudge.subject.startswith("report:")  # The month's report comes at the same hour.
            steps = session.scalars(select(Nudge).where(Nudge.at == stage.clock.now(), of_chases)).all()
        assert taken == len(steps) >= 5
        assert set(Counter((step.subject, step.round) for step in steps).values()) == {1}
    stage.waits_for(stage.is_finished, seconds=120)
    assert stage.wrong() == []
