"""The review document: in Markdown to take away, as pages in the room. One template, nothing cut off."""

from datetime import timedelta

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from bot.views import document
from db.enums import EntryKind, FactorKind, Phase, ReviewState
from db.records import Duties, PersonRecord, Record
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, entry, incident
from tests.rules.test_views import views

PEOPLE = {"U0ANA": PersonRecord(user="U0ANA", name="Ana Demo"), "U0BO": PersonRecord(user="U0BO", name="*Bo*")}
NOW = DECLARED + timedelta(minutes=90)
HEADINGS = (
    "What happened",
    "Durations",
    "Roles",
    "Timeline",
    "Impact",
    "Contributing factors",
    "Containment",
    "Recovery",
    "What went well",
    "What went less well",
    "Where we were lucky",
    "Preventive actions",
    "Trigger",
    "Detection",
    "Communication",
    "Threat prevention",
    "Risk",
    "Similar incidents",
)
# What the template itself is made of; whatever people write must come out as text inside of these.
OURS = {"h1", "h2", "p", "ul", "li", "strong", "em", "a", "br", "text"}
TIMELINE = (
    entry(1, 0, EntryKind.DECLARED, text="Checkout is down", severity="sev1"),
    entry(2, 4, EntryKind.ROLE, role="commander", user="U0ANA"),
    entry(3, 5, EntryKind.PHASE, from_="detection", to="assessment"),
    entry(4, 6, EntryKind.NOTE, by="U0BO", text="see https://a.example/x_y_z?b=1&c=2\nand <@U0ANA>"),
)
FULL = Record(
    incident=incident(
        phase=Phase.REVIEW,
        summary="500s since the deployment",
        contained_at=DECLARED + timedelta(minutes=30),
        containment="Rolled back",
        verified_at=DECLARED + timedelta(minutes=45),
        verified_by="U0BO",
        verification="Ten test orders",
    ),
    roles={"commander": "U0ANA"},
    timeline=TIMELINE,
    actions=(pictures.action(),),
    factors=(
        pictures.factor("A full disk", whys=("Logs were kept for ever", "Nobody owns the disk"), root_cause=True),
        pictures.factor("no alert", id=4, kind=FactorKind.DETECTION),
    ),
    review=pictures.review(
        impact="10 % of orders failed",
        went_well="The rollback",
        went_badly="The paging",
        luck="It was night",
    ),
)


def markdown(record=FULL):
    return document.markdown(record, POLICY, PEOPLE, now=NOW)


def pages(record=FULL):
    return [str(page.arguments()) for page in document.pages(record, POLICY, now=NOW)]


def part(text, heading):
    return text.partition(f"## {heading}\n\n")[2].partition("\n\n## ")[0].strip()


def tokens(text):
    parsed = MarkdownIt("commonmark", {"html": True}).parse(text)
    return [inner for token in parsed for inner in (token, *(token.children or ()))]


def test_what_is_known_is_filled_in():
    text = markdown()
    assert text.startswith("# Post-incident review of INC-7\n\n**Checkout is down**\n")
    assert text.endswith("\n")
    assert "- Declared by Incident Commander, 2026-11-24 21:40 UTC" in text
    assert "- Room: \\#inc-7-checkout-is-down" in text
    assert part(text, "Impact") == "10 % of orders failed\n\n- Lasted: 45 min"
    assert part(text, "Contributing factors") == (
        "- A full disk (Technical; reported as the root cause)\n  - Why? Logs were kept for ever\n"
        "  - Why? Nobody owns the disk\n- no alert (Detection)"
    )
    assert part(text, "Containment") == "Rolled back\n\n- Contained 2026-11-24 22:10 UTC"
    assert part(text, "Recovery") == "Ten test orders\n\n- Verified by \\*Bo\\*, 2026-11-24 22:25 UTC"
    assert (
        part(text, "Preventive actions") == "- Add an alert (Prevent, medium priority; \\*Bo\\*, due Tue 24 Nov 2026)"
    )
    assert part(text, "Trigger") == "_not answered yet_"


def test_durations_come_from_the_timeline():
    lines = part(markdown(), "Durations").splitlines()
    assert lines == [
        "- To acknowledge: 4 min",
        "- To contain: 30 min",
        "- To recover: 45 min",
        "- Total: 1 h 30 min so far",
        "- By phase: Detection 5 min, Assessment 1 h 25 min",
        "- By severity: SEV1 1 h 30 min",
    ]


