"""The clock that tests and demos move."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import MovableClock, SystemClock

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
