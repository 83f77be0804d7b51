"""How the Web API reads its arguments: query, form, multipart or JSON, one set of values in the end.

The refusals are Slack's common ones: https://docs.slack.dev/apis/web-api (section on POST bodies) and the list of errors
that every method page repeats (`invalid_post_type`, `invalid_charset`, `invalid_form_data`, `invalid_arg_name`, …).
"""

import io
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from python_multipart import parse_form
from python_multipart.exceptions import FormParserError

from sandbox.errors import SlackError, invalid_arguments
from sandbox.methods import Argument, Method

Values = dict[str, Any]

_NAME = re.compile(r"\w{1,255}", re.ASCII)
_FORM = "application/x-www-form-urlencoded"

# What a method says when a required argument is missing, where it is not `invalid_arguments`.
_MISSING = {
    ("bookmarks.add", "type"): "invalid_bookmark_type",
    ("conversations.create", "name"): "invalid_name_required",
    ("conversations.rename", "name"): "invalid_name_required",
    ("conversations.invite", "users"): "no_user",
    ("dnd.teamInfo", "users"): "no_users_provided",
    ("usergroups.users.update", "users"): "no_users_provided",
    ("usergroups.create", "name"): "missing_subteam_name",
    ("reactions.add", "timestamp"): "no_item_specified",
    ("chat.unfurl", "unfurls"): "missing_unfurls",
    ("chat.meMessage", "text"): "no_text",
}

# What a method says when an argument that should be JSON is not.
_NOT_JSON = {
    "attachments": "invalid_attachments",
    "blocks": "invalid_blocks_format",
    "metadata": "invalid_metadata_format",
    "unfurls": "invalid_unfurls_format",
}


def read(method: Method, given: Values) -> Values:
    """The arguments of a call, converted as the table of methods says; unknown names are ignored as Slack does.

    Raises SlackError when a required argument is missing or a value has the wrong type.
    """
    values: Values = {}
    for name, argument in method.arguments.items():
        value = given.get(name)
        if value is None or (value == "" and argument.sort != "str"):
            if argument.required:
                raise _missing(method, name)
            continue
        values[name] = _converted(argument, value)
        if argument.required and values[name] in ("", []):
            raise _missing(method, name)
    return values


def raw(content_type: str, query: bytes, body: bytes, *, form_only: bool = False) -> Values:
    """The arguments as they were sent, by name; raises SlackError when the body cannot be read."""
    given: Values = dict(_pairs(query)) if query else {}
    if body:
        given.update(_body(content_type, body, form_only=form_only))
    for name in given:
        if not _NAME.fullmatch(name):
            raise SlackError("invalid_array_arg" if name.rstrip("]0123456789").endswith("[") else "invalid_arg_name")
    return given


def _body(content_type: str, body: bytes, *, form_only: bool) -> Values:
    media, _, parameters = content_type.partition(";")
    media = media.strip().lower()
    if not media:
        raise SlackError("missing_post_type")
    charset = re.search(r"charset=\"?([\w-]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "iso-8859-1"):
        raise SlackError("invalid_charset")
    if media == _FORM:
        return dict(_form(body))
    if media == "application/json":
        # These methods never read a JSON body: to them the arguments are simply not there.
        return {} if form_only else _json_object(body)
    if media == "multipart/form-data":
        return _multipart(content_type, body)
    if media == "text/plain":
        return {}
    raise SlackError("invalid_post_type")


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)


def _form(body: bytes) -> list[tuple[str, str]]:
    pairs = _pairs(body)
    if not pairs or b"=" not in body:
        raise SlackError("invalid_form_data")
    return pairs


def _json_object(body: bytes) -> Values:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise SlackError("invalid_json") from None
    if not isinstance(given, dict):
        raise SlackError("json_not_object")
    return given


def _multipart(content_type: str, body: bytes) -> Values:

    given: Values = {}

    def on_field(part: Any) -> None:
        given[(part.field_name or b"").decode("utf-8", "replace")] = (part.value or b"").decode("utf-8", "replace")

    def on_file(part: Any) -> None:
        part.file_object.seek(0)
        given[(part.field_name or b"").decode("utf-8", "replace")] = part.file_object.read()

    headers = {"Content-Type": content_type.encode(), "Content-Length": str(len(body)).encode()}
    try:
        parse_form(headers, io.BytesIO(body), on_field, on_file)
    except (FormParserError, ValueError):
        raise SlackError("invalid_form_data") from None
    return given


def _missing(method: Method, name: str) -> SlackError:
    special = _MISSING.get((method.name, name))
    return SlackError(special) if special else invalid_arguments(f"missing required field: {name}")


def _converted(argument: Argument, value: Any) -> Any:
    return _READERS[argument.sort](argument.name, value)


def _string(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise invalid_arguments(f"must provide a string [json-pointer:/{name}]")


def _integer(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid_arguments(f"must provide a number [json-pointer:/{name}]") from None


def _boolean(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text in ("true", "1"):
        return True
    if text in ("false", "0"):
        return False
    raise invalid_arguments(f"must provide a boolean [json-pointer:/{name}]")


def _list(name: str, value: Any) -> list[str]:
    """Ids divided by commas, or a JSON array."""
    if isinstance(value, str) and value.startswith("["):
        value = _json(name, value)
    if isinstance(value, str):
        return [one.strip() for one in value.split(",") if one.strip()]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(value)
    raise invalid_arguments(f"must provide an array [json-pointer:/{name}]")


def _json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        if name in _NOT_JSON:
            raise SlackError(_NOT_JSON[name]) from None
        raise invalid_arguments(f"must provide valid JSON [json-pointer:/{name}]") from None


_READERS = {"str": _string, "int": _integer, "bool": _boolean, "list": _list, "json": _json}
