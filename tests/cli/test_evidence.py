"""An auditor's archive: complete, checked without the database, and careful with what is private."""

import csv
import hashlib
import io
import json
import os
import random
import sqlite3
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.evidence import controls, probes
from bot.workflows import incidents, permissions
from bot.workflows.people import remember
from db import seals
from db.models import Audit
from db.store import Store
from tests.cli.conftest import Tocsin
from tests.conftest import NOON
from tests.whole import ANA, BO, IMPACT, KAI, RULES, Life, rules

PERIOD = ("--from", "2026-11-01", "--to", "2027-12-31")
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
BYTES = 500 if NIGHTLY else 20
SECRET = "Somebody copied the ledger"


@pytest.fixture
def life(books: Store, clock, tmp_path: Path, monkeypatch, told_once) -> Life:
    """A whole incident, a private one, a drill, a false alarm, and a duplicate; all in the winter of 2026."""
    monkeypatch.setenv("TOCSIN_POLICY", str(tmp_path / "rules.yml"))
    told = Life(books, clock, rules(tmp_path))

    def tell() -> None:
        told.tells("=cmd|' /C calc'!A0")
        told.tells(SECRET, private=True)
        told.tells("Practising", drill=True)
        for _ in range(2):
            told(incidents.declare, policy=told.policy, by=ANA.user, title="Nothing at all")
        told(incidents.dismiss, policy=told.policy, number=4, by=ANA.user, reason="a test")
        told(incidents.declare, policy=told.policy, by=ANA.user, title="Still nothing")
        told(incidents.merge, policy=told.policy, number=5, into=6, by=ANA.user)
        for person in (ANA, BO, KAI):
            told(remember, person=person)

    told_once(tell)
    return told


def opened(path: str | Path = "evidence.zip") -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode(), newline="")))


def packed_again(files: dict[str, bytes], path: str) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def test_what_an_auditor_gets(tocsin: Tocsin, life: Life, books: Store) -> None:
    reply = tocsin("evidence", *PERIOD, "--by", "U0MIA")
    assert (reply.code, reply.err) == (0, "")
    assert reply.out.startswith("6 incidents in ")
    files = opened()
    manifest = json.loads(files["manifest.json"])
    assert reply.out.rstrip().endswith(hashlib.sha256(files["manifest.json"]).hexdigest())

    # The population has no gap: drills, false alarms, duplicates and private ones are in it.
    population = json.loads(files["population.json"])
    assert [row["key"] for row in population] == [f"INC-{n}" for n in range(1, 7)]
    assert [row["phase"] for row in population[3:5]] == ["dismissed", "merged"]
    assert (population[1]["private"], population[1]["title"], population[2]["drill"]) == (True, None, True)
    assert rows(files, "population")[0]["title"] == "'=cmd|' /C calc'!A0"

    # Each incident's record is what `tocsin export` gives.
    record = json.loads(files["incidents/INC-1.json"])
    assert record["incident"] == json.loads(tocsin("export", "INC-1").out)["incident"]
    assert IMPACT in files["reviews/INC-1-v1.md"].decode()
    assert [entry["seq"] for entry in json.loads(files["timelines/INC-1.json"])["entries"]][:3] == [1, 2, 3]
    assert {row["what"] for row in rows(files, "communications")} >= {
        "update",
        "customer update: identified",
        "leadership told",
    }
    filing = rows(files, "filings")[0]
    assert (filing["rule"], filing["late"]) == ("gdpr-33-1", "no")
    assert rows(files, "policies")[0]["number"] == "1"
    assert json.loads(files["policies/policy-1.json"])["leadership"][0]["name"] == "Mia"
    assert {row["what"] for row in rows(files, "access")} >= {"close", "evidence"}
    assert {"user": "U0BO", "name": "Bo Demo"} in rows(files, "people")
    assert json.loads(files["verification.json"])["breaks"] == []

    # By hand, as its README says.
    previous = "0" * 64
    for entry in json.loads(files["timelines/INC-1.json"])["entries"]:
        content = {name: entry[name] for name in ("at", "by", "data", "kind", "recorded_at", "seq", "text")} | {
            "incident": 1
        }
        spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(spelled.encode()).hexdigest() == entry["content_hash"]
        previous = hashlib.sha256((previous + entry["content_hash"]).encode()).hexdigest()
        assert previous == entry["hash"]
    assert previous == manifest["timelines"]["INC-1"]["head"]


