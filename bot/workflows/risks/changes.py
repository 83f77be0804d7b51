"""A risk is added, and changed by people who may have it open at once."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing, people, wording
from bot.workflows.edits import Edit
from bot.workflows.risks.due import follow
from bot.workflows.risks.history import kind_of_change, locked_risk, note, tell_owner
from bot.workflows.risks.links import (
    actions_to_change,
    incidents_to_change,
    link,
    link_action,
    of_private_incidents,
    unlink,
)
from db import queries
from db import risks as register
from db.enums import RiskEntryKind, RiskState, Treatment
from db.models import Incident, Risk
from db.store import Work


def add(
    work: Work,
    *,
    policy: Policy,
    by: str,
    values: Mapping[str, Any],
    incident: Incident | None = None,
    origin: str | None = None,
) -> Risk:
    """Add a risk; `values` are what `assessing.read` gave. Without a review date it is looked at again by the policy.

    `origin` says where it came from, if not from a person's hands.
    """
    given = {name: value for name, value in values.items() if value is not None}
    _check_owner(work, given.get("owner", by))
    risk = Risk(
        id=work.next_number(register.NUMBERS),
        uid=work.fresh_uid(),
        title=given["title"],
        description=given.get("description", ""),
        category=given.get("category", next(iter(policy.risks.categories))),
        likelihood=given["likelihood"],
        impact=given["impact"],
        likelihood_after=given.get("likelihood_after"),
        impact_after=given.get("impact_after"),
        treatment=given.get("treatment", Treatment.REDUCE),
        owner=given.get("owner", by),
        state=given.get("state", RiskState.OPEN),
        controls=given.get("controls", []),
        created_by=by,
        created_at=work.now,
        changed_at=work.now,
        chase_round=1,
        snoozed_until=None,
    )
    risk.review_on = given.get("review_on") or assessing.review_on(risk, policy, work.now)
    check_measures(risk)
    work.session.add(risk)
    note(work, risk, RiskEntryKind.ADDED, origin or "", by=by, data={"incident": incident.id} if incident else {})
    if origin is None:
        tell_owner(work, risk, "risk_owned", by=by, incident=incident, adds=incident is None)
    return risk


def change(
    work: Work,
    *,
    policy: Policy,
    number: int,
    by: str,
    edits: Mapping[str, Edit],
    reason: str,
    incidents: Edit | None = None,
    actions: Mapping[int, bool] | None = None,
    viewer: str | None = None,
) -> Risk:
    """Change some fields of a risk, which incidents showed it, and which actions treat it; with the reason.

    Two people may have the form open: a field is written only if this person changed it, and refused if somebody else
    has changed the same field meanwhile. Of its incidents and actions `viewer` changes those that they may see.
    """
    linked = incidents_to_change(work, number, incidents, viewer) if incidents is not None else {}
    risk = locked_risk(work, number)
    was = _write(work, risk, policy, edits)
    chosen = actions_to_change(work, number, actions or {}, viewer)
    if not was and not linked and not chosen:
        return risk
    reason = wording.paragraph(reason, "reason")
    follow(work, risk, policy, was)
    for action, treats in chosen.items():
        link_action(work, number, action, treats=treats)
    of_private_ones = of_private_incidents(work, chosen)
    everybodys = {str(action): treats for action, treats in chosen.items() if action not in of_private_ones}
    if was or everybodys:
        data = {"changes": was, **({"actions": everybodys} if everybodys else {})}
        note(work, risk, kind_of_change(risk, was), reason, by=by, data=data)
        tell_owner(work, risk, "risk_owned" if "owner" in was else "risk_changed", by=by, changes=was, reason=reason)
    for incident in dict.fromkeys(of_private_ones.values()):
        mine = {str(action): chosen[action] for action, whose in of_private_ones.items() if whose is incident}
        note(work, risk, RiskEntryKind.CHANGED, "", by=by, data={"incident": incident.id, "actions": mine})
        tell_owner(work, risk, "risk_changed", by=by, incident=incident)
    for incident, showed in linked.items():
        if showed:
            link(work, risk, incident, by=by, reason=reason)
        else:
            unlink(work, risk, incident, by=by, reason=reason)
    return risk


def _write(work: Work, risk: Risk, policy: Policy, edits: Mapping[str, Edit]) -> dict[str, list[str]]:
    """Write the fields that this person changed; gives what stood there and what stands there now."""
    was: dict[str, list[str]] = {}
    for name, edit in edits.items():
        if not edit.changed:
            continue
        stands, value = getattr(risk, name), assessing.read(name, edit.text, policy)
        if value == stands:
            continue
        edit.check(assessing.typed(stands), name.replace("_", " "))
        if name == "owner":
            _check_owner(work, value)
        if name == "review_on" and value < policy.calendar.date_of(work.now):
            raise Refused(f"{value.isoformat()} has passed. Give a day from today on.")
        was[name] = [assessing.typed(stands), assessing.typed(value)]
        setattr(risk, name, value)
    check_measures(risk)
    return was


def _check_owner(work: Work, user: str) -> None:
    if not people.is_in_slack(user):
        raise Refused("Name the risk's owner by their Slack user id, such as U0123ABCD.")
    known = queries.people(work.session, [user]).get(user)
    if known is not None:
        people.check_can_act(known)


def check_measures(risk: Risk) -> None:
    """Refused when treatment would leave more than there was before it."""
    for name, words in (("likelihood", "likely"), ("impact", "bad")):
        before, after = getattr(risk, name), getattr(risk, f"{name}_after")
        if after is not None and after > before:
            raise Refused(
                f"After treatment ({after}) it would be more {words} than before ({before}). Change one of the two."
            )
