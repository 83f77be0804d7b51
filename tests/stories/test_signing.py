"""A review from recovery to its signatures, by three people; changed after it was signed; written by two at once."""

import pytest

from bot.workflows import privacy
from bot.workflows.signing import document_hash
from db import queries, timeline
from db.models import Incident, ReviewVersion
from tests.story import text

TWO_SIGN = """
    leadership:
      - {name: Mia, slack: U0MIA, email: mia@example.com}
    review: {sign: [commander, comms]}
"""


@pytest.fixture
def story(on_stage):
    told = on_stage(rules=TWO_SIGN)
    yield told
    assert set(told.violations()) <= {"conversations.open: user_disabled"}  # Kai has left.


@pytest.fixture
def room(story):
    """In review. Ana declared it and commands, Bo is on call, Kai speaks with customers."""
    return story.begins(in_review)


def in_review(story):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    room = ana.declares("Queue is stuck", severity="sev2")
    ana.types("/incident take commander", room)
    ana.types(f"/incident assign primary {bo.mention}", room)
    ana.types(f"/incident assign comms {kai.mention}", room)
    ana.types("/incident phase review", room)
    return room


def told(person, words):
    """The one direct message that says so."""
    (found,) = [message for message in person.direct_messages() if words in text(message)]
    return found


def overdue(person):
    return [message for message in person.direct_messages() if "overdue" in text(message)]


def versions(story):
    with story.bot.parts.store.read() as session:
        return queries.review_versions(session, 1)


def broken(story):
    with story.bot.parts.store.read() as session:
        return [str(found) for found in timeline.verify(session, session.get(Incident, 1))]


def written(story, room):
    pages = story.record(1).review.pages
    return "\n".join(text(message) for message in room.messages if message["ts"] in pages)


def filled(story, room):
    """All that the policy wants, each part by who can know it."""
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    kai.clicks("Impact", on=told(kai, "is being reviewed"))
    kai.fills("Impact", impact="No order was confirmed", customers_percent="12,5 %", customers_count="1 200")
    bo.clicks("Contributing factor", on=told(bo, "is being reviewed"))
    bo.fills(
        "Contributing factor",
        kind="Process",
        what_contributed="Consumers are restarted by hand",
        why="Nobody had built it",
        root_cause=True,
    )
    ana.types("/incident action Restart consumers by themselves", room)
    ana.types("/incident review", room)
    ana.fills("Post-incident review", timeline_read=True)


def test_from_recovery_to_signed_with_three_people(story, room):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    assert "Impact" in text(told(kai, "is being reviewed"))
    assert "Trigger" in text(told(bo, "is being reviewed"))
    assert "is being reviewed" not in text(ana.direct_messages()), "the owner is asked in the room"
    filled(story, room)
    for line in ("12.5 %", "1200 in number", "Consumers are restarted by hand (Process; reported as the root cause)"):
        assert line in written(story, room)

    bo.clicks("Mark review done", on=room.card)
    assert story.record(1).review.state == "in_review"
    assert "to be signed by" in text(bo.clicks("Sign review", on=room.card).message)
    kai.clicks("Sign review", on=told(kai, "yours to sign"))
    assert (story.record(1).review.state, versions(story)) == ("in_review", ())
    assert room.said("signed", "Communication Lead", "It waits for", ana.mention)
    ana.clicks("Sign review", on=room.card)
    record = story.record(1)
    assert (record.review.state, record.review.version) == ("done", 1)
    (version,) = versions(story)
    assert version.hash == document_hash(version.document)
    signed = next(e for e in record.timeline if e.data.get("state") == "done" and e.kind == "review")
    assert signed.data["document_hash"] == version.hash
    assert "- Signed by" in version.document
    assert broken(story) == []
    with story.bot.parts.store.begin() as work:
        work.incident(1)
        row = work.session.get(ReviewVersion, (1, 1))
        row.document = row.document.replace("Bo", "Al")
    (found,) = broken(story)
    assert f"entry {signed.seq}: version 1 of the review is not what was signed" in found


