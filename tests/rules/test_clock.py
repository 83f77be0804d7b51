"""The clocks: the one that tests and demos move, and the one that bots share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import MovableClock, SharedClock, SystemClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_it_stands_still_until_it_is_moved():
    clock = MovableClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.moves(timedelta(days=3))
    assert clock.now() == NOON + timedelta(days=3)
    clock.moves_to(NOON - timedelta(hours=1))
    assert clock.now() == NOON - timedelta(hours=1)


def test_it_speaks_utc_whatever_it_was_told():
    clock = MovableClock(datetime(2026, 11, 24, 13, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.epoch() == NOON.timestamp()


def test_a_ticking_clock_goes_on_from_where_it_was_put():
    clock = MovableClock(NOON, ticks=True)
    first = clock.now()
    clock.moves(timedelta(days=3))
    assert first >= NOON
    assert clock.now() >= first + timedelta(days=3)
    clock.moves_to(NOON)
    assert NOON <= clock.now() < first + timedelta(days=3)


def test_a_time_without_a_zone_is_not_a_time():
    with pytest.raises(ValueError, match="aware"):
        MovableClock(datetime(2026, 11, 24, 12))  # noqa: DTZ001 -- that is the point


def test_the_machines_clock_speaks_utc():
    assert SystemClock().now().tzinfo is UTC


def test_a_shared_clock_is_the_machines_until_it_has_heard_another():
    machine = MovableClock(NOON)
    clock = SharedClock(machine)
    assert clock.now() == NOON
    assert clock.hears(lambda: None) is None
    machine.moves(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_a_shared_clock_goes_on_steadily_from_what_it_heard_whatever_the_machine_says():
    machine, passed = MovableClock(NOON), 0.0
    clock = SharedClock(machine, lambda: passed)
    assert clock.hears(lambda: NOON - timedelta(minutes=10)) == timedelta(minutes=10)
    passed = 60.0
    machine.moves(timedelta(days=-2))
    assert clock.now() == NOON - timedelta(minutes=9)
    assert clock.now().tzinfo is UTC


def test_what_was_heard_is_half_as_old_as_the_answer_took_and_a_slow_answer_is_not_heard():
    passed = 0.0
    clock = SharedClock(MovableClock(NOON), lambda: passed)

    def answers_after(seconds):
        def answer():
            nonlocal passed
            passed += seconds
            return NOON + timedelta(hours=1)

        return answer

    clock.hears(answers_after(0.5))
    assert clock.now() == NOON + timedelta(hours=1, seconds=0.25)
    assert clock.hears(answers_after(5)) is None
    assert clock.now() == NOON + timedelta(hours=1, seconds=5.25)
