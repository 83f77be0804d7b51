"""What can be filled in: the elements of blocks, their labels, and the values they give in `state.values`.

The shape of each value is Slack's: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.errors import NothingThere, SandboxError

Doc = dict[str, Any]
Values = dict[str, dict[str, Doc]]

# By element type: the key its value stands under.
VALUE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}

_INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}

_MANY = frozenset(key for key in _INITIAL if key.endswith("s"))


@dataclass(frozen=True, slots=True)
class Field:
    """One interactive element and where it stands. `label` is what a person reads beside it, or on it."""

    element: Doc
    block_id: str
    label: str
    is_input: bool
    optional: bool
    dispatches: bool

    @property
    def action_id(self) -> str:
        """The `action_id` of the element."""
        return str(self.element["action_id"])

    @property
    def sort(self) -> str:
        """The `type` of the element."""
        return str(self.element["type"])

    def empty(self) -> Doc:
        """The value before anything is chosen, or what the app has preset."""
        key = VALUE_KEYS[self.sort]
        nothing: Any = [] if key in _MANY or key == "files" else None
        return {"type": self.sort, key: self.element.get(_INITIAL.get(key, ""), nothing)}


def fields(blocks: list[Doc]) -> Iterator[Field]:
    """All interactive elements, in the order of the page."""
    for block in blocks:
        block_id = block.get("block_id", "")
        if block["type"] == "input":
            dispatches = bool(block.get("dispatch_action"))
            label = _words(block["label"])
            yield Field(block["element"], block_id, label, True, bool(block.get("optional")), dispatches)
        elif block["type"] == "container":
            yield from fields(block.get("child_blocks") or block.get("blocks") or [])
        else:
            around = _words(block.get("text"))
            for element in _elements(block):
                yield Field(element, block_id, _own_words(element) or around, False, True, True)


def _elements(block: Doc) -> Iterator[Doc]:
    candidates = [block.get("accessory"), *(block.get("elements") or ()), *(block.get("actions") or ())]
    for candidate in candidates:
        if isinstance(candidate, dict) and "action_id" in candidate:
            yield candidate


def _own_words(element: Doc) -> str:
    return _words(element.get("text")) or _words(element.get("placeholder"))


def _words(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, Mapping) else ""


def state(blocks: list[Doc], typed: Values) -> Values:
    """`state.values`: every stateful element with what is typed, chosen or preset."""
    values: Values = {}
    for field in fields(blocks):
        if field.sort in VALUE_KEYS:
            value = typed.get(field.block_id, {}).get(field.action_id) or field.empty()
            values.setdefault(field.block_id, {})[field.action_id] = value
    return values


def kept(typed: Values, blocks: list[Doc]) -> Values:
    """The typed values that belong to elements which are still there."""
    left: Values = {}
    for field in fields(blocks):
        value = typed.get(field.block_id, {}).get(field.action_id)
        if value and value["type"] == field.sort:
            left.setdefault(field.block_id, {})[field.action_id] = value
    return left


def find(blocks: list[Doc], wanted: str, *, inputs_only: bool = False) -> Field:
    """The element with this action id or label: any case, `_` for a space, a unique beginning is enough."""
    candidates = [one for one in fields(blocks) if one.is_input or not inputs_only]
    for matches in _MATCHES:
        found = [one for one in candidates if matches(one, wanted)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            labels = ", ".join(f"{one.label!r} ({one.action_id})" for one in found)
            raise SandboxError(f"{wanted!r} can be {labels}: say which, by its action_id")
    labels = ", ".join(repr(one.label) for one in candidates)
    raise NothingThere(f"there is nothing called {wanted!r} to fill in or choose; there are: {labels or 'no fields'}")


def _plain(text: str) -> str:
    return text.casefold().replace("_", " ").strip(" ?:*")


_MATCHES: tuple[Callable[[Field, str], bool], ...] = (
    lambda field, wanted: field.action_id == wanted,
    lambda field, wanted: _plain(field.label) == _plain(wanted),
    lambda field, wanted: _plain(field.label).startswith(_plain(wanted)),
)


def option(element: Doc, wanted: Any) -> Doc:
    """The option with this text or value; raises NothingThere with those there are."""
    options = options_of(element)
    for one in options:
        if wanted in (_words(one["text"]), one.get("value")):
            return one
    for one in options:
        if str(wanted).casefold() in (_words(one["text"]).casefold(), str(one.get("value")).casefold()):
            return one
    offered = ", ".join(repr(_words(one["text"])) for one in options)
    raise NothingThere(f"{element['action_id']} has no option {wanted!r}; there are: {offered or 'none'}")


def options_of(element: Doc) -> list[Doc]:
    """All options of a static element, those in groups too."""
    grouped = [one for group in element.get("option_groups") or () for one in group["options"]]
    return [*(element.get("options") or ()), *grouped]


Lookup = Callable[[str], str]


def value(field: Field, given: Any, *, user: Lookup, channel: Lookup, search: Callable[[Field, str], list[Doc]]) -> Doc:
    """What a person's choice looks like in `state.values`.

    `user` and `channel` turn what was given into ids; `search` asks the app for the options of an external select.
    """
    key = VALUE_KEYS[field.sort]
    many = key in _MANY
    given = _as_list(given) if many else given
    if given is None or (field.sort == "checkboxes" and isinstance(given, bool)):
        return {"type": field.sort, key: _ticked(field, given) if many else None}
    if field.sort in ("static_select", "multi_static_select", "radio_buttons", "checkboxes"):
        chosen: Any = [option(field.element, one) for one in given] if many else option(field.element, given)
    elif "external" in field.sort:
        offered = [_found(field, one, search) for one in (given if many else [given])]
        chosen = offered if many else offered[0]
    elif "users" in field.sort:
        chosen = [user(_key(one)) for one in given] if many else user(_key(given))
    elif "channels" in field.sort or "conversations" in field.sort:
        chosen = [channel(_key(one)) for one in given] if many else channel(_key(given))
    else:
        chosen = _scalar(field.sort, given)
    return {"type": field.sort, key: chosen}


def _as_list(given: Any) -> Any:
    if given is None or isinstance(given, bool | list):
        return given
    return list(given) if isinstance(given, tuple | set) else [given]


def _ticked(field: Field, given: Any) -> list[Doc]:
    options = options_of(field.element)
    if given and len(options) != 1:
        raise SandboxError(f"{field.label!r} has {len(options)} boxes: name those to tick instead of True")
    return options if given else []


def _found(field: Field, wanted: Any, search: Callable[[Field, str], list[Doc]]) -> Doc:
    return option({**field.element, "options": search(field, str(wanted)), "option_groups": []}, wanted)


def _key(given: Any) -> str:
    """A person, a channel object, an id or a name: what the lookup takes."""
    if isinstance(given, Mapping):
        return str(given["id"])
    return str(getattr(given, "id", given))


def _scalar(sort: str, given: Any) -> Any:
    if sort == "datetimepicker":
        return int(given.timestamp()) if isinstance(given, datetime) else int(given)
    if sort == "rich_text_input":
        return given if isinstance(given, dict) else rich_text(str(given))
    if isinstance(given, date):
        return given.isoformat()
    if sort == "file_input":
        return _as_list(given)
    return str(given)


def rich_text(text: str) -> Doc:
    """Plain words as the rich text of a client."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def missing(blocks: list[Doc], values: Values) -> dict[str, str]:
    """What the client itself refuses to submit, by label: required inputs that are empty, text that is too short or long."""
    problems = {}
    for field in fields(blocks):
        if field.is_input:
            problem = _complaint(field, values[field.block_id][field.action_id].get(VALUE_KEYS[field.sort]))
            if problem:
                problems[field.label] = problem
    return problems


def _complaint(field: Field, given: Any) -> str | None:
    if given in (None, "", []):
        return None if field.optional else "Please complete this required field."
    check = _CHECKS.get(field.sort)
    return check(field.element, given) if check else None


def _text_complaint(element: Doc, given: str) -> str | None:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if len(given) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(given) > most else None


def _mail_complaint(element: Doc, given: str) -> str | None:
    name, _, domain = given.partition("@")
    good = name and "." in domain and " " not in given
    return None if good else "Please enter a valid email address."


def _url_complaint(element: Doc, given: str) -> str | None:
    return None if given.startswith(("http://", "https://")) else "Please enter a valid URL."


def _number_complaint(element: Doc, given: str) -> str | None:
    try:
        number = float(given) if element.get("is_decimal_allowed") else int(given)
    except ValueError:
        return "Please enter a valid number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None


_CHECKS: dict[str, Callable[[Doc, str], str | None]] = {
    "plain_text_input": _text_complaint,
    "email_text_input": _mail_complaint,
    "url_text_input": _url_complaint,
    "number_input": _number_complaint,
}
