"""Every incident is asked which risk it was; the register is seen by everybody, and chased."""

import pytest
from sqlalchemy import select

from bot.workflows import assessing, privacy
from db import proof
from db import risks as register
from db.models import Effect
from tests.story import labels, text

RULES = """
    leadership:
      - {name: Mia, slack: U0MIA}
    risks:
      review: {high: 30d, others: 60d}
"""
SECRET = "Zebra"
QUESTION = "Which risk was this?"


@pytest.fixture
def story(on_stage):
    told = on_stage(rules=RULES)
    yield told
    assert told.violations() == []
    assert broken(told) == []


def broken(story):
    with story.bot.parts.store.read() as session:
        return list(map(str, proof.verify(session)))


def sheet(story, number, viewer=None):
    with story.bot.parts.store.read() as session:
        return register.sheet(session, number, seen=register.seen_by(viewer))


def reviewed(story, title):
    """An incident of which everything is known but which risk it was."""
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares(title, severity="sev1")
    number = int(room.channel["name"].split("-")[1])
    ana.types("/incident take commander", room)
    ana.types(f"/incident assign primary {bo.mention}", room)
    ana.types("/incident phase review", room)
    ana.clicks("Confirm severity", on=room.card)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="Yes")
    ana.clicks("Contained…", on=room.card)
    ana.fills("Containment", what_stopped_the_damage="Logs were moved away")
    ana.clicks("Verified…", on=room.card)
    ana.fills("Recovery verified", how_was_it_checked="Orders come in")
    ana.types("/incident action Watch how full disks are", room)
    ana.types(f"/incident review INC-{number}", room)
    ana.fills(
        "Post-incident review",
        impact="No order for an hour",
        contributing_factors="The disk of the ledger filled up with logs",
        threat_prevention="Rotate logs where they are written",
        timeline_read=True,
    )
    ana.types("/incident review done", room)
    if story.record(number).review.state != "done":
        ana.clicks("Sign review", on=room.card)
    return room


def test_three_people_close_it_and_the_next_one_makes_it_likelier(story):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    room = reviewed(story, "Ledger disk is full")
    refused = ana.types("/incident close", room).message
    assert "nobody has said which risk this was" in text(refused)
    assert room.card.shows("nobody has said which risk this was")
    assert "Which risk?" in list(labels(refused["blocks"]))
    bo.clicks("Which risk?", on=room.card)
    new = {"which_risk_was_this": "new", "title_of_a_new_risk": "A disk fills up", "owner_of_a_new_risk": kai.id}
    assert "needs a likelihood and an impact" in str(bo.fills(QUESTION, **new))
    bo.fills(QUESTION, **new, likelihood="2", impact="4")
    assert room.said("a new one", "R-1", "A disk fills up")
    assert "made you the owner" in text(kai.direct_messages())
    ana.types("/incident close", room)
    assert story.record(1).incident.phase == "closed"
    assert "A disk fills up" in text(ana.types("/incident risks").message)

    again = reviewed(story, "Ledger disk is full again")
    form = text(ana.types("/incident risk", again) and ana.modal)
    assert "Similar incidents showed" in form
    assert "suggests likelihood 3 (possible); it is set to 2" in form
    raised = {"which_risk_was_this": "raised", "risk_of_the_register": "R-1 A disk fills up", "why": "Twice in a month"}
    assert "R-1 has a score of 8, and with these numbers 8" in str(ana.fills(QUESTION, **raised, likelihood="2"))
    ana.fills(QUESTION, **raised, likelihood="3")
    ana.types("/incident close", again)
    assert story.record(2).incident.phase == "closed"
    risk = sheet(story, 1)
    assert (risk.risk.likelihood, risk.risk.score, [link.incident_id for link in risk.links]) == (3, 12, [2, 1])
    assert assessing.is_high(risk.risk, story.bot.parts.policy)
    listed = bo.types("/incident risks").message
    assert "INC-2, INC-1" in text(listed)
    bo.clicks("Open", on=listed)
    assert "Rotate logs where they are written" in text(bo.modal)
    assert "likelihood 2 → 3: Twice in a month" in text(bo.modal)


def added(story, person, title="A disk fills up", **fields):
    """A risk of the register, from the command for it."""
    person.types(f"/incident risks add {title}")
    outcome = person.fills("Add a risk", **{"likelihood": "2", "impact": "3", **fields})
    assert outcome.ok, outcome


