"""The review document as a page to open in a browser, and as PDF: both made of its Markdown, so that all say the same."""

# ruff: noqa: PLC0415 -- fpdf and its fonts take a second to load; few documents are drawn, and nobody waits for them

import base64
import html as escaping
import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.views.pictures import Picture

if TYPE_CHECKING:
    from fpdf import FPDF

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #8886; }
li { margin: 0.15rem 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8886; padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; }
@media print { body { max-width: none; margin: 0; } h2 { break-after: avoid; } }
"""
MARGIN, LINE, INDENT = 20, 5.4, 5.0
SIZES = {"h1": 18.0, "h2": 13.5}
TEXT = 10.5
# A heading with less below it moves to the next page.
LINES_BELOW_A_HEADING = 4
OUTLINE = 0.08


@dataclass(frozen=True)
class Block:
    """A paragraph: what it is (`h1`, `h2`, `p` or `li`), how deep in lists, and its text, run by run: whether it stands out."""

    kind: str
    depth: int
    runs: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(text for text, _ in self.runs)


def html(markdown: str, picture: Picture | None = None) -> str:
    """A page of its own: no script, nothing fetched, readable on a phone, on paper and in the dark.

    The `picture` stands below the heading "Timeline", and without that below the title.
    """
    parser = _parser()
    about: dict[str, Any] = {}
    tokens = parser.parse(markdown, about)
    if picture is not None:
        tokens.insert(_place(tokens), Token("html_block", "", 0, content=_figure(picture)))
    title = next((block.text for block in _blocks(tokens) if block.kind == "h1"), "")
    body = parser.renderer.render(tokens, parser.options, about)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaping.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode()
    alt = escaping.escape(picture.alt)
    return f'<p><img src="data:image/png;base64,{data}" alt="{alt}" width="100%"></p>\n'


def _place(tokens: Sequence[Token]) -> int:
    """Behind which of the tokens a picture comes."""
    ends = [at for at, token in enumerate(tokens) if token.type == "heading_close"]
    timelines = [at for at in ends if tokens[at - 1].content == "Timeline"]
    return min(timelines or ends or [-1]) + 1


def pdf(markdown: str, *, now: datetime, picture: Picture | None = None) -> bytes:
    """As many A4 pages as it takes. The same document at the same time gives the same bytes; the `picture` as in `html`.

    Characters that the font lacks (it has Latin, Greek and Cyrillic) are boxes; the Markdown has all of them.
    """
    from fpdf import FPDF

    logging.getLogger("fpdf").setLevel(logging.ERROR)  # It would log which characters people used.
    sheet = FPDF(format="A4")
    sheet.set_creation_date(now)
    sheet.set_lang("en")
    sheet.set_margins(MARGIN, MARGIN)
    sheet.set_auto_page_break(auto=True, margin=MARGIN)
    sheet.add_font("text", "", str(_font()))
    sheet.add_page()
    found = [*blocks(markdown)]
    headings = [at for at, block in enumerate(found) if block.kind in SIZES]
    below = min([at for at in headings if found[at].text == "Timeline"] or headings or [0])
    for at, block in enumerate(found):
        if picture is None or at != below:
            _write(sheet, block)
            continue
        # On one page with its heading.
        high = min(sheet.epw * picture.height / picture.width, sheet.eph - LINES_BELOW_A_HEADING * LINE)
        if sheet.will_page_break(high + LINES_BELOW_A_HEADING * LINE):
            sheet.add_page()
        _write(sheet, block)
        wide = high * picture.width / picture.height
        sheet.image(io.BytesIO(picture.png), w=wide, h=high, alt_text=picture.alt)
        sheet.ln(LINE)
    return bytes(sheet.output())


def _write(sheet: "FPDF", block: Block) -> None:
    from fpdf.enums import TextMode

    size = SIZES.get(block.kind, TEXT)
    height = LINE * size / TEXT
    if block.kind == "h1":
        sheet.set_title(block.text)
    if block.kind == "h2":
        sheet.ln(LINE)
        if sheet.will_page_break(LINES_BELOW_A_HEADING * LINE):
            sheet.add_page()
    sheet.set_font("text", size=size)
    sheet.set_left_margin(MARGIN + INDENT * block.depth)
    for text, is_strong in ((("• ", False),) if block.kind == "li" else ()) + block.runs:
        # The font has one weight in its file: what stands out is drawn with an outline.
        with sheet.local_context(text_mode=TextMode.FILL_STROKE if is_strong else TextMode.FILL, line_width=OUTLINE):
            sheet.write(height, text)
    sheet.set_left_margin(MARGIN)
    sheet.ln(height if block.kind == "li" else height + LINE / 3)


def blocks(markdown: str) -> Iterator[Block]:
    """The paragraphs of a document, one by one, as text."""
    yield from _blocks(_parser().parse(markdown))


def _blocks(tokens: Iterable[Token]) -> Iterator[Block]:
    kind, depth, fresh = "p", 0, False
    for token in tokens:
        match token.type:
            case "heading_open":
                kind = token.tag
            case "heading_close" | "paragraph_close":
                kind = "p"
            case "bullet_list_open":
                depth += 1
            case "bullet_list_close":
                depth -= 1
            case "list_item_open":
                fresh = True
            case "inline":
                shown = kind if kind != "p" or not fresh else "li"
                yield Block(shown, depth, tuple(_runs(token)))
                fresh = False


def _runs(token: Token) -> Iterator[tuple[str, bool]]:
    """The text of a paragraph, cut where what stands out begins and ends."""
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    text, is_strong = "", False
    for child in token.children or ():
        if child.type in ("strong_open", "strong_close"):
            if text:
                yield text, is_strong
            text, is_strong = "", child.type == "strong_open"
        text += breaks.get(child.type, child.content)
    if text:
        yield text, is_strong


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _font() -> Path:
    import fontpkg_noto_sans

    return Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
