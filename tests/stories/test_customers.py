"""Customers are told: drafted, shown as it would be, published by who answers for it, and again in time."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot import schedule, web
from bot.settings import HttpAddress
from bot.workflows import customers, privacy
from db import notices, timeline
from db.models import Audit, CustomerUpdate, Effect, Incident
from tests.story import text

NEWS = "C0A00000001"  # The workspace's first channel, #general: the policy must name it before there is one.
RULES = f"""
roles:
  commander: {{default: U0MIA}}
customers:
  organisation: Example Shop
  components:
    checkout: {{label: Checkout}}
    search: {{label: Search}}
  targets: {{slack: [{NEWS}]}}
"""


@pytest.fixture
def story(on_stage):
    told = on_stage(rules=RULES)
    yield told
    assert told.violations() == []


@pytest.fixture
def room(story):
    return story.begins(with_somebody_who_tells)


def with_somebody_who_tells(story):
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Checkout is down", severity="sev1", what_is_happening="Cards are refused.")
    kai.types("/incident take INC-1 comms")
    return room


@pytest.fixture
def page(story):
    """The status page, as the bot serves it."""
    server = web.Server(
        web.application(story.bot.parts, connected=lambda: True, slack=None), HttpAddress(host="127.0.0.1", port=0)
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{server.start()}", timeout=30) as client:
        yield client
    server.stop()


def news(story):
    return [text(message) for message in story.room("general").messages if message.get("bot_id")]


def reminds(story):
    """The scheduler's half minute."""
    taken = schedule.remind_of_customers(story.bot.parts)
    story.settles()
    return taken


def test_from_investigating_to_resolved(story, room, page):
    ana, bo, kai, mia = story.people("Ana", "Bo", "Kai", "Mia")
    bo.types("/incident customers INC-1")
    bo.fills("Tell customers", components=["Checkout"], component_state="Major outage")
    draft = room.messages[-1]
    assert "Cards are refused." in text(draft)
    assert "next update within 30 minutes" in text(draft)
    assert "Checkout: Major outage" in text(draft)
    assert room.card.shows("a draft for customers waits to be published")
    assert "Checkout is down" not in page.get("/status/").text
    assert news(story) == []

    kai.clicks("Publish", on=draft)
    assert room.card.shows("Customers told", "Investigating", "next due", "12:30")
    assert "Checkout is down" in page.get("/status/").text
    (posted,) = news(story)
    assert "Investigating: Checkout is down" in posted
    assert "Cards are refused." in posted
    assert "has published this already" in mia.clicks("Publish", on=draft).said
    assert len(news(story)) == 1

    story.passes(minutes=10)
    ana.types("/incident phase containment", room)
    ana.types("/incident customers We have found a broken switch", room)  # no stage: it is explained, nothing is kept
    ana.types("/incident customers identified A switch is broken", room)
    mia.types("/incident customers publish", room)
    assert room.card.shows("Identified", "12:40")
    story.passes(minutes=10)
    kai.types("/incident customers resolved", room)
    kai.fills("Tell customers", text="Cards work again.\n\nSorry.")
    kai.clicks("Publish", on=room.messages[-1])
    assert "next due" not in room.card.text
    assert [line.split(":")[0].lstrip("*") for line in news(story)] == ["Investigating", "Identified", "Resolved"]

    said = page.get("/api/v2/incidents.json").json()["incidents"][0]
    assert [update["status"] for update in said["incident_updates"]] == ["resolved", "identified", "investigating"]
    assert said["impact"] == "critical"
    assert page.get("/api/v2/summary.json").json()["status"]["indicator"] == "none"
    entries = [entry for entry in story.record(1).timeline if entry.kind == "customers" and entry.text]
    assert [(entry.by, entry.data["stage"], entry.data["drafted_by"]) for entry in entries] == [
        (kai.id, "investigating", bo.id),
        (mia.id, "identified", ana.id),
        (kai.id, "resolved", kai.id),
    ]
    assert entries[0].data["targets"] == ["page", f"slack:{NEWS}"]


def test_others_may_draft_and_not_publish(story, room):
    ana, bo = story.people("Ana", "Bo")
    bo.types("/incident customers INC-1 investigating Cards are refused")
    refusal = "Only the Communication Lead or Incident Commander publishes"
    assert refusal in bo.clicks("Publish", on=room.messages[-1]).said
    assert refusal in ana.types("/incident customers publish", room).said
    with story.bot.parts.store.read() as session:
        kept = [(one.user, one.what, one.allowed) for one in session.scalars(select(Audit))]
    assert kept == [(bo.id, "publish", False), (ana.id, "publish", False)]
    assert news(story) == []
    bo.clicks("Edit", on=room.messages[-1])
    bo.fills("Tell customers", text="Cards are refused since noon")
    old, new = room.said("drafted this for customers")
    assert "replaced by a newer one" in ana.clicks("Discard", on=old).said
    ana.clicks("Discard", on=new)
    assert "No draft for customers waits" in story.people("Kai")[0].types("/incident customers publish", room).said


