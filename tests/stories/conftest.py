"""A story's stage: the workspace, the bot connected to it, and a check at the end that no rule of Slack's was broken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.app import Tocsin
from bot.clock import MovableClock
from sandbox import Workspace, running
from tests import story as stage
from tests.story import Story

Stage = Callable[..., Story]


def hang_up(slack: Workspace, bot: Tocsin) -> None:
    """Stop a bot at once.

    Slack hangs up first, and the bot's client gets a last empty message: it waits for up to three seconds in a receive,
    and one for the next message, before it lets go.
    """
    bot.socket.client.auto_reconnect_enabled = False
    slack.faults.disconnect_sockets("")
    bot.socket.client.message_processor.event.set()
    bot.socket.client.enqueue_message("")
    bot.stop()


@pytest.fixture
def on_stage(database_url: str, engine: Engine, clock: MovableClock, tmp_path: Path) -> Iterator[Stage]:
    """Makes stories: `on_stage(rules="leadership: …", TOCSIN_SMTP_URL="…")`. Each is taken down in the end."""
    taken_down = []

    def begin(rules: str = "", **more: str) -> Story:
        policy_file = tmp_path / "policy.yml"
        policy_file.write_text(rules)
        slack = stage.workspace(clock)
        server = running(slack)
        here = server.__enter__()
        bot = stage.bot(slack, here.api_url, database_url, clock, policy_file, more, engine)

        def take_down() -> None:
            hang_up(slack, bot)
            server.__exit__(None, None, None)

        taken_down.append(take_down)
        bot.connect()
        return Story(slack, bot, clock, None if more else rules)

    yield begin
    for take_down in taken_down:
        take_down()


@pytest.fixture
def story(on_stage: Stage) -> Iterator[Story]:
    """A story with the built-in policy, which ends with nothing undelivered and no rule of Slack's broken."""
    told = on_stage()
    yield told
    assert told.violations() == []
