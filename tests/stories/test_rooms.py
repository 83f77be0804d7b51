"""What people do to rooms while nobody listens. The bot looks once an hour, and when somebody asks for a repair."""

import pytest

from bot import schedule
from tests.stories.test_watch import looks
from tests.story import text


@pytest.fixture
def story(on_stage):
    """A bot that looks for a room that is gone must ask for it: nothing else may be a breach of Slack's rules."""
    told = on_stage()
    yield told
    assert [
        broken for broken in told.violations() if not broken.startswith("conversations.info: channel_not_found")
    ] == []


@pytest.fixture
def room(story):
    """INC-1's, of Ana, with Bo as commander."""
    ana, bo = story.people("Ana", "Bo")
    here = ana.declares("Checkout is down")
    bo.types("/incident take INC-1 commander")
    return here


@pytest.fixture
def private_room(story):
    """INC-1's, which nobody else may see."""
    ana, _ = story.people("Ana", "Bo")
    here = ana.declares("Somebody copied the ledger", private=True)
    ana.types("/incident assign commander @Bo", here)
    return here


def unheard(story, room):
    """The channel, to be changed without an event: Slack told of it, and gave up."""
    return story.slack.conversation(room.id)


def an_hour_later(story):
    story.passes(hours=1)
    assert schedule.check_rooms(story.bot.parts) == 1
    story.settles()


def calls_since(story, before):
    return [one.method for one in list(story.slack.requests)[before:]]


def test_all_is_well_and_costs_two_calls_a_room(story, room):
    before, told = len(story.slack.requests), story.told(1)
    an_hour_later(story)
    assert calls_since(story, before) == ["conversations.info", "pins.add"]
    assert story.told(1) == told
    assert schedule.check_rooms(story.bot.parts) == 0, "another bot, in the same hour"


def test_a_room_was_renamed(story, room):
    unheard(story, room).info["name"] = "the-checkout-thing"
    an_hour_later(story)
    assert story.record(1).incident.room_name == "the-checkout-thing"
    assert story.told(1)[-1] == "room"


def test_the_card_was_deleted(story, room):
    channel = unheard(story, room)
    ts = room.card.message["ts"]
    channel.pins.pop(ts)
    del channel.messages[ts]
    an_hour_later(story)
    assert room.card.shows("Checkout is down", "Detection")
    assert room.card.message["ts"] != ts


def test_the_card_was_unpinned(story, room):
    unheard(story, room).pins.clear()
    before = len(story.slack.requests)
    an_hour_later(story)
    assert room.card.shows("Checkout is down")
    assert "chat.postMessage" not in calls_since(story, before)


def test_the_room_was_archived(story, room):
    """A bot cannot bring it back: it says so to somebody who can, once."""
    _, bo = story.people("Ana", "Bo")
    unheard(story, room).info["is_archived"] = True
    an_hour_later(story)
    an_hour_later(story)
    (said,) = [text(m) for m in bo.direct_messages() if "archived the room" in text(m)]
    assert "Bots cannot bring a channel back: unarchive it in Slack" in said
    assert story.record(1).incident.room_archived
    unheard(story, room).info["is_archived"] = False
    an_hour_later(story)
    assert not story.record(1).incident.room_archived
    bo.types("/incident phase INC-1 containment")
    assert room.card.shows("Containment")


def test_the_bot_was_put_out_of_a_public_room(story, room):
    """It walks in again, and says what it could not say meanwhile."""
    (ana,) = story.people("Ana")
    unheard(story, room).members.pop(story.slack.bot_user_id)
    ana.types("/incident update INC-1 Half of the orders work")
    an_hour_later(story)
    assert story.slack.bot_user_id in room.channel["members"]
    assert len(room.said("Half of the orders work")) == 1
    assert story.record(1).undelivered == ()


def test_a_public_room_was_deleted(story, room):
    """Another is opened, with everybody who was in it."""
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    kai.person.joins(room.id)
    story.settles()
    ana.types("/incident phase containment", room)
    del story.slack.state.channels[room.id]
    an_hour_later(story)
    another = story.room("inc-1-checkout-is-down")
    assert another.id != room.id
    assert another.card.shows("Checkout is down", "Containment")
    assert another.members == {"Ana", "Bo", "Kai"}
    assert f"<#{another.id}>" in text(story.incidents.messages[0])
    assert "found the room deleted, and opens another" in text(bo.types("/incident timeline INC-1").message)


def test_the_bot_was_put_out_of_a_private_room(story, private_room):
    """For Slack it does not exist. No second room is opened: its people are asked, once, without a word on what it is."""
    ana, bo = story.people("Ana", "Bo")
    unheard(story, private_room).members.pop(story.slack.bot_user_id)
    an_hour_later(story)
    an_hour_later(story)
    (said,) = [text(m) for m in bo.direct_messages() if "cannot find the room" in text(m)]
    assert "/invite @tocsin" in said
    assert "ledger" not in said
    assert story.rooms() == ["inc-1-private"]
    ana.types("/incident update INC-1 The stick is found")
    assert private_room.said("The stick is found") == []

    ana.person.invites("tocsin", private_room.id)
    story.settles()
    ana.types("/incident repair INC-1")
    assert len(private_room.said("The stick is found")) == 1
    assert private_room.card.shows("Somebody copied the ledger")
    assert story.record(1).undelivered == ()
    assert not story.record(1).incident.room_lost


def test_a_private_room_was_deleted(story, private_room):
    """Only its people know that; their repair opens another."""
    ana, _ = story.people("Ana", "Bo")
    del story.slack.state.channels[private_room.id]
    an_hour_later(story)
    assert story.rooms() == []
    ana.types("/incident repair INC-1")
    another = story.room("inc-1-private")
    assert another.channel["is_private"]
    assert another.card.shows("Somebody copied the ledger")
    assert another.members == {"Ana", "Bo"}
    assert "ledger" not in story.everything_outside(another.id)


def test_rooms_are_looked_at_when_slack_is_back(story, room):
    channel = unheard(story, room)
    story.slack.faults.go_down()
    looks(story, 4)
    channel.info["name"] = "the-checkout-thing"
    channel.pins.clear()
    story.slack.faults.come_back()
    looks(story, 6)
    assert story.record(1).incident.room_name == "the-checkout-thing"
    assert room.card.shows("Checkout is down")


def test_a_repair_looks_at_once(story, room):
    (ana,) = story.people("Ana")
    unheard(story, room).pins.clear()
    ana.types("/incident repair", room)
    assert room.card.shows("Checkout is down")
