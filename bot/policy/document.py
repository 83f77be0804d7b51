"""A YAML file that remembers on which line each of its keys stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadPolicy

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """What a file says, and where: `values` as plain data, `lines` from the path of a key to its line, from 1."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def line_of(self, path: KeyPath) -> int:
        """The line of the key at `path` or, if it is not in the file, of the nearest key around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complaint(self, path: KeyPath, problem: str) -> BadPolicy:
        """An error to raise: `policy.yml:12: severities.sev1.high: ` and the problem."""
        return _complaint(self.name, self.line_of(path), path, problem)


def read(path: Path) -> Document:
    """Read a file in UTF-8; BadPolicy when there is none, or what it says is no YAML mapping with unique keys."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPolicy(f"{path}: not a text in UTF-8; save it as such") from error
    except OSError as error:
        raise BadPolicy(f"{path}: cannot be read ({error.strerror}); TOCSIN_POLICY must name a YAML file") from error
    return parse(text, name=str(path))


def parse(text: str, *, name: str) -> Document:
    """Read YAML from `text`; `name` is what errors call the file. BadPolicy as in `read`. An empty text is empty."""
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        reader = _Reader(name, loader)
        values = reader.value(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise _complaint(name, mark.line + 1 if mark else 1, (), f"not valid YAML: {problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _complaint(name, line, (), f"not valid YAML: {error.reason}") from error
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise _complaint(name, 1, (), "expected keys such as 'severities:', one a line")
    return Document(name, values, reader.lines)


class _Reader:
    """Turns YAML nodes into plain data and writes down their lines."""

    def __init__(self, name: str, loader: yaml.SafeLoader) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._name = name
        self._loader = loader
        self._around: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        """The data of `node`, which stands at `path`."""
        if node in self._around:
            raise self._complaint(node, path, "an alias (*) stands inside its own anchor (&)")
        self._around.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self._item(item, (*path, place)) for place, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._around.pop()

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        self._check_unique(node, path)
        self._loader.flatten_mapping(node)  # `<<: *defaults` becomes pairs in front, which later ones override
        mapping = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node, path)
            if not isinstance(key, str):
                raise self._complaint(key_node, path, f"expected a word as key, got {key!r}; put it into quotes")
            self.lines[(*path, key)] = _line(key_node)
            mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _item(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines[path] = _line(node)
        return self.value(node, path)

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        try:
            value = self._loader.construct_object(node)
            str(value).encode()  # "\ud800" is half a character: nobody could be shown it
        except (ValueError, LookupError, AttributeError) as error:  # what PyYAML raises for 2026-13-01 and `!!bool x`
            kind = node.tag.rpartition(":")[2]
            raise self._complaint(node, path, f"cannot read {node.value!r} as {kind}") from error
        return value

    def _check_unique(self, node: yaml.MappingNode, path: KeyPath) -> None:
        seen: dict[str, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue  # no word: refused as soon as it is read
            key = key_node.value
            if key in seen:
                raise self._complaint(key_node, (*path, key), f"named twice, first on line {seen[key]}; keep one")
            seen[key] = _line(key_node)

    def _complaint(self, node: yaml.Node, path: KeyPath, problem: str) -> BadPolicy:
        return _complaint(self._name, _line(node), path, problem)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _complaint(name: str, line: int, path: KeyPath, problem: str) -> BadPolicy:
    where = f" {spelled(path)}:" if path else ""
    return BadPolicy(f"{name}:{line}:{where} {problem}")


def spelled(path: KeyPath) -> str:
    """A path as people read it: `leadership[0].slack`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_one_line(part)}" for part in path).removeprefix(".")


def _one_line(key: str) -> str:
    return key if key.isprintable() else repr(key)