def test_the_timeline_is_in_order_with_names_and_utc():
    lines = part(markdown(), "Timeline").splitlines()
    assert lines[0] == "- 2026-11-24 21:40 UTC · Incident Commander declared the incident as SEV1: Checkout is down"
    assert (
        lines[3]
        == "- 2026-11-24 21:46 UTC · \\*Bo\\* noted: see <https://a.example/x_y_z?b=1&c=2> and @Incident Commander"
    )
    assert lines[1] == "- 2026-11-24 21:44 UTC · Ana Demo took the role Incident Commander"


def test_what_is_not_known_is_said_to_be_missing():
    text = markdown(Record(incident=incident()))
    for heading in HEADINGS:
        assert f"\n## {heading}\n" in text
    assert part(text, "Impact").startswith("_not answered yet_")
    for heading in (
        "Trigger",
        "Contributing factors",
        "Detection",
        "Threat prevention",
        "Containment",
        "Recovery",
        "What went well",
        "Preventive actions",
    ):
        assert part(text, heading) == "_not answered yet_"
    assert "- Review: not begun" in text
    assert "- Incident Commander: _not taken_" in text


def test_who_was_told_what_and_when():
    published = {"state": "published", "stage": "identified", "drafted_by": "U0ANA", "targets": ["page", "email"]}
    record = Record(
        incident=incident(),
        roles={"comms": "U0ANA"},
        timeline=(
            entry(1, 1, EntryKind.ESCALATED, by="tocsin", leaders=["Mia"], why=["it is of a high severity"]),
            entry(2, 2, EntryKind.ESCALATED, by="tocsin", customers=True),
            entry(3, 5, EntryKind.UPDATE, text="We look for the cause"),
            entry(4, 6, EntryKind.CUSTOMERS, state="drafted"),
            entry(5, 7, EntryKind.CUSTOMERS, by="U0BO", text="Payments *fail*", **published),
            entry(6, 8, EntryKind.TOLD, by="tocsin", leaders=["Mia"], news=["recovery"]),
        ),
        readers=(
            pictures.reader("Lea"),
            pictures.reader("Mia", mailed_at=DECLARED, messaged_at=DECLARED + timedelta(minutes=1)),
        ),
        duties=Duties(
            filings=(pictures.filing(channel="portal", reference="A/1", due_at=DECLARED, is_late=True),),
            decisions=(
                pictures.decision("Nobody is at risk"),
                pictures.decision("Not any more", withdrawn_at=DECLARED),
            ),
        ),
    )
    assert part(markdown(record), "Communication") == (
        "**Colleagues**\n\n- 2026-11-24 21:45 UTC · Communication Lead posted an update: We look for the cause\n\n"
        "**Customers**\n\n- 2026-11-24 21:47 UTC · \\*Bo\\* told customers (Identified), as drafted by Communication Lead, "
        "by status page, subscribers by e-mail: Payments \\*fail\\*\n\n"
        "**Leadership**\n\n- 2026-11-24 21:41 UTC · tocsin told leadership (Mia): it is of a high severity\n"
        "- 2026-11-24 21:48 UTC · tocsin told leadership (Mia) that it recovers\n"
        "- Lea: _not reached_, since 2026-11-24 21:40 UTC\n"
        "- Mia: by e-mail 2026-11-24 21:40 UTC, in Slack 2026-11-24 21:41 UTC\n\n"
        "**Authorities and contracts**\n\n- 2026-11-24 22:40 UTC · Notification sent: gdpr-authority, to the authority, "
        "by portal, reference A/1, due 2026-11-24 21:40 UTC, late\n"
        "- 2026-11-24 22:40 UTC · Not required: gdpr-subjects, as Communication Lead decided: Nobody is at risk"
    )


def test_a_reason_for_no_action_is_an_answer():
    record = Record(incident=incident(), review=pictures.review(no_actions_because="It was the weather"))
    assert part(markdown(record), "Preventive actions") == "None needed, because:\n\nIt was the weather"


def test_a_finished_review_says_who_finished_it():
    done = pictures.review(state=ReviewState.DONE, done_by="U0ANA", done_at=NOW)
    assert "- Review: done, by Ana Demo, 2026-11-24 23:10 UTC" in markdown(Record(incident=incident(), review=done))


