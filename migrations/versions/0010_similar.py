"""Incidents and contributing factors are found by their words: SQLite's FTS5, PostgreSQL's tsvector.

SQLite keeps an index beside each table, up to date by triggers. PostgreSQL keeps the words in a generated column: for a
frequent word it reads the table, and must not take every text apart again.

Revision: 0010, after 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The table, its number, and the texts in it that are searched.
SEARCHED = (("incidents", "id", ("title", "summary")), ("factors", "id", ("text",)))


def upgrade() -> None:
    for table, number, texts in SEARCHED:
        if op.get_bind().dialect.name == "postgresql":
            words = " || ' ' || ".join(f'"{text}"' for text in texts)
            made = f"tsvector GENERATED ALWAYS AS (to_tsvector('english', {words})) STORED"
            op.execute(f"ALTER TABLE {table} ADD COLUMN text_words {made}")
            op.execute(f"CREATE INDEX ix_{table}_text_words ON {table} USING gin (text_words)")
        else:
            _upgrade_sqlite(table, number, texts)


def downgrade() -> None:
    for table, _, _ in SEARCHED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} DROP COLUMN text_words")
        else:
            for when in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_words_{when}")
            op.execute(f"DROP TABLE {table}_words")


def _upgrade_sqlite(table: str, number: str, texts: tuple[str, ...]) -> None:
    index, columns = f"{table}_words", ", ".join(f'"{text}"' for text in texts)
    new, old = (", ".join(f'{row}."{text}"' for text in texts) for row in ("new", "old"))
    add = f"INSERT INTO {index} (rowid, {columns}) VALUES (new.{number}, {new});"  # noqa: S608 -- our own names
    # What an index that keeps no texts is told to forget, it must be told in full.
    forget = f"INSERT INTO {index} ({index}, rowid, {columns}) VALUES ('delete', old.{number}, {old});"  # noqa: S608 -- our own names
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5({columns}, content='{table}', content_rowid='{number}', "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 -- our own names
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {forget} END")
    op.execute(f"CREATE TRIGGER {index}_update AFTER UPDATE OF {columns} ON {table} BEGIN {forget} {add} END")
