"""Which tests speak to which control of which framework: a catalogue that a team can add to, in YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import TocsinError

CATALOGUE = Path(__file__).with_name("catalogue")


class BadControls(TocsinError):
    """A catalogue of controls that cannot be read; the sentence says why."""


@dataclass(frozen=True)
class Asked:
    """A test: what it looks for and, where tocsin has nothing to look at, of what it keeps no record."""

    key: str
    asks: str
    no_record: str | None = None


@dataclass(frozen=True)
class Control:
    """A control of a framework, what it wants in our words, and the tests that speak to it."""

    framework: str
    key: str
    wants: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """The frameworks by their keys, with their titles, and all controls in order."""

    titles: Mapping[str, str]
    controls: tuple[Control, ...]


@cache
def tests() -> Mapping[str, Asked]:
    """All tests, in their order."""
    found = _read(CATALOGUE / "tests.yml")
    return {key: Asked(key, one["asks"], one.get("no_record")) for key, one in found.items()}


def catalogue(more: Path | None = None) -> Catalogue:
    """The catalogue of controls, and that of a team's own file; BadControls when that cannot be read."""
    known = _read(CATALOGUE / "controls.yml")
    own = _read(more) if more is not None else {}
    titles, controls = {}, []
    for key, framework in {**known, **own}.items():
        where = f"{more}: {key}" if key in own else key
        titles[key], found = _framework(where, key, framework)
        controls += found
    return Catalogue(titles, tuple(controls))


def _framework(where: str, key: str, framework: Any) -> tuple[str, list[Control]]:
    if not isinstance(framework, dict) or not isinstance(framework.get("controls"), dict):
        raise BadControls(f"{where} needs a title and controls, as the catalogue in the documentation has them.")
    found = []
    for name, control in framework["controls"].items():
        if isinstance(control, dict) and (other := control.keys() - {"wants", "tests"}):
            raise BadControls(
                f"{where}: {name} has {min(map(str, other))!r}. A control has wants, in quotes, and tests."
            )
        asked = control.get("tests") if isinstance(control, dict) else None
        if not isinstance(asked, list) or not asked:
            raise BadControls(f"{where}: {name} names no tests. There are {', '.join(tests())}.")
        unknown = [str(test) for test in asked if test not in tests()]
        if unknown:
            raise BadControls(f"{where}: {name} names {unknown[0]}, which is no test. There are {', '.join(tests())}.")
        found.append(Control(str(key), str(name), str(control.get("wants", "")), tuple(asked)))
    return str(framework.get("title", key)), found


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadControls(f"{path} cannot be read ({error.strerror}). Name another file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadControls(f"{path}{line} is no YAML. Mend it and try again.") from error
    if not isinstance(found, dict):
        raise BadControls(f"{path} holds no frameworks. Write them as the catalogue in the documentation does.")
    return found
