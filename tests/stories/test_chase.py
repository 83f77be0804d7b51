"""What is overdue is chased: the owner, the room, the commander, leadership, and then weekly."""

from datetime import timedelta

import pytest

from tests.story import text

RULES = """
    leadership:
      - {name: Mia, slack: U0MIA, email: mia@example.com}
    severities:
      sev1: {review_due: 3d}
"""


@pytest.fixture
def story(on_stage):
    return on_stage(rules=RULES)


@pytest.fixture
def room(story):
    """A review, owned by Bo; Kai is commander."""
    return story.begins(in_review)


def in_review(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    ana.types("/incident assign commander @Bo", room)
    ana.types("/incident phase review", room)
    ana.types("/incident handover commander @Kai your turn", room)
    story.passes(days=3)
    return room


def reminders(person):
    """What the person is told besides is another story."""
    return [message for message in person.direct_messages() if "overdue" in text(message)]


def test_nobody_is_chased_before_it_is_due(story, room):
    story.clock.moves(-timedelta(minutes=1))
    assert story.chases() == 0


def test_the_ladder(story, room):
    bo, kai, mia = story.people("Bo", "Kai", "Mia")
    for morning in range(4):
        assert story.chases() == 1
        told = [len(reminders(person)) for person in (bo, kai, mia)]
        assert told == [[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]][morning]
        assert len(room.said("overdue", bo.mention)) == (morning >= 1)
        story.passes(days=1)
    assert "INC-1" in text(reminders(mia)[0])


def test_then_leadership_hears_every_week(story, room):
    (mia,) = story.people("Mia")
    for _ in range(25):
        story.chases()
        story.passes(days=1)
    assert len(reminders(mia)) == 4


def test_running_often_and_in_several_places_reminds_once(story, room):
    (bo,) = story.people("Bo")
    assert [story.chases() for _ in range(5)] == [1, 0, 0, 0, 0]
    assert len(reminders(bo)) == 1


def test_done_from_the_reminder_when_all_is_there(story, room):
    bo, kai = story.people("Bo", "Kai")
    story.chases()
    (reminder,) = reminders(bo)
    bo.types("/incident action Add an alert", room)
    bo.types("/incident review INC-1")
    bo.fills("Post-incident review", impact="Some", contributing_factors="A disk", timeline_read=True)
    bo.clicks("Done", on=reminder)
    assert story.record(1).review.state == "in_review"
    story.passes(days=1)
    assert story.chases() == 1
    asked, reminded = [message for message in kai.direct_messages() if "sign" in text(message)]
    assert "waits for your signature" in text(reminded)
    kai.clicks("Sign review", on=asked)
    assert story.record(1).review.state == "done"
    story.passes(days=5)
    assert story.chases() == 0


def test_done_too_early_says_what_is_missing(story, room):
    (bo,) = story.people("Bo")
    story.chases()
    bo.clicks("Done", on=reminders(bo)[0])
    assert story.record(1).review.state == "draft"
    assert "no contributing factor" in text(bo.direct_messages())


def test_snoozing_needs_a_reason_which_stays_on_the_timeline(story, room):
    (bo,) = story.people("Bo")
    story.chases()
    bo.clicks("Snooze 1 day", on=reminders(bo)[0])
    bo.fills("Snooze", reason="I am at a conference")
    entry = story.record(1).timeline[-1]
    assert (entry.kind, entry.text) == ("snoozed", "I am at a conference")
    story.passes(hours=23)
    assert story.chases() == 0
    story.passes(hours=1)
    assert story.chases() == 1


def test_whoever_gets_it_is_asked_first(story, room):
    bo, kai = story.people("Bo", "Kai")
    story.chases()
    story.passes(days=1)
    story.chases()
    bo.clicks("Give to …", on=reminders(bo)[0])
    bo.fills("Give the review", person=kai.id)
    assert story.record(1).review.owner == kai.id
    assert story.chases() == 1
    assert len(reminders(kai)) == 1


def test_an_owner_who_left_is_not_written_to_and_the_room_finds_another(story, room):
    bo, kai = story.people("Bo", "Kai")
    before = len(bo.direct_messages())
    story.slack.deactivate("Bo")
    kai.says("Where is Bo?", room)
    assert story.chases() == 1
    assert len(bo.direct_messages()) == before
    (asked,) = room.said("overdue")
    kai.clicks("Give to …", on=asked)
    assert "has left" in str(kai.fills("Give the review", person=bo.id))
    kai.fills("Give the review", person=kai.id)
    assert story.record(1).review.owner == kai.id
    story.passes(days=1)
    assert story.chases() == 1
    assert "your post-incident review" in text(reminders(kai)[-1])


def test_overdue_actions_are_chased_alike(story, room):
    ana, kai = story.people("Ana", "Kai")
    ana.types("/incident action @Kai by tomorrow Add an alert", room)
    story.passes(days=1)
    story.chases()
    before = len(reminders(kai))
    story.passes(days=1)
    story.chases()
    mine = [message for message in reminders(kai) if "Add an alert" in text(message)]
    assert len(reminders(kai)) > before
    kai.clicks("Done", on=mine[0])
    (action,) = story.record(1).actions
    assert action.state == "done"


def test_leadership_of_a_private_incident_hears_nothing_of_what_it_is(story):
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares("Merger with Zebra", severity="sev1", private=True)
    ana.types("/incident phase review", room)
    story.passes(days=3)
    for _ in range(4):
        story.chases()
        story.passes(days=1)
    (told,) = reminders(mia)
    assert "INC-1" in text(told)
    assert "Zebra" not in str(told)
    assert ana.id not in str(told)
    assert "Zebra" in text(room.messages)
