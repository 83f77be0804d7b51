"""What the durability tests share: a stage on each database that lasts for a whole file, since each case is an incident."""

import io
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

import migrations
from bot import logs
from bot.app import Tocsin
from bot.clock import MovableClock
from db.engine import open_engine
from sandbox import running
from tests import story
from tests.durability.stage import Stage
from tests.processes import Bot
from tests.stories.conftest import hang_up

# A Monday morning: the clock only goes forward, case after case.
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def stage_clock() -> MovableClock:
    """It stands still. A file in which bots are processes has one that goes."""
    return MovableClock(MORNING)


@pytest.fixture(scope="module")
def sqlite_stage(stage_clock: MovableClock, sqlite_template: Path, memory: Path) -> Iterator[Stage]:
    """A workspace, and a SQLite file with the newest schema."""
    path = memory / "durability.db"
    for old in memory.glob(f"{path.name}*"):
        old.unlink()
    shutil.copy(sqlite_template, path)
    with _stage(f"sqlite:///{path}", stage_clock) as built:
        yield built


@pytest.fixture(scope="module")
def postgresql_stage(stage_clock: MovableClock, postgresql_server: str) -> Iterator[Stage]:
    """A workspace, and a PostgreSQL database of its own with the newest schema."""
    server = open_engine(postgresql_server).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS durability WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE durability"))
    url = make_url(postgresql_server).set(database="durability").render_as_string(hide_password=False)
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    with _stage(url, stage_clock) as built:
        yield built
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE durability WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def stage(database: str, request: pytest.FixtureRequest) -> Stage:
    """The stage on the database that the case names."""
    built: Stage = request.getfixturevalue(f"{database}_stage")
    return built


@pytest.fixture
def starts() -> Iterator[Callable[[Stage], Bot]]:
    """Starts bots; none outlives its test."""
    started: list[Bot] = []

    def start(stage: Stage) -> Bot:
        started.append(Bot(stage))
        return started[-1]

    yield start
    for bot in started:
        bot.dies()


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """What the bots log, as an operator reads it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="module")
def one_bot(sqlite_stage: Stage) -> Iterator[list[Tocsin]]:
    yield from _connected(sqlite_stage, 1)


@pytest.fixture(scope="module")
def two_bots(postgresql_stage: Stage) -> Iterator[list[Tocsin]]:
    yield from _connected(postgresql_stage, 2)


@contextmanager
def _stage(url: str, clock: MovableClock) -> Iterator[Stage]:
    with running(story.workspace(clock)) as server:
        built = Stage(server, url, clock)
        yield built
        built.close()


def _connected(stage: Stage, several: int) -> Iterator[list[Tocsin]]:
    bots = [Tocsin(stage.settings, stage.policy, stage.clock) for _ in range(several)]
    for bot in bots:
        bot.connect()
    yield bots
    for bot in bots:
        hang_up(stage.slack, bot)