def test_a_channel_hears_it_once_whatever_becomes_of_slack(story, room):
    """The answers to all that is said of an update are lost, and the next one comes while Slack is away for an hour."""
    kai = story.people("Kai")[0]
    kai.types("/incident customers investigating Cards are refused", room)
    story.slack.faults.drop_after("chat.postMessage", times=3)
    kai.types("/incident customers publish", room)
    for _ in range(3):
        story.passes(seconds=61)
    assert len(news(story)) == 1
    with story.bot.parts.store.begin() as work:
        rules = story.bot.parts.policy
        customers.nothing_new(work, policy=rules, number=1, by=kai.id, text="Nothing new at all.")
    story.slack.faults.go_down()
    for _ in range(6):
        story.passes(minutes=10)
    story.slack.faults.come_back()
    for _ in range(3):
        story.passes(minutes=1)
    assert [("refused" in said, "Nothing new at all" in said) for said in news(story)] == [(True, False), (False, True)]
    assert room.said("could not be delivered") == []


def test_bad_input_is_said_and_nothing_is_kept(story, room):
    kai, bo = story.people("Kai", "Bo")
    assert "I do not know `gone`" in kai.types("/incident customers gone", room).said
    assert "mention" in kai.types(f"/incident customers identified {bo.mention} has found it", room).said
    assert "Customers know of nothing" in kai.types("/incident customers nothing-new", room).said
    kai.types("/incident customers", room)
    assert "empty" in str(kai.fills("Tell customers", text="   ").errors)
    assert story.told(1).count("customers") == 0


def test_a_drill_leaves_the_house_nowhere(story, page):
    (mia,) = story.people("Mia")
    room = mia.declares("Fire drill", severity="sev1", drill=True)
    mia.types("/incident customers identified It burns", room)
    mia.clicks("Publish", on=room.messages[-1])
    assert room.card.shows("Customers told", "(drill: nothing left)")
    assert room.said("DRILL", "would have told customers")
    assert news(story) == []
    assert "Fire drill" not in page.get("/status/history/").text
    with story.bot.parts.store.read() as session:
        assert not session.scalars(
            select(Effect).where(Effect.kind.in_(["PostForCustomers", "RefreshStatusPage"]))
        ).all()
    story.passes(minutes=30)
    assert reminds(story) == 1
    assert "DRILL" in text(room.messages[-1])  # Nobody is comms: the room hears it.


def test_of_a_private_incident_only_what_somebody_wrote(story, page):
    (mia,) = story.people("Mia")
    room = mia.declares(
        "Zebra leak", severity="sev1", kind="Security", private=True, what_is_happening="Zebra found on a forum"
    )
    mia.types("/incident update Zebra is contained", room)
    assert "title" in mia.types("/incident customers investigating We are looking into something", room).said
    mia.types("/incident customers", room)
    assert "Zebra" not in text(mia.modal)
    mia.fills("Tell customers", title="A security incident", text="We are looking into it.")
    mia.clicks("Publish", on=room.messages[-1])
    everything = " ".join(
        page.get(path).text for path in ("/status/", "/status/history.atom", "/api/v2/incidents.json")
    )
    assert "A security incident" in everything
    assert "Zebra" not in everything + story.everything_outside("inc-1-private")
    assert "INC-1" not in everything
    assert "INC-1" not in " ".join(news(story))
    bo = story.people("Bo")[0]
    hidden = bo.types("/incident customers INC-1 publish").said
    assert hidden == bo.types("/incident customers INC-99 publish").said.replace("INC-99", "INC-1")


def test_a_second_person(on_stage):
    story = on_stage(rules=RULES + "  second_person: true\n")
    kai, mia = story.people("Kai", "Mia")
    room = kai.declares("Checkout is down", severity="sev1")
    kai.types("/incident take INC-1 comms")
    kai.types("/incident customers investigating Cards are refused", room)
    assert "wants a second person" in kai.clicks("Publish", on=room.messages[-1]).said
    assert news(story) == []
    mia.clicks("Publish", on=room.messages[-1])
    assert len(news(story)) == 1
    kai.types("/incident customers nothing-new", room)
    assert len(news(story)) == 1, "it waits for the second person as well"
    mia.types("/incident customers publish", room)
    assert "nothing new to report" in news(story)[-1]


