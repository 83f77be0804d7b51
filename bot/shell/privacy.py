"""What is taken out again, and what must not be: redaction, forgotten people, legal holds."""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from typing import Annotated

import typer

from bot import cli
from bot.cli import By, Key
from bot.shell import desk

app = typer.Typer()
Reason = Annotated[str, typer.Argument(help="Why; it stays on the timeline.")]


@app.command()
def redact(
    key: Key,
    entry: Annotated[int, typer.Argument(help="The entry's number, as `tocsin verify` counts: the first is 1.", min=1)],
    reason: Reason,
    by: By,
) -> None:
    """Take out what one entry of a timeline says. The timeline still verifies, and says who did it and why."""
    from bot.workflows import privacy

    with desk.changing(key) as (work, _):
        privacy.redact(work, number=key, seq=entry, by=by, reason=reason)
    typer.echo(f"Entry {entry} of INC-{key} is redacted. What stands in Slack, and in backups, is yours to delete.")


@app.command()
def forget(
    user: Annotated[str, typer.Argument(parser=cli.user, metavar="USERID", help="Whose data it is.")],
    reason: Reason,
    by: By,
) -> None:
    """Take out what somebody wrote, and where others name them; their Slack id stays. Not under legal hold."""
    from bot.workflows import privacy

    with desk.desk() as (store, _), store.begin() as work:
        taken = privacy.forget(work, user=user, by=by, reason=reason)
    entries = "1 entry is" if taken == 1 else f"{taken} entries are"
    typer.echo(f"{entries} redacted, and the name is forgotten. What stands in Slack is yours to delete.")


@app.command()
def hold(
    key: Key,
    reason: Reason,
    by: By,
    end: Annotated[bool, typer.Option("--end", help="End the hold.")] = False,  # noqa: FBT002 -- typer makes a flag of it
) -> None:
    """Put an incident under legal hold: nothing of it is redacted, and nothing expires, until the hold ends."""
    from bot.workflows import privacy

    with desk.changing(key) as (work, _):
        privacy.hold(work, number=key, on=not end, by=by, reason=reason)
    typer.echo(f"INC-{key} is {'no longer ' if end else ''}under legal hold.")
