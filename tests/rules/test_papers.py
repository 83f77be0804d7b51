"""The document outside Slack: as a page, as PDF, and from a template of the team's own."""

import logging
from datetime import UTC, datetime

import pytest

from bot import policy
from bot.views import document, papers
from bot.views import pictures as pictures_of
from db.enums import EntryKind
from db.records import Record
from tests.rules import pictures
from tests.rules.test_document import FULL, NOW, PEOPLE, POLICY, markdown

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_page_says_what_the_markdown_says_and_runs_nothing():
    record = Record(incident=pictures.incident(title="<script>alert(1)</script>", summary="& <b>bold</b>"))
    page = papers.html(markdown(record))
    assert "<title>Post-incident review of INC-7</title>" in page
    assert "<h2>Contributing factors</h2>" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page.lower()
    assert "src=" not in page


def test_a_pdf_has_as_many_pages_as_it_takes_and_is_the_same_each_time():
    notes = tuple(pictures.entry(n, n, EntryKind.NOTE, text=f"note {n} ąλж 🔥") for n in range(150))
    text = markdown(Record(incident=pictures.incident(), timeline=notes))
    made = papers.pdf(text, now=AT)
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") > 3
    assert papers.pdf(text, now=AT) == made


def test_the_timeline_stands_in_both_as_a_picture_below_its_heading():
    drawn = pictures_of.timeline(FULL, POLICY, now=NOW)
    page = papers.html(markdown(FULL), drawn)
    after = page.partition("<h2>Timeline</h2>\n")[2]
    assert after.startswith('<p><img src="data:image/png;base64,')
    assert f'alt="{drawn.alt}"' in after
    made = papers.pdf(markdown(FULL), now=AT, picture=drawn)
    assert made.count(b"/Subtype /Image") >= 1
    assert papers.pdf(markdown(FULL), now=AT, picture=drawn) == made
    own = papers.html("# Ours\n\n## Facts\n\nNone.\n", drawn)
    assert own.index("<h1>") < own.index("<img") < own.index("<h2>"), "a team's own template may have no such heading"


def test_the_blocks_of_a_document():
    found = [(block.kind, block.depth, block.text) for block in papers.blocks(markdown(FULL))]
    assert found[0] == ("h1", 0, "Post-incident review of INC-7")
    assert ("li", 1, "A full disk (Technical; reported as the root cause)") in found
    assert ("li", 2, "Why? Nobody owns the disk") in found
    assert ("p", 0, "10 % of orders failed") in found
    gap = next(block for block in papers.blocks("- **Due**: today, **To be filled in.**") if block.kind == "li")
    assert gap.runs == (("Due", True), (": today, ", False), ("To be filled in.", True))


@pytest.fixture
def own(tmp_path):
    """A policy with a folder of templates, and a function that writes one."""
    file = tmp_path / "policy.yml"
    file.write_text(f"templates: {{folder: '{tmp_path}'}}\n")

    def write(text):
        (tmp_path / "review.md.j2").write_text(text)
        return policy.load(file)

    return write


def test_a_team_may_have_a_template_of_its_own(own):
    rules = own('{{ "Ours" | title }}\n\n{{ "Facts" | heading }}\n{{ incident.title }}\n')
    assert document.markdown(FULL, rules, PEOPLE, now=NOW) == "# Ours\n\n## Facts\nCheckout is down\n"
    assert len(document.pages(FULL, rules, now=NOW)) == 1
    many = own("{% for n in range(200) %}{{ n | heading }}\nbody\n{% endfor %}")
    cut = document.excerpt(FULL, many, now=NOW)
    assert (len(cut.pages), cut.is_whole) == (document.PAGES_MOST, False)
    assert document.REST_IN_THE_FILES in str(cut.pages[-1].arguments())
    assert document.broken_templates(own('{{ "Ours" | title }}')) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\n{% if %}", "review.md.j2:2: Expected an expression, got 'end of statement block'."),
        ("one\ntwo\n{{ nobody }}", "review.md.j2:3: 'nobody' is undefined."),
        ("{{ incident.title / 2 }}", "review.md.j2:1: TypeError."),
    ],
)
def test_a_template_with_an_error_is_named_by_its_line_and_not_used(own, caplog, text, said):
    rules = own(text)
    with caplog.at_level(logging.WARNING):
        assert document.markdown(FULL, rules, PEOPLE, now=NOW) == document.markdown(FULL, POLICY, PEOPLE, now=NOW)
    assert said in caplog.text
    (found,) = document.broken_templates(rules)
    assert found.endswith(said)
