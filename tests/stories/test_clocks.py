"""Regulatory clocks: from the question that decides to the filing, with everybody reminded in time."""

from datetime import timedelta

import pytest

from bot import schedule
from tests.story import text

RULES = """
    leadership:
      - {name: Mia, slack: U0MIA, email: mia@example.com}
    roles:
      dpo: {label: Data Protection Officer, duty: Decides on notifications., default: U0KAI}
    frameworks:
      gdpr: {applies: true, by: Mia, decided_on: 2026-11-01}
"""
NOT_ADVICE = "not legal advice"


@pytest.fixture
def story(on_stage):
    told = on_stage(rules=RULES)
    yield told
    assert told.violations() == []


def remind(story, **time):
    """Time passes, and the heartbeat looks."""
    story.clock.moves(timedelta(**time))
    taken = schedule.remind_of_clocks(story.bot.parts)
    story.settles()
    return taken


def questions(person):
    return [message for message in person.direct_messages() if "one question decides" in text(message)]


def test_gdpr_from_the_question_to_the_filing(story):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    room = ana.declares("A laptop is gone", severity="sev3", kind="Security")
    ana.types("/incident assign commander @Bo", room)
    assert "Regulatory clocks" not in room.card.text
    ana.types("/incident phase assessment", room)
    assert questions(kai) == []
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", **{"Personal data involved?": "Yes"})

    # Who owns the clocks is asked, one question at a time; the commander is asked when.
    (first,) = questions(kai)
    assert "data_role" not in text(first)
    assert NOT_ADVICE in text(first)
    kai.clicks("Answer", on=first)
    kai.fills("A question", **{"In which role do we process this personal data?": "Controller"})
    _, second = questions(kai)
    kai.clicks("Answer", on=second)
    kai.fills("A question", **{"How likely is a risk to the rights and freedoms of the people concerned?": "Risk"})
    assert len(questions(kai)) == 2
    (asked,) = [m for m in bo.direct_messages() if "reasonably certain" in text(m)]
    assert room.card.shows("waits for a time")
    bo.clicks("Record time", on=asked)
    bo.fills("Record a time", **{"When?": story.clock.now() - timedelta(hours=1)})
    assert room.card.shows("gdpr-33-1", "due", "left", "gdpr-33-5")
    assert room.said("gdpr-33-1", "runs", NOT_ADVICE)

    # The draft: nothing is sent.
    kai.clicks("Clocks", on=room.card)
    listed = kai.types("/incident clocks", room).message
    kai.clicks("Draft notification", on=listed)
    (drafted,) = room.said("asked for a draft")
    names = [file["name"] for reply in room.thread(drafted) for file in reply["files"]]
    assert names == ["INC-1-gdpr-33-1-draft.md", "INC-1-gdpr-33-1-draft.pdf"]
    (draft,) = [content for content in story.slack.state.contents.values() if content.startswith(b"# Draft")]
    assert draft.decode().partition("such as the Data")[2].split("\n")[2] == "Kai, kai@example.com"

    # Half-way the owner alone is reminded; once it was filed, nobody is.
    before = [len(person.direct_messages()) for person in (bo, kai)]
    assert remind(story, hours=34, minutes=59) == 1  # 33-5 has no end: it is reminded of once a day
    assert remind(story, minutes=2) == 1
    assert [len(person.direct_messages()) for person in (bo, kai)] == [before[0], before[1] + 2]
    reminder = kai.direct_messages()[-1]
    assert "half of the time" in text(reminder)
    kai.clicks("Filed…", on=reminder)
    kai.fills(
        "It was sent",
        **{"How was it sent?": "Portal", "Reference number": "LDA-2026-77", "How far does it go?": "Initial"},
    )
    assert room.said("gdpr-33-1", "LDA-2026-77", "Portal")
    assert room.card.shows("gdpr-33-1", "filed")
    assert "gdpr-33-1" not in text([m for m in kai.direct_messages() if "overdue" in text(m)])
    remind(story, days=9)
    assert not any("overdue" in text(m) for m in kai.direct_messages())
    (filing,) = story.record(1).duties.filings
    assert (filing.is_late, filing.stage, filing.calendar) == (False, "initial", "DE by holidays 0.109, Europe/Berlin")
    assert story.told(1).count("filed") == 1
    timeline = text(ana.types("/incident timeline", room).message)
    assert "LDA-2026-77" in timeline
    assert "started the clock gdpr-33-1" in timeline


def breach(story, *, aware=timedelta(), **fields):
    """An incident that hit personal data, with the time when that was certain."""
    (ana,) = story.people("Ana")
    room = ana.declares("A laptop is gone", **fields)
    ana.types("/incident phase assessment", room)
    ana.clicks("Answer questions", on=room.card)
    ana.fills(
        "Three answers",
        **{"Customer data involved?": "No", "Personal data involved?": "Yes", "Service affecting?": "No"},
    )
    records_time(story, ana, room, story.clock.now() - aware)
    return room


