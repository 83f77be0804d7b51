"""Incidents as a terminal shows them. What people wrote is printed as it is: never read as markup."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from bot.policy import Policy
from bot.policy.clocks import Standing
from bot.policy.frameworks import NOT_ADVICE
from bot.views import kit
from bot.workflows import assessing, lifecycle
from bot.workflows.escalation import Verdict
from db.enums import RiskState
from db.models import Incident
from db.records import (
    CustomerUpdateRecord,
    DeliveryRecord,
    IncidentRecord,
    LinkRecord,
    PersonRecord,
    Record,
    RiskRecord,
    RiskSheet,
    named,
)

MINUTES = "%Y-%m-%d %H:%M"


def print_list(incidents: Iterable[Incident | IncidentRecord], console: Console | None = None) -> None:
    """One line an incident: a table on a terminal, fields parted by tabs for other programs."""
    heads = ("Key", "Severity", "Phase", "Declared (UTC)", "Title")
    rows = [_row(incident) for incident in incidents]
    _print_rows(heads, rows, console or Console(highlight=False), empty="No incident.")


def _print_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], console: Console, *, empty: str) -> None:
    if not console.is_terminal:
        console.file.writelines("\t".join(row) + "\n" for row in rows)
        return
    if not rows:
        console.print(empty)
        return
    table = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _row(incident: Incident | IncidentRecord) -> tuple[str, str, str, str, str]:
    marks = [word for word, is_so in (("private", incident.private), ("drill", incident.drill)) if is_so]
    title = f"{incident.title} ({', '.join(marks)})" if marks else incident.title
    return (
        incident.key,
        incident.severity,
        incident.phase.value,
        f"{incident.declared_at:{MINUTES}}",
        title,
    )


def print_report(
    heads: Sequence[str], rows: Sequence[Sequence[str]], below: Iterable[str], console: Console | None = None
) -> None:
    """The figures of a month beside those of others, as `print_list` does it, and a few sentences below for people."""
    console = console or Console(highlight=False)
    _print_rows(heads, rows, console, empty="")
    if console.is_terminal:
        console.print(*map(Text, ("", *below)), sep="\n")


def print_updates(updates: Iterable[CustomerUpdateRecord], console: Console | None = None) -> None:
    """What customers were told, one line each, as `print_list` does it; a draft has no time yet."""
    heads = ("Told (UTC)", "State", "Stage", "To", "By", "Title", "Text")
    rows = [
        (
            f"{one.published_at:{MINUTES}}" if one.published_at else "-",
            one.state.value,
            one.stage.value,
            ", ".join(one.targets),
            one.approved_by or one.drafted_by,
            one.title,
            " ".join(one.text.split()),
        )
        for one in updates
    ]
    _print_rows(heads, rows, console or Console(highlight=False), empty="Customers were told nothing.")


def print_clocks(found: Iterable[Standing], console: Console | None = None) -> None:
    """One line each, as `print_list` does it. All words are the policy's and our own, but for reasons of decisions."""
    heads = ("Rule", "State", "Due (UTC)", "Article", "To", "What is missing, or why")
    rows = [
        (
            one.rule.key,
            one.state.value.replace("_", " ") + (", late" if one.is_late else ""),
            f"{one.due_at:{MINUTES}}"
            if one.due_at
            else f"if confirmed {one.if_confirmed:{MINUTES}}"
            if one.if_confirmed
            else "-",
            one.rule.cite,
            one.rule.to,
            " ".join([*one.missing, *one.unknown, one.why, one.remark]).strip() or "-",
        )
        for one in found
    ]
    out = console or Console(highlight=False)
    _print_rows(heads, rows, out, empty="No clock concerns this incident.")
    if out.is_terminal:
        out.print(NOT_ADVICE, style="dim")


def print_risks(
    risks: Iterable[RiskRecord],
    links: Mapping[int, Sequence[LinkRecord]],
    policy: Policy,
    now: datetime,
    console: Console | None = None,
) -> None:
    """One line each, as `print_list` does it; with the likelihood that incidents suggest beside the one that people chose."""
    heads = ("Risk", "Score", "Likelihood", "Suggested", "Impact", "Treatment", "Owner", "Review", "Incidents", "Title")
    rows = []
    for risk in risks:
        mine = links.get(risk.id, ())
        likely = assessing.suggested(mine, now)
        overdue = ", overdue" if risk.review_on < policy.calendar.date_of(now) else ""
        rows.append(
            (
                risk.key,
                f"{risk.score}{' high' if assessing.is_high(risk, policy) else ''}",
                str(risk.likelihood_after or risk.likelihood),
                str(likely or "-"),
                str(risk.impact_after or risk.impact),
                risk.treatment.value,
                risk.owner,
                "closed" if risk.state is RiskState.CLOSED else f"{risk.review_on.isoformat()}{overdue}",
                ", ".join(link.key for link in mine) or "-",
                risk.title,
            )
        )
    _print_rows(heads, rows, console or Console(highlight=False), empty="No risk.")


