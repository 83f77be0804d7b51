"""What contributed to an incident: several things, each of one kind, never a person. One may be flagged as the root cause.

In a form they are lines, one a factor: `A full disk`, or with its kind in front `process: Nobody renews certificates`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.errors import Refused
from bot.workflows import wording
from bot.workflows.edits import Edit, factor_lines
from db import queries
from db.enums import FactorKind
from db.models import Factor, Incident
from db.store import Work

TEXT_MOST, WHY_MOST, WHYS = 500, 500, 5
_KIND = re.compile(rf"({'|'.join(FactorKind)})\s*:\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A factor as it was typed; without a kind, what stands there already keeps its own, and a new one is technical."""

    kind: FactorKind | None
    text: str


def parse(text: str) -> list[Line]:
    """What was typed, line by line. Nothing is lost: a word that is no kind stays part of the text."""
    lines = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        found = _KIND.fullmatch(line)
        words = wording.paragraph(found[2] if found else line, "contributing factor", most=TEXT_MOST)
        lines.append(Line(FactorKind(found[1].lower()) if found else None, words))
    return lines


def rewrite(work: Work, incident: Incident, edit: Edit) -> str | None:
    """Have the factors be these lines; gives what stood there before, None when nothing changed.

    A line that stays keeps its whys and its flag. Refused when somebody else has changed them meanwhile.
    """
    stands = factor_lines(queries.factors(work.session, incident.id))
    lines = parse(edit.text)
    if not edit.changed or "\n".join(_as_typed(line) for line in lines) == stands:
        return None
    edit.check(stands, "contributing factors")
    rows = list(work.session.scalars(select(Factor).where(Factor.incident_id == incident.id).order_by(Factor.place)))
    for place, line in enumerate(lines, start=1):
        row = next((row for row in rows if row.text == line.text), None)
        if row is None:
            kind = line.kind or FactorKind.TECHNICAL
            row = Factor(incident_id=incident.id, kind=kind, text=line.text, root_cause=False, whys=[], place=place)
            work.session.add(row)
        else:
            rows.remove(row)
            row.kind, row.place = line.kind or FactorKind.TECHNICAL, place
    for row in rows:
        work.session.delete(row)
    work.session.flush()
    return stands


def put(
    work: Work,
    incident: Incident,
    *,
    factor_id: int | None,
    kind: FactorKind,
    text: Edit,
    root_cause: bool,
    whys: Sequence[str],
) -> Factor:
    """Add a factor, or change one: its kind, its words, the answers to why, and whether it is the root cause."""
    words = " ".join(wording.paragraph(text.text, "contributing factor", most=TEXT_MOST).split())
    answers = [answer for why in whys if (answer := wording.optional(why, "answer to why", most=WHY_MOST))]
    if factor_id is None:
        last = work.session.scalar(select(func.max(Factor.place)).where(Factor.incident_id == incident.id))
        factor = Factor(incident_id=incident.id, place=(last or 0) + 1, root_cause=False)
        work.session.add(factor)
    else:
        factor = existing(work, incident, factor_id)
        text.check(factor.text, "contributing factor")
    factor.kind, factor.text, factor.whys, factor.root_cause = kind, words, answers, root_cause
    if root_cause:
        for other in work.session.scalars(select(Factor).where(Factor.incident_id == incident.id)):
            other.root_cause = other is factor
    work.session.flush()
    return factor


def existing(work: Work, incident: Incident, factor_id: int) -> Factor:
    """The factor, if it is still there and this incident's."""
    factor = work.session.get(Factor, factor_id)
    if factor is None or factor.incident_id != incident.id:
        raise Refused("Somebody has taken this factor out meanwhile. Open the review again.")
    return factor


def _as_typed(line: Line) -> str:
    return line.text if line.kind is None or line.kind is FactorKind.TECHNICAL else f"{line.kind.value}: {line.text}"
