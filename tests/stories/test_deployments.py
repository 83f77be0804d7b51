"""An incident after a deployment: it is named, and whether it is rolled back is decided and kept."""

from bot.workflows import privacy
from tests.story import text


def test_which_deployment_and_what_was_decided(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down")
    assert "names it" in ana.types("/incident rollback", room).said
    assert "`/incident deploy checkout 2.41`" in ana.types("/incident deploy", room).said
    ana.types("/incident deploy checkout <2.41>", room)
    (asked,) = room.said("came after a deployment", "checkout <2.41>", "Roll back, or fix forward?")
    assert room.card.shows("After a deployment", "checkout <2.41>: *roll back or fix forward?*")
    ana.types("/incident phase containment", room)
    assert room.card.shows("whether to roll back or to fix forward is not decided")
    assert "Roll back" in room.card.buttons
    assert "whether to roll back" in text(ana.types("/incident close", room).message)
    ana.clicks("Fix forward…", on=asked)
    ana.fills("Fix forward", why_not_roll_back="The migration cannot be undone")
    assert room.card.shows("checkout <2.41>: *fix forward*")
    ana.clicks("Roll back", on=asked)
    assert room.card.shows("checkout <2.41>: *roll back*")
    assert "decided already" in ana.clicks("Roll back", on=asked).said
    assert len(room.said("decided to *roll back*")) == 1
    announced = story.incidents.messages[0]
    assert any("decided to *roll back*" in text(reply) for reply in story.incidents.thread(announced))
    bo.types("/incident deploy INC-1 search 7")
    assert room.card.shows("search 7: *roll back or fix forward?*")
    bo.types("/incident fixforward INC-1 it was not the search")
    timeline = text(ana.types("/incident timeline", room).message)
    for line in (
        "named the deployment that it came after: checkout <2.41>",
        "decided to fix forward checkout <2.41>: The migration cannot be undone",
        "decided to roll back checkout <2.41>",
        "decided to fix forward search 7: it was not the search",
    ):
        assert line in timeline
    decided = next(entry for entry in story.record(1).timeline if entry.text == "it was not the search")
    with story.bot.parts.store.begin() as work:
        privacy.redact(work, number=1, seq=decided.seq, by=ana.id, reason="not for everybody")
    assert (story.record(1).deployment.what, story.record(1).deployment.reason) == ("[redacted]", "[redacted]")
    ana.types("/incident dismiss a test", room)
    assert "`/incident reopen <reason>`" in ana.types("/incident rollback", room).said


def test_of_a_private_incident_no_deployment_leaves_the_room(story):
    (ana,) = story.people("Ana")
    room = ana.declares("Zebra leak", private=True)
    ana.types("/incident deploy Zebra 3", room)
    ana.types("/incident rollback Zebra is broken", room)
    assert room.card.shows("Zebra 3: *roll back*")
    assert "Zebra" not in story.everything_outside("inc-1-private")
