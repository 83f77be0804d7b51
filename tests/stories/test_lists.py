"""Looking: lists, status, menus, help, the home page."""

import pytest

from tests.story import labels, text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def test_the_list_shows_what_is_open(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident declare Payments fail")
    ana.types("/incident dismiss INC-2 a test")
    shown = text(bo.types("/incident list").message)
    assert "INC-1" in shown
    assert room.id in shown
    assert "INC-2" not in shown


def test_an_empty_list_is_good_news(story):
    (ana,) = story.people("Ana")
    assert "No incident is open" in text(ana.types("/incident list").message)


def test_status_is_the_card_for_me_alone(story, room):
    ana, bo = story.people("Ana", "Bo")
    outcome = bo.types("/incident status INC-1")
    assert "Checkout is down" in text(outcome.message)
    assert "SEV1" in text(outcome.message)
    assert "SEV1" in text(ana.types("/incident status", room).message)
    assert len(room.said("INC-1", "Detection")) == 1


def test_alone_in_a_room_it_offers_what_can_be_done_now(story, room):
    (ana,) = story.people("Ana")
    menu = ana.types("/incident", room).message
    assert {"Assessment", "Update"} <= set(labels(menu["blocks"]))
    ana.clicks("Assessment", on=menu)
    assert story.record(1).incident.phase == "assessment"


def test_alone_elsewhere_it_offers_to_declare_and_shows_what_waits(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident action by tomorrow Add an alert", room)
    menu = ana.types("/incident").message
    assert "INC-1" in text(menu)
    assert "Add an alert" in text(menu)
    ana.clicks("Declare an incident", on=menu)
    ana.fills("Declare an incident", title="From the menu")
    assert "inc-2-from-the-menu" in story.rooms()


def test_help_shows_every_command(story):
    (ana,) = story.people("Ana")
    shown = text(ana.types("/incident help").message)
    for word in (
        "declare",
        "list",
        "status",
        "assign",
        "take",
        "handover",
        "phase",
        "severity",
        "note",
        "update",
        "timeline",
        "action",
        "review",
        "close",
        "dismiss",
        "merge",
        "reopen",
        "help",
    ):
        assert f"/incident {word}" in shown


def test_home_shows_what_is_open_and_what_waits(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident action by tomorrow Add an alert", room)
    home = text(ana.opens_home())
    assert "INC-1" in home
    assert "Add an alert" in home
