"""App Home: what one person needs first when they come to look, and what happens while they do."""

import time

from sqlalchemy import select

from bot import schedule
from bot.delivery import Delivery
from db.models import Action, Effect, Home
from tests.story import labels, text


def home_of(story, person):
    """What Slack shows there now."""
    return text(story.slack.home(person.person))


def published(story):
    return sum(request.method == "views.publish" for request in story.slack.requests)


def test_home_shows_what_somebody_may_see_and_follows_what_others_do(story):
    """Ana has it open; she does not touch it. Bo keeps something from her."""
    ana, bo = story.people("Ana", "Bo")
    ana.opens_home()
    assert "No incident is open" in home_of(story, ana)
    room = bo.declares("Checkout is down", severity="sev1")
    assert "Checkout is down" in home_of(story, ana)
    assert room.id in home_of(story, ana)
    secret = bo.declares("Laptop was stolen", private=True)
    assert "Laptop" not in home_of(story, ana)
    assert secret.id not in home_of(story, ana)

    bo.types(f"/incident assign commander {ana.mention}", room)
    assert "Your roles" in home_of(story, ana)
    assert "Incident Commander" in home_of(story, ana)
    bo.types("/incident take commander", room)
    assert "Your roles" not in home_of(story, ana)

    bo.types(f"/incident assign comms {ana.mention}", secret)
    bo.types(f"/incident action {ana.mention} by tomorrow Change the locks", secret)
    assert "Laptop" in home_of(story, ana)
    assert "Change the locks" in home_of(story, ana)
    bo.types("/incident take comms", secret)
    ana.person.leaves(secret.channel["name"])
    story.settles()
    assert "Laptop" not in home_of(story, ana)
    assert "Change the locks" not in home_of(story, ana), "hers, but she does not see that any more"

    bo.types(f"/incident action {ana.mention} by tomorrow Add an alert", room)
    assert "Add an alert" in home_of(story, ana)
    story.passes(days=3)
    ana.opens_home()
    bo.types("/incident phase containment", room)
    shown = home_of(story, ana)
    assert "overdue" in shown
    assert shown.index("Waiting for you") < shown.index("Open incidents")
    figures = shown[shown.index("Figures") :].replace("*", "")
    assert "November 2026 so far: 2 incidents\n" in figures, "what they were like would tell of the private one"
    calls = published(story)
    bo.types("/incident action by tomorrow Something of his own", room)
    bo.types("/incident note Nothing that Home shows", room)
    bo.types("/incident update Nor this", room)
    assert published(story) == calls, "it shows the same, so Slack is not called"
    bo.types("/incident dismiss it was a test", room)
    assert "Checkout is down" not in home_of(story, ana)


def test_everything_that_waits_can_be_done_there(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="sev3")
    for what in ("Add an alert", "Write a test", "Tell the supplier"):
        ana.types(f"/incident action by tomorrow {what}", room)
    ana.types("/incident phase review", room)
    home = ana.opens_home()
    assert {"Fill review", "Done", "Snooze 1 day", "Give to …", "Move …", "Reject …"} <= set(labels(home["blocks"]))

    with story.bot.parts.store.read() as session:
        first, second, third = (session.get(Action, number).id for number in (1, 2, 3))
    ana.clicks(f"actions.done.{first}", on="home")
    assert "Done: Add an alert" in text(ana.modal)
    assert "Add an alert" not in home_of(story, ana)
    ana.clicks(f"actions.give.{second}", on="home")
    ana.fills("Give the action", user="Bo")
    assert "Write a test" not in home_of(story, ana)
    ana.clicks(f"actions.snooze.{third}", on="home")
    ana.fills("Snooze", reason="They are on holiday")
    assert "Tell the supplier" in home_of(story, ana)
    assert "Write a test" in text(bo.opens_home())

    ana.types("/incident risks add Queues fill up")
    ana.fills("Add a risk", likelihood="2", impact="2")
    assert "Queues fill up" not in home_of(story, ana), "it is not to be looked at again yet"
    story.passes(days=400)
    assert "*overdue* · Risk *R-1* Queues fill up" in text(ana.opens_home())
    ana.clicks("risks.reviewed.1", on="home")
    assert "Queues fill up" not in home_of(story, ana)


