"""The workspace on disk: one small SQLite file of (kind, key, document).

`synchronous=OFF` hands every commit to the operating system at once and does not wait for the platter: whatever the
sandbox has acknowledged survives the death of its process (SIGKILL), and that is the promise. A power cut is not in it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# An update keeps the row, and with it the order in which things came.
_PUT = "INSERT INTO things VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET doc = excluded.doc"

Row = tuple[str, str, dict[str, Any] | None]


class Disk:
    """Keeps documents by kind and key. Calls must be serialised by the caller; any thread may make them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute("CREATE TABLE IF NOT EXISTS things (kind TEXT, key TEXT, doc TEXT, PRIMARY KEY (kind, key))")

    def write(self, rows: Iterable[Row]) -> None:
        """Store each document, all or nothing; a document of None removes the row."""
        with self._file:
            self._file.execute("BEGIN")
            for kind, key, doc in rows:
                if doc is None:
                    self._file.execute("DELETE FROM things WHERE kind = ? AND key = ?", (kind, key))
                else:
                    self._file.execute(_PUT, (kind, key, json.dumps(doc, separators=(",", ":"))))

    def read(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Everything that is kept, in the order it first came."""
        for kind, key, text in self._file.execute("SELECT kind, key, doc FROM things ORDER BY rowid").fetchall():
            yield kind, key, json.loads(text)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
