"""How an incident moves, and what it lacks: pure rules, looked at from all sides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import Refused
from bot.workflows import lifecycle
from bot.workflows.lifecycle import ENDINGS, ENDS, MOVES, PHASES
from db.enums import Answer, FactorKind, Phase, Remedy, ReviewState, RiskAnswer
from db.records import (
    ActionRecord,
    DeploymentRecord,
    FactorRecord,
    IncidentRecord,
    Record,
    ReviewRecord,
    RiskAnswerRecord,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(phase=Phase.DETECTION, roles=None, actions=(), review=None, factors=(), **facts):
    incident = IncidentRecord(
        id=7,
        uid="u",
        title="Checkout is down",
        severity="sev1",
        phase=phase,
        phase_since=NOW,
        declared_by="U0ANA",
        declared_at=NOW,
        **facts,
    )
    return Record(incident=incident, roles=roles or {}, actions=actions, review=review, factors=factors)


COMPLETE = record(
    Phase.REVIEW,
    roles={"primary": "U0BO", "commander": "U0MIA"},
    actions=(
        ActionRecord(
            id=1, incident_id=7, text="Add an alert", owner="U0BO", due_on=NOW.date(), created_by="U0BO", created_at=NOW
        ),
    ),
    review=ReviewRecord(
        incident_id=7,
        state=ReviewState.DONE,
        owner="U0MIA",
        due_at=NOW,
        created_at=NOW,
        impact="10 % of orders",
        timeline_read_by="U0MIA",
    ),
    factors=(FactorRecord(id=1, incident_id=7, kind=FactorKind.TECHNICAL, text="A full disk"),),
    severity_confirmed_at=NOW,
    customer_data=Answer.NO,
    personal_data=Answer.NO,
    service_affecting=Answer.YES,
    contained_at=NOW,
    verified_at=NOW,
)


def test_a_deployment_wants_a_decision_before_it_is_closed():
    undecided = DeploymentRecord(incident_id=7, what="checkout 2.41", named_by="U0ANA", named_at=NOW)
    missing = lifecycle.missing_to_close(replace(COMPLETE, deployment=undecided), review_required=True)
    assert [gap.code for gap in missing] == ["deployment"]
    decided = replace(undecided, remedy=Remedy.ROLL_BACK)
    assert not lifecycle.missing_to_close(replace(COMPLETE, deployment=decided), review_required=True)


def test_which_risk_it_was_is_wanted_where_the_policy_wants_it():
    wanted = {"review_required": True, "risk_required": True}
    assert [gap.code for gap in lifecycle.missing_to_close(COMPLETE, **wanted)] == ["risk"]
    assert [gap.code for gap in lifecycle.gaps(COMPLETE, risk_required=True)] == ["risk"]
    assert lifecycle.gaps(record(Phase.ASSESSMENT), risk_required=True)[-1].code != "risk", "it is asked in the review"
    answer = RiskAnswerRecord(incident_id=7, answer=RiskAnswer.NONE, because="A typo", by="U0BO", at=NOW)
    assert lifecycle.missing_to_close(replace(COMPLETE, risk=answer), **wanted) == ()


@pytest.mark.parametrize("here", PHASES)
@pytest.mark.parametrize("there", PHASES)
def test_every_phase_leads_to_every_other(here, there):
    if here is there:
        with pytest.raises(Refused, match="already"):
            lifecycle.check_move(here, there)
    else:
        lifecycle.check_move(here, there)


@pytest.mark.parametrize("end", ENDS)
def test_ends_are_left_only_by_reopening(end):
    for there in PHASES:
        if there not in MOVES[end]:
            with pytest.raises(Refused):
                lifecycle.check_move(end, there)
    with pytest.raises(Refused, match="reopen"):
        lifecycle.check_open("INC-7", end)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("here", Phase)
def test_ends_are_reached_from_where_the_table_says(here, end):
    if here in ENDINGS[end]:
        lifecycle.check_ending(here, end)
    else:
        with pytest.raises(Refused, match=r"reopen|close"):
            lifecycle.check_ending(here, end)


def test_the_usual_way_goes_through_all_phases():
    way = [Phase.DETECTION]
    while (after := lifecycle.following(way[-1])) is not None:
        way.append(after)
    assert tuple(way) == PHASES


def test_gaps_show_for_the_phases_reached_and_not_before():
    codes = {phase: [gap.code for gap in lifecycle.gaps(record(phase))] for phase in PHASES}
    assert codes[Phase.DETECTION] == ["primary"]
    assert "contained" not in codes[Phase.ASSESSMENT]
    assert codes[Phase.ASSESSMENT][1:] == [
        "severity",
        "commander",
        "customer_data",
        "personal_data",
        "service_affecting",
    ]
    assert codes[Phase.REVIEW][-4:] == ["impact", "factors", "actions", "timeline_read"]
    assert [gap.code for gap in lifecycle.gaps(record(Phase.CLOSED))] == []


def test_a_complete_incident_may_be_closed():
    assert lifecycle.gaps(COMPLETE) == ()
    assert lifecycle.missing_to_close(COMPLETE, review_required=True) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"severity_confirmed_at": None}, "severity"),
        ({"customer_data": Answer.UNKNOWN}, "customer_data"),
        ({"personal_data": Answer.UNKNOWN}, "personal_data"),
        ({"service_affecting": Answer.UNKNOWN}, "service_affecting"),
        ({"contained_at": None}, "contained"),
        ({"verified_at": None}, "verified"),
    ],
)
def test_closing_names_each_missing_fact(change, code):
    lacking = replace(COMPLETE, incident=replace(COMPLETE.incident, **change))
    assert [gap.code for gap in lifecycle.missing_to_close(lacking, review_required=False)] == [code]


def test_closing_waits_for_the_review_where_one_is_required_or_begun():
    without = replace(COMPLETE, review=None)
    assert lifecycle.missing_to_close(without, review_required=False) == ()
    assert "review_done" in [gap.code for gap in lifecycle.missing_to_close(without, review_required=True)]
    draft = replace(COMPLETE, review=replace(COMPLETE.review, state=ReviewState.DRAFT))
    assert [gap.code for gap in lifecycle.missing_to_close(draft, review_required=False)] == ["review_done"]


def test_no_action_is_fine_with_a_reason():
    reasoned = replace(COMPLETE, actions=(), review=replace(COMPLETE.review, no_actions_because="A one-off"))
    assert lifecycle.missing_to_close(reasoned, review_required=True) == ()
    unreasoned = replace(COMPLETE, actions=())
    assert [gap.code for gap in lifecycle.missing_to_close(unreasoned, review_required=True)] == ["actions"]
