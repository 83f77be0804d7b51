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
from pydantic import SecretStr
from sqlalchemy import Engine

from bot import lease, policy, settings
from bot.app import Tocsin
from bot.clock import MovableClock
from bot.delivery import LEASE, Delivery
from bot.errors import TargetUnclear
from bot.trackers import github
from bot.workflows import actions, incidents
from db import queries
from db.outbox import Claimed
from db.records import PersonRecord
from db.store import Store
from tests import jira
from tests.conftest import DATABASES
from tests.durability.breaking import PowerCut
from tests.github import REPO, TOKEN, GitHub
from tests.jira import Jira

RULES = f"""
trackers:
  use: TRACKER
  github: {{repo: {REPO}}}
  jira: {{project: {jira.PROJECT}}}
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
GITHUB, JIRA = "github", "jira"
CALLS = (
    (GITHUB, "POST", "/issues"),
    (GITHUB, "GET", "/issues/1"),
    (GITHUB, "POST", "/comments"),
    (GITHUB, "PATCH", "/issues/1"),
    (JIRA, "POST", "/issue"),
    (JIRA, "POST", "/comment"),
    (JIRA, "POST", "/transitions"),
)
MATRIX = [
    pytest.param(DATABASES[turn % 2], tracker, (method, end), trouble, id=f"{tracker} {method} {end}-{trouble}")
    for turn, ((tracker, method, end), trouble) in enumerate(product(CALLS, TROUBLES))
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
def office(tracker: str, clock: MovableClock) -> Iterator[GitHub | Jira]:
    """The tracker that the case names. It knows an issue only a while after it was made."""
    opened = (GitHub if tracker == GITHUB else Jira)(clock.now)
    opened.lag = timedelta(seconds=30)
    opened.opens()
    yield opened
    opened.closes()
    assert opened.wrong == []


@pytest.fixture
def bot(
    database_url: str, engine: Engine, tracker: str, clock: MovableClock, office: GitHub | Jira, tmp_path: Path
) -> Iterator[Tocsin]:
    rules = tmp_path / "policy.yml"
    rules.write_text(RULES.replace("TRACKER", tracker))
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "DATABASE_URL": database_url,
        "TOCSIN_GITHUB_TOKEN": TOKEN,
        "TOCSIN_GITHUB_URL": office.url,
        "TOCSIN_JIRA_URL": office.url,
        "TOCSIN_JIRA_USER": jira.USER,
        "TOCSIN_JIRA_TOKEN": jira.TOKEN,
    }
    found = settings.load(need_slack=True, env=environment)
    built = Tocsin(found, policy.load(rules), clock, store=Store(database_url, clock.now, engine=engine))
    yield built
    built.parts.store.close()


@pytest.mark.parametrize(("database_url", "tracker", "call", "trouble"), MATRIX, indirect=["database_url"])
def test_a_call_to_a_tracker_goes_wrong(bot: Tocsin, office, tracker, clock: MovableClock, call, trouble: Trouble):
    office.breaks = [(*call, trouble.carried_out)] * trouble.times
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
    for _ in range(8):
        passes()
    with bot.parts.store.begin() as work:
        actions.reject(work, action_id=action.id, number=incident.id, by="U0BO", reason="We need none")
    for _ in range(4):
        passes()
    assert len(office.breaks) < trouble.times, "the trouble came"
    (issue,) = office.issues
    assert len(issue["comments"]) == 1
    how = issue["state_reason"] if tracker == GITHUB else issue["fields"]["status"]["name"]
    assert how == ("not_planned" if tracker == GITHUB else "Declined")
    with bot.parts.store.read() as session:
        (known,) = queries.actions(session, incident.id)
    assert known.state == "rejected"
    assert known.url


def test_a_carrier_begins_no_call_that_could_outlive_its_lease(clock: MovableClock):
    office = GitHub(clock.now)
    office.opens()
    with lease.within(0), pytest.raises(TargetUnclear, match="lease"):
        github.GitHub(SecretStr(TOKEN), office.url, REPO).look_at("1")
    office.closes()
    assert office.calls == []
