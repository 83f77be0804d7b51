"""The database as an operator meets it: opened with the schema that this version wants, or a sentence that says why not."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004
from sqlalchemy.orm import Session

import migrations
from bot.clock import SystemClock
from bot.errors import TocsinError
from bot.settings import Settings
from db import seals
from db.store import Store

SEALED_AT_ONCE = 100


class NotUsable(TocsinError):
    """The database cannot be used as it is. The sentence says what to do, and never holds the password."""


def address(settings: Settings) -> str:
    """Where the database is, without the password."""
    return make_url(settings.database_url.get_secret_value()).render_as_string(hide_password=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The database, there and with the current schema; `NotUsable` otherwise. Nothing is made or changed."""
    with reached(settings) as store:
        here, wanted = schema(store.engine)
        if here != wanted:
            raise NotUsable(
                f"The database at {address(settings)} has {f'schema {here}' if here else 'no schema'}; this version of "
                f"tocsin wants {wanted}. Run `tocsin migrate`."
            )
        yield store


@contextmanager
def reached(settings: Settings) -> Iterator[Store]:
    """The database, there, whatever its schema; `NotUsable` otherwise. Nothing is made or changed."""
    url = make_url(settings.database_url.get_secret_value())
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise NotUsable(f"There is no database at {address(settings)}. Run `tocsin migrate`, or mend DATABASE_URL.")
    with made(settings) as store:
        yield store


@contextmanager
def made(settings: Settings) -> Iterator[Store]:
    """The database, whatever its schema; a SQLite file that is not there is made. `NotUsable` if it cannot be reached."""
    try:
        store = Store(settings.database_url.get_secret_value(), SystemClock().now)
    except OSError as error:
        raise NotUsable(
            f"The folder of {address(settings)} cannot be made ({error.strerror}). Choose another in DATABASE_URL."
        ) from error
    try:
        with in_words(settings):
            yield store
    finally:
        store.close()


@contextmanager
def in_words(settings: Settings) -> Iterator[None]:
    """Whatever goes wrong inside with the database *as such* is said as `NotUsable`; bugs stay what they are."""
    try:
        yield
    except SQLAlchemyError as error:
        if _is_damaged(error):
            raise NotUsable(
                f"The file of {address(settings)} is damaged: it holds what SQLite cannot read. Restore a backup into an empty "
                "one with `tocsin restore`."
            ) from error
        reason = _reason(error)
        if reason is None:
            raise
        raise NotUsable(
            f"The database at {address(settings)} does not answer ({reason}). Check DATABASE_URL and that it is up."
        ) from error
    except migrations.FromANewerVersion as error:
        raise NotUsable(
            f"The schema of the database at {address(settings)} is unknown to this version of tocsin: a newer one made "
            "it. Install that version, or restore a backup."
        ) from error


@contextmanager
def snapshot(store: Store) -> Iterator[Session]:
    """A session for questions that all see the same moment, while the bot goes on writing."""
    with store.read() as session:
        if not store.is_sqlite:  # There every transaction is one.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def seal(store: Store) -> int:
    """Seal what an older version wrote, as it stands; how many incidents. The schema must be current."""
    with store.read() as session:
        if seals.all_is_sealed(session):
            return 0
    sealed = 0
    with store.begin() as work:
        seals.begin_house(work.session, work.now)
    while True:
        with store.begin() as work:
            numbers = seals.unsealed(work.session, SEALED_AT_ONCE)
            for number in numbers:
                seals.begin(work.session, work.incident(number), work.now)
        sealed += len(numbers)
        if not numbers:
            return sealed


def schema(engine: Engine) -> tuple[str | None, str | None]:
    """The version of the database's schema (None when it has none), and the one that this version of tocsin wants."""
    return migrations.current(engine), migrations.newest()


def is_down(error: BaseException) -> bool:
    """Whether the database as such is away or blocked; otherwise the statement was at fault, and that is a bug."""
    return isinstance(error, OperationalError | InterfaceError | TimeoutError)


def _is_damaged(error: SQLAlchemyError) -> bool:
    """Whether the file has been changed below SQLite, or its disk fails."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_CORRUPT  # The rest says where.


def _reason(error: SQLAlchemyError) -> str | None:
    """In a few words why the database cannot be used at all; None when it can be, and the statement was at fault."""
    if isinstance(error, TimeoutError):
        return "others have used it for too long"
    if not isinstance(error, DBAPIError):
        return None
    no_database = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
    if not no_database and not is_down(error):
        return None
    lines = str(error.orig).splitlines() or [type(error.orig).__name__]
    return lines[0].strip().rstrip(".")
