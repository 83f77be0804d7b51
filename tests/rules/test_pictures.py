"""Pictures: nothing covers anything, nothing is lost, and whatever people wrote can be drawn."""

import io
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.views.pictures import charts, events, months, paper, timeline
from bot.views.pictures.axis import axis
from bot.views.pictures.timeline import APART, BAR_COLOUR, MARK, PHASES, draw, look, spread, words
from db.enums import EntryKind, Kind, Phase
from db.records import Cell, Handling, Learning, Month, MonthFigures, Record, Report, Share, Spread, Tally
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, entry, incident

NOW = DECLARED + timedelta(days=9)
LIFE = (
    entry(1, 0, EntryKind.DECLARED, severity="sev3"),
    entry(2, 0, EntryKind.ROLE, by="tocsin", role="commander", user="U0MIA"),
    entry(3, 3, EntryKind.ROLE, role="primary", user="U0BO"),
    entry(4, 4, EntryKind.PHASE, from_="detection", to="assessment"),
    entry(5, 6, EntryKind.SEVERITY, from_="sev3", to="sev1", text="It spreads"),
    entry(6, 8, EntryKind.CLOCK, by="tocsin", state="started", title="To the authority", cite="GDPR Art. 33(1)"),
    entry(7, 8, EntryKind.CLOCK, by="tocsin", state="started", title="Early warning", cite="NIS2 Art. 23(4)(a)"),
    entry(8, 22, EntryKind.DEPLOYMENT, remedy="roll_back", what="payments 14.2"),
    entry(9, 25, EntryKind.PHASE, from_="assessment", to="containment"),
    entry(10, 41, EntryKind.CONTAINED, text="Rolled back"),
    entry(11, 45, EntryKind.ROLE, role="commander", user="U0KAI", previous="U0MIA"),
    entry(12, 50, EntryKind.PHASE, from_="containment", to="recovery"),
    entry(13, 70, EntryKind.CUSTOMERS, state="published", stage="resolved"),
    entry(14, 75, EntryKind.VERIFIED),
    entry(15, 80, EntryKind.PHASE, from_="recovery", to="review"),
    entry(16, 60 * 75, EntryKind.REVIEW, state="done", version=1),
    entry(17, 60 * 76, EntryKind.CLOSED),
)
CLOSED = incident(phase=Phase.CLOSED, closed_at=DECLARED + timedelta(hours=76))


def drawn(record, now=NOW, policy=POLICY):
    """The sheet as it was written on, and how high it is."""
    sheet, shown = paper.Paper(), look(record, policy, now=now)
    return sheet, draw(sheet, shown), shown


def written(record, **options):
    sheet, _, _ = drawn(record, **options)
    return [text for _, text in sheet.written]


def check(sheet, height):
    """Every text is on the paper, and none covers another."""
    for (left, top, right, bottom), text in sheet.written:
        assert left >= 0, text
        assert right <= paper.WIDTH, text
        assert top >= 0, text
        assert bottom <= height <= paper.HEIGHT_MOST, text
    for (one, text), (other, other_text) in combinations(sheet.written, 2):
        apart = one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 1 or other[3] <= one[1] + 1
        assert apart, (text, other_text)


@settings(max_examples=40)
@given(pictures.records(), pictures.moments)
def test_whatever_the_record_holds_nothing_covers_anything(record, now):
    sheet, height, shown = drawn(record, now)
    check(sheet, height)
    assert 1 <= len(words(shown)) <= paper.ALT_MOST
    assert not {"Cc", "Cs"} & {unicodedata.category(char) for char in words(shown)}


@given(pictures.records())
def test_every_entry_is_named_or_counted_or_a_band(record):
    told = events.told(record, POLICY)
    of_bands = sum(entry.kind in (EntryKind.PHASE, EntryKind.ROLE) for entry in record.timeline)
    redacted = [entry for entry in record.timeline if entry.redacted_at is not None]
    assert not redacted
    counted = sum(int(part.split()[0]) for part in told.besides.split(", ") if part)
    named = sum(event.entries for event in told.named if event.kind is not None)
    assert counted + named + of_bands == len(record.timeline)


