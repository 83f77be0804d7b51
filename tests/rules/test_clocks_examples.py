"""The worked examples of the rules, to the second: months, weekends, holidays, moved clocks."""

from datetime import date, timedelta

import pytest

from bot.policy.clocks import State
from tests.rules.deadlines import BERLIN, FACTS, LOS_ANGELES, NEW_YORK, at, sent, stands

EXAMPLES = [
    # rule, zone, holidays, anchors, filings, when it is due
    (1, "gdpr-33-1", BERLIN, {"aware_at": "2026-11-24T13:20:00Z"}, {}, "2026-11-27T13:20:00Z"),
    (2, "gdpr-33-1", BERLIN, {"aware_at": "2027-03-27T13:20:00Z"}, {}, "2027-03-30T13:20:00Z"),
    (3, "gdpr-33-1", BERLIN, {"aware_at": "2027-10-30T12:20:00Z"}, {}, "2027-11-02T12:20:00Z"),
    (4, "gdpr-33-1", BERLIN, {"aware_at": "2026-11-26T09:00:00Z"}, {}, "2026-11-29T09:00:00Z"),
    (5, "nis2-23-4a", BERLIN, {"aware_at": "2027-03-27T22:30:00Z"}, {}, "2027-03-28T22:30:00Z"),
    (6, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2026-12-15T10:00:00Z"]}, "2027-01-15T22:59:59Z"),
    (7, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2027-01-31T11:00:00Z"]}, "2027-02-28T22:59:59Z"),
    (8, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2027-01-30T11:00:00Z"]}, "2027-02-28T22:59:59Z"),
    (9, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2028-01-31T11:00:00Z"]}, "2028-02-29T22:59:59Z"),
    (10, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2027-05-31T11:00:00Z"]}, "2027-06-30T21:59:59Z"),
    (11, "nis2-23-4d", BERLIN, {}, {"nis2-23-4b": ["2026-11-30T23:30:00Z"]}, "2027-01-01T22:59:59Z"),
    *(
        (number, "dora-initial", BERLIN, {"aware_at": "2026-12-01T08:00:00Z", "classified_major_at": classified}, {}, due)
        for number, classified, due in (
            (12, "2026-12-01T10:00:00Z", "2026-12-01T14:00:00Z"),
            (13, "2026-12-01T22:00:00Z", "2026-12-02T02:00:00Z"),
            (14, "2026-12-02T06:00:00Z", "2026-12-02T08:00:00Z"),
            (15, "2026-12-02T08:00:00Z", "2026-12-02T08:00:00Z"),
            (16, "2026-12-02T08:00:01Z", "2026-12-02T12:00:01Z"),
            (17, "2026-12-02T14:00:00Z", "2026-12-02T18:00:00Z"),
        )
    ),
    (19, "dora-intermediate", BERLIN, {}, {"dora-initial": ["2026-12-03T18:00:00Z"]}, "2026-12-06T18:00:00Z"),
    (20, "dora-intermediate", BERLIN, {}, {"dora-initial": ["2027-03-25T09:00:00Z"]}, "2027-03-28T09:00:00Z"),
    (21, "dora-final", BERLIN, {}, {"dora-intermediate": ["2027-01-31T11:00:00Z"]}, "2027-02-28T22:59:59Z"),
    (22, "dora-final", BERLIN, {}, {"dora-intermediate": ["2027-01-31T11:00:00Z", "2027-02-10T11:00:00Z"]}, "2027-03-10T22:59:59Z"),
    (23, "cra-vuln-final", BERLIN, {"corrective_measure_available_at": "2026-12-14T10:00:00Z"}, {}, "2026-12-28T22:59:59Z"),
    (24, "aiact-73-critical", BERLIN, {"aware_at": "2027-12-10T10:00:00Z"}, {}, "2027-12-12T22:59:59Z"),
    (25, "aiact-73-general", BERLIN, {"aware_at": "2027-12-10T10:00:00Z"}, {}, "2027-12-25T22:59:59Z"),
    *(
        (number, "sec-8k-105", NEW_YORK, {"materiality_determined_at": determined}, {}, due)
        for number, determined, due in (
            (26, "2026-07-06T15:00:00Z", "2026-07-10T21:30:00Z"),
            (27, "2026-07-10T15:00:00Z", "2026-07-16T21:30:00Z"),
            (28, "2026-07-11T15:00:00Z", "2026-07-16T21:30:00Z"),
            (30, "2026-07-01T15:00:00Z", "2026-07-08T21:30:00Z"),
            (31, "2026-10-29T15:00:00Z", "2026-11-04T22:30:00Z"),
            (32, "2026-11-23T15:00:00Z", "2026-11-30T22:30:00Z"),
            (33, "2026-07-10T03:30:00Z", "2026-07-15T21:30:00Z"),
        )
    ),
    (35, "nydfs-17a", NEW_YORK, {"determined_at": "2027-03-13T23:00:00Z"}, {}, "2027-03-16T23:00:00Z"),
    (36, "nydfs-17c-payment", NEW_YORK, {"payment_made_at": "2026-10-31T20:00:00Z"}, {}, "2026-11-01T20:00:00Z"),
    (37, "nydfs-17c-reasons", NEW_YORK, {"payment_made_at": "2026-10-31T20:00:00Z"}, {}, "2026-12-01T04:59:59Z"),
    (38, "us-bank-36h", NEW_YORK, {"determined_at": "2026-11-27T22:00:00Z"}, {}, "2026-11-29T10:00:00Z"),
    (39, "hipaa-individuals", NEW_YORK, {"discovered_at": "2026-07-11"}, {}, "2026-09-10T03:59:59Z"),
    (40, "hipaa-individuals", NEW_YORK, {"discovered_at": "2026-09-15"}, {}, "2026-11-15T04:59:59Z"),
    (43, "ftc-safeguards", NEW_YORK, {"discovered_at": "2027-02-14T15:00:00Z"}, {}, "2027-03-17T03:59:59Z"),
    (44, "ca-1798-82-residents", LOS_ANGELES, {"discovered_at": "2026-11-25T06:00:00Z"}, {}, "2026-12-25T07:59:59Z"),
    (45, "ca-1798-82-ag", LOS_ANGELES, {}, {"ca-1798-82-residents": ["2026-12-18T20:00:00Z"]}, "2027-01-03T07:59:59Z"),
    (51, "cert-in", "Asia/Kolkata", {"noticed_at": "2026-11-24T19:30:00Z"}, {}, "2026-11-25T01:30:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "zone", "anchors", "filings", "due"),
    [example[1:] for example in EXAMPLES],
    ids=[f"{number}-{rule}" for number, rule, *_ in EXAMPLES],
)
def test_when_it_is_due(rule, zone, anchors, filings, due):
    found = stands(
        rule,
        zone=zone,
        holidays="DE" if zone == BERLIN else None,
        facts=FACTS | {"ict_major": "yes"},
        now=at(due),
        filings={name: [at(moment) for moment in moments] for name, moments in filings.items()},
        **{name: at(moment) for name, moment in anchors.items()},
    )
    assert found.state is State.DUE
    assert found.due_at == at(due)


@pytest.mark.parametrize(
    ("rule", "anchors", "filings", "relieved"),
    [
        ("gdpr-33-1", {"aware_at": "2026-11-24T13:20:00Z"}, {}, "2026-11-27T14:00:00Z"),  # 1
        ("dora-intermediate", {}, {"dora-initial": "2026-12-03T18:00:00Z"}, "2026-12-07T11:00:00Z"),  # 19
        ("dora-intermediate", {}, {"dora-initial": "2027-03-25T09:00:00Z"}, "2027-03-30T10:00:00Z"),  # 20
        ("dora-final", {}, {"dora-intermediate": "2027-01-31T11:00:00Z"}, "2027-03-01T11:00:00Z"),  # 21
        ("dora-intermediate", {}, {"dora-initial": "2026-12-01T18:00:00Z"}, None),  # a Friday
        ("aiact-73-critical", {"aware_at": "2027-12-10T10:00:00Z"}, {}, "2027-12-13T22:59:59Z"),  # 24
        ("aiact-73-general", {"aware_at": "2027-12-10T10:00:00Z"}, {}, "2027-12-27T22:59:59Z"),  # 25
    ],
)
def test_relief_is_told_beside_it(rule, anchors, filings, relieved):
    found = stands(
        rule,
        zone=BERLIN,
        holidays="DE",
        facts=FACTS | {"ict_major": "yes"},
        filings={name: [at(moment)] for name, moment in filings.items()},
        **{name: at(moment) for name, moment in anchors.items()},
    )
    assert found.end.relieved_at == (relieved and at(relieved))


def test_18_an_incident_that_is_not_classified_has_no_clock_yet():
    aware = at("2026-12-01T08:00:00Z")
    found = stands("dora-initial", aware_at=aware, now=at("2026-12-02T09:00:00Z"))
    assert (found.state, found.due_at, found.unknown) == (State.NOT_STARTED, None, ("ict_major",))
    assert found.remark == "The classification is still open."
    assert stands("dora-initial", aware_at=aware, now=at("2026-12-02T08:00:00Z")).remark == ""


def test_23_a_fix_that_is_not_there_yet_sets_nothing_running():
    assert stands("cra-vuln-final", aware_at=at("2026-12-14T10:00:00Z")).state is State.NOT_STARTED


def test_29_a_holiday_that_the_policy_adds():
    found = stands(
        "sec-8k-105",
        zone=NEW_YORK,
        add=[date(2026, 7, 17)],
        materiality_determined_at=at("2026-07-14T15:00:00Z"),
    )
    assert found.due_at == at("2026-07-21T21:30:00Z")


def test_34_what_is_sent_after_the_cutoff_is_late():
    due = at("2026-07-10T21:30:00Z")
    late = sent("sec-8k-105", at("2026-07-10T22:00:00Z"), due_at=due, is_late=True)
    found = stands("sec-8k-105", materiality_determined_at=at("2026-07-06T15:00:00Z"), filings={"sec-8k-105": [late]})
    assert (found.state, found.is_late, found.due_at) == (State.FILED, True, due)


@pytest.mark.parametrize(("discovered", "due"), [("2026-03-05", "2027-03-02T04:59:59Z"), ("2027-12-31", "2028-03-01T04:59:59Z")])  # fmt: skip
def test_41_and_42_a_small_breach_goes_into_the_log_of_the_year(discovered, due):
    found = stands("hipaa-hhs-small", facts={"phi_breach": "yes", "individuals": 499}, discovered_at=at(discovered))
    assert found.due_at == at(due)


def test_45_the_attorney_general_gets_what_the_residents_got():
    assert stands("ca-1798-82-ag", discovered_at=at("2026-12-01T08:00:00Z")).state is State.NOT_STARTED


def test_46_a_contract_is_counted_like_a_law():
    found = stands("contract-rca", times={"closed_at": at("2026-12-24T15:00:00Z")})
    assert found.due_at == at("2027-01-05T23:59:59Z")


def test_47_no_hour_is_made_up_from_a_date():
    found = stands("gdpr-33-1", aware_at=date(2026, 11, 24))
    assert (found.state, found.due_at, found.missing) == (State.ANCHOR_MISSING, None, ("aware_at",))


def test_48_nothing_alarms_before_somebody_has_declared_the_scope():
    found = stands(
        "gdpr-33-1",
        aware_at=at("2026-11-24T13:20:00Z"),
        now=at("2026-12-24T13:20:00Z"),
        framework=lambda gdpr: gdpr.model_copy(update={"applies": None}),
    )
    assert (found.state, found.due_at, found.if_confirmed) == (
        State.SCOPE_NOT_DECLARED,
        None,
        at("2026-11-27T13:20:00Z"),
    )


def test_49_the_last_second_is_on_time():
    aware, due = at("2026-11-24T13:20:00Z"), at("2026-11-27T13:20:00Z")
    assert stands("gdpr-33-1", aware_at=aware, now=due).state is State.DUE
    assert stands("gdpr-33-1", aware_at=aware, now=due + timedelta(seconds=1)).state is State.OVERDUE


def test_50_an_exemption_wants_a_positive_answer_and_a_trigger_too():
    aware = at("2026-11-24T13:20:00Z")
    exempt_unknown = stands("gdpr-33-1", aware_at=aware, facts={"personal_data": "yes", "risk": "unknown"})
    assert (exempt_unknown.state, exempt_unknown.due_at) == (State.DUE, at("2026-11-27T13:20:00Z"))
    assert exempt_unknown.unknown == ("data_role", "risk")
    trigger_unknown = stands("gdpr-33-1", aware_at=aware, facts={"personal_data": "unknown"})
    assert (trigger_unknown.state, trigger_unknown.due_at) == (State.NOT_STARTED, None)
    assert trigger_unknown.if_confirmed == at("2026-11-27T13:20:00Z")
    assert stands("gdpr-33-1", aware_at=aware, facts=FACTS | {"risk": "unlikely"}).state is State.NOT_APPLICABLE
