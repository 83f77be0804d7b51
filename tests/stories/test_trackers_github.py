"""Follow-up actions that are issues at GitHub, too: there once, and in step whoever changes them where."""

from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from bot import doctor, web
from bot.doctor import stored
from bot.settings import HttpAddress, load
from bot.trackers import polling
from bot.workflows import actions
from tests.github import REPO, SECRET, TOKEN, GitHub
from tests.story import text

RULES = f"""
trackers:
  use: github
  kinds: [prevent, detect]
  people: {{U0BO: {{github: bo-demo}}}}
  github: {{repo: {REPO}, labels: [incident, follow-up]}}
"""


@pytest.fixture
def github(clock):
    office = GitHub(clock.now)
    office.opens()
    yield office
    office.closes()
    assert office.wrong == []


@pytest.fixture
def story(on_stage, github):
    settings = {"TOCSIN_GITHUB_TOKEN": TOKEN, "TOCSIN_GITHUB_URL": github.url, "TOCSIN_GITHUB_SECRET": SECRET}
    told = on_stage(rules=RULES, **settings)
    yield told
    assert told.violations() == []


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


@pytest.fixture
def hooks(story):
    """The bot's own HTTP."""
    with served(story) as client:
        yield client


@contextmanager
def served(story):
    routes = web.application(story.bot.parts, connected=story.bot.connected, slack=None)
    server = web.Server(routes, HttpAddress(host="127.0.0.1", port=0))
    with httpx.Client(base_url=f"http://127.0.0.1:{server.start()}", timeout=30) as client:
        yield client
    server.stop()


def the(story, number=0):
    return story.record(1).actions[number]


def polls(story):
    polling.poll(story.bot.parts)
    story.settles()


def test_from_an_action_to_its_end_at_github(story, room, github):
    ana, _bo, kai = story.people("Ana", "Bo", "Kai")
    ana.types("/incident action @Bo by friday Add an alert on queue depth, ask @team and see #12", room)
    (issue,) = github.issues
    link = f"https://github.com/{REPO}/issues/1"
    assert issue["title"] == "Add an alert on queue depth, ask @team and see #12"
    assert [one["login"] for one in issue["assignees"]] == ["bo-demo"]
    assert [one["name"] for one in issue["labels"]] == ["incident", "follow-up"]
    for words in ("INC-1 (SEV1): Checkout is down", "Due 2026-11-27", "owner: Bo", f"?channel={room.id}"):
        assert words in issue["body"], issue["body"]
    assert "@team" not in issue["body"], "nobody is called who does not know why"
    assert the(story).url == link
    room.card.shows("operations#1")
    assert link in str(ana.types("/incident actions", room).message)
    assert len(github.calls) == 1, "nothing is looked for without a reason"

    issue["body"] = f"Somebody adds a plan.\n\n{issue['body']}"
    ana.presses("actions.move", "1:1", room.card)
    issue["assignees"] = [{"login": "kai-demo"}]
    ana.fills("Move the action", due="2026-12-24")
    assert issue["assignees"] == [{"login": "kai-demo"}], "who was assigned by hand stays"
    ana.presses("actions.give", "1:1", room.card)
    ana.fills("Give the action", person=kai.id)
    for words in ("Somebody adds a plan.", "Due 2026-12-24", "owner: Kai"):
        assert words in issue["body"]
    assert "2026-11-27" not in issue["body"]
    assert issue["assignees"] == [], "nobody knows what Kai is called there"

    assert link in str(kai.opens_home())
    story.passes(days=40)
    story.chases()
    assert any("overdue" in text(message) for message in kai.direct_messages())
    reminded = len(kai.direct_messages())
    github.closes_issue(1)
    polls(story)
    action = the(story)
    assert (action.state, action.proof) == ("done", link)
    assert room.said("GitHub", "marked an action done", link)
    assert "GitHub marked an action done" in text(ana.types("/incident timeline", room).message)
    story.passes(days=2)
    story.chases()
    assert len(kai.direct_messages()) == reminded, "the reminders stop"
    asked = len(github.calls)
    polls(story)
    assert github.calls[asked:] == [("GET", github.calls[-1][1])], "what is known is not looked at again"

    github.reopens_issue(1)
    polls(story)
    assert the(story).state == "open"
    assert room.said("opened an action of", kai.mention, "again")
    story.chases()
    assert len(kai.direct_messages()) > reminded, "and begin anew"
    github.closes_issue(1, "not_planned")
    polls(story)
    assert (the(story).state, the(story).rejected_because) == ("rejected", "closed at GitHub as not to be done")
    assert issue["comments"] == [], "whoever closed it there need not be told"


