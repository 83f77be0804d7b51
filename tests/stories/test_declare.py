"""Somebody declares an incident."""

import pytest

from db import proof
from tests.story import text


def test_the_form_opens_a_room_with_a_card_and_tells_the_incidents_channel(story):
    ana, bo = story.people("Ana", "Bo")
    assert ana.types("/incident declare").modal["title"]["text"] == "Declare an incident"
    assert ana.fills(
        "Declare an incident", title="Checkout is down", severity="sev1", what_is_happening="500s since the deployment"
    ).ok

    room = story.room("inc-1-checkout-is-down")
    assert room.card.shows("INC-1", "Checkout is down", "SEV1", "Detection", "500s since the deployment")
    assert room.members == {"Ana"}
    assert "INC-1" in room.topic
    (announcement,) = story.incidents.messages
    assert "Checkout is down" in text(announcement)
    assert room.id in text(announcement)
    assert "Checkout is down" in bo.sees("incidents")


def test_only_the_title_has_to_be_typed(story):
    (ana,) = story.people("Ana")
    ana.types("/incident declare")
    assert ana.fills("Declare an incident", title="Something is odd").ok
    incident = story.record(1).incident
    assert (incident.severity, incident.kind, incident.private, incident.drill) == ("sev3", "operational", False, False)


def test_one_line_declares_at_once(story):
    (ana,) = story.people("Ana")
    outcome = ana.types("/incident declare sev1 Checkout is down")
    assert "INC-1" in outcome.said
    assert story.room("inc-1-checkout-is-down").card.shows("SEV1")


def test_one_line_without_a_severity_is_sev3(story):
    (ana,) = story.people("Ana")
    ana.types("/incident declare Checkout is slow")
    assert story.room("inc-1-checkout-is-slow").card.shows("SEV3")


def test_a_severity_without_a_title_opens_the_form_with_it(story):
    (ana,) = story.people("Ana")
    ana.types("/incident declare sev2")
    ana.fills("Declare an incident", title="Logins fail")
    assert story.record(1).incident.severity == "sev2"


def test_everybody_whom_the_policy_names_is_brought_in(on_stage):
    story = on_stage(
        rules="""
        roles:
          commander: {default: U0MIA}
          comms: {default: U0KAI}
    """
    )
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    assert room.members == {"Ana", "Mia", "Kai"}
    assert room.card.shows("<@U0MIA>", "<@U0KAI>")


def test_a_security_incident_keeps_its_answers(story):
    (ana,) = story.people("Ana")
    room = ana.declares("A laptop is gone", kind="Security", customer_data_involved="Yes", service_affecting="No")
    incident = story.record(1).incident
    assert (incident.kind, incident.customer_data, incident.service_affecting) == ("security", "yes", "no")
    assert room.card.shows("Security")


def test_a_drill_says_so_everywhere(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Practice", drill=True)
    assert room.card.shows("DRILL")
    assert "DRILL" in text(story.incidents.messages[0])


def test_from_a_message_with_the_message_first_on_the_timeline(story):
    ana, bo = story.people("Ana", "Bo")
    message = bo.says("Customers say that checkout hangs", room="incidents")
    story.passes(minutes=2)
    ana.shortcut("Declare from message", message=message)
    ana.fills("Declare an incident", title="Checkout hangs")
    first = story.record(1).timeline[0]
    assert (first.kind, first.by, first.text) == ("pinned", bo.id, "Customers say that checkout hangs")
    bo.edits(message, "Never mind")
    assert story.told(1)[-1] == "edited"
    assert first.data["link"].startswith("https://")


def test_from_anywhere_with_the_global_shortcut(story):
    (ana,) = story.people("Ana")
    ana.shortcut("Declare an incident")
    ana.fills("Declare an incident", title="From the shortcut")
    assert story.rooms() == ["inc-1-from-the-shortcut"]


def test_an_impatient_double_click_declares_once(story):
    """The same form sent twice is the same incident: Slack's client does this on a slow line."""
    (ana,) = story.people("Ana")
    ana.types("/incident declare")
    ana.submits_twice("Declare an incident", title="Once")
    assert story.rooms() == ["inc-1-once"]


def test_numbers_go_up_without_holes(story):
    (ana,) = story.people("Ana")
    for title in ("one", "two", "three"):
        ana.types(f"/incident declare {title}")
    assert story.rooms() == ["inc-1-one", "inc-2-two", "inc-3-three"]


def test_a_name_that_is_taken_is_not_adopted(story):
    """An old channel with the same name belongs to somebody else: its people must not read along."""
    (ana,) = story.people("Ana")
    story.slack.add_channel("inc-1-checkout-is-down", members=["Kai"])
    ana.types("/incident declare Checkout is down")
    assert story.room("inc-1-checkout-is-down").members == {"Kai"}
    assert story.room("inc-1-checkout-is-down-2").members == {"Ana"}


@pytest.mark.parametrize("time", ["once", "again"])
def test_where_another_story_had_got_to_everything_goes_on(story, time):
    """Stories that begin alike are begun once, by whichever comes first; neither can tell which it is."""
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Ledger is stuck", severity="sev2", what_is_happening="Nothing is booked")
    assert [request.method for request in story.slack.requests].count("conversations.create") == 1
    assert room.card.shows("INC-1", "Ledger is stuck", "SEV2", "Nothing is booked")
    assert (room.members, len(story.incidents.messages)) == ({"Ana"}, 1)
    assert story.record(1).undelivered == ()
    bo.person.joins(room.id)
    bo.clicks("Containment", on=room.card)
    assert room.card.shows("Containment")
    other = bo.declares("Payments fail")
    assert other.channel["name"] == "inc-2-payments-fail"
    assert len(story.incidents.messages) == 2
    with story.bot.parts.store.read() as session:
        assert proof.verify(session) == []
