"""SQLite has one writer at a time. Writers of this process take turns, and those who wait share one commit.

Many connections that wait for the file's lock are slow and unfair; waiting here is neither. And a commit waits for the
disk: while one does, the next writers gather. They write one after the other into one transaction, each behind a
savepoint of its own, and all are told together that it is on the disk, or that it is not.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError  # noqa: A004 -- SQLAlchemy's own, so that whoever handles a full pool handles this

from db.engine import PATIENCE_SECONDS, writing

# The first of a group waits for all of it.
MOST_TOGETHER = 16
MOST_SECONDS = 0.02


class _Group:
    """Who is committed together. `error` is set, if it failed, before `over`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.size = 0
        self.began = time.monotonic()
        self.over = threading.Event()
        self.error: BaseException | None = None

    @property
    def is_full(self) -> bool:
        return self.size >= MOST_TOGETHER or time.monotonic() - self.began > MOST_SECONDS


class Turns:
    """The line of those who want to write to a SQLite file."""

    def __init__(self, engine: Engine) -> None:
        """Nobody has the turn."""
        self._engine = engine
        self._mutex = threading.Lock()
        self._is_taken = False
        self._line: deque[threading.Event] = deque()
        self._group: _Group | None = None

    @contextmanager
    def take(self) -> Iterator[Connection]:
        """A connection to write with; what was written is on the disk after the block, or it raised.

        SQLAlchemy's `OperationalError` or `TimeoutError` when its turn does not
        come, or the file is locked by another process, for too long.
        """
        patience = self._wait()
        try:
            group = self._group = self._group or self._open(patience)
        except BaseException:
            self._give_back()
            raise
        try:
            # Whoever is alone needs no savepoint: what it undoes is all there is.
            with group.connection.begin_nested() if group.size else nullcontext():
                yield group.connection
        except BaseException as error:
            self._failed(group, error)
            raise
        group.size += 1
        self._end(group)
        group.over.wait()
        if group.error is not None:
            raise group.error

    def _wait(self) -> float:
        """Until it is our turn; the seconds of patience that are left."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return PATIENCE_SECONDS
            began, called = time.monotonic(), threading.Event()
            self._line.append(called)
        if not called.wait(PATIENCE_SECONDS):
            with self._mutex:
                if called in self._line:
                    self._line.remove(called)
                    raise TimeoutError("others have been writing to the database for too long")
        return max(0.0, PATIENCE_SECONDS - (time.monotonic() - began))

    def _open(self, patience: float) -> _Group:
        connection = writing(self._engine, round(patience, 1))
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return _Group(connection)

    def _failed(self, group: _Group, error: BaseException) -> None:
        """One has failed, and what it did is undone; the others of its group must not suffer for it."""
        if group.size == 0 or not _goes_on(group.connection):  # SQLite itself undoes everything when the disk is full.
            group.error = error
        self._end(group)

    def _end(self, group: _Group) -> None:
        """The next in the line joins the group; if there is none, or enough of them, the group is committed."""
        if group.error is None and not group.is_full and self._call_next():
            return
        self._group = None
        try:
            if group.error is None:
                group.connection.commit()
        except BaseException as error:  # It is raised in the thread of everybody whom it concerns.
            group.error = error
            group.connection.invalidate()  # Whether its transaction still goes on is not known.
        finally:
            group.connection.close()
            group.over.set()
            self._give_back()

    def _call_next(self) -> bool:
        with self._mutex:
            if self._line:
                self._line.popleft().set()
                return True
            return False

    def _give_back(self) -> None:
        with self._mutex:
            if self._line:
                self._line.popleft().set()
            else:
                self._is_taken = False


def _goes_on(connection: Connection) -> bool:
    driver = connection.connection.dbapi_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction
