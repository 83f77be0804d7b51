"""The store's promises besides its tables."""

from contextlib import nullcontext

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError

from db.models import Counter
from db.store import Store


def test_one_bot_a_sqlite_file_and_any_number_on_postgresql(database_url, clock):
    first, second = Store(database_url, clock.now), Store(database_url, clock.now)
    assert first.take_alone()
    assert second.take_alone() is not first.is_sqlite
    with second.read() as session:
        assert session.scalar(select(Counter.value)) == 0, "reading beside it is fine"
    with second.begin() as work:
        assert work.next_number("incident") == 1, "and so is writing"
    first.close()
    assert second.take_alone()
    second.close()


def test_savepoints_hold(store):
    """What the driver's own transactions get wrong: an outer rollback takes everything with it."""
    with pytest.raises(RuntimeError), store.begin() as work:
        for _ in range(2):
            with work.session.begin_nested():
                work.next_number("incident")
        raise RuntimeError
    with store.read() as session:
        assert session.scalar(select(Counter.value)) == 0


def test_what_is_only_read_is_never_written(store):
    """PostgreSQL says so at once; on SQLite it is thrown away."""
    with nullcontext() if store.is_sqlite else pytest.raises(InternalError), store.read() as session:
        session.get_one(Counter, "incident").value = 99
        session.flush()
    with store.read() as session:
        session.get_one(Counter, "incident").value = 99
    with store.read() as session:
        assert session.scalar(select(Counter.value)) == 0
    with store.begin() as work:
        assert work.next_number("incident") == 1, "the connection that only read may write again"


def test_postgresql_keeps_what_it_has_prepared(store):
    """A rollback after each question would have it read and plan every statement anew."""
    if store.is_sqlite:
        return
    asked = select(Counter.value)
    for _ in range(20):
        with store.read() as session:
            session.scalar(asked)
    with store.read() as session:
        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = :asked")
        assert session.scalar(kept, {"asked": str(asked.compile(store.engine))}) == 1
