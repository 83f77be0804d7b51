"""What people write is drawn as Slack draws it, and never becomes anything but text."""

from __future__ import annotations

from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.page import dates, emoji, mrkdwn
from sandbox.page.markdown import markdown
from sandbox.page.richtext import plain_of, rich_text
from sandbox.page.viewpoint import Viewpoint

NOON = 1_795_867_200.0  # Saturday, 2026-11-28 12:00 UTC

ANA = Viewpoint(
    me="U0ANA",
    zone=ZoneInfo("Europe/Berlin"),
    now=NOON,
    users={"U0ANA": "Ana", "U0BO": "Bo"},
    channels={"C0INC": "incidents"},
)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<b>bold</b> <i>italic</i> <s>gone</s> <code>code</code>"),
        ("*bold _and italic_*", "<b>bold <i>and italic</i></b>"),
        ("2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"),
        ("* not bold * and ** neither", "* not bold * and ** neither"),
        ("`*left alone*`", "<code>*left alone*</code>"),
        ("one\ntwo", "one<br>two"),
        ("> said\n> twice\nafter", "<blockquote>said<br>twice</blockquote>after"),
        ("&gt; said", "<blockquote>said</blockquote>"),
        ("before\n```a *b*\nc```\nafter", "before<pre>a *b*\nc</pre>after"),
        (":pushpin: :no_such_emoji:", "📌 :no_such_emoji:"),
        ("<@U0BO>", '<span class="mention">@Bo</span>'),
        ("<@U0ANA>", '<span class="mention me">@Ana</span>'),
        ("<@U0GONE|gone>", '<span class="mention">@gone</span>'),
        (
            "<!here> <!subteam^S1|@oncall>",
            '<span class="mention me">@here</span> <span class="mention me">@oncall</span>',
        ),
        ("fish &amp; chips &lt;3", "fish &amp; chips &lt;3"),
    ],
)
def test_mrkdwn_is_drawn_as_slack_draws_it(written: str, drawn: str) -> None:
    assert mrkdwn.mrkdwn(written, ANA) == drawn


def test_a_link_opens_elsewhere_and_shows_its_label() -> None:
    shown = mrkdwn.mrkdwn("<https://example.com/?a=1&amp;b=2|the *run* book>", ANA)
    assert 'href="https://example.com/?a=1&amp;b=2"' in shown
    assert 'rel="noopener noreferrer"' in shown
    assert "the *run* book</a>" in shown
    assert mrkdwn.mrkdwn("<mailto:ana@example.com>", ANA).endswith(">ana@example.com</a>")


def test_a_channel_mention_leads_there_unless_it_is_hidden() -> None:
    assert 'data-channel="C0INC"' in mrkdwn.mrkdwn("see <#C0INC>", ANA)
    assert "private-channel" in mrkdwn.mrkdwn("see <#C0SECRET>", ANA)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<javascript:alert(1)|click>",
        "<JaVaScRiPt:alert(1)>",
        "<data:text/html,x|click>",
        '<https://x.example/"onmouseover="alert(1)|click>',
        "<https://x.example|<img src=x onerror=alert(1)>",
        "```<img src=x onerror=alert(1)>```",
        "`<img src=x onerror=alert(1)>`",
        "> <img src=x onerror=alert(1)>",
        '<#C"onclick="alert(1)|x>',
        '<@U"onclick="alert(1)|<b>x>',
        "<!date^1^{date}^javascript:alert(1)|x>",
        '<!date^1^<img src=x onerror="alert(1)">|x>',
        "*<img src=x onerror=alert(1)>*",
        "<//evil.example|x>",
    ],
)
def test_no_text_becomes_a_script(attack: str) -> None:
    for drawn in (
        mrkdwn.mrkdwn(attack, ANA),
        mrkdwn.plain(attack),
        markdown(attack),
        rich_text(_rich(attack), ANA),
    ):
        assert_harmless(drawn)


@given(st.text(alphabet=st.sampled_from(list("*_~`<>&|@#!^:/\"'\n abhtpsx.")), max_size=60))
def test_whatever_is_typed_comes_out_harmless(text: str) -> None:
    assert_harmless(mrkdwn.mrkdwn(text, ANA))
    assert_harmless(markdown(text))


