"""Every effect × every call of its carrier × everything that can happen to it. Afterwards all is there, once.

Each case is something that people did, of which one call goes wrong in one way. Then another bot starts, with nothing
but the database, and time passes. Nobody helps.
"""

import os
from itertools import product

import pytest

from bot.workflows import incidents
from tests.conftest import DATABASES
from tests.durability.breaking import TROUBLES, Breaking, Trouble, answer_lost, killed_before_the_note, killed_twice
from tests.durability.scenes import ANA, STEPS, Step, beginning_a_review, declaring
from tests.durability.stage import Stage

# What goes wrong at Slack does not ask which database there is: those cases take turns, unless there is a whole night.
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MATRIX = [
    pytest.param(database, step, trouble, id=f"{step}-{trouble.__name__}-{database}")
    for turn, (step, trouble) in enumerate(product(STEPS, TROUBLES))
    for database in (DATABASES if NIGHTLY or trouble is killed_before_the_note else [DATABASES[turn % 2]])
]
# What shows the state, when it is posted for the first time.
REFRESHES = [
    pytest.param(database, step, id=f"{step}-{database}")
    for step in STEPS
    if step.scene in (declaring, beginning_a_review)
    for database in DATABASES
]


@pytest.mark.parametrize(("database", "step", "trouble"), MATRIX)
def test_a_call_goes_wrong(stage: Stage, step: Step, trouble: Trouble):
    step.scene(stage)
    assert Breaking(stage, step, trouble).meets_trouble()
    if trouble is killed_twice:
        stage.leases_run_out()
        Breaking(stage, step, trouble).meets_trouble()
    stage.recovers()
    assert stage.wrong() == []


@pytest.mark.parametrize(("database", "step"), REFRESHES)
def test_what_changes_before_the_next_try_is_shown(stage: Stage, step: Step):
    """The change is covered by the refresh that waits, whose first attempt came through unheard."""
    step.scene(stage)
    assert Breaking(stage, step, answer_lost).meets_trouble()
    newest = stage.newest_incident()
    stage.changes(incidents.set_severity, policy=stage.policy, number=newest, by=ANA, to="sev1", reason="It spreads")
    stage.recovers()
    assert stage.wrong() == []


def test_the_matrix_is_whole():
    assert len(MATRIX) >= 150
    assert {(case.values[1], case.values[2]) for case in MATRIX} == set(product(STEPS, TROUBLES))