def test_a_life_in_one_picture():
    """Bands, bars, numbers and words; hours of nothing are left out, and it says how many."""
    record = Record(incident=CLOSED, timeline=LIFE)
    said = written(record)
    for words_ in (
        "INC-7 · Checkout is down",
        "SEV1 · 24 Nov 2026, 21:40 – 28 Nov 2026, 01:40 · 3 d 4 h",
        "Assessment 21 min",
        "SEV3 6 min",
        "Incident Commander",
        "3 d 1 h",
        "24 Nov 21:43",
        "Acknowledged: the first role is taken",
        "Severity changed from SEV3 to SEV1",
        "2 clocks started",
        "Decided to roll back",
        "Customers told: resolved",
        "Review signed, version 1",
        "Times are those of UTC.",
    ):
        assert words_ in said
    assert "It spreads" not in " ".join(said), "nothing that people wrote"
    picture = timeline(record, POLICY, now=NOW)
    image = Image.open(io.BytesIO(picture.png))
    assert (image.format, image.width) == ("PNG", 1200)
    assert min(image.convert("RGB").getpixel((0, 0))) >= 250, "its own ground, whatever the theme"
    alt = picture.alt
    assert alt.startswith("Timeline of INC-7 · Checkout is down. SEV1 · 24 Nov 2026, 21:40 – 28 Nov 2026, 01:40")
    assert "Recovery 30 min" in alt
    assert "Roles: Incident Commander from 24 Nov 21:40, Primary On-Call from 24 Nov 21:43." in alt
    assert "24 Nov 22:21 Contained; " in alt


def test_what_is_a_drill_and_what_is_private_says_so():
    record = Record(incident=incident(drill=True, private=True), timeline=LIFE[:1])
    assert written(record)[:2] == ["DRILL", "PRIVATE"]
    assert timeline(record, POLICY, now=NOW).alt.startswith("Timeline of DRILL PRIVATE INC-7 · Checkout")


def test_of_five_hundred_events_the_telling_ones_are_named_and_the_others_counted():
    notes = tuple(entry(100 + n, n % 70, EntryKind.NOTE, text="x") for n in range(480))
    updates = tuple(entry(600 + n, 10 + n, EntryKind.UPDATE, text="x") for n in range(20))
    told = events.told(Record(incident=CLOSED, timeline=(*LIFE, *notes, *updates)), POLICY)
    assert len(told.named) == events.NAMED_MOST
    assert {"Declared as SEV3", "Contained", "Recovery verified", "Closed"} <= {event.words for event in told.named}
    assert told.besides.startswith("480 notes, ")
    assert "updates" in told.besides
    alt = timeline(Record(incident=CLOSED, timeline=(*LIFE, *notes, *updates)), POLICY, now=NOW).alt
    assert "480 notes" in alt


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Checkout is down 🔥", "Checkout is down :fire:"),
        ("👩🏽‍🚒 came", ":woman::fire_engine: came"),
        ("\x00a\u202eb\ud800", "ab"),
        ("<!channel> <@U0BO> <#C1|secret>", "<!channel> @somebody #channel"),
        ("الخدمة down", "[…] down"),
        ("e\u0301té", "e\u0301té"),
        ("", "–"),
        ("漢字 漢字", "[…] […]"),
    ],
)
def test_titles_that_cannot_be_drawn_as_they_are(title, shown):
    assert paper.drawable(title) == shown
    record = Record(incident=incident(title=title), timeline=LIFE[:1])
    said = " ".join(written(record))
    assert f"INC-7 · {shown}" in said
    assert ("cannot be drawn here" in said) is ("[…]" in shown)


def test_what_a_title_says_in_other_letters_is_in_the_words():
    assert "الخدمة" in timeline(Record(incident=incident(title="الخدمة"), timeline=LIFE[:1]), POLICY, now=NOW).alt


def test_a_title_that_is_too_long_ends_with_three_dots():
    said = written(Record(incident=incident(title="x" * 200), timeline=LIFE[:1]))
    assert sum("xxx" in line for line in said) == 2
    assert [line for line in said if "xxx" in line][-1].endswith("…")


def test_times_are_the_teams_also_when_the_clocks_change():
    """25 October 2026, Berlin: three o'clock comes twice."""
    policy = POLICY.model_copy(
        update={"calendar": POLICY.calendar.model_copy(update={"zone": ZoneInfo("Europe/Berlin")})}
    )
    at = DECLARED.replace(month=10, day=25, hour=0, minute=30)
    record = Record(incident=incident(declared_at=at, phase_since=at))
    sheet, _, _ = drawn(record, at + timedelta(hours=3), policy)
    below = [(box[1], text) for box, text in sheet.written if text[2:3] == ":"]
    assert [text for _, text in below] == ["02:30", "02:00", "02:30", "03:00", "03:30", "04:00", "04:30"]
    assert "SEV1 · 25 Oct 2026, 02:30 – 04:30 · 3 h so far" in {text for _, text in sheet.written}


