"""The figures of a month in words: as rows for a table, as a message, as two lines. docs/figures.md says what each means."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.kit import Message, Safe
from db.enums import Kind
from db.records import Handling, MonthFigures, Report, Share, Spread, Tally

TOO_FEW = "too few to tell"
NONE = "–"
ELAPSED, BY_POLICY = "elapsed time", "by the policy's target, which may be in business days"
DEFINITIONS = "Median and 90th percentile, in elapsed time. Drills, dismissed and merged incidents are not among them."


@dataclass(frozen=True)
class Row:
    """One figure: what it is called, by which time it is measured, and what it is in each month, in their order."""

    label: str
    measured: str
    values: tuple[str, ...]


def rows(report: Report, policy: Policy) -> list[Row]:
    """Every figure of every month of the report, the oldest month first."""
    return list(_rows(report.months, policy))


def now_overdue(report: Report) -> str:
    """What is overdue now, whatever month the report is about."""
    return (
        f"Overdue now: {_counted(report.reviews_overdue.number, 'review')}, "
        f"{_counted(report.actions_overdue.number, 'action')}."
    )


def post(report: Report, policy: Policy) -> Message:
    """The monthly post. The report is `discreet`: everybody in the company may read it."""
    month = report.month
    title = f"{month.month.name}: {_incidents(month)}"
    pairs = [(label, value) for label, value in _main(report, policy) if value]
    blocks: list[Block] = [kit.header(title), *kit.fields(pairs), kit.context(DEFINITIONS)]
    if beside := left_out(month):
        blocks.append(kit.context(f"Besides: {beside}."))
    return Message.of(title, *blocks)


def glance(report: Report, policy: Policy) -> Safe:
    """The last two months in two lines, the newest first. The report is `discreet`."""
    return kit.join("\n", (_line(one, policy) for one in reversed(report.months[-2:])))


def tally(figure: Tally) -> str:
    """`3`."""
    return TOO_FEW if figure.hidden else str(figure.number)


def share(figure: Share) -> str:
    """`3 of 4`."""
    if figure.hidden:
        return TOO_FEW
    return f"{figure.part} of {figure.whole}" if figure.whole else NONE


def spread(figure: Spread) -> str:
    """`1 h, 90 % within 2 h (of 3; 1 missing)`."""
    if figure.hidden:
        return TOO_FEW
    missing = f"{figure.missing} missing" if figure.missing else ""
    if figure.median is None or figure.p90 is None:
        return f"{NONE} ({missing})" if missing else NONE
    known = "; ".join(filter(None, (f"of {figure.known}", missing)))
    return f"{kit.length(figure.median)}, 90 % within {kit.length(figure.p90)} ({known})"


def left_out(one: MonthFigures) -> str:
    """`1 drill, 2 dismissed`; empty when nothing was left out."""
    beside = one.handling.left_out
    counts = (
        (beside.drills, "drill", "drills"),
        (beside.dismissed, *["dismissed"] * 2),
        (beside.merged, *["merged"] * 2),
    )
    return ", ".join(f"{count} {word if count == 1 else words}" for count, word, words in counts if count)


_TIMES: Sequence[tuple[str, Callable[[MonthFigures], Spread]]] = (
    ("To detect", lambda one: one.handling.to_detect),
    ("To acknowledge", lambda one: one.handling.to_acknowledge),
    ("To contain", lambda one: one.handling.to_contain),
    ("To recover", lambda one: one.handling.to_recover),
    ("Lasted (impact)", lambda one: one.handling.lasted),
    ("Total, to the end", lambda one: one.handling.total),
)
_SHARES: Sequence[tuple[str, str, Callable[[MonthFigures], Share]]] = (
    ("Acknowledged in target", BY_POLICY, lambda one: one.handling.acknowledged_in_target),
    ("Leadership told within 15 min", ELAPSED, lambda one: one.handling.leadership_in_time),
    ("Notifications filed in time", "by the law's or the contract's calendar", lambda one: one.handling.filed_in_time),
    ("Reviews done in time", BY_POLICY, lambda one: one.learning.reviews_in_time),
    ("Actions done in time", "by the team's date", lambda one: one.learning.actions_in_time),
)
_TALLIES: Sequence[tuple[str, Callable[[MonthFigures], Tally]]] = (
    ("Customer updates", lambda one: one.handling.customer_updates),
    ("Reviews signed", lambda one: one.learning.reviews_signed),
    ("Reviews overdue at the end", lambda one: one.learning.reviews_overdue),
    ("Actions opened", lambda one: one.learning.actions_opened),
    ("Actions rejected", lambda one: one.learning.actions_rejected),
    ("Actions overdue at the end", lambda one: one.learning.actions_overdue),
)


def _rows(months: Sequence[MonthFigures], policy: Policy) -> Iterator[Row]:
    yield _row("Incidents", (tally(one.handling.incidents) for one in months))
    for severity in _severities(months, policy):
        yield _row(f"  {labels.severity(policy, severity)}", (_count(one.handling, severity) for one in months))
    for kind in sorted({kind for one in months for kind in one.handling.by_kind()}):
        yield _row(f"  {labels.kind(kind)}", (_kind_count(one.handling, kind) for one in months))
    yield _row("Not counted", (left_out(one) for one in months))
    for label, spread_of in _TIMES:
        yield _row(label, (spread(spread_of(one)) for one in months), ELAPSED)
    for label, measured, share_of in _SHARES:
        yield _row(label, (share(share_of(one)) for one in months), measured)
    for label, tally_of in _TALLIES:
        yield _row(label, (tally(tally_of(one)) for one in months))


def _row(label: str, values: Iterable[str], measured: str = "") -> Row:
    return Row(label, measured, tuple(value or NONE for value in values))


def _severities(months: Sequence[MonthFigures], policy: Policy) -> list[str]:
    """Those that there were, in the policy's order; what it does not have any more comes last."""
    had = {severity for one in months for severity in one.handling.by_severity()}
    known = [severity for severity in policy.severities if severity in had]
    return [*known, *sorted(had - set(known))]