def test_what_ends_here_ends_there(story, room, github):
    ana, bo = story.people("Ana", "Bo")
    for what in ("Add an alert", "Buy a disk", "Write a page with <@U0MIA>"):
        ana.types(f"/incident action @Bo by friday {what}", room)
    assert github.issues[2]["title"] == "Write a page with Mia"
    bo.presses("actions.prove", "1:1", room.card)
    bo.fills("Done, with proof", where_can_that_be_seen="https://example.com/changes/7")
    bo.presses("actions.reject", "1:2", room.card)
    bo.fills("Reject the action", reason="Disks are not the problem")
    ana.presses("actions.done", "1:3", room.card)
    assert [(one["state"], one["state_reason"]) for one in github.issues] == [
        ("closed", "completed"),
        ("closed", "not_planned"),
        ("closed", "completed"),
    ]
    said = [[comment["body"].split("\n")[0] for comment in one["comments"]] for one in github.issues]
    assert said == [
        ["Done by Bo: <https://example.com/changes/7>"],
        ["Rejected by Bo: Disks are not the problem"],
        ["Done by Ana."],
    ]
    for _ in range(3):
        polls(story)
    assert github.spared >= 1
    assert [action.state for action in story.record(1).actions] == ["done", "rejected", "done"]
    assert [len(one["comments"]) for one in github.issues] == [1, 1, 1], "nothing goes round in a circle"


@pytest.mark.parametrize("lost", [1, 3])
def test_an_answer_that_is_lost_makes_no_second_issue(story, room, github, lost):
    (ana,) = story.people("Ana")
    github.loses_answers, github.lag = lost, timedelta(seconds=40)
    ana.types("/incident action Add an alert", room)
    assert "on its way to GitHub" in text(ana.types("/incident actions", room).message)
    for _ in range(12):
        story.passes(seconds=15)
    github.loses_answers = lost
    ana.presses("actions.reject", "1:1", room.card)
    ana.fills("Reject the action", reason="We need none")
    for _ in range(6):
        story.passes(seconds=30)
    (issue,) = github.issues
    assert (issue["state"], len(issue["comments"])) == ("closed", 1)
    assert the(story).url == issue["html_url"]


def test_github_is_down_for_two_days(story, room, github):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    ana.types("/incident action @Bo by friday Add an alert", room)
    port = github.port
    github.closes()
    ana.types("/incident action @Kai by tomorrow Write a page", room)
    bo.presses("actions.done", "1:1", room.card)
    for _ in range(48):
        story.passes(hours=1)
    story.chases()
    assert any("overdue" in text(message) for message in kai.direct_messages()), "the chase goes on"
    assert "could not be" not in room.card.text, "nothing is given up"
    room.card.shows("on its way to GitHub")
    github.opens(port)
    github.answers = [
        (503, {}),
        (429, {"Retry-After": "120"}),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}),
    ]
    for _ in range(8):
        story.passes(minutes=20)
    assert [(one["title"], one["state"]) for one in github.issues] == [
        ("Add an alert", "closed"),
        ("Write a page", "open"),
    ]
    assert "on its way" not in room.card.text


def test_both_sides_change_while_they_do_not_hear_of_each_other(story, room, github):
    """Whoever changed last holds, here and there."""
    (ana,) = story.people("Ana")
    for what in ("Add an alert", "Buy a disk"):
        ana.types(f"/incident action {what}", room)
    port = github.port
    github.closes()
    github.closes_issue(1, "not_planned")
    story.passes(minutes=10)
    ana.presses("actions.done", "1:1", room.card)
    ana.presses("actions.done", "1:2", room.card)
    story.passes(minutes=10)
    github.closes_issue(2, "not_planned")
    github.opens(port)
    story.passes(minutes=10)
    assert [action.state for action in story.record(1).actions] == ["done", "rejected"]


def test_what_is_done_here_while_github_answers_is_not_written_over(story, room, github):
    (ana,) = story.people("Ana")
    ana.types("/incident action Add an alert", room)
    github.closes_issue(1, "not_planned")
    story.clock.moves(timedelta(minutes=1))

    def finishes():
        with story.bot.parts.store.begin() as work:
            actions.finish(work, action_id=1, number=1, by=ana.id)

    polling.poll(story.bot.parts)
    github.meanwhile = [finishes]
    story.settles()
    assert the(story).state == "done"
    assert "rejected" not in str(story.record(1).timeline)


def test_what_cannot_be_is_said_and_tried_again(story, room, github):
    (ana,) = story.people("Ana")
    github.answers = [(401, {})]
    ana.types("/incident action Add an alert", room)
    room.card.shows("could not be brought in step", "set TOCSIN_GITHUB_TOKEN")
    ana.types("/incident repair", room)
    assert len(github.issues) == 1
    assert "could not be" not in room.card.text
    github.answers = [(404, {})]
    ana.presses("actions.done", "1:1", room.card)
    room.card.shows("could not be brought in step", "check trackers.github.repo")
    assert the(story).state == "done", "here it is done all the same"


