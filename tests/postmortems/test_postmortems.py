"""What people would get for incidents that really happened."""

import re
import shutil

import pytest

from bot.views import document, papers, pictures
from bot.workflows import blameless
from tests.postmortems.telling import CASES, HERE, PEOPLE, RULES, tell


@pytest.fixture
def told(sqlite_template, tmp_path):
    """Tells a case; gives its facts, its record, and when that was."""
    shutil.copy(sqlite_template, tmp_path / "tocsin.db")
    return lambda name: tell(name, f"sqlite:///{tmp_path / 'tocsin.db'}")


@pytest.mark.parametrize("name", CASES)
def test_the_document_is_one_that_people_would_accept(told, name, request):
    facts, record, now = told(name)
    text = document.markdown(record, RULES, PEOPLE, now=now)
    kept = HERE / f"{name}.md"
    if request.config.getoption("--write-documents", default=False):
        kept.write_text(text)
    assert text == kept.read_text()
    for part in (facts["title"], facts["impact"], facts["trigger"], *(action for action, _, _ in facts["actions"])):
        assert part.split(":")[0][:40] in text.replace("\\", "")
    assert text.count("_not answered yet_") <= 4, "little is left open"
    assert len(re.findall("reported as the root cause", text)) == 1
    assert blameless.hints(facts["factors"]) == (), "no factor looks for a culprit"
    drawn = pictures.timeline(record, RULES, now=now)
    assert facts["title"] in drawn.alt
    assert "Contained; " in drawn.alt
    assert papers.html(text, drawn).count("<h2>") == text.count("\n## ")


def test_there_are_twelve():
    assert len(CASES) == 12
