"""Which incidents showed a risk, which of them people answered for, and which actions treat it."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from bot.errors import Refused
from bot.workflows import assessing
from bot.workflows.edits import Edit, keys_typed
from bot.workflows.risks.history import locked_risk, note
from bot.workflows.telling import redraw, say
from db import risks as register
from db.enums import EntryKind, Phase, RiskAnswer, RiskEntryKind
from db.models import Action, Incident, Risk, RiskAction, RiskAnswered, RiskLink
from db.store import Work


def link(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    """The incident showed the risk. What nobody has answered yet is answered by that."""
    check_can_show(incident)
    fresh = work.insert_once(RiskLink, risk_id=risk.id, incident_id=incident.id)
    if not fresh:
        return
    note(work, risk, RiskEntryKind.LINKED, outside(incident, reason), by=by, data={"incident": incident.id})
    known = work.session.get(RiskAnswered, incident.id)
    if known is None:
        keep_answer(work, incident, None, RiskAnswer.UNCHANGED, risk, reason, by=by)
    elif known.risk_id != risk.id:
        _linked(work, incident, risk, "linked", by=by, reason=reason)


def unlink(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    """The incident did not show the risk after all. Refused when its people answered that it did."""
    answered = work.session.get(RiskAnswered, incident.id)
    if answered is not None and answered.risk_id == risk.id:
        raise Refused(
            f"The people of {incident.key} said that it was {risk.key}. `/incident risk {incident.key}` changes their answer."
        )
    _unlink_row(work, risk, incident, by=by, reason=reason)
    _linked(work, incident, risk, "unlinked", by=by, reason=reason)


def keep_answer(
    work: Work,
    incident: Incident,
    before: RiskAnswered | None,
    answer: RiskAnswer,
    risk: Risk | None,
    reason: str,
    *,
    by: str,
) -> None:
    """Keep the answer, and say so. The risk of the answer before is not this incident's any more."""
    left = before.risk_id if before is not None else None
    if before is not None:
        work.session.delete(before)
        work.session.flush()
    if left is not None and (risk is None or risk.id != left):
        _unlink_row(work, locked_risk(work, left), incident, by=by, reason="")
    about = {"risk": risk.id, "title": risk.title} if risk else {}
    entry = work.note(incident, EntryKind.RISK, reason, by=by, data={"answer": answer.value, **about})
    work.session.add(
        RiskAnswered(
            incident_id=incident.id,
            answer=answer,
            risk_id=risk.id if risk else None,
            title=risk.title if risk else "",
            because=reason,
            by=by,
            at=entry.recorded_at,
        )
    )
    work.session.flush()
    more = {"reason": reason} if reason else {}
    say(work, incident, "risk_answered", {"by": by, "answer": answer.value, **about, **more})
    redraw(work, incident)


def _linked(work: Work, incident: Incident, risk: Risk, state: str, *, by: str, reason: str) -> None:
    about = {"state": state, "risk": risk.id, "title": risk.title}
    work.note(incident, EntryKind.RISK, reason, by=by, data=about)
    redraw(work, incident)


def _unlink_row(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    mine = RiskLink.risk_id == risk.id
    work.session.execute(delete(RiskLink).where(mine, RiskLink.incident_id == incident.id))
    note(work, risk, RiskEntryKind.UNLINKED, outside(incident, reason), by=by, data={"incident": incident.id})


def incidents_to_change(work: Work, number: int, edit: Edit, viewer: str | None) -> dict[Incident, bool]:
    """The incidents to add (true) and to take away (false), locked in the order of their numbers."""
    if not edit.changed:
        return {}
    stands, wanted = _seen_incidents(work, number, viewer), assessing.keys(edit.text)
    edit.check(keys_typed(stands), "incidents")
    for one in set(wanted) - set(stands):
        seen = work.session.scalar(select(Incident.id).where(Incident.id == one, register.seen_by(viewer)))
        if seen is None:
            raise Refused(f"There is no incident INC-{one} that you can see. `/incident list` shows the open ones.")
    locked = {work.incident(one): one in wanted for one in sorted(set(wanted) ^ set(stands))}
    edit.check(
        keys_typed(_seen_incidents(work, number, viewer)), "incidents"
    )  # Somebody may have been faster to lock them.
    return locked


def _seen_incidents(work: Work, number: int, viewer: str | None) -> list[int]:
    known = register.links(work.session, seen=register.seen_by(viewer), risk_ids=[number]).get(number, ())
    return sorted(one.incident_id for one in known if one.seen)


def actions_to_change(work: Work, number: int, actions: Mapping[int, bool], viewer: str | None) -> dict[int, bool]:
    """Those of the actions that are to treat the risk (true) or no longer, and did not or did so far."""
    stands = {one.id: treats for one, treats in register.actions(work.session, number, seen=register.seen_by(viewer))}
    return {one: treats for one, treats in actions.items() if one in stands and stands[one] is not treats}


def of_private_incidents(work: Work, actions: Collection[int]) -> dict[int, Incident]:
    """Those of the actions that belong to private incidents, each with its own: what is told of them tells of that one's people."""
    question = select(Action.id, Incident).join(Incident, Incident.id == Action.incident_id)
    rows = work.session.execute(question.where(Action.id.in_(sorted(actions)), Incident.private).order_by(Action.id))
    return {row[0]: row[1] for row in rows}


def link_action(work: Work, number: int, action: int, *, treats: bool) -> None:
    """The action treats the risk, or treats it no longer."""
    if treats:
        work.insert_once(RiskAction, risk_id=number, action_id=action)
    else:
        mine = RiskAction.risk_id == number
        work.session.execute(delete(RiskAction).where(mine, RiskAction.action_id == action))


def check_can_show(incident: Incident) -> None:
    """Refused of a drill, and of what was dismissed or merged: it shows no risk."""
    if incident.drill:
        raise Refused(
            f"{incident.key} is a drill: nothing has happened. What it showed can be a risk of its own: `/incident risks add`."
        )
    if incident.phase in (Phase.DISMISSED, Phase.MERGED):
        raise Refused(f"{incident.key} is {incident.phase.value}: nothing has happened that is not told elsewhere.")


def outside(incident: Incident, reason: str) -> str:
    """What the register may say of a reason: nothing of a private incident's."""
    return "" if incident.private else reason
