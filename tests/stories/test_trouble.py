"""Slack answers late, wrongly, or not at all. Afterwards everything is there, once."""

import pytest
from slack_sdk.errors import SlackApiError

from bot import carry
from bot.delivery import GIVE_UP_AFTER, GIVE_UP_TRIES, LEASE
from bot.effects import KINDS
from db import outbox
from tests.story import text

STEPS = ["conversations.create", "conversations.invite", "conversations.setTopic", "chat.postMessage", "pins.add"]


def declared(story, number=1):
    """What must be there after a declare, whatever happened meanwhile; the last room."""
    assert sorted(story.rooms()) == [f"inc-{n}-checkout-is-down" for n in range(1, number + 1)]
    room = story.room(f"inc-{number}-checkout-is-down")
    assert room.card.shows("Checkout is down")
    assert len(room.said(f"INC-{number}")) == 1
    assert room.members == {"Ana"}
    assert len(story.incidents.messages) == number
    assert story.record(number).undelivered == ()
    return room


def patiently(story):
    """Time passes until nothing waits any more."""
    for _ in range(12):
        story.passes(seconds=61)


def test_every_call_goes_wrong_once_while_declaring(story):
    """Each call by itself, and the break at each moment, is for the crash matrix in `tests/durability`."""
    (ana,) = story.people("Ana")
    faults = story.slack.faults
    troubles = {
        "lost answer": lambda method: faults.drop_after(method, times=1),
        "lost call": lambda method: faults.drop_before(method, times=1),
        "http 503": lambda method: faults.http_error(method, 503, times=1),
        "rate limit": lambda method: faults.rate_limit(method, retry_after=30, times=1),
        "internal error": lambda method: faults.refuse(method, "internal_error", times=1),
        "refused late": lambda method: faults.refuse(method, "fatal_error", times=2),
    }
    for number, trouble in enumerate(troubles.values(), start=1):
        for method in STEPS:
            trouble(method)
        ana.types("/incident declare Checkout is down")
        patiently(story)
        assert faults.waiting == []
        declared(story, number)


def test_slack_is_down_for_an_hour(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    story.slack.faults.refuse("chat.update", "service_unavailable", times=10_000)
    for n in range(20):
        ana.types(f"/incident phase {('containment', 'recovery')[n % 2]}", room)
    for _ in range(60):
        story.passes(minutes=1)
    assert room.card.shows("Detection")
    story.slack.faults.clear()
    before = [r.method for r in story.slack.requests].count("chat.update")
    patiently(story)
    updates = [r.method for r in story.slack.requests].count("chat.update") - before
    assert room.card.shows("Recovery")
    assert updates <= 3, "one refresh of the card and one of the announcement, not twenty"


@pytest.mark.parametrize("trouble", ["lost answer", "lost call", "http 503"])
def test_an_update_is_said_once_and_in_order(story, trouble):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    faults = story.slack.faults
    match trouble:
        case "lost answer":
            faults.drop_after("chat.postMessage", times=2)
        case "lost call":
            faults.drop_before("chat.postMessage", times=2)
        case "http 503":
            faults.http_error("chat.postMessage", 503, times=2)
    ana.types("/incident update alpha", room)
    ana.types("/incident update omega", room)
    patiently(story)
    said = [text(message) for message in room.messages if "alpha" in text(message) or "omega" in text(message)]
    assert len(said) == 2
    assert "alpha" in said[0]
    replies = [text(reply) for reply in story.incidents.thread(story.incidents.messages[0])]
    assert len([r for r in replies if "alpha" in r or "omega" in r]) == 2


def test_a_bot_that_died_between_slacks_answer_and_its_own_note(story):
    """The lease runs out, another carrier looks first, and finds it said."""
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    ana.person.types("/incident update Said once", channel=room.id)
    story.slack.quiet()
    with story.bot.parts.store.begin() as work:
        claims = outbox.claim(work.connection, now=work.now, lease=LEASE, limit=10)
    for claimed in claims:  # Carried as far as Slack, and then the power goes out: nothing is settled.
        errand = carry.Errand(story.bot.parts, claimed)
        carry.carry(KINDS[claimed.kind].model_validate(claimed.payload), errand)
    story.passes(seconds=61)
    assert len(room.said("Said once")) == 1
    assert len([r for r in story.incidents.thread(story.incidents.messages[0]) if "Said once" in text(r)]) == 1


def test_what_slack_refuses_for_good_is_shown_on_the_card_and_can_be_repaired(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    story.slack.faults.refuse("chat.postMessage", "restricted_action", times=2)
    ana.types("/incident update Cannot be said", room)
    assert room.card.shows("could not be delivered")
    assert room.said("Cannot be said") == []
    ana.types("/incident repair", room)
    assert len(room.said("Cannot be said")) == 1
    assert "could not be delivered" not in room.card.text


def test_a_deleted_card_comes_back(story):
    """An admin of the workspace may delete what the bot said."""
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares("Checkout is down")
    mia.person.joins(room.id)
    mia.deletes(room.card.message)
    ana.types("/incident phase containment", room)
    assert room.card.shows("Containment")


def test_somebody_who_cannot_be_invited_is_named(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    story.slack.faults.refuse("conversations.invite", "user_is_restricted", times=1)
    ana.types("/incident assign primary @Kai", room)
    assert room.said("U0KAI", "user_is_restricted")


def test_slack_gives_up_on_a_form(story):
    (ana,) = story.people("Ana")
    story.slack.faults.refuse("views.open", "expired_trigger_id", times=1)
    assert "did not take the form in time" in ana.types("/incident declare").said


def test_nobody_waits_for_ever(story):
    """What Slack has not taken for a day is given up, and shown."""
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    story.slack.faults.http_error("conversations.setTopic", 503, times=100_000)
    ana.types("/incident phase containment", room)
    for _ in range(GIVE_UP_TRIES):
        story.passes(seconds=61)
    story.passes(seconds=GIVE_UP_AFTER.total_seconds())
    story.passes(seconds=61)
    (dead,) = story.record(1).undelivered
    assert dead.kind == "RefreshTopic"


def test_a_refused_connection_says_how_long_to_wait(story):
    """Slack's own client asks for the header in one spelling, and waits half a minute where it does not find it."""
    story.slack.faults.rate_limit("apps.connections.open", retry_after=3)
    with pytest.raises(SlackApiError) as refused:
        story.bot.parts.slack.web.apps_connections_open(app_token=story.slack.app_token)
    assert refused.value.response.headers["Retry-After"] == "3"