def test_private_incidents_are_told_of_and_nothing_of_them_is(tocsin: Tocsin, life: Life, books: Store) -> None:
    for number in (1, 2):
        life(permissions.record, user=KAI.user, what="customers", number=number, allowed=False)
    tocsin("evidence", *PERIOD, "--by", "U0MIA")
    files = opened()
    manifest = json.loads(files["manifest.json"])
    assert not [name for name in files if "INC-2" in name and not name.startswith("timelines/")]
    assert set(json.loads(files["timelines/INC-2.json"])["entries"][0]) == {"seq", "content_hash", "hash"}
    assert SECRET.encode() not in b"".join(files.values())
    register = {row["risk"]: row["incidents"] for row in rows(files, "risks")}
    assert (register["R-1"], register["R-2"]) == ("INC-1", "a private incident")
    began = {row["risk"]: row["by"] for row in rows(files, "risk_history") if row["what"] in ("added", "linked")}
    assert (bool(began["R-1"]), began["R-2"]) == (True, "")

    refused = {row["incident"]: row["user"] for row in rows(files, "access") if row["what"] == "customers"}
    assert refused == {"INC-1": KAI.user, "INC-2": ""}, "only who is one of its people can be refused there"

    # What was found and what is missing is said, and no more than that.
    results = manifest["results"]
    assert (results["E2"], results["E8"], results["E20"], results["E22"]) == ("evidence found",) * 4
    (e1,) = [one for one in json.loads(files["tests.json"]) if one["test"] == "E1"]
    assert (e1["records"], e1["exceptions"][0]["record"]) == (["INC-1", "INC-2"], "INC-6")
    assert (results["E17"], results["E9"]) == ("evidence missing", "evidence found")
    assert set(results.values()) <= {result.value for result in probes.Result}
    table = rows(files, "controls")
    assert {row["framework"] for row in table} == {"soc2", "iso27001", "csf2"}
    assert [row["result"] for row in table if (row["control"], row["test"]) == ("A.5.28", "E22")] == ["evidence found"]
    assert "complian" not in b"".join(files.values()).decode().lower().replace(RULES, "")
    assert set(files) - {"manifest.json"} == set(manifest["files"])
    with books.read() as session:
        assert [row.user for row in session.scalars(select(Audit).where(Audit.what == "evidence"))] == ["U0MIA"]

    again = tocsin("verify", "evidence.zip")
    assert (again.code, again.out.splitlines()[0]) == (
        0,
        f"{len(files)} files are as they were written; 6 timelines hold.",
    )
    assert (tocsin("evidence", *PERIOD).code, "there already" in tocsin("evidence", *PERIOD).said) == (1, True)
    whole = tocsin("evidence", *PERIOD, "--private", "--out", "whole.zip")
    assert whole.code == 0
    assert all(row["user"] for row in rows(opened("whole.zip"), "access"))
    assert SECRET in json.loads(opened("whole.zip")["incidents/INC-2.json"])["incident"]["title"]
    assert tocsin("verify", "whole.zip").code == 0


