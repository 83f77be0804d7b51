"""Whether an archive is whole and unchanged, without the database: every file, every chain, and what they say of each other.

An archive comes from anywhere: nothing is unpacked to a disk, nothing larger than promised is read, and names are names.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import TocsinError
from bot.evidence.packing import FORMAT, MANIFEST
from db import timeline
from db.enums import EntryKind

PIECE = 1 << 20
# An archive of 10,000 incidents is a twentieth of the first, and packs to a tenth of its size.
MOST_BYTES, MOST_FILES, MOST_PACKED = 16 << 30, 2_000_000, 300
MOST_AT_ONCE = 256 << 20
# What a file raises that does not unpack.
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?\.(json|csv|md)")


class NoArchive(TocsinError):
    """The file is no archive of evidence that can be read; the sentence says why."""


@dataclass(frozen=True)
class Difference:
    """What is not as it should be: the file, the entry if it is one, and why."""

    file: str
    why: str
    entry: int | None = None

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.file}{'' if self.entry is None else f' entry {self.entry}'}: {self.why}"


@dataclass(frozen=True)
class Verdict:
    """What the check came to."""

    files: int
    timelines: int
    sha256: str
    differences: tuple[Difference, ...]


def check(path: Path) -> Verdict:
    """Look through an archive; `NoArchive` when it is none."""
    try:
        with zipfile.ZipFile(path) as packed:
            return _check(path, packed)
    except OSError as error:
        raise NoArchive(f"{path} cannot be read ({error.strerror or error}). Name an archive of evidence.") from error
    except BROKEN as error:
        raise NoArchive(f"{path} is no archive that can be read ({error}). Ask for it again.") from error


def _check(path: Path, packed: zipfile.ZipFile) -> Verdict:
    infos = _safe(path, packed)
    if MANIFEST not in infos:
        raise NoArchive(f"{path} has no {MANIFEST}: it is no archive of evidence.")
    content = _whole(packed, infos[MANIFEST])
    manifest = _manifest(path, content)
    differences = [*_files(packed, infos, manifest["files"])]
    differences += _timelines(packed, infos, manifest)
    return Verdict(
        files=len(infos),
        timelines=len(manifest["timelines"]),
        sha256=hashlib.sha256(content).hexdigest(),
        differences=tuple(differences),
    )


def _safe(path: Path, packed: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files by their names; refused when it is made to harm whoever unpacks it."""
    infos = packed.infolist()
    for info in infos:
        if not NAME.fullmatch(info.filename):
            raise NoArchive(f"{path} holds {info.filename[:80]!r}: tocsin writes no such name. Do not unpack it.")
        if info.flag_bits & 1:
            raise NoArchive(f"{path} is encrypted. Ask for it without a password.")
    if len({info.filename for info in infos}) != len(infos):
        raise NoArchive(f"{path} holds a file twice. Do not unpack it.")
    size, most = sum(info.file_size for info in infos), MOST_PACKED * path.stat().st_size
    if len(infos) > MOST_FILES or size > min(MOST_BYTES, max(most, PIECE)):
        raise NoArchive(f"{path} would unpack to {size:,} bytes in {len(infos):,} files. Do not unpack it.")
    return {info.filename: info for info in infos}


def _manifest(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        raise NoArchive(f"{path}: {MANIFEST} is no JSON. It was changed, or is not whole.") from None
    parts = ("files", "timelines")
    if not isinstance(manifest, dict) or any(not isinstance(manifest.get(part), dict) for part in parts):
        raise NoArchive(f"{path}: {MANIFEST} is not tocsin's. It was changed, or is of something else.")
    if manifest.get("format") != FORMAT:
        raise NoArchive(f"{path} has a format that this version does not know. Use the version that wrote it.")
    return manifest


# ── every file ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _files(
    packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], promised: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in sorted(promised.keys() - infos.keys()):
        yield Difference(name, "is missing")
    for name in sorted(infos.keys() - promised.keys() - {MANIFEST}):
        yield Difference(name, "is not in the manifest: somebody has added it")
    for name in sorted(promised.keys() & infos.keys()):
        told = promised[name]
        said = (told.get("bytes"), told.get("sha256")) if isinstance(told, Mapping) else None
        if said != _measured(packed, infos[name]):
            yield Difference(name, "is not what was written: its size or SHA-256 differs from the manifest's")


def _measured(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, str] | None:
    """Size and SHA-256; None when it does not unpack."""
    size, digest = 0, hashlib.sha256()
    try:
        with packed.open(info) as file:
            while piece := file.read(PIECE):
                size += len(piece)
                digest.update(piece)
    except BROKEN:
        return None
    return size, digest.hexdigest()


