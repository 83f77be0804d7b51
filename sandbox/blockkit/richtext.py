"""The inside of rich_text blocks. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from sandbox.blockkit.rules import Rule, Shape, anything, array, boolean, integer, one_of, string, typed

_PAGE = "blocks/rich-text-block"
_MOST = 10_000  # Slack publishes no figure for parts of rich text; the size of the whole message bounds it

_STYLE = {
    "style": Shape(
        _PAGE,
        {},
        dict.fromkeys(
            ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
        ),
    )
}

_INLINE: dict[str, Rule] = {
    "text": Shape(_PAGE, {"text": string(_MOST, 1)}, _STYLE),
    "link": Shape(_PAGE, {"url": string(_MOST, 1)}, {"text": string(_MOST), "unsafe": boolean, **_STYLE}),
    "user": Shape(_PAGE, {"user_id": string(255, 1)}, _STYLE),
    "usergroup": Shape(_PAGE, {"usergroup_id": string(255, 1)}, _STYLE),
    "channel": Shape(_PAGE, {"channel_id": string(255, 1)}, _STYLE),
    "emoji": Shape(_PAGE, {"name": string(255, 1)}, {"unicode": string(255), "skin_tone": integer(1, 6), **_STYLE}),
    "broadcast": Shape(_PAGE, {"range": one_of("here", "channel", "everyone")}, _STYLE),
    "color": Shape(_PAGE, {"value": string(255, 1)}, _STYLE),
    "date": Shape(
        _PAGE,
        {"timestamp": integer(0), "format": string(255, 1)},
        {"url": string(_MOST), "fallback": string(_MOST), **_STYLE},
    ),
    "team": Shape(_PAGE, {"team_id": string(255, 1)}, _STYLE),
}
_INLINES = array(typed(_INLINE), 0, _MOST)
_SECTION = Shape(_PAGE, {"elements": _INLINES})

RICH_TEXT: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": Shape(
        _PAGE, {"elements": _INLINES}, {"border": integer(0, 1), "language": string(255), "indent": anything}
    ),
    "rich_text_quote": Shape(_PAGE, {"elements": _INLINES}, {"border": integer(0, 1)}),
    "rich_text_list": Shape(
        _PAGE,
        {"style": one_of("bullet", "ordered"), "elements": array(typed({"rich_text_section": _SECTION}), 0, _MOST)},
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
}
