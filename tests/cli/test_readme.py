"""The README tells the truth."""

import re
from pathlib import Path

import pytest

from bot import settings
from tests.cli.conftest import Tocsin

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CHANGELOG.md", "docs/operations.md", "docs/trackers.md")
LINK = re.compile(r"\]\(([^)#]+)(?:#[\w-]+)?\)")
COMMAND = re.compile(r"(?<![\w/])tocsin ([a-z]+)")


def test_its_table_of_settings_is_the_settings() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("<!-- settings -->\n")[1].split("\n<!-- /settings -->")[0]
    assert shown == settings.table(), "paste what bot.settings.table() gives"


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    links = [link for link in LINK.findall((ROOT / page).read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_its_commands_are_there(tocsin: Tocsin, page: str) -> None:
    written = re.findall(r"`[^`\n]+`|```sh\n.*?```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    for command in {name for code in written for name in COMMAND.findall(code)}:
        assert tocsin(command, "--help").code == 0, command


def test_what_make_is_said_to_do_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    promised = set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert promised <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
