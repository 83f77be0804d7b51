"""The risk register as CSV, out and in again. What is exported and imported unchanged changes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import sheets
from bot.errors import Refused, TocsinError
from bot.policy import Policy
from bot.workflows import assessing
from bot.workflows.edits import keys_typed
from bot.workflows.risks import Line
from db.records import LinkRecord, RiskRecord

COLUMNS = ("risk", *assessing.FIELDS, "incidents")
NEEDED = ("title", "likelihood", "impact")
BYTES_MOST, LINES_MOST = 5_000_000, 10_000
DELIMITERS = ",;\t"
Links = Mapping[int, Sequence[LinkRecord]]


class BadSheet(TocsinError):
    """The table cannot be taken over; `complaints` name each line that is wrong, with a sentence."""

    def __init__(self, name: str, complaints: Sequence[str]) -> None:
        self.complaints = tuple(complaints)
        count = len({complaint.partition(":")[0] for complaint in complaints})
        lines = "One line" if count == 1 else f"{count} lines"
        super().__init__(f"{lines} of {name} cannot be taken over; nothing was imported.")


@dataclass(frozen=True)
class Sheet:
    """What was read: the lines that are fine, and what is wrong with the others."""

    lines: tuple[Line, ...]
    complaints: tuple[str, ...]


def as_csv(risks: Iterable[RiskRecord], links: Links) -> str:
    """For spreadsheets, with no cell that one of them would calculate. Of the incidents those that the reader may see."""
    return sheets.table(COLUMNS, ([*_row(risk, links.get(risk.id, ()))] for risk in risks))


def _row(risk: RiskRecord, links: Sequence[LinkRecord]) -> Iterator[str]:
    yield risk.key
    for name in assessing.FIELDS:
        value = getattr(risk, name)
        yield "; ".join(value) if name == "controls" else assessing.typed(value)
    yield keys_typed(sorted(link.incident_id for link in links if link.seen))


def read(file: Path, policy: Policy) -> Sheet:
    """Read a table; each line that is wrong is named. A TocsinError when it is no table of risks at all."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TocsinError(f"{file} cannot be read ({error.strerror}). Name another file.") from error
    if len(content) > BYTES_MOST:
        raise TocsinError(f"{file} has {len(content)} bytes; at most {BYTES_MOST} are read. Import it in parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TocsinError(f"{file} is no text in UTF-8. Save it as “CSV UTF-8”.") from error
    return parse(text, policy, name=str(file))


def parse(text: str, policy: Policy, *, name: str) -> Sheet:
    """As `read`, of a text."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda one: len({word.strip().lower() for word in first.split(one)} & {*COLUMNS}))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    complaints: list[str] = []
    try:
        header = _header(next(rows, []), name)
        start = rows.line_num + 1
        for row in rows:
            here, start = start, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if len(lines) + len(complaints) >= LINES_MOST:
                raise TocsinError(f"{name} has more than {LINES_MOST} lines. Import it in parts.")
            try:
                lines.append(_line(here, header, row, policy))
            except Refused as wrong:
                complaints.append(f"line {here}: {wrong}")
    except csv.Error as error:
        raise TocsinError(f"{name} is no table that can be read: line {rows.line_num}: {error}.") from error
    return Sheet(tuple(lines), (*complaints, *_twice(lines)))


def _twice(lines: Iterable[Line]) -> Iterator[str]:
    seen: dict[int, int] = {}
    for line in lines:
        if line.risk is not None and seen.setdefault(line.risk, line.number) != line.number:
            yield f"line {line.number}: R-{line.risk} stands in line {seen[line.risk]} already."


def _header(row: Sequence[str], name: str) -> list[str]:
    header = [sheets.text_of(cell).strip().lower() for cell in row]
    unknown = [word for word in header if word not in COLUMNS]
    lacking = [word for word in NEEDED if word not in header]
    twice = {word for word in header if header.count(word) > 1}
    if unknown or lacking or twice:
        parts = [
            f"unknown: {', '.join(map(repr, unknown))}" if unknown else "",
            f"missing: {', '.join(lacking)}" if lacking else "",
            f"twice: {', '.join(sorted(twice))}" if twice else "",
        ]
        what = "; ".join(filter(None, parts))
        raise TocsinError(
            f"{name}: the first line must name the columns ({what}). There are {', '.join(COLUMNS)}; "
            f"{', '.join(NEEDED)} are needed. `tocsin risks export --format csv` writes such a table."
        )
    return header


def _line(number: int, header: Sequence[str], row: Sequence[str], policy: Policy) -> Line:
    if len(row) != len(header):
        raise Refused(f"it has {len(row)} cells, and the first line {len(header)}.")
    texts = {name: sheets.text_of(cell) for name, cell in zip(header, row, strict=True)}
    values: dict[str, Any] = {}
    for name in assessing.FIELDS:
        if name not in texts or (not texts[name].strip() and name not in NEEDED):
            continue
        try:
            values[name] = assessing.read(name, texts[name], policy)
        except Refused as wrong:
            raise Refused(f"{name}: {wrong}") from wrong
    emptied = [name for name in assessing.MAY_BE_EMPTY if name in texts and not texts[name].strip()]
    values |= {name: assessing.read(name, "", policy) for name in emptied}
    return Line(number, _risk(texts.get("risk", "")), values, tuple(assessing.keys(texts.get("incidents", ""))))


def _risk(text: str) -> int | None:
    digits = text.strip().lower().removeprefix("r-")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Refused(f"{text.strip()!r} is no risk's key. They look like R-3; a new risk has none.")
    return int(digits)
