"""Evidence from the command line: the archive for an auditor, and whether it, or the database, is as tocsin wrote it."""

# ruff: noqa: PLC0415 -- imports stand inside the commands, so that `--help` and a mistyped option answer at once

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot import cli, errors
from bot.cli import By

app = typer.Typer()
OK, NO = 0, 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; they look like 2026-01-31") from None


def _subject(text: str) -> int | Path:
    """An incident's number, or an archive."""
    return Path(text) if text.lower().endswith(".zip") or Path(text).is_file() else cli.number(text)


@app.command()
def evidence(
    first: Annotated[
        date, typer.Option("--from", parser=_day, metavar="DAY", help="The period's first day: 2026-01-01.")
    ],
    last: Annotated[date, typer.Option("--to", parser=_day, metavar="DAY", help="Its last day, included: 2026-06-30.")],
    by: By,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to; nothing is overwritten.")] = Path("evidence.zip"),
    controls: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Frameworks of your own, beside those built in.", show_default=False),
    ] = None,
    *,
    private: Annotated[
        bool, typer.Option("--private", help="With what private incidents say, not only that there are some.")
    ] = False,
) -> None:
    """Write everything that is kept of a period into one file for an auditor: records, reviews, timelines, controls."""
    from bot import database
    from bot.clock import SystemClock
    from bot.evidence import archive
    from bot.evidence import controls as catalogues
    from bot.evidence.order import Order, Period
    from bot.workflows import permissions

    settings = cli.settings()
    policy = cli.policy(settings)
    now = SystemClock().now()
    try:
        period = Period.of(first, last, policy)
        catalogue = catalogues.catalogue(controls)
    except (errors.Refused, catalogues.BadControls) as wrong:
        raise cli.WrongUsage(str(wrong)) from wrong
    if out.exists():
        raise errors.Refused(f"{out} is there already. Nothing is overwritten: name another file with --out.")
    with database.opened(settings) as store:
        with store.begin() as work:  # First, so that it is in the archive itself.
            permissions.record(work, user=by, what=_what(private=private), number=None, allowed=True)
        order = Order(period=period, by=by, private=private, catalogue=catalogue, made_at=max(now, work.now))
        with database.snapshot(store) as session, _progress() as told:
            made = archive.write(store, session, out, policy=policy, order=order, told=told)
    typer.echo(f"{made.incidents} incidents in {made.files} files are in {out}; {made.missing} tests miss evidence.")
    if made.breaks:
        typer.echo(
            f"Not everything is as tocsin wrote it ({made.breaks}): `tocsin verify` and verification.json say what."
        )
    typer.echo(f"Note the SHA-256 of its manifest somewhere else: {made.sha256}")


def _what(*, private: bool) -> str:
    return "evidence with private" if private else "evidence"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Incidents"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@app.command()
def verify(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY|FILE]",
            help="An incident, such as INC-7, or an archive of evidence; without it, everything in the database.",
        ),
    ] = None,
) -> None:
    """Check that everything is as tocsin wrote it: name whatever was changed, taken out or added by anybody else."""
    subject = None if what is None else _subject(what)
    if isinstance(subject, Path):
        _verify_archive(subject)
        return
    from bot import database
    from db import proof, queries

    with database.opened(cli.settings()) as store, database.snapshot(store) as session:
        if subject is not None and queries.incident(session, subject) is None:
            raise cli.no_incident(subject)
        breaks = proof.verify(session, None if subject is None else [subject])
        many = queries.count_incidents(session) if subject is None else 1
    for found in breaks:
        typer.echo(str(found))
    if breaks:
        raise typer.Exit(NO)
    typer.echo(f"{many} {'timeline holds' if many == 1 else 'timelines hold'}.")


def _verify_archive(path: Path) -> None:
    from bot.evidence import check

    verdict = check.check(path)
    for found in verdict.differences:
        typer.echo(str(found))
    if verdict.differences:
        raise typer.Exit(NO)
    holds = "timeline holds" if verdict.timelines == 1 else "timelines hold"
    typer.echo(f"{verdict.files} files are as they were written; {verdict.timelines} {holds}.")
    typer.echo(f"SHA-256 of the manifest: {verdict.sha256}")
