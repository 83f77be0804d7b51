"""The command line: `tocsin`, also `python -m bot`.

Exit code 0 is success, 1 "it ran and the answer is no", 2 wrong usage, settings or policy. An error is one line on stderr
that says what to do.
"""

# ruff: noqa: PLC0415 -- imports stand inside the commands, so that `--help` and a mistyped option answer at once

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import cli, errors
from bot.cli import By, Key, MaybeKey
from bot.shell import clocks, deliveries, evidence, incidents, privacy, risks
from db.enums import Kind

OK, NO, WRONG = 0, 1, 2

app = typer.Typer(
    help="A Slack-native incident bot: rooms, roles, phases, a timeline that verifies itself, and reviews that get done.",
    epilog="Settings come from the environment and .env; `tocsin doctor` shows them. All commands work beside a running bot.",
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules = typer.Typer(help="Look at the policy: how the team handles incidents.")
app.add_typer(rules, name="policy")
for topic in (incidents, privacy, evidence):
    app.add_typer(topic.app)
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(clocks.app, name="clocks")
app.add_typer(risks.app, name="risks")


class Format(StrEnum):
    """How a record is written."""

    JSON = "json"
    MD = "md"
    HTML = "html"
    PDF = "pdf"
    DIFF = "diff"
    CSV = "csv"


class ReportFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    MD = "md"
    HTML = "html"


BREACHES = 0


def _subject(text: str) -> int:
    """An incident's number, or the register of breaches."""
    return BREACHES if text == "breaches" else cli.number(text)


@app.callback()
def tocsin(context: typer.Context) -> None:
    """Show the help when nothing is asked."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


# ── running it ─────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def run() -> None:
    """Run the bot against Slack until Ctrl-C or SIGTERM. Brings the database schema up to date first."""
    from bot import database, logs

    logs.configure()
    settings = cli.settings(need_slack=True)
    cli.policy(settings)  # Before anything heavy is loaded, and before anything connects.
    from slack_sdk.errors import SlackApiError

    from bot import app as house

    try:
        with database.in_words(settings):
            house.run(settings)
    except SlackApiError as error:
        code = error.response.get("error")
        raise errors.BadSettings(f"SLACK_APP_TOKEN: Slack answered {code}. `tocsin doctor` says more.") from error


@app.command()
def demo(
    port: Annotated[
        int | None,
        typer.Option(help="Where the workspace listens; without it, 8100 or another.", min=1, max=65535),
    ] = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew: forget what an earlier demo left.")] = False,
    rate_limits: Annotated[bool, typer.Option(help="Limit the bot's calls as Slack does.")] = True,
) -> None:
    """Try tocsin without Slack: a local workspace, the real bot, and two incidents to look at."""
    from bot import demo as stage

    stage.run(port=port, fresh=fresh, rate_limits=rate_limits)


@app.command()
def migrate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 unless the schema is current.")
    ] = False,
) -> None:
    """Bring the database schema up to date. Safe when several start at once, and beside a running bot."""
    import migrations
    from bot import database

    settings = cli.settings()
    with database.reached(settings) if check else database.made(settings) as store:
        here, wanted = database.schema(store.engine)
        if here == wanted:
            typer.echo(f"The schema is current: {here}.")
            if not check:
                database.seal(store)
        elif check:
            typer.echo(f"The schema is {here or 'empty'}, not {wanted}. Run `tocsin migrate`.")
            raise typer.Exit(NO)
        else:
            migrations.upgrade(store.engine)
            database.seal(store)
            typer.echo(f"{here or 'empty'} → {wanted}")


@app.command()
def doctor() -> None:
    """Check settings, policy, database, Slack and clock; say what to do about what is wrong. Changes nothing."""
    from rich.console import Console

    from bot import doctor as examiner
    from bot.clock import SystemClock

    if not examiner.show(examiner.examine(SystemClock().now), Console(highlight=False)):
        raise typer.Exit(NO)


@app.command()
def repair(by: By, key: MaybeKey = None) -> None:
    """Try again what could not be delivered; with a KEY, draw everything of that incident anew. The bot carries it."""
    from bot import database
    from bot.workflows import permissions, rooms
    from db import outbox

    with database.opened(cli.settings()) as store:
        if key is not None:
            cli.record(store, key)
        with store.begin() as work:
            again = rooms.repair(work, number=key) if key else outbox.revive(work.session, now=work.now)
            permissions.record(work, user=by, what="administrate", number=key, allowed=True)
    typer.echo(f"{again} to deliver again.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to; what is there is replaced.")]) -> None:
    """Write everything into one file that can be checked and restored, while the bot goes on."""
    from bot import database
    from bot.clock import SystemClock
    from db import backup as archive

    with database.opened(cli.settings()) as store, cli.writing(file):
        written = archive.write(store.engine, file, now=SystemClock().now())
    typer.echo(f"{sum(written.rows.values())} rows and {written.timelines} timelines are in {file}.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `tocsin backup` wrote.")]) -> None:
    """Fill an empty database, SQLite or PostgreSQL, from a backup. Everything is verified before anything is kept."""
    from bot import database
    from db import backup as archive

    with database.made(cli.settings()) as store:
        try:
            found = archive.restore(store.engine, file)
        except archive.BadBackup as error:
            raise errors.TocsinError(str(error)) from error
    typer.echo(f"{sum(found.rows.values())} rows and {found.timelines} timelines are restored and verified.")


# ── incidents ──────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def declare(
    title: Annotated[str, typer.Argument(help="What is wrong, in one line.")],
    by: By,
    severity: Annotated[
        str | None, typer.Option(help="How bad it is; without it, the policy's usual.", show_default=False)
    ] = None,
    kind: Annotated[Kind, typer.Option(help="What sort of incident it is.")] = Kind.OPERATIONAL,
    *,
    private: Annotated[bool, typer.Option("--private", help="Only its room may know of it.")] = False,
    drill: Annotated[bool, typer.Option("--drill", help="An exercise.")] = False,
) -> None:
    """Declare an incident. The running bot opens its room; if none runs, the next one does."""
    from bot import database
    from bot.workflows import consequences, incidents

    settings = cli.settings()
    policy = cli.policy(settings)
    with database.opened(settings) as store:
        consequences.attach(store, policy=lambda: policy, mail=settings.smtp is not None)
        try:
            with store.begin() as work:
                incident = incidents.declare(
                    work,
                    policy=policy,
                    by=by,
                    title=title,
                    severity=severity,
                    kind=kind,
                    private=private,
                    drill=drill,
                )
        except errors.Refused as refusal:
            raise cli.WrongUsage(str(refusal)) from refusal
    typer.echo(f"{incident.key} is declared as {incident.severity}. The running bot opens its room.")


@app.command("list")
def list_incidents(
    *, every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False
) -> None:
    """List the open incidents, private ones included."""
    from bot import database, terminal
    from db import queries

    with database.opened(cli.settings()) as store, store.read() as session:
        newest_first = queries.incidents_open(session, limit=1000)
        terminal.print_list(queries.incidents_all(session) if every else reversed(newest_first))


@app.command()
def show(key: Key) -> None:
    """Show an incident: how it stands, what is missing, what could not be delivered, and its document."""
    from bot import database, export, terminal
    from bot.clock import SystemClock
    from bot.views import document

    settings = cli.settings()
    policy = cli.policy(settings)
    with database.opened(settings) as store:
        record = cli.record(store, key)
        people = export.people_in(store, record, slack=None)
    text = document.markdown(record, policy, people, now=SystemClock().now())
    terminal.print_incident(record, policy, people, text)


@app.command("export")
def export_record(
    key: Annotated[
        int,
        typer.Argument(
            parser=_subject,
            metavar="KEY",
            help="The incident, such as INC-7; or breaches, the register of GDPR Art. 33(5).",
        ),
    ],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Of an incident json; md, html, pdf or diff for the review document. Of breaches csv or md.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there instead of printing.", show_default=False)
    ] = None,
) -> None:
    """Write out an incident's record as JSON, its review document as Markdown, HTML or PDF, or the register of breaches."""
    if key == BREACHES:
        cli.write(_register(form or Format.CSV), out)
        return
    form = form or Format.JSON
    if form is Format.CSV:
        raise cli.WrongUsage("The register of breaches is exported as csv; an incident as json, md, html, pdf or diff.")
    from bot import database, export, slack
    from bot.clock import SystemClock
    from bot.views import papers, pictures

    settings = cli.settings()
    policy = cli.policy(settings)
    token = settings.slack_bot_token
    workspace = slack.Slack(slack.client(token.get_secret_value(), settings.slack_api_url)) if token else None
    now = SystemClock().now()
    with database.opened(settings) as store:
        record = cli.record(store, key)
        people = export.people_in(store, record, workspace)
        with database.snapshot(store) as session:
            if form is Format.JSON:
                found = export.record_json(session, key, policy=policy, people=people, now=now)
                cli.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n", out)
                return
            text = (
                export.changes_of(session, record)
                if form is Format.DIFF
                else export.document_of(session, record, policy=policy, people=people, now=now)
            )
    match form:
        case Format.HTML:
            cli.write(papers.html(text, pictures.timeline(record, policy, now=now)), out)
        case Format.PDF:
            _write_bytes(papers.pdf(text, now=now, picture=pictures.timeline(record, policy, now=now)), out)
        case _:
            cli.write(text.rstrip("\n") + "\n", out)


@app.command("report")
def report_month(
    month: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="Which month; without it, the last one that is over.", show_default=False),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="json or csv for programs, md or html for people.", show_default=False),
    ] = None,
    before: Annotated[
        int, typer.Option("--compare", help="So many months before it stand beside it.", min=0, max=36)
    ] = 3,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there instead of printing.", show_default=False)
    ] = None,
) -> None:
    """Count and time the incidents, reviews and actions of a month; docs/figures.md says what each figure means."""
    from bot import database, report, terminal
    from bot.clock import SystemClock
    from bot.views import figures
    from bot.workflows import monthly
    from db.records import Month

    settings = cli.settings()
    policy = cli.policy(settings)
    now = SystemClock().now()
    running = Month.of(now, policy.calendar.zone)
    wanted = cli.month(month, running) if month else running.after(-1)
    with database.opened(settings) as store, database.snapshot(store) as session:
        found = monthly.report(session, policy=policy, month=wanted, now=now, before=before)
    match form:
        case ReportFormat.JSON:
            cli.write(json.dumps(report.as_json(found), ensure_ascii=False, indent=2) + "\n", out)
        case ReportFormat.CSV:
            cli.write(report.as_csv(found), out)
        case ReportFormat.HTML:
            cli.write(report.as_html(found, policy), out)
        case None if out is None:
            below = (figures.now_overdue(found), figures.DEFINITIONS)
            terminal.print_report(report.heads(found), report.table(found, policy), below)
        case _:
            cli.write(report.as_markdown(found, policy), out)


