"""The risk register leaves the house, and comes back: as a table, as a plan for assessors, as threat intelligence."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot import policy, risksheet, sheets
from bot.workflows import assessing, people
from db.models import Audit
from db.records import RiskRecord
from db.store import Store
from tests.cli.conftest import BO, Tocsin
from tests.rules import pictures

RULES = policy.load()
SECRET = "Zebra"


@pytest.fixture
def register(tocsin: Tocsin, books: Store, told_once) -> None:
    """R-1, which INC-1 showed and an action treats; R-2, which the private INC-2 showed."""

    def tell() -> None:
        with books.begin() as work:
            people.remember(work, BO)
        sure = ("--owner", "U0BO", "--likelihood", "2", "--impact", "4")
        for words in (
            ("declare", "=cmd|' /C calc'!A0", "--kind", "security", "--severity", "sev1"),
            ("risks", "answer", "INC-1", "--new", '=HYPERLINK("x")', *sure),
            ("declare", f"{SECRET} leak", "--kind", "security", "--private"),
            ("risks", "answer", "INC-2", "--new", "A partner tells", *sure),
            ("phase", "INC-1", "review"),
        ):
            assert tocsin(*words).code == 0, words

    told_once(tell)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_is_exported_and_imported_changes_nothing(
    tocsin: Tocsin, books: Store, register: None, desk: Path
) -> None:
    said = tocsin("risks", "export")
    first, second = rows(said.out)
    assert (first["title"], first["incidents"], second["incidents"]) == ('\'=HYPERLINK("x")', "INC-1", "")
    assert tocsin("risks", "export", "--out", "risks.csv").out == ""
    before = tocsin("risks", "show", "R-1").out
    assert tocsin("risks", "import", "risks.csv").out == "0 added, 0 changed.\n"
    assert (tocsin("risks", "export").out, tocsin("risks", "show", "R-1").out) == (said.out, before)
    assert rows(tocsin("risks", "export", "--private").out)[1]["incidents"] == "INC-2"
    with books.read() as session:
        whats = [audit.what for audit in session.scalars(select(Audit).order_by(Audit.id))]
    assert whats == ["import risks", "export private risks"]
    text = (desk / "risks.csv").read_text().replace("reduce", "accept", 1)
    (desk / "risks.csv").write_text(text + ',A new one,"two\nlines",,3,3,,,,U0BO,,,"A.8.13; CP-9","INC-1"\n')
    assert tocsin("risks", "import", "risks.csv").out == "1 added, 1 changed.\n"
    assert [row["incidents"] for row in rows(tocsin("risks", "export").out)] == ["INC-1", "INC-1", ""]
    shown = tocsin("risks", "show", "R-1").out
    assert "treatment reduce → accept Imported from risks.csv" in shown
    assert "imported from risks.csv" in tocsin("risks", "show", "R-3").out
    assert tocsin("verify").code == 0


def test_each_bad_line_is_named_and_nothing_is_imported(
    tocsin: Tocsin, books: Store, register: None, desk: Path
) -> None:
    before = tocsin("risks", "export", "--private").out
    lines = (
        "Title;Likelihood;Impact;Owner;risk;incidents;review_on",
        "Fine;1;1;U0BO;;;",
        ";1;1;U0BO;;;",
        '"Two\nlines";7;1;U0BO;;;',
        "Nobody;1;1;;;;",
        "Gone;1;1;U0BO;R-9;;",
        "Late;1;1;U0BO;R-1;;2020-01-01",
        "Other;1;1;U0BO;r-1;INC-99;",
        "Key;1;1;U0BO;x;;",
        "Few;1",
    )
    (desk / "bad.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    reply = tocsin("risks", "import", "bad.csv")
    assert reply.code == 1
    assert "8 lines of bad.csv cannot be taken over; nothing was imported." in reply.said
    for words in (
        "line 3: title: The title is empty.",
        "line 4: likelihood: '7' is no number from 1 to 5.",
        "line 6: Name the risk's owner by their Slack user id",
        "line 7: There is no risk R-9.",
        "line 8: 2020-01-01 has passed.",
        "line 9: R-1 stands in line 8 already.",
        "line 9: there is no incident INC-99.",
        "line 10: 'x' is no risk's key.",
        "line 11: it has 2 cells, and the first line 7.",
    ):
        assert words in reply.out, (words, reply.out)
    assert tocsin("risks", "export", "--private").out == before
    for content, words in (
        (b"Titel,likelihood,impact\n", "unknown: 'titel'; missing: title"),
        (b"title,title,likelihood,impact\n", "twice: title"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b'title,likelihood,impact\n"a', "is no table that can be read: line 2"),
        (b"", "missing: title, likelihood, impact"),
    ):
        (desk / "bad.csv").write_bytes(content)
        assert words in tocsin("risks", "import", "bad.csv").said
    assert "cannot be read" in tocsin("risks", "import", "none.csv").said


@given(st.lists(pictures.risks, max_size=5, unique_by=lambda risk: risk.id))
def test_every_register_comes_back_as_it_was(risks: list[RiskRecord]) -> None:
    """Whatever people wrote; categories that the policy no longer has are said to be unknown."""
    found = risksheet.parse(risksheet.as_csv(risks, {}), RULES, name="it")
    known = [risk for risk in risks if risk.category in RULES.risks.categories and risk.title.strip()]
    lines = {line.risk: line.values for line in found.lines}
    for risk in known:
        for name in assessing.FIELDS:
            text = assessing.typed(getattr(risk, name))
            if risk.id in lines and name in lines[risk.id]:
                assert lines[risk.id][name] == assessing.read(name, text, RULES)
    for cell in (cell for row in csv.reader(io.StringIO(risksheet.as_csv(risks, {}), newline="")) for cell in row):
        assert sheets.cell(sheets.text_of(cell)) == cell


def test_assessors_get_a_plan_that_nists_schema_accepts(tocsin: Tocsin, books: Store, register: None) -> None:
    from oscal_bindings import parser  # noqa: PLC0415 -- it takes half a second, and no other test needs it

    text = tocsin("risks", "export", "--format", "oscal").out
    parser.parse_plan_of_action_and_milestones(text)
    plan = json.loads(text)["plan-of-action-and-milestones"]
    assert [item["title"] for item in plan["poam-items"]] == ['R-1 =HYPERLINK("x")', "R-2 A partner tells"]
    assert len(plan["observations"]) == 1
    assert SECRET not in text
    facets = {facet["name"]: facet["value"] for facet in plan["risks"][0]["characterizations"][0]["facets"]}
    assert facets == {"likelihood": "2", "impact": "4", "suggested-likelihood": "2"}
    everything = tocsin("risks", "export", "--format", "oscal", "--private").out
    parser.parse_plan_of_action_and_milestones(everything)
    assert SECRET in everything
    with pytest.raises(parser.OscalParseError):  # The check checks.
        parser.parse_plan_of_action_and_milestones(text.replace('"likelihood"', '"not a token"', 1))


def test_threat_intelligence_is_stix(
    tocsin: Tocsin, books: Store, register: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import stix2  # noqa: PLC0415 -- the same

    text = tocsin("risks", "export", "--format", "stix").out
    bundle = stix2.parse(text, allow_custom=True)
    kinds = sorted(thing.type for thing in bundle.objects)
    assert kinds == ["grouping", "identity", "incident"]
    (incident,) = (thing for thing in bundle.objects if thing.type == "incident")
    assert incident.external_references[0].external_id == "INC-1"
    assert SECRET not in text
    assert SECRET in tocsin("risks", "export", "--format", "stix", "--private").out
    monkeypatch.setitem(sys.modules, "stix2", None)
    assert "STIX needs the package stix2" in tocsin("risks", "export", "--format", "stix").said


def test_an_empty_register_says_so(tocsin: Tocsin, books: Store) -> None:
    assert tocsin("risks", "export").out == ",".join(risksheet.COLUMNS) + "\r\n"
    assert "The risk register is empty" in tocsin("risks", "export", "--format", "oscal").said
    assert "There is no security incident" in tocsin("risks", "export", "--format", "stix").said
