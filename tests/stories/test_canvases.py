"""The review in the room's canvas: kept up to date until it is signed, there once, and never in anybody's way."""

import pytest

from bot import doctor
from bot.doctor import Level
from tests.story import text


@pytest.fixture
def story(on_stage):
    """That somebody deleted the canvas, Slack says when it is to be written anew."""
    told = on_stage()
    yield told
    assert set(told.violations()) <= {"canvases.edit: canvas_not_found"}


def canvases(story, room):
    """What the canvases of a room say."""
    return [one["markdown"] for one in story.slack.state.canvases.values() if one["channel_id"] == room.id]


def calls(story, method):
    return len([request for request in story.slack.requests if request.method == method])


def in_review(story, **fields):
    """An incident in review, of which nothing but its impact is missing."""
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", **fields)
    ana.types("/incident take commander", room)
    ana.types("/incident phase review", room)
    ana.types("/incident action Add an alert", room)
    return room


def finding(story):
    """What the doctor says about canvases."""
    env = {**story.slack.settings(), "DATABASE_URL": story.bot.parts.settings.database_url.get_secret_value()}
    return next((one for one in doctor.examine(story.clock.now, env) if one.name == "canvases"), None)


def test_the_rooms_canvas_shows_the_review_until_it_is_signed(story):
    (ana,) = story.people("Ana")
    room = in_review(story, private=True)
    (shown,) = canvases(story, room)
    assert shown.startswith("# Post-incident review of INC-1\n\n_Written anew whenever the review changes")
    ana.types("/incident review", room)
    ana.fills("Post-incident review", impact="*Half* of all orders", contributing_factors="A disk", timeline_read=True)
    (shown,) = canvases(story, room)
    assert "\\*Half\\* of all orders" in shown
    ana.types("/incident review done", room)
    (signed,) = canvases(story, room)
    assert "Written anew" not in signed
    assert "- Signed by" in signed
    ana.types("/incident note too late", room)
    assert canvases(story, room) == [signed]
    assert len(story.slack.state.canvases) == 1, "a private incident's is in its room, and nowhere else"

    # Somebody deletes it, and the review goes on: there is another one.
    del story.slack.state.canvases[story.record(1).review.canvas]
    story.slack.state.channels[room.id].info["properties"].pop("canvas")
    ana.types("/incident review", room)
    ana.fills("Post-incident review", where_were_we_lucky="It was night")
    (shown,) = canvases(story, room)
    assert "It was night" in shown
    assert finding(story) is None


def test_without_canvases_it_is_said_once_and_everything_goes_on(story):
    (ana,) = story.people("Ana")
    story.slack.faults.refuse("conversations.canvases.create", "team_tier_cannot_create_channel_canvases")
    room = in_review(story)
    ana.types("/incident note The disk is full again", room)
    assert (canvases(story, room), calls(story, "conversations.canvases.create")) == ([], 1)
    assert "could not" not in room.card.text
    assert "The disk is full again" in text(room.messages)
    assert (finding(story).level, "team_tier_cannot_create" in finding(story).sentence) == (Level.WARN, True)

    # The plan has canvases now: the next incident sees that by itself, this one when it is repaired.
    assert len(canvases(story, in_review(story))) == 1
    assert finding(story) is None
    ana.types("/incident repair", room)
    assert len(canvases(story, room)) == 1


def test_what_somebody_wrote_in_the_rooms_canvas_stays(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    notes = {"type": "markdown", "markdown": "# Notes\nmine"}
    story.bot.parts.slack.call("conversations.canvases.create", channel_id=room.id, document_content=notes)
    ana.types("/incident phase review", room)
    ana.types("/incident note one", room)
    assert canvases(story, room) == ["# Notes\nmine"]
    assert story.record(1).review.canvas_refused == "channel_canvas_already_exists"


def test_what_else_goes_wrong_is_shown_and_repaired(story):
    (ana,) = story.people("Ana")
    story.slack.faults.refuse("conversations.canvases.create", "channel_not_found")
    room = in_review(story)
    assert room.card.shows("the review could not be written into the room's canvas")
    ana.types("/incident repair", room)
    assert len(canvases(story, room)) == 1
    assert "could not" not in room.card.text


def test_a_policy_may_do_without(on_stage):
    story = on_stage(rules="review: {canvas: off}")
    assert canvases(story, in_review(story)) == []
    assert calls(story, "conversations.canvases.create") == 0
