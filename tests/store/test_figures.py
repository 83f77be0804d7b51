"""A month whose figures are computed by hand: October 2026 in Berlin, where the clocks are put back on the 25th."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import policy
from bot.clock import MovableClock
from bot.workflows import actions, incidents, monthly, reviews, roles
from db.enums import Answer, EntryKind, Kind, Phase, ReviewState
from db.models import CustomerUpdate, Filing, Reader, Review
from db.records import Cell, LeftOut, Month, PersonRecord, Share, Spread, Tally, discreet
from db.store import Store
from tests.conftest import NOON

BERLIN = ZoneInfo("Europe/Berlin")
RULES = policy.load(zone=BERLIN)
OCTOBER = Month(2026, 10)
ANA = PersonRecord(user="U0ANA", name="Ana")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def utc(text):
    return NOON.fromisoformat(f"2026-{text}:00+00:00")


class Team:
    """Who does what when; every time is UTC."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock

    def declares(self, when, severity="sev3", **more):
        self.clock.moves_to(utc(when))
        with self.store.begin() as work:
            return incidents.declare(work, policy=RULES, by=ANA.user, title="Trouble", severity=severity, **more).id

    def at(self, when, what, number, **more):
        self.clock.moves_to(utc(when))
        with self.store.begin() as work:
            what(work, number=number, by=ANA.user, **more)

    def takes(self, when, number):
        self.at(when, roles.assign, number, policy=RULES, role="commander", person=ANA)

    def contains(self, when, number, at=None):
        self.at(when, incidents.contain, number, text="Switched off", at=utc(at or when))

    def verifies(self, when, number):
        self.at(when, incidents.verify, number, user=ANA.user, text="Looked", at=utc(when))

    def closes(self, when, number):
        self.clock.moves_to(utc(when))
        with self.store.begin() as work:
            incidents.confirm_severity(work, number=number, by=ANA.user)
            answers = dict.fromkeys(("customer_data", "personal_data", "service_affecting"), Answer.NO)
            incidents.answer(work, number=number, by=ANA.user, answers=answers)
            incidents.close(work, policy=RULES, number=number, by=ANA.user)

    def reviews(self, when, number, *, done=None):
        self.at(when, incidents.move, number, policy=RULES, to=Phase.REVIEW)
        with self.store.begin() as work:
            work.incident(number)
            review = work.session.get(Review, number)
            if done:
                review.state, review.done_at = ReviewState.DONE, utc(done)
            return review.due_at

    def adds(self, when, number, due_on, *, done=None, rejected=None):
        self.clock.moves_to(utc(when))
        with self.store.begin() as work:
            added = actions.add(
                work, number=number, by=ANA.user, text="Add an alert", owner=ANA, due_on=due_on, today=date(2026, 9, 1)
            )
        if done or rejected:
            self.clock.moves_to(utc(done or rejected))
            with self.store.begin() as work:
                known = {"action_id": added.id, "number": number, "by": ANA.user}
                actions.finish(work, **known) if done else actions.reject(work, **known, reason="Too dear")


@pytest.fixture
def team(database_url):
    clock = MovableClock(utc("09-01T08:00"))
    store = Store(database_url, clock.now)
    yield Team(store, clock)
    store.close()


def figures_of(team, month=OCTOBER, before=0, now="11-24T12:00"):
    with team.store.read() as session:
        return monthly.report(session, policy=RULES, month=month, before=before, now=utc(now))


@pytest.fixture
def october(team):
    """The numbers of the incidents of September, of the first of October, and of November."""
    september = team.declares("09-30T21:59")  # 23:59 in Berlin: the minute before.
    team.contains("09-30T22:00", september, at="09-30T20:00")  # It came before the declaration: it took no time.
    first = team.declares("09-30T22:00", severity="sev1")
    team.takes("09-30T22:04", first)  # The target is 5 minutes.
    team.contains("09-30T22:30", first, at="09-30T21:30")  # So did this.
    team.verifies("09-30T23:00", first)
    night = team.declares("10-24T23:30", severity="sev2", kind=Kind.SECURITY)  # 01:30 there, in summer time.
    with team.store.begin() as work:  # The policy gives a role: nobody has seen it by that.
        work.note(work.incident(night), EntryKind.ROLE, "", by="tocsin", data={"role": "primary", "user": "U0BO"})
    team.takes("10-25T00:30", night)  # An hour; the target is 15 minutes.
    team.contains("10-25T01:30", night)
    team.verifies("10-25T02:30", night)  # 03:30 there, in winter time: three hours, not two.
    again = team.declares("10-26T09:00", severity="sev4")
    team.takes("10-26T09:10", again)
    team.contains("10-26T09:20", again)
    team.verifies("10-26T09:30", again)
    team.closes("10-26T09:40", again)
    team.at("10-26T10:00", incidents.reopen, again, policy=RULES, reason="It came back")
    drill = team.declares("10-27T09:00", drill=True)
    team.takes("10-27T09:01", drill)
    team.at("10-27T09:10", incidents.dismiss, drill, policy=RULES, reason="The drill is over")
    team.at("10-28T09:05", incidents.dismiss, team.declares("10-28T09:00"), policy=RULES, reason="A test")
    team.at("10-28T10:05", incidents.merge, team.declares("10-28T10:00"), policy=RULES, into=night)
    last = team.declares("10-31T22:59")  # 23:59 in Berlin: the month's last minute.
    team.takes("10-31T23:10", last)
    team.contains("10-31T23:59", last)
    team.verifies("11-02T22:59", last)
    team.closes("11-03T22:59", last)
    november = team.declares("10-31T23:00")
    return september, first, november


