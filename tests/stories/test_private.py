"""A private incident leaves no trace outside its room."""

from datetime import timedelta

import pytest

from bot.workflows import rooms
from db import queries
from tests.story import text

SECRET = "Zebra"


@pytest.fixture
def room(story):
    ana, _ = story.people("Ana", "Bo")
    return ana.declares(
        f"{SECRET} leak", severity="sev1", kind="Security", private=True, what_is_happening=f"{SECRET} found on a forum"
    )


def test_its_room_is_private_and_its_name_says_nothing(story, room):
    assert room.channel["name"] == "inc-1-private"
    assert room.channel["is_private"]
    assert room.members == {"Ana"}
    assert room.card.shows(SECRET, "Private")


def test_nothing_is_announced(story, room):
    ana, _ = story.people("Ana", "Bo")
    for typed in (
        f"update {SECRET} is contained",
        "phase review",
        "take commander",
        f"note {SECRET} again",
        f"severity sev2 {SECRET} is smaller",
        f"action {SECRET} clean-up",
        f"dismiss {SECRET} was a test",
    ):
        ana.types(f"/incident {typed}", room)
    assert story.incidents.messages == []
    assert SECRET not in story.everything_outside("inc-1-private")


def test_an_outsider_hears_what_one_hears_of_a_missing_one(story, room):
    (bo,) = story.people("Bo")
    for command in (
        "status",
        "timeline",
        "note hello",
        "update hello",
        "close",
        "severity sev4 x",
        "phase recovery",
        "take comms",
        "assign comms @Kai",
        "handover comms @Kai x",
        "action hello",
        "review",
        "dismiss x",
        "reopen x",
        "repair",
    ):
        word, _, rest = command.partition(" ")
        hidden = bo.types(f"/incident {word} INC-1 {rest}").said
        missing = bo.types(f"/incident {word} INC-99 {rest}").said
        assert "INC-99" in missing
        assert hidden == missing.replace("INC-99", "INC-1")
    assert len(story.record(1).timeline) == 2


def test_an_outsiders_lists_menus_and_home_leave_it_out(story, room):
    (bo,) = story.people("Bo")
    seen = [bo.types("/incident list").message, bo.types("/incident").message, bo.opens_home()]
    assert SECRET not in str(seen)
    assert "INC-1" not in str(seen)


def test_an_outsider_cannot_merge_into_it(story, room):
    (bo,) = story.people("Bo")
    other = bo.declares("Payments fail")
    assert "no incident INC-1 that you can see" in bo.types("/incident merge INC-1", other).said


def test_public_and_private_do_not_mix(story, room):
    (ana,) = story.people("Ana")
    other = ana.declares("Payments fail")
    assert "cannot be merged" in ana.types("/incident merge INC-1", other).said
    assert "cannot be merged" in ana.types("/incident merge INC-2", room).said


def test_an_outsiders_stolen_button_does_nothing(story, room):
    """Whoever forges a click on the card is still nobody there."""
    (bo,) = story.people("Bo")
    public = bo.declares("Payments fail")
    outcome = bo.presses("phases.move.assessment", "1:detection:assessment", on=public.card)
    assert "no incident INC-1 that you can see" in outcome.said
    assert story.record(1).incident.phase == "detection"


def test_who_is_invited_may_see_it_and_who_leaves_may_not(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.person.invites(bo.person, room.id)
    story.settles()
    assert SECRET in text(bo.types("/incident status INC-1").message)
    bo.person.leaves(room.id)
    story.settles()
    assert "no incident INC-1 that you can see" in bo.types("/incident status INC-1").said


def test_what_slack_tells_late_changes_nothing(story, room):
    """Slack promises no order: that somebody was out of the room before they came back is no news."""
    (bo,) = story.people("Bo")
    now = story.clock.now()

    def hears(told, minutes_ago):
        with story.bot.parts.store.begin() as work:
            told(work, room=room.id, user=bo.id, at=now - timedelta(minutes=minutes_ago))
        with story.bot.parts.store.read() as session:
            return queries.incident_seen_by(session, 1, bo.id) is not None

    assert hears(rooms.joined, minutes_ago=3)
    assert hears(rooms.left, minutes_ago=5)
    assert not hears(rooms.left, minutes_ago=2)
    assert not hears(rooms.joined, minutes_ago=4)
    assert hears(rooms.joined, minutes_ago=1)


def test_who_gets_a_role_is_brought_in(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident assign commander @Bo", room)
    assert room.members == {"Ana", "Bo"}
    assert SECRET in text(bo.types("/incident status INC-1").message)


def test_when_its_room_cannot_be_made_there_is_none(story):
    """Never a public room because the private one failed."""
    (ana,) = story.people("Ana")
    story.slack.faults.refuse("conversations.create", "restricted_action", times=1)
    ana.types("/incident declare")
    ana.fills("Declare an incident", title=f"{SECRET} leak", private=True)
    assert story.rooms() == []
    assert SECRET not in story.everything_outside()
    said = ana.types("/incident repair INC-1").said
    assert "tried again" in said
    assert story.room("inc-1-private").card.shows(SECRET)


def test_its_review_stays_in_its_room(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    assert "stays in its room" in ana.types("/incident review share", room).said


def test_a_mention_elsewhere_does_not_list_it(story, room):
    """The menu that comes into a public thread is read by everybody."""
    (ana,) = story.people("Ana")
    message = ana.says(f"<@{story.slack.bot_user_id}> what is open?", "incidents")
    assert "INC-1" not in text(story.incidents.thread(message))
