"""Slack is down, and the incident goes on at the command line. When Slack is back it shows all of that, once."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from bot import cli
from bot.__main__ import main
from tests.stories.test_watch import looks
from tests.story import text


@pytest.fixture
def shell(story, database_url, monkeypatch):
    """Types a command at the machine that the bot runs on: `shell("note", "INC-1", "It was the pods")`."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def types(*words, gives=0):
        assert main(words) == gives
        # The command line reads the machine's clock; the story's is not to be behind it.
        story.comes(max(story.clock.now(), datetime.now(UTC)))

    story.comes(datetime.now(UTC))
    return types


def late(message):
    return "posted late, happened <!date^" in text(message)


def test_everything_is_done_at_the_command_line_and_shown_when_slack_is_back(story, shell, capsys):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down")
    story.slack.faults.go_down()
    looks(story, 4)

    shell("declare", "Logins fail", "--severity", "sev1")
    shell("assign", "INC-2", "commander", bo.id)
    shell("assign", "INC-1", "primary", bo.id, "--by", ana.id)
    shell("phase", "INC-1", "containment")
    shell("severity", "INC-1", "sev2", "Half of all orders fail")
    shell("note", "INC-1", "We restarted the pods")
    for n in range(20):
        shell("update", "INC-1", f"Update number {n + 1} of 20")
    shell("close", "INC-1", gives=1)
    assert story.rooms() == ["inc-1-checkout-is-down"]
    assert "INC-2\tsev1\tdetection" in said(capsys, shell, "list")
    assert "Incident Commander: U0BO" in said(capsys, shell, "show", "INC-2")
    story.passes(minutes=10)

    before = len(story.slack.requests)
    story.slack.faults.come_back()
    looks(story, 6)

    assert story.rooms() == ["inc-1-checkout-is-down", "inc-2-logins-fail"]
    assert room.card.shows("● Containment", "SEV2", f"<@{bo.id}>")
    assert story.room("inc-2-logins-fail").card.shows("Logins fail", "SEV1", f"by {cli.shell_user()}, <!date^")
    assert story.room("inc-2-logins-fail").members == {"Bo"}
    assert len(story.incidents.said("INC-2")) == 1

    order = ["gave the role", "moved this from", "changed the severity", "We restarted the pods"]
    order += [f"Update number {n + 1} of 20" for n in range(20)]
    told = [message for message in room.said() if late(message)]
    assert len(told) == len(order)
    assert all(words in text(message) for words, message in zip(order, told, strict=True))
    replies = [text(reply) for reply in story.incidents.thread(story.incidents.said("INC-1")[0])]
    assert [reply for reply in replies if "Update number" in reply] == [
        reply for n in range(20) for reply in replies if f"Update number {n + 1} of 20" in reply
    ]
    since = [one for one in list(story.slack.requests)[before:] if one.method == "chat.update" and one.answer["ok"]]
    updates = Counter((one.arguments["channel"], one.arguments["ts"]) for one in since)
    assert set(updates.values()) == {1}, "each shows the newest state once, and not once a change"


def said(capsys, shell, *words):
    capsys.readouterr()
    shell(*words)
    return capsys.readouterr().out


def test_who_acts_at_the_shell_is_plain_text_and_never_a_mention(story, shell):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    shell("note", "INC-1", "We restarted the pods")
    (note,) = room.said("We restarted the pods")
    assert f"{cli.shell_user()} noted" in text(note)
    assert f"{cli.shell_user()} noted" in text(ana.types("/incident timeline", room).message)
    assert not late(note)


def test_what_is_said_in_time_bears_no_mark(story, shell):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    story.slack.faults.go_down()
    shell("update", "INC-1", "Four minutes late")
    story.passes(minutes=3)
    story.slack.faults.come_back()
    story.passes(minutes=1)
    (update,) = room.said("Four minutes late")
    assert not late(update)


def test_declared_at_the_shell_the_room_is_asked_in_place_of_its_owner(story, shell):
    """A review has an owner, who is reminded; somebody at a shell has no direct messages."""
    shell("declare", "Checkout is down", "--severity", "sev1")
    shell("phase", "INC-1", "review")
    room = story.room("inc-1-checkout-is-down")
    story.passes(days=4)
    assert story.chases() >= 1
    assert room.said("is overdue")
    assert story.record(1).undelivered == ()
