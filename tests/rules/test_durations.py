"""Durations and the team's calendar, over weekends, holidays and moved clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy import Calendar, Duration, Unit

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # clocks were moved at midnight: days without their first or with two last hours
    "Australia/Lord_Howe",  # moves its clocks by half an hour
    "Asia/Kathmandu",
    "Pacific/Apia",  # had no 30 December 2011
]

durations = st.sampled_from(Unit).flatmap(
    lambda unit: st.builds(Duration, st.integers(0, 40 if unit is Unit.BUSINESS_DAYS else 400), st.just(unit))
)
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    holidays=st.lists(st.dates(date(2010, 1, 1), date(2013, 1, 1)), max_size=40),
)
moments = st.datetimes(datetime(2010, 1, 1), datetime(2012, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001


def calendar(zone="Europe/Berlin", *holidays):
    return Calendar(zone=zone, holidays=holidays)


def local(text, zone="Europe/Berlin"):
    # In UTC, because Python finds a time that clocks show twice equal to nothing in another zone.
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("90s", "90 seconds"),
        ("1m", "1 minute"),
        ("15m", "15 minutes"),
        ("4h", "4 hours"),
        ("1d", "1 day"),
        ("3d", "3 days"),
        ("1bd", "1 business day"),
        ("5bd", "5 business days"),
        ("0d", "at once"),
        ("3660d", "3660 days"),
    ],
)
def test_written_and_in_words(text, words):
    duration = Duration.parse(text)
    assert str(duration) == text
    assert duration.in_words() == words


@pytest.mark.parametrize(
    "text", ["", "3", "d", "3 d", " 3d", "3d ", "-3d", "+3d", "1.5h", "3D", "3w", "3d4h", "٣d", "3661d", "9999999999s"]
)
def test_what_is_no_duration_is_refused_with_what_is(text):
    with pytest.raises(ValueError, match=r"expected a duration (such as 90s|between nothing and ten years)"):
        Duration.parse(text)


@given(durations)
def test_writing_and_reading_again_changes_nothing(duration):
    assert Duration.parse(str(duration)) == duration


# 2026: clocks in Berlin go forward on 29 March and back on 25 October; Christmas Day is a Friday.
@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-28T12:00", "24h", "2026-03-29T13:00"),  # elapsed time does not care what clocks show
        ("2026-03-28T12:00", "1d", "2026-03-29T12:00"),  # 23 hours
        ("2026-10-24T12:00", "1d", "2026-10-25T12:00"),  # 25 hours
        ("2026-03-28T02:30", "1d", "2026-03-29T03:30"),  # 02:30 was skipped
        ("2026-10-24T02:30", "1d", "2026-10-25T02:30"),  # 02:30 came twice: the first
        ("2026-11-27T09:00", "3d", "2026-11-30T09:00"),  # calendar days run over weekends
        ("2026-11-24T09:00", "5bd", "2026-12-01T23:59:59"),
        ("2026-11-27T23:59:59", "1bd", "2026-11-30T23:59:59"),  # Friday evening
        ("2026-11-28T00:00", "1bd", "2026-11-30T23:59:59"),  # the Saturday does not count, nor is it made up for
        ("2026-12-23T10:00", "2bd", "2026-12-28T23:59:59"),  # Christmas Day is no business day
        ("2026-03-27T10:00", "1bd", "2026-03-30T23:59:59"),
    ],
)
def test_in_berlin(start, duration, end):
    christmas = calendar("Europe/Berlin", date(2026, 12, 25))
    assert Duration.parse(duration).after(local(start), christmas) == local(end)


def test_the_teams_date_decides_which_day_is_the_first():
    friday_night = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    one = Duration.parse("1bd")
    assert one.after(friday_night, calendar("UTC")) == datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    in_tokyo = one.after(friday_night, calendar("Asia/Tokyo"))  # Saturday morning there
    assert in_tokyo == local("2026-11-30T23:59:59", "Asia/Tokyo")


@pytest.mark.parametrize("unit", Unit)
def test_zero_is_at_once_even_in_an_hour_that_comes_twice(unit):
    second_time = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, after the clocks went back
    assert Duration(0, unit).after(second_time, calendar()) == second_time


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Duration.parse("1d").after(datetime(2026, 11, 24), calendar())  # noqa: DTZ001 -- that is the point


def test_holidays_are_kept_in_order_and_once():
    days = [date(2026, 12, 26), date(2026, 12, 25), date(2026, 12, 26)]
    assert calendar("UTC", *days).holidays == (date(2026, 12, 25), date(2026, 12, 26))


@given(durations, moments, calendars)
def test_every_duration_agrees_with_counting_by_hand(duration, start, calendar):
    assert duration.after(start, calendar) == counted_by_hand(duration, start, calendar)


@given(durations, moments, calendars)
def test_what_comes_back_is_utc_and_never_earlier(duration, start, calendar):
    end = duration.after(start, calendar)
    assert end.tzinfo is UTC
    assert end >= start


def counted_by_hand(duration, start, calendar):
    """The same by other means: seconds are added one unit at a time, days walked through, clock times tried out."""
    if duration.amount == 0:
        return start
    here = start.astimezone(calendar.zone).replace(tzinfo=None)
    if duration.unit is Unit.DAYS:
        return when_clocks_show(here + timedelta(days=duration.amount), calendar.zone)
    if duration.unit is Unit.BUSINESS_DAYS:
        day, left = here.date(), duration.amount
        while left:
            day = date.fromordinal(day.toordinal() + 1)
            if day.strftime("%a") not in ("Sat", "Sun") and day not in calendar.holidays:
                left -= 1
        return when_clocks_show(datetime.combine(day, time(23, 59, 59)), calendar.zone)
    one = {Unit.SECONDS: timedelta(seconds=1), Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}
    return sum([one[duration.unit]] * duration.amount, timedelta()) + start


def when_clocks_show(wall, zone):
    """The first moment when they do; if they never do, the moment by the offset of the day before."""
    as_utc = wall.replace(tzinfo=UTC)
    offsets = {(as_utc + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-48, 49)}
    shown = [at for at in (as_utc - offset for offset in offsets) if at.astimezone(zone).replace(tzinfo=None) == wall]
    before = (as_utc - timedelta(hours=36)).astimezone(zone).utcoffset()
    return min(shown, default=as_utc - before)