def test_a_small_one_is_asked_after_it_was_closed_and_a_drill_never(story):
    (ana,) = story.people("Ana")
    for number, fields in ((1, {}), (2, {"drill": True})):
        room = ana.declares("Logo is grey", severity="sev4", **fields)
        for question in ("phase recovery", "take commander", "take primary", "severity sev4"):
            ana.types(f"/incident {question}", room)
        ana.clicks("Answer questions", on=room.card)
        ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="No")
        ana.clicks("Contained…", on=room.card)
        ana.fills("Containment", what_stopped_the_damage="Painted again")
        ana.clicks("Verified…", on=room.card)
        ana.fills("Recovery verified", how_was_it_checked="It is blue")
        answer = ana.types("/incident close", room)
        assert story.record(number).incident.phase == "closed"
        if number == 2:
            ana.types("/incident risk", room)
            assert "is a drill" in str(ana.fills(QUESTION, which_risk_was_this="none", why="x"))
            assert answer.message is None
            return
        ana.clicks("Which risk?", on=answer.message)
        assert "The reason is empty" in str(ana.fills(QUESTION, which_risk_was_this="none"))
        ana.fills(QUESTION, which_risk_was_this="none", why="A colour is no risk")
        assert story.record(1).risk.because == "A colour is no risk"
        assert "Which risk?" not in room.card.buttons


