"""The schema's history. `upgrade` brings a database to the newest version, safely when several start at once."""

# ruff: noqa: PLC0415 -- Alembic takes 8 MB, and nearly every start finds that there is nothing for it to do

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from db.engine import writing

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 0x70C51  # The advisory lock's number: any that nobody else uses in this database.
LOCK_SECONDS = 30


class FromANewerVersion(Exception):
    """The database's schema is none that this version of tocsin knows."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`. Whoever comes second waits for the first, and then has nothing to do."""
    if revision == "head" and current(engine) == newest():
        return
    from alembic import command
    from alembic.util import CommandError

    try:
        _under_lock(engine, lambda config: command.upgrade(config, revision))
    except CommandError as error:
        raise FromANewerVersion from error


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the schema down to `revision` (`base` is the empty database)."""
    from alembic import command

    _under_lock(engine, lambda config: command.downgrade(config, revision))


def current(engine: Engine) -> str | None:
    """The version the database is at; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


@cache
def newest() -> str | None:
    """The version that this code wants: migrations are numbered, and each file's name begins with its number."""
    return max(
        (path.stem.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("*.py")), default=None
    )


def _config(connection: Connection | None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _under_lock(engine: Engine, step: "Callable[[Config], None]") -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            # Waiting for a lock longer than this means that something is wrong; a reader should not suffer for it.
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            connection.execute(text("SET statement_timeout = '5min'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        else:
            connection.execute(text("SELECT 1"))  # Begins: on SQLite a writing transaction is the lock itself.
        step(_config(connection))
        connection.commit()
