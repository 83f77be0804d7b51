"""What could not be delivered is on the home page of those who may do something about it, and of nobody else."""

from datetime import timedelta

import pytest

from tests.story import text

LOST = "Could not be delivered"


def cannot_be_said(story, room):
    """Ana's update is refused for good."""
    (ana,) = story.people("Ana")
    story.slack.faults.refuse("chat.postMessage", "restricted_action", times=1)
    ana.types("/incident update Half of the orders work", room)
    assert room.said("Half of the orders work") == []


def test_an_insider_tries_again(story):
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Checkout is down")
    assert LOST not in text(ana.opens_home())
    cannot_be_said(story, room)
    home = text(ana.opens_home())
    assert LOST in home
    assert "INC-1\n• a message could not be posted after 1 attempts: Slack answered restricted_action" in home
    assert LOST not in text(kai.opens_home()), "Kai is none of the incident's own people"
    ana.clicks("Try again", on="home")
    assert len(room.said("Half of the orders work")) == 1
    assert LOST not in text(ana.opens_home())


@pytest.fixture
def administered(on_stage):
    """Mia administrates; who is in a room does not."""
    return on_stage(rules="permissions: {administrate: [U0MIA]}")


def test_an_administrator_whom_the_policy_names(administered):
    ana, mia = administered.people("Ana", "Mia")
    room = ana.declares("Checkout is down")
    cannot_be_said(administered, room)
    assert LOST not in text(ana.opens_home())
    assert "Delivery" not in text(ana.opens_home())
    home = text(mia.opens_home())
    assert "INC-1" in home
    assert "Delivery: nothing has to wait · 1 given up" in home
    mia.clicks("Try again", on="home")
    assert len(room.said("Half of the orders work")) == 1
    assert "given up" not in text(administered.slack.home(mia.person))
    administered.slack.faults.rate_limit("chat.postMessage", retry_after=300)
    ana.types("/incident update All of the orders work", room)
    administered.clock.moves(timedelta(minutes=2))
    assert "Delivery: 1 message waits since" in text(mia.opens_home())


def test_an_administrator_sees_no_private_incident_by_that_alone(administered):
    ana, mia = administered.people("Ana", "Mia")
    room = ana.declares("Somebody copied the ledger", private=True)
    cannot_be_said(administered, room)
    home = text(mia.opens_home())
    assert LOST not in home
    assert "INC-1" not in home
    assert "no incident INC-1 that you can see" in mia.types("/incident repair INC-1").said
