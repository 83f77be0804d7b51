"""What Slack fills into blocks that it takes: ids where there are none, and the defaults of text objects."""

from collections.abc import Callable
from typing import Any

# Element types that act: they get an action_id when they have none.
_ACTING = frozenset(
    {
        "button",
        "channels_select",
        "checkboxes",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "external_select",
        "feedback_buttons",
        "file_input",
        "icon_button",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_external_select",
        "multi_static_select",
        "multi_users_select",
        "number_input",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "rich_text_input",
        "static_select",
        "timepicker",
        "url_text_input",
        "users_select",
        "workflow_button",
    }
)


def filled(blocks: list[Any], new_id: Callable[[], str]) -> list[Any]:
    """A copy of the blocks as Slack stores them."""
    return [_block(block, new_id) for block in blocks]


def _block(block: dict[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    copy = {key: _value(value, new_id) for key, value in block.items()}
    if not copy.get("block_id"):
        copy["block_id"] = new_id()
    if copy["type"] == "input":
        copy.setdefault("optional", False)
        copy.setdefault("dispatch_action", False)
    return copy


def _value(value: Any, new_id: Callable[[], str]) -> Any:
    if isinstance(value, list):
        return [_value(one, new_id) for one in value]
    if not isinstance(value, dict):
        return value
    copy = {key: _value(one, new_id) for key, one in value.items()}
    sort = copy.get("type")
    if sort == "plain_text":
        copy.setdefault("emoji", True)
    elif sort == "mrkdwn":
        copy.setdefault("verbatim", False)
    elif sort in _ACTING and not copy.get("action_id"):
        copy["action_id"] = new_id()
    return copy


def text_of(blocks: list[Any]) -> str:
    """The words of the blocks, for a message that came without `text` (what a notification would show)."""
    found: list[str] = []
    for block in blocks:
        text = block.get("text")
        if isinstance(text, dict):
            found.append(text.get("text", ""))
        elif isinstance(text, str):
            found.append(text)
    return " ".join(found)
