"""People do things at the same time, twice, late, or from elsewhere; and the bot is away for a while."""

from datetime import timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import delete

from bot import schedule
from bot.workflows import incidents
from db import queries
from db.models import Effect
from tests.story import text


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


@pytest.fixture
def reviewed(story, room):
    """In review, with Ana and Bo in the room."""
    ana, bo = story.people("Ana", "Bo")
    bo.person.joins(room.id)
    ana.types("/incident phase review", room)
    return room


def test_two_people_fill_the_review_at_once_and_both_are_kept(story, reviewed):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident review", reviewed)
    bo.types("/incident review", reviewed)
    bo.fills(
        "Post-incident review", impact="Half of all orders", contributing_factors="A full disk", timeline_read=True
    )
    ana.fills("Post-incident review", what_went_well="The rollback")
    review = story.record(1).review
    assert (review.impact, review.went_well) == ("Half of all orders", "The rollback")
    assert [factor.text for factor in story.record(1).factors] == ["A full disk"]
    assert review.timeline_read_by == bo.id


def test_two_people_write_the_same_field_and_nothing_is_lost(story, reviewed):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident review", reviewed)
    bo.types("/incident review", reviewed)
    bo.fills("Post-incident review", impact="Half of all orders")
    outcome = ana.fills("Post-incident review", impact="A third of all orders")
    assert "meanwhile" in str(outcome.errors)
    assert story.record(1).review.impact == "Half of all orders"
    assert ana.modal is not None, "the form stays open, with what was typed"


def test_what_stood_in_the_review_before_is_on_the_timeline(story, reviewed):
    (ana,) = story.people("Ana")
    for impact in ("Half of all orders", "A third of all orders"):
        ana.types("/incident review", reviewed)
        ana.fills("Post-incident review", impact=impact)
    assert story.record(1).timeline[-1].data["was"] == {"impact": "Half of all orders"}


def test_an_older_form_of_answers_takes_nothing_back(story, room):
    ana, bo = story.people("Ana", "Bo")
    bo.person.joins(room.id)
    ana.types("/incident phase assessment", room)
    ana.clicks("Answer questions", on=room.card)
    bo.clicks("Answer questions", on=room.card)
    bo.fills("Three answers", personal_data="Yes")
    ana.fills("Three answers", service_affecting="Yes")
    incident = story.record(1).incident
    assert (incident.personal_data, incident.service_affecting) == ("yes", "yes")


