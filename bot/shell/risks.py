"""The risk register from a shell: the same workflows as in Slack, and without it.

Whoever sits at the shell sees everything, private incidents too.
"""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import cli, errors
from bot.cli import By, Key
from bot.shell import desk
from db.enums import RiskAnswer

app = typer.Typer(help="The risk register: what could happen again, and what is done about it.")


def number(key: str) -> int:
    """`R-3`, `r-3` or `3`, as 3."""
    digits = key.lower().removeprefix("r-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise typer.BadParameter(f"{key!r} is no risk's key; they look like R-3")
    return int(digits)


RiskKey = Annotated[int, typer.Argument(parser=number, metavar="RISK", help="The risk, such as R-3.")]
Owner = Annotated[
    str | None,
    typer.Option(parser=cli.user, metavar="USERID", help="Who owns it; without it, --by.", show_default=False),
]
Level = Annotated[int | None, typer.Option(min=1, max=5, show_default=False)]


@app.command("list")
def list_risks(
    *, closed: Annotated[bool, typer.Option("--closed", help="Those that are none any more, too.")] = False
) -> None:
    """List the risks, the highest first."""
    from bot import terminal
    from bot.clock import SystemClock
    from db import risks

    with desk.desk() as (store, policy), store.read() as session:
        found = risks.register(session, closed=closed)
        links = risks.links(session, seen=risks.seen_by(None))
        terminal.print_risks(found, links, policy, SystemClock().now())


@app.command()
def show(key: RiskKey) -> None:
    """Show a risk: how it stands, what showed it, what treats it, and its whole history."""
    from bot import terminal
    from bot.clock import SystemClock
    from db import queries, risks
    from db.records import users_in

    with desk.desk() as (store, policy), store.read() as session:
        sheet = risks.sheet(session, key, seen=risks.seen_by(None))
        if sheet is None:
            raise no_risk(key)
        people = queries.people(session, users_in(repr(sheet)) | {entry.by for entry in sheet.history})
    terminal.print_risk(sheet, policy, people, SystemClock().now())


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="What could happen, in one line.")],
    likelihood: Annotated[int, typer.Option(min=1, max=5, help="From 1, rare, to 5, almost certain.")],
    impact: Annotated[int, typer.Option(min=1, max=5, help="From 1, negligible, to 5, severe.")],
    by: By,
    owner: Owner = None,
    category: Annotated[str | None, typer.Option(help="One of the policy's categories.", show_default=False)] = None,
    description: Annotated[str, typer.Option(help="More about it.")] = "",
) -> None:
    """Add a risk."""
    from bot.workflows import assessing, risks

    with desk.desk() as (store, policy), store.begin() as work:
        values = {
            "title": assessing.read("title", title, policy),
            "description": assessing.read("description", description, policy),
            "category": assessing.read("category", category, policy) if category else None,
            "likelihood": likelihood,
            "impact": impact,
            "owner": owner,
        }
        risk = risks.add(work, policy=policy, by=by, values=values)
    typer.echo(f"{risk.key} is in the register. It is to be looked at again by {risk.review_on.isoformat()}.")


@app.command()
def reviewed(key: RiskKey, by: By) -> None:
    """Say that somebody has looked at a risk, and that it stays as it is."""
    from bot.workflows import risks

    with desk.desk() as (store, policy), store.begin() as work:
        risk = risks.looked_at(work, policy=policy, number=key, by=by)
    typer.echo(f"{risk.key} stays as it is. It is to be looked at again by {risk.review_on.isoformat()}.")


@app.command()
def give(
    key: RiskKey,
    user: Annotated[str, typer.Argument(parser=cli.user, metavar="USERID", help="Whose it is, such as U0123ABCD.")],
    by: By,
) -> None:
    """Give a risk to somebody."""
    from bot.workflows import risks
    from db import queries
    from db.records import PersonRecord

    with desk.desk() as (store, _), store.begin() as work:
        person = queries.people(work.session, [user]).get(user) or PersonRecord(user=user, name=user)
        risks.give(work, number=key, by=by, person=person)
    typer.echo(f"R-{key} is owned by {person.name}.")


