"""The figures of a month for those who run tocsin: a table for a terminal, Markdown, a page, or values for programs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import sheets
from bot.policy import Policy
from bot.views import figures, kit, labels, papers, pictures
from bot.views.markdown import Markdown
from db.records import MonthFigures, Report, Share, Spread, Tally

COLUMNS = ("month", "figure", "number", "of", "missing", "median_seconds", "p90_seconds")


def heads(report: Report) -> list[str]:
    """Above the table: the month first, then those before it, the newest first."""
    return ["", *(_head(one) for one in reversed(report.months)), "Counted in"]


def table(report: Report, policy: Policy) -> list[list[str]]:
    """The table's rows, below `heads`."""
    return [[row.label, *reversed(row.values), row.measured] for row in figures.rows(report, policy)]


def as_markdown(report: Report, policy: Policy) -> str:
    """For people."""
    words = Markdown({}, None)
    lines = [f"# Incidents in {report.month.month.name}", "", figures.now_overdue(report), ""]
    first, *others = heads(report)
    lines += [f"| {first} | {' | '.join(others)} |", f"|{'---|' * (len(others) + 1)}"]
    for label, *values in table(report, policy):
        indent = "· " if label.startswith(" ") else ""
        lines.append(f"| {indent}{words.line(label)} | {' | '.join(map(words.line, values))} |")
    return "\n".join([*lines, "", figures.DEFINITIONS, "", f"As of {kit.utc(report.made_at)}.", ""])


def as_html(report: Report, policy: Policy) -> str:
    """A page to open in a browser."""
    return papers.html(as_markdown(report, policy), pictures.months(report, policy))


def as_csv(report: Report) -> str:
    """One line a figure and month; times in seconds."""
    return sheets.table(COLUMNS, ([str(one.month), *cells] for one in report.months for cells in _cells(one)))


def as_json(report: Report) -> dict[str, Any]:
    """For programs; times in seconds, None where nothing is known. The last month is the one that was asked for."""
    return {
        "month": str(report.month.month),
        "made_at": _time(report.made_at),
        "months": [_month(one) for one in report.months],
        "overdue_now": {"reviews": report.reviews_overdue.number, "actions": report.actions_overdue.number},
    }


def _head(one: MonthFigures) -> str:
    return f"{one.month}{' so far' if one.goes_on else ''}"


def _values(one: MonthFigures) -> Iterator[tuple[str, Tally | Share | Spread]]:
    """Every figure but the breakdown, by its name in the record."""
    for part in (one.handling, one.learning):
        for name, value in vars(part).items():
            if isinstance(value, Tally | Share | Spread):
                yield name, value


def _month(one: MonthFigures) -> dict[str, Any]:
    cells = [
        {"severity": c.severity, "kind": c.kind.value, "incidents": c.tally.number} for c in one.handling.breakdown
    ]
    return {
        "month": str(one.month),
        "until": _time(one.until),
        "goes_on": one.goes_on,
        "breakdown": cells,
        "not_counted": vars(one.handling.left_out),
        **{name: _plain(value) for name, value in _values(one)},
    }


def _plain(value: Tally | Share | Spread) -> Any:
    match value:
        case Tally():
            return value.number
        case Share():
            return {"part": value.part, "whole": value.whole}
        case Spread():
            return {
                "known": value.known,
                "missing": value.missing,
                "median_seconds": _seconds(value.median),
                "p90_seconds": _seconds(value.p90),
            }


def _time(moment: datetime) -> str:
    """RFC 3339, UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _cells(one: MonthFigures) -> Iterator[list[str]]:
    for cell in one.handling.breakdown:
        name = f"incidents: {cell.severity}, {labels.kind(cell.kind).lower()}"
        yield [name, str(cell.tally.number), "", "", "", ""]
    for name, number in vars(one.handling.left_out).items():
        yield [f"not counted: {name}", str(number), "", "", "", ""]
    for name, value in _values(one):
        match value:
            case Tally():
                yield [name, str(value.number), "", "", "", ""]
            case Share():
                yield [name, str(value.part), str(value.whole), "", "", ""]
            case Spread():
                times = (_seconds(value.median), _seconds(value.p90))
                yield [name, str(value.known), "", str(value.missing), *("" if t is None else f"{t:g}" for t in times)]