def test_a_month_by_hand(team, october):
    assert october == (1, 2, 9)
    found = figures_of(team).month.handling
    assert found.incidents == Tally(4)
    assert found.left_out == LeftOut(drills=1, dismissed=1, merged=1)
    assert found.breakdown == (
        Cell("sev1", Kind.OPERATIONAL, Tally(1)),
        Cell("sev2", Kind.SECURITY, Tally(1)),
        Cell("sev3", Kind.OPERATIONAL, Tally(1)),
        Cell("sev4", Kind.OPERATIONAL, Tally(1)),
    )
    assert found.to_detect == Spread(missing=4)
    assert found.to_acknowledge == Spread(4, 0, median=timedelta(minutes=10.5), p90=HOUR), "4, 10, 11 and 60 minutes"
    assert found.acknowledged_in_target == Share(3, 4)
    assert found.to_contain == Spread(3, 1, median=HOUR, p90=2 * HOUR), (
        "0, 60 and 120 minutes; what was reopened is not"
    )
    assert found.to_recover == Spread(3, 1, median=3 * HOUR, p90=48 * HOUR), "1, 3 and 48 hours"
    assert found.total == Spread(1, 3, median=72 * HOUR, p90=72 * HOUR)

    whole = figures_of(team, Month(2026, 11), before=2)
    assert [str(one.month) for one in whole.months] == ["2026-09", "2026-10", "2026-11"]
    assert [one.handling.incidents.number for one in whole.months] == [1, 4, 1]
    assert [one.goes_on for one in whole.months] == [False, False, True]
    assert whole.months[1].handling == found
    assert whole.months[0].handling.to_contain == Spread(1, 0, median=0 * HOUR, p90=0 * HOUR)

    with team.store.begin() as work:  # People find out later when it began.
        reviews.begin(work, policy=RULES, incident=work.incident(october[1])).began_at = utc("09-30T21:00")
    found = figures_of(team).month.handling
    assert found.to_detect == Spread(1, 3, median=HOUR, p90=HOUR)
    assert found.lasted == Spread(3, 1, median=3 * HOUR, p90=48 * HOUR), "2, 3 and 48 hours"


def test_what_became_of_reviews_and_actions(team):
    number = team.declares("09-20T08:00", severity="sev1")
    assert team.reviews("10-01T08:00", number) == utc("10-04T08:00")
    early = team.declares("09-21T08:00", severity="sev1")
    team.reviews("09-30T08:00", early, done="09-30T09:00")  # Due in October, signed in September.
    late = team.declares("09-21T08:00", severity="sev1")
    team.reviews("10-10T08:00", late, done="10-14T08:00")
    waived = team.declares("10-02T08:00", severity="sev1")
    team.reviews("10-02T08:00", waived)
    with team.store.begin() as work:
        reviews.waive(work, incident=work.incident(waived), by=ANA.user)
    drill = team.declares("10-02T08:00", severity="sev1", drill=True)
    team.reviews("10-02T08:00", drill)
    team.adds("10-02T08:00", drill, date(2026, 10, 3))
    team.adds("10-01T08:00", number, date(2026, 10, 31), done="10-31T22:59")  # In the last minute of its day there.
    team.adds("10-01T08:00", number, date(2026, 10, 20), done="10-20T22:30")  # 00:30 there: a day late.
    team.adds("10-01T08:00", number, date(2026, 10, 30), rejected="11-02T08:00")
    team.adds("10-01T08:00", number, date(2026, 11, 30))
    team.adds("09-01T08:00", number, date(2026, 9, 30), rejected="10-05T08:00")

    whole = figures_of(team, before=1)
    september, october = (one.learning for one in whole.months)
    assert october.reviews_in_time == Share(1, 3)
    assert october.reviews_signed == Tally(1)
    assert (september.reviews_signed, september.reviews_overdue) == (Tally(1), Tally(0))
    assert (october.reviews_overdue, whole.reviews_overdue) == (Tally(1), Tally(1))
    assert (september.actions_opened, october.actions_opened) == (Tally(1), Tally(4))
    assert october.actions_in_time == Share(1, 2)
    assert october.actions_rejected == Tally(1)
    assert (september.actions_overdue, october.actions_overdue, whole.actions_overdue) == (Tally(1), Tally(1), Tally(0))


