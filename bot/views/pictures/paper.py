"""What a picture is drawn on: one width, two weights of one font, few colours, and words that can be drawn.

The ground is white in Slack's light and dark theme, and every text on it has a contrast of at least 4.5 to 1. At a phone's
width of 360 the smallest text is some 8 pixels high.
"""

# ruff: noqa: PLC0415 -- what draws pictures takes 3 MB, and few are drawn

import functools
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_noto_sans

from bot.views import kit
from bot.views.kit import NOTHING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

WIDTH, MARGIN = 1200, 40
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
TITLE, TEXT, SMALL = 44, 32, 28
INK, SOFT, LINE, GROUND = "#1d1c1d", "#55545a", "#77767c", "#ffffff"
# The worst first; what the policy does not have any more is like the last.
SEVERITIES = ("#f2a49c", "#f6c793", "#f4e3a1", "#dfe7ef")
# Stands for what no font here can draw.
GAP = "[…]"
HEIGHT_MOST = 4_000
COLOURS = 64
ALT_MOST = 1_000
FONT = Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
REGULAR, BOLD, FULL_WIDTH = 400, 700, 100
# Parts of an emoji that say how, and not what.
_HOW = dict.fromkeys([0x200D, 0xFE0E, 0xFE0F, 0x20E3, *range(0x1F3FB, 0x1F400)])
_REPLACED = {"user": "@somebody", "channel": "#channel"}

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    """A PNG, and the words that tell the same: at most 1,000 characters, as Slack takes them."""

    png: bytes
    alt: str
    width: int
    height: int


class Paper:
    """A sheet to draw on from top to bottom; what is below the last line is cut off. `written` is where texts stand."""

    def __init__(self) -> None:
        """It is white."""
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (WIDTH, HEIGHT_MOST), GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self.written: list[tuple[Box, str]] = []

    def text(
        self,
        at: tuple[float, float],
        words: str,
        *,
        size: int = TEXT,
        bold: bool = False,
        ink: str = INK,
        halo: bool = False,
    ) -> float:
        """Words that begin at `at`, the left end of their line's middle; gives how wide they are.

        With a `halo` they can be read on whatever is behind them.
        """
        left, middle = at
        wide, edge = width(words, size, bold=bold), 5 if halo else 0
        font = _font(size, bold=bold)
        self._draw.text((left, middle), words, font=font, fill=ink, anchor="lm", stroke_width=edge, stroke_fill=GROUND)
        self.written.append(((left, middle - size / 2, left + wide, middle + size / 2), words))
        return wide

    def box(self, box: Box, fill: str, *, outline: str | None = LINE, line: int = 2) -> None:
        """A filled rectangle."""
        left, top, right, bottom = box
        sides = (left, top, max(left + 1, right), max(top + 1, bottom))
        self._draw.rectangle(sides, fill=fill, outline=outline, width=line)

    def dot(self, at: tuple[float, float], radius: float, fill: str) -> None:
        """A filled circle."""
        mask = _round(int(2 * radius))
        self._image.paste(fill, (int(at[0] - radius), int(at[1] - radius)), mask)

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """What is between these points."""
        self._draw.polygon([*points], fill=fill)

    def line(self, points: Sequence[tuple[float, float]], ink: str = LINE, wide: int = 2) -> None:
        """From point to point."""
        self._draw.line([*points], fill=ink, width=wide, joint="curve")

    def picture(self, height: float, alt: str) -> Picture:
        """The sheet down to `height`, in as few bytes as its few colours need."""
        from PIL.Image import Dither, Quantize

        sheet = self._image.crop((0, 0, WIDTH, int(min(max(height, 1), HEIGHT_MOST))))
        out = io.BytesIO()
        sheet.quantize(COLOURS, method=Quantize.FASTOCTREE, dither=Dither.NONE).save(out, "PNG")
        return Picture(out.getvalue(), alt, sheet.width, sheet.height)


@functools.lru_cache(maxsize=2_000)
def width(words: str, size: int = TEXT, *, bold: bool = False) -> float:
    """How wide these words are when they are drawn."""
    return float(_font(size, bold=bold).getlength(words))


def wrapped(words: str, most: float, *, size: int = TEXT, bold: bool = False, lines: int = 2) -> list[str]:
    """The words in lines of at most `most` pixels. What does not fit into so many lines ends with "…"."""
    found: list[str] = []
    rest = words
    while rest and len(found) < lines:
        head = _fitting(rest, most, size, bold=bold)
        if head != rest and len(found) == lines - 1:
            head = _fitting(rest, most - width("…", size, bold=bold), size, bold=bold, anywhere=True)
            found.append(f"{head.rstrip()}…")
            break
        found.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return found or [NOTHING]


def _fitting(words: str, most: float, size: int, *, bold: bool, anywhere: bool = False) -> str:
    """The beginning of the words that fits, cut between words where that is possible."""
    if width(words, size, bold=bold) <= most:
        return words
    low, high = 1, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(words[:middle], size, bold=bold) <= most else (low, middle - 1)
    cut = -1 if anywhere else words.rfind(" ", 0, low + 1)
    return words[: cut if cut > 0 else low]


def plain(text: str) -> str:
    """People's words on one line, without what cannot be seen; nobody is named in them."""
    return " ".join("".join(_REPLACED.get(kind, value) for kind, value in kit.tokens(text)).split()) or NOTHING


def drawable(text: str) -> str:
    """People's words on one line, as far as they can be drawn.

    An emoji becomes its name as Slack writes it. `[…]` stands for letters that the font does not have.
    """
    out: list[str] = []
    for char in " ".join(plain(text).translate(_HOW).split()):
        if ord(char) in _known():
            out.append(char)
        elif unicodedata.category(char) in ("So", "Sk"):
            out.append(f":{unicodedata.name(char, 'symbol').lower().replace(' ', '_')}:")
        elif unicodedata.category(char) != "Cf" and out[-1:] != [GAP]:
            out.append(GAP)
    return "".join(out) or NOTHING


@functools.cache
def _known() -> frozenset[int]:
    """The characters that the font has."""
    from fontTools.ttLib import TTFont

    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


@functools.cache
def _round(size: int) -> "Image":
    """A circle with a smooth edge."""
    from PIL import Image, ImageDraw

    large = Image.new("L", (4 * size, 4 * size))
    ImageDraw.Draw(large).ellipse((0, 0, 4 * size - 1, 4 * size - 1), fill=255)
    return large.resize((size, size), Image.Resampling.LANCZOS)


@functools.cache
def _font(size: int, *, bold: bool) -> "FreeTypeFont":
    from PIL import ImageFont

    font = ImageFont.truetype(str(FONT), size)
    font.set_variation_by_axes([BOLD if bold else REGULAR, FULL_WIDTH])
    return font
