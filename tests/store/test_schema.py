"""The schema: what the models say and what the migrations make are the same, both ways, on both databases."""

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import migrations
from db.engine import open_engine
from db.models import Base


def is_ours(thing, name, kind, is_reflected, beside):
    """The full-text indexes are the databases' own, each in its way: no model knows them."""
    return not (is_reflected and name and "_words" in name)


def test_models_and_migrations_agree(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def test_each_migration_goes_down_and_up_again(blank_url):
    engine = open_engine(blank_url)
    script = ScriptDirectory.from_config(migrations._config(None))
    assert script.get_current_head() == migrations.newest()
    for step in reversed(list(script.walk_revisions())):
        migrations.upgrade(engine, step.revision)
        migrations.downgrade(engine, step.down_revision or "base")
        migrations.upgrade(engine, step.revision)
    assert migrations.current(engine) == migrations.newest()
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_several_bots_that_start_at_once_upgrade_once(blank_url):
    engines = [open_engine(blank_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, engines))
    assert {migrations.current(engine) for engine in engines} == {migrations.newest()}
    for engine in engines:
        engine.dispose()


def test_a_new_file_is_opened_by_many_at_once(tmp_path):
    def opened(engine):
        with engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        engine.dispose()
        return mode

    with ThreadPoolExecutor(8) as pool:
        for nth in range(40):
            engines = [open_engine(f"sqlite:///{tmp_path / str(nth)}") for _ in range(8)]
            assert set(pool.map(opened, engines)) == {"wal"}


def test_sqlite_keeps_what_it_promises(store):
    with store.engine.connect() as connection:
        if store.is_sqlite:
            pragmas = ("journal_mode", "synchronous", "foreign_keys")
            values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
            assert values == ["wal", 2, 1]
        else:
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