def test_who_was_told_and_what_was_filed(team):
    first, second = team.declares("10-05T08:00", severity="sev1"), team.declares("10-06T08:00", severity="sev1")
    unreached, drill = team.declares("10-07T08:00", severity="sev1"), team.declares("10-08T08:00", drill=True)
    with team.store.begin() as work:
        for number, asked, told in (
            (first, "10-05T08:00", "10-05T08:15"),
            (second, "10-06T09:00", "10-06T09:16"),
            (unreached, "10-07T08:00", None),
            (drill, "10-08T08:00", "10-08T08:00"),
        ):
            at = {"asked_at": utc(asked), "mailed_at": None, "messaged_at": told and utc(told)}
            work.session.add(Reader(incident_id=number, key="U0MIA", name="Mia", email=None, slack="U0MIA", **at))
            work.session.add(_filing(number, "10-09T08:00", late=number == second))
            work.session.add(_update(number, "10-31T22:59"))
            work.session.add(_update(number, "10-31T23:00"))
    found = figures_of(team).month.handling
    assert found.leadership_in_time == Share(1, 3)
    assert found.filed_in_time == Share(2, 3)
    assert found.customer_updates == Tally(3)


def test_a_month_without_incidents(team):
    quiet = figures_of(team, before=2)
    assert {one.handling.incidents for one in quiet.months} == {Tally(0)}
    assert quiet.month.handling.to_recover == Spread()


def test_what_tells_of_a_single_private_incident_stays_inside(team):
    """Five public and one private: every figure tells of enough. Two and one: what they were like is nobody's business."""
    for day in range(1, 6):
        public = team.declares(f"10-0{day}T08:00")
        team.takes(f"10-0{day}T08:05", public)
    secret = team.declares("10-06T08:00", private=True)
    team.takes("10-06T08:05", secret)
    whole = figures_of(team)
    assert whole.month.handling.incidents == Tally(6, private=1)
    assert discreet(whole) == whole
    so_far = discreet(figures_of(team, now="10-06T09:00")).month.handling
    assert (so_far.incidents, so_far.breakdown_hidden) == (Tally(6, private=1), True), "it was seen to come"
    assert so_far.to_acknowledge == Spread(hidden=True)
    team.at("10-07T08:00", incidents.set_severity, secret, policy=RULES, to="sev1", reason="Worse")
    team.at("10-07T08:00", incidents.contain, secret, text="Locked", at=utc("10-07T08:00"))
    shown = discreet(figures_of(team)).month.handling
    assert shown.incidents == Tally(6, private=1)
    assert (shown.breakdown, shown.breakdown_hidden) == ((), True)
    assert shown.to_acknowledge.known == 6
    assert shown.to_contain == Spread(hidden=True)
    for number in range(1, 6):
        team.verifies("10-07T08:00", number)
    found = figures_of(team)
    assert (found.month.handling.to_recover.known, found.month.handling.to_recover.missing) == (5, 1)
    assert discreet(found).month.handling.to_recover == Spread(hidden=True), (
        "the one that is missing is the private one"
    )
    so_far = discreet(figures_of(team, now="10-07T09:00")).month.handling
    assert so_far.to_recover == so_far.to_detect == Spread(hidden=True), "it would be seen to be recovered"


def _filing(number, when, *, late):
    blank = {
        "stage": None,
        "sent_by": ANA.user,
        "calendar": "",
        "version": "1",
        "recorded_by": ANA.user,
        "due_at": None,
    }
    return Filing(
        incident_id=number,
        rule="gdpr-33",
        sent_at=utc(when),
        recorded_at=utc(when),
        is_late=late,
        text_hash=None,
        **blank,
    )


def _update(number, when):
    about = {"title": "Slow", "text": "We look.", "components": {}, "targets": ["page"], "drafted_by": ANA.user}
    return CustomerUpdate(
        uid=f"{number}-{when}",
        incident_id=number,
        state="published",
        stage="investigating",
        drafted_at=utc(when),
        approved_by=None,
        published_at=utc(when),
        next_due_at=None,
        **about,
    )