def test_whose_signature_is_owed_reads_it_everywhere_and_is_reminded(on_stage):
    """Bo commands and signs; Kai speaks with customers and signs too. Ana owns the review and waits for them."""
    story = on_stage(rules="review: {sign: [commander, comms], required: [impact]}")
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    room = ana.declares("Queue is stuck", severity="sev2")
    ana.types(f"/incident assign commander {bo.mention}", room)
    ana.types(f"/incident assign comms {kai.mention}", room)
    ana.types("/incident phase review", room)
    bo.opens_home()
    kai.opens_home()
    bo.types("/incident review", room)
    bo.fills("Post-incident review", impact="No order was confirmed")
    assert "signature" not in home_of(story, kai)
    bo.types("/incident review done", room)
    assert "signature" not in home_of(story, bo), "whoever sends it for review signs with that"
    assert "The review of INC-1 waits for your signature as Communication Lead" in home_of(story, kai)
    assert "waits for your signature" in text(kai.types("/incident").message)
    assert "signature" not in text(bo.types("/incident").message)

    story.passes(days=8)
    story.chases()
    late = [message for message in kai.direct_messages() if "overdue" in text(message)]
    assert late, "who has to sign is reminded like who has to write"
    assert "Sign review" in labels(story.slack.home(kai.person)["blocks"])
    kai.clicks("review.done.1", on="home")
    assert "signature" not in home_of(story, kai)
    assert story.record(1).review.state == "done"


def test_thirty_overdue_actions_are_counted_and_the_worst_is_first(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    for number in range(30):
        ana.types(f"/incident action by 2026-12-{number % 5 + 1:02} Chore {number:02}", room)
    story.passes(days=30)
    shown = text(ana.opens_home())
    assert "30 overdue" in shown
    assert "and 10 more, due later" in shown
    assert shown.index("Chore 00") < shown.index("Chore 05") < shown.index("Chore 01")


def test_what_is_due_at_the_same_moment_keeps_its_order(story):
    """All reviews of a day are due at its end. Whoever gets one back finds it where it was."""
    ana, bo = story.people("Ana", "Bo")
    rooms = [ana.declares(title) for title in ("Checkout is down", "Search is slow")]
    for room in rooms:
        ana.types("/incident take commander", room)
        ana.types("/incident phase review", room)
    ana.opens_home()
    before = home_of(story, ana)
    assert before.index("Review of INC-1") < before.index("Review of INC-2")

    ana.clicks("Give to …", on="home")
    ana.fills("Give the review", person=bo.id)
    bo.opens_home()
    bo.clicks("Give to …", on="home")
    bo.fills("Give the review", person=ana.id)
    assert home_of(story, ana) == before


def test_two_bots_do_not_fight_and_nobody_is_drawn_for_for_ever(story):
    """Each change is carried by whichever bot is there; who closed Home yesterday costs nothing any more."""
    ana, bo = story.people("Ana", "Bo")
    ana.opens_home()
    other = Delivery(story.bot.parts)
    calls = published(story)
    bo.person.types("/incident declare Checkout is down", channel="incidents")
    assert story.slack.quiet()
    took = time.monotonic()
    while other.carry_one() | story.bot.delivery.carry_one():
        pass
    assert time.monotonic() - took < 2
    assert "Checkout is down" in home_of(story, ana)
    assert published(story) - calls <= 2, "declared, and the room is there"

    story.passes(hours=13)
    calls = published(story)
    bo.types("/incident dismiss INC-1 a test")
    assert published(story) == calls
    schedule.sweep(story.bot.parts)
    with story.bot.parts.store.read() as session:
        assert session.get(Home, ana.id) is None
        kinds = set(session.scalars(select(Effect.kind)))
        assert kinds, "what else was carried is kept"
        assert not {"RefreshHome", "RefreshHomes"} & kinds
    assert "No incident is open" in text(ana.opens_home())
