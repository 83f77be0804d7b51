"""Follow-up actions."""

from datetime import date

import pytest

from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def test_owner_day_and_words_in_one_line(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident action @Bo by friday Add an alert on queue depth", room)
    (action,) = story.record(1).actions
    assert (action.owner, action.due_on, action.text) == (bo.id, date(2026, 11, 27), "Add an alert on queue depth")
    assert room.said("Add an alert on queue depth", bo.mention)
    assert "Bo" in room.members


def test_without_owner_and_day_it_is_mine_by_the_policys_time(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident action Add an alert", room)
    (action,) = story.record(1).actions
    assert (action.owner, action.due_on) == (ana.id, date(2026, 12, 9))


def test_with_the_form(story, room):
    ana, kai = story.people("Ana", "Kai")
    ana.types("/incident action", room)
    ana.fills("Add an action", action="Write a runbook", owner=kai.id, due="2026-12-01")
    (action,) = story.record(1).actions
    assert (action.owner, action.due_on, action.text) == (kai.id, date(2026, 12, 1), "Write a runbook")


def test_what_cannot_be_is_refused_with_the_right_form(story, room):
    (ana,) = story.people("Ana")
    for typed, said in {
        "@Bo by someday Add an alert": "“someday” is not a day I know",
        "@Bo by friday": "What is to be done?",
        "@Bo by 2020-01-01 Add an alert": "2020-01-01 has passed",
        "@nobody by friday Add an alert": "cannot tell who “@nobody” is",
        "by friday " + "x" * 501: "has 501 characters; at most 500 fit",
    }.items():
        assert said in ana.types(f"/incident action {typed}", room).said
    assert story.record(1).actions == ()


def test_moved_rejected_and_done_with_a_proof(story, room):
    ana, kai = story.people("Ana", "Kai")
    ana.types("/incident action", room)
    ana.fills("Add an action", action="Alert on queue depth", owner=kai.id, kind="Detect", priority="High")
    ana.types("/incident action Buy a bigger disk", room)
    listed = ana.types("/incident actions", room)
    assert "Detect, high priority" in text(listed.message)

    ana.presses("actions.move", "1:1", room.card)
    ana.fills("Move the action", due="2026-12-24")
    ana.presses("actions.reject", "1:2", room.card)
    ana.fills("Reject the action", reason="Disks are not the problem")
    ana.presses("actions.prove", "1:1", room.card)
    ana.fills("Done, with proof", where_can_that_be_seen="https://example.com/changes/7")
    first, second = story.record(1).actions
    assert (first.state, first.due_on, first.proof) == ("done", date(2026, 12, 24), "https://example.com/changes/7")
    assert (second.state, second.rejected_because) == ("rejected", "Disks are not the problem")
    assert room.said("will not be done", "Disks are not the problem")
    assert "is rejected already" in text(ana.presses("actions.done", "1:2", room.card).message)
    shown = text(ana.types("/incident actions", room).message)
    assert "rejected: Buy a bigger disk" in shown
    ana.types("/incident phase review", room)
    assert "no preventive action" not in text(ana.types("/incident review done", room).message)
