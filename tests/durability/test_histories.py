"""Random histories: whatever people do and whatever breaks, nothing is lost, doubled or told to those it is not for."""

import io
import os

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from bot.app import Tocsin
from bot.metrics import REGISTRY
from tests.durability import history
from tests.durability.history import Deed, History, leaks
from tests.durability.stage import Stage

pytestmark = pytest.mark.long

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES = 1000 if NIGHTLY else 50
DEEDS = 30

who, which = st.integers(0, len(history.ACTORS) - 1), st.integers(0, 2)
deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(history.Types, who, which, st.integers(0, len(history.COMMANDS) - 1)),
    st.builds(history.Types, who, st.just(0), st.integers(0, len(history.COMMANDS) - 1)),
    st.builds(history.Looks, who, st.integers(0, len(history.ELSEWHERE) + 1)),
    st.builds(history.Clicks, who, which, st.integers(0, 15)),
    st.builds(history.Pins, who, which),
    st.builds(history.Fails, st.integers(0, len(history.METHODS) - 1), st.integers(0, 4), st.integers(1, 3)),
    st.builds(history.Carries, st.integers(0, 1)),
    st.builds(history.LosesPower, st.integers(1, 12), st.booleans()),
    st.builds(history.LosesPower, st.integers(1, 6), st.just(False)),
    st.builds(history.Passes, st.integers(1, 90)),
)
histories = st.lists(deeds, min_size=10, max_size=DEEDS)
# What a night has found. Two people ask for the picture of one private incident in the same second.
BOTH_ASK = [history.Types(0, 0, 7), history.Carries(0), history.Clicks(2, 0, 13), history.Types(0, 0, 15)]
# Deterministic, so that what fails in CI fails at home; a night looks for what nobody has seen yet.
told = settings(
    max_examples=EXAMPLES,
    derandomize=not NIGHTLY,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink] if NIGHTLY else [Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@told
@example(happened=BOTH_ASK, calmly=False)
@given(happened=histories, calmly=st.booleans())
def test_on_sqlite(sqlite_stage, one_bot, log, happened, calmly):
    _is_true_afterwards(sqlite_stage, one_bot, log, happened, calmly=calmly)


@told
@given(happened=histories, calmly=st.booleans())
def test_on_postgresql_with_two_bots(postgresql_stage, two_bots, log, happened, calmly):
    _is_true_afterwards(postgresql_stage, two_bots, log, happened, calmly=calmly)


def _is_true_afterwards(
    stage: Stage, bots: list[Tocsin], log: io.StringIO, happened: list[Deed], *, calmly: bool
) -> None:
    log.truncate(0)
    told = History(stage, bots, calmly=calmly)
    for deed in happened:
        deed.happens(told)
    assert stage.slack.quiet(), "an envelope was never acknowledged"
    stage.slack.faults.clear()
    stage.recovers()
    wrong = stage.wrong()
    assert wrong == [], "\n".join(wrong)  # whole: a night does not come again
    assert list(leaks(told, log.getvalue(), generate_latest(REGISTRY).decode())) == []
    assert told.violations() == []
