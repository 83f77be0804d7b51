"""The review: generated, filled in, done. The whole life of an incident, once."""

from datetime import timedelta

import pytest

from bot import doctor
from bot.doctor import Level
from tests.stories.test_endings import answer_everything
from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def document(room):
    """The review document as it stands in the room."""
    return "\n".join(text(message) for message in room.said("Contributing factors") or room.messages[-1:])


def test_entering_review_creates_it_with_owner_date_and_document(story, room):
    ana, mia = story.people("Ana", "Mia")
    ana.types("/incident assign commander @Mia", room)
    ana.types("/incident phase review", room)
    review = story.record(1).review
    assert (review.state, review.owner) == ("draft", mia.id)
    assert review.due_at == story.clock.now() + timedelta(days=3)
    written = document(room)
    for heading in (
        "Timeline",
        "Impact",
        "Contributing factors",
        "What went well",
        "What went less well",
        "Where we were lucky",
        "Preventive actions",
    ):
        assert heading in written
    assert "Checkout is down" in written


def test_without_a_commander_the_declarer_owns_it(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    assert story.record(1).review.owner == ana.id


def test_entering_it_twice_creates_it_once(story, room):
    (ana,) = story.people("Ana")
    for phase in ("review", "recovery", "review"):
        ana.types(f"/incident phase {phase}", room)
    assert len(room.said("Contributing factors")) == 1


def test_every_edit_redraws_the_document(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    before = len(room.messages)
    ana.types("/incident review", room)
    ana.fills(
        "Post-incident review",
        impact="10 % of orders failed",
        contributing_factors="A full disk",
        what_went_well="The rollback took two minutes",
    )
    assert "10 % of orders failed" in document(room)
    assert "The rollback took two minutes" in document(room)
    ana.types("/incident note It was disk 3", room)
    assert "It was disk 3" in document(room)
    assert len(room.messages) == before + 1, "the note; the document was edited, not posted again"


def test_done_says_what_is_missing(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    said = text(ana.types("/incident review done", room).message)
    for missing in ("what the impact was", "no contributing factor", "no preventive action", "read the timeline"):
        assert missing in said


def test_the_whole_life_of_an_incident(story, room):
    (ana,) = story.people("Ana")
    answer_everything(story, room)
    ana.types("/incident severity sev1 half of all orders", room)
    ana.types("/incident phase review", room)
    ana.types("/incident action @Bo by friday Add an alert on disk space", room)
    ana.types("/incident review", room)
    ana.fills(
        "Post-incident review", impact="Half of all orders", contributing_factors="A full disk", timeline_read=True
    )
    assert "Still missing" in text(ana.types("/incident close", room).message)
    ana.types("/incident review done", room)
    assert story.record(1).review.state == "done"
    ana.types("/incident risk", room)
    ana.fills("Which risk was this?", which_risk_was_this="none", why="A typo in a test")
    ana.types("/incident close", room)
    assert story.record(1).incident.phase == "closed"
    assert room.card.shows("Closed")


def test_a_review_is_shared_in_the_announcements_thread(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    ana.types("/incident review share", room)
    assert "Contributing factors" in "".join(map(text, story.incidents.thread(story.incidents.messages[0])))


def test_a_long_document_is_split_and_not_cut(story, room):
    (ana,) = story.people("Ana")
    for number in range(60):
        ana.person.types(f"/incident note entry {number} " + "x" * 400, channel=room.id)
    ana.types("/incident phase review", room)
    pages = [text(message) for message in room.messages if message["ts"] in story.record(1).review.pages]
    assert len(pages) > 1
    assert all(f"entry {number} " in "".join(pages) for number in range(60))


def test_a_template_with_an_error_is_named_and_the_built_in_one_used(on_stage, tmp_path, caplog):
    (tmp_path / "review.md.j2").write_text("Ours\n{{ incident.nickname }}\n")
    story = on_stage(rules=f"templates: {{folder: '{tmp_path}'}}")
    room = story.people("Ana")[0].declares("Checkout is down")
    story.people("Ana")[0].types("/incident phase review", room)
    assert "Where we were lucky" in document(room)
    said = "review.md.j2:2: 'db.records.incidents.IncidentRecord object' has no attribute 'nickname'."
    assert f"{said} The built-in template is used instead." in caplog.text
    env = {**story.slack.settings(), "TOCSIN_POLICY": str(tmp_path / "policy.yml")}
    found = next(one for one in doctor.examine(story.clock.now, env) if one.name == "templates")
    assert (found.level, found.sentence.endswith(said)) == (Level.WARN, True)


def test_there_is_no_review_before_its_phase(story, room):
    (ana,) = story.people("Ana")
    for typed in ("review", "review done", "review share"):
        assert "no review yet" in ana.types(f"/incident {typed}", room).said


def test_a_finished_review_is_finished(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    ana.types("/incident action Add an alert", room)
    ana.types("/incident review", room)
    ana.fills("Post-incident review", impact="Some", contributing_factors="A disk", timeline_read=True)
    ana.types("/incident review done", room)
    assert "is done" in ana.types("/incident review done", room).said
