"""A backup is whole or it is none; a restore is verified or it did not happen."""

import hashlib
import json
import zipfile
from datetime import timedelta

import pytest

import migrations
from bot import policy
from bot.workflows import incidents
from db import backup, queries, timeline
from db.models import Incident
from db.store import Store

POLICY = policy.load()


@pytest.fixture
def taken(store, clock, tmp_path):
    """A backup of two incidents with a few entries."""
    for title in ("Checkout is down", "Ошибка 🔥"):
        with store.begin() as work:
            number = incidents.declare(work, policy=POLICY, by="U0ANA", title=title).id
        for n in range(3):
            clock.moves(timedelta(minutes=1))
            with store.begin() as work:
                incidents.note(work, number=number, by="U0BO", text=f"note {n}")
    path = tmp_path / "backup.zip"
    backup.write(store.engine, path, now=clock.now())
    return path


@pytest.fixture
def empty(blank_url, clock):
    opened = Store(blank_url, clock.now)
    yield opened
    opened.close()


def test_everything_comes_back_and_goes_on(store, taken, empty):
    summary = backup.restore(empty.engine, taken)
    assert (summary.rows["incidents"], summary.timelines, summary.revision) == (2, 2, migrations.newest())
    with store.read() as before, empty.read() as after:
        assert queries.record(after, 2) == queries.record(before, 2)
        assert timeline.verify(after, after.get(Incident, 2)) == []
    with empty.begin() as work:
        assert incidents.declare(work, policy=POLICY, by="U0ANA", title="The next one").id == 3
    with empty.begin() as work:
        incidents.note(work, number=1, by="U0BO", text="goes on")


def test_from_one_kind_of_database_to_the_other(taken, tmp_path, clock):
    other = Store(f"sqlite:///{tmp_path / 'other.db'}", clock.now)
    backup.restore(other.engine, taken)
    with other.read() as session:
        assert queries.record(session, 2).incident.title == "Ошибка 🔥"
    other.close()


def test_only_into_an_empty_database(store, taken):
    with pytest.raises(backup.BadBackup, match="is not empty"):
        backup.restore(store.engine, taken)


def changed(path, name, change):
    """The backup with one of its files changed."""
    with zipfile.ZipFile(path) as archive:
        files = {member: archive.read(member) for member in archive.namelist()}
    files[name] = change(files[name])
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def test_one_changed_letter_is_noticed(taken, empty):
    changed(taken, "entries.jsonl", lambda content: content.replace(b"note 1", b"note 7"))
    with pytest.raises(backup.BadBackup, match=r"entries.jsonl is not what was written"):
        backup.restore(empty.engine, taken)
    with empty.read() as session:
        assert queries.incidents_open(session) == []


def test_a_forged_checksum_does_not_help(taken, empty):
    """Who changes an entry and its table's checksum still meets the hash chain."""
    with zipfile.ZipFile(taken) as archive:
        forged = archive.read("entries.jsonl").replace(b"note 1", b"note 7")
    changed(taken, "entries.jsonl", lambda _: forged)

    def with_new_sum(content):
        manifest = json.loads(content)
        manifest["tables"]["entries"]["sha256"] = hashlib.sha256(forged).hexdigest()
        return json.dumps(manifest).encode()

    changed(taken, "manifest.json", with_new_sum)
    with pytest.raises(backup.BadBackup, match="A timeline does not verify: INC-1 entry"):
        backup.restore(empty.engine, taken)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_what_is_no_backup(empty, tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(backup.BadBackup, match="is not a whole backup"):
        backup.restore(empty.engine, path)


def test_while_the_bot_goes_on_writing(store, tmp_path, clock):
    """The snapshot is one moment: what is committed during the backup is not in it."""
    with store.begin() as work:
        incidents.declare(work, policy=POLICY, by="U0ANA", title="Checkout is down")
    with backup._snapshot(store.engine) as connection:
        before = backup._heads(connection)
        with store.begin() as work:
            incidents.declare(work, policy=POLICY, by="U0ANA", title="Meanwhile")
        assert backup._heads(connection) == before