@pytest.mark.parametrize(
    "nasty",
    [
        "# heading",
        "- list",
        "1. list",
        "    code",
        "```\ncode\n```",
        "> quote",
        "---",
        "***",
        "===",
        "*bold* _it_ **b** `code` ~no~",
        "[link](https://evil.example)",
        "![image](https://evil.example/x.png)",
        "[ref]: https://evil.example",
        "<script>alert(1)</script>",
        "<b>bold</b>",
        "&lt;b&gt; &copy;",
        "| a | b |\n|---|---|",
        "back\\slash\\",
        "\\*not\\*",
    ],
)
def test_what_people_write_is_text_and_no_markup(nasty):
    written = f"first\n{nasty}\n\n{nasty}\nlast"
    record = Record(incident=incident(title=nasty, summary=written), review=pictures.review(impact=written))
    found = tokens(markdown(record))
    assert {token.tag for token in found if token.tag} <= OURS
    assert not [
        token for token in found if token.type in ("html_inline", "html_block", "code_inline", "image", "fence")
    ]
    shown = "".join(token.content for token in found if token.type == "text")
    for line in nasty.splitlines():
        assert shown.count("".join(line.split())) >= 2 or shown.replace("\u00a0", " ").count(line.strip()) >= 2


@views
@given(pictures.records())
def test_any_document_is_made_of_our_markup_alone(record):
    found = tokens(document.markdown(record, POLICY, PEOPLE, now=NOW))
    assert {token.tag for token in found if token.tag} <= OURS
    assert [token.type for token in found].count("heading_open") == len(HEADINGS) + 1
    assert not [token for token in found if token.type.startswith(("html", "code", "image"))]


def test_pages_say_the_same_to_people_in_slack():
    (page,) = pages()
    for heading in HEADINGS:
        assert f"'text': '{heading}'" in page
    for said in ("<@U0ANA> took the role", "10 % of orders failed", "• no alert", "<!date^", "<#C0ROOM>"):
        assert said in page
    assert "Ana Demo" not in page


def test_a_long_document_is_split_and_not_cut():
    notes = tuple(entry(n, n, EntryKind.NOTE, text=f"note {n}. " + "x" * 400) for n in range(200))
    drawn = document.pages(Record(incident=incident(), timeline=notes), POLICY, now=NOW)
    assert len(drawn) > 5
    together = "".join(map(str, (page.arguments() for page in drawn)))
    assert all(f"note {n}. " in together for n in range(200))
    assert drawn[0].text == f"Post-incident review of INC-7, page 1 of {len(drawn)}"
    for page in drawn:
        pictures.check_message(page)


def test_what_takes_more_than_a_few_messages_names_its_longest_parts_alone():
    notes = tuple(entry(n, n, EntryKind.NOTE, text=f"note {n}. " + "x" * 400) for n in range(200))
    record = Record(
        incident=incident(), timeline=notes, review=pictures.review(impact="y " * 1500, luck="It was night")
    )
    drawn = document.excerpt(record, POLICY, now=NOW)
    assert not drawn.is_whole
    assert len(drawn.pages) == 1
    (page,) = drawn.pages
    pictures.check_message(page)
    assert document.NOT_WHOLE in str(page.blocks[1].to_dict())
    together = str(page.arguments())
    assert ("It was night" in together, "y y y" in together, "note 7." in together) == (True, True, False)
    assert together.count(document.IN_THE_FILES) == 1
    written = document.files(record, POLICY, PEOPLE, now=NOW)
    assert {name: b"note 199." in content for name, content in written.items()} == {
        "INC-7-review.md": True,
        "INC-7-review.html": True,
    }
    short = document.excerpt(FULL, POLICY, now=NOW)
    assert (short.is_whole, short.pages) == (True, document.pages(FULL, POLICY, now=NOW))


def test_a_heading_is_never_the_last_thing_on_a_page():
    notes = tuple(entry(n, n, EntryKind.NOTE, text="x" * 2900) for n in range(30))
    for page in document.pages(Record(incident=incident(), timeline=notes), POLICY, now=NOW):
        assert page.blocks[-1].type == "section"


@views
@given(pictures.texts)
def test_nothing_that_was_written_is_lost(text):
    record = Record(incident=incident(), review=pictures.review(impact=text))
    drawn = [page.arguments()["blocks"] for page in document.pages(record, POLICY, now=NOW)]
    together = "".join(b["text"]["text"] for blocks in drawn for b in blocks if b["type"] == "section")
    assert "".join(document.kit.escape(text).split()) in "".join(together.split())


def test_the_same_record_gives_the_same_document():
    assert markdown() == markdown()
    assert pages() == pages()