# ── the policy ─────────────────────────────────────────────────────────────────────────────────────────────────────


@rules.command("check")
def check_policy(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file; without it, the one in TOCSIN_POLICY.", show_default=False)
    ] = None,
) -> None:
    """Check a policy file; an error names the line and the key."""
    cli.policy(cli.settings(), file)
    typer.echo(f"{file or cli.settings().policy or 'The built-in policy'} is fine.")


@rules.command("show")
def show_policy() -> None:
    """Print the policy as it holds: the file over the defaults."""
    import yaml

    policy = cli.policy(cli.settings()).model_dump(mode="json")
    typer.echo(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=120).rstrip())


@rules.command("explain")
def explain_policy(key: Key) -> None:
    """Say of each escalation rule whether it was followed for an incident: when and why, or why not."""
    from bot import database, terminal
    from bot.clock import SystemClock
    from bot.workflows import escalation

    settings = cli.settings()
    policy = cli.policy(settings)
    with database.opened(settings) as store:
        record = cli.record(store, key)
    mail, now = settings.smtp is not None, SystemClock().now()
    terminal.print_verdicts(escalation.explain(record, policy=policy, mail=mail, now=now))


# ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _register(form: Format) -> str:
    """The register of personal data breaches."""
    if form not in (Format.CSV, Format.MD):
        raise cli.WrongUsage("The register of breaches is exported as csv or md.")
    from sqlalchemy import select

    from bot import database, register
    from bot.clock import SystemClock
    from db import queries
    from db.models import Person

    settings = cli.settings()
    policy = cli.policy(settings)
    now = SystemClock().now()
    with database.opened(settings) as store, database.snapshot(store) as session:
        people = queries.people(session, session.scalars(select(Person.user)))
        rows = register.breaches(session, policy, people, now=now)
    return register.as_csv(rows) if form is Format.CSV else register.as_markdown(rows, now=now)


