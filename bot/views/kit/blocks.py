"""Blocks, and the messages and Home views they make. What does not fit is clipped; what cannot be is a ValueError."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import SlackFile
from slack_sdk.models.views import View

from bot.views.kit import text as words
from bot.views.kit.text import NOTHING, Safe

TEXT_MOST, FIELD_MOST, HEADER_MOST, LABEL_MOST = 3000, 2000, 150, 75
FIELDS_MOST, ELEMENTS_MOST, MENU_MOST, ALT_MOST = 10, 25, 5, 2000
BUTTON_VALUE_MOST, OPTION_VALUE_MOST, ID_MOST = 2000, 150, 255
MESSAGE_BLOCKS_MOST, VIEW_BLOCKS_MOST = 50, 100
MESSAGE_TEXT_MOST = 4000
# All blocks of a message together: Slack publishes no number; msg_blocks_too_long was seen near 13,200 characters.
MESSAGE_WEIGHT_MOST = 12_000


@dataclass(frozen=True)
class Message:
    """What is posted: `text` is what notifications and screen readers get, `blocks` what is seen.

    ValueError when the blocks together break a rule of Slack's for messages.
    """

    text: Safe
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        """Check what no single block can know."""
        check_together(self._drawn, MESSAGE_BLOCKS_MOST)
        if self.weight > MESSAGE_WEIGHT_MOST:
            raise ValueError(f"the blocks weigh {self.weight} characters; {MESSAGE_WEIGHT_MOST} fit into a message")

    @classmethod
    def of(cls, text: str, *blocks: Block) -> "Message":
        """A message; its `text` is clipped, people's words in it escaped."""
        return cls(words.clip(text, MESSAGE_TEXT_MOST) or Safe(NOTHING), blocks)

    @cached_property
    def weight(self) -> int:
        """The characters of all texts in the blocks."""
        return _weight(self._drawn)

    def arguments(self) -> dict[str, Any]:
        """`text` and `blocks` for `chat.postMessage`, `chat.update` and answers."""
        return {"text": self.text, "blocks": self._drawn}

    @cached_property
    def _drawn(self) -> list[dict[str, Any]]:
        """As Slack gets them: to make this of the SDK's blocks takes longer than all that is asked of it."""
        return drawn(self.blocks)


def drawn(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """The blocks as Slack gets them."""
    return [block.to_dict() for block in blocks]


def weight(block: Block) -> int:
    """The characters of all texts in a block."""
    return _weight(block.to_dict())


def check_together(blocks: Sequence[Mapping[str, Any]], most: int) -> None:
    """ValueError unless there are 1 to `most` drawn blocks, and no block id or action id twice."""
    if not 1 <= len(blocks) <= most:
        raise ValueError(f"{len(blocks)} blocks: between 1 and {most} fit")
    times = Counter((key, found) for key, found in _walk(blocks) if key in ("action_id", "block_id"))
    if times and max(times.values()) > 1:
        twice = sorted(one for one, often in times.items() if often > 1)
        raise ValueError(", ".join(f"{key} used twice: {found}" for key, found in twice))


def _weight(value: Any) -> int:
    return sum(words.size(found) for key, found in _walk(value) if key == "text")


def _walk(value: Any) -> Iterator[tuple[str, str]]:
    """Every string in a JSON value with the key it stands under, in no order."""
    left = [value]
    while left:
        here = left.pop()
        if isinstance(here, list):
            left += here
        elif isinstance(here, dict):
            for key, inner in here.items():
                if isinstance(inner, str):
                    yield key, inner
                else:
                    left.append(inner)


def mrkdwn(text: str, most: int) -> MarkdownTextObject:
    """A mrkdwn object. `verbatim`: Slack must not look for names and channels in what people wrote."""
    return MarkdownTextObject(text=NOTHING if words.is_blank(text) else words.clip(text, most), verbatim=True)


def plain(text: str, most: int) -> PlainTextObject:
    """A plain_text object with emoji."""
    return PlainTextObject(text=words.plain(text, most), emoji=True)


def header(text: str) -> HeaderBlock:
    """A large line of plain text."""
    return HeaderBlock(text=plain(text, HEADER_MOST))


def section(text: str, *, accessory: InteractiveElement | None = None) -> SectionBlock:
    """A paragraph, perhaps with a button beside it."""
    return SectionBlock(text=mrkdwn(text, TEXT_MOST), accessory=accessory)


def sections(text: str) -> list[Block]:
    """As many paragraphs as a long text needs; none for an empty one."""
    return [section(part) for part in words.split(text, TEXT_MOST)]


def fields(pairs: Iterable[tuple[str, str]], most: int = 300) -> list[Block]:
    """Pairs of a label and a value in two columns, as many sections as they need; values clipped to `most`."""
    shown = [
        mrkdwn(
            words.say("*{label}*\n{value}", label=words.one_line(label, LABEL_MOST), value=words.clip(value, most)),
            FIELD_MOST,
        )
        for label, value in pairs
    ]
    return [SectionBlock(fields=shown[at : at + FIELDS_MOST]) for at in range(0, len(shown), FIELDS_MOST)]


def context(*texts: str) -> ContextBlock:
    """Small grey print; up to ten texts."""
    return ContextBlock(elements=[mrkdwn(text, FIELD_MOST) for text in texts])


def image(file: str, alt: str) -> ImageBlock:
    """An uploaded image, by Slack's id of the file; `alt` says what is seen."""
    return ImageBlock(slack_file=SlackFile(id=file), alt_text=plain(alt, ALT_MOST).text)


def divider() -> DividerBlock:
    """A line."""
    return DividerBlock()


def button(label: str, action_id: str, value: str, *, primary: bool = False) -> ButtonElement:
    """A button; at most one of those shown together is `primary`."""
    _check_length("button's value", value, BUTTON_VALUE_MOST)
    style = "primary" if primary else None
    return ButtonElement(text=plain(label, LABEL_MOST), action_id=_id(action_id), value=value, style=style)


def menu(action_id: str, entries: Iterable[ButtonElement]) -> OverflowMenuElement:
    """Up to five buttons behind "⋯". An entry's value is the button's action id and value, parted by a space."""
    options = []
    for entry in entries:
        value = f"{entry.action_id} {entry.value}"
        _check_length("menu entry's value", value, OPTION_VALUE_MOST)
        options.append(Option(text=entry.text, value=value))
    return OverflowMenuElement(action_id=_id(action_id), options=options)


def actions(elements: Iterable[InteractiveElement]) -> list[Block]:
    """A row of buttons; nothing when there are none."""
    row = list(elements)
    return [ActionsBlock(elements=row)] if row else []


def home(blocks: Sequence[Block]) -> View:
    """The app's Home."""
    check_together(drawn(blocks), VIEW_BLOCKS_MOST)
    return View(type="home", blocks=blocks)


def _id(action_id: str) -> str:
    _check_length("action id", action_id, ID_MOST)
    return action_id


def _check_length(what: str, text: str, most: int) -> None:
    if not 1 <= words.size(text) <= most:
        raise ValueError(f"a {what} of {words.size(text)} characters: between 1 and {most} fit")
