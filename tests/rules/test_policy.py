"""The policy: what holds when nothing is said, and what a team's own file changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.errors import Refused
from bot.policy import Duration, Policy, ReviewPart, load

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def policy():
    return load()


@pytest.fixture
def written(tmp_path):
    """Load what is written into a policy file."""

    def write_and_load(text, **where):
        path = tmp_path / "policy.yml"
        path.write_text(text, encoding="utf-8")
        return load(path, **where)

    return write_and_load


# --- the built-in policy


@pytest.mark.parametrize(
    ("severity", "high", "review_required", "review_due", "actions_due"),
    [
        ("sev1", True, True, "3d", "15d"),
        ("sev2", True, True, "5bd", "30d"),
        ("sev3", False, False, "10bd", "60d"),
        ("sev4", False, False, "10bd", "60d"),
    ],
)
def test_the_four_severities(policy, severity, high, review_required, review_due, actions_due):
    found = policy.severity(severity)
    assert (found.key, found.label) == (severity, severity.upper())
    assert policy.is_high(severity) is found.high is high
    assert found.review_required is review_required
    assert str(found.review_due) == review_due
    assert str(policy.actions.due[severity]) == actions_due


def test_the_four_roles_have_a_label_a_duty_and_nobody_by_default(policy):
    assert {key: role.label for key, role in policy.roles.items()} == {
        "commander": "Incident Commander",
        "primary": "Primary On-Call",
        "secondary": "Secondary On-Call",
        "comms": "Communication Lead",
    }
    assert all(role.key == key and role.duty.endswith(".") for key, role in policy.roles.items())
    assert [role.default for role in policy.roles.values()] == [None] * 4


def test_overdue_reviews_go_up_the_ladder(policy):
    chase = policy.review.chase
    assert str(chase.cron) == "0 9 * * mon-fri"
    assert {rung: str(after) for rung, after in chase.ladder} == {
        "owner": "0d",
        "room": "1d",
        "commander": "2d",
        "leadership": "3d",
    }
    assert (str(chase.again), str(chase.snooze)) == ("7d", "1d")


def test_words_are_short_enough_for_slack(policy):
    """A select's option takes 75 characters of description: https://docs.slack.dev/reference/block-kit."""
    assert all(len(severity.meaning) <= 75 for severity in policy.severities.values())


def test_when_reviews_and_actions_are_due(policy):
    assert policy.review_due_at("sev1", TUESDAY) == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert policy.review_due_at("sev2", TUESDAY) == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert policy.action_due_on("sev1", TUESDAY) == date(2026, 12, 9)


def test_names_are_found_in_whatever_case_people_type(policy):
    assert policy.severity(" SEV1 ") is policy.severities["sev1"]
    assert policy.role("Commander") is policy.roles["commander"]


def test_an_unknown_name_is_refused_with_those_that_there_are(policy):
    with pytest.raises(Refused, match=r"no severity `sev9`\. Choose one of `sev1`, `sev2`, `sev3`, `sev4`"):
        policy.severity("sev9")
    with pytest.raises(Refused, match=r"no role `scribe`\. Choose one of `commander`, `primary`, `secondary`, `comms`"):
        policy.role("scribe")
    with pytest.raises(Refused):
        policy.is_high("sev9")
    with pytest.raises(Refused):
        policy.review_due_at("sev9", TUESDAY)


def test_a_policy_is_frozen_and_can_be_written_down(policy):
    with pytest.raises(ValidationError, match="frozen"):
        policy.severities["sev1"].high = False
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy


# --- a file of one's own


def test_naming_one_key_keeps_its_neighbours(policy, written):
    own = written("severities: {sev3: {high: true, targets: {commander: 1h}}}")
    changed, before = own.severity("sev3"), policy.severity("sev3")
    assert changed.high
    assert changed.targets.commander == Duration.parse("1h")
    assert changed.targets.update_every == before.targets.update_every
    assert (changed.label, changed.review_due) == (before.label, before.review_due)
    assert own.severity("sev1") == policy.severity("sev1")
    assert own.review == policy.review


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "---\n", "severities:\n", "leadership:\nroles:\n  commander:\n"]
)
def test_a_heading_with_nothing_below_changes_nothing(policy, written, text):
    assert written(text) == policy


def test_null_takes_a_default_away(written):
    own = written(
        "roles: {comms: {default: U0KAI}}\n"
        "severities: {sev1: {targets: {update_every: null}}}\n"
        "review: {chase: {ladder: {room: null}}}\n"
    )
    assert own.role("comms").default == "U0KAI"
    assert own.severity("sev1").targets.update_every is None
    assert own.review.chase.ladder.room is None
    assert written("roles: {comms: {default: null}}").role("comms").default is None


def test_lists_are_replaced(written):
    own = written("review: {required: [impact, luck]}\nleadership: [{name: Mia, email: mia@example.com}]")
    assert own.review.required == (ReviewPart.IMPACT, ReviewPart.LUCK)
    assert [(leader.name, leader.slack, leader.email) for leader in own.leadership] == [
        ("Mia", None, "mia@example.com")
    ]


def test_a_team_may_add_roles_and_severities(written):
    own = written(
        "roles: {scribe: {label: Scribe, duty: Keeps the timeline.}}\n"
        "severities:\n"
        "  sev0: {label: SEV0, meaning: Everything is down., emoji: ':fire:', high: yes, review_required: yes, "
        "review_due: 2d}\n"
        "actions: {due: {sev0: 7d}}\n"
    )
    assert list(own.roles) == ["commander", "primary", "secondary", "comms", "scribe"]
    assert own.role("scribe").label == "Scribe"
    assert list(own.severities) == ["sev0", "sev1", "sev2", "sev3", "sev4"]
    assert own.is_high("sev0")
    assert own.severity("sev0").targets.acknowledge is None


def test_business_days_follow_the_teams_calendar(written):
    own = written("calendar: {zone: Europe/Berlin, holidays: [2026-11-26, 2026-11-25]}")
    assert own.review_due_at("sev2", TUESDAY) == datetime(2026, 12, 3, 22, 59, 59, tzinfo=UTC)


def test_the_zone_is_the_installations_unless_the_policy_names_one(written):
    berlin, tokyo = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
    assert load(zone=berlin).calendar.zone == berlin
    assert written("calendar: {holidays: [2026-12-25]}", zone=berlin).calendar.zone == berlin
    assert written("calendar: {zone: Asia/Tokyo}", zone=berlin).calendar.zone == tokyo
    assert load().calendar.zone == ZoneInfo("UTC")


def test_anchors_and_merge_keys_save_typing(written):
    own = written(
        "severities:\n"
        "  sev1: {targets: &soon {acknowledge: 2m, update_every: 15m}}\n"
        "  sev2: {targets: {<<: *soon, update_every: 20m}}\n"
    )
    assert str(own.severity("sev2").targets.acknowledge) == "2m"
    assert str(own.severity("sev2").targets.update_every) == "20m"


def test_a_byte_order_mark_is_fine(policy, tmp_path):
    path = tmp_path / "policy.yml"
    path.write_text("rooms: {prefix: inc}\n", encoding="utf-8-sig")
    assert load(path) == policy