@app.command()
def answer(
    key: Key,
    by: By,
    risk: Annotated[
        int | None,
        typer.Option(parser=number, metavar="RISK", help="It was this one, as it stands.", show_default=False),
    ] = None,
    new: Annotated[str | None, typer.Option(metavar="TITLE", help="It was a new one.", show_default=False)] = None,
    none: Annotated[str | None, typer.Option(metavar="REASON", help="It was none.", show_default=False)] = None,
    likelihood: Level = None,
    impact: Level = None,
    owner: Owner = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Say which risk an incident was. With --risk, --likelihood and --impact say that it is more than was thought."""
    from bot.workflows import assessing, risks

    if sum(one is not None for one in (risk, new, none)) != 1:
        raise cli.WrongUsage("Name one of --risk, --new and --none.")
    if new is not None and None in (likelihood, impact):
        raise cli.WrongUsage("A new risk needs --likelihood and --impact, each from 1 to 5.")
    raised = risk is not None and (likelihood is not None or impact is not None)
    answered = RiskAnswer.NONE if none is not None else RiskAnswer.NEW if new is not None else RiskAnswer.UNCHANGED
    with desk.changing(key) as (work, policy):
        values = {
            "title": assessing.read("title", new, policy) if new is not None else None,
            "likelihood": likelihood,
            "impact": impact,
            "owner": owner,
        }
        risks.answer(
            work,
            policy=policy,
            number=key,
            by=by,
            answer=RiskAnswer.RAISED if raised else answered,
            risk=risk,
            values=values,
            because=none if none is not None else reason,
        )
    desk.said(key, "has its answer for the risk register")


class Format(StrEnum):
    """How the register is written."""

    CSV = "csv"
    OSCAL = "oscal"
    STIX = "stix"


@app.command("import")
def import_risks(file: Annotated[Path, typer.Argument(help="A CSV file, as `export` writes it.")], by: By) -> None:
    """Take over a table of risks: new ones, and changes of those there are. All of it, or nothing."""
    from bot import risksheet
    from bot.workflows import permissions, risks

    with desk.desk() as (store, policy):
        sheet = risksheet.read(file, policy)
        with store.begin() as work:
            added, changed, wrong = risks.take_over(work, policy=policy, by=by, lines=sheet.lines, source=file.name)
            wrong = sorted([*sheet.complaints, *wrong], key=_place)
            if wrong:
                for one in wrong:
                    typer.echo(one)
                raise risksheet.BadSheet(str(file), wrong)
            permissions.record(work, user=by, what="import risks", number=None, allowed=True)
    typer.echo(f"{added} added, {changed} changed.")


@app.command("export")
def export_risks(
    by: By,
    form: Annotated[
        Format, typer.Option("--format", help="csv for spreadsheets, oscal: POA&M as JSON, stix: STIX 2.1 as JSON.")
    ] = Format.CSV,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there instead of printing.", show_default=False)
    ] = None,
    *,
    private: Annotated[
        bool, typer.Option("--private", help="With private incidents; that is kept in the audit.")
    ] = False,
) -> None:
    """Write out the risk register. Private incidents are left out, unless they are asked for."""
    import json

    from sqlalchemy import select

    from bot import database, poam, risksheet, stix
    from bot.clock import SystemClock
    from bot.workflows import permissions
    from db import queries, risks
    from db.models import Person

    now = SystemClock().now()
    with desk.desk() as (store, policy):
        if private:
            with store.begin() as work:
                permissions.record(work, user=by, what="export private risks", number=None, allowed=True)
        seen = risks.seen_by(None) if private else risks.public()
        with database.snapshot(store) as session:
            if form is Format.CSV:
                text = risksheet.as_csv(risks.register(session, closed=True), risks.links(session, seen=seen))
            elif form is Format.OSCAL:
                sheets = risks.whole(session, seen=seen)
                numbers = {number for one in sheets for number in one.seen}
                incidents = {n: known for n in numbers if (known := queries.incident(session, n)) is not None}
                people = queries.people(session, session.scalars(select(Person.user)))
                found = poam.plan(sheets, incidents, policy, people, now=now)
                text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
            else:
                records = [queries.record(session, n) for n in risks.security_incidents(session, seen=seen)]
                text = stix.bundle(records, risks.whole(session, seen=seen), now=now)
    cli.write(text, out)


def _place(complaint: str) -> int:
    """The line that a complaint is about."""
    return int(complaint.removeprefix("line ").partition(":")[0])


def no_risk(key: int) -> errors.TocsinError:
    """The sentence for a key that nothing has."""
    return errors.Refused(f"There is no risk R-{key}. `tocsin risks list --closed` shows those there are.")
