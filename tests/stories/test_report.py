"""The figures of a month: on a terminal, and posted when the month is over."""

import json

import pytest

from bot.__main__ import main
from tests.conftest import NOON
from tests.story import text


def utc(day):
    return NOON.fromisoformat(f"2026-{day}:00+00:00")


@pytest.fixture
def told(story, database_url, capsys, monkeypatch, tmp_path):
    """`tocsin report` beside the running bot; gives what it printed, and its exit code."""

    def types(*words):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATABASE_URL", database_url)
        capsys.readouterr()
        code = main(["report", *words])
        printed = capsys.readouterr()
        return code, printed.out or printed.err

    return types


def posts(story):
    return story.incidents.said("Reviews done in time")


def test_a_month_is_reported_once_and_as_the_terminal_says(story, told):
    """Four incidents of November, one of them private, a drill beside; December begins on a Tuesday."""
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    story.passes(minutes=4)
    ana.types("/incident take commander", room)
    for title in ("Login is slow", "Mails bounce", "Exports hang", "Search is empty"):
        ana.types(f"/incident declare sev3 {title}")
    secret = ana.declares("Laptop was stolen", severity="sev1", kind="security", private=True)
    story.passes(minutes=10)
    ana.types("/incident take commander", secret)
    ana.declares("Region is lost", drill=True)
    ana.types("/incident phase review", room)

    story.comes(utc("11-30T09:00"))
    story.chases()
    assert posts(story) == [], "the month is not over"
    story.comes(utc("12-01T09:00"))
    story.chases()
    story.chases()
    (post,) = posts(story)
    said = text(post)
    assert "November 2026: 6 incidents" in said
    assert "too few to tell" in said, "one security incident, and it is private"
    assert "4 min" not in said
    for word in ("Laptop", "INC-", "Checkout", secret.id):
        assert word not in said
    assert "1 drill" in said
    assert "Reviews done in time\n0 of 1" in said.replace("*", "")

    code, printed = told("--month", "2026-11", "--format", "json")
    (month,) = [one for one in json.loads(printed)["months"] if one["month"] == "2026-11"]
    assert (code, month["incidents"], month["not_counted"]["drills"]) == (0, 6, 1)
    assert month["reviews_in_time"] == {"part": 0, "whole": 1}
    assert month["to_acknowledge"] == {"known": 2, "missing": 4, "median_seconds": 420.0, "p90_seconds": 600.0}
    assert {(cell["severity"], cell["kind"]): cell["incidents"] for cell in month["breakdown"]} == {
        ("sev1", "operational"): 1,
        ("sev1", "security"): 1,
        ("sev3", "operational"): 4,
    }

    code, table = told("--month", "2026-11", "--compare", "1")
    assert code == 0
    lines = {line.split("\t")[0].strip(): line.split("\t")[1:] for line in table.splitlines()}
    assert lines["Incidents"][:2] == ["6", "0"]
    assert lines["SEV3"][:2] == ["4", "0"]
    assert lines["To acknowledge"] == ["7 min, 90 % within 10 min (of 2; 4 missing)", "–", "elapsed time"]
    assert lines["Not counted"][0] == "1 drill"
    for form, wanted in (("md", "| Incidents | 6 |"), ("html", "<td>Incidents</td>"), ("csv", "2026-11,incidents,6,")):
        code, printed = told("--month", "2026-11", "--format", form)
        assert code == 0
        assert wanted in printed
    for month, sentence in (
        ("2026-13", "'2026-13' is no month; write it like 2026-10."),
        ("october", "'october' is no month; write it like 2026-10."),
        ("2099-12", "December 2099 has not begun yet."),
    ):
        code, printed = told("--month", month)
        assert (code, printed.count("\n")) == (2, 1)
        assert sentence in printed


def test_a_bad_week_brings_the_post_late_and_never_twice(story):
    """The first business day passed without the bot, and Slack is away when it comes back."""
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down")
    story.comes(utc("12-05T09:00"))
    story.chases()
    assert posts(story) == [], "a Saturday"
    story.comes(utc("12-07T09:00"))
    story.slack.faults.drop_after("chat.postMessage")  # It is said, and nobody hears that it was.
    story.chases()
    story.passes(minutes=2)
    story.chases()
    assert len(posts(story)) == 1
    story.comes(utc("12-31T09:00"))
    story.chases()
    assert len(posts(story)) == 1
    story.comes(utc("01-04T09:00").replace(year=2027))
    story.chases()
    assert "December 2026: no incident" in text(posts(story)[-1])
    assert len(posts(story)) == 2


def test_nothing_is_posted_of_a_time_without_records_or_if_nobody_wants_it(on_stage):
    story = on_stage(rules="report: {post: false}")
    (ana,) = story.people("Ana")
    story.chases()
    ana.declares("Checkout is down")
    story.comes(utc("12-01T09:00"))
    story.chases()
    assert posts(story) == []
