"""Writers of a SQLite file share a commit, and nothing else: neither a failure nor a doubt."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from db.models import Counter, Member
from db.store import Store

MANY = 12


@pytest.fixture
def sqlite(sqlite_template, tmp_path, clock):
    """A store in a SQLite file."""
    (tmp_path / "tocsin.db").write_bytes(sqlite_template.read_bytes())
    opened = Store(f"sqlite:///{tmp_path / 'tocsin.db'}", clock.now)
    yield opened
    opened.close()


@pytest.fixture
def crowd(sqlite):
    """Has many write at once: all of them wait while somebody else writes, and then go together."""

    def at_once(write):
        here, go = threading.Barrier(MANY + 2), threading.Event()

        def one(nth):
            here.wait()
            try:
                with sqlite.begin() as work:
                    write(work, nth)
            except (RuntimeError, OperationalError, IntegrityError) as error:
                return error
            return None

        def first():
            with suppress(OperationalError), sqlite.begin():
                here.wait()
                go.wait()

        with ThreadPoolExecutor(MANY + 1) as pool:
            holder = pool.submit(first)
            writers = [pool.submit(one, nth) for nth in range(MANY)]
            here.wait()
            while len(sqlite._turns._line) < MANY:
                os.sched_yield()
            go.set()
            holder.result()
            return [writer.result() for writer in writers]

    return at_once


@pytest.fixture
def commits(sqlite):
    """The commits so far."""
    seen = []
    event.listen(sqlite.engine, "commit", seen.append)
    return seen


def value(store):
    with store.read() as session:
        return session.scalar(select(Counter.value))


def test_who_waits_together_is_committed_together(sqlite, crowd, commits):
    assert crowd(lambda work, _: work.next_number("incident")) == [None] * MANY
    assert value(sqlite) == MANY
    assert len(commits) < MANY


def test_one_that_fails_takes_only_its_own_away(sqlite, crowd):
    def write(work, nth):
        work.next_number("incident")
        if nth % 3 == 0:
            raise RuntimeError
        if nth % 3 == 1:
            work.session.add(Member(incident_id=7, user="U0ANA", present=True, as_of=work.now))  # There is no INC-7.

    errors = crowd(write)
    assert [type(error) for error in errors] == [RuntimeError, IntegrityError, type(None)] * (MANY // 3)
    assert value(sqlite) == MANY // 3


def test_a_commit_that_fails_is_told_to_everybody(sqlite, crowd):
    @event.listens_for(sqlite.engine, "commit")
    def disk_is_gone(connection):
        raise OperationalError("COMMIT", {}, RuntimeError("disk I/O error"))

    assert {type(error) for error in crowd(lambda work, _: work.next_number("incident"))} == {OperationalError}
    event.remove(sqlite.engine, "commit", disk_is_gone)
    assert value(sqlite) == 0
    with sqlite.begin() as work:
        assert work.next_number("incident") == 1, "and the next one goes on"


def test_what_sqlite_undoes_by_itself_is_told_to_everybody(sqlite, crowd):
    """A full disk, say: SQLite takes back the whole transaction, with what others of the group wrote."""

    def write(work, nth):
        work.next_number("incident")
        if nth == MANY - 1:
            work.session.execute(text("INSERT OR ROLLBACK INTO counters (name, value) VALUES ('incident', 0)"))

    errors = crowd(write)
    assert value(sqlite) == errors.count(None)
    assert errors[-1] is not None
