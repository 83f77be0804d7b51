"""Every effect × every call of its carrier × everything that can happen to it. Afterwards all is there, once.

Each case is something that people did, of which one call goes wrong in one way. Then another bot starts, with nothing
but the database, and time passes. Nobody helps.
"""

import os
from itertools import product

import pytest

from tests.conftest import DATABASES
from tests.durability import scenes
from tests.durability.breaking import TROUBLES, Breaking, Trouble, killed_before_the_note, killed_twice
from tests.durability.scenes import STEPS, Step
from tests.durability.stage import Stage

# What goes wrong at Slack does not ask which database there is: those cases take turns, unless there is a whole night.
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MATRIX = [
    pytest.param(database, step, trouble, id=f"{step}-{trouble.__name__}-{database}")
    for turn, (step, trouble) in enumerate(product(STEPS, TROUBLES))
    for database in (DATABASES if NIGHTLY or trouble is killed_before_the_note else [DATABASES[turn % 2]])
]


@pytest.fixture(scope="module")
def reviewed(stage: Stage) -> int:
    """An incident that is there already: many scenes only add to one."""
    return scenes.reviewed(stage)


@pytest.mark.parametrize(("durable_url", "step", "trouble"), MATRIX, indirect=["durable_url"])
def test_a_call_goes_wrong(stage: Stage, reviewed: int, step: Step, trouble: Trouble):
    step.scene(stage, reviewed)
    assert Breaking(stage, step, trouble).meets_trouble()
    if trouble is killed_twice:
        stage.leases_run_out()
        Breaking(stage, step, trouble).meets_trouble()
    stage.recovers()
    assert stage.wrong() == []


def test_the_matrix_is_whole():
    assert len(MATRIX) >= 150
    assert {(case.values[1], case.values[2]) for case in MATRIX} == set(product(STEPS, TROUBLES))
