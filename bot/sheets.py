"""Tables that go to spreadsheets and come back. What people wrote stays text there: no program calculates it.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, and loses it on the way back. So that
nothing is lost between, one that has such an apostrophe already gets a second one.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# https://owasp.org/www-community/attacks/CSV_Injection names these, and the wide forms that some programs read alike.
FORMULA = r"=+\-@\t\r\n＝＋－＠"
_CALCULATED = re.compile(f"'*[{FORMULA}]")
_MADE_TEXT = re.compile(f"''*[{FORMULA}]")


def cell(text: str) -> str:
    """The text as a cell that stays text.

    >>> cell("=cmd|' /C calc'!A0"), cell("plain")
    ("'=cmd|' /C calc'!A0", 'plain')
    """
    return f"'{text}" if _CALCULATED.match(text) else text


def text_of(written: str) -> str:
    """What a cell says: the opposite of `cell`.

    >>> text_of("'=1+1"), text_of("'tis fine")
    ('=1+1', "'tis fine")
    """
    return written[1:] if _MADE_TEXT.match(written) else written


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV, with the names of its columns above."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(text) for text in row] for row in rows)
    return sheet.getvalue()
