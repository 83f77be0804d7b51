"""Customers who read Atlassian Statuspage: each incident is there once, whatever happens on the way."""

import pytest

from bot.doctor import Case, Level, check_customers
from bot.settings import load
from db.queries import dead_effects
from tests.statuspage import KEY, PAGE, Statuspage
from tests.story import text

RULES = f"""
roles:
  comms: {{default: U0KAI}}
customers:
  components:
    checkout: {{label: Checkout, statuspage: cmp1}}
    search: {{label: Search}}
  targets: {{page: false, statuspage: {PAGE}}}
"""


@pytest.fixture
def remote():
    office = Statuspage()
    office.opens()
    yield office
    office.closes()
    assert office.wrong == []


@pytest.fixture
def story(on_stage, remote):
    told = on_stage(rules=RULES, TOCSIN_STATUSPAGE_KEY=KEY, TOCSIN_STATUSPAGE_URL=remote.url)
    yield told
    assert told.violations() == []


@pytest.fixture
def room(story):
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Checkout is down", severity="sev1")
    kai.types("/incident customers INC-1")
    kai.fills("Tell customers", text="Cards are refused.", components=["Checkout", "Search"])
    return room


def publishes(story, room, said=""):
    (kai,) = story.people("Kai")
    if said:
        kai.types(f"/incident customers {said}", room)
    kai.types("/incident customers publish", room)


def told(remote):
    """What each incident there was told, oldest first."""
    return [[update["status"] for update in one["incident_updates"][::-1]] for one in remote.incidents]


def test_opened_updated_and_resolved(story, room, remote):
    publishes(story, room)
    (incident,) = remote.incidents
    assert incident["name"] == "Checkout is down"
    assert incident["incident_updates"][0]["body"] == "Cards are refused."
    assert incident["components"] == {"cmp1": "partial_outage"}, "of the other one Statuspage knows nothing"
    assert "INC-1" not in str(incident)
    publishes(story, room, "identified A switch is broken")
    publishes(story, room, "resolved All is well")
    assert told(remote) == [["investigating", "identified", "resolved"]]
    assert incident["components"] == {"cmp1": "operational"}
    assert [method for method, _ in remote.calls] == ["POST", "PATCH", "PATCH"], (
        "nothing is looked for without a reason"
    )


def test_an_outage_of_an_hour_and_then_once_in_order(story, room, remote):
    port = remote.port
    remote.closes()
    publishes(story, room)
    publishes(story, room, "identified A switch is broken")
    for _ in range(6):
        story.passes(minutes=10)
    assert "could not be delivered" not in room.card.text, "it waits, and nothing is given up"
    remote.opens(port)
    remote.answers = [(503, {}), (429, {"Retry-After": "120"}), (420, {})]
    for _ in range(6):
        story.passes(minutes=2)
    assert told(remote) == [["investigating", "identified"]]


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_is_lost_makes_no_second_incident(story, room, remote, lost):
    remote.loses_answers = lost
    publishes(story, room)
    story.passes(minutes=2)
    story.passes(minutes=2)
    remote.loses_answers = lost
    publishes(story, room, "resolved All is well")
    story.passes(minutes=2)
    story.passes(minutes=2)
    assert told(remote) == [["investigating", "resolved"]]


def test_a_wrong_key_waits_and_a_refusal_is_shown(story, room, remote):
    remote.answers = [(401, {})]
    publishes(story, room)
    assert remote.incidents == []
    story.passes(minutes=1)
    assert told(remote) == [["investigating"]]
    remote.answers = [(422, {})]
    publishes(story, room, "resolved All is well")
    assert room.card.shows("Statuspage could not be told", "422")
    with story.bot.parts.store.read() as session:
        (dead,) = dead_effects(session)
    assert "All is well" not in str(dead.error)
    (kai,) = story.people("Kai")
    kai.types("/incident repair", room)
    assert told(remote) == [["investigating", "resolved"]]


def test_without_a_key_it_is_said_and_kept(on_stage):
    story = on_stage(rules=RULES)
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    publishes(story, room, "investigating Cards are refused")
    assert "set TOCSIN_STATUSPAGE_KEY" in room.card.text
    assert "told customers" in text(room.messages[-1])


def test_the_doctor_tries_the_key(on_stage, remote, tmp_path):
    (tmp_path / "rules.yml").write_text(RULES)

    def finding(**more):
        found = load(need_slack=False, env={"TOCSIN_POLICY": str(tmp_path / "rules.yml"), **more})
        return next(f for f in check_customers(Case(found, "", lambda: None)) if f.name == "statuspage")

    assert finding().level is Level.BAD
    with_key = {"TOCSIN_STATUSPAGE_URL": remote.url}
    assert finding(**with_key, TOCSIN_STATUSPAGE_KEY=KEY).level is Level.OK
    wrong = finding(**with_key, TOCSIN_STATUSPAGE_KEY="hunter2")
    assert "401" in wrong.sentence
    assert "hunter2" not in repr(wrong)