def _whole(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > MOST_AT_ONCE:
        raise NoArchive(f"{info.filename} is larger than tocsin writes it. Do not unpack it.")
    return packed.read(info)


def _json(packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> Any:
    """What a file says; None when it is not there or cannot be read: `_files` has named it then."""
    try:
        return json.loads(_whole(packed, infos[name]))
    except (KeyError, RecursionError, *BROKEN):
        return None


# ── every chain ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Told:
    """An entry as the archive has it."""

    incident_id: int
    seq: int
    content_hash: str
    hash: str
    at: datetime
    recorded_at: datetime
    kind: EntryKind
    by: str
    text: str
    data: Any
    redacted_at: datetime | None

    @classmethod
    def of(cls, number: int, told: Mapping[str, Any]) -> "_Told":
        redacted_at = told["redacted_at"]
        return cls(
            incident_id=number,
            seq=told["seq"],
            content_hash=told["content_hash"],
            hash=told["hash"],
            at=datetime.fromisoformat(told["at"]),
            recorded_at=datetime.fromisoformat(told["recorded_at"]),
            kind=EntryKind(told["kind"]),
            by=told["by"],
            text=told["text"],
            data=told["data"],
            redacted_at=datetime.fromisoformat(redacted_at) if redacted_at else None,
        )


@dataclass(frozen=True)
class _Head:
    """The incident's end of the chain, as the manifest has it."""

    id: int
    entries: int
    head: str
    noted_at: datetime | None


@dataclass(frozen=True)
class _Version:
    """A signed review, as the archive has it."""

    number: int
    document: str
    hash: str
    redacted_at: datetime | None = None


def _timelines(
    packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], manifest: Mapping[str, Any]
) -> Iterator[Difference]:
    heads: Mapping[str, Any] = manifest["timelines"]
    yield from _population(packed, infos, heads)
    for key in heads:
        name = f"timelines/{key}.json"
        if name in infos:
            try:
                yield from _timeline(packed, infos, key, name, heads[key])
            except (KeyError, TypeError, ValueError, AttributeError):
                yield Difference(name, "is no timeline any more")
        elif name not in manifest["files"]:
            yield Difference(name, "is missing")
    for name in sorted(infos):
        key = name.removeprefix("timelines/").removesuffix(".json")
        if name.startswith("timelines/") and key not in heads:
            yield Difference(name, "is a timeline of which the manifest knows nothing")


def _population(
    packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], heads: Mapping[str, Any]
) -> Iterator[Difference]:
    """Every number once, in order, without a gap, and a timeline for each that is there."""
    rows = _json(packed, infos, "population.json")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return
    previous = None
    for row in rows:
        number, key = row.get("number"), row.get("key")
        if previous is not None and number != previous + 1:
            yield Difference(
                "population.json", f"{key} does not follow INC-{previous}: a number is missing, or there twice"
            )
        if row.get("declared_at") and key not in heads:
            yield Difference("population.json", f"{key} has no timeline in the manifest")
        previous = number
    extra = heads.keys() - {row.get("key") for row in rows}
    for key in sorted(extra):
        yield Difference("population.json", f"{key} is missing, but has a timeline")


def _timeline(
    packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], key: str, name: str, head: Mapping[str, Any]
) -> Iterator[Difference]:
    told = _json(packed, infos, name)
    if told is None:
        return
    number, entries = int(key.removeprefix("INC-")), told["entries"]
    if told["incident"] != number:
        yield Difference(name, f"says that it is of INC-{told['incident']}")
    if told["withheld"]:
        yield from _links(name, entries, head)
        return
    chain = [_Told.of(number, one) for one in entries]
    end = _Head(number, head["entries"], head["head"], chain[-1].recorded_at if chain else None)
    for found in timeline.check(end, chain, list(_versions(packed, infos, key, chain))):
        place = found.place.removeprefix("entry ")
        yield Difference(name, found.why, int(place) if place.isdigit() else None)


def _links(name: str, entries: Any, head: Mapping[str, Any]) -> Iterator[Difference]:
    """A chain of which only the hashes are there."""
    previous = timeline.GENESIS
    for place, one in enumerate(entries, start=1):
        if one["seq"] != place:
            yield Difference(name, "is missing", place)
            return
        if timeline.link(previous, one["content_hash"]) != one["hash"]:
            yield Difference(name, "does not follow from the entry before it", place)
        previous = one["hash"]
    if len(entries) != head["entries"]:
        yield Difference(name, f"the timeline ends here, but {head['entries']} entries were written", len(entries) + 1)
    elif previous != (head["head"] or timeline.GENESIS):
        yield Difference(name, "is not the entry that was written last", len(entries))


def _versions(
    packed: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], key: str, chain: list[_Told]
) -> Iterator[_Version]:
    """The signed reviews that the archive has; one that was redacted is not in it, and its hash stays."""
    is_redacted = any(entry.redacted_at is not None for entry in chain)
    for entry in chain:
        data: Mapping[str, Any] = entry.data if isinstance(entry.data, Mapping) else {}
        if "document_hash" not in data:
            continue
        number = int(data["version"])
        name = f"reviews/{key}-v{number}.md"
        if name in infos:
            document = _whole(packed, infos[name]).decode(errors="replace")
            yield _Version(number, document, hashlib.sha256(document.encode()).hexdigest())
        elif is_redacted:
            yield _Version(number, "", data["document_hash"], redacted_at=entry.at)
