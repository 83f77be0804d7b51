"""How risks are measured: pure rules, and the page that documents them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import policy
from bot.commands.asking import Form
from bot.commands.risks import incidents_typed
from bot.errors import Refused
from bot.views import risks
from bot.workflows import assessing
from db.enums import Kind, Treatment
from db.records import LinkRecord, RiskSheet
from tests.rules import pictures
from tests.rules.test_map import RISK

RULES = policy.load()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "risks.md"


def links(*days_ago, counts=True):
    return [
        LinkRecord(risk_id=3, incident_id=n, declared_at=NOW - timedelta(days=days), seen=False, counts=counts)
        for n, days in enumerate(days_ago, start=1)
    ]


@pytest.mark.parametrize(
    ("lately", "suggested"), [(0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (11, 4), (12, 5), (40, 5)], ids=str
)
def test_how_often_it_happened_suggests_how_likely_it_is(lately, suggested):
    """Also private incidents, which the reader may not see, are counted."""
    assert assessing.suggested(links(*range(lately), 366), NOW) == suggested


def test_what_never_happened_suggests_nothing():
    assert assessing.suggested([], NOW) is None
    assert assessing.suggested(links(1, 2, counts=False), NOW) is None


def test_the_page_documents_the_rule():
    rows = re.findall(r"^\| ([\w ,]+) \| (\d) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = {}
    for counts, suggested in rows:
        first, *_, last = [int(n) for n in re.findall(r"\d+", counts)] * 2 or [0, 0]
        found |= dict.fromkeys(range(first, last + 1), int(suggested))
    assert set(found) == set(range(13))
    assert all(assessing.suggested(links(*range(n), 366), NOW) == likely for n, likely in found.items())


def test_what_is_high_is_looked_at_sooner():
    low, high = RISK, replace(RISK, likelihood=3)
    assert (assessing.score(low), assessing.score(high), high.score) == (8, 12, 12)
    assert not assessing.is_high(low, RULES)
    assert assessing.is_high(high, RULES)
    treated = replace(high, likelihood_after=1)
    assert (treated.before, treated.score, assessing.is_high(treated, RULES)) == (12, 4, False)
    days = [(assessing.review_on(risk, RULES, NOW) - NOW.date()).days for risk in (high, low)]
    assert days == [90, 365]


def test_of_which_incidents_it_is_asked():
    small, high = (pictures.incident(severity=severity) for severity in ("sev4", "sev2"))
    for incident, required in (
        (small, False),
        (high, True),
        (replace(small, kind=Kind.SECURITY), True),
        (replace(high, drill=True), False),
        (replace(small, severity="unheard-of"), True),
    ):
        assert assessing.is_required(incident, RULES) is required
        assert assessing.is_asked(incident, RULES) is not incident.drill


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("likelihood", " 3 ", 3),
        ("likelihood_after", "", None),
        ("category", " Availability ", "availability"),
        ("treatment", "ACCEPT", Treatment.ACCEPT),
        ("controls", "A.8.13; CP-9\nCP-9,,", ["A.8.13", "CP-9"]),
        ("title", "a\nb", "a b"),
    ],
)
def test_what_is_typed_is_read(name, typed, value):
    assert assessing.read(name, typed, RULES) == value
    assert assessing.read(name, assessing.typed(value), RULES) == value


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("likelihood", "0", "no number from 1 to 5"),
        ("likelihood", "²", "no number from 1 to 5"),
        ("impact", "", "no number from 1 to 5"),
        ("owner", "@bo", "no Slack user id"),
        ("review_on", "tomorrow", "is no date"),
        ("review_on", "0001-01-01", "is too far away"),
        ("review_on", "9999-12-31", "is too far away"),
        ("category", "zebra", "There is no category 'zebra'. Choose one of availability, change,"),
        ("treatment", "pray", "is no treatment. Choose one of avoid, reduce, transfer, accept"),
        ("state", "gone", "is no state"),
        ("controls", ",".join(map(str, range(51))), "at most 50 fit"),
        ("title", "x" * 201, "at most 200 fit"),
        ("description", "x" * 12_000, "at most 3000 fit"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(name, typed, words):
    with pytest.raises(Refused, match=re.escape(words)):
        assessing.read(name, typed, RULES)


def test_incidents_are_named_by_their_keys():
    assert assessing.keys("inc-7, INC-3;INC-7\n") == [3, 7]
    with pytest.raises(Refused, match="'7' is no incident's key"):
        assessing.keys("7")


@pytest.mark.parametrize("many", [20, 400])
def test_a_form_keeps_all_that_it_was_opened_with(many):
    """Too many incidents for a field are left out of the form, not cut: what comes back is what people meant."""
    most = [f"{number:0>{assessing.CONTROL_MOST}}" for number in range(assessing.CONTROLS_MOST)]
    controls = assessing.read("controls", "\n".join(most), RULES)
    linked = [replace(link, incident_id=100_000 + link.incident_id, seen=True) for link in links(*range(many))]
    sheet = RiskSheet(risk=replace(RISK, controls=tuple(controls)), links=tuple(linked))
    view = risks.one(sheet, RULES, now=NOW).to_dict()
    shown = {
        block["block_id"]: {"value": block["element"].get("initial_value")}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    form = Form("U0BO", None, None, "V1", json.loads(view["private_metadata"]), shown)
    assert assessing.read("controls", form.text("controls"), RULES) == controls
    edit = incidents_typed(form)
    assert (edit is None) is (many == 400)
    assert edit is None or not edit.changed
    assert ("adds another one" in str(view)) is (many == 400)