def print_risk(
    sheet: RiskSheet,
    policy: Policy,
    people: Mapping[str, PersonRecord],
    now: datetime,
    console: Console | None = None,
) -> None:
    """All of a risk, in lines."""
    console = console or Console(highlight=False)
    for line in _risk(sheet, policy, people, now):
        console.print(line, soft_wrap=True)


def _risk(sheet: RiskSheet, policy: Policy, people: Mapping[str, PersonRecord], now: datetime) -> Iterable[Text]:
    risk = sheet.risk
    yield Text.assemble((f"{risk.key} score {risk.score}", "bold"), f" {risk.title}")
    if risk.description:
        yield Text(risk.description)
    yield Text(f"category: {policy.risks.categories.get(risk.category, risk.category)}; state: {risk.state.value}")
    after = (risk.likelihood_after, risk.impact_after)
    left = " × ".join("not assessed" if level is None else str(level) for level in after)
    yield Text(f"likelihood × impact: {risk.likelihood} × {risk.impact}; after treatment: {left}")
    likely = assessing.suggested(sheet.links, now)
    if likely is not None:
        yield Text(f"how often it happened suggests likelihood {likely}")
    yield Text(f"treatment: {risk.treatment.value}; controls: {', '.join(risk.controls) or '-'}")
    yield Text(f"owner: {named(people, risk.owner)}; to be looked at again by {risk.review_on.isoformat()}")
    yield Text(f"incidents: {', '.join(link.key for link in sheet.links) or '-'}")
    for action, treats in sheet.actions:
        if treats:
            yield Text(f"action of INC-{action.incident_id}, {action.state.value}: {action.text}")
    for number, text in sheet.prevention:
        yield Text(f"threat prevention, INC-{number}: {' '.join(text.split())}")
    for entry in sheet.history:
        changes = [f"{name} {was or '-'} → {is_ or '-'}" for name, (was, is_) in entry.data.get("changes", {}).items()]
        about = f" INC-{entry.data['incident']}" if "incident" in entry.data else ""
        said = " ".join([*changes, entry.text]).strip()
        yield Text(
            f"{entry.at:{MINUTES}} {named(people, entry.by)} {entry.kind.value}{about}{': ' if said else ''}{said}"
        )


def print_deliveries(deliveries: Iterable[DeliveryRecord], console: Console | None = None) -> None:
    """One line each, as `print_list` does it. Errors are our own words."""
    heads = ("State", "Since (UTC)", "Incident", "What", "Attempts", "Why")
    rows = [
        (
            one.state.value,
            f"{one.told_at:{MINUTES}}",
            f"INC-{one.incident_id}" if one.incident_id else "-",
            one.kind,
            str(one.attempts),
            one.error or "",
        )
        for one in deliveries
    ]
    _print_rows(heads, rows, console or Console(highlight=False), empty="Everything was delivered.")


def print_verdicts(verdicts: Iterable[Verdict], console: Console | None = None) -> None:
    """One line a rule: whether it was followed and when, its condition, and the facts that it asks for."""
    heads = ("Rule", "Followed (UTC)", "State", "When", "Facts")
    rows = [
        (
            one.rule,
            f"{one.at:{MINUTES}}" if one.at else "-",
            one.state,
            one.when or "-",
            ", ".join(f"{name} = {_fact(name, value)}" for name, value in one.facts.items()) or "-",
        )
        for one in verdicts
    ]
    _print_rows(heads, rows, console or Console(highlight=False), empty="The policy has no rule.")


def _fact(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "unknown"
    return kit.length(timedelta(seconds=value)) if name == "age" else str(value)


def print_incident(
    record: Record,
    policy: Policy,
    people: Mapping[str, PersonRecord],
    document: str,
    console: Console | None = None,
) -> None:
    """How it stands, in lines; then the document, laid out on a terminal, as it is for other programs."""
    console = console or Console(highlight=False)
    for line in _standing(record, policy, people):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(Markdown(document) if console.is_terminal else Text(document), soft_wrap=not console.is_terminal)


def _standing(record: Record, policy: Policy, people: Mapping[str, PersonRecord]) -> Iterable[Text]:
    incident = record.incident
    yield Text.assemble((f"{incident.key} {policy.severity(incident.severity).label}", "bold"), f" {incident.title}")
    where = f"#{incident.room_name}" if incident.room_name else "not opened yet"
    yield Text(f"in {incident.phase} since {incident.phase_since:{MINUTES}} UTC; room: {where}")
    for role, user in record.roles.items():
        yield Text(f"{policy.role(role).label}: {named(people, user)}")
    for gap in lifecycle.gaps(record, risk_required=assessing.is_required(incident, policy)):
        yield Text(f"missing: {gap.sentence}", style="yellow")
    for lost in record.undelivered:
        yield Text(f"not delivered: {lost.kind}, {lost.attempts} attempts: {lost.error}", style="bold red")
