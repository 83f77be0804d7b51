"""Follow-up actions that are issues in Jira, too."""

from datetime import timedelta

import pytest

from bot import doctor
from bot.settings import load
from bot.trackers import polling
from tests.jira import PROJECT, SECRET, TOKEN, USER, Jira
from tests.stories.test_trackers_github import served
from tests.story import text

RULES = f"""
trackers:
  use: jira
  people: {{U0BO: {{jira: "5b10a2844c20165700ede21g"}}}}
  jira: {{project: {PROJECT}}}
"""
ACCESS = {"TOCSIN_JIRA_USER": USER, "TOCSIN_JIRA_TOKEN": TOKEN, "TOCSIN_JIRA_SECRET": SECRET}


@pytest.fixture
def jira(clock):
    office = Jira(clock.now)
    office.opens()
    yield office
    office.closes()
    assert office.wrong == []


@pytest.fixture
def story(on_stage, jira):
    told = on_stage(rules=RULES, TOCSIN_JIRA_URL=jira.url, **ACCESS)
    yield told
    assert told.violations() == []


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def states(story):
    return [action.state for action in story.record(1).actions]


def words(document):
    """What a reader reads, a line a paragraph or line end."""
    lines = [[piece.get("text", "\n") for piece in one.get("content", ())] for one in document["content"]]
    return "\n".join("".join(pieces) for pieces in lines)


def test_from_an_action_to_its_end_and_back(story, room, jira):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    ana.types("/incident action @Bo by friday Add an alert\nand a page\n\nfor the queue", room)
    ana.types("/incident action @Kai by friday Buy a disk", room)
    first, second = (issue["fields"] for issue in jira.issues)
    assert first["summary"] == "Add an alert and a page for the queue"
    assert words(first["description"]).startswith(
        "Add an alert\nand a page\nfor the queue\n\nFollow-up action of INC-1"
    )
    assert (first["duedate"], first["assignee"]) == ("2026-11-27", {"accountId": "5b10a2844c20165700ede21g"})
    assert "assignee" not in second
    assert first["issuetype"] == {"name": "Task"}
    assert story.record(1).actions[0].url == f"{jira.url}browse/OPS-1"
    room.card.shows("OPS-1", "OPS-2")
    ana.presses("actions.move", "1:1", room.card)
    ana.fills("Move the action", due="2026-12-24")
    ana.presses("actions.give", "1:1", room.card)
    ana.fills("Give the action", person=kai.id)
    assert (first["duedate"], first["assignee"]) == ("2026-12-24", None)

    bo.presses("actions.prove", "1:1", room.card)
    bo.fills("Done, with proof", where_can_that_be_seen="https://example.com/changes/7")
    bo.presses("actions.reject", "1:2", room.card)
    bo.fills("Reject the action", reason="Disks are not the problem")
    assert [(one["status"]["name"], one["resolution"]) for one in (first, second)] == [
        ("Done", {"name": "Done"}),
        ("Declined", None),
    ]
    said = [[words(comment["body"]) for comment in issue["comments"]] for issue in jira.issues]
    assert said == [
        ["Done by Bo: https://example.com/changes/7"],
        ["Rejected by Bo: Disks are not the problem"],
    ]

    jira.moves(0, "In Progress")
    polling.poll(story.bot.parts)
    story.settles()
    assert states(story) == ["open", "rejected"]
    asked = len(jira.calls)
    polling.poll(story.bot.parts)
    assert [path for _, path in jira.calls[asked:]] == ["/rest/api/3/issue/bulkfetch"]
    jira.moves(0, "Done", "Won't Do")
    body, headers = jira.hook(0)
    with served(story) as client:
        assert client.post("/hooks/jira", content=body, headers=headers).status_code == 204
        assert client.post("/hooks/jira", content=body + b" ", headers=headers).status_code == 401
        assert client.post("/hooks/github", content=body, headers=headers).status_code == 404
    story.settles()
    assert states(story) == ["rejected", "rejected"]
    assert "closed at Jira as not to be done" in text(ana.types("/incident timeline", room).message)


def test_answers_that_are_lost_and_two_days_without_jira(story, room, jira):
    ana, bo = story.people("Ana", "Bo")
    jira.loses_answers, jira.lag = 2, timedelta(minutes=3)
    ana.types("/incident action Add an alert", room)
    for _ in range(10):
        story.passes(minutes=1)
    port = jira.port
    jira.closes()
    ana.types("/incident action @Bo by tomorrow Buy a disk", room)
    room.card.shows("OPS-1", "on its way to Jira")
    ana.presses("actions.done", "1:1", room.card)
    for _ in range(40):
        story.passes(hours=1)
    story.chases()
    assert any("overdue" in text(message) for message in bo.direct_messages())
    jira.opens(port)
    jira.loses_answers = 2
    jira.answers = [(503, {"Retry-After": "60"}), (429, {"X-RateLimit-Reset": "2099-01-01T00:00Z"})]
    for _ in range(10):
        story.passes(minutes=20)
    shown = [(one["fields"]["summary"], one["fields"]["status"]["name"], len(one["comments"])) for one in jira.issues]
    assert shown == [("Add an alert", "Done", 1), ("Buy a disk", "To Do", 0)]


def test_a_project_with_forms_and_a_workflow_of_its_own(story, room, jira):
    (ana,) = story.people("Ana")
    jira.on_form -= {"duedate", "assignee"}
    ana.types("/incident action @Bo by friday Add an alert", room)
    (issue,) = jira.issues
    assert "duedate" not in issue["fields"]
    ana.presses("actions.move", "1:1", room.card)
    ana.fills("Move the action", due="2026-12-24")
    jira.ways = {"31": "Done"}
    ana.presses("actions.reject", "1:1", room.card)
    ana.fills("Reject the action", reason="We need none")
    assert issue["fields"]["resolution"] == {"name": "Won't Do"}
    ana.types("/incident action Buy a disk", room)
    jira.ways = {"21": "In Progress"}
    ana.presses("actions.done", "1:2", room.card)
    room.card.shows("could not be brought in step", "move it by hand")
    jira.on_form -= {"labels"}
    ana.types("/incident action Write a page", room)
    room.card.shows("labels")
    assert len(jira.issues) == 2, "without its label it would not be found again"
    jira.on_form |= {"labels"}
    jira.ways = {"31": "Done"}
    ana.types("/incident repair", room)
    assert [one["fields"]["status"]["name"] for one in jira.issues] == ["Done", "Done", "To Do"]


def test_the_doctor_tries_the_account(jira, clock, tmp_path):
    (tmp_path / "rules.yml").write_text(RULES)

    def tracker(rules=RULES, **access):
        (tmp_path / "rules.yml").write_text(rules)
        env = {"TOCSIN_POLICY": str(tmp_path / "rules.yml"), "TOCSIN_JIRA_URL": jira.url, **ACCESS, **access}
        (found, *_) = doctor.check_trackers(doctor.Case(load(need_slack=False, env=env), "", clock.now))
        return f"{found.level} {found.sentence} {found.fix}"

    assert tracker().startswith("ok Jira: Operations (OPS)")
    assert "no issues of the type Epic" in tracker(RULES.replace("{project", "{type: Epic, project"))
    assert "set TOCSIN_JIRA_USER and TOCSIN_JIRA_TOKEN" in tracker(TOCSIN_JIRA_TOKEN="hunter2")
    assert "hunter2" not in tracker(TOCSIN_JIRA_TOKEN="hunter2")
