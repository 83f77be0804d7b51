"""How bad it is."""

import pytest


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev3")


def test_it_gets_worse_with_a_reason(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident severity sev1 all of EU is affected", room)
    assert room.card.shows("SEV1")
    assert room.said("all of EU is affected")
    assert "all of EU is affected" in str(story.incidents.thread(story.incidents.messages[0]))
    assert story.record(1).incident.severity_confirmed_at == story.clock.now()


def test_without_a_reason_the_form_asks(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident severity sev2", room)
    ana.fills("Severity", reason="only EU")
    assert story.record(1).incident.severity == "sev2"


def test_the_button_opens_the_form(story, room):
    (ana,) = story.people("Ana")
    ana.clicks("Severity", on=room.card)
    ana.fills("Severity", severity="SEV4", reason="a typo")
    assert story.record(1).incident.severity == "sev4"


def test_the_same_severity_confirms_it(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident severity sev3", room)
    assert story.record(1).incident.severity_confirmed_at == story.clock.now()
    assert story.told(1)[-1] == "severity"


def test_an_unknown_level_shows_the_known_ones(story, room):
    (ana,) = story.people("Ana")
    said = ana.types("/incident severity critical", room).said
    assert "sev1" in said
    assert "sev4" in said
    assert story.record(1).incident.severity == "sev3"
