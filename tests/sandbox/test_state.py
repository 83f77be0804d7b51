"""How the workspace keeps what it holds, and tells of it."""

import threading
from pathlib import Path

import pytest

from sandbox import Workspace
from sandbox.disk import Disk
from tests.sandbox.conftest import manifest, populated


def test_watchers_hear_of_a_change_when_it_is_done_and_the_lock_is_free(ws: Workspace):
    heard = []

    def watcher(kind, ids):
        free = []

        def probe() -> None:
            if ws.state.lock.acquire(blocking=False):
                ws.state.lock.release()
                free.append(True)

        other = threading.Thread(target=probe)
        other.start()
        other.join()
        heard.append((kind, ids.get("channel"), bool(free)))

    stop = ws.on_change(watcher)
    ws.person("Ana").says("hello", "#dev")
    dev = ws.channel("#dev")["id"]
    assert ("message", dev, True) in heard
    stop()
    heard.clear()
    ws.person("Ana").says("again", "#dev")
    assert heard == []


def test_a_workspace_comes_back_as_it_was(tmp_path: Path, clock):
    kept = tmp_path / "state" / "workspace.db"
    first = populated(Workspace(manifest(), clock=clock, state=kept))
    ana = first.person("Ana")
    root = ana.says("root", "#dev")
    ana.says("reply", "#dev", root["ts"])
    ana.deletes(ana.says("gone", "#dev"))
    ana.pins(root)
    ana.reads("#dev")
    again = Workspace(manifest(), clock=clock, state=kept)
    assert again.channels() == first.channels()
    assert again.messages("#dev") == first.messages("#dev")
    assert again.messages("#dev", root["ts"]) == first.messages("#dev", root["ts"])
    assert again.pins("#dev") == first.pins("#dev")
    assert [one.name for one in again.people()] == [one.name for one in first.people()]
    assert again.person("Bo").unread("#dev") == first.person("Bo").unread("#dev") == 1
    assert again.person("Ana").says("later", "#dev")["ts"] > root["ts"]
    assert not again.is_empty


def test_what_could_not_be_written_is_written_with_the_next_change(tmp_path: Path, clock):
    kept = tmp_path / "workspace.db"
    ws = populated(Workspace(manifest(), clock=clock, state=kept))
    unwritable = object()

    def spoil() -> None:
        with ws.state.change():
            ws.state.canvases["F1"] = {"id": "F1", "markdown": unwritable}
            ws.state.touch("canvas", "F1")
            ws.person("Ana").says("hello", "#dev")

    with pytest.raises(TypeError):
        spoil()
    assert Workspace(manifest(), clock=clock, state=kept).messages("#dev") == []
    ws.state.canvases["F1"]["markdown"] = "words"
    ws.person("Ana").says("again", "#dev")
    again = Workspace(manifest(), clock=clock, state=kept)
    assert [one["text"] for one in again.messages("#dev")] == ["hello", "again"]
    assert again.state.canvases["F1"]["markdown"] == "words"


def test_the_disk_writes_all_or_nothing(tmp_path: Path):
    disk = Disk(tmp_path / "things.db")
    disk.write([("a", "1", {"n": 1})])
    with pytest.raises(TypeError):
        disk.write([("a", "1", None), ("a", "2", {"n": object()})])
    assert list(disk.read()) == [("a", "1", {"n": 1})]
    disk.close()


def test_ids_and_timestamps_never_repeat_under_a_clock_that_stands_still(ws: Workspace):
    stamps = [ws.counter.ts() for _ in range(1000)]
    assert stamps == sorted(set(stamps))
    assert stamps[0].startswith("1800000000.")
    assert len({ws.counter.id("C") for _ in range(1000)}) == 1000
