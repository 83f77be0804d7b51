"""A draft as PDF: one column of text, in a font that has Latin, Greek and Cyrillic.

Characters that the font lacks are shown as boxes, and the last line says so: the Markdown has all of them.
"""

# ruff: noqa: PLC0415 -- fpdf and its fonts take a second to load; few documents are drawn, and nobody waits for them

import logging
from datetime import datetime
from functools import cache
from pathlib import Path

from bot.views.drafts import GAP, Draft

MARGIN, LINE = 20, 5.5
INK, GREY, RED = (20, 20, 20), (110, 110, 110), (170, 30, 30)
MISSING = "Some characters cannot be shown here; the Markdown file has all of them."


def pdf(found: Draft, *, now: datetime) -> bytes:
    """The whole draft; as many pages as it takes. The same draft at the same time gives the same bytes."""
    from fpdf import FPDF

    sheet = FPDF(format="A4")
    sheet.set_creation_date(now)
    sheet.set_title(found.title)
    sheet.set_lang("en")
    sheet.set_margins(MARGIN, MARGIN)
    sheet.set_auto_page_break(auto=True, margin=MARGIN)
    path, glyphs = _font()
    sheet.add_font("text", "", path)
    logging.getLogger("fpdf").setLevel(logging.ERROR)  # It would log which characters people used.
    sheet.add_page()

    def write(text: str, size: float, colour: tuple[int, int, int] = INK) -> None:
        sheet.set_font("text", size=size)
        sheet.set_text_color(*colour)
        sheet.multi_cell(0, LINE * size / 11, text, align="L", new_x="LMARGIN", new_y="NEXT")

    write(found.title, 17)
    sheet.ln(LINE / 2)
    for label, value in found.about:
        write(f"{label}: {value}", 10, GREY)
    for part in found.parts:
        sheet.ln(LINE)
        write(part.asks, 13)
        write(part.says or GAP, 11, INK if part.says else RED)
    sheet.ln(LINE)
    write(found.foot, 9, GREY)
    if any(not glyphs.issuperset(map(ord, text)) for text in _texts(found)):
        write(MISSING, 9, GREY)
    return bytes(sheet.output())


def _texts(found: Draft) -> list[str]:
    texts = [found.title, *(value for _, value in found.about)]
    return [text.replace("\n", " ") for text in (*texts, *(part.says for part in found.parts))]


@cache
def _font() -> tuple[str, frozenset[int]]:
    """The font's file, and the characters that it has."""
    import fontpkg_noto_sans
    from fontTools.ttLib import TTFont

    path = Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
    with TTFont(path, lazy=True) as font:
        return str(path), frozenset(font.getBestCmap())
