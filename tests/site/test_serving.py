"""The status page as it is served and as it lies in a folder."""

import json
from datetime import timedelta

import pytest

from bot.workflows import privacy
from tests.site.conftest import carries


def test_readers_and_caches(served, publishes, clock):
    publishes("investigating", "Cards are refused.", checkout="major_outage")
    answer = served.client.get("/status/")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Last-Modified"] == "Tue, 24 Nov 2026 12:00:00 GMT"
    tag = answer.headers["ETag"]
    again = served.client.get("/status/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    clock.moves(timedelta(minutes=5))
    publishes("resolved", "All is well.", number=1)
    assert served.client.get("/status/", headers={"If-None-Match": tag}).status_code == 200
    assert served.client.get("/status", follow_redirects=False).headers["Location"] == "status/"
    for path, kind in (("history.atom", "application/atom+xml"), ("api/v2/summary.json", "application/json")):
        served_there = served.client.get(f"/status/{path}")
        assert served_there.headers["Content-Type"].startswith(kind)
        assert served_there.headers["Access-Control-Allow-Origin"] == "*"
    assert served.client.get("/api/v2/summary.json").content == served_there.content
    for path in ("/status/nothing", "/status/../policy.yml", "/status/incidents/7/", "/api/v2/nothing.json"):
        assert served.client.get(path).status_code == 404


def test_the_folder_holds_the_same(served, publishes, tmp_path):
    folder = tmp_path / "site"
    number = publishes("investigating", "Call 0123.", title="Checkout is down")
    publishes("investigating", "Search is slow.", title="Search is slow")
    publishes("investigating", "This one is mailed only.", title="Mailed only", targets=["email"])
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert len([path for path in files if path.startswith("incidents/")]) == 2
    assert not [path for path in files if path.endswith(".new")]
    for path in files:
        assert (folder / path).read_bytes() == served.client.get(f"/status/{path}").content, path
    assert "Mailed only" not in (folder / "index.html").read_text()
    assert len(json.loads((folder / "api/v2/incidents.json").read_text())["incidents"]) == 2

    with served.store.begin() as work:
        for entry in [e for e in work.session.query(privacy.Entry) if e.text and e.kind == "customers"]:
            if entry.incident_id == number:
                privacy.redact(work, number=number, seq=entry.seq, by="U0ANA", reason="a number")
    carries(served)
    assert "0123" not in "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert len(list((folder / "incidents").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_tried_again(served, publishes, tmp_path):
    (tmp_path / "site").write_text("a file")
    publishes("investigating", "Cards are refused.")
    assert "Cards are refused." in served.client.get("/status/").text, "who is served here waits for no folder"
    (tmp_path / "site").unlink()
    served.bot.parts.clock.moves(timedelta(minutes=1))
    carries(served)
    assert "Cards are refused." in (tmp_path / "site" / "index.html").read_text()


@pytest.mark.parametrize("path", ["/status/", "/status/history.atom", "/api/v2/summary.json"])
def test_while_the_database_is_away_it_shows_what_it_read_last(served, publishes, tmp_path, path):
    publishes("investigating", "Cards are refused.", title="Checkout is down")
    shown = served.client.get(path).content
    served.store.engine.dispose()
    (tmp_path / "tocsin.db").rename(tmp_path / "away.db")
    (tmp_path / "tocsin.db").mkdir()
    assert served.client.get(path).content == shown
