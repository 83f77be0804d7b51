"""Cron expressions: what we accept means the same to the scheduler."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from bot.policy import Cron


@pytest.mark.parametrize(
    ("written", "spelled_out"),
    [
        ("0 9 * * mon-fri", "0 9 * * mon,tue,wed,thu,fri"),
        ("*/15 8-18/2 * * *", "0,15,30,45 8,10,12,14,16,18 * * *"),
        ("5,35 9 1 jan,JUL *", "5,35 9 1 jan,jul *"),
        ("0 0 * * 0", "0 0 * * sun"),
        ("0 0 * * 7", "0 0 * * sun"),
        ("0 0 * * 1-5", "0 0 * * mon,tue,wed,thu,fri"),
        ("0 0 * * 5-7", "0 0 * * sun,fri,sat"),
        ("0 0 * * sat-mon", "0 0 * * sun,mon,sat"),
        ("0 0 * * 0-7", "0 0 * * *"),
        ("0-59 * * * */1", "* * * * *"),
        ("0 0 29 feb *", "0 0 29 feb *"),
    ],
)
def test_it_is_spelled_out_so_that_every_cron_reads_it_alike(written, spelled_out):
    cron = Cron.parse(written)
    assert str(cron) == written
    assert cron.spelled_out == spelled_out
    assert Cron.parse(cron.spelled_out).spelled_out == spelled_out


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "expected five fields (minute, hour, day of the month, month, weekday) such as '0 9 * * mon-fri'"),
        ("0 9 * *", "expected five fields"),
        ("0 0 9 * * mon", "expected five fields"),
        ("@daily", "expected five fields"),
        ("60 * * * *", "cannot read '60' as minute, which is 0-59"),
        ("* 24 * * *", "cannot read '24' as hour, which is 0-23"),
        ("* * 0 * *", "cannot read '0' as day of the month, which is 1-31"),
        ("* * * 13 *", "cannot read '13' as month, which is 1-12 or jan-dec"),
        ("* * * * 8", "cannot read '8' as weekday, which is 0-6 or sun-sat"),
        ("* * * * monday", "cannot read 'monday'"),
        ("30-10 * * * *", "cannot read '30-10'"),
        ("*/0 * * * *", "cannot read '*/0'"),
        ("5/10 * * * *", "cannot read '5/10'"),
        ("*/ * * * *", "cannot read '*/'"),
        ("1,,2 * * * *", "cannot read ''"),
        ("1- * * * *", "cannot read '1-'"),
        ("-1 * * * *", "cannot read '-1'"),
        ("² * * * *", "cannot read '²'"),
        ("0 9 1 * mon", "name the day of the month or the weekday"),
        ("0 9 31 feb,apr *", "there is no day 31 in these months, so it would never happen"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(written, problem):
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        Cron.parse(written)


def numbers(low, high):
    """A field as (text, what it stands for): `*`, a number, a range, a range with a step, or two of them."""
    ordered = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    stepped = st.tuples(ordered, st.integers(1, 20))
    one = st.one_of(
        st.just(("*", set(range(low, high + 1)))),
        st.integers(low, high).map(lambda n: (str(n), {n})),
        ordered.map(lambda pair: (f"{pair[0]}-{pair[1]}", set(range(pair[0], pair[1] + 1)))),
        stepped.map(lambda s: (f"{s[0][0]}-{s[0][1]}/{s[1]}", set(range(s[0][0], s[0][1] + 1, s[1])))),
    )
    return st.lists(one, min_size=1, max_size=2).map(
        lambda parts: (",".join(text for text, _ in parts), set().union(*(values for _, values in parts)))
    )


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(numbers(0, 59), numbers(0, 23), numbers(0, 7), moments)
def test_the_scheduler_fires_at_the_next_minute_that_a_unix_cron_would(minute, hour, weekday, now):
    cron = Cron.parse(f"{minute[0]} {hour[0]} * * {weekday[0]}")
    fires = CronTrigger.from_crontab(cron.spelled_out, timezone=UTC).get_next_fire_time(None, now)
    weekdays = {day % 7 for day in weekday[1]}  # from Sunday
    at = now.replace(second=0, microsecond=0)
    while at < now or at.minute not in minute[1]:
        at += timedelta(minutes=1)
    while at.hour not in hour[1] or at.isoweekday() % 7 not in weekdays:
        at = at.replace(minute=min(minute[1])) + timedelta(hours=1)
    assert fires == at
