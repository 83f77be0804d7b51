"""Where whoever sits at a shell works: the store, the policy, and what is said of a change."""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from bot import cli, errors

if TYPE_CHECKING:
    from bot.policy import Policy
    from db.store import Store, Work


@contextmanager
def desk() -> Iterator[tuple["Store", "Policy"]]:
    """The store and the policy. A refusal is said with names for ids, which a terminal knows no mentions for."""
    from bot import database
    from bot.views.letters import Plain
    from bot.workflows import consequences
    from db import queries
    from db.records import users_in

    settings = cli.settings()
    policy = cli.policy(settings)
    with database.opened(settings) as store:
        consequences.attach(store, policy=lambda: policy, mail=settings.smtp is not None)
        try:
            yield store, policy
        except errors.Refused as refusal:
            with store.read() as session:
                people = queries.people(session, users_in(str(refusal)))
            raise errors.Refused(Plain(people).text(str(refusal))) from refusal


@contextmanager
def changing(key: int) -> Iterator[tuple["Work", "Policy"]]:
    """A transaction on an incident that is there."""
    with desk() as (store, policy):
        cli.record(store, key)
        with store.begin() as work:
            yield work, policy


def said(key: int, what: str) -> None:
    """What was done to an incident."""
    typer.echo(f"INC-{key} {what}. The running bot says so in Slack.")
