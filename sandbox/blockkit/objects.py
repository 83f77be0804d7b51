"""Composition objects: texts, options, confirmations. https://docs.slack.dev/reference/block-kit/composition-objects."""

from sandbox.blockkit.rules import Rule, Shape, anything, array, boolean, one_of, string, together, typed, url

_HOME = "composition-objects/"


def plain_text(most: int, least: int = 1) -> Rule:
    """A plain_text object of at most this many characters."""
    return typed({"plain_text": _plain(most, least)})


def text(most: int, least: int = 1) -> Rule:
    """A plain_text or mrkdwn object of at most this many characters."""
    return typed({"plain_text": _plain(most, least), "mrkdwn": _mrkdwn(most, least)})


def _plain(most: int, least: int) -> Shape:
    return Shape(f"{_HOME}text-object", {"text": string(most, least)}, {"emoji": boolean})


def _mrkdwn(most: int, least: int) -> Shape:
    return Shape(f"{_HOME}text-object", {"text": string(most, least)}, {"verbatim": boolean})


CONFIRM = Shape(
    f"{_HOME}confirmation-dialog-object",
    {"title": plain_text(100), "text": text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)

OPTION = Shape(
    f"{_HOME}option-object",
    {"text": plain_text(75), "value": string(150, 1)},
    {"description": plain_text(75)},
)

# Radio buttons and checkboxes show mrkdwn; overflow menus may open an address.
RICH_OPTION = Shape(
    f"{_HOME}option-object",
    {"text": text(75), "value": string(150, 1)},
    {"description": text(75)},
)
OVERFLOW_OPTION = Shape(
    f"{_HOME}option-object",
    {"text": plain_text(75), "value": string(150, 1)},
    {"description": plain_text(75), "url": url()},
)

OPTION_GROUP = Shape(
    f"{_HOME}option-group-object",
    {"label": plain_text(75), "options": array(OPTION, 1, 100)},
)

CONVERSATION_FILTER = Shape(
    f"{_HOME}conversation-filter-object",
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    (together("must define at least one filter", lambda one: any(key != "type" for key in one)),),
)

DISPATCH_CONFIG = Shape(
    f"{_HOME}dispatch-action-configuration-object",
    {},
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)

SLACK_FILE = Shape(
    f"{_HOME}slack-file-object",
    {},
    {"id": string(255, 1), "url": url()},
    (together("must define either `id` or `url`", lambda one: ("id" in one) != ("url" in one)),),
)

WORKFLOW = Shape(f"{_HOME}workflow-object", {"trigger": anything})
