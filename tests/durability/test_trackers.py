"""Each call to a tracker × everything that can happen to it. Afterwards the issue is there, once, as it should be.

Nobody helps: another bot starts, with nothing but the database, and time passes.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot import policy, settings
from bot.app import Tocsin
from bot.clock import MovableClock
from bot.delivery import LEASE, Delivery
from bot.workflows import actions, incidents
from db import queries
from db.outbox import Claimed
from db.records import PersonRecord
from db.store import Store
from tests.conftest import DATABASES
from tests.durability.breaking import PowerCut
from tests.github import REPO, TOKEN, GitHub

RULES = f"""
trackers:
  use: github
  github: {{repo: {REPO}}}
"""
BO = PersonRecord(user="U0BO", name="Bo")


@dataclass(frozen=True)
class Trouble:
    """The connection is cut before the call was carried out or after, and perhaps the bot is killed; `times` in a row."""

    name: str
    carried_out: bool = False
    kills: bool = False
    times: int = 1

    def __str__(self) -> str:
        return self.name


TROUBLES = (
    Trouble("killed before the call", kills=True),
    Trouble("killed before the note", kills=True, carried_out=True),
    Trouble("killed twice", kills=True, carried_out=True, times=2),
    Trouble("answer lost", carried_out=True),
    Trouble("connection reset"),
)
CALLS = (("POST", "/issues"), ("GET", "/issues/1"), ("POST", "/comments"), ("PATCH", "/issues/1"))
MATRIX = [
    pytest.param(DATABASES[turn % 2], *case, id=f"{' '.join(case[0])}-{case[1]}-{DATABASES[turn % 2]}")
    for turn, case in enumerate(product(CALLS, TROUBLES))
]


class Mortal(Delivery):
    """Dies instead of noting that something went wrong, if it is to."""

    kills = False

    def _postpone(self, claimed: Claimed, *args: object, **more: object) -> None:
        if self.kills:
            raise PowerCut
        super()._postpone(claimed, *args, **more)

    def run_until_empty(self) -> int:
        return sum(1 for _ in iter(lambda: self.carry_one(["FollowIssue"]), False))


@pytest.fixture
def github(clock: MovableClock) -> Iterator[GitHub]:
    office = GitHub(clock.now)
    office.opens()
    yield office
    office.closes()
    assert office.wrong == []


@pytest.fixture
def bot(database_url: str, clock: MovableClock, github: GitHub, tmp_path: Path) -> Iterator[Tocsin]:
    rules = tmp_path / "policy.yml"
    rules.write_text(RULES)
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "DATABASE_URL": database_url,
        "TOCSIN_GITHUB_TOKEN": TOKEN,
        "TOCSIN_GITHUB_URL": github.url,
    }
    found = settings.load(need_slack=True, env=environment)
    built = Tocsin(found, policy.load(rules), clock, store=Store(database_url, clock.now))
    yield built
    built.parts.store.close()


@pytest.mark.parametrize(("database_url", "call", "trouble"), MATRIX, indirect=["database_url"])
def test_a_call_to_the_tracker_goes_wrong(bot: Tocsin, github: GitHub, clock: MovableClock, call, trouble: Trouble):
    github.lag = timedelta(seconds=30)
    github.breaks = [(*call, trouble.carried_out)] * trouble.times
    delivery = Mortal(bot.parts)
    delivery.kills = trouble.kills

    def passes() -> None:
        with suppress(PowerCut):
            delivery.run_until_empty()
        clock.moves(LEASE + timedelta(seconds=1))

    with bot.parts.store.begin() as work:
        incident = incidents.declare(work, policy=bot.parts.policy, by="U0ANA", title="Checkout is down")
        day = date(2026, 12, 1)
        action = actions.add(work, number=incident.id, by="U0ANA", text="Add an alert", owner=BO, due_on=day, today=day)
    for _ in range(4):
        passes()
    with bot.parts.store.begin() as work:
        actions.reject(work, action_id=action.id, number=incident.id, by="U0BO", reason="We need none")
    for _ in range(4):
        passes()
    assert len(github.breaks) < trouble.times, "the trouble came"
    (issue,) = github.issues
    assert (issue["state"], issue["state_reason"], len(issue["comments"])) == ("closed", "not_planned", 1)
    with bot.parts.store.read() as session:
        (known,) = queries.actions(session, incident.id)
    assert (known.state, known.url) == ("rejected", issue["html_url"])