def test_nothing_has_happened_yet():
    said = written(Record(incident=incident()), now=DECLARED)
    assert "Detection 0 s" in said
    assert "SEV1 · 24 Nov 2026, 21:40 – 21:41 · 0 s so far" in said


@given(st.lists(st.floats(paper.LEFT, paper.RIGHT), max_size=events.NAMED_MOST).map(sorted))
def test_numbers_are_moved_apart_and_stay_on_the_paper(places):
    moved = spread(places)
    assert all(after - before >= APART - 0.01 for before, after in pairwise(moved))
    assert all(paper.LEFT + 20 <= place <= paper.RIGHT - 20 for place in moved)


@given(st.lists(pictures.moments, min_size=1, max_size=30), st.lists(pictures.moments, max_size=10))
def test_time_never_goes_back_on_an_axis(moments, others):
    line = axis(moments, 40, 1160)
    places = [line.x(moment) for moment in sorted([*moments, *others])]
    assert places == sorted(places)
    assert all(40 <= place <= 1160.01 for place in places)
    assert all(lasted >= timedelta(minutes=30) for _, _, lasted in line.breaks())


def test_an_axis_is_broken_where_the_rest_would_be_crowded_into_a_corner():
    minutes = [0, 3, 4, 6, 22, 41, 45, 75]
    even = axis([DECLARED + timedelta(minutes=minute) for minute in minutes], 0, 1000)
    assert [*even.breaks()] == []
    late = axis([DECLARED + timedelta(minutes=minute) for minute in (*minutes, 60 * 30, 60 * 75)], 0, 1000)
    assert [lasted for _, _, lasted in late.breaks()] == [timedelta(minutes=60 * 30 - 75), timedelta(hours=45)]


def month(number, *, few=False, **changes):
    """A month in which there was something of everything."""
    minutes = timedelta(minutes=number)
    handled = Handling(
        incidents=Tally(number + 2),
        breakdown=() if few else (Cell("sev1", Kind.SECURITY, Tally(number)), Cell("sev9", Kind.OPERATIONAL, Tally(2))),
        breakdown_hidden=few,
        to_acknowledge=Spread(hidden=True) if few else Spread(3, 0, minutes, 3 * minutes),
        to_contain=Spread(missing=2),
        to_recover=Spread(3, 0, 61 * minutes, 200 * minutes),
    )
    learned = Learning(reviews_overdue=Tally(number % 3), actions_in_time=Share(number % 5, 5))
    until = datetime(2026, number, 28, tzinfo=UTC)
    return MonthFigures(month=Month(2026, number), until=until, handling=handled, learning=learned, **changes)


@given(st.integers(1, 12), st.sets(st.integers(1, 12)), st.booleans())
def test_months_in_small_charts_of_which_none_covers_another(count, few, goes_on):
    found = [month(number, few=number in few, goes_on=goes_on and number == count) for number in range(1, count + 1)]
    report = Report(made_at=DECLARED, months=tuple(found))
    sheet, shown = paper.Paper(), charts.charts(report, POLICY)
    check(sheet, charts.draw(sheet, report, shown))
    said = [text for _, text in sheet.written]
    alt = charts.words(report, shown)
    assert len(alt) <= paper.ALT_MOST
    assert ("“few”: too few to tell." in said) is (not few.isdisjoint(range(1, count + 1)))
    for known in (f"{count + 2}", found[-1].month.name[:3]):
        assert known in said
        assert known in alt


def test_a_month_without_incidents_is_drawn_too():
    report = Report(made_at=DECLARED, months=(MonthFigures(month=Month(2026, 11), until=DECLARED),))
    picture = months(report, POLICY)
    assert picture.alt == (
        "Figures of November 2026. Incidents by severity: Nov 0. To acknowledge, median: Nov –. To contain, median: Nov –. "
        "To recover, median: Nov –. Reviews overdue at the end of the month: Nov 0. Actions done in time, of those due: "
        "Nov –. In elapsed time. Drills, dismissed and merged incidents are not among them."
    )


def luminance(colour):
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_everything_can_be_read():
    """WCAG 2.2 AA: 4.5 to 1 for texts, 3 to 1 for the lines around what is shown."""
    for ground in (paper.GROUND, *PHASES.values(), *paper.SEVERITIES, BAR_COLOUR, charts.DONE):
        assert contrast(paper.INK, ground) >= 4.5, ground
    for colour in (MARK, paper.SOFT, *(sort.value for sort in events.Sort)):
        assert contrast(paper.GROUND, colour) >= 4.5, colour
    assert contrast(paper.LINE, paper.GROUND) >= 3
