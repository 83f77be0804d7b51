"""Whether Slack is there: what probes and lost deliveries come to."""

from datetime import timedelta

import pytest

from bot.health import CALLS_IN_A_ROW, LONGEST_PAUSE, PROBES_IN_A_ROW, Health
from tests.conftest import NOON


@pytest.fixture
def health():
    return Health()


def loses(health, times=1, now=NOON):
    for _ in range(times):
        health.lost(now)


def test_three_failed_probes_in_a_row_make_slack_away_and_one_answer_ends_it(health):
    assert [health.failed() for _ in range(PROBES_IN_A_ROW + 1)] == [False, False, True, False]
    assert health.degraded
    assert health.doubtful
    assert health.answered()
    assert not health.doubtful
    assert not health.answered()


def test_three_lost_deliveries_in_a_row_make_it_doubtful_and_not_away(health):
    loses(health, CALLS_IN_A_ROW - 1)
    health.came_through()
    loses(health, CALLS_IN_A_ROW - 1)
    assert not health.doubtful
    loses(health)
    assert health.doubtful
    assert not health.degraded


@pytest.mark.parametrize("trusts", [Health.came_through, Health.answered])
def test_whatever_comes_through_ends_the_doubt_and_its_pause(health, trusts):
    loses(health, CALLS_IN_A_ROW)
    assert not health.may_knock(NOON)
    trusts(health)
    assert not health.doubtful
    assert health.may_knock(NOON)


def test_each_knock_that_fails_doubles_the_pause_up_to_twenty_seconds(health):
    loses(health, CALLS_IN_A_ROW)
    now, pauses = NOON, []
    for _ in range(7):
        step = timedelta()
        while not health.may_knock(now + step):
            step += timedelta(seconds=1)
        pauses.append(step.seconds)
        now += step
        health.lost(now)
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE.seconds, LONGEST_PAUSE.seconds]


def test_deliveries_that_were_under_way_already_make_the_pause_no_longer(health):
    loses(health, 40)
    assert health.may_knock(NOON + timedelta(seconds=1))


def test_a_clock_that_is_set_back_does_not_keep_it_silent(health):
    loses(health, CALLS_IN_A_ROW)
    assert health.may_knock(NOON - timedelta(hours=1))


def test_who_is_away_is_knocked_at_now_and_then(health):
    for _ in range(PROBES_IN_A_ROW):
        health.failed()
    assert health.may_knock(NOON)
    loses(health)
    assert not health.may_knock(NOON)
