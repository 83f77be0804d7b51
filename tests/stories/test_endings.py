"""An incident ends: closed, dismissed, merged. And is opened again."""

import pytest

from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev4")


def answer_everything(story, room):
    """All that closing a small incident asks for."""
    (ana,) = story.people("Ana")
    ana.types("/incident take commander", room)
    ana.types("/incident severity sev4", room)
    ana.types("/incident phase recovery", room)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="No")
    ana.clicks("Contained…", on=room.card)
    ana.fills("Containment", what_stopped_the_damage="Restarted it")
    ana.clicks("Verified…", on=room.card)
    ana.fills("Recovery verified", how_was_it_checked="Looked at it", by_whom=ana.id)


def test_closing_says_exactly_what_is_missing(story, room):
    (ana,) = story.people("Ana")
    outcome = ana.types("/incident close", room)
    said = text(outcome.message)
    for missing in (
        "severity is not confirmed",
        "nobody is Incident Commander",
        "Customer data involved?",
        "Personal data involved?",
        "Service affecting",
        "what stopped the damage",
        "verified the recovery",
    ):
        assert missing in said
    assert story.record(1).incident.closed_at is None


def test_the_refusal_has_the_buttons_that_mend_it(story, room):
    (ana,) = story.people("Ana")
    refusal = ana.types("/incident close", room).message
    ana.clicks("Answer questions", on=refusal)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="No")
    assert "Customer data involved?" not in text(ana.types("/incident close", room).message)


def test_a_small_incident_closes_without_a_review(story, room):
    (ana,) = story.people("Ana")
    answer_everything(story, room)
    ana.types("/incident close", room)
    incident = story.record(1).incident
    assert (incident.phase, incident.closed_at, incident.closed_by) == ("closed", story.clock.now(), ana.id)
    assert room.card.shows("Closed")
    assert "Reopen" in room.card.buttons
    assert "Closed" in text(story.incidents.messages[0])


def test_a_closed_incident_is_closed(story, room):
    (ana,) = story.people("Ana")
    answer_everything(story, room)
    ana.types("/incident close", room)
    for typed in ("close", "phase recovery", "severity sev1 worse", "update Still here", "take comms", "dismiss no"):
        assert "`/incident reopen <reason>`" in ana.types(f"/incident {typed}", room).said


def test_a_late_note_is_still_taken(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident dismiss a test", room)
    ana.types("/incident note The cause was a cron job", room)
    assert story.record(1).timeline[-1].text == "The cause was a cron job"


def test_reopening_goes_back_to_recovery(story, room):
    (ana,) = story.people("Ana")
    answer_everything(story, room)
    ana.types("/incident close", room)
    ana.types("/incident reopen the errors are back", room)
    incident = story.record(1).incident
    assert (incident.phase, incident.closed_at) == ("recovery", None)
    assert room.said("the errors are back")
    assert room.card.shows("Recovery")


def test_reopening_with_the_button_asks_why(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident dismiss a test", room)
    ana.clicks("Reopen", on=room.card)
    ana.fills("Reopen", reason="It was none")
    assert story.record(1).incident.phase == "assessment"


def test_an_open_incident_cannot_be_reopened(story, room):
    (ana,) = story.people("Ana")
    assert "It is open" in ana.types("/incident reopen why not", room).said


def test_a_false_alarm_is_dismissed(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident dismiss a monitoring test", room)
    assert story.record(1).incident.phase == "dismissed"
    assert room.card.shows("Dismissed")
    assert room.said("a monitoring test")
    assert story.record(1).review is None


def test_a_false_alarm_can_be_reviewed_all_the_same(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident dismiss", room)
    ana.fills("Dismiss", reason="Three people were woken for nothing", review=True)
    record = story.record(1)
    assert (record.incident.phase, record.review.owner) == ("dismissed", ana.id)
    assert room.said("Post-incident review", "Checkout is down")


def test_two_incidents_are_one(story, room):
    ana, bo = story.people("Ana", "Bo")
    other = bo.declares("Payments fail")
    ana.types("/incident merge INC-2", room)
    record = story.record(1)
    assert (record.incident.phase, record.incident.merged_into) == ("merged", 2)
    assert room.card.shows("INC-2")
    assert other.said("INC-1")
    assert story.told(2)[-1] == "merged"


def test_merging_from_elsewhere_names_both(story, room):
    ana, bo = story.people("Ana", "Bo")
    bo.declares("Payments fail")
    ana.types("/incident merge INC-1 INC-2")
    assert story.record(1).incident.merged_into == 2


def test_merging_with_the_form(story, room):
    ana, bo = story.people("Ana", "Bo")
    bo.declares("Payments fail")
    ana.types("/incident merge", room)
    ana.fills("Merge", into="INC-2")
    assert story.record(1).incident.merged_into == 2


def test_what_cannot_be_merged(story, room):
    (ana,) = story.people("Ana")
    for typed, said in {
        "merge INC-1": "cannot be merged into itself",
        "merge INC-99": "There is no incident INC-99 that you can see",
        "merge": "no other open incident",
    }.items():
        assert said in ana.types(f"/incident {typed}", room).said


def test_merging_into_what_is_over_is_refused(story, room):
    ana, bo = story.people("Ana", "Bo")
    other = bo.declares("Payments fail")
    bo.types("/incident dismiss a test", other)
    assert "Merge into an open incident" in ana.types("/incident merge INC-2", room).said
