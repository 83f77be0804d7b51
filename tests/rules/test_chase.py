"""The ladder of the chase, as numbers: who is asked when, and what a clock that misbehaves changes (nothing)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot import policy
from bot.workflows.chase import next_step, steps
from db.models import Nudge

POLICY = policy.load()
DUE = datetime(2026, 11, 24, 12, tzinfo=UTC)


def taken(step, at):
    return Nudge(subject="review:7", round=1, step=step, at=at)


def climb(moments):
    """The rungs that a chase running at these moments takes."""
    last, rungs = None, []
    for now in moments:
        step = next_step(POLICY, due_at=DUE, last=last, now=now)
        if step is not None:
            last = taken(step.number, now)
            rungs.append((step.rung, now))
    return rungs


def mornings(days, start=1):
    return [DUE.replace(hour=9) + timedelta(days=n) for n in range(start, start + days)]


def test_the_ladder_is_owner_room_commander_leadership_and_then_weekly():
    ladder = [(step.rung, step.at - DUE) for step, _ in zip(steps(POLICY, DUE), range(6), strict=False)]
    assert ladder == [
        ("owner", timedelta(0)),
        ("room", timedelta(days=1)),
        ("commander", timedelta(days=2)),
        ("leadership", timedelta(days=3)),
        ("weekly", timedelta(days=10)),
        ("weekly", timedelta(days=17)),
    ]


def test_nothing_happens_before_it_is_due():
    assert climb([DUE - timedelta(seconds=1)]) == []


def test_one_rung_a_morning():
    assert [rung for rung, _ in climb(mornings(4))] == ["owner", "room", "commander", "leadership"]


def test_leadership_hears_again_every_week_and_not_oftener():
    climbed = climb(mornings(40))
    assert [rung for rung, _ in climbed] == ["owner", "room", "commander", "leadership", *["weekly"] * 5]
    weekly = [at for rung, at in climbed if rung in ("leadership", "weekly")]
    assert {(b - a).days for a, b in pairwise(weekly)} == {7}


def test_running_ten_times_a_morning_changes_nothing():
    often = [moment + timedelta(minutes=n) for moment in mornings(12) for n in range(10)]
    assert [rung for rung, _ in climb(often)] == [rung for rung, _ in climb(mornings(12))]


def test_after_a_lost_week_nobody_is_passed_over():
    assert [rung for rung, _ in climb(mornings(4, start=7))] == ["owner", "room", "commander", "leadership"]


def test_a_cron_that_fires_early_does_not_lose_a_day():
    wobbly = [moment - timedelta(seconds=30 * (n % 2)) for n, moment in enumerate(mornings(4))]
    assert [rung for rung, _ in climb(wobbly)] == ["owner", "room", "commander", "leadership"]


@given(st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=60))
def test_whenever_it_runs_each_rung_comes_once_and_in_order(minutes):
    moments = [DUE + timedelta(minutes=m) for m in sorted(minutes)]
    rungs = [rung for rung, _ in climb(moments)]
    expected = ["owner", "room", "commander", "leadership"] + ["weekly"] * 60
    assert rungs == expected[: len(rungs)]