def test_whoever_answers_for_it_is_reminded_in_time(story, room):
    kai, mia = story.people("Kai", "Mia")
    kai.types("/incident customers investigating Cards are refused", room)
    kai.types("/incident customers publish", room)
    story.passes(minutes=29)
    assert reminds(story) == 0
    story.passes(minutes=1)
    assert [reminds(story), reminds(story)] == [1, 0]
    (reminder,) = kai.direct_messages()
    assert "INC-1 was due" in text(reminder)
    story.passes(minutes=5)
    assert [reminds(story), reminds(story)] == [1, 0]
    assert room.said("Who drafts it?")
    story.passes(minutes=5)
    assert [reminds(story), reminds(story)] == [1, 0]
    assert "you are Incident Commander" in text(mia.direct_messages()[-1])
    story.passes(hours=5)
    assert reminds(story) == 0, "everybody has heard it"

    kai.clicks("Nothing new: say so", on=reminder)
    assert "nothing new to report" in news(story)[-1]
    story.passes(minutes=30)
    assert reminds(story) == 1, "the next round"
    kai.clicks("Draft now", on=kai.direct_messages()[-1])
    kai.fills("Tell customers", stage="Resolved", text="All is well.")
    kai.types("/incident customers publish", room)
    story.passes(days=1)
    assert reminds(story) == 0, "it is over"


def test_a_rule_asks_and_a_worse_severity_is_due_sooner(story):
    """The built-in rule asks for an update when customers notice."""
    (mia,) = story.people("Mia")
    room = mia.declares("Search is slow", severity="sev2", service_affecting="Yes")
    assert room.said("Customers are to be told how it stands")
    assert room.card.shows("Customers are to be told by", "12:30")
    story.passes(minutes=30)
    assert reminds(story) == 1
    assert "the first update was due" in text(room.messages[-1])
    mia.clicks("Draft now", on=room.messages[-1])
    mia.fills("Tell customers", text="Search is slow.")
    mia.types("/incident customers publish", room)
    assert room.card.shows("next due", "13:30")
    mia.types("/incident severity sev1 it is down", room)
    assert room.card.shows("next due", "13:00")
    mia.types("/incident severity sev3 only for some", room)
    assert "next due" not in room.card.text


def test_what_was_published_is_redacted_everywhere_here(story, room, page):
    kai = story.people("Kai")[0]
    for said in ("investigating Call 0123", "identified A switch", "resolved All is well"):
        kai.types(f"/incident customers {said}", room)
        kai.types("/incident customers publish", room)
    assert "0123" in page.get("/status/").text
    seq = next(entry.seq for entry in story.record(1).timeline if entry.text == "Call 0123")
    with story.bot.parts.store.begin() as work:
        privacy.redact(work, number=1, seq=seq, by="U0MIA", reason="a number")
    story.settles()
    shown = page.get("/status/").text
    assert "0123" not in shown
    assert "This update was withdrawn." in shown
    assert "A switch" in shown
    with story.bot.parts.store.read() as session:
        assert timeline.verify(session, session.get(Incident, 1)) == []
        assert [update.text for update in notices.updates(session, 1)] == ["A switch", "All is well"]


def test_what_is_over_is_let_go_and_who_asks_is_forgotten(on_stage, clock):
    story = on_stage(rules=RULES + "retention: {texts: 90d}\n")
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Checkout is down", severity="sev4")
    kai.types("/incident take INC-1 comms")
    for said in ("investigating Zebra one", "resolved Zebra two"):
        kai.types(f"/incident customers {said}", room)
        kai.types("/incident customers publish", room)
    ana.types("/incident customers investigating Zebra three", room)

    def kept():
        with story.bot.parts.store.read() as session:
            return sorted(row.text for row in session.scalars(select(CustomerUpdate)))

    with story.bot.parts.store.begin() as work:
        privacy.forget(work, user=ana.id, by="U0MIA", reason="asked for it")
    assert kept() == ["", "Zebra one", "Zebra two"], "what was never published is theirs to take back"
    ana.types("/incident dismiss a test", room)
    clock.moves(timedelta(days=91))
    schedule.sweep(story.bot.parts)
    assert kept() == ["", "", ""]
    with story.bot.parts.store.read() as session:
        assert notices.public(session) == ()
        assert timeline.verify(session, session.get(Incident, 1)) == []
