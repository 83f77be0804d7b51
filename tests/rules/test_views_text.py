"""People's words on their way to Slack: escaped, clipped, split, mentioned."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import kit
from bot.views.kit import Safe
from tests.rules import pictures
from tests.rules.test_views import views

RIGHT_TO_LEFT = "الخدمة معطلة"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<!subteam^S012>", "&lt;!subteam^S012&gt;"),
        ("ask <@U0BO> in <#C0ROOM>", "ask <@U0BO> in <#C0ROOM>"),
        ("<@U0BO|Bo> in <#C0ROOM|secret-name>", "<@U0BO> in <#C0ROOM>"),
        ("<@U0BO", "&lt;@U0BO"),
        ("<@u0bo>", "&lt;@u0bo&gt;"),
        ("see https://a.example/x?y=1&z=2.", "see <https://a.example/x?y=1&amp;z=2>."),
        ("(https://a.example/x)", "(<https://a.example/x>)"),
        ("<https://evil.example|https://good.example>", "&lt;<https://evil.example>|<https://good.example>&gt;"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("a\x00b\u202ec\td\ne", "abc\td\ne"),
        ("", ""),
    ],
)
def test_escaping(written, shown):
    assert kit.escape(written) == shown


@views
@given(pictures.texts)
def test_whatever_is_written_is_harmless_and_is_escaped_once(text):
    once = kit.escape(text)
    assert pictures.is_harmless(once)
    assert kit.escape(once) is once


def test_our_words_stand_and_peoples_are_escaped():
    assert kit.say("*{who}* & <{what}>", who="<!here>", what=Safe("@U0BO")) == "*&lt;!here&gt;* & <@U0BO>"


def test_braces_in_what_people_write_mean_nothing():
    assert kit.say("{text}", text="{text} {0.__class__}") == "{text} {0.__class__}"


@views
@given(pictures.texts, st.integers(min_value=1, max_value=200))
def test_clipping_fits_and_cuts_no_token(text, most):
    clipped = kit.clip(text, most)
    assert kit.size(clipped) <= most
    assert pictures.is_harmless(clipped)
    assert clipped == kit.escape(text) or clipped.endswith("…")


def test_clipping_says_that_something_is_missing():
    assert kit.clip("abcdef", 6) == "abcdef"
    assert kit.clip("abcdef", 5) == "abcd…"
    assert kit.clip("abc <@U0BO> def", 9) == "abc…", "a mention stays whole or goes"


@pytest.mark.parametrize("letter", ["e\u0301", "👩🏽\u200d🚒", "👍🏿"])
def test_clipping_leaves_no_half_letter(letter):
    for most in range(2, 40):
        assert kit.clip(letter * 30, most).removesuffix("…").replace(letter, "") == ""


@views
@given(pictures.texts, st.integers(min_value=kit.text.LINK_MOST, max_value=3000))
def test_splitting_loses_nothing(text, most):
    parts = kit.split(text, most)
    assert all(kit.size(part) <= most for part in parts)
    assert all(pictures.is_harmless(part) for part in parts)
    if parts:
        assert "".join("".join(parts).split()) == "".join(kit.escape(text).split())


def test_splitting_prefers_line_ends_then_spaces():
    line = "word " * 100
    parts = kit.split("\n".join([line] * 10), 1100)
    assert [part.count("word") for part in parts] == [200] * 5
    assert kit.split("ab " * 1000, 1001)[0].endswith("ab")


def test_one_line_is_one_line():
    assert kit.one_line("a\n\n b\tc") == "a b c"
    assert kit.one_line("x" * 50, 10) == "x" * 9 + "…"


def test_right_to_left_words_do_not_turn_ours_around():
    assert kit.one_line(RIGHT_TO_LEFT) == f"\u2068{RIGHT_TO_LEFT}\u2069"
    assert kit.one_line("left to right") == "left to right"


@views
@given(pictures.texts, st.integers(min_value=2, max_value=200))
def test_plain_text_has_no_live_token_and_is_never_empty(text, most):
    shown = kit.plain(text, most)
    assert 1 <= kit.size(shown) <= most
    assert not set(shown) & set("<>\n")


def test_plain_text_is_escaped_as_everywhere():
    assert kit.plain("a & <@U0BO>\n b", 75) == "a &amp; &lt;@U0BO&gt; b"


def test_quotes_quote_every_line():
    assert kit.quote("a\n> b") == "&gt; a\n&gt; &gt; b"


def test_people_are_mentioned_and_others_named():
    assert kit.person("U0BO") == "<@U0BO>"
    assert kit.person("tocsin") == "tocsin"
    assert kit.person("<!channel>") == "&lt;!channel&gt;"
    assert kit.person("") == "–"
    assert kit.people(["U0BO", "U0ANA"]) == "<@U0BO>, <@U0ANA>"
    assert kit.channel("C0ROOM") == "<#C0ROOM>"
    assert kit.channel(None) == "–"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/ b", "https://a.example/>x", "", "https://" + "a" * 2000]
)
def test_a_link_needs_an_address(url):
    assert kit.link(url, "message") == ""


def test_a_link_bears_our_label():
    assert kit.link("https://a.example/?b&c", "message") == "<https://a.example/?b&amp;c|message>"


def test_a_moment_is_shown_in_the_readers_zone_and_in_utc_elsewhere():
    moment = datetime(2026, 11, 24, 22, 40, tzinfo=timezone(timedelta(hours=1)))
    assert kit.when(moment) == "<!date^1795556400^{date_short_pretty} {time}|2026-11-24 21:40 UTC>"
    assert kit.utc(moment) == "2026-11-24 21:40 UTC"


def test_a_moment_without_a_zone_means_nothing():
    with pytest.raises(ValueError, match="aware"):
        kit.when(datetime(2026, 11, 24))  # noqa: DTZ001 -- that is the point


def test_a_day_is_the_same_everywhere():
    assert kit.day(date(2026, 11, 27)) == "Fri 27 Nov 2026"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=4, seconds=30), "4 min 30 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5, seconds=9), "2 h 5 min"),
        (timedelta(days=3, minutes=5), "3 d"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
    ],
)
def test_a_length_of_time_has_two_units(span, words):
    assert kit.length(span) == words


def test_the_epoch_has_a_zone():
    assert kit.utc(datetime.fromtimestamp(0, UTC)) == "1970-01-01 00:00 UTC"