def test_who_does_not_sign_is_chased_and_then_leadership_hears(story, room):
    ana, bo, kai, mia = story.people("Ana", "Bo", "Kai", "Mia")
    filled(story, room)
    ana.types("/incident review done", room)
    assert story.record(1).review.state == "in_review"
    story.comes(story.record(1).review.due_at)
    for morning in range(4):
        assert story.chases() == 1
        reminded = [len(overdue(person)) for person in (ana, kai, mia)]
        assert reminded == [[0, 1, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]][morning]
        assert story.chases() == 0, "once a morning"
        story.passes(days=1)
    (asked,) = overdue(kai)
    assert "waits for your signature" in text(asked)
    (said,) = room.said("overdue")
    assert f"waits for the signature of {kai.mention}" in text(said)
    (told,) = overdue(mia)
    assert "your signature" not in text(told)
    assert f"waits for the signature of {kai.mention}" in text(told)

    # Kai rests; then Kai leaves the company, and whoever has the role now is asked first.
    kai.clicks("Snooze 1 day", on=asked)
    kai.fills("Snooze", reason="I am at the dentist")
    story.passes(days=1)
    assert story.chases() == 0, "leadership has heard of it, and again in a week"
    story.slack.deactivate("Kai")
    bo.says("Kai has left us", room)
    story.passes(days=7)
    story.chases()
    assert len(overdue(mia)) == 2
    ana.types(f"/incident assign comms {bo.mention}", room)
    assert "yours to sign" in text(bo.direct_messages()), "who has the role now is asked at once"
    story.passes(days=1)
    story.chases()
    assert "waits for your signature" in text(overdue(bo)), "and reminded first"
    bo.clicks("Sign review", on=overdue(bo)[0])
    assert story.record(1).review.state == "done"
    story.passes(days=9)
    assert story.chases() == 0


def test_a_closed_incident_with_a_signed_review_is_opened_again(story, room):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")

    def is_dealt_with(how):
        ana.clicks("Contained…", on=room.card)
        ana.fills("Containment", what_stopped_the_damage=how)
        ana.clicks("Verified…", on=room.card)
        ana.fills("Recovery verified", how_was_it_checked="200 messages went through", by_whom=bo.id)

    ana.types("/incident severity sev2 it is", room)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="No")
    filled(story, room)
    ana.types("/incident risk", room)
    ana.fills("Which risk was this?", which_risk_was_this="none", why="Nobody had seen it before")
    ana.types("/incident phase recovery", room)
    is_dealt_with("The consumer was restarted")
    ana.types("/incident phase review", room)
    ana.types("/incident review done", room)
    kai.clicks("Sign review", on=room.card)
    ana.types("/incident close", room)
    assert story.record(1).incident.phase == "closed"

    story.passes(days=1)
    bo.types("/incident reopen the queue is stuck again", room)
    record = story.record(1)
    assert (record.review.state, record.review.version, record.signatures) == ("draft", 1, ())
    assert "draft of version 2" in written(story, room)
    assert "Consumers are restarted by hand" in written(story, room), "what was found out stays"
    is_dealt_with("The queue was drained by hand")
    ana.types("/incident phase review", room)
    ana.types("/incident review", room)
    ana.fills("Post-incident review", where_were_we_lucky="It was night", timeline_read=True)
    ana.types("/incident review done", room)
    assert "the review is not signed" in text(ana.types("/incident close", room).message)
    kai.clicks("Sign review", on=room.card)
    first, second = versions(story)
    assert ("The consumer was restarted" in first.document, "drained by hand" in first.document) == (True, False)
    assert "The queue was drained by hand" in second.document
    shown = text(ana.types("/incident review changes", room).message)
    assert "➖ The consumer was restarted" in shown
    assert "➕ The queue was drained by hand" in shown
    ana.types("/incident close", room)
    assert story.record(1).incident.phase == "closed"
    assert broken(story) == []


