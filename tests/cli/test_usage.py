"""Help, exit codes, and errors: one line on stderr that says what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Tocsin

ROOT = Path(__file__).parents[2]
COMMANDS = (
    *("run", "demo", "migrate", "doctor", "repair", "declare", "list", "show", "export", "verify"),
    *("assign", "phase", "severity", "note", "update", "close"),
)
# What only a command that does something needs: help that waits for it is slow help.
HEAVY = ("sqlalchemy", "slack_bolt", "slack_sdk", "pydantic", "alembic", "jinja2", "fastapi", "uvicorn")


def test_help_names_every_command(tocsin: Tocsin) -> None:
    for words in [("--help",), ()]:
        reply = tocsin(*words)
        assert reply.code == 0
        assert not [command for command in (*COMMANDS, "policy") if f" {command} " not in reply.out]


@pytest.mark.parametrize(
    "command", [*COMMANDS, "policy check", "policy show", "deliveries list", "deliveries retry", "risks list"]
)
def test_every_command_explains_itself(tocsin: Tocsin, command: str) -> None:
    reply = tocsin(*command.split(), "--help")
    assert (reply.code, reply.err) == (0, "")
    assert f"tocsin {command}" in reply.out


def test_help_comes_at_once() -> None:
    """Without anything that takes time to load."""
    program = (
        "import sys; from bot.__main__ import main; code = main(['--help']); "
        f"print(*(m for m in {HEAVY!r} if m in sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_it_is_a_module_too() -> None:
    command = [sys.executable, "-m", "bot", "export", "INC-x"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "'INC-x' is no incident's key; they look like INC-7" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lst", "No such command 'lst'"),
        ("list --everything", "No such option: --everything"),
        ("policy", "Missing command"),
        ("policy look", "No such command 'look'"),
        ("show", "Missing argument 'KEY'"),
        ("show INC-seven", "'INC-seven' is no incident's key; they look like INC-7"),
        ("show 99999999999", "is no incident's key"),
        ("export INC-7 --format doc", "'doc' is not one of 'json', 'md', 'html', 'pdf', 'diff', 'csv'"),
        ("verify all", "'all' is no incident's key"),
        ("declare", "Missing argument"),
        ("declare Fire --by ana", "'ana' is no Slack user id such as U0123ABCD"),
        ("declare Fire --by U0ANA --kind physical", "'physical' is not one of 'operational', 'security'"),
        ("demo --port 70000", "less than or equal to 65535"),
    ],
)
def test_wrong_usage_says_what_is_right(tocsin: Tocsin, typed: str, words: str) -> None:
    reply = tocsin(*typed.split())
    assert reply.code == 2
    assert words in reply.said
    assert "--help` shows what there is." in reply.said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "SLACK_BOT_TOKEN is missing: set it to the Bot User OAuth Token"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is missing: set it to an app-level token"),
        ({"SLACK_BOT_TOKEN": "xapp-1-secret"}, "SLACK_BOT_TOKEN must be a token that begins with xoxb-"),
        ({"DATABASE_URL": "mysql://me:secret@host/db"}, "DATABASE_URL must be sqlite:///file.db or postgresql://"),
        ({"TOCSIN_HTTP": "8080"}, "TOCSIN_HTTP must be host:port such as 127.0.0.1:8080"),
        ({"TOCSIN_TIMEZONE": "Berlin"}, "TOCSIN_TIMEZONE must be an IANA time zone such as Europe/Berlin"),
    ],
)
def test_a_missing_or_malformed_setting_stops_run_before_it_connects(
    tocsin: Tocsin, desk: Path, settings: dict[str, str], words: str
) -> None:
    reply = tocsin("run", **settings)
    assert reply.code == 2
    assert words in reply.said
    assert "secret" not in reply.err
    assert list(desk.iterdir()) == [], "no database was made"


def test_a_bad_policy_stops_run_before_it_connects(tocsin: Tocsin, desk: Path) -> None:
    (desk / "policy.yml").write_text("severities:\n  sev1: {hihg: true}\n")
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    reply = tocsin("run", **tokens, TOCSIN_POLICY="policy.yml")
    assert reply.code == 2
    assert "policy.yml:2: severities.sev1.hihg: unknown key; did you mean 'high'?" in reply.said


DATABASE_COMMANDS = (
    "list",
    "show INC-1",
    "export INC-1",
    "verify",
    "repair",
    "migrate --check",
    "declare Fire --by U0ANA",
)


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
def test_without_a_database_the_commands_say_how_to_get_one(tocsin: Tocsin, desk: Path, command: str) -> None:
    reply = tocsin(*command.split(), DATABASE_URL="sqlite:///not/there.db")
    assert reply.code == 1
    assert "There is no database at sqlite:///not/there.db. Run `tocsin migrate`" in reply.said
    assert list(desk.iterdir()) == [], "looking makes nothing"


@pytest.mark.parametrize("command", [c for c in DATABASE_COMMANDS if c != "migrate --check"])
def test_without_a_schema_the_commands_say_how_to_get_one(tocsin: Tocsin, desk: Path, command: str) -> None:
    (desk / "empty.db").touch()
    reply = tocsin(*command.split(), DATABASE_URL="sqlite:///empty.db")
    assert reply.code == 1
    assert "has no schema" in reply.said
    assert "Run `tocsin migrate`." in reply.said


@pytest.mark.parametrize("command", ["list", "migrate", "migrate --check", "verify"])
def test_a_database_that_does_not_answer_is_told_without_its_password(tocsin: Tocsin, command: str) -> None:
    reply = tocsin(*command.split(), DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/tocsin")
    assert reply.code == 1
    assert "The database at postgresql+psycopg://me:***@127.0.0.1:1/tocsin does not answer" in reply.said
    assert "hunter2" not in reply.err


@pytest.mark.parametrize("command", ["list", "migrate"])
def test_a_file_that_is_no_database(tocsin: Tocsin, desk: Path, command: str) -> None:
    (desk / "notes.db").write_text("Milk, eggs, flour, and quite a few more things that are no database.\n" * 99)
    reply = tocsin(command, DATABASE_URL="sqlite:///notes.db")
    assert reply.code == 1
    assert "(file is not a database)" in reply.said


def test_a_folder_that_cannot_be_made(tocsin: Tocsin, desk: Path) -> None:
    (desk / "file").touch()
    reply = tocsin("migrate", DATABASE_URL="sqlite:///file/tocsin.db")
    assert reply.code == 1
    assert "Choose another in DATABASE_URL." in reply.said


@pytest.mark.parametrize("command", ["show INC-7", "export inc-7", "verify 7", "repair 7"])
def test_an_incident_that_is_not_there(tocsin: Tocsin, sqlite_url: str, command: str) -> None:
    reply = tocsin(*command.split(), DATABASE_URL=sqlite_url)
    assert reply.code == 1
    assert reply.said == "There is no incident INC-7. `tocsin list --all` shows those there are."


def test_a_file_that_cannot_be_written(tocsin: Tocsin, sqlite_url: str) -> None:
    tocsin("declare", "Fire", "--by", "U0ANA", DATABASE_URL=sqlite_url)
    reply = tocsin("export", "INC-1", "--out", "no/such/folder/inc-1.json")
    assert reply.code == 1
    assert reply.said == "no/such/folder/inc-1.json cannot be written (No such file or directory). Name another file."
