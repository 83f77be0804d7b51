"""Which risk an incident was: everybody is asked, and the answer changes the register."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing, wording
from bot.workflows.risks.changes import add, check_measures
from bot.workflows.risks.due import follow
from bot.workflows.risks.history import kind_of_change, locked_risk, note, tell_owner
from bot.workflows.risks.links import check_can_show, keep_answer, link, outside
from db.enums import RiskAnswer, RiskState
from db.models import Incident, Risk, RiskAnswered
from db.store import Work


def answer(
    work: Work,
    *,
    policy: Policy,
    number: int,
    by: str,
    answer: RiskAnswer,
    risk: int | None = None,
    values: Mapping[str, Any] | None = None,
    because: str = "",
) -> Incident:
    """Say which risk an incident was. Another answer replaces it; both are on the timeline.

    `risk` is the one of the register, `values` what it is now if it is raised, or what the new one is. That it was none
    needs a reason, and so does that it is raised.
    """
    incident = work.incident(number)
    check_can_show(incident)
    needs_reason = answer in (RiskAnswer.NONE, RiskAnswer.RAISED)
    reason = wording.paragraph(because, "reason") if needs_reason else wording.optional(because, "reason")
    before = work.session.get(RiskAnswered, number)
    found: Risk | None = None
    if answer is RiskAnswer.NEW:
        found = add(work, policy=policy, by=by, values=values or {}, incident=incident)
    elif answer is not RiskAnswer.NONE:
        found = _existing(work, risk, before)
    if answer is RiskAnswer.UNCHANGED and found is not None and found.state is RiskState.CLOSED:
        raise Refused(
            f"{found.key} was closed. It has happened all the same: answer that it is raised, and it is open again."
        )
    if answer is RiskAnswer.RAISED and found is not None:
        _raise(work, found, policy, values or {}, incident, by=by, reason=reason)
    keep_answer(work, incident, before, answer, found, reason, by=by)
    if found is not None:
        link(work, found, incident, by=by, reason="")
    return incident


def _existing(work: Work, number: int | None, before: RiskAnswered | None) -> Risk:
    """The risk that is meant, locked; and before it the one that was meant so far, so that two of us never wait in a ring."""
    if number is None:
        raise Refused("Choose the risk that it was, or answer that it is a new one.")
    left = before.risk_id if before is not None else None
    for one in sorted({number, *([left] if left is not None else [])}):
        locked_risk(work, one)
    return locked_risk(work, number)


def _raise(
    work: Work, risk: Risk, policy: Policy, values: Mapping[str, Any], incident: Incident, *, by: str, reason: str
) -> None:
    """It is more than was thought. What was assessed after treatment is what turned out to be more."""
    stood, was = assessing.score(risk), {}
    for name in ("likelihood", "impact"):
        value = values.get(name)
        after = f"{name}_after"
        if value is None:
            continue
        if getattr(risk, after) is not None:
            was[after] = [assessing.typed(getattr(risk, after)), assessing.typed(value)]
            setattr(risk, after, value)
        if value > getattr(risk, name) or getattr(risk, after) is None:
            was[name] = [assessing.typed(getattr(risk, name)), assessing.typed(value)]
            setattr(risk, name, value)
    reopened = risk.state is RiskState.CLOSED
    if assessing.score(risk) <= stood and not reopened:
        raise Refused(
            f"{risk.key} has a score of {stood}, and with these numbers {assessing.score(risk)}. Choose a higher likelihood "
            "or impact, or answer that nothing changes."
        )
    if reopened:
        was["state"], risk.state = [RiskState.CLOSED.value, RiskState.OPEN.value], RiskState.OPEN
    check_measures(risk)
    follow(work, risk, policy, was)
    data = {"changes": was, "incident": incident.id}
    reason = outside(incident, reason)
    note(work, risk, kind_of_change(risk, was), reason, by=by, data=data)
    tell_owner(work, risk, "risk_changed", by=by, changes=was, reason=reason, incident=incident)
