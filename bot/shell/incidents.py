"""What people do to incidents: roles, phases, severity, notes, updates, what customers are told."""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from typing import Annotated

import typer

from bot import cli
from bot.cli import By, Key
from bot.shell import desk
from db.enums import Phase, Stage

app = typer.Typer()


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

    with desk.changing(key) as (work, policy):
        known = queries.people(work.session, [user]).get(user)
        person = known or PersonRecord(user=user, name=user)  # Slack, who would know, may be away.
        warning = roles.assign(work, policy=policy, number=key, by=by, role=role, person=person, note=note)
        label = policy.role(role).label
    desk.said(key, f"has a new {label}: {person.name}")
    if warning:
        typer.echo(warning)


@app.command()
def phase(
    key: Key, to: Annotated[Phase, typer.Argument(metavar="PHASE", help="The phase it is in now.")], by: By
) -> None:
    """Move an incident to another phase."""
    from bot.workflows import incidents

    with desk.changing(key) as (work, policy):
        incidents.move(work, policy=policy, number=key, by=by, to=to)
    desk.said(key, f"is in {to.value}")


@app.command()
def severity(
    key: Key,
    to: Annotated[str, typer.Argument(metavar="SEVERITY", help="How bad it is, such as sev2.")],
    reason: Annotated[str, typer.Argument(help="Why.")],
    by: By,
) -> None:
    """Change the severity; the same one again confirms it."""
    from bot.workflows import incidents

    with desk.changing(key) as (work, policy):
        changed = incidents.set_severity(work, policy=policy, number=key, by=by, to=to, reason=reason)
    desk.said(key, f"is {changed.severity}")


@app.command()
def note(key: Key, text: Annotated[str, typer.Argument(help="What happened, or was found or done.")], by: By) -> None:
    """Add a line to the timeline."""
    from bot.workflows import incidents

    with desk.changing(key) as (work, _):
        incidents.note(work, number=key, by=by, text=text)
    desk.said(key, "has a new note")


@app.command()
def update(key: Key, text: Annotated[str, typer.Argument(help="How it stands.")], by: By) -> None:
    """Say how it stands: to the room and, unless the incident is private, to everybody."""
    from bot.workflows import incidents

    with desk.changing(key) as (work, _):
        incidents.update(work, number=key, by=by, text=text)
    desk.said(key, "has a new update")


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
    with desk.desk() as (store, policy):
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

    with desk.changing(key) as (work, policy):
        incidents.close(work, policy=policy, number=key, by=by)
    desk.said(key, "is closed")