def test_private_incidents_drills_and_other_kinds_stay_here(story, github):
    (ana,) = story.people("Ana")
    private = ana.declares("The payroll leaks", private=True)
    ana.types("/incident action Ask the lawyers", private)
    drill = ana.declares("A drill", drill=True)
    ana.types("/incident action Practise more", drill)
    room = ana.declares("Checkout is down")
    ana.types("/incident action", room)
    ana.fills("Add an action", action="Meet every Monday", kind="Process")
    assert github.calls == []


def test_of_private_incidents_only_what_is_to_be_done(on_stage, github):
    rules = RULES.replace("use: github", "use: github\n  private: true")
    story = on_stage(rules=rules, TOCSIN_GITHUB_TOKEN=TOKEN, TOCSIN_GITHUB_URL=github.url)
    (ana,) = story.people("Ana")
    room = ana.declares("The payroll leaks", private=True)
    ana.types("/incident action @Bo by friday Rotate the keys with <@U0KAI>", room)
    ana.presses("actions.reject", "1:1", room.card)
    ana.fills("Reject the action", reason="Bo said that the payroll is safe")
    (issue,) = github.issues
    assert (issue["title"], issue["state"]) == ("Rotate the keys with somebody", "closed")
    told = str(issue)
    for secret in ("payroll", "INC-1", "Ana", "Bo", "bo-demo", "Kai", "U0", room.id):
        assert secret not in told


def test_a_webhook_has_it_done_at_once_and_says_nothing_by_itself(story, room, github, hooks):
    (ana,) = story.people("Ana")
    for what in ("Add an alert", "Buy a disk"):
        ana.types(f"/incident action {what}", room)
    asked = len(github.calls)

    def calls(body, headers):
        status = hooks.post("/hooks/github", content=body, headers=headers).status_code
        story.settles()
        return status

    closed = github.hook(1, "closed")  # It says open yet: what it says is not believed.
    github.closes_issue(1)
    assert calls(*closed) == 204
    assert the(story).state == "done"
    assert len(github.calls) == asked + 1

    github.reopens_issue(1)
    assert calls(*github.hook(1, "reopened", repo=REPO.upper())) == 204
    assert the(story).state == "open"
    for _ in range(2):
        assert calls(*closed) == 204
    assert the(story).state == "open", "an old one changes nothing"
    assert len(github.calls) == asked + 2, "and asks for nothing"

    body, headers = github.hook(2, "closed")
    github.closes_issue(2)
    for wrong in ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"X-Hub-Signature-256": ""}):
        assert calls(body, headers | wrong) == 401
    assert calls(body + b" ", headers) == 401
    assert calls(b"x" * 1_000_001, headers) == 413
    assert the(story, 1).state == "open"
    for other in (github.hook(1, "closed", repo="acme/other"), (body, headers | {"X-GitHub-Event": "ping"})):
        assert calls(*other) == 204
    assert len(github.calls) == asked + 2, "what is none of ours is nobody's business"


def test_without_a_secret_nobody_is_heard(on_stage, github):
    story = on_stage(rules=RULES, TOCSIN_GITHUB_TOKEN=TOKEN, TOCSIN_GITHUB_URL=github.url)
    story.people("Ana")[0].types("/incident declare sev3 Checkout is down")
    story.people("Ana")[0].types("/incident action INC-1 Add an alert")
    body, headers = github.hook(1, "closed")
    with served(story) as client:
        assert client.post("/hooks/github", content=body, headers=headers).status_code == 404
    github.closes_issue(1)
    polled = [polling.poll_if_due(story.bot.parts) for _ in range(2)]
    assert polled == [1, 0], "one of several bots asks"
    story.settles()
    assert the(story).state == "done"


def test_the_doctor_tries_the_token_and_tells_what_waits(story, room, github, tmp_path):
    (ana,) = story.people("Ana")

    def findings(**more):
        settings = {"TOCSIN_POLICY": str(tmp_path / "policy.yml"), "TOCSIN_GITHUB_URL": github.url, **more}
        case = doctor.Case(load(need_slack=False, env=settings), "", story.clock.now)
        return {found.name: found for found in doctor.check_trackers(case)}

    well = findings(TOCSIN_GITHUB_TOKEN=TOKEN)
    assert (well["tracker"].level, well["tracker"].sentence) == ("ok", f"GitHub: {REPO}")
    assert "every 5 minutes" in well["tracker's webhook"].sentence
    assert (
        "POST /hooks/github"
        in findings(TOCSIN_GITHUB_TOKEN=TOKEN, TOCSIN_GITHUB_SECRET=SECRET)["tracker's webhook"].sentence
    )
    assert "set TOCSIN_GITHUB_TOKEN" in findings()["tracker"].sentence
    wrong = findings(TOCSIN_GITHUB_TOKEN="hunter2")
    assert "401" in wrong["tracker"].sentence
    assert "hunter2" not in repr(wrong)
    github.closes()
    ana.types("/incident action Add an alert", room)
    with story.bot.parts.store.read() as session:
        (waits,) = stored._issues(session)
    assert waits.sentence.startswith("1 action waits for the tracker: GitHub did not answer")