def _count(handling: Handling, severity: str) -> str:
    return TOO_FEW if handling.breakdown_hidden else str(handling.by_severity().get(severity, 0))


def _kind_count(handling: Handling, kind: Kind) -> str:
    return TOO_FEW if handling.breakdown_hidden else str(handling.by_kind().get(kind, 0))


def _main(report: Report, policy: Policy) -> Iterator[tuple[str, str]]:
    """What the post shows, each with the month before beside it."""
    month, before = report.month, report.before[-1] if report.before else None

    def compared(of: Callable[[MonthFigures], Spread | Share]) -> str:
        here, there = _said(of(month)), _said(of(before)) if before else NONE
        return here if before is None or there in (NONE, here) else f"{here}\n{before.month.name}: {there}"

    if month.handling.incidents.number:
        yield "By severity", _by_severity(month, policy)
        yield "By kind", _by_kind(month)
        for label, spread_of in _TIMES[1:4]:
            yield label, compared(spread_of)
        yield "Acknowledged in target", compared(lambda one: one.handling.acknowledged_in_target)
    yield "Reviews done in time", compared(lambda one: one.learning.reviews_in_time)
    yield "Actions done in time", compared(lambda one: one.learning.actions_in_time)
    yield "Overdue now", now_overdue(report).removeprefix("Overdue now: ").rstrip(".")


def _said(figure: Spread | Share) -> str:
    return spread(figure) if isinstance(figure, Spread) else share(figure)


def _incidents(one: MonthFigures) -> str:
    number = one.handling.incidents.number
    return "no incident" if not number else _counted(number, "incident")


def _by_severity(one: MonthFigures, policy: Policy) -> str:
    if one.handling.breakdown_hidden:
        return TOO_FEW
    counts = one.handling.by_severity()
    return ", ".join(f"{counts[key]} {labels.severity(policy, key)}" for key in _severities([one], policy))


def _by_kind(one: MonthFigures) -> str:
    if one.handling.breakdown_hidden:
        return TOO_FEW
    return ", ".join(f"{count} {labels.kind(kind).lower()}" for kind, count in sorted(one.handling.by_kind().items()))


def _line(one: MonthFigures, policy: Policy) -> Safe:
    name = f"{one.month.name}{' so far' if one.goes_on else ''}"
    by_severity = _by_severity(one, policy) if one.handling.incidents.number else ""
    recovered = one.handling.to_recover
    parts = [
        f"{_incidents(one)}{f' ({by_severity})' if by_severity not in ('', TOO_FEW) else ''}",
        f"to recover {kit.length(recovered.median)} (median of {recovered.known})"
        if recovered.median is not None
        else "",
    ]
    return kit.say("*{name}*: {figures}", name=name, figures=", ".join(filter(None, parts)))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
