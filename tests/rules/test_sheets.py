"""No cell is calculated, and every text comes back as it was."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from bot import sheets

CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
texts = st.text(st.sampled_from("=+-@'\t\r\n＝a,;\" ")) | st.text()


@given(texts)
@example("=cmd|' /C calc'!A0")
@example("'=1")
@example("'tis")
def test_every_text_comes_back_and_none_is_calculated(text):
    written = sheets.cell(text)
    assert not written.startswith(CALCULATED)
    assert sheets.text_of(written) == text


@given(st.lists(st.tuples(texts, texts)))
def test_a_table_holds_what_was_put_in(rows):
    read = list(csv.reader(io.StringIO(sheets.table(("first", "second"), rows), newline="")))
    assert read[0] == ["first", "second"]
    assert [tuple(map(sheets.text_of, row)) for row in read[1:]] == rows