def records_time(story, person, room, moment, **more):
    """Through the list of clocks."""
    listed = person.types("/incident clocks", room).message
    label = "Record time" if "Record time" in text(listed) else "Correct time"
    person.clicks(label, on=listed)
    return person.fills("Record a time", **{"When?": moment, **more})


def test_a_filing_that_was_recorded_by_mistake_is_withdrawn_and_kept(story):
    ana, bo, kai = story.people("Ana", "Bo", "Kai")
    room = breach(story)

    def is_filed(**answers):
        kai.clicks("clocks.filed.gdpr-33-1", on=kai.types("/incident clocks", room).message)
        kai.fills("It was sent", **{"How was it sent?": "Portal", "How far does it go?": "Initial", **answers})

    is_filed(**{"Reference number": "LDA-1"})
    assert room.card.shows("gdpr-33-1", "filed")
    assert remind(story, hours=37) == 1, "33-5 alone is reminded of"
    bo.person.joins(room.id)
    bo.types("/incident take primary", room)
    for person in (ana, bo):  # Both see it, and both withdraw it.
        person.clicks("clocks.withdraw.gdpr-33-1", on=person.types("/incident clocks", room).message)
    ana.fills("Withdraw the filing", reason="It was that of another company")
    assert "recorded as sent any more" in str(bo.fills("Withdraw the filing", reason="The same"))
    assert room.said("withdrew the record", "gdpr-33-1", "another company")
    assert "filed" not in room.card.text.partition("gdpr-33-1")[2].partition("\n")[0]
    assert room.card.shows("gdpr-33-1", "due", "1 d 11 h left")
    before = [message for message in kai.direct_messages() if "gdpr-33-1" in text(message)]
    assert remind(story, hours=11, minutes=1) == 2, "24 hours before the end; 33-5 is reminded of once a day"
    assert len([message for message in kai.direct_messages() if "gdpr-33-1" in text(message)]) == len(before) + 1

    is_filed(**{"Reference number": "LDA-2"})
    wrong, right = story.record(1).duties.filings
    assert (wrong.reference, wrong.withdrawn_by, wrong.withdrawn_because) == (
        "LDA-1",
        ana.id,
        "It was that of another company",
    )
    assert (right.reference, right.withdrawn_at, right.due_at) == ("LDA-2", None, wrong.due_at)
    assert story.told(1).count("filed") == 3
    ana.types("/incident phase review", room)
    written = text(room.messages)
    assert "reference LDA-1" in written
    assert "recorded by mistake, withdrawn" in written


def test_overdue_and_further_up(story):
    ana, bo, kai, mia = story.people("Ana", "Bo", "Kai", "Mia")
    room = breach(story)
    ana.types("/incident assign commander @Bo", room)
    ana.types("/incident action Check", room)

    def told(what):
        return [sum(what in text(m) and "gdpr-33-1" in text(m) for m in p.direct_messages()) for p in (kai, bo, mia)]

    seen = [told("")]
    for hours in (36, 12, 20, 3):
        remind(story, hours=hours)
        seen.append(told(""))
    assert seen == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 1, 0], [4, 2, 1]]
    remind(story, hours=1)
    assert told("overdue") == [0, 0, 0]  # The last second is still on time.
    remind(story, seconds=1)
    assert told("is overdue") == [1, 1, 1]
    assert room.said("gdpr-33-1", "overdue", "reasons for the delay", NOT_ADVICE)
    assert remind(story, minutes=30) == 0
    remind(story, minutes=30)
    assert told("still overdue") == [1, 1, 0]
    remind(story, hours=10)  # The bot was away: one reminder, not ten.
    assert told("still overdue") == [2, 2, 0]
    remind(story, days=1)
    assert room.card.shows("overdue")

    # Late is said, with reasons; refused without.
    kai.clicks("Filed…", on=next(m for m in reversed(kai.direct_messages()) if "gdpr-33-1" in text(m)))
    refused = kai.fills("It was sent", **{"How was it sent?": "Portal"})
    assert "wants the reasons for the delay" in str(refused.errors)
    kai.fills("It was sent", **{"How was it sent?": "Portal", "Reasons for the delay": "Nobody knew the portal"})
    assert room.said("After it was due", "Nobody knew the portal")
    (filing,) = story.record(1).duties.filings
    assert filing.is_late
    before = told("still overdue")
    remind(story, days=1)
    assert told("still overdue") == before


