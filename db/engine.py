"""How a database is opened: SQLite, where every commit is on the disk, or PostgreSQL."""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

BUSY_SECONDS = 10.0
# A command must be answered within three: so long it waits for a connection, or for others to have written.
PATIENCE_SECONDS = 2
# A connection that lay unused for so long is asked whether it still lives, which costs a round trip.
UNUSED_SECONDS = 1.0
CONNECTIONS_MOST = 20
# SQLite tells nobody when a lock is free: whoever it refuses without a wait asks again after this.
AGAIN_SECONDS = 0.01


def open_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, every commit on the disk, foreign keys on) or PostgreSQL.

    Parameters never reach logs or error texts: they hold what people wrote.
    """
    parsed = make_url(url)
    pool = {
        "pool_timeout": PATIENCE_SECONDS,
        "pool_use_lifo": True,  # What was used last has its statements and pages at hand.
    }
    if parsed.get_backend_name() != "sqlite":
        # All are kept: PostgreSQL starts a process for each, and learns every statement anew in it.
        pool |= {"pool_size": CONNECTIONS_MOST, "max_overflow": 0}
        connect = {"connect_timeout": PATIENCE_SECONDS}
        engine = create_engine(parsed, hide_parameters=True, connect_args=connect, **pool)
        event.listen(engine, "checkin", _lay_aside)
        event.listen(engine, "checkout", _ask_after)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    pool |= {"pool_size": CONNECTIONS_MOST // 2, "max_overflow": CONNECTIONS_MOST // 2}
    engine = create_engine(parsed, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkin", _read_again)
    # As a dialect of our own would. An engine with a listener to its transactions asks at every statement who listens, and a
    # savepoint, which whoever shares a commit has, would be compiled anew each time: both cost more than SQLite's answer.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    engine.dialect.do_savepoint = _save  # type: ignore[method-assign]
    engine.dialect.do_release_savepoint = _release  # type: ignore[method-assign]
    return engine


def writing(engine: Engine, patience: float = BUSY_SECONDS) -> Connection:
    """A connection whose transactions may write.

    On SQLite they take the lock as they begin, and wait for it so many seconds: a transaction that reads first and writes
    later could fail half-way.
    """
    connection = engine.connect()
    connection.info["writes"] = patience
    return connection


def _lay_aside(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["unused_since"] = time.monotonic()


def _ask_after(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    if time.monotonic() - entry.info.get("unused_since", time.monotonic()) < UNUSED_SECONDS:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.commit()  # After a rollback psycopg forgets what the server has prepared.
    except Exception as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late (a read before a write is not covered) and break SAVEPOINTs:
    # it is told to keep out, and `_begin_sqlite` begins instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    entry.info["patience"] = None


def _write_ahead(cursor: DBAPICursor) -> None:
    """Have the file use a write-ahead log. Of two who turn a new file into one at once, SQLite refuses one without a wait."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _read_again(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info.pop("writes", None)


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    writes = dbapi_connection.info.get("writes")
    patience = int(1000 * (BUSY_SECONDS if writes is None else writes))
    cursor = dbapi_connection.cursor()
    try:
        if dbapi_connection.info["patience"] != patience:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")
            dbapi_connection.info["patience"] = patience
        cursor.execute("BEGIN" if writes is None else "BEGIN IMMEDIATE")
    finally:
        cursor.close()


def _save(connection: Connection, name: str) -> None:
    _say(connection, f"SAVEPOINT {name}")


def _release(connection: Connection, name: str) -> None:
    _say(connection, f"RELEASE {name}")


def _say(connection: Connection, statement: str) -> None:
    """Tell the driver itself. What goes wrong is said as SQLAlchemy does, which wraps what is asked through it alone."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error
    finally:
        cursor.close()
