"""A bot dies while it shows somebody their Home. What it showed is not known to whoever comes after it."""

import pytest

from bot.workflows import homes
from tests.conftest import DATABASES
from tests.durability.breaking import Breaking, killed_before_the_note
from tests.durability.scenes import KAI, Step, changing_severity
from tests.durability.stage import Stage


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_shown_last_and_never_noted_does_not_stay(stage: Stage, database: str):
    """A severity goes up and is shown, the bot dies, and the severity goes down again: all is as it was noted to be."""
    changing_severity(stage)
    stage.changes(homes.opened, user=KAI)
    stage.carries()
    changing_severity(stage)
    assert Breaking(
        stage, Step(changing_severity, "RefreshHome", "views.publish"), killed_before_the_note
    ).meets_trouble()
    changing_severity(stage)
    stage.recovers()
    assert stage.wrong() == []
