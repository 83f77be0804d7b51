"""Regulatory clocks from a shell: the same workflows as in Slack, and without it.

A reminder and a record, not legal advice.
"""

# ruff: noqa: PLC0415 -- imports stand inside, so that `--help` and a mistyped option answer at once

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import cli
from bot.cli import By, Key
from bot.shell import desk

app = typer.Typer(help="Regulatory clocks: a reminder and a record, not legal advice.")

RuleKey = Annotated[str, typer.Argument(metavar="RULE", help="The rule, such as gdpr-33-1.")]
Reason = Annotated[str, typer.Argument(help="Why; it stays on the timeline.")]
WHEN = "2026-11-24T14:20+01:00, or 2026-11-24 14:20 in TOCSIN_TIMEZONE"


def start(text: str, zone: ZoneInfo) -> datetime | date:
    """A moment or, where there is no time of day, a day. A moment without an offset is one of the team's zone."""
    try:
        if len(text) == len("2026-11-24"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise cli.WrongUsage(f"{text!r} is no time; write {WHEN}, or 2026-11-24 if only the day is known.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment; WrongUsage when it is a day alone."""
    found = start(text, zone)
    if not isinstance(found, datetime):
        raise cli.WrongUsage(f"{text!r} is a day; write {WHEN}.")
    return found


@app.command("list")
def list_clocks(
    key: Key,
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that do not apply, too, with the reason.")] = False,
) -> None:
    """List the clocks of an incident: how they stand, when they are due, and what is not known."""
    from bot import terminal
    from bot.clock import SystemClock
    from bot.workflows import duties

    with desk.desk() as (store, policy):
        record = cli.record(store, key)
        found = duties.stand(record, policy, SystemClock().now())
        terminal.print_clocks(found if every else duties.concerning(found))


@app.command()
def time(
    key: Key,
    framework: Annotated[str, typer.Argument(help="The framework, such as gdpr.")],
    anchor: Annotated[str, typer.Argument(help="Which time, such as aware_at.")],
    when: Annotated[str, typer.Argument(help=f"{WHEN}; 2026-11-24 if only the day is known.")],
    by: By,
    reason: Annotated[str, typer.Option(help="How it is known; changing a time needs one.")] = "",
) -> None:
    """Record when something happened, or correct it."""
    from bot.workflows import clocks

    found = start(when, cli.settings().timezone)
    at, on = (found, None) if isinstance(found, datetime) else (None, found)
    with desk.changing(key) as (work, policy):
        clocks.record_time(
            work, policy=policy, number=key, framework=framework, anchor=anchor, by=by, at=at, on=on, why=reason
        )
    desk.said(key, f"has a time for {framework}")


@app.command()
def answer(
    key: Key,
    fact: Annotated[str, typer.Argument(help="The question, such as risk.")],
    value: Annotated[str, typer.Argument(help="The answer; unknown is one.")],
    by: By,
) -> None:
    """Answer a question that decides on clocks."""
    from bot.workflows import clocks

    with desk.changing(key) as (work, policy):
        clocks.answer(work, policy=policy, number=key, fact=fact, value=value, by=by)
    desk.said(key, f"has an answer for {fact}")


@app.command()
def filed(
    key: Key,
    rule: RuleKey,
    sent_at: Annotated[str, typer.Argument(metavar="WHEN", help=f"When it was sent: {WHEN}.")],
    channel: Annotated[str, typer.Argument(help="How it was sent: the portal, an e-mail …")],
    by: By,
    sent_by: Annotated[
        str | None,
        typer.Option(parser=cli.user, metavar="USERID", help="Who sent it, if not --by.", show_default=False),
    ] = None,
    to: Annotated[str, typer.Option(help="To whom; without it, as the rule says.")] = "",
    reference: Annotated[str, typer.Option(help="The reference number.")] = "",
    stage: Annotated[
        str | None, typer.Option(help="early, initial, update, progress or final.", show_default=False)
    ] = None,
    text: Annotated[Path | None, typer.Option(help="A file with what was sent.", show_default=False)] = None,
    reasons: Annotated[str, typer.Option(help="Reasons for the delay.")] = "",
) -> None:
    """Record that a notification was sent. tocsin itself sends nothing."""
    from bot import errors
    from bot.workflows import clocks

    at = moment(sent_at, cli.settings().timezone)
    try:
        said = text.read_text(encoding="utf-8") if text else ""
    except (OSError, UnicodeDecodeError) as error:
        raise errors.TocsinError(f"{text} cannot be read as a text in UTF-8. Name another file.") from error
    with desk.changing(key) as (work, policy):
        filing = clocks.file(
            work,
            policy=policy,
            number=key,
            rule=rule,
            by=by,
            sent_at=at,
            sent_by=sent_by or by,
            channel=channel,
            recipient=to,
            reference=reference,
            stage=stage,
            text=said,
            reasons=reasons,
        )
        late = ", late" if filing.is_late else ""
    desk.said(key, f"has a record that {rule} was sent{late}")


@app.command("not-required")
def not_required(key: Key, rule: RuleKey, reason: Reason, by: By) -> None:
    """Record the decision that a notification is not required."""
    from bot.workflows import clocks

    with desk.changing(key) as (work, policy):
        clocks.not_required(work, policy=policy, number=key, rule=rule, by=by, reason=reason)
    desk.said(key, f"has the decision that {rule} is not required")


@app.command()
def withdraw(
    key: Key,
    rule: RuleKey,
    reason: Reason,
    by: By,
    *,
    filing: Annotated[bool, typer.Option("--filing", help="The last record that it was sent.")] = False,
) -> None:
    """Withdraw the decision that a notification is not required or, with --filing, one that was recorded by mistake."""
    from bot.workflows import clocks

    verb = clocks.take_back if filing else clocks.withdraw
    with desk.changing(key) as (work, policy):
        verb(work, policy=policy, number=key, rule=rule, by=by, reason=reason)
    desk.said(key, f"has {'one filing less' if filing else 'no decision'} on {rule}{'' if filing else ' any more'}")


@app.command()
def give(
    key: Key,
    rule: RuleKey,
    user: Annotated[str, typer.Argument(parser=cli.user, metavar="USERID", help="Whose it is, such as U0123ABCD.")],
    by: By,
) -> None:
    """Give a running clock to somebody."""
    from bot.workflows import clocks
    from db import queries
    from db.records import PersonRecord

    with desk.changing(key) as (work, policy):
        person = queries.people(work.session, [user]).get(user) or PersonRecord(user=user, name=user)
        clocks.give(work, policy=policy, number=key, rule=rule, by=by, person=person)
    desk.said(key, f"{rule} is owned by {person.name}")


@app.command()
def draft(
    key: Key,
    rule: RuleKey,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there as PDF.", show_default=False)] = None,
) -> None:
    """Print the draft of a notification as Markdown, or write it as PDF. Nothing is sent."""
    from bot import errors, export
    from bot.clock import SystemClock
    from bot.views import drafts
    from bot.workflows import clocks

    now = SystemClock().now()
    with desk.desk() as (store, policy):
        record = cli.record(store, key)
        clocks.rule_of(policy, rule)
        found = drafts.draft(record, policy, rule, export.people_in(store, record, slack=None), now=now)
    assert found is not None
    text = drafts.markdown(found)
    if pdf is None:
        typer.echo(text, nl=False)
        return
    from bot.views import papers

    try:
        pdf.write_bytes(papers.pdf(text, now=now))
    except OSError as error:
        raise errors.TocsinError(f"{pdf} cannot be written ({error.strerror}). Name another file.") from error
    typer.echo(f"The draft is in {pdf}. Nothing was sent.")
