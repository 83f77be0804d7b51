"""Roles find people: defaults, deputies for those who are away or have left, hand-overs, and a role that nobody has."""

import pytest

from bot import schedule
from tests.story import text

RULES = """
leadership: [{name: Mia, slack: U0MIA, email: mia@example.com}]
roles:
  commander: {default: U0MIA, deputies: [U0KAI, U0BO]}
escalation:
  high: {then: {roles: {secondary: 15m}}}
"""


@pytest.fixture
def story(on_stage, post_office):
    told = on_stage(rules=RULES, TOCSIN_SMTP_URL=post_office.url)
    schedule.learn_people(told.bot.parts)
    yield told
    assert told.violations() == []


def messages_to(person):
    return [text(message) for message in person.direct_messages()]


def test_who_is_away_or_has_left_is_stood_in_for(story):
    ana, bo, kai, mia = story.people("Ana", "Bo", "Kai", "Mia")
    first = ana.declares("Checkout is down")
    assert story.record(1).roles["commander"] == mia.id
    assert any("You are *Incident Commander* of INC-1, as the policy says" in said for said in messages_to(mia))
    said = text(mia.types("/incident away until friday").message)
    assert "You are away until" in said
    assert "INC-1: Incident Commander" in said
    ana.declares("Search is down")
    assert story.record(2).roles["commander"] == kai.id
    assert story.record(2).timeline[1].data == {"role": "commander", "user": kai.id, "instead_of": mia.id}
    second = story.room("inc-2-search-is-down")
    assert second.said("has left Slack") == []
    story.slack.deactivate("Kai")
    story.settles()
    assert second.said(f"{kai.mention} is Incident Commander and has left Slack: somebody else must take it")
    room = ana.declares("Login is down")
    assert story.record(3).roles["commander"] == bo.id
    assert "who is away" in text(ana.types("/incident timeline", room).message)
    mia.types("/incident back")
    ana.declares("Mail is down")
    assert story.record(4).roles["commander"] == mia.id
    mia.types("/incident away until tomorrow")
    story.passes(days=3)
    ana.declares("All is down")
    assert story.record(5).roles["commander"] == mia.id, "an absence ends by itself"
    assert first.card.shows("Incident Commander")


def test_a_hand_over_is_told_to_both_and_by_e_mail_to_the_successor(story, post_office):
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    room = ana.declares("Checkout is down")
    before = len(messages_to(mia))
    ana.types("/incident handover commander @Bo the failover is <b>half</b> done", room)
    (said,) = messages_to(bo)
    assert "gave you the role *Incident Commander* of INC-1" in said
    assert "the failover is <b>half</b> done" in said
    assert messages_to(mia)[before:] == [
        f"{ana.mention} gave your role *Incident Commander* of INC-1 to {bo.mention}.\n*Checkout is down*"
    ]
    (mail,) = post_office.mails
    assert mail["To"].addresses[0].addr_spec == "bo@example.com"
    assert mail["Subject"] == "INC-1: you are Incident Commander"
    assert "the failover is <b>half</b> done" in mail.get_body(("plain",)).get_content()
    bo.types("/incident take INC-1 comms")
    assert len(messages_to(bo)) == 1, "who takes a role knows"
    assert len(post_office.mails) == 1


def test_of_a_private_hand_over_no_mail_and_of_a_drill_neither(story, post_office):
    ana, bo = story.people("Ana", "Bo")
    for fields in ({"private": True}, {"drill": True}):
        room = ana.declares("Zebra leak", **fields)
        ana.types("/incident assign comms @Bo", room)
    assert post_office.mails == []
    private, drill = messages_to(bo)
    assert "Zebra" not in private
    assert drill.startswith("*DRILL*")


def test_a_role_that_nobody_has_is_asked_for_step_by_step(story):
    """The target of the severity's commander, and the role of a rule: the room, then leadership, each once."""
    ana, kai, mia = story.people("Ana", "Kai", "Mia")
    room = ana.declares("Checkout is down", severity="SEV1")
    minutes, told = [], len(messages_to(mia))
    for minute in range(1, 60):
        story.passes(minutes=1)
        if story.minute_strikes():
            minutes.append(minute)
    assert minutes == [15, 30]
    assert len(room.said("Nobody is *Secondary On-Call*")) == 1
    (wanted,) = messages_to(mia)[told:]
    assert "Nobody is *Secondary On-Call* of INC-1" in wanted
    timeline = text(ana.types("/incident timeline", room).message)
    assert timeline.count("asked for a Secondary On-Call") == 2
    other = ana.declares("Search is down", severity="SEV1")
    kai.types("/incident take INC-2 secondary")
    story.passes(hours=2)
    assert story.minute_strikes() == 0
    assert other.said("Nobody is") == []
    ana.declares("Mail is down", severity="SEV1")
    story.passes(hours=2)  # Nobody looked meanwhile: the room has its time to answer all the same.
    assert [story.minute_strikes(), story.minute_strikes()] == [1, 0]
    story.passes(minutes=14)
    assert story.minute_strikes() == 0
    story.passes(minutes=1)
    assert story.minute_strikes() == 1


def test_a_commander_who_is_missing_is_asked_for_from_the_button(on_stage):
    story = on_stage()
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="SEV1", service_affecting="Yes")
    story.passes(minutes=5)
    assert story.minute_strikes() == 1
    (asked,) = room.said("Nobody is *Incident Commander*")
    ana.clicks("Take Incident Commander", on=asked)
    assert story.record(1).roles["commander"] == ana.id
    story.passes(minutes=5)
    assert story.minute_strikes() == 1
    (asked,) = room.said("Nobody is *Communication Lead*")
    bo.types("/incident take INC-1 comms")
    story.passes(days=1)
    assert story.minute_strikes() == 0


def test_an_absence_without_an_end_is_none(story):
    (ana,) = story.people("Ana")
    for typed in ("away", "away until", "away until someday", "away until 2026-11-01"):
        said = ana.types(f"/incident {typed}").said
        assert "`/incident away until friday`" in said or "is not a day I know" in said
