"""Notes, updates and the timeline."""

import pytest

from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def test_a_note_is_on_the_timeline_and_in_the_room(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident note We restarted the pods", room)
    assert room.said("We restarted the pods", ana.mention)
    entry = story.record(1).timeline[-1]
    assert (entry.kind, entry.by, entry.text) == ("note", ana.id, "We restarted the pods")


def test_a_note_from_elsewhere_names_the_incident(story, room):
    (bo,) = story.people("Bo")
    bo.types("/incident note INC-1 It began at noon", room="general")
    assert room.said("It began at noon")


def test_a_note_without_words_asks_for_them(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident note", room)
    ana.fills("Add a note", note="Written in the form")
    assert room.said("Written in the form")


def test_an_update_goes_to_the_room_and_to_the_announcements_thread(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident update Payments work again for 90 %", room)
    assert room.said("Payments work again for 90 %")
    (announcement,) = story.incidents.messages
    (reply,) = story.incidents.thread(announcement)
    assert "Payments work again for 90 %" in text(reply)


def test_an_update_with_the_button(story, room):
    (ana,) = story.people("Ana")
    ana.clicks("Update", on=room.card)
    ana.fills("Post an update", update="Half of it is back")
    assert room.said("Half of it is back")


def test_updates_stay_in_order(story, room):
    (ana,) = story.people("Ana")
    for word in ("one", "two", "three"):
        ana.types(f"/incident update {word}", room)
    (announcement,) = story.incidents.messages
    replies = [text(message) for message in story.incidents.thread(announcement)]
    assert [word for word in ("one", "two", "three") if word in "".join(replies)] == ["one", "two", "three"]
    assert all(word in reply for word, reply in zip(("one", "two", "three"), replies, strict=True))


def test_the_timeline_is_shown_oldest_first_to_who_asks(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident note first", room)
    story.passes(minutes=5)
    ana.types("/incident note second", room)
    outcome = ana.types("/incident timeline", room)
    shown = text(outcome.message)
    assert shown.index("Checkout is down") < shown.index("first") < shown.index("second")
    assert bo.types("/incident timeline INC-1").message is not None


def test_a_pushpin_puts_a_message_on_the_timeline_once(story, room):
    ana, bo = story.people("Ana", "Bo")
    bo.person.joins(room.id)
    message = bo.says("The disk is full", room)
    ana.reacts("pushpin", message)
    bo.reacts("pushpin", message)
    pinned = [e for e in story.record(1).timeline if e.kind == "pinned"]
    assert [(e.by, e.text) for e in pinned] == [(bo.id, "The disk is full")]
    assert pinned[0].data["link"].startswith("https://")
    reactions = room.messages[-1]["reactions"]
    assert "white_check_mark" in [reaction["name"] for reaction in reactions]


def test_a_pushpin_on_a_reply_in_a_thread(story, room):
    (ana,) = story.people("Ana")
    question = ana.says("What did we change?", room)
    reply = ana.says("The load balancer", room, thread_ts=question["ts"])
    ana.reacts("pushpin", reply)
    assert story.record(1).timeline[-1].text == "The load balancer"


def test_other_emoji_and_other_channels_mean_nothing(story, room):
    (ana,) = story.people("Ana")
    ana.reacts("tada", ana.says("Hooray", room))
    ana.reacts("pushpin", ana.says("Not in a room", "incidents"))
    assert "pinned" not in story.told(1)


def test_edits_and_deletions_are_new_entries(story, room):
    (ana,) = story.people("Ana")
    message = ana.says("The disk is ful", room)
    ana.reacts("pushpin", message)
    story.passes(seconds=30)
    ana.edits(message, "The disk is full")
    story.passes(seconds=30)
    ana.deletes(message)
    last = story.record(1).timeline[-3:]
    assert [(e.kind, e.text) for e in last] == [
        ("pinned", "The disk is ful"),
        ("edited", "The disk is full"),
        ("deleted", "The disk is full"),
    ]


def test_an_event_delivered_three_times_acts_once(story, room):
    (ana,) = story.people("Ana")
    message = ana.says("The disk is full", room)
    story.slack.faults.deliver_twice("reaction_added", times=2)
    ana.reacts("pushpin", message)
    assert story.told(1).count("pinned") == 1


def test_the_message_shortcut_in_the_room(story, room):
    (ana,) = story.people("Ana")
    message = ana.says("The disk is full", room)
    ana.shortcut("Add to timeline", message=message)
    assert story.record(1).timeline[-1].text == "The disk is full"


def test_the_message_shortcut_elsewhere_asks_for_the_incident(story, room):
    ana, bo = story.people("Ana", "Bo")
    message = bo.says("I saw errors at noon", "general")
    ana.shortcut("Add to timeline", message=message)
    ana.fills("Add to timeline", incident="INC-1")
    entry = story.record(1).timeline[-1]
    assert (entry.kind, entry.by, entry.text) == ("pinned", bo.id, "I saw errors at noon")


def test_a_mention_in_a_thread_brings_the_buttons_there(story, room):
    """Slash commands do not work in threads."""
    (ana,) = story.people("Ana")
    question = ana.says("Where are we?", room)
    ana.says(f"<@{story.slack.bot_user_id}> help", room, thread_ts=question["ts"])
    menu = room.thread(question)[-1]
    ana.clicks("Update", on=menu)
    ana.fills("Post an update", update="Written from the thread")
    assert room.said("Written from the thread")


def test_a_long_message_from_elsewhere_fits_through_the_form(story, room):
    ana, bo = story.people("Ana", "Bo")
    message = bo.says('"<&>\n' * 600, "general")
    ana.shortcut("Add to timeline", message=message)
    ana.fills("Add to timeline", incident="INC-1")
    assert story.record(1).timeline[-1].text.startswith('"<&>\n"<&>')


def test_a_mention_delivered_three_times_is_answered_once(story, room):
    (ana,) = story.people("Ana")
    story.slack.faults.deliver_twice("app_mention", times=2)
    question = ana.says(f"<@{story.slack.bot_user_id}> where are we?", room)
    assert len(room.thread(question)) == 1
