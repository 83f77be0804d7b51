"""An incident moves through its phases."""

import pytest


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def test_everyone_sees_the_same_card(story, room):
    """The card is the truth: one message, edited, never a second one."""
    ana, bo = story.people("Ana", "Bo")
    before = room.card.message["ts"]
    bo.clicks("Assessment", on=room.card)
    ana.clicks("Containment", on=room.card)
    assert room.card.message["ts"] == before
    assert room.card.shows("Containment", "SEV1")
    assert story.record(1).incident.phase == "containment"


def test_a_typed_phase_moves_and_says_what_is_missing(story, room):
    (ana,) = story.people("Ana")
    outcome = ana.types("/incident phase containment", room)
    assert "severity is not confirmed" in outcome.said
    assert room.card.shows("nobody is Incident Commander")
    assert room.said("Containment", ana.mention)


def test_a_relapse_goes_back(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase recovery", room)
    ana.types("/incident phase containment", room)
    moves = [(e.data["from"], e.data["to"]) for e in story.record(1).timeline if e.kind == "phase"]
    assert moves == [("detection", "recovery"), ("recovery", "containment")]


def test_the_announcement_follows_and_its_thread_tells(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase containment", room)
    (announcement,) = story.incidents.messages
    assert "Containment" in str(announcement["blocks"])
    assert "Containment" in str(story.incidents.thread(announcement))


def test_who_was_slower_hears_who_was_faster(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.clicks("Assessment", on=room.card)
    story.passes(seconds=20)
    outcome = bo.presses("phases.move.assessment", "1:detection:assessment", on=room.card)
    assert f"{ana.mention} moved this to assessment 20 seconds ago" in outcome.said
    assert story.told(1).count("phase") == 1


def test_five_clicks_leave_one_card(story, room):
    (ana,) = story.people("Ana")
    for phase in ("assessment", "containment", "recovery", "containment", "recovery"):
        ana.types(f"/incident phase {phase}", room)
    assert room.card.shows("Recovery")
    assert len(room.said("INC-1", "Detection")) == 1


def test_gaps_are_asked_by_buttons_and_disappear(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident phase recovery", room)
    ana.clicks("Confirm severity", on=room.card)
    ana.clicks("Take command", on=room.card)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="Yes")
    ana.clicks("Contained…", on=room.card)
    ana.fills("Containment", what_stopped_the_damage="Rolled back the deployment")
    ana.clicks("Verified…", on=room.card)
    ana.fills("Recovery verified", how_was_it_checked="Ten test orders", by_whom=bo.id)
    bo.types("/incident take INC-1 primary")
    record = story.record(1)
    assert record.incident.containment == "Rolled back the deployment"
    assert record.incident.verified_by == bo.id
    assert "Confirm severity" not in room.card.buttons
    assert "not confirmed" not in room.card.text
    assert "nobody" not in room.card.text


def test_the_same_phase_is_refused(story, room):
    (ana,) = story.people("Ana")
    assert "in detection already" in ana.types("/incident phase detection", room).said


def test_a_wrong_phase_shows_the_right_ones(story, room):
    (ana,) = story.people("Ana")
    for word in ("closed", "done", "", "containmentt"):
        said = ana.types(f"/incident phase {word}", room).said
        assert "`/incident phase containment`" in said
        assert "detection, assessment, containment, recovery, review" in said


def test_within_one_minute_the_order_is_kept(story):
    """Slack's picker knows no seconds; what was contained now was not contained before it was declared."""
    (ana,) = story.people("Ana")
    story.passes(seconds=40)
    room = ana.declares("Checkout is down")
    story.passes(seconds=5)
    ana.types("/incident phase containment", room)
    ana.clicks("Contained…", on=room.card)
    minute = story.clock.now().replace(second=0)
    ana.fills("Containment", what_stopped_the_damage="Rolled back", when=int(minute.timestamp()))
    assert story.told(1)[-1] == "contained"
    assert story.record(1).incident.contained_at == story.clock.now()