def test_rich_text_keeps_style_lists_and_people() -> None:
    block = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "now <b>", "style": {"bold": True}}]},
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0BO"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "eyes"}]},
        ],
    }
    assert rich_text(block, ANA) == (
        "<div><b>now &lt;b&gt;</b></div>"
        '<ol class="indent-1" start="1"><li><span class="mention">@Bo</span></li></ol>'
        "<blockquote>👀</blockquote>"
    )
    assert plain_of([block]).startswith("now <b>")


def test_markdown_has_tables_and_lists_but_no_html() -> None:
    drawn = markdown("# Now\n\n| a | b |\n|---|---|\n| 1 | <b>2</b> |\n\n- ~~old~~ [docs](https://docs.example)")
    assert "<table>" in drawn
    assert "&lt;b&gt;2&lt;/b&gt;" in drawn
    assert "<s>old</s>" in drawn
    assert '<a target="_blank" rel="noopener noreferrer" href="https://docs.example">docs</a>' in drawn


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{date_num}", "2026-11-28"),
        ("{date}", "November 28th, 2026"),
        ("{date_short}", "Nov 28, 2026"),
        ("{date_long}", "Saturday, November 28th, 2026"),
        ("{date_short_pretty} at {time}", "Today at 1:00 PM"),
        ("since {date_pretty}", "since today"),
        ("{time_secs}", "1:00:00 PM"),
        ("{ago} {nonsense}", "just now {nonsense}"),
    ],
)
def test_a_date_is_told_in_the_readers_zone(template: str, words: str) -> None:
    assert words in mrkdwn.mrkdwn(f"<!date^{int(NOON)}^{template}|then>", ANA)


def test_a_date_inside_a_sentence_begins_small() -> None:
    assert ">today</time>" in mrkdwn.mrkdwn(f"closed <!date^{int(NOON)}^{{date_short_pretty}}|then>", ANA)


def test_a_date_without_a_calendar_shows_its_fallback() -> None:
    assert mrkdwn.mrkdwn("<!date^9999999999999^{date}|long after>", ANA) == "long after"
    assert mrkdwn.mrkdwn("<!date^soon^{date}|soon>", ANA) == "soon"


def test_days_are_told_apart() -> None:
    today = ANA.local(NOON).date()
    assert dates.divider(ANA.local(NOON - 86_400).date(), today) == "Yesterday"
    assert dates.divider(ANA.local(NOON - 5 * 86_400).date(), today) == "Monday, November 23rd"
    assert dates.ago(ANA.local(NOON - 7_300), ANA.local(NOON)) == "2 hours ago"


def test_every_emoji_we_offer_exists() -> None:
    assert all(emoji.glyph(name) for name in (*emoji.QUICK, *emoji.PICKER))
    assert emoji.glyph("+1::skin-tone-3") == "👍"


def test_what_to_try_comes_from_the_usage_hint() -> None:
    from sandbox.page.welcome import examples  # noqa: PLC0415 -- it stands beside NiceGUI, which takes half a second

    assert examples("/incident", "declare · status · update … · help") == [
        "/incident declare",
        "/incident status",
        "/incident update",
        "/incident help",
    ]
    assert examples("/deploy", "[service] [version]") == ["/deploy"]
    assert examples("/ping", "") == ["/ping"]


def _rich(text: str) -> dict[str, object]:
    leaves = [{"type": "text", "text": text}, {"type": "link", "url": text, "text": text}, {"type": text}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaves}]}


ALLOWED = {
    "a": {"href", "target", "rel", "class", "role", "tabindex", "data-channel"},
    "span": {"class"},
    "time": {"title"},
    "ol": {"class", "start"},
    "ul": {"class"},
    "code": {"class"},
}
BARE = {
    "b",
    "i",
    "s",
    "u",
    "em",
    "strong",
    "br",
    "pre",
    "blockquote",
    "div",
    "p",
    "li",
    "hr",
    "table",
    "thead",
    "tbody",
}
BARE |= {"tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6"}


class _Inspection(HTMLParser):
    """Reads HTML and complains about every tag, attribute and link that the page never writes."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED or tag in BARE, f"<{tag}> got through"
        for name, value in attrs:
            assert name in ALLOWED.get(tag, ()) or (tag in {"th", "td"} and name == "style"), f"{name}= on <{tag}>"
            if name == "href":
                assert mrkdwn.is_safe(value or ""), f"a link to {value}"


def assert_harmless(drawn: str) -> None:
    """Only tags, attributes and links that the page itself writes."""
    _Inspection(convert_charrefs=True).feed(drawn)
