"""What is on its way out, and what did not arrive."""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

import typer

from bot import cli
from bot.cli import By, MaybeKey
from bot.shell import desk

app = typer.Typer(help="What is on its way to Slack and the mail server, and what did not arrive.")


@app.command("list")
def list_deliveries(key: MaybeKey = None) -> None:
    """List what has not arrived: what waits, what is under way, and what was given up, with the reason."""
    from bot import terminal
    from db import queries

    with desk.desk() as (store, _):
        if key is not None:
            cli.record(store, key)
        with store.read() as session:
            terminal.print_deliveries(queries.undelivered(session, key))


@app.command("retry")
def retry_deliveries(by: By, key: MaybeKey = None) -> None:
    """Try again what was given up. The bot carries it, and looks first whether it did arrive."""
    from bot.workflows import permissions
    from db import outbox

    with desk.desk() as (store, _):
        if key is not None:
            cli.record(store, key)
        with store.begin() as work:
            again = outbox.revive(work.session, now=work.now, incident=key)
            permissions.record(work, user=by, what="administrate", number=key, allowed=True)
    typer.echo(f"{again} to deliver again.")
