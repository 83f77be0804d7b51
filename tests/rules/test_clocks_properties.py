"""What holds of every clock, and generated ones against a plain computation that shares nothing with ours."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import load
from bot.policy.calendar import COUNTRIES, LegalCalendar, _public_holidays
from bot.policy.clocks import State, ending, reminders, standing
from bot.policy.frameworks import HALF, Step, rules_of
from bot.policy.periods import Period, Relief
from bot.views.drafts import CONTENT
from tests.rules.deadlines import FACTS, at, declared, found, known, sent

ZONES = ["Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- st adds it
PERIODS = st.one_of(
    st.integers(1, 200).map("{}h".format),
    st.integers(1, 90).map("{}d".format),
    st.integers(1, 24).map("{}mo".format),
    st.integers(1, 30).map("{}bd".format),
    st.integers(1, 90).map("year_end+{}d".format),
)
COUNTRY = st.sampled_from([None, *sorted(COUNTRIES)])


def plainly(start, period, zone, country):
    """When a period ends, computed as one would by hand: day after day, on a wall calendar."""
    if period.endswith("h"):
        seconds = int(start.timestamp()) + int(period[:-1]) * 3600
        return datetime.fromtimestamp(seconds, UTC)
    day = start.astimezone(ZoneInfo(zone)).date()
    if period.endswith("mo"):
        year, month, wanted = day.year, day.month, day.day
        for _ in range(int(period[:-2])):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = date(year, month, min(wanted, monthrange(year, month)[1]))
    elif period.endswith("bd"):
        left = int(period[:-2])
        while left:
            day = date.fromordinal(day.toordinal() + 1)
            off = day.isoweekday() > 5 or (country is not None and day in _public_holidays(country, day.year))
            left -= not off
    else:
        if period.startswith("year_end"):
            day = date(day.year, 12, 31)
        day = date.fromordinal(day.toordinal() + int(period.removeprefix("year_end+")[:-1]))
    # The last second of the day is the one before the next day begins.
    midnight = datetime.combine(date.fromordinal(day.toordinal() + 1), datetime.min.time(), ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(seconds=1)


@settings(max_examples=200)
@given(MOMENTS, PERIODS, st.sampled_from(ZONES), COUNTRY)
def test_every_period_ends_when_a_plain_computation_says(start, period, zone, country):
    calendar = LegalCalendar(zone=zone, holidays=country)
    ends = Period.parse(period).ends(start, calendar)
    assert ends == plainly(start, period, zone, country)
    assert ends >= start.replace(microsecond=0)
    assert str(Period.parse(period)) == period


@given(MOMENTS, st.integers(1, 400), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_hours_are_the_same_instant_in_every_zone(start, hours, here, there):
    period = Period.parse(f"{hours}h")
    assert period.ends(start, LegalCalendar(zone=here)) == period.ends(start, LegalCalendar(zone=there))


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)), PERIODS, st.sampled_from(ZONES), COUNTRY)
def test_a_later_start_never_ends_earlier(start, later, period, zone, country):
    calendar = LegalCalendar(zone=zone, holidays=country)
    assert Period.parse(period).ends(start + later, calendar) >= Period.parse(period).ends(start, calendar)


@given(MOMENTS, PERIODS, st.sampled_from(ZONES), COUNTRY, st.sampled_from(Relief))
def test_relief_is_never_before_the_strict_end(start, period, zone, country, relief):
    calendar = LegalCalendar(zone=zone, holidays=country)
    strict = Period.parse(period).ends(start, calendar)
    relieved = relief.ends(strict, start, Period.parse(period), calendar)
    assert relieved is None or relieved > strict or (relieved == strict and period.endswith("h"))


RULES = [rule.key for _, rule in rules_of(declared().frameworks)]


@given(st.sampled_from(RULES), MOMENTS, st.timedeltas(timedelta(), timedelta(days=400)))
def test_the_same_record_gives_the_same_end_on_any_day(key, start, later):
    framework, rule = found(key)
    anchors = dict.fromkeys(framework.anchors, start)
    filings = {name: [start] for name in RULES if name != key}
    record = known(framework, facts=FACTS | {"ict_major": "yes"}, filings=filings, **anchors)
    soon, late = standing(framework, rule, record, start), standing(framework, rule, record, start + later)
    assert soon.end == late.end
    assert {soon.state, late.state} <= {soon.state, State.DUE, State.OVERDUE}


@given(MOMENTS)
def test_a_rule_that_is_not_in_force_never_alarms(start):
    framework, rule = found("cra-vuln-warning")
    record = known(framework, aware_at=start)
    stands = standing(framework, rule, record, start + timedelta(days=9))
    before = start.astimezone(framework.calendar.zone).date() < date(2026, 9, 11)
    assert stands.state is (State.NOT_APPLICABLE if before else State.OVERDUE)


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_the_countries_of_the_catalogue_have_holidays(code):
    assert _public_holidays(code, 2026)
    assert LegalCalendar(zone="UTC", holidays=code).name.startswith(f"{code} by holidays ")


def test_an_earlier_end_may_still_come():
    framework, rule = found("dora-initial")
    classified = at("2026-12-01T10:00:00Z")
    stands = standing(framework, rule, known(framework, classified_major_at=classified), classified)
    assert (stands.due_at, stands.missing) == (at("2026-12-01T14:00:00Z"), ("aware_at",))


def test_the_final_report_after_a_progress_report():
    framework, rule = found("nis2-23-4e")
    for stage, state in (("progress", State.DUE), ("final", State.NOT_APPLICABLE)):
        filings = {"nis2-23-4d": [sent("nis2-23-4d", at("2027-01-15T12:00:00Z"), stage=stage)]}
        record = known(framework, filings=filings, handled_at=at("2027-02-01T10:00:00Z"))
        assert standing(framework, rule, record, at("2027-02-02T10:00:00Z")).state is state


def test_every_path_to_nothing_says_why():
    gdpr, rule = found("gdpr-33-1")
    aware = at("2026-11-24T13:20:00Z")
    for framework, facts, why in (
        (gdpr, {"personal_data": "no"}, 'it would apply when: personal_data == "yes"'),
        (gdpr, {"personal_data": "yes", "risk": "unlikely"}, "exempt: risk == unlikely or data_role == processor"),
        (gdpr.model_copy(update={"applies": False}), FACTS, "declared out of scope by Mia on 2026-11-01"),
    ):
        stands = standing(framework, rule, known(framework, facts=facts, aware_at=aware), aware)
        assert (stands.state, stands.why) == (State.NOT_APPLICABLE, why)
    uk, off = found("ukgdpr-33")
    assert (
        standing(uk, off, known(uk, aware_at=aware), aware).why
        == "not enabled: to be verified after the reforms of 2025"
    )


def test_reminders_before_the_end_at_it_and_after_it():
    framework, rule = found("gdpr-33-1")
    start = at("2026-11-24T13:20:00Z")
    end = ending(framework, rule, known(framework, aware_at=start))
    steps = [step for step, _ in zip(reminders(rule, started_at=start, due_at=end.due_at), range(7), strict=False)]
    assert [(step.number, step.name, step.at - start) for step in steps] == [
        (1, HALF, timedelta(hours=36)),
        (2, "24h", timedelta(hours=48)),
        (3, "4h", timedelta(hours=68)),
        (4, "1h", timedelta(hours=71)),
        (5, "overdue", timedelta(hours=72, seconds=1)),
        (6, "still overdue", timedelta(hours=73, seconds=1)),
        (7, "still overdue", timedelta(hours=74, seconds=1)),
    ]
    short = [step.name for step, _ in zip(reminders(rule, started_at=start, due_at=start + timedelta(hours=3)), range(4), strict=False)]  # fmt: skip
    assert short == [HALF, "1h", "overdue", "still overdue"]
    daily = [step.at - start for step, _ in zip(reminders(rule, started_at=start, due_at=None), range(2), strict=False)]
    assert daily == [timedelta(days=1), timedelta(days=2)]


def test_a_step_is_read_with_its_cutoff():
    step = Step.model_validate({"start": "x", "add": "4bd", "cutoff": "17:30"})
    assert (step.cutoff.hour, step.cutoff.minute) == (17, 30)


def test_every_item_of_the_catalogue_has_words():
    """A code that the draft does not know would be shown to an authority as it is."""
    items = {item for _, rule in rules_of(load().frameworks) for item in rule.content}
    assert items - CONTENT == set()
