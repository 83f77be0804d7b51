"""The file itself: a ZIP that knows the hash of each of its files, and tables that are written row by row."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from bot import sheets

FORMAT = 1
MANIFEST = "manifest.json"
README = "README.md"
PIECE, IN_MEMORY = 1 << 20, 1 << 20
QUICK = 1  # Deflate's first level: twice as large, four times as quick.
Cells = Mapping[str, Any]


class Sheet:
    """A table that is written row by row, and lies on the disk until it goes into the archive."""

    def __init__(self, columns: Sequence[str]) -> None:
        """Nothing is in it yet."""
        self.columns = columns
        self.rows = 0
        self.csv = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- `Archive.add_table` closes both
        self.json = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self.csv.write(sheets.table(columns, ()).encode())

    def add(self, row: Cells) -> None:
        """A row more; it names every column."""
        self.csv.write(sheets.table((), [[_cell(row[column]) for column in self.columns]])[2:].encode())
        self.json.write(f"{',' if self.rows else '['}\n{json.dumps(row, ensure_ascii=False)}".encode())
        self.rows += 1

    def extend(self, rows: Iterable[Cells]) -> None:
        """Several rows more."""
        for row in rows:
            self.add(row)

    def close(self) -> None:
        """No row comes any more."""
        self.json.write(b"\n]\n" if self.rows else b"[]\n")


class Archive:
    """A ZIP that remembers the hash of each file."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        """Nothing is in it yet."""
        self._packed = packed
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, text: str) -> None:
        """A file, in UTF-8."""
        content = text.encode()
        self._packed.writestr(name, content, compresslevel=QUICK)
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def pour(self, name: str, spool: IO[bytes]) -> None:
        """A file that was written elsewhere."""
        size, digest, info = 0, hashlib.sha256(), zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        spool.seek(0)
        with self._packed.open(info, "w", force_zip64=True) as file:
            while piece := spool.read(PIECE):
                file.write(piece)
                size += len(piece)
                digest.update(piece)
        self.files[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def add_json(self, name: str, value: Any) -> None:
        """A file for programs."""
        self.add(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def add_table(self, name: str, sheet: Sheet) -> None:
        """A table, for programs and for spreadsheets."""
        sheet.close()
        for kind, spool in (("json", sheet.json), ("csv", sheet.csv)):
            with spool:
                self.pour(f"{name}.{kind}", spool)


def _cell(value: Any) -> str:
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)


def compact(value: Any) -> str:
    """JSON for programs, in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