def test_what_is_changed_after_signing_is_a_new_version_with_its_changes(story, room):
    ana, kai = story.people("Ana", "Kai")
    filled(story, room)
    ana.types("/incident review done", room)
    kai.clicks("Sign review", on=told(kai, "yours to sign"))
    assert "signed once" in ana.types("/incident review changes", room).said
    ana.types("/incident note it was the third time", room)
    assert "the third time" not in written(story, room), "it stays as it was signed"

    kai.types("/incident review INC-1")
    kai.fills("Post-incident review", where_were_we_lucky="It was human error, and night")
    assert "what made the mistake easy" in text(kai.direct_messages()[-1]), "a hint, and nothing in the way"
    assert room.said("Version 2 is a draft")
    assert story.record(1).review.state == "draft"
    ana.types("/incident review done", room)
    kai.types("/incident review INC-1")
    kai.fills("Post-incident review", where_were_we_lucky="It was night")
    assert room.said("has to be signed again")
    for person in (kai, ana):
        person.clicks("Sign review", on=room.card)
    first, second = versions(story)
    assert "It was night" in second.document
    assert "It was night" not in first.document
    shown = text(ana.types("/incident review changes", room).message)
    assert "➕ It was night" in shown
    with story.bot.parts.store.read() as session:
        assert [row.number for row in queries.review_versions(session, 1)] == [1, 2]


def test_two_people_at_one_factor_and_nothing_is_lost(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident review", room)
    ana.fills("Post-incident review", contributing_factors="A stuck consumer\nprocess: Nobody restarts it")
    assert [factor.kind for factor in story.record(1).factors] == ["technical", "process"]
    listed = ana.types("/incident review factors", room)
    ana.clicks("Change", on=listed.message)
    bo.types("/incident review INC-1")
    bo.fills("Post-incident review", contributing_factors="A consumer that was stuck\nprocess: Nobody restarts it")
    outcome = ana.fills("Contributing factor", what_contributed="A consumer stuck for an hour")
    assert "meanwhile" in str(outcome), "a factor that is gone is not written over"
    assert [factor.text for factor in story.record(1).factors] == ["A consumer that was stuck", "Nobody restarts it"]


def test_numbers_that_are_none_are_refused_with_an_example(story, room):
    (kai,) = story.people("Kai")
    kai.clicks("Impact", on=told(kai, "is being reviewed"))
    outcome = kai.fills("Impact", customers_percent="most of them")
    assert "such as 12.5" in str(outcome)


def test_what_is_redacted_is_gone_from_what_was_signed_and_everything_still_verifies(story, room):
    ana, kai = story.people("Ana", "Kai")
    ana.types("/incident note The password was kraken7", room)
    filled(story, room)
    ana.types("/incident review done", room)
    kai.clicks("Sign review", on=told(kai, "yours to sign"))
    assert "kraken7" in versions(story)[0].document
    seq = next(entry.seq for entry in story.record(1).timeline if "kraken7" in entry.text)
    with story.bot.parts.store.begin() as work:
        privacy.redact(work, number=1, seq=seq, by="tocsin", reason="a secret")
    story.settles()
    (version,) = versions(story)
    assert (version.document, version.redacted_at is None) == ("", False)
    assert "kraken7" not in written(story, room)
    assert broken(story) == []
    assert story.record(1).review.state == "done"


def test_similar_incidents_are_told_to_whoever_may_see_them(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.declares("Payroll laptop stolen", private=True)
    later = bo.declares("Queue for payroll laptop is stuck")
    assert "INC-1" in text(bo.types("/incident similar", later).message)
    assert "INC-2" not in text(bo.types("/incident similar", later).message)
    assert "INC-2" in text(ana.types("/incident similar INC-3").message)
    assert "Nothing before it" in text(ana.types("/incident similar", room).message)
