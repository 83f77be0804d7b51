"""How long things took, from the timeline alone."""

from datetime import timedelta

from hypothesis import given

from bot.views.durations import durations
from db.enums import EntryKind, Phase
from db.records import Record
from tests.rules import pictures
from tests.rules.pictures import DECLARED, entry, incident
from tests.rules.test_views import views


def minutes(count):
    return timedelta(minutes=count)


def after(count):
    return DECLARED + minutes(count)


def test_nothing_has_happened_yet():
    took = durations(Record(incident=incident()), now=after(5))
    assert (took.to_acknowledge, took.to_contain, took.to_recover) == (None, None, None)
    assert (took.total, took.ended) == (minutes(5), False)
    assert took.phases == ((Phase.DETECTION, minutes(5)),)
    assert took.severities == (("sev1", minutes(5)),)


def test_the_first_role_that_a_person_takes_acknowledges():
    timeline = (
        entry(1, 0, EntryKind.ROLE, by="tocsin", role="comms", user="U0KAI"),
        entry(2, 4, EntryKind.ROLE, role="commander", user="U0ANA"),
        entry(3, 9, EntryKind.ROLE, role="primary", user="U0BO"),
    )
    assert durations(Record(incident=incident(), timeline=timeline), now=after(10)).to_acknowledge == minutes(4)


def test_containment_and_recovery_are_counted_from_the_declaration():
    took = durations(Record(incident=incident(contained_at=after(30), verified_at=after(45))), now=after(60))
    assert (took.to_contain, took.to_recover) == (minutes(30), minutes(45))


def test_damage_that_had_stopped_before_the_declaration_took_no_time():
    assert durations(Record(incident=incident(contained_at=after(-30))), now=after(1)).to_contain == timedelta()


def test_a_relapse_adds_to_its_phase():
    timeline = (
        entry(1, 5, EntryKind.PHASE, from_="detection", to="containment"),
        entry(2, 15, EntryKind.PHASE, from_="containment", to="recovery"),
        entry(3, 20, EntryKind.PHASE, from_="recovery", to="containment"),
    )
    took = durations(Record(incident=incident(phase=Phase.CONTAINMENT), timeline=timeline), now=after(30))
    assert took.phases == (
        (Phase.DETECTION, minutes(5)),
        (Phase.CONTAINMENT, minutes(20)),
        (Phase.RECOVERY, minutes(5)),
    )


def test_severities_share_the_time_and_a_confirmation_changes_nothing():
    timeline = (
        entry(1, 10, EntryKind.SEVERITY, from_="sev3", to="sev3"),
        entry(2, 20, EntryKind.SEVERITY, from_="sev3", to="sev1"),
    )
    took = durations(Record(incident=incident(severity="sev1"), timeline=timeline), now=after(60))
    assert took.severities == (("sev3", minutes(20)), ("sev1", minutes(40)))


def test_the_time_while_it_was_closed_belongs_to_no_phase():
    timeline = (
        entry(1, 10, EntryKind.CLOSED),
        entry(2, 100, EntryKind.REOPENED, from_="closed", to="recovery"),
        entry(3, 110, EntryKind.CLOSED),
    )
    closed = incident(phase=Phase.CLOSED, closed_at=after(110))
    took = durations(Record(incident=closed, timeline=timeline), now=after(999))
    assert took.phases == ((Phase.DETECTION, minutes(10)), (Phase.RECOVERY, minutes(10)))
    assert (took.total, took.ended) == (minutes(110), True)


def test_being_merged_into_is_no_end():
    timeline = (entry(1, 10, EntryKind.MERGED, merged="INC-3"),)
    assert durations(Record(incident=incident(), timeline=timeline), now=after(20)).phases == (
        (Phase.DETECTION, minutes(20)),
    )
    timeline = (entry(1, 10, EntryKind.MERGED, into="INC-9"),)
    merged = incident(phase=Phase.MERGED, closed_at=after(10))
    assert durations(Record(incident=merged, timeline=timeline), now=after(20)).phases == (
        (Phase.DETECTION, minutes(10)),
    )


@views
@given(pictures.records(), pictures.moments)
def test_nothing_takes_less_than_no_time(record, now):
    took = durations(record, now=now)
    spans = [span for _, span in (*took.phases, *took.severities)]
    assert all(span >= timedelta() for span in (took.total, *spans))
    assert sum((span for _, span in took.phases), timedelta()) == sum((s for _, s in took.severities), timedelta())
