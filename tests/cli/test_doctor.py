"""The doctor: what is in place, what is not, and what to do about it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from bot import doctor, policy
from bot.clock import MovableClock
from bot.doctor import Finding, Level
from bot.workflows import people, risks
from db import outbox
from db.records import PersonRecord
from db.store import Store
from sandbox import Workspace, running
from tests.cli.conftest import Tocsin, declare
from tests.post_office import PostOffice
from tests.story import MANIFEST, workspace

OK, WARN, BAD = Level.OK, Level.WARN, Level.BAD


@pytest.fixture
def slack(clock: MovableClock) -> Iterator[Workspace]:
    with running(workspace(clock)) as server:
        yield server.ws


@pytest.fixture
def env(slack: Workspace, sqlite_url: str) -> dict[str, str]:
    """Settings with which everything is well, but for e-mail."""
    return {**slack.settings(), "DATABASE_URL": sqlite_url}


def found(env: dict[str, str], now: datetime | None = None) -> dict[str, Finding]:
    """The findings by name."""
    return {finding.name: finding for finding in doctor.examine(lambda: now or datetime.now(UTC), env)}


def levels(findings: dict[str, Finding], *names: str) -> list[Level]:
    return [findings[name].level for name in names]


def test_all_is_well(env: dict[str, str]) -> None:
    findings = found(env)
    assert [name for name, finding in findings.items() if finding.level is not OK] == ["e-mail"]
    assert findings["slack"].sentence == "tocsin in the workspace Sandbox"
    assert findings["channel"].sentence == "#incidents, and the bot is in it"
    assert findings["events"].sentence == "over Socket Mode"
    assert findings["schema"].sentence.endswith("the newest")


def test_it_prints_a_line_for_each_finding_and_changes_nothing(
    tocsin: Tocsin, env: dict[str, str], slack: Workspace
) -> None:
    reply = tocsin("doctor", **env)
    assert (reply.code, reply.err) == (0, "")
    assert all(re.match(r"(ok|warn|bad) +\S", line) for line in reply.out.splitlines())
    looking = {"auth.test", "conversations.list", "apps.connections.open"}
    assert {request.method for request in slack.requests} == looking


def test_bad_findings_make_the_answer_no(tocsin: Tocsin) -> None:
    reply = tocsin("doctor")
    assert reply.code == 1
    assert re.search(r"^bad +SLACK_BOT_TOKEN +is missing: set it", reply.out, re.MULTILINE)
    assert re.search(r"^bad +database +There is no database at", reply.out, re.MULTILINE)
    assert re.search(r"^warn +slack +not checked", reply.out, re.MULTILINE)


def test_settings_are_shown_and_secrets_are_not(tocsin: Tocsin, env: dict[str, str]) -> None:
    secrets = {
        "SLACK_SIGNING_SECRET": "hunter2signing",
        "TOCSIN_SMTP_URL": "smtp://post:hunter2mail@mail.example.com",
        "DATABASE_URL": "postgresql://me:hunter2db@127.0.0.1:1/tocsin",
    }
    out = tocsin("doctor", **(env | secrets), TOCSIN_TIMEZONE="Europe/Berlin").out
    assert re.search(r"SLACK_BOT_TOKEN +set\n", out)
    assert re.search(r"TOCSIN_TIMEZONE +set to Europe/Berlin\n", out)
    assert re.search(r"TOCSIN_HTTP +not set \(127.0.0.1:8080\)\n", out)
    assert re.search(r"TOCSIN_SMTP_URL +set to mail.example.com:25\n", out)
    assert re.search(r"DATABASE_URL +set to postgresql\+psycopg://me:\*\*\*@127.0.0.1:1/tocsin\n", out)
    assert "hunter2" not in out
    assert env["SLACK_BOT_TOKEN"] not in out


def test_a_malformed_setting_is_all_there_is_to_say(tocsin: Tocsin) -> None:
    reply = tocsin("doctor", TOCSIN_HTTP="8080")
    assert reply.code == 1
    assert reply.out.startswith("bad  settings")
    assert "TOCSIN_HTTP must be host:port" in reply.out


def test_the_policy(env: dict[str, str], desk: Path) -> None:
    (desk / "policy.yml").write_text("rolls: {}\n")
    finding = found(env | {"TOCSIN_POLICY": "policy.yml"})["policy"]
    assert finding.level is BAD
    assert "policy.yml:1: rolls: unknown key; did you mean 'roles'?" in finding.sentence


def test_e_mail(env: dict[str, str], post_office: PostOffice) -> None:
    assert found(env)["e-mail"].level is WARN
    where = post_office.url.removeprefix("smtp://")
    assert found(env | {"TOCSIN_SMTP_URL": post_office.url})["e-mail"] == Finding(
        "e-mail", OK, f"{where} lets us in, in the clear; from tocsin@localhost"
    )
    refused = found(env | {"TOCSIN_SMTP_URL": f"{post_office.url}?starttls=true"})["e-mail"]
    assert (refused.level, refused.fix) == (
        BAD,
        "Check TOCSIN_SMTP_URL, the network, and the mail server's certificate.",
    )
    assert "does not offer what TOCSIN_SMTP_URL asks for" in refused.sentence
    post_office.closes()
    assert (
        "did not answer (ConnectionRefusedError)"
        in found(env | {"TOCSIN_SMTP_URL": f"smtp://{where}"})["e-mail"].sentence
    )
    assert post_office.mails == []


# ── the database ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_database_without_a_schema(env: dict[str, str], desk: Path) -> None:
    (desk / "empty.db").touch()
    findings = found(env | {"DATABASE_URL": "sqlite:///empty.db"})
    assert levels(findings, "database", "schema") == [OK, BAD]
    assert findings["schema"].fix == "Run `tocsin migrate`."
    assert "timelines" not in findings
    assert findings["slack"].level is OK, "the rest is examined all the same"


def test_a_database_that_does_not_answer(env: dict[str, str]) -> None:
    findings = found(env | {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/tocsin"})
    assert levels(findings, "database", "slack") == [BAD, OK]


def test_a_timeline_that_was_changed(env: dict[str, str], books: Store) -> None:
    declare(books)
    declare(books)
    assert found(env)["timelines"] == Finding("timelines", OK, "the newest 2 verify")
    with books.begin() as work:
        work.session.execute(text("UPDATE entries SET text = 'All is well' WHERE incident_id = 2"))
    finding = found(env)["timelines"]
    assert (finding.level, finding.sentence) == (BAD, "changed behind tocsin's back: INC-2.")


def test_what_could_not_be_delivered(env: dict[str, str], books: Store) -> None:
    declare(books)
    with books.begin() as work:
        (claimed,) = outbox.claim(work.connection, now=work.now, lease=timedelta(minutes=1))
        outbox.bury(work.session, claimed, now=work.now, error="restricted_action")
    finding = found(env)["undelivered"]
    assert (finding.level, finding.sentence) == (WARN, "1 thing could not be delivered.")
    assert "`tocsin repair` tries again" in finding.fix


def test_rooms_out_of_reach(env: dict[str, str], books: Store) -> None:
    for _ in range(3):
        declare(books)
    assert found(env)["rooms"].level is OK
    with books.begin() as work:
        work.session.execute(text("UPDATE incidents SET room_archived = 1 WHERE id = 1"))
        work.session.execute(text("UPDATE incidents SET room_lost = 1 WHERE id = 3"))
    finding = found(env)["rooms"]
    assert finding.level is WARN
    assert finding.sentence.endswith("though the incident is open: INC-1, INC-3.")
    assert "`tocsin repair KEY`" in finding.fix


def test_risks_whose_owner_has_left(env: dict[str, str], books: Store) -> None:
    with books.begin() as work:
        people.remember(work, PersonRecord(user="U0BO", name="Bo", active=True))
        values = {"title": "A disk fills up", "likelihood": 2, "impact": 3, "owner": "U0BO"}
        risks.add(work, policy=policy.load(), by="U0BO", values=values)
    assert "risks" not in found(env)
    with books.begin() as work:
        people.remember(work, PersonRecord(user="U0BO", name="Bo", active=False))
    assert found(env)["risks"].sentence == "whoever owned R-1 has left."


def test_what_waits_for_a_bot_that_is_not_there(env: dict[str, str], books: Store, clock: MovableClock) -> None:
    declare(books)
    assert "delivery" not in found(env, clock.now())
    finding = found(env, clock.now() + timedelta(minutes=11))["delivery"]
    assert (finding.level, finding.sentence) == (WARN, "Something has waited for 11 minutes.")


# ── Slack ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_slack_is_away(env: dict[str, str]) -> None:
    """The doctor says so, and goes on."""
    findings = found(env | {"SLACK_API_URL": "http://127.0.0.1:1/api/"})
    assert findings["slack"].level is BAD
    assert "http://127.0.0.1:1/api/ does not answer" in findings["slack"].sentence
    assert "scopes" not in findings
    assert levels(findings, "database", "e-mail") == [OK, WARN]


def test_a_token_that_slack_does_not_know(env: dict[str, str]) -> None:
    findings = found(env | {"SLACK_BOT_TOKEN": "xoxb-not-this-one"})
    assert findings["slack"].sentence == "Slack answered invalid_auth to auth.test."
    assert "Copy the Bot User OAuth Token" in findings["slack"].fix
    assert findings["events"].level is OK, "the other token is looked at all the same"


def test_an_app_token_that_slack_does_not_know(env: dict[str, str]) -> None:
    finding = found(env | {"SLACK_APP_TOKEN": "xapp-not-this-one"})["events"]
    assert finding.level is BAD
    assert finding.sentence == "Slack answered invalid_auth to apps.connections.open."


def test_without_an_app_token_slack_must_reach_us(env: dict[str, str]) -> None:
    del env["SLACK_APP_TOKEN"]
    assert found(env)["events"].sentence == "over HTTP: Slack must reach POST /slack/events on 127.0.0.1:8080"


def test_missing_scopes_are_named(env: dict[str, str], clock: MovableClock) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"] = ["channels:read", "chat:write", "commands"]
    poorer = Workspace(manifest)
    with running(poorer):
        finding = found(env | poorer.settings())["scopes"]
    assert finding.level is BAD
    assert finding.sentence.startswith("missing: app_mentions:read, canvases:read, canvases:write, ")
    assert "chat:write," not in finding.sentence
    assert "app.manifest.yml" in finding.fix


def test_the_incidents_channel(env: dict[str, str], slack: Workspace) -> None:
    slack.add_channel("outages", members=["Ana"], with_app=False)
    slack.add_channel("secrets", members=["Ana"], private=True)
    assert found(env | {"TOCSIN_INCIDENTS_CHANNEL": "outages"})["channel"].level is WARN
    for name in ("secrets", "nowhere"):
        finding = found(env | {"TOCSIN_INCIDENTS_CHANNEL": name})["channel"]
        assert (finding.level, finding.sentence) == (BAD, f"There is no public channel #{name}.")


@pytest.mark.parametrize(("apart", "level"), [(0, OK), (30, WARN), (-30, WARN), (600, BAD)])
def test_a_clock_that_runs_differently(env: dict[str, str], apart: int, level: Level) -> None:
    findings = found(env, datetime.now(UTC) + timedelta(seconds=apart))
    assert findings["clock"].level is level
