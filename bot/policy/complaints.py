"""What is wrong with a policy, in sentences: what was expected, what was found, and what was probably meant."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import BadPolicy
from bot.policy.builtin import defaults
from bot.policy.document import Document, KeyPath
from bot.policy.sections import Policy

CLIPPED = 40

# Pydantic's names of what went wrong -> what was expected. Whatever our own validators refuse brings its own sentence.
EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "string_type": "text",
    "tuple_type": "a list",
    "zoneinfo_str": "an IANA time zone such as Europe/Berlin",
}


def complaint(document: Document, error: ValidationError) -> BadPolicy:
    """The error to raise: the problem that stands first in the file, and how many there are besides."""
    problems = sorted(error.errors(include_url=False), key=lambda problem: document.line_of(_path(problem)))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return document.complaint(_path(problems[0]), _sentence(problems[0]) + more)


def _path(problem: ErrorDetails) -> KeyPath:
    path: KeyPath = problem.get("ctx", {}).get("path", problem["loc"])
    return path[:-1] if path[-1:] == ("[key]",) else path


def _sentence(problem: ErrorDetails) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return _unknown_key(problem["loc"])
        case "missing":
            return _missing_key(problem["loc"])
        case "whole":
            return problem["msg"]
        case "enum":
            expected = f"expected {problem['ctx']['expected']}"
        case "value_error":
            expected = str(problem["ctx"]["error"])
        case kind:
            expected = f"expected {EXPECTED[kind]}" if kind in EXPECTED else problem["msg"]
    return f"{expected}, got {_found(problem['input'])}"


def _unknown_key(path: KeyPath) -> str:
    allowed = _keys_at(path[:-1])
    meant = _closest(path[-1], allowed)
    return f"unknown key; {f'did you mean {meant!r}? Allowed' if meant else 'allowed'}: {', '.join(allowed)}"


def _missing_key(path: KeyPath) -> str:
    section, key = path[0], path[1]
    if isinstance(key, int) or key in defaults()[str(section)]:
        return "missing; it has no default, name it"
    meant = _closest(key, defaults()[str(section)])
    return f"missing; {key!r} is not built in{f' (did you mean {meant!r}?)' if meant else ''}, so name all of it"


def _closest(word: str | int, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(str(word), known, n=1)), None)


def _keys_at(path: KeyPath) -> list[str]:
    """The keys that the section at `path` knows: down through sections, and through mappings and lists of them."""
    inside: Any = Policy
    for part in path:
        if _is_section(inside):
            inside = inside.model_fields[part].annotation
        else:
            inside = next(filter(_is_section, get_args(inside)))
    if not _is_section(inside):  # a section that may be left out
        inside = next(filter(_is_section, get_args(inside)))
    return list(inside.model_fields)


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case Mapping():
            return "keys and values"
        case list() | tuple():
            return "a list"
        case str():
            return repr(value if len(value) <= CLIPPED else f"{value[:CLIPPED]}…")
    return str(value)