def test_a_time_that_is_changed_needs_a_reason_and_is_computed_anew(story):
    (ana,) = story.people("Ana")
    room = breach(story, aware=timedelta(hours=5))
    (first,) = [c for c in story.record(1).duties.clocks if c.rule == "gdpr-33-1"]
    outcome = records_time(story, ana, room, story.clock.now() - timedelta(hours=2))
    assert not outcome.ok
    ana.fills(
        "Record a time", **{"When?": story.clock.now() - timedelta(hours=2), "Reason": "The first report was a test"}
    )
    (second,) = [c for c in story.record(1).duties.clocks if c.rule == "gdpr-33-1"]
    assert second.due_at - first.due_at == timedelta(hours=3)
    assert (first.round, second.round) == (1, 2)
    assert room.said("changed a time", "The first report was a test")
    assert room.said("computed anew", "gdpr-33-1")
    assert "changed the time from" in text(ana.types("/incident timeline", room).message)
    future = records_time(story, ana, room, story.clock.now() + timedelta(hours=2), Reason="Typing")
    assert "still to come" in str(future.errors)


def test_a_day_without_an_hour_asks_for_the_hour(story):
    (ana,) = story.people("Ana")
    room = ana.declares("A laptop is gone")
    ana.types("/incident phase assessment", room)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", **{"Personal data involved?": "Yes"})
    records_time(story, ana, room, story.clock.now(), **{"Only the day?": True})
    assert [c.rule for c in story.record(1).duties.clocks] == ["gdpr-33-5"]
    assert "waits for a time" in text(ana.types("/incident clocks", room).message)
    assert room.said("only the day is recorded")


def test_closing_waits_for_decisions_and_a_decision_can_be_withdrawn(story):
    ana, kai = story.people("Ana", "Kai")
    room = breach(story, severity="sev4")
    for typed in ("severity sev4", "take commander", "take primary"):
        ana.types(f"/incident {typed}", room)
    refused = text(ana.types("/incident close", room).message)
    for missing in ("gdpr-33-5 must be done before closing", "How likely is a risk", "In which role"):
        assert missing in refused
    assert "false alarm" not in refused
    assert "gdpr-33-1 runs" in str(ana.types("/incident dismiss It was a mouse", room).said)

    assert "Regulatory clocks" not in text(kai.opens_home())
    ana.clicks("Give to …", on=ana.types("/incident clocks", room).message)
    ana.fills("Give the clock", person=kai.id)
    assert "of INC-1, due" in text(kai.opens_home())

    kai.clicks("Not required…", on=kai.types("/incident clocks", room).message)
    kai.fills("Not required", reason="The disk was encrypted")
    assert room.said("decided that", "gdpr-33-1", "The disk was encrypted")
    assert [c.rule for c in story.record(1).duties.clocks] == ["gdpr-33-5"]
    kai.clicks("Withdraw…", on=kai.types("/incident clocks", room).message)
    kai.fills("Withdraw the decision", reason="The key was on a note")
    assert {c.rule: c.round for c in story.record(1).duties.clocks}["gdpr-33-1"] >= 1
    (decision,) = story.record(1).duties.decisions
    assert (decision.withdrawn_by, decision.withdrawn_because) == (kai.id, "The key was on a note")


def test_what_is_not_known_gives_a_date_for_the_case(story):
    (ana,) = story.people("Ana")
    room = ana.declares("A laptop is gone")
    ana.types("/incident phase assessment", room)
    records_time(story, ana, room, story.clock.now())
    assert story.record(1).duties.clocks == ()
    listed = text(ana.types("/incident clocks", room).message)
    assert "if confirmed now, due" in listed
    assert NOT_ADVICE in listed
    assert "gdpr-33-1" not in room.card.text


def test_a_drill_is_a_simulation(story):
    (kai,) = story.people("Kai")
    room = breach(story, drill=True)
    remind(story, hours=36)
    reminders = [text(m) for m in kai.direct_messages() if "gdpr-33-1" in text(m)]
    assert reminders
    assert all("DRILL" in told for told in reminders)
    assert all("DRILL" in text(message) for message in room.said("gdpr-33-1"))


def test_of_a_private_incident_only_its_own_people_hear_and_never_the_title(story):
    bo, mia = story.people("Bo", "Mia")
    room = breach(story, private=True, severity="sev4")
    for hours in (36, 12, 20, 3, 2, 30):
        remind(story, hours=hours)
    assert room.said("overdue", "gdpr-33-1")
    assert mia.direct_messages() == []
    assert "laptop" not in story.everything_outside("inc-1-private")
    assert "no incident INC-1 that you can see" in bo.types("/incident clocks INC-1").said


def test_nothing_is_counted_before_somebody_has_declared_the_scope(on_stage):
    story = on_stage(rules="leadership: [{name: Mia, slack: U0MIA}]")
    ana, mia = story.people("Ana", "Mia")
    room = breach(story)
    assert story.record(1).duties.clocks == ()
    assert [text(m) for m in mia.direct_messages() if "nobody has declared" in text(m)]
    assert room.card.shows("nobody has declared whether this reaches us")
    assert "nobody has declared in the policy" in text(ana.types("/incident close", room).message)
