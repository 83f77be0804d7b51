"""The register, taken over from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing
from bot.workflows.edits import Edit, keys_typed, mark
from bot.workflows.risks.changes import add, change
from bot.workflows.risks.history import locked_risk
from bot.workflows.risks.links import link
from db import risks as register
from db.models import Incident, Risk
from db.records import LinkRecord
from db.store import Work


@dataclass(frozen=True)
class Line:
    """A line of a table that is taken over: the risk that it is about, or a new one; what it is to be; its incidents."""

    number: int
    risk: int | None
    values: Mapping[str, Any]
    incidents: tuple[int, ...] = ()


def take_over(work: Work, *, policy: Policy, by: str, lines: Sequence[Line], source: str) -> tuple[int, int, list[str]]:
    """Have the register be as a table says: how many risks were added, how many changed, and what is wrong with which line.

    Whoever calls lets the transaction go when something is wrong. Incidents are added to a risk, never taken away: a table may
    leave out those that its writer could not see. `source` is the table's name; it stays in the histories.
    """
    wrong: list[str] = []
    fresh = _incidents_of_lines(work, lines, wrong)
    work.lock_numbers(register.NUMBERS)  # Before any risk, as everybody does who adds one.
    added = changed = 0
    for line in sorted(lines, key=lambda one: (one.risk is None, one.risk or 0, one.number)):
        try:
            if line.risk is None:
                risk = add(work, policy=policy, by=by, values=line.values, origin=f"imported from {source}")
                added, is_changed = added + 1, False
            else:
                risk, is_changed = _put(work, policy, line, by=by, reason=f"Imported from {source}")
            for incident in fresh.get(line.number, ()):
                link(work, risk, incident, by=by, reason=f"Imported from {source}")
            changed += is_changed or (line.risk is not None and bool(fresh.get(line.number)))
        except Refused as refusal:
            wrong.append(f"line {line.number}: {refusal}")
    return added, changed, wrong


def _incidents_of_lines(work: Work, lines: Sequence[Line], wrong: list[str]) -> dict[int, list[Incident]]:
    """The incidents that each line adds to its risk; all of them locked before any risk is, in the order of their numbers."""
    known = {one: {link.incident_id for link in links} for one, links in _all_links(work).items()}
    wanted = {line.number: set(line.incidents) - known.get(line.risk or 0, set()) for line in lines}
    numbers = sorted(set().union(*wanted.values()))
    there = set(work.session.scalars(select(Incident.id).where(Incident.id.in_(numbers))))
    locked = {one: work.incident(one) for one in numbers if one in there}
    for line in lines:
        missing = sorted(wanted[line.number] - there)
        if missing:
            wrong.append(f"line {line.number}: there is no incident {keys_typed(missing)}.")
    return {line: [locked[one] for one in sorted(ones & there)] for line, ones in wanted.items()}


def _all_links(work: Work) -> Mapping[int, Sequence[LinkRecord]]:
    return register.links(work.session, seen=register.seen_by(None))


def _put(work: Work, policy: Policy, line: Line, *, by: str, reason: str) -> tuple[Risk, bool]:
    """Have a risk be as a line says; whether anything changed."""
    assert line.risk is not None
    risk = locked_risk(work, line.risk)
    differing = [name for name, value in line.values.items() if value != getattr(risk, name)]
    if differing:
        edits = {name: _over(risk, name, line.values[name]) for name in differing}
        change(work, policy=policy, number=risk.id, by=by, edits=edits, reason=reason)
    return risk, bool(differing)


def _over(risk: Risk, name: str, value: Any) -> Edit:
    """An edit of what stands there now, whoever wrote it."""
    return Edit(assessing.typed(value), mark(assessing.typed(getattr(risk, name))))