def test_the_register_learns_nothing_of_a_private_incident(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares(f"{SECRET} leak", severity="sev1", kind="Security", private=True)
    ana.types("/incident phase review", room)
    ana.types("/incident review", room)
    ana.fills("Post-incident review", threat_prevention=f"Guard the {SECRET}")
    ana.types(f"/incident action {SECRET} clean-up", room)
    ana.types("/incident risk", room)
    assert "for everybody" in text(ana.modal)
    new = {
        "which_risk_was_this": "new",
        "title_of_a_new_risk": "Somebody sells our secrets",
        "likelihood": "2",
        "impact": "5",
    }
    ana.fills(QUESTION, **new, owner_of_a_new_risk=bo.id, why=f"{SECRET} was sold")
    assert "You own" in text(bo.direct_messages()), "not who made Bo the owner"
    ana.types("/incident risks R-1")
    assert f"Guard the {SECRET}" in text(ana.modal)
    ana.fills("Risk R-1", actions_that_treat_it=[f"INC-1: {SECRET} clean-up"], what_changed="The clean-up helps")
    ana.types("/incident risk", room)
    raised = {"which_risk_was_this": "raised", "risk_of_the_register": "1", "likelihood": "3"}
    ana.fills(QUESTION, **raised, why=f"{SECRET} was sold twice")
    assert room.said(f"{SECRET} was sold twice")
    ana.declares(f"{SECRET} papers", private=True)
    ana.types("/incident risks R-1")
    ana.fills("Risk R-1", incidents_that_showed_it="INC-1, INC-2", what_changed=f"{SECRET} again")
    listed = bo.types("/incident risks")
    assert "2 private incidents" in text(listed.message)
    bo.clicks("Open", on=listed.message)
    shown = text(bo.modal)
    assert "somebody added it (a private incident)" in shown
    assert "Actions of private incidents that treat it, too: 1" in shown
    assert "somebody changed it (a private incident) · actions that treat it" in shown
    assert "Ana" not in shown
    assert ana.mention not in shown
    assert "The clean-up helps" not in shown
    outside = story.everything_outside("inc-1-private", "inc-2-private")
    outside += repr(bo.modal) + text(listed.message) + repr(bo.direct_messages())
    assert SECRET not in outside
    assert "INC-1" not in outside
    assert "INC-2" not in outside
    hidden = bo.fills("Risk R-1", incidents_that_showed_it="INC-1", what_changed="Guessing")
    assert "no incident INC-1 that you can see" in str(hidden)
    bo.fills("Risk R-1", incidents_that_showed_it="", likelihood="4", what_changed="It happens to others")
    assert [link.incident_id for link in sheet(story, 1).links] == [2, 1], "what Bo does not see he does not take away"
    other = bo.declares(f"{SECRET} of another kind")
    bo.types("/incident risk", other)
    assert "Similar incidents showed" not in text(bo.modal)
    ana.types("/incident risk INC-3")
    assert "Similar incidents showed" in text(ana.modal), "Ana may see the first"


def test_its_review_is_overdue_and_chased_until_somebody_looks(story):
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    added(story, ana, owner=bo.id)
    story.passes(days=60)
    assert story.chases() == 0, "the day is not over"
    for morning in range(4):
        story.passes(days=1)
        assert story.chases() == (morning in (0, 3)), "a risk has no room and no commander"
    for where in (bo.types("/incident").message, bo.opens_home()):
        assert ":warning: *overdue* · Risk *R-1* A disk fills up" in text(where)
    assert "R-1" not in text(ana.opens_home())
    (reminder,) = [message for message in bo.direct_messages() if "overdue" in text(message)]
    assert "R-1" in text([m for m in mia.direct_messages() if "overdue" in text(m)])
    bo.clicks("Snooze 1 day", on=reminder)
    bo.fills("Snooze", reason="At a conference")
    story.passes(hours=1)
    assert story.chases() == 0
    bo.clicks("Give to …", on=reminder)
    bo.fills("Give the risk", person=ana.id)
    assert story.chases() == 1, "whoever gets it is asked first"
    assert "R-1" in text(story.slack.home(ana.person)), "Home follows"
    assert "R-1" not in text(story.slack.home(bo.person))
    (mine,) = [message for message in ana.direct_messages() if "overdue" in text(message)]
    for _ in range(2):
        assert "stays as it is" in ana.clicks("Reviewed, unchanged", on=mine).said
    found = sheet(story, 1)
    assert (found.risk.review_on - story.clock.now().date()).days == 60
    assert [entry.kind.value for entry in found.history] == ["added", "snoozed", "given", "reviewed"]
    story.passes(days=10)
    assert story.chases() == 0
    story.slack.deactivate("Ana")
    story.settles()
    story.passes(days=60)
    assert story.chases() == 1
    assert len([m for m in mia.direct_messages() if "overdue" in text(m)]) == 2, "whoever left is passed over"


def test_whoever_left_unnoticed_is_noticed_and_leadership_asked(story):
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    added(story, ana, owner=bo.id)
    story.passes(days=61)
    story.slack.faults.refuse("conversations.open", "user_disabled", times=1)
    assert story.chases() == 1
    assert story.chases() == 1
    assert "overdue" in text(mia.direct_messages())
    with story.bot.parts.store.read() as session:
        assert register.orphaned(session) == ["R-1"]
    assert story.chases() == 0


def action_of_each(story, ana, bo):
    """Two people have the form open, and each says of another action that it treats the risk; one takes it back."""
    room = ana.declares("The ledger's disk is full")
    ana.types("/incident action Rotate logs", room)
    ana.types("/incident action Buy disks", room)
    ana.types("/incident risks R-1")
    ana.fills("Risk R-1", incidents_that_showed_it="INC-1", what_changed="It happened")
    rotate, buy = "INC-1: Rotate logs", "INC-1: Buy disks"
    for one in (ana, bo):
        one.types("/incident risks R-1")
    bo.fills("Risk R-1", actions_that_treat_it=[rotate], what_changed="It helps")
    ana.fills("Risk R-1", actions_that_treat_it=[buy], what_changed="So does this")
    assert treating(story) == ["Rotate logs", "Buy disks"]
    ana.types("/incident risks R-1")
    ana.fills("Risk R-1", actions_that_treat_it=[buy], what_changed="Logs are rotated, and it helps nothing")
    assert treating(story) == ["Buy disks"]


def treating(story):
    return [action.text for action, treats in sheet(story, 1).actions if treats]


def test_two_people_at_one_risk_and_nothing_is_lost(story):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    added(story, ana)
    assert "You own the risk *R-1*" in text(ana.direct_messages()), "whoever adds one learns its key"
    ana.types("/incident risks R-1")
    bo.types("/incident risks r-1")
    bo.fills("Risk R-1", likelihood="4", what_changed="Logs grew tenfold")
    assert "Bo" in text(ana.direct_messages()) or bo.mention in text(ana.direct_messages()), "the owner hears of it"
    assert "Somebody else has written 'likelihood' meanwhile" in str(
        ana.fills("Risk R-1", likelihood="1", what_changed="x")
    )
    ana.types("/incident risks R-1")
    kai.types("/incident risks R-1")
    kai.fills("Risk R-1", controls="A.8.13\nCP-9; A.8.13", what_changed="Backups")
    ana.fills("Risk R-1", likelihood_after_treatment="2", what_changed="Logs are rotated")
    risk = sheet(story, 1).risk
    assert (risk.likelihood, risk.likelihood_after, risk.score, risk.controls) == (4, 2, 6, ("A.8.13", "CP-9"))
    action_of_each(story, ana, bo)
    for wrong, fields in (
        ("The reason is empty", {"title": "Another"}),
        ("more likely than before", {"likelihood_after_treatment": "5", "what_changed": "x"}),
        ("has passed", {"to_be_looked_at_again": "2026-11-01", "what_changed": "x"}),
        ("'INC' is no incident's key", {"incidents_that_showed_it": "INC 7", "what_changed": "x"}),
    ):
        ana.types("/incident risks R-1")
        assert wrong in str(ana.fills("Risk R-1", **fields))
    assert sheet(story, 1).risk == risk
    ana.types("/incident risks R-1")
    ana.fills("Risk R-1", state="closed", what_changed="The disks are gone")
    assert "No risk is open" in text(bo.types("/incident risks").message)
    assert "R-1" in text(bo.types("/incident risks closed").message)
    room = ana.declares("A disk is full")
    ana.types("/incident risk", room)
    assert "One of the register" not in text(ana.modal), "there is none that is open"
    assert "There is no risk R-9" in bo.types("/incident risks R-9").said
    assert "No open risk has the words “zebra”" in text(bo.types("/incident risks zebra").message)


def test_who_may_change_the_register_is_the_policys(on_stage):
    story = on_stage(rules="permissions: {risks: insiders, administrate: [U0MIA]}")
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    assert "may not change the risk register" in ana.types("/incident risks add Disks").said
    added(story, mia, owner=bo.id)
    ana.types("/incident risks R-1")
    assert "may not change the risk register" in str(ana.fills("Risk R-1", likelihood="5", what_changed="x"))
    bo.types("/incident risks R-1")
    assert bo.fills("Risk R-1", likelihood="5", what_changed="I own it").ok
    room = ana.declares("A disk is full", severity="sev1")
    ana.types("/incident risk", room)
    assert ana.fills(QUESTION, which_risk_was_this="unchanged", risk_of_the_register="1").ok, "its people always answer"


def test_what_is_redacted_goes_from_the_register_too_and_it_still_verifies(story):
    ana, bo = story.people("Ana", "Bo")
    added(story, ana, description=f"{bo.mention} knows the kraken")
    room = ana.declares("A disk is full")
    ana.types("/incident risk", room)
    raised = {"which_risk_was_this": "raised", "risk_of_the_register": "1", "likelihood": "4"}
    ana.fills(QUESTION, **raised, why="The password was kraken7")
    other = ana.declares("Another disk is full", private=True)
    ana.types("/incident risks R-1")
    ana.fills(
        "Risk R-1", incidents_that_showed_it="INC-1, INC-2", impact="5", what_changed="The other one is kraken8, too"
    )
    assert "kraken8" in text(ana.types("/incident timeline", other).message)
    story.slack.faults.refuse("chat.postMessage", "restricted_action", times=1)
    bo.types("/incident risks R-1")
    bo.fills("Risk R-1", impact="4", what_changed="My phone is 0123")
    assert "0123" not in text(ana.direct_messages()), "that could not be delivered"
    assert sum("kraken7" in entry.text for entry in sheet(story, 1).history) == 1
    seq = next(entry.seq for entry in story.record(1).timeline if "kraken7" in entry.text)
    the_other = next(entry.seq for entry in story.record(2).timeline if "kraken8" in entry.text)
    with story.bot.parts.store.begin() as work:
        privacy.redact(work, number=1, seq=seq, by="tocsin", reason="a secret")
        privacy.redact(work, number=2, seq=the_other, by="tocsin", reason="a secret")
        privacy.forget(work, user=bo.id, by="tocsin", reason="asked for it")
    story.settles()
    found = sheet(story, 1)
    assert "kraken7" not in repr(found) + repr(story.record(1))
    assert "kraken8" not in repr(found) + repr(story.record(2))
    assert "0123" not in repr(found)
    with story.bot.parts.store.read() as session:
        kept = repr([effect.payload for effect in session.scalars(select(Effect))])
    assert "0123" not in kept
    assert "kraken7" not in kept
    assert "kraken8" not in kept
    assert found.risk.description == "[redacted] knows the kraken"
    assert broken(story) == []
