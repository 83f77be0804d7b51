"""What Slack refuses in a manifest, and that what it takes is taken."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from sandbox import BadManifest
from sandbox.manifest import read
from tests.sandbox.conftest import manifest

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "data" / "slack" / "manifest.schema.json"


def changed(path: str, value) -> dict:
    """The tests' manifest with one value changed; a key is made where there is none."""
    whole = copy.deepcopy(manifest())
    at = whole
    *parents, last = path.split(".")
    for key in parents:
        at = at[int(key)] if key.isdigit() else at.setdefault(key, {})
    at[last] = value
    return whole


REFUSED = [
    ("display_information.name", "x" * 36),
    ("display_information.name", ""),
    ("display_information.name", 7),
    ("display_information.description", "x" * 141),
    ("display_information.long_description", "too short"),
    ("display_information.background_color", "red"),
    ("display_information.motto", "x"),
    ("features.bot_user.display_name", "x" * 81),
    ("features.slash_commands.0.command", "deploy"),
    ("features.slash_commands.0.command", "/" + "x" * 32),
    ("features.slash_commands.0.description", "x" * 2001),
    ("features.slash_commands.0.colour", "red"),
    ("features.slash_commands", [{"command": f"/c{n}", "description": "x"} for n in range(51)]),
    ("features.shortcuts.0.name", "x" * 25),
    ("features.shortcuts.0.callback_id", "x" * 256),
    ("features.shortcuts.0.type", "channel"),
    ("features.shortcuts.0.description", "x" * 151),
    ("features.unfurl_domains", [f"{n}.example.com" for n in range(6)]),
    ("oauth_config.scopes.bot", ["x" * 51]),
    ("oauth_config.scopes.bot", [f"scope{n}" for n in range(256)]),
    ("settings.event_subscriptions.bot_events", [f"event{n}" for n in range(101)]),
    ("settings.interactivity", {}),
    ("settings.socket_mode_enabled", "yes"),
    ("settings.colour", "red"),
    ("features.colour", "red"),
]


@pytest.mark.parametrize(
    ("path", "value"), REFUSED, ids=[f"{path}-{number}" for number, (path, _) in enumerate(REFUSED)]
)
def test_a_manifest_is_refused_with_the_key(path, value):
    with pytest.raises(BadManifest, match=path.split(".")[-1].replace("0", "")):
        read(changed(path, value))


@pytest.mark.skipif(not SCHEMA.is_file(), reason="Slack's manifest schema is not beside this checkout")
@pytest.mark.parametrize(
    ("path", "value"), REFUSED, ids=[f"{path}-{number}" for number, (path, _) in enumerate(REFUSED)]
)
def test_slacks_schema_refuses_the_same(path, value):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not jsonschema.Draft7Validator(schema).is_valid(changed(path, value))


@pytest.mark.skipif(not SCHEMA.is_file(), reason="Slack's manifest schema is not beside this checkout")
def test_slacks_schema_takes_what_we_take():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for taken in (manifest(), yaml.safe_load((ROOT / "app.manifest.yml").read_text(encoding="utf-8"))):
        read(taken)
        assert list(jsonschema.Draft7Validator(schema).iter_errors(taken)) == []


def test_a_command_is_one_word():
    with pytest.raises(BadManifest, match="command"):
        read(changed("features.slash_commands.0.command", "/two words"))


def test_only_the_name_is_required():
    assert read({"display_information": {"name": "small"}}).name == "small"
    with pytest.raises(BadManifest, match="display_information: Field required"):
        read({})


def test_a_file_is_read_and_its_troubles_are_named(tmp_path):
    good = tmp_path / "app.yml"
    good.write_text(yaml.safe_dump(manifest()))
    assert read(good).name == "helper"
    (tmp_path / "app.json").write_text(json.dumps(manifest()))
    assert read(str(tmp_path / "app.json")).name == "helper"
    with pytest.raises(BadManifest, match=r"none\.yml: cannot be read"):
        read(tmp_path / "none.yml")
    good.write_text("a: [")
    with pytest.raises(BadManifest, match="neither YAML nor JSON"):
        read(good)
