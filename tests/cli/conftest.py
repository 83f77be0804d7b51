"""The command line as an operator uses it: a folder, an environment, and what comes back."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import policy
from bot.__main__ import main
from bot.clock import MovableClock
from bot.settings import Settings
from bot.workflows import actions, answers, incidents
from bot.workflows.edits import Edit, mark
from db.enums import Answer, Phase
from db.records import PersonRecord
from db.store import Store

RULES = policy.load()
ANA, BO = PersonRecord(user="U0ANA", name="Ana"), PersonRecord(user="U0BO", name="Bo")


@dataclass(frozen=True)
class Reply:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What an operator reads when it went wrong: one line, and nothing else."""
        assert self.err.startswith("tocsin: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        return self.err.removeprefix("tocsin: ").rstrip("\n")


Tocsin = Callable[..., Reply]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's empty folder, in an environment without a single setting of ours."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tocsin(desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tocsin:
    """Types a command: `tocsin("list", "--all", DATABASE_URL=…)`. Settings stay for the commands that follow."""

    def types(*words: str, **settings: str) -> Reply:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Reply(code, out, err)

    return types


@pytest.fixture
def sqlite_url(sqlite_template: Path, desk: Path) -> str:
    """A SQLite file on the desk, with the newest schema and nothing in it."""
    shutil.copy(sqlite_template, desk / "tocsin.db")
    return f"sqlite:///{desk / 'tocsin.db'}"


@pytest.fixture
def books(sqlite_url: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """That file as the bot writes it, and as the commands find it."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    store = Store(sqlite_url, clock.now)
    yield store
    store.close()


@pytest.fixture(scope="session")
def shelf() -> dict[str, tuple[bytes, datetime]]:
    """Files in which something was told, and when that was."""
    return {}


@pytest.fixture
def told_once(
    books: Store, clock: MovableClock, desk: Path, shelf: dict[str, tuple[bytes, datetime]]
) -> Callable[[Callable[[], object]], None]:
    """Fills the books with what a function tells. It is called once in a run: later the file and the clock are as it left them."""

    def fill(tell: Callable[[], object]) -> None:
        name, file = f"{tell.__module__}.{tell.__qualname__}", desk / "tocsin.db"
        if name not in shelf:
            tell()
            books.engine.dispose()
            with closing(sqlite3.connect(file)) as plain:
                plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shelf[name] = file.read_bytes(), clock.now()
            return
        content, moment = shelf[name]
        books.engine.dispose()
        file.write_bytes(content)
        clock.moves_to(moment)

    return fill


def declare(store: Store, title: str = "Checkout is down", **more: object) -> int:
    """An incident that nobody has worked on yet."""
    with store.begin() as work:
        return incidents.declare(work, policy=RULES, by=ANA.user, title=title, **more).id


def run_through(store: Store, clock: MovableClock) -> int:
    """An incident with something in every part of its record; ends in the review."""
    number = declare(store, severity="sev1", summary="Cards are refused since 12:00.")
    with store.begin() as work:
        incidents.answer(work, number=number, by=ANA.user, answers={"customer_data": Answer.NO})
        incidents.note(work, number=number, by=BO.user, text="We restarted the pods; see <@U0KAI>.")
    clock.moves(timedelta(minutes=20))
    with store.begin() as work:
        incidents.move(work, policy=RULES, number=number, by=ANA.user, to=Phase.REVIEW)
        answers.fill(
            work, policy=RULES, number=number, by=BO.user, answers={"impact": Edit("800 orders failed.", mark(""))}
        )
        today = RULES.calendar.date_of(work.now)
        due_on = today + timedelta(days=14)
        text = "Add an alert on queue depth"
        actions.add(work, number=number, by=ANA.user, text=text, owner=BO, due_on=due_on, today=today)
    return number