def test_a_form_sent_twice_is_carried_out_once(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident update", room)
    ana.submits_twice("Post an update", update="Half of it is back")
    assert len(room.said("Half of it is back")) == 1
    ana.types("/incident action", room)
    ana.submits_twice("Add an action", action="Add an alert")
    assert len(story.record(1).actions) == 1


def test_a_refused_form_may_be_sent_again(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident update", room)
    assert not ana.fills("Post an update", update="   ").ok
    assert ana.fills("Post an update", update="Half of it is back").ok
    assert room.said("Half of it is back")


def test_prose_that_begins_with_a_key_stays_in_its_room(story, room):
    """“INC-1 is unrelated” is an update of this incident, and not an official word on the other one."""
    (ana,) = story.people("Ana")
    other = ana.declares("Payments fail")
    ana.types("/incident update INC-1 is unrelated to this one", other)
    assert other.said("INC-1 is unrelated to this one")
    assert not room.said("is unrelated")


def test_what_is_done_from_elsewhere_is_said_where_it_was_typed(story, room):
    (ana,) = story.people("Ana")
    assert "INC-1" in ana.types("/incident note INC-1 It began at noon").said


def test_several_lines_are_understood(story, room):
    (ana,) = story.people("Ana")
    for gap in ("\n", "\u00a0"):
        ana.types(f"/incident update{gap}We restarted\nthe pods", room)
    assert [entry.text for entry in story.record(1).timeline[-2:]] == ["We restarted\nthe pods"] * 2


def test_a_reopened_incident_is_reviewed_again(story, reviewed):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident action Add an alert", reviewed)
    ana.types("/incident review", reviewed)
    ana.fills("Post-incident review", impact="Half", contributing_factors="A disk", timeline_read=True)
    ana.types("/incident review done", reviewed)
    ana.types("/incident dismiss no", reviewed)
    ana.types("/incident take commander", reviewed)
    ana.types("/incident severity sev1", reviewed)
    ana.clicks("Answer questions", on=reviewed.card)
    ana.fills("Three answers", customer_data="No", personal_data="No", service_affecting="Yes")
    ana.clicks("Contained…", on=reviewed.card)
    ana.fills("Containment", what_stopped_the_damage="Rolled back")
    ana.clicks("Verified…", on=reviewed.card)
    ana.fills("Recovery verified", how_was_it_checked="Orders", by_whom=bo.id)
    ana.types("/incident risk", reviewed)
    ana.fills("Which risk was this?", which_risk_was_this="none", why="A typo in a test")
    ana.types("/incident close", reviewed)
    assert story.record(1).incident.phase == "closed"
    story.passes(days=1)
    ana.types("/incident reopen the errors are back", reviewed)
    record = story.record(1)
    assert (record.review.state, record.review.due_at) == ("draft", story.clock.now() + timedelta(days=3))
    assert record.review.impact == "Half"
    assert record.incident.contained_at is None
    assert "Still missing" in text(ana.types("/incident close", reviewed).message)


def test_a_dismissed_incidents_draft_review_is_not_chased(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident phase review", room)
    ana.types("/incident phase recovery", room)
    ana.types("/incident dismiss a false alarm", room)
    story.passes(days=30)
    assert story.chases() == 0


def test_two_private_incidents_merge_without_telling_each_others_names(story):
    (ana,) = story.people("Ana")
    first = ana.declares("Zebra leak", private=True)
    second = ana.declares("Other matter", private=True)
    ana.types("/incident merge INC-2", first)
    assert "Zebra" not in str(second.messages)
    assert first.id not in str(second.messages)
    assert "Other" not in str(first.messages)


def test_who_was_removed_while_the_bot_was_away_sees_nothing(story):
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Zebra leak", private=True)
    ana.person.invites(kai.person, room.id)
    story.settles()
    assert "Zebra" in text(kai.types("/incident status INC-1").message)
    story.passes(minutes=5)
    members = story.slack.conversation(room.id).members  # Slack told of it, and gave up: nobody listened.
    members.pop(kai.id)
    story.passes(minutes=5)
    schedule.check_rooms(story.bot.parts)
    story.settles()
    assert "no incident INC-1 that you can see" in kai.types("/incident status INC-1").said


def test_private_tasks_are_not_shown_to_who_is_not_inside_any_more(story):
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Zebra leak", private=True)
    ana.types("/incident action @Kai by tomorrow Zebra rotate keys", room)
    story.passes(minutes=5)
    kai.person.leaves(room.id)
    story.settles()
    assert "Zebra" not in str(kai.types("/incident").message)
    assert "Zebra" not in str(kai.opens_home())
    story.passes(days=3)
    story.chases()
    assert "Zebra" not in str(kai.direct_messages())


def test_an_owner_who_left_after_getting_the_task(story, room):
    """Slack refuses the message; the room hears instead, and it is not tried again."""
    ana, kai = story.people("Ana", "Kai")
    ana.types("/incident action @Kai by tomorrow Add an alert", room)
    story.slack.faults.refuse("conversations.open", "user_disabled", times=1)
    story.passes(days=2)
    story.chases()
    assert room.said("Add an alert", "overdue")
    with story.bot.parts.store.read() as session:
        assert not queries.people(session, [kai.id])[kai.id].active
    assert story.record(1).undelivered == ()


def test_slack_says_that_somebody_left(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident action @Kai by tomorrow Add an alert", room)
    story.slack.deactivate("Kai")
    story.settles()
    story.passes(days=2)
    story.chases()
    assert room.said("Add an alert", "overdue")


def test_an_archived_room_is_not_asked(on_stage):
    story = on_stage(rules="leadership: [{name: Mia, slack: U0MIA}]")
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares("Checkout is down")
    ana.types("/incident action by tomorrow Add an alert", room)
    ana.person.archives(room.id)
    story.settles()
    for _ in range(3):
        story.passes(days=1)
        story.chases()
    told = len(ana.direct_messages()) + len(mia.direct_messages())
    assert told >= 2
    assert story.record(1).undelivered == ()


def test_a_message_shortcut_where_the_bot_is_not(story, room):
    ana, bo = story.people("Ana", "Bo")
    story.slack.add_channel("board", private=True, members=["Ana", "Bo"], with_app=False)
    message = bo.says("I saw errors at noon", "board")
    story.passes(minutes=1)
    ana.shortcut("Declare from message", message=message)
    ana.fills("Declare an incident", title="From the board")
    assert story.record(2).timeline[0].text == "I saw errors at noon"
    ana.shortcut("Add to timeline", message=message)
    ana.fills("Add to timeline", incident="INC-1")
    assert "I saw errors at noon" in [entry.text for entry in story.record(1).timeline]
    story.slack.requests.clear()  # Slack was asked for a link that it would not give.


def test_declaring_from_a_message_puts_nothing_into_its_authors_mouth(story):
    ana, bo = story.people("Ana", "Bo")
    message = bo.says("Disk looks a bit full")
    story.passes(minutes=1)
    ana.shortcut("Declare from message", message=message)
    ana.fills("Declare an incident", title="Disk", what_is_happening="Bo deleted\x00 the production database")
    first = story.record(1).timeline[0]
    assert (first.by, first.text) == (bo.id, "Disk looks a bit full")


def test_one_message_on_two_timelines(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.declares("Payments fail")
    message = bo.says("I saw errors at noon", "general")
    for key in ("INC-1", "INC-2"):
        ana.shortcut("Add to timeline", message=message)
        ana.fills("Add to timeline", incident=key)
    assert [story.told(n).count("pinned") for n in (1, 2)] == [1, 1]
    ana.shortcut("Add to timeline", message=message)
    assert "already" in str(ana.fills("Add to timeline", incident="INC-2").errors)


def test_a_deletion_blames_nobody(story, room):
    """Slack does not say who deleted a message; its author did not have to be it."""
    ana, mia = story.people("Ana", "Mia")
    message = ana.says("The disk is full", room)
    ana.reacts("pushpin", message)
    story.passes(minutes=1)
    mia.person.joins(room.id)
    mia.deletes(message)
    entry = story.record(1).timeline[-1]
    assert (entry.kind, entry.by, entry.data["author"]) == ("deleted", "tocsin", ana.id)


def test_a_deleted_message_with_replies_is_deleted(story, room):
    """Slack leaves a tombstone in its place and calls that a change."""
    (ana,) = story.people("Ana")
    message = ana.says("The disk is full", room)
    ana.says("Which one?", room, thread_ts=message["ts"])
    ana.reacts("pushpin", message)
    story.passes(minutes=1)
    ana.deletes(message)
    entry = story.record(1).timeline[-1]
    assert (entry.kind, entry.text, entry.data["author"]) == ("deleted", "The disk is full", ana.id)


def test_a_click_on_the_home_page_is_answered_and_the_page_drawn_anew(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident action by tomorrow Add an alert", room)
    assert "Add an alert" in text(ana.opens_home())
    outcome = ana.clicks("Done", on="home")
    assert "Add an alert" in text(outcome.modal)
    assert "Add an alert" not in text(story.slack.home(ana.person))


def test_a_person_whom_slack_is_slow_to_tell_about_gets_the_role_in_time(story, room):
    """The look-up gives up before Slack tells the person that it failed."""
    ana, kai = story.people("Ana", "Kai")
    story.slack.faults.delay("users.info", 2.5)
    outcome = ana.types("/incident assign primary @Kai", room)
    assert outcome.ok
    assert story.record(1).roles == {"primary": kai.id}


def test_a_long_list_says_how_many_there_are(story):
    (ana,) = story.people("Ana")
    with story.bot.parts.store.begin() as work:
        for n in range(55):
            incidents.declare(work, policy=story.bot.parts.policy, by=ana.id, title=f"Trouble {n}")
        work.session.execute(delete(Effect))  # Their rooms are not what this is about.
    shown = ana.types("/incident list").message
    assert "55" in shown["text"]
    assert "more, the oldest of them" in text(shown)


def test_not_now_is_not_never(story, room):
    (ana,) = story.people("Ana")
    for code in ("rate_limited", "message_limit_exceeded", "token_revoked"):
        story.slack.faults.refuse("chat.postMessage", code, times=3)
        ana.types(f"/incident update Still here, says {code}", room)
        assert not room.said("Still here", code)
        for _ in range(6):
            story.passes(seconds=61)
        assert len(room.said("Still here", code)) == 1


def test_after_a_weekend_without_the_bot_a_429_buries_nothing(story, room):
    (ana,) = story.people("Ana")
    story.slack.faults.rate_limit("chat.postMessage", retry_after=30, times=2)
    ana.person.types("/incident update From Friday", channel=room.id)
    story.slack.quiet()
    story.clock.moves(timedelta(days=3))
    story.settles()
    for _ in range(3):
        story.passes(seconds=61)
    assert len(room.said("From Friday")) == 1


def test_a_restart_on_a_sunday_reminds_nobody_and_one_after_a_missed_morning_does(story, room):
    (ana,) = story.people("Ana")
    parts = story.bot.parts
    cron = CronTrigger.from_crontab(parts.policy.review.chase.cron.spelled_out, timezone=parts.settings.timezone)
    ana.types("/incident phase review", room)
    schedule.run_chase(parts)  # Tuesday noon.
    story.clock.moves(timedelta(days=3))  # Friday noon: the mornings of Wednesday to Friday were missed.
    assert schedule.make_up(parts, cron) == 1
    story.clock.moves(timedelta(days=2))  # Sunday.
    assert schedule.make_up(parts, cron) == 0
