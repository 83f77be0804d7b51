"""Days as people type them, in the team's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import policy
from bot.commands import dates
from bot.errors import Refused

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today", date(2026, 11, 24)),
        ("Tomorrow", date(2026, 11, 25)),
        ("friday", date(2026, 11, 27)),
        ("Fri", date(2026, 11, 27)),
        ("tuesday", date(2026, 12, 1)),
        ("monday", date(2026, 11, 30)),
        ("2026-12-24", date(2026, 12, 24)),
        ("3d", date(2026, 11, 27)),
        ("5bd", date(2026, 12, 1)),
    ],
)
def test_a_day_is_understood(text, meant):
    assert dates.day(text, now=TUESDAY, policy=policy.load()) == meant


@pytest.mark.parametrize("text", ["soon", "32", "2026-13-01", "fr", "-1d", ""])
def test_what_is_no_day_gets_the_right_forms(text):
    with pytest.raises(Refused, match="2026-12-01"):
        dates.day(text, now=TUESDAY, policy=policy.load())


def test_today_is_the_teams_today():
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert dates.day("today", now=late, policy=policy.load(zone=ZoneInfo("Asia/Tokyo"))) == date(2026, 11, 25)