def test_one_changed_byte_of_an_archive_is_named(tocsin: Tocsin, life: Life) -> None:
    tocsin("evidence", *PERIOD)
    files = opened()

    def changed(name: str, change, *, forged: bool = False) -> str:
        """The archive with a file changed; `forged`, and the manifest to match."""
        altered = {**files, name: change(files[name])}
        if forged:
            manifest = json.loads(files["manifest.json"])
            content = altered[name]
            digest = hashlib.sha256(content).hexdigest()
            manifest["files"][name] = {"bytes": len(content), "sha256": digest}
            altered["manifest.json"] = json.dumps(manifest).encode()
        reply = tocsin("verify", packed_again(altered, "x.zip"))
        assert reply.code == 1
        return reply.out + reply.err

    for name in files:
        if name != "manifest.json":
            said = changed(name, lambda content: content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
            assert said.startswith(name) or f"\n{name}" in said, name
    seq3 = changed("timelines/INC-1.json", lambda content: content.replace(b"We call", b"We tell"), forged=True)
    assert "timelines/INC-1.json entry" in seq3
    assert "its content was changed" in seq3
    signed = changed("reviews/INC-1-v1.md", lambda content: content.replace(b"800 orders", b"1 order"), forged=True)
    assert "is not what was signed then" in signed
    hidden = changed("timelines/INC-2.json", lambda content: content.replace(b'"hash":"', b'"hash":"0', 1), forged=True)
    assert "timelines/INC-2.json entry 1: does not follow" in hidden
    gone = json.dumps([row for row in json.loads(files["population.json"]) if row["key"] != "INC-4"]).encode()
    assert "population.json: INC-5 does not follow INC-3" in changed("population.json", lambda _: gone, forged=True)

    without = {name: content for name, content in files.items() if name != "incidents/INC-1.json"}
    assert "incidents/INC-1.json: is missing\n" in tocsin("verify", packed_again(without, "x.zip")).out
    more = {**files, "incidents/INC-9.json": b"{}"}
    assert "somebody has added it" in tocsin("verify", packed_again(more, "x.zip")).out


def test_one_changed_byte_of_a_sqlite_file_is_named_or_changes_nothing(
    tocsin: Tocsin, life: Life, books: Store, desk: Path
) -> None:
    """A file has bytes in which nothing is kept. Any other is found, by us or by SQLite. At night many more are tried."""
    books.engine.dispose()
    file = desk / "tocsin.db"
    with sqlite3.connect(file) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()
    content, wanted, draw, named = file.read_bytes(), kept(file), random.Random(None if NIGHTLY else 7), 0
    for _ in range(BYTES):
        at = draw.randrange(len(content))
        file.write_bytes(content[:at] + bytes([content[at] ^ (1 << draw.randrange(8))]) + content[at + 1 :])
        reply = tocsin("verify")
        assert reply.code in (0, 1)
        assert reply.code == 1 or kept(file) == wanted, at
        assert not reply.err or "bug" not in reply.said
        named += reply.code
    print(f"{named} of {BYTES} bytes named, in the others nothing is kept")  # noqa: T201 -- what a night is for
    assert named > 3


def kept(file: Path) -> list[list[object]]:
    """What of a file is sealed."""
    store = Store(f"sqlite:///{file}", lambda: NOON)
    with store.read() as session:
        found = [
            session.connection()
            .execute(select(*(how.table.c[name] for name in (*how.keyed, *(one[0] for one in how.columns)))))
            .all()
            for how in (*seals.tables(of_incidents=True), *seals.tables(of_incidents=False))
        ]
    store.close()
    return found


def test_archives_that_would_do_harm_are_refused(tocsin: Tocsin, life: Life, desk: Path) -> None:
    tocsin("evidence", *PERIOD)
    files = opened()
    for name in ("../evil.json", "/etc/evil.json", "incidents/../../evil.json", "C:\\evil.json", "incidents/evil.exe"):
        reply = tocsin("verify", packed_again({**files, name: b"{}"}, "x.zip"))
        assert (reply.code, "Do not unpack it" in reply.said) == (1, True)
    bomb = tocsin("verify", packed_again({**files, "incidents/INC-9.json": b"0" * (200 << 20)}, "x.zip"))
    assert (bomb.code, "would unpack to" in bomb.said) == (1, True)
    for content in (b"", b"no zip", b"PK\x03\x04", Path("evidence.zip").read_bytes()[:-100]):
        Path("x.zip").write_bytes(content)
        assert tocsin("verify", "x.zip").code == 1
    for manifest in (b"{", b"[]", b'{"format": 9, "files": {}, "timelines": {}}', b"[" * 100_000):
        reply = tocsin("verify", packed_again({**files, "manifest.json": manifest}, "x.zip"))
        assert reply.code == 1
        assert reply.said
    spoilt = bytearray(Path("evidence.zip").read_bytes())
    at = spoilt.find(b"incidents/INC-1.json") + 60
    spoilt[at] ^= 0xFF
    Path("x.zip").write_bytes(spoilt)
    assert tocsin("verify", "x.zip").out.startswith("incidents/INC-1.json: is not what was written")
    assert tocsin("verify", "gone.zip").code == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--from", "2026-13-01", "--to", "2026-12-31"), "'2026-13-01' is no day"),
        (("--from", "2026-01-01", "--to", "9999-12-31"), "9999-12-31 is too far away"),
        (("--from", "2026-12-31", "--to", "2026-12-01"), "before it begins"),
        (("--from", "2026-12-31"), "Missing option"),
        ((*PERIOD, "--controls", "gone.yml"), "cannot be read"),
    ],
)
def test_what_cannot_be_made(tocsin: Tocsin, books: Store, typed: tuple[str, ...], words: str) -> None:
    reply = tocsin("evidence", *typed)
    assert reply.code == 2
    assert words in reply.said
    assert not Path("evidence.zip").exists()


