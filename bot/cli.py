"""What the commands of the command line share: how keys and people are typed, and what stands behind them."""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import errors
from db.enums import ComponentState

if TYPE_CHECKING:
    from bot.policy import Policy
    from bot.settings import Settings
    from db.records import Month, Record
    from db.store import Store

NAME_MOST = 26  # with "shell:" before it, what a column for people holds


class WrongUsage(errors.TocsinError):
    """What was typed cannot be; the sentence says what can."""


def number(key: str) -> int:
    """`INC-7`, `inc-7` or `7`, as 7."""
    digits = key.lower().removeprefix("inc-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise typer.BadParameter(f"{key!r} is no incident's key; they look like INC-7")
    return int(digits)


def month(text: str, running: "Month") -> "Month":
    """`2026-10`; one that has begun."""
    from db.records import Month

    try:
        wanted = Month.parse(text)
    except ValueError:
        raise WrongUsage(f"{text!r} is no month; write it like 2026-10.") from None
    if wanted > running:
        raise WrongUsage(f"{wanted.name} has not begun yet. The newest month is {running}.")
    return wanted


def user(text: str) -> str:
    """A Slack user id."""
    if not (text[:1] in {"U", "W"} and text.isascii() and text.isalnum() and text == text.upper()):
        raise typer.BadParameter(f"{text!r} is no Slack user id such as U0123ABCD (profile, ⋮, Copy member ID)")
    return text


def states(named: list[str]) -> dict[str, ComponentState]:
    """`checkout=major_outage`, as a component's key and its state."""
    found = {}
    for one in named:
        key, _, state = one.partition("=")
        if state not in list(ComponentState):
            raise typer.BadParameter(f"{one!r} is no part and state: write checkout=one of {', '.join(ComponentState)}")
        found[key] = ComponentState(state)
    return found


def actor(text: str) -> str:
    """A Slack user id, or whoever sits at the shell: the default is read like what is typed."""
    return text if text == shell_user() else user(text)


def shell_user() -> str:
    """Who sits at the shell, as `shell:root`: plain text for everybody, and never a mention."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # containers run under numbers that have no name
        name = str(os.getuid())
    return f"shell:{name[:NAME_MOST]}"


Key = Annotated[int, typer.Argument(parser=number, metavar="KEY", help="The incident, such as INC-7.")]
MaybeKey = Annotated[
    int | None, typer.Argument(parser=number, metavar="[KEY]", help="An incident, such as INC-7; without it, all.")
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        parser=actor,
        metavar="USERID",
        default_factory=shell_user,
        show_default="you, by your name on this machine",
        help="Who does it: a Slack user id, such as U0123ABCD.",
    ),
]


def settings(*, need_slack: bool = False) -> "Settings":
    """The settings; BadSettings when they cannot be read."""
    from bot import settings as environment

    return environment.load(need_slack=need_slack)


def policy(found: "Settings", file: Path | None = None) -> "Policy":
    """The policy in `file`, or the one that the settings name; BadPolicy when it cannot be read."""
    from bot import policy as rules

    return rules.load(file or found.policy, zone=found.timezone)


def write(text: str, out: Path | None) -> None:
    """Write a text into a file, or print it."""
    if out is None:
        typer.echo(text, nl=False)
        return
    with writing(out):
        out.write_text(text, encoding="utf-8", newline="")


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Says in words why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise errors.TocsinError(f"{file} cannot be written ({error.strerror}). Name another file.") from error


def record(store: "Store", key: int) -> "Record":
    """Everything about an incident; Refused when there is none."""
    from bot import database
    from db import queries

    with database.snapshot(store) as session:
        if queries.incident(session, key) is None:
            raise no_incident(key)
        return queries.record(session, key)


def no_incident(key: int) -> errors.TocsinError:
    """The sentence for a key that nothing has."""
    return errors.Refused(f"There is no incident INC-{key}. `tocsin list --all` shows those there are.")
