"""What people do to incidents from a shell: the same workflows on the same store as in Slack, and without it.

While Slack is away this is how an incident is run. The running bot shows it in Slack, or the next one that reaches it
does.
"""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot import cli, errors
from bot.cli import By, Key, MaybeKey
from db.enums import Phase, Stage

if TYPE_CHECKING:
    from bot.policy import Policy
    from db.store import Store, Work

app = typer.Typer()
deliveries = typer.Typer(help="What is on its way to Slack and the mail server, and what did not arrive.")
app.add_typer(deliveries, name="deliveries")


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


@app.command()
def assign(
    key: Key,
    role: Annotated[str, typer.Argument(help="commander, primary, secondary, comms, or one of the policy's own.")],
    user: Annotated[str, typer.Argument(parser=cli.user, metavar="USERID", help="Whose it is, such as U0123ABCD.")],
    by: By,
    note: Annotated[str, typer.Option(help="What the successor must know.")] = "",
) -> None:
    """Give a role to somebody; whoever had it loses it."""
    from bot.workflows import roles
    from db import queries
    from db.records import PersonRecord

    with changing(key) as (work, policy):
        known = queries.people(work.session, [user]).get(user)
        person = known or PersonRecord(user=user, name=user)  # Slack, who would know, may be away.
        warning = roles.assign(work, policy=policy, number=key, by=by, role=role, person=person, note=note)
        label = policy.role(role).label
    said(key, f"has a new {label}: {person.name}")
    if warning:
        typer.echo(warning)


@app.command()
def phase(
    key: Key, to: Annotated[Phase, typer.Argument(metavar="PHASE", help="The phase it is in now.")], by: By
) -> None:
    """Move an incident to another phase."""
    from bot.workflows import incidents

    with changing(key) as (work, policy):
        incidents.move(work, policy=policy, number=key, by=by, to=to)
    said(key, f"is in {to.value}")


@app.command()
def severity(
    key: Key,
    to: Annotated[str, typer.Argument(metavar="SEVERITY", help="How bad it is, such as sev2.")],
    reason: Annotated[str, typer.Argument(help="Why.")],
    by: By,
) -> None:
    """Change the severity; the same one again confirms it."""
    from bot.workflows import incidents

    with changing(key) as (work, policy):
        changed = incidents.set_severity(work, policy=policy, number=key, by=by, to=to, reason=reason)
    said(key, f"is {changed.severity}")


@app.command()
def note(key: Key, text: Annotated[str, typer.Argument(help="What happened, or was found or done.")], by: By) -> None:
    """Add a line to the timeline."""
    from bot.workflows import incidents

    with changing(key) as (work, _):
        incidents.note(work, number=key, by=by, text=text)
    said(key, "has a new note")


@app.command()
def update(key: Key, text: Annotated[str, typer.Argument(help="How it stands.")], by: By) -> None:
    """Say how it stands: to the room and, unless the incident is private, to everybody."""
    from bot.workflows import incidents

    with changing(key) as (work, _):
        incidents.update(work, number=key, by=by, text=text)
    said(key, "has a new update")


@app.command()
def customers(
    key: Key,
    by: By,
    stage: Annotated[Stage | None, typer.Option(help="Draft an update: where it stands.", show_default=False)] = None,
    text: Annotated[str, typer.Option(help="What customers read; without it, what the record proposes.")] = "",
    title: Annotated[str, typer.Option(help="What customers call it; without it, as they know it.")] = "",
    component: Annotated[
        list[str] | None,
        typer.Option(help="A part and its state: checkout=major_outage. May be repeated.", show_default=False),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            help="Where: page, statuspage, email, slack:C0123ABCD. Without it, everywhere.", show_default=False
        ),
    ] = None,
    *,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the draft.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Let the draft go.")] = False,
    nothing_new: Annotated[bool, typer.Option("--nothing-new", help="Say that nothing has changed.")] = False,
) -> None:
    """Draft and publish what customers are told; without options, show what they were told."""
    from bot import terminal
    from bot.views import customers as shown
    from bot.workflows import customers as told
    from db import notices

    if sum((publish or stage is not None, discard, nothing_new)) > 1:
        raise typer.BadParameter("choose one of --stage/--publish, --discard and --nothing-new")
    with desk() as (store, policy):
        record = cli.record(store, key)
        with store.begin() as work:
            if stage is not None:
                wanted = told.Wording(
                    stage=stage,
                    title=title or shown.proposed_title(record),
                    text=text or shown.proposed_text(record, policy, stage),
                    components=cli.states(component or []) or shown.known(record),
                    targets=to or policy.customers.audience,
                )
                told.draft(work, policy=policy, number=key, by=by, wanted=wanted)
            if publish:
                told.publish(work, policy=policy, number=key, by=by)
            if discard:
                told.discard(work, number=key, by=by)
            if nothing_new:
                text = text or shown.nothing_new(record, policy)
                told.nothing_new(work, policy=policy, number=key, by=by, text=text)
        with store.read() as session:
            draft = notices.draft(session, key)
            terminal.print_updates([*notices.updates(session, key), *([draft] if draft else [])])


@app.command()
def close(key: Key, by: By) -> None:
    """Close an incident, or say exactly what is still missing."""
    from bot.workflows import incidents

    with changing(key) as (work, policy):
        incidents.close(work, policy=policy, number=key, by=by)
    said(key, "is closed")


# ── taken out again ────────────────────────────────────────────────────────────────────────────────────────────────

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

    with changing(key) as (work, _):
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

    with desk() as (store, _), store.begin() as work:
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

    with changing(key) as (work, _):
        privacy.hold(work, number=key, on=not end, by=by, reason=reason)
    typer.echo(f"INC-{key} is {'no longer ' if end else ''}under legal hold.")


# ── on the way out ─────────────────────────────────────────────────────────────────────────────────────────────────


@deliveries.command("list")
def list_deliveries(key: MaybeKey = None) -> None:
    """List what has not arrived: what waits, what is under way, and what was given up, with the reason."""
    from bot import terminal
    from db import queries

    with desk() as (store, _):
        if key is not None:
            cli.record(store, key)
        with store.read() as session:
            terminal.print_deliveries(queries.undelivered(session, key))


@deliveries.command("retry")
def retry_deliveries(by: By, key: MaybeKey = None) -> None:
    """Try again what was given up. The bot carries it, and looks first whether it did arrive."""
    from bot.workflows import permissions
    from db import outbox

    with desk() as (store, _):
        if key is not None:
            cli.record(store, key)
        with store.begin() as work:
            again = outbox.revive(work.session, now=work.now, incident=key)
            permissions.record(work, user=by, what="administrate", number=key, allowed=True)
    typer.echo(f"{again} to deliver again.")
