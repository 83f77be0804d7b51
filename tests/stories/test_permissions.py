"""Who may do what, by the policy; refusals are kept."""

import pytest
from sqlalchemy import select

from bot.commands import may
from bot.commands.asking import Doing
from bot.errors import Refused
from db.models import Audit
from tests.story import text


def audits(story):
    with story.bot.parts.store.read() as session:
        return [(a.user, a.what, a.incident_id, a.allowed) for a in session.scalars(select(Audit).order_by(Audit.id))]


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down")


def test_only_an_incidents_own_people_change_how_bad_it_is_and_end_it(story, room):
    (bo,) = story.people("Bo")
    for typed in ("severity INC-1 sev1 worse", "close INC-1", "dismiss INC-1 no", "reopen INC-1 why"):
        assert "Join its room" in bo.types(f"/incident {typed}").said
    assert story.record(1).incident.phase == "detection"
    assert [audit[:3] for audit in audits(story)] == [(bo.id, "severity", 1), *[(bo.id, "close", 1)] * 3]


def test_who_joins_is_one_of_them(story, room):
    (bo,) = story.people("Bo")
    bo.person.joins(room.id)
    story.settles()
    bo.types("/incident severity INC-1 sev1 worse")
    assert story.record(1).incident.severity == "sev1"
    assert audits(story) == []


def test_who_leaves_is_not_any_more(story, room):
    (bo,) = story.people("Bo")
    bo.person.joins(room.id)
    bo.person.leaves(room.id)
    story.settles()
    assert "Join its room" in bo.types("/incident severity INC-1 sev1 worse").said


def test_the_buttons_check_too(story, room):
    (bo,) = story.people("Bo")
    status = bo.types("/incident status INC-1").message
    assert "Join its room" in bo.clicks("Severity", on=status).said
    assert "Join its room" in bo.clicks("Close", on=status).said
    assert len(audits(story)) == 2


def test_a_policy_may_name_who_declares(on_stage):
    story = on_stage(rules="permissions: {declare: [U0MIA]}")
    ana, mia = story.people("Ana", "Mia")
    assert "may not declare" in ana.types("/incident declare").said
    assert "may not declare" in ana.types("/incident declare Checkout is down").said
    assert "may not declare" in text(ana.shortcut("Declare an incident").modal)
    ana.person.closes_modal()
    assert story.rooms() == []
    mia.types("/incident declare Checkout is down")
    assert len(story.rooms()) == 1
    assert audits(story)[0] == (ana.id, "declare", None, False)


def test_a_user_group_may(on_stage):
    story = on_stage(rules="permissions: {declare: [S0ONCALL]}")
    ana, bo = story.people("Ana", "Bo")
    story.slack.state.usergroups["S0ONCALL"] = {"id": "S0ONCALL", "handle": "oncall", "users": [ana.id]}
    assert "may not declare" in bo.types("/incident declare Checkout is down").said
    ana.types("/incident declare Checkout is down")
    assert len(story.rooms()) == 1


def test_a_policy_may_name_who_sees_private_incidents(on_stage):
    story = on_stage(rules="permissions: {see_private: [U0MIA]}")
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    ana.declares("Zebra leak", private=True)
    assert "Zebra" in text(mia.types("/incident status INC-1").message)
    assert "Zebra" in text(mia.types("/incident list").message)
    assert "Zebra" not in text(bo.types("/incident list").message)


def test_what_administrators_do_is_kept(story, room):
    (ana,) = story.people("Ana")
    ana.types("/incident repair", room)
    assert audits(story) == [(ana.id, "administrate", 1, True)]


def test_who_is_nowhere_is_not_in_a_room_that_is_not_there(story):
    """On the home page there is no channel, and an incident whose room Slack refused has none either."""
    ana, bo = story.people("Ana", "Bo")
    story.slack.faults.refuse("conversations.create", "restricted_action")
    ana.types("/incident declare Checkout is down")
    incident = story.record(1).incident
    assert incident.room is None
    with pytest.raises(Refused):
        may.check(story.bot.parts, Doing(bo.id, None, None), "close", incident)
    may.check(story.bot.parts, Doing(ana.id, None, None), "close", incident)