def _write_bytes(content: bytes, out: Path | None) -> None:
    if out is None and sys.stdout.isatty():
        raise cli.WrongUsage(
            "A PDF is nothing for a terminal: name a file with --out, or send it on to another program."
        )
    if out is None:
        typer.echo(content, nl=False)
        return
    with cli.writing(out):
        out.write_bytes(content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code. Without `arguments`, those of the process."""
    try:
        return int(app(args=arguments, prog_name="tocsin", standalone_mode=False) or OK)
    except typer.TyperException as wrong:
        usage = getattr(getattr(wrong, "ctx", None), "command_path", "tocsin")
        return _complain(f"{wrong.format_message().rstrip('.')}. `{usage} --help` shows what there is.", WRONG)
    except (cli.WrongUsage, errors.BadSettings, errors.BadPolicy) as error:
        return _complain(str(error), WRONG)
    except errors.TocsinError as error:
        return _complain(str(error), NO)
    except ModuleNotFoundError as missing:
        return _complain(
            f"the package {missing.name} is not installed. Run `make run`, or pip with requirements.txt.", NO
        )
    except Exception as bug:  # An operator gets a line to report; the log's format keeps people's words out of it.
        from bot.logs import described

        return _complain(f"this is a bug in tocsin, please report it: {described(bug)}", NO)


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"tocsin: {' '.join(sentence.split())}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
