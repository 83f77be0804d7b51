"""docs/policy.md is executed: its examples load, and the defaults it shows are the real ones."""

from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from bot.policy import BUILT_IN, Policy, load
from bot.policy.document import parse
from bot.policy.frameworks import CATALOGUE, catalogue

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "policy.md"
CLOCKS = DOCS / "clocks.md"
TRACKERS = DOCS / "trackers.md"


def examples(page=PAGE):
    """The YAML blocks of the page."""
    blocks = page.read_text(encoding="utf-8").split("```yaml\n")[1:]
    return [block.split("```")[0] for block in blocks]


@pytest.mark.parametrize("page", [PAGE, CLOCKS, TRACKERS], ids=lambda page: page.stem)
def test_every_example_loads(tmp_path, page):
    path = tmp_path / "policy.yml"
    for example in examples(page):
        path.write_text(example, encoding="utf-8")
        assert load(path)


def test_the_documented_defaults_are_the_real_ones(tmp_path):
    assert BUILT_IN in examples()
    path = tmp_path / "policy.yml"
    path.write_text(BUILT_IN, encoding="utf-8")
    assert load(path) == load()


def test_no_key_is_left_undocumented():
    """Every key that a section knows stands in the built-in policy, and so in the page, but for those of leaders, components and people in trackers."""
    shown = yaml.safe_load(BUILT_IN)
    hidden = {key for key in keys_of(Policy) - keys_in(shown) if not key.startswith("frameworks.*.")}
    assert hidden == {
        "leadership.*.name",
        "leadership.*.slack",
        "leadership.*.email",
        "leadership.*.private",
        "customers.components.*.label",
        "customers.components.*.statuspage",
        "trackers.people.*.github",
        "trackers.people.*.jira",
    }


def test_the_catalogue_reads_alike_with_and_without_a_c_library():
    for path in CATALOGUE.glob("*.yml"):
        assert parse(path.read_text(encoding="utf-8"), name=path.name).values.items() <= catalogue().items()


def test_no_key_of_a_framework_is_left_undocumented():
    """They stand in a page of their own, and so does every framework that there is."""
    page = CLOCKS.read_text(encoding="utf-8")
    keys = {key.rpartition(".")[2] for key in keys_of(Policy) if key.startswith("frameworks.*.")}
    assert [key for key in sorted(keys) if f"`{key}`" not in page and f"`{key}: " not in page] == []
    assert [name for name in catalogue() if f"`{name}`" not in page] == []
    assert set(catalogue()) == set(yaml.safe_load(BUILT_IN)["frameworks"])


def keys_of(section, path=""):
    """The paths of all keys below a section, `*` for what people name themselves."""
    found = set()
    for name, field in section.model_fields.items():
        here = f"{path}{name}"
        found.add(here)
        inside = [field.annotation, *get_args(field.annotation)]
        for part in (part for part in inside if isinstance(part, type) and issubclass(part, BaseModel)):
            found |= keys_of(part, f"{here}." if part is field.annotation else f"{here}.*.")
    return found


def keys_in(values, path=""):
    """The same of plain data; what stands under any severity or role stands under `*` too."""
    found = set()
    for key, value in values.items():
        for name in (key, "*"):
            found.add(f"{path}{name}")
            if isinstance(value, dict):
                found |= keys_in(value, f"{path}{name}.")
    return found
