"""Who does what."""

import pytest


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down", severity="sev1")


def test_a_role_is_given_and_the_person_brought_in(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident assign commander @Bo", room)
    assert story.record(1).roles == {"commander": bo.id}
    assert room.card.shows(bo.mention)
    assert "Bo" in room.members
    assert room.said("Incident Commander", bo.mention)


def test_a_role_is_taken(story, room):
    (bo,) = story.people("Bo")
    bo.types("/incident take INC-1 comms")
    assert story.record(1).roles == {"comms": bo.id}


def test_a_role_is_given_with_the_form(story, room):
    ana, kai = story.people("Ana", "Kai")
    ana.clicks("Roles", on=room.card)
    ana.fills("Assign a role", role="Primary On-Call", person=kai.id)
    assert story.record(1).roles == {"primary": kai.id}


def test_a_handover_carries_a_note(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident take commander", room)
    ana.types("/incident handover commander @Bo The failover is half done", room)
    assert story.record(1).roles == {"commander": bo.id}
    assert room.said("The failover is half done", bo.mention)
    assert story.record(1).timeline[-1].text == "The failover is half done"


def test_a_handover_without_a_note_asks_for_it(story, room):
    ana, bo = story.people("Ana", "Bo")
    ana.types("/incident take commander", room)
    ana.types("/incident handover commander @Bo", room)
    ana.fills("Hand over", person=bo.id, note_for_the_successor="You have it")
    assert story.record(1).roles == {"commander": bo.id}


def test_one_person_in_two_roles_is_a_warning_and_not_a_refusal(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident take commander", room)
    outcome = ana.types("/incident take comms", room)
    assert "One person is Incident Commander and Communication Lead" in outcome.said
    assert story.record(1).roles == {"commander": ana.id, "comms": ana.id}


def test_a_role_of_the_policys_own(on_stage):
    story = on_stage(
        rules="""
        roles:
          legal: {label: Legal Counsel, duty: Answers the regulators.}
    """
    )
    (ana,) = story.people("Ana")
    room = ana.declares("A laptop is gone")
    ana.types("/incident take legal", room)
    assert room.card.shows("Legal Counsel", ana.mention)


def test_a_person_who_left_is_refused(story, room):
    (ana,) = story.people("Ana")
    story.slack.deactivate("Bo")
    assert "Bo has left this workspace" in ana.types("/incident assign commander <@U0BO>", room).said
    assert story.record(1).roles == {}


def test_a_bot_is_no_commander(story, room):
    (ana,) = story.people("Ana")
    said = ana.types(f"/incident assign commander <@{story.slack.bot_user_id}>", room).said
    assert "is a bot" in said


def test_nobody_is_nobody(story, room):
    (ana,) = story.people("Ana")
    assert "cannot tell who “@nobody” is" in ana.types("/incident assign commander @nobody", room).said
    assert "cannot tell who “Bo” is" in ana.types("/incident assign commander Bo", room).said


def test_an_unknown_role_shows_the_known_ones(story, room):
    (ana,) = story.people("Ana")
    said = ana.types("/incident assign king @Bo", room).said
    assert "commander" in said
    assert "comms" in said


def test_the_same_again_is_said_so(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident take commander", room)
    assert "already" in ana.types("/incident take commander", room).said


def test_nothing_to_hand_over(story, room):
    (ana,) = story.people("Ana")
    said = ana.types("/incident handover commander @Bo Take it", room).said
    assert "Nobody is Incident Commander yet" in said
