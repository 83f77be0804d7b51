"""How the months went, as one picture of small charts below one another: made to be read on a phone, as the timeline is.

Each chart has a scale of its own and its values beside what is drawn, so none needs an axis. Two that compare would need the
same scale: none here does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.policy import Policy
from bot.views import figures, kit, labels
from bot.views.kit import Safe
from bot.views.pictures import paper
from bot.views.pictures.paper import ALT_MOST, LEFT, MARGIN, RIGHT, SEVERITIES, SMALL, SOFT, TEXT, TITLE, Paper, Picture
from db.records import MonthFigures, Report, Share, Spread

TALL, LOW, GAP = 220, 120, 34
PLAIN, DONE = "#d9d4ec", "#44bb99"
FEW_, NOTHING = "few", "–"
BAR_MOST = 110.0


@dataclass(frozen=True)
class Part:
    """A part of a bar; `many` is how high it is on its chart's scale."""

    many: float
    colour: str


@dataclass(frozen=True)
class Column:
    """One month in a chart: its parts from the bottom up, what stands above, and up to where a line goes on.

    `more` is what the parts are, in words.
    """

    parts: tuple[Part, ...]
    says: str
    line: float = 0.0
    more: str = ""


@dataclass(frozen=True)
class Chart:
    """A small chart: a column a month, the oldest first. `drawn` says what is drawn of what the title names."""

    title: str
    columns: tuple[Column, ...]
    drawn: str = ""
    high: int = LOW
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def most(self) -> float:
        """The highest of what is drawn."""
        return max([1.0, *(max(sum(part.many for part in one.parts), one.line) for one in self.columns)])


def months(report: Report, policy: Policy) -> Picture:
    """The picture of a report. The report is `discreet`: everybody in the company may see it."""
    sheet, shown = Paper(), charts(report, policy)
    return sheet.picture(draw(sheet, report, shown), words(report, shown))


def charts(report: Report, policy: Policy) -> tuple[Chart, ...]:
    """What is drawn, from the top down."""

    def times(title: str, of: Callable[[MonthFigures], Spread]) -> Chart:
        return Chart(title, tuple(_spread(of(one)) for one in report.months), "median, line to the 90th percentile")

    def shares(title: str, of: Callable[[MonthFigures], Share]) -> Chart:
        return Chart(title, tuple(_share(of(one)) for one in report.months))

    return (
        _by_severity(report, policy),
        times("To acknowledge", lambda one: one.handling.to_acknowledge),
        times("To contain", lambda one: one.handling.to_contain),
        times("To recover", lambda one: one.handling.to_recover),
        Chart("Reviews overdue at the end of the month", tuple(map(_overdue, report.months))),
        shares("Actions done in time, of those due", lambda one: one.learning.actions_in_time),
    )


def _by_severity(report: Report, policy: Policy) -> Chart:
    order = [*policy.severities]
    had = {key for one in report.months for key in one.handling.by_severity()}
    known = [*(key for key in order if key in had), *sorted(had - set(order))]

    names = {key: paper.drawable(labels.severity(policy, key)) for key in known}

    def colour(key: str) -> str:
        return SEVERITIES[min(order.index(key) if key in order else len(order), len(SEVERITIES) - 1)]

    def column(one: MonthFigures) -> Column:
        number, counts = one.handling.incidents.number, one.handling.by_severity()
        parts = tuple(Part(counts[key], colour(key)) for key in reversed(known) if counts.get(key))
        return (
            Column((Part(number, PLAIN),), str(number))
            if one.handling.breakdown_hidden
            else Column(
                parts, str(number), more=", ".join(f"{counts[key]} {names[key]}" for key in known if key in counts)
            )
        )

    keys = [(names[key], colour(key)) for key in known]
    if any(one.handling.breakdown_hidden for one in report.months):
        keys.append((f"{figures.TOO_FEW} of which severity", PLAIN))
    return Chart("Incidents by severity", tuple(map(column, report.months)), high=TALL, keys=tuple(keys))


def _spread(figure: Spread) -> Column:
    if figure.hidden:
        return Column((), FEW_)
    if figure.median is None:
        return Column((), NOTHING)
    high = (figure.p90 or figure.median) / timedelta(seconds=1)
    return Column((Part(figure.median / timedelta(seconds=1), PLAIN),), kit.length(figure.median), high)


def _overdue(one: MonthFigures) -> Column:
    number = one.learning.reviews_overdue.number
    return Column((Part(number, PLAIN),) if number else (), str(number))


def _share(figure: Share) -> Column:
    if figure.hidden or not figure.whole:
        return Column((), FEW_ if figure.hidden else NOTHING)
    parts = (Part(figure.part, DONE), Part(figure.whole - figure.part, paper.GROUND))
    return Column(tuple(part for part in parts if part.many), f"{figure.part} of {figure.whole}")


# ── drawn ──────────────────────────────────────────────────────────────────────────────────────────────────────


