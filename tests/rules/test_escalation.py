"""The escalation rules: what the built-in ones catch, what a policy cannot say, and which role is missing when."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BadPolicy
from bot.policy import load
from bot.policy.rulebook import Rulebook
from bot.views import leadership as line
from bot.workflows import escalation, leadership, vacancies
from db.enums import Answer, Kind, Phase
from db.records import DeliveryRecord, EscalationRecord, ReaderRecord, Record
from tests.rules.pictures import DECLARED, incident

POLICY = load()
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
OPERATIONAL, SECURITY = Kind.OPERATIONAL, Kind.SECURITY


@pytest.fixture
def written(tmp_path):
    def policy(text):
        path = tmp_path / "policy.yml"
        path.write_text(text)
        return load(path)

    return policy


@pytest.mark.parametrize(
    ("severity", "kind", "customer_data", "personal_data", "service_affecting", "rules"),
    [
        ("sev1", OPERATIONAL, NO, NO, NO, {"high"}),
        ("sev2", OPERATIONAL, UNKNOWN, UNKNOWN, UNKNOWN, {"high"}),
        ("sev3", OPERATIONAL, UNKNOWN, UNKNOWN, UNKNOWN, set()),
        ("sev4", OPERATIONAL, YES, NO, NO, set()),
        ("sev4", SECURITY, NO, NO, NO, set()),
        ("sev4", SECURITY, YES, NO, NO, {"customer-data"}),
        ("sev4", SECURITY, UNKNOWN, NO, NO, {"customer-data"}),
        ("sev4", OPERATIONAL, NO, YES, NO, {"personal-data"}),
        ("sev3", OPERATIONAL, NO, NO, YES, {"customers"}),
        ("sev1", SECURITY, YES, YES, YES, {"high", "customer-data", "personal-data", "customers"}),
        ("p0", OPERATIONAL, NO, NO, NO, set()),
    ],
)
def test_the_built_in_rules(severity, kind, customer_data, personal_data, service_affecting, rules):
    picture = incident(
        severity=severity,
        kind=kind,
        customer_data=customer_data,
        personal_data=personal_data,
        service_affecting=service_affecting,
    )
    known = escalation.facts(picture, policy=POLICY, now=DECLARED)
    assert {key for key, rule in POLICY.escalation.items() if rule.when.holds(known)} == rules
    told = bool(rules - {"customers"})
    assert escalation.concerns_leadership(picture, policy=POLICY, now=DECLARED) is told
    drill = incident(severity=severity, kind=kind, customer_data=customer_data, drill=True)
    assert not escalation.concerns_leadership(drill, policy=POLICY, now=DECLARED)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("when: sevrity == sev1", "5: escalation.mine.when: at character 1: there is no fact 'sevrity'; did you mean"),
        (
            "when: severity == sev9",
            "5: escalation.mine.when: at character 13: 'severity' is never 'sev9'; did you mean",
        ),
        ("when: phase == closed", "5: escalation.mine.when: at character 10: 'phase' is never 'closed'"),
        ("when: age", "5: escalation.mine.when: at character 1: 'age' is a duration: compare it with something"),
        ("when: kind ==", "5: escalation.mine.when: at character 8: expected a fact"),
        ("when: true", "5: escalation.mine.when: expected a condition such as"),
        ("when: severity == sev1 and severity == sev2", "5: escalation.mine.when: this can never be; the rule would"),
        ("when: severity == sev4 and high", "5: escalation.mine.when: this can never be; the rule would never be"),
        ("when: age > 4h and age < 1h", "5: escalation.mine.when: this can never be; the rule would never be"),
        (
            "when: high\n    then: {roles: {chef: 5m}}",
            "6: escalation.mine.then.roles.chef: no such role; there are comm",
        ),
        (
            "when: high\n    then: {roles: {comms: soon}}",
            "6: escalation.mine.then.roles.comms: expected a duration such",
        ),
        (
            "when: high\n    then: {leadership: false}",
            "6: escalation.mine.then: nothing to do; name leadership, custom",
        ),
        (
            "when: high\n    then: {leadershp: true}",
            "6: escalation.mine.then.leadershp: unknown key; did you mean 'lea",
        ),
        (
            "when: high\n    then: {invite: [oncall]}",
            "6: escalation.mine.then.invite[0]: expected a Slack user id such",
        ),
        ("wen: high", "5: escalation.mine.wen: unknown key; did you mean 'when'?"),
    ],
)
def test_what_a_rule_cannot_say_is_said_with_line_and_key(written, rule, problem):
    then = "" if "then" in rule else "    then: {leadership: true}\n"
    when = "" if "when" in rule else "    when: high\n"
    text = f"# ours\nescalation:\n  mine:\n    why: it matters\n    {rule}\n{then}{when}"
    with pytest.raises(BadPolicy) as bad:
        written(text)
    assert f"policy.yml:{problem}" in str(bad.value)


def test_a_rule_of_the_built_in_policy_is_changed_or_switched_off(written):
    policy = written("escalation:\n  high: {when: severity == sev1}\n  customers: {enabled: false}\n")
    assert str(policy.escalation["high"].when) == "severity == sev1"
    assert policy.escalation["high"].then.leadership
    assert not policy.escalation["customers"].enabled


def test_a_rule_waits_for_what_it_needs_to_know(written):
    policy = written("escalation:\n  high: {when: customer_data == yes and high}\n")
    found = escalation.explain(
        Record(incident=incident(), escalations=(EscalationRecord(incident_id=7, rule="old", at=DECLARED),)),
        policy=policy,
        mail=False,
        now=DECLARED,
    )
    assert {one.rule: one.state for one in found} == {
        "high": "waits for what is unknown: customer_data",
        "customer-data": "does not hold",
        "personal-data": "waits for what is unknown: personal_data",
        "customers": "waits for what is unknown: service_affecting",
        "old": "followed; no longer a rule",
    }


LEADERS = """
leadership:
  - {name: Mia, slack: U0MIA, email: mia@example.com, private: true}
  - {name: Lea, email: lea@example.com}
  - {name: Kai, slack: U0KAI}
