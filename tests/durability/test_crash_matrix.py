"""Every effect × every call of its carrier × everything that can happen to it. Afterwards all is there, once.

Each case is something that people did, of which one call goes wrong in one way. Then another bot starts, with nothing
but the database, and time passes. Nobody helps.
"""

import os
from collections import Counter
from itertools import product

import pytest

from bot.workflows import incidents
from tests.conftest import DATABASES
from tests.durability.breaking import TROUBLES, Breaking, Trouble, answer_lost, killed_before_the_note, killed_twice
from tests.durability.scenes import ANA, STEPS, Step, beginning_a_review, declaring
from tests.durability.stage import Stage

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# By day each step meets four troubles or three, the next step others, so that each trouble meets every sort of call; the
# databases take turns. At night each step meets every trouble on each database.
MOST_TELLING, OTHERS = killed_before_the_note, (0, 2, 5)


def _today(place: int) -> list[Trouble]:
    """The troubles that the step in this place meets."""
    others = [TROUBLES[(place + further) % len(TROUBLES)] for further in OTHERS]
    return [trouble for trouble in TROUBLES if NIGHTLY or trouble is MOST_TELLING or trouble in others]


MET = [(step, trouble) for place, step in enumerate(STEPS) for trouble in _today(place)]
MATRIX = [
    pytest.param(database, step, trouble, id=f"{step}-{trouble.__name__}-{database}")
    for turn, (step, trouble) in enumerate(MET)
    for database in (DATABASES if NIGHTLY else [DATABASES[turn % 2]])
]
# What shows the state, when it is posted for the first time.
REFRESHES = [
    pytest.param(database, step, id=f"{step}-{database}")
    for turn, step in enumerate(step for step in STEPS if step.scene in (declaring, beginning_a_review))
    for database in (DATABASES if NIGHTLY else [DATABASES[turn % 2]])
]


@pytest.mark.parametrize(("database", "step", "trouble"), MATRIX)
def test_a_call_goes_wrong(stage: Stage, step: Step, trouble: Trouble):
    stage.nobody_looks_at_home()
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
    stage.nobody_looks_at_home()
    step.scene(stage)
    assert Breaking(stage, step, answer_lost).meets_trouble()
    newest = stage.newest_incident()
    stage.changes(incidents.set_severity, policy=stage.policy, number=newest, by=ANA, to="sev1", reason="It spreads")
    stage.recovers()
    assert stage.wrong() == []


def test_the_matrix_is_whole():
    """By day a part of it that still has every step, every trouble and both databases; all of it at night."""
    cases = {tuple(case.values) for case in MATRIX}
    assert len(cases) == len(MATRIX) >= 150
    assert {(step, database) for database, step, _ in cases} == set(product(STEPS, DATABASES))
    assert {(trouble, database) for database, _, trouble in cases} == set(product(TROUBLES, DATABASES))
    assert all(count >= 3 for count in Counter(step for _, step, _ in cases).values())
    assert all(count >= 15 for count in Counter(trouble for _, _, trouble in cases).values())
    assert not NIGHTLY or cases == set(product(DATABASES, STEPS, TROUBLES))
    print(f"{len(cases)} of {len(DATABASES) * len(STEPS) * len(TROUBLES)} cases")  # noqa: T201 -- what a night is for
