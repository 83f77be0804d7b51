"""Bad input gets a clear sentence, only for who typed it; nothing is half-done and nothing is lost."""

import pytest

from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down")


MISTAKES = {
    "/incident frobnicate": "I do not know `frobnicate`",
    "/incident stauts": "Did you mean `/incident status`?",
    "/incident status": "Which incident?",
    "/incident status INC-99": "There is no incident INC-99 that you can see",
    "/incident status INC-0": "There is no incident INC-0 that you can see",
    "/incident status INC-999999999": "There is no incident INC-999999999 that you can see",
    "/incident note": "Which incident?",
    "/incident declare " + "x" * 3000: "The title has 3000 characters; at most 200 fit",
    "/incident take INC-99 commander": "There is no incident INC-99 that you can see",
    "/incident merge": "Which incident?",
}


def test_each_mistake_has_its_sentence(story):
    (ana,) = story.people("Ana")
    for typed, said in MISTAKES.items():
        outcome = ana.types(typed)
        assert said in outcome.said
        assert outcome.message is None or outcome.message.get("is_ephemeral", True)
    assert story.rooms() == []
    assert story.incidents.messages == []


TITLES = (
    "<!channel> is down",
    "<!here> & <@U0BO> > all",
    "🔥🔥🔥",
    "الخدمة معطلة",
    "Null\x00byte",
    "*bold* _it_ `code`",
    "a" * 200,
    "https://example.com/?a=1&b=2",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s %d",
)


def test_strange_titles_are_shown_as_they_are(story):
    (ana,) = story.people("Ana")
    for number, title in enumerate(TITLES, start=1):
        room = ana.declares(title)
        assert story.record(number).incident.title == title.replace("\x00", "")
        everything = str(room.messages) + str(story.incidents.messages)
        assert "<!channel>" not in everything
        assert "<!here>" not in everything
        assert "49" not in room.card.text
    assert len(story.incidents.messages) == len(TITLES)


def test_a_form_without_a_title_keeps_what_was_typed(story):
    (ana,) = story.people("Ana")
    ana.types("/incident declare")
    for title in ("", "   ", "\x00"):
        outcome = ana.fills("Declare an incident", title=title, what_is_happening="A long story")
        assert not outcome.ok
        assert ana.modal is not None
    ana.fills("Declare an incident", title="Now with a title")
    assert story.record(1).incident.summary == "A long story"


def test_a_form_that_is_refused_says_so_at_its_field(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident severity sev1", room)
    (bo,) = story.people("Bo")
    bo.person.joins(room.id)
    bo.types("/incident dismiss a test", room)
    outcome = ana.fills("Severity", reason="late")
    assert "`/incident reopen <reason>`" in str(outcome.errors)


def test_a_room_that_was_archived_is_left_alone(story, room):
    (ana,) = story.people("Ana")
    ana.person.archives(room.id)
    story.settles()
    assert story.record(1).incident.room_archived
    ana.types("/incident note INC-1 Still worth knowing")
    assert story.record(1).timeline[-1].text == "Still worth knowing"
    assert story.record(1).undelivered == ()


def test_a_renamed_room_stays_the_room(story, room):
    (ana,) = story.people("Ana")
    ana.person.renames(room.id, "the-checkout-thing")
    story.settles()
    ana.types("/incident phase containment", room)
    assert room.card.shows("Containment")


def test_a_command_in_a_thread_is_refused_by_slack_itself(story, room):
    (ana,) = story.people("Ana")
    message = ana.says("hello", room)
    assert not ana.types("/incident status", room, thread_ts=message["ts"]).ok


def test_a_command_in_a_conversation_that_the_bot_is_not_in(story):
    """There the bot cannot post; the answer comes with the acknowledgement."""
    (ana,) = story.people("Ana")
    story.slack.add_channel("board", private=True, members=["Ana"])
    assert "No incident is open" in text(ana.types("/incident list", room="board").message)


def test_a_button_of_an_older_version(story, room):
    (ana,) = story.people("Ana")
    outcome = ana.presses("talk.shout", "1", on=room.card)
    assert "from another version" in outcome.said
