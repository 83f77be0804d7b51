"""What the durability tests share: a stage on each database that lasts for a whole file, since each case is an incident."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text

import migrations
from bot.clock import MovableClock
from db.store import open_engine
from sandbox import running
from tests import story
from tests.durability.stage import Stage

# A Monday morning: the clock only goes forward, case after case.
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def durable_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of one kind (the parameter), empty, with the newest schema, for a whole file of tests."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("durability") / "tocsin.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = open_engine(request.getfixturevalue("postgresql_server"))
    server = server.execution_options(isolation_level="AUTOCOMMIT")
    name = f"durability_{request.module.__name__.rpartition('.')[2]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server.url).set(database=name)
    engine = open_engine(url.render_as_string(hide_password=False))
    migrations.upgrade(engine)
    engine.dispose()
    yield url.render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="module")
def stage(durable_url: str) -> Iterator[Stage]:
    """The workspace and the database, for a whole file of tests."""
    clock = MovableClock(MORNING)
    with running(story.workspace(clock)) as server:
        built = Stage(server, durable_url, clock)
        yield built
        built.close()