"""


@pytest.mark.parametrize(
    ("private", "mail", "names"),
    [
        (False, True, ["Mia", "Lea", "Kai"]),
        (False, False, ["Mia", "Kai"]),
        (True, True, ["Mia"]),
        (True, False, ["Mia"]),
    ],
)
def test_who_of_leadership_can_be_told(written, private, mail, names):
    found = leadership.reachable(written(LEADERS), incident(private=private), mail=mail)
    assert [leader.name for leader in found] == names


# ── a role that nobody has ───────────────────────────────────────────────────────────────────────────────────────────


def missing(severity="sev1", held=(), roles=None, policy=POLICY):
    followed = [EscalationRecord(incident_id=7, rule="r", at=DECLARED, orders={"roles": roles or {}})]
    found = vacancies.vacancies(incident(severity=severity), policy=policy, held=held, followed=followed)
    return {one.role: (one.due_at - DECLARED, one.patience) for one in found}


def test_which_role_is_missing_and_from_when():
    five, ten, hour = timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=1)
    in_ten, in_an_hour = (DECLARED + ten).isoformat(), (DECLARED + hour).isoformat()
    assert missing() == {"commander": (five, five)}
    assert missing("sev3") == {}
    assert missing("p0") == {}
    assert missing(held=["commander"]) == {}
    assert missing(roles={"comms": in_ten}) == {"commander": (five, five), "comms": (ten, ten)}
    assert missing("sev3", roles={"commander": in_an_hour}) == {"commander": (hour, hour)}
    assert missing(roles={"commander": in_an_hour}) == {"commander": (five, five)}, "the sooner counts"
    assert missing("sev3", roles={"chef": in_ten}) == {}, "a role that the policy has no more"


# ── the card's line ──────────────────────────────────────────────────────────────────────────────────────────────────


def reader(key, **times):
    return ReaderRecord(incident_id=7, key=key, name=key, asked_at=DECLARED, **times)


def told(*readers, mail=True, policy=POLICY, undelivered=(), escalations=(), **changes):
    picture = Record(
        incident=incident(**changes), readers=readers, undelivered=undelivered, escalations=tuple(escalations)
    )
    return line.line(picture, policy, mail_configured=mail)


def test_what_the_card_says_of_leadership(written):
    mailed = reader("a", email="a@example.com", mailed_at=DECLARED)
    waiting = reader("b", email="b@example.com", slack="U0B", messaged_at=DECLARED)
    in_slack = reader("c", slack="U0C", messaged_at=DECLARED)
    asked = EscalationRecord(incident_id=7, rule="high", at=DECLARED, orders={"leadership": True})
    dead = DeliveryRecord(kind="SendMail", state="dead", attempts=1, error="no", told_at=DECLARED)
    assert told(mailed, in_slack).startswith("Leadership told <!date^")
    assert told(mailed, in_slack).endswith("(2 of 2)")
    assert told(mailed, waiting) == "Leadership is being told: 1 of 2 so far by e-mail, 1 in Slack"
    assert told(mailed, waiting, undelivered=(dead,)) == "Leadership told: 1 of 2; an e-mail could not be sent"
    assert told(in_slack, mail=False).endswith("(1 of 1), in Slack · Leadership e-mail: not configured")
    assert told() == "Leadership: the policy names nobody"
    assert told(private=True, policy=written(LEADERS.replace(", private: true", ""))).endswith("private incidents")
    assert told(policy=written(LEADERS)) is None, "it is told in this very moment"
    assert told(severity="sev4") is None
    assert told(phase=Phase.CLOSED) is None
    assert told(drill=True) is None
    assert told(drill=True, escalations=[asked]).startswith("A drill: leadership would have been told")


# ── read again ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_policy_leaves_the_one_before_in_force(tmp_path, caplog):
    path = tmp_path / "policy.yml"
    path.write_text("rooms: {prefix: fire}\n")
    book = Rulebook.read(path, POLICY.calendar.zone)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    path.write_text("rooms:\n  prefix: Fire!\n")
    assert not book.read_again(now)
    assert book.policy.rooms.prefix == "fire"
    assert f"{path}:2: rooms.prefix: expected" in caplog.text
    assert f"{path}:2: rooms.prefix: expected" in str(book.trouble)
    path.write_text("rooms: {prefix: smoke}\n")
    assert book.read_again(now)
    assert (book.policy.rooms.prefix, book.trouble) == ("smoke", None)
    assert not Rulebook(POLICY).read_again(now), "there is no file"
