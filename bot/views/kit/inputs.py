"""Modals and what is filled in on them. A field's name is the id of its block and of its element.

An action id could be the same in every block of a modal, as far as Slack's reference goes; Slack has been seen to refuse
that in messages, so here it is unique everywhere.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.views.kit import text as words
from bot.views.kit.blocks import LABEL_MOST, OPTION_VALUE_MOST, VIEW_BLOCKS_MOST, check_together, drawn, plain

TITLE_MOST, METADATA_MOST, LABEL_LINE_MOST, CALLBACK_MOST = 24, 3000, 2000, 255
CHOICES_MOST, TICKS_MOST, TYPED_MOST = 100, 10, 3000


def modal(
    title: str,
    callback_id: str,
    blocks: Sequence[Block],
    *,
    submit: str = "Save",
    about: Mapping[str, Any] | None = None,
) -> View:
    """A modal. Without an input it has no submit button. `about` comes back with the form, as its private metadata.

    ValueError when `about` is larger than Slack keeps.
    """
    check_together(drawn(blocks), VIEW_BLOCKS_MOST)
    if not 1 <= len(callback_id) <= CALLBACK_MOST:
        raise ValueError(f"a callback id of {len(callback_id)} characters: between 1 and {CALLBACK_MOST} fit")
    metadata = json.dumps(about or {}, ensure_ascii=False, separators=(",", ":"))
    if words.size(metadata) > METADATA_MOST:
        raise ValueError(f"what the form is about takes {words.size(metadata)} characters; {METADATA_MOST} fit")
    asks = any(isinstance(block, InputBlock) for block in blocks)
    return View(
        type="modal",
        callback_id=callback_id,
        title=plain(title, TITLE_MOST),
        submit=plain(submit, TITLE_MOST) if asks else None,
        close=plain("Cancel" if asks else "Close", TITLE_MOST),
        blocks=blocks,
        private_metadata=metadata,
    )


def text_input(
    name: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
    multiline: bool = False,
    most: int = TYPED_MOST,
) -> InputBlock:
    """A text to type, of at most `most` characters.

    `initial` is shown as it was typed, unescaped; what is too long for the field is clipped, and the hint says so.
    """
    if len(initial) > most:
        initial = initial[: most - 1] + words.ELLIPSIS
        hint = f"{hint} The text was too long for this field: what is beyond {most} characters is not shown.".strip()
    element = PlainTextInputElement(
        action_id=name, initial_value=initial or None, multiline=multiline or None, max_length=most
    )
    return _input(name, label, element, hint=hint, optional=optional)


def option(value: str, label: str, description: str = "") -> Option:
    """One of several things to choose from. ValueError when the value is too long: it cannot be clipped."""
    if not 1 <= words.size(value) <= OPTION_VALUE_MOST:
        raise ValueError(f"an option's value of {words.size(value)} characters: between 1 and {OPTION_VALUE_MOST} fit")
    shown = plain(description, LABEL_MOST) if description else None
    return Option(value=value, text=plain(label, LABEL_MOST), description=shown)


def choice(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    initial: str | None = None,
    hint: str = "",
    optional: bool = False,
) -> InputBlock:
    """One of up to 100 options. An `initial` that is not among them is none."""
    listed = list(options)
    _check_count(name, listed, CHOICES_MOST)
    element = StaticSelectElement(action_id=name, options=listed, initial_option=_chosen(listed, initial))
    return _input(name, label, element, hint=hint, optional=optional)


def choices(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    initial: Iterable[str] = (),
    hint: str = "",
    optional: bool = False,
) -> InputBlock:
    """Any of up to 100 options. Those of `initial` that are not among them are left out."""
    listed, wanted = list(options), set(initial)
    _check_count(name, listed, CHOICES_MOST)
    chosen = [known for known in listed if known.value in wanted]
    element = StaticMultiSelectElement(action_id=name, options=listed, initial_options=chosen or None)
    return _input(name, label, element, hint=hint, optional=optional)


def ticks(
    name: str, label: str, options: Iterable[Option], *, initial: Iterable[str] = (), hint: str = ""
) -> InputBlock:
    """Up to ten boxes, of which at least one must be ticked."""
    listed, wanted = list(options), set(initial)
    _check_count(name, listed, TICKS_MOST)
    chosen = [known for known in listed if known.value in wanted]
    element = CheckboxesElement(action_id=name, options=listed, initial_options=chosen or None)
    return _input(name, label, element, hint=hint)


def radio(
    name: str, label: str, options: Iterable[Option], *, initial: str | None = None, hint: str = ""
) -> InputBlock:
    """One of up to ten options, all in sight."""
    listed = list(options)
    _check_count(name, listed, TICKS_MOST)
    element = RadioButtonsElement(action_id=name, options=listed, initial_option=_chosen(listed, initial))
    return _input(name, label, element, hint=hint)


def checkbox(name: str, label: str, sentence: str, *, description: str = "", ticked: bool = False) -> InputBlock:
    """A box that may be ticked; its option's value is "yes"."""
    ticks = [option("yes", sentence, description)]
    element = CheckboxesElement(action_id=name, options=ticks, initial_options=ticks if ticked else None)
    return _input(name, label, element, optional=True)


def person_input(
    name: str, label: str, *, initial: str | None = None, hint: str = "", optional: bool = False
) -> InputBlock:
    """Somebody of the workspace."""
    return _input(name, label, UserSelectElement(action_id=name, initial_user=initial), hint=hint, optional=optional)


def day_input(name: str, label: str, *, initial: date | None = None, hint: str = "") -> InputBlock:
    """A day."""
    shown = initial.isoformat() if initial else None
    return _input(name, label, DatePickerElement(action_id=name, initial_date=shown), hint=hint)


def moment_input(
    name: str, label: str, *, initial: datetime | None, hint: str = "", optional: bool = False
) -> InputBlock:
    """A moment, to the minute, which each person sees in their own zone."""
    seconds = int(initial.timestamp()) if initial else None
    element = DateTimePickerElement(action_id=name, initial_date_time=seconds)
    return _input(name, label, element, hint=hint, optional=optional)


def _input(
    name: str, label: str, element: InputInteractiveElement, *, hint: str = "", optional: bool = False
) -> InputBlock:
    return InputBlock(
        block_id=name,
        label=plain(label, LABEL_LINE_MOST),
        element=element,
        hint=plain(hint, LABEL_LINE_MOST) if hint else None,
        optional=optional,
    )


def _chosen(options: Sequence[Option], value: str | None) -> Option | None:
    return next((known for known in options if known.value == value), None)


def _check_count(name: str, options: Sequence[Option], most: int) -> None:
    values = [known.value for known in options]
    if not 1 <= len(values) <= most or len(set(values)) < len(values):
        raise ValueError(f"{name} offers {len(values)} options: between 1 and {most}, all different, fit")