def test_periods_without_incidents_and_with_drills_alone(tocsin: Tocsin, life: Life, books: Store) -> None:
    reply = tocsin("evidence", "--from", "2025-01-01", "--to", "2025-01-31", "--out", "empty.zip")
    assert reply.out.startswith("0 incidents in ")
    assert json.loads(opened("empty.zip")["manifest.json"])["results"]["E1"] == "not applicable"
    assert "No incident was declared" in opened("empty.zip")["README.md"].decode()
    assert tocsin("verify", "empty.zip").code == 0
    with books.read() as session:
        day = session.scalar(text("SELECT date(declared_at) FROM incidents WHERE id = 3"))
    drill = tocsin("evidence", "--from", day, "--to", day, "--out", "drill.zip")
    assert drill.code == 0
    assert "All of them were drills" in opened("drill.zip")["README.md"].decode()
    assert json.loads(opened("drill.zip")["manifest.json"])["results"]["E8"] == "evidence found"


def test_a_redaction_and_tampering_show_in_the_archive(tocsin: Tocsin, life: Life, books: Store) -> None:
    life.number = 1
    life.redacts("We call the railway")
    with books.engine.begin() as connection:
        connection.execute(text("UPDATE incidents SET severity = 'sev4' WHERE id = 2"))
    reply = tocsin("evidence", *PERIOD)
    assert "Not everything is as tocsin wrote it (1)" in reply.out
    files = opened()
    assert json.loads(files["verification.json"])["breaks"] == ["INC-2: is not what tocsin wrote"]
    (e22,) = [one for one in json.loads(files["tests.json"]) if one["test"] == "E22"]
    assert [gap["record"] for gap in e22["exceptions"]] == ["INC-2"]
    assert "We call the railway" not in (files["incidents/INC-1.json"] + files["timelines/INC-1.json"]).decode()
    assert "reviews/INC-1-v1.md" not in files
    assert tocsin("verify", "evidence.zip").code == 0


def test_a_framework_of_ones_own(tocsin: Tocsin, life: Life) -> None:
    Path("own.yml").write_text("house:\n  title: House rules\n  controls:\n    H-1: {wants: order, tests: [E1]}\n")
    assert tocsin("evidence", *PERIOD, "--controls", "own.yml").code == 0
    assert "House rules" in opened()["controls.md"].decode()
    Path("own.yml").write_text("house: {controls: {H-1: {tests: [E99]}}}")
    reply = tocsin("evidence", *PERIOD, "--controls", "own.yml", "--out", "y.zip")
    assert (reply.code, "E99, which is no test" in reply.said) == (2, True)


def test_every_test_has_a_probe_or_says_that_nothing_is_recorded() -> None:
    looked = {*probes.EACH, "E15", "E20", "E23", "E26"}
    unrecorded = {key for key, one in controls.tests().items() if one.no_record}
    assert looked.isdisjoint(unrecorded)
    assert looked | unrecorded == set(controls.tests())
    asked = {test for control in controls.catalogue().controls for test in control.tests}
    assert asked <= set(controls.tests())