def draw(sheet: Paper, report: Report, shown: Sequence[Chart]) -> float:
    """Draw it; gives the height that it took."""
    y = MARGIN + TITLE / 2
    sheet.text((LEFT, y), _head(report), size=TITLE, bold=True)
    y += 40
    for chart in shown:
        y = _chart(sheet, report, chart, y)
    for foot in _feet(report, shown):
        for line in paper.wrapped(foot, RIGHT - LEFT, size=SMALL, lines=3):
            y += 38
            sheet.text((LEFT, y), line, size=SMALL, ink=SOFT)
    return y + MARGIN


def _chart(sheet: Paper, report: Report, chart: Chart, y: float) -> float:
    """Its title and keys, its columns, and the months below them."""
    y += GAP
    after = LEFT + sheet.text((LEFT, y), chart.title, bold=True)
    if chart.drawn:
        sheet.text((after, y), f": {chart.drawn}")
    y = _keys(sheet, chart, y + 44) if chart.keys else y + 24
    bottom = y + TEXT + 10 + chart.high
    step = (RIGHT - LEFT) / len(chart.columns)
    wide = min(BAR_MOST, step * 0.62)
    for place, column in enumerate(chart.columns):
        middle = LEFT + step * (place + 0.5)
        top = _column(sheet, chart, column, middle, wide, bottom)
        own, last = paper.width(column.says, SMALL, bold=True), len(chart.columns) - 1
        # Of many months only the last one has room for a long value, at the cost of the one before.
        crowded = paper.width(chart.columns[last].says, SMALL, bold=True) > step - 6
        if place == last or (own <= step - 6 and not (crowded and place == last - 1)):
            left = min(middle - own / 2, RIGHT - own)
            sheet.text((left, top - 22), column.says, size=SMALL, bold=True)
        name = report.months[place].month.name[:3]
        sheet.text((middle - paper.width(name, SMALL) / 2, bottom + 26), name, size=SMALL, ink=SOFT)
    sheet.line([(LEFT, bottom), (RIGHT, bottom)], wide=3)
    return bottom + 40


def _column(sheet: Paper, chart: Chart, column: Column, middle: float, wide: float, bottom: float) -> float:
    """Its bar, and the line that goes on above it; gives where it ends."""
    y = bottom
    for part in column.parts:
        top = y - chart.high * part.many / chart.most
        sheet.box((middle - wide / 2, top, middle + wide / 2, y), part.colour)
        y = top
    if column.line:
        end = bottom - chart.high * column.line / chart.most
        sheet.line([(middle, y), (middle, end)], wide=4)
        sheet.line([(middle - 14, end), (middle + 14, end)], wide=4)
        y = min(y, end)
    return y


def _keys(sheet: Paper, chart: Chart, y: float) -> float:
    x = float(LEFT)
    for name, colour in chart.keys:
        wide = 46 + paper.width(name, SMALL)
        if x > LEFT and x + wide > RIGHT:
            x, y = float(LEFT), y + 42
        sheet.box((x, y - 15, x + 34, y + 15), colour)
        sheet.text((x + 46, y), name, size=SMALL)
        x += wide + 36
    return y + 24


def _head(report: Report) -> str:
    first, last = report.months[0].month.name, report.month.month.name
    return last if len(report.months) == 1 else f"{first} – {last}"


def _feet(report: Report, shown: Sequence[Chart]) -> Iterator[str]:
    if report.month.goes_on:
        yield f"{report.month.month.name} is not over yet."
    if any(column.says == FEW_ for chart in shown for column in chart.columns):
        yield f"“{FEW_}”: {figures.TOO_FEW}."
    yield "In elapsed time. Drills, dismissed and merged incidents are not among them."


# ── in words ───────────────────────────────────────────────────────────────────────────────────────────────────


def words(report: Report, shown: Sequence[Chart]) -> str:
    """The same in words. Where all months are too many for the characters that there are, the last ones are told."""
    for count in range(len(report.months), 0, -1):
        said = _said(replace(report, months=report.months[-count:]), shown, left_out=len(report.months) - count)
        if len(said) <= ALT_MOST:
            return said
    return str(kit.clip(Safe(said), ALT_MOST))


def _said(report: Report, shown: Sequence[Chart], *, left_out: int) -> str:
    names = [one.month.name[:3] for one in report.months]
    sentences = [f"Figures of {_head(report)}"]
    for chart in shown:
        columns = chart.columns[left_out:]
        told = [f"{name} {column.says}" for name, column in zip(names, columns, strict=True)]
        told[-1] += f" ({columns[-1].more})" if columns[-1].more else ""
        sentences.append(f"{chart.title}{', median' if chart.drawn else ''}: {', '.join(told)}")
    if left_out:
        sentences.append(f"{left_out} earlier months are in the picture")
    return ". ".join([*sentences, *(foot.rstrip(".") for foot in _feet(report, shown))]) + "."
