"""The risk register: risks are added, changed, looked at, given away, closed; and every incident is asked which one it was.

The register is for everybody. What comes from a private incident is written there without its words, and without saying
who of its people wrote it: an entry of a risk's history that names an incident is shown as its own to those who may see it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, or_, select

from bot.effects import RefreshHome, Say
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import assessing, people, wording
from bot.workflows.edits import Edit, keys_typed, mark
from bot.workflows.telling import redraw, say
from db import queries
from db import risks as register
from db.enums import EffectState, EntryKind, Phase, RiskAnswer, RiskEntryKind, RiskState, Treatment
from db.models import Effect, Incident, Risk, RiskAction, RiskAnswered, RiskEntry, RiskLink
from db.records import LinkRecord, PersonRecord
from db.store import Work

GONE = "[redacted]"
SETTLED = (EffectState.DONE, EffectState.DEAD)


@dataclass(frozen=True)
class Line:
    """A line of a table that is taken over: the risk that it is about, or a new one; what it is to be; its incidents."""

    number: int
    risk: int | None
    values: Mapping[str, Any]
    incidents: tuple[int, ...] = ()


# What is assessed: who changes it has looked at the risk.
ASSESSED = ("likelihood", "impact", "likelihood_after", "impact_after", "treatment")


# ── the register ───────────────────────────────────────────────────────────────────────────────────────────────────


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
    _check_measures(risk)
    work.session.add(risk)
    _note(work, risk, RiskEntryKind.ADDED, origin or "", by=by, data={"incident": incident.id} if incident else {})
    if origin is None:
        _tell_owner(work, risk, "risk_owned", by=by, incident=incident, adds=incident is None)
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
    linked = _incidents_to_change(work, number, incidents, viewer) if incidents is not None else {}
    risk = _locked(work, number)
    was = _write(work, risk, policy, edits)
    chosen = _actions_to_change(work, number, actions or {}, viewer)
    if not was and not linked and not chosen:
        return risk
    reason = wording.paragraph(reason, "reason")
    _follow(work, risk, policy, was)
    for action, treats in chosen.items():
        _link_action(work, number, action, treats=treats)
    if was or chosen:
        data: dict[str, Any] = {"changes": was}
        if chosen:
            data["actions"] = {str(action): treats for action, treats in chosen.items()}
        _note(work, risk, _kind(risk, was), reason, by=by, data=data)
        _tell_owner(work, risk, "risk_owned" if "owner" in was else "risk_changed", by=by, changes=was, reason=reason)
    for incident, showed in linked.items():
        if showed:
            link(work, risk, incident, by=by, reason=reason)
        else:
            _unlink(work, risk, incident, by=by, reason=reason)
    return risk


def looked_at(work: Work, *, policy: Policy, number: int, by: str) -> Risk:
    """Somebody has looked at it, and it stays as it is; it is looked at again by the policy. Twice a day counts once."""
    risk = _open(work, number)
    last = work.session.scalars(
        select(RiskEntry).where(RiskEntry.risk_id == number).order_by(RiskEntry.id.desc()).limit(1)
    ).one_or_none()
    today = policy.calendar.date_of(work.now)
    if last and (last.kind, last.by) == (RiskEntryKind.REVIEWED, by) and policy.calendar.date_of(last.at) == today:
        return risk
    _look_again(work, risk, policy)
    _note(work, risk, RiskEntryKind.REVIEWED, "", by=by, data={"review_on": risk.review_on.isoformat()})
    return risk


def give(work: Work, *, number: int, by: str, person: PersonRecord) -> Risk:
    """Somebody else owns it now; a chase of it starts anew."""
    risk = _open(work, number)
    people.check_can_act(person)
    if risk.owner == person.user:
        raise Refused(f"{person.name} owns {risk.key} already.")
    was, risk.owner, risk.snoozed_until = risk.owner, person.user, None
    risk.chase_round += 1
    _note(work, risk, RiskEntryKind.GIVEN, "", by=by, data={"changes": {"owner": [was, risk.owner]}})
    _tell_owner(work, risk, "risk_owned", by=by)
    return risk


def nobody_heard(work: Work, *, user: str, number: int) -> None:
    """Somebody who was to be told of a risk has left: remember it, and have others be asked if it was theirs."""
    known = queries.people(work.session, [user]).get(user) or PersonRecord(user=user, name=user)
    people.remember(work, replace(known, active=False))
    risk = register.locked(work.session, number)
    if risk is not None and risk.owner == user:
        risk.chase_round += 1


def snooze(work: Work, *, policy: Policy, number: int, by: str, reason: str) -> Risk:
    """Let the chase rest for the policy's time; the reason stays in the history."""
    risk = _open(work, number)
    reason = wording.paragraph(reason, "reason")
    risk.snoozed_until = policy.review.chase.snooze.after(work.now, policy.calendar)
    _note(work, risk, RiskEntryKind.SNOOZED, reason, by=by, data={"until": risk.snoozed_until.isoformat()})
    return risk


# ── which risk an incident was ─────────────────────────────────────────────────────────────────────────────────────


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
    _check_can_show(incident)
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
    _answered(work, incident, before, answer, found, reason, by=by)
    if found is not None:
        link(work, found, incident, by=by, reason="")
    return incident


def link(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    """The incident showed the risk. What nobody has answered yet is answered by that."""
    _check_can_show(incident)
    fresh = work.insert_once(RiskLink, risk_id=risk.id, incident_id=incident.id)
    if not fresh:
        return
    _note(work, risk, RiskEntryKind.LINKED, _outside(incident, reason), by=by, data={"incident": incident.id})
    known = work.session.get(RiskAnswered, incident.id)
    if known is None:
        _answered(work, incident, None, RiskAnswer.UNCHANGED, risk, reason, by=by)
    elif known.risk_id != risk.id:
        _linked(work, incident, risk, "linked", by=by, reason=reason)


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
    risk = _locked(work, line.risk)
    differing = [name for name, value in line.values.items() if value != getattr(risk, name)]
    if differing:
        edits = {name: _over(risk, name, line.values[name]) for name in differing}
        change(work, policy=policy, number=risk.id, by=by, edits=edits, reason=reason)
    return risk, bool(differing)


def _over(risk: Risk, name: str, value: Any) -> Edit:
    """An edit of what stands there now, whoever wrote it."""
    return Edit(assessing.typed(value), mark(assessing.typed(getattr(risk, name))))


def redacted(work: Work, *, incident: Incident, texts: Collection[str], by: str, reason: str) -> None:
    """What was written of the incident's risk was taken out of its timeline: it goes from the register, too."""
    row = work.session.get(RiskAnswered, incident.id)
    if row is not None and row.because in texts:
        row.because = GONE
    written = select(RiskEntry).where(RiskEntry.redacted_at.is_(None), RiskEntry.text.in_(sorted(texts)))
    ours = [one for one in work.session.scalars(written) if one.data.get("incident") == incident.id]
    _take_out(work, ours, by=by, reason=reason)


def forget(work: Work, *, user: str, by: str, reason: str) -> int:
    """Take out what a person wrote in histories, and where others name them; how many entries. Not under legal hold."""
    mention = f"<@{user}>"
    theirs = select(RiskEntry).where(
        RiskEntry.redacted_at.is_(None),
        RiskEntry.text != "",
        RiskEntry.kind != RiskEntryKind.REDACTED,
        or_(RiskEntry.by == user, RiskEntry.text.like(f"%{mention}%")),
    )
    held = set(work.session.scalars(select(Incident.id).where(Incident.legal_hold)))
    found = [one for one in work.session.scalars(theirs) if one.data.get("incident") not in held]
    taken = _take_out(work, found, by=by, reason=reason)
    named = or_(Risk.title.like(f"%{mention}%"), Risk.description.like(f"%{mention}%"))
    for number in work.session.scalars(select(Risk.id).where(named).order_by(Risk.id)).all():
        risk = _locked(work, number)
        risk.title, risk.description = (text.replace(mention, GONE) for text in (risk.title, risk.description))
        _take_out(work, [one for one in _entries(work, number) if mention in str(one.data)], by=by, reason=reason)
    for row in work.session.scalars(select(RiskAnswered).where(RiskAnswered.title.like(f"%{mention}%"))):
        work.incident(row.incident_id)
        row.title = row.title.replace(mention, GONE)
    return taken


# ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    _check_measures(risk)
    return was


def _follow(work: Work, risk: Risk, policy: Policy, was: Collection[str]) -> None:
    """What follows from a change: when it is looked at again, and who is asked first then."""
    assessed = not set(was).isdisjoint(ASSESSED) or ("state" in was and risk.state is RiskState.OPEN)
    if assessed and "review_on" not in was:
        _look_again(work, risk, policy)
    elif {"owner", "review_on"} & set(was):
        risk.snoozed_until = None
        risk.chase_round += 1


def _look_again(work: Work, risk: Risk, policy: Policy) -> None:
    risk.review_on, risk.snoozed_until = assessing.review_on(risk, policy, work.now), None
    risk.chase_round += 1


def _kind(risk: Risk, was: Collection[str]) -> RiskEntryKind:
    if "state" not in was:
        return RiskEntryKind.CHANGED
    return RiskEntryKind.CLOSED if risk.state is RiskState.CLOSED else RiskEntryKind.REOPENED


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
    _check_measures(risk)
    _follow(work, risk, policy, was)
    data = {"changes": was, "incident": incident.id}
    reason = _outside(incident, reason)
    _note(work, risk, _kind(risk, was), reason, by=by, data=data)
    _tell_owner(work, risk, "risk_changed", by=by, changes=was, reason=reason, incident=incident)


def _answered(
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
        _unlink_row(work, _locked(work, left), incident, by=by, reason="")
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


def _unlink(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    answered = work.session.get(RiskAnswered, incident.id)
    if answered is not None and answered.risk_id == risk.id:
        raise Refused(
            f"The people of {incident.key} said that it was {risk.key}. `/incident risk {incident.key}` changes their answer."
        )
    _unlink_row(work, risk, incident, by=by, reason=reason)
    _linked(work, incident, risk, "unlinked", by=by, reason=reason)


def _unlink_row(work: Work, risk: Risk, incident: Incident, *, by: str, reason: str) -> None:
    mine = RiskLink.risk_id == risk.id
    work.session.execute(delete(RiskLink).where(mine, RiskLink.incident_id == incident.id))
    _note(work, risk, RiskEntryKind.UNLINKED, _outside(incident, reason), by=by, data={"incident": incident.id})


def _incidents_to_change(work: Work, number: int, edit: Edit, viewer: str | None) -> dict[Incident, bool]:
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


def _actions_to_change(work: Work, number: int, actions: Mapping[int, bool], viewer: str | None) -> dict[int, bool]:
    """Those of the actions that are to treat the risk (true) or no longer, and did not or did so far."""
    stands = {one.id: treats for one, treats in register.actions(work.session, number, seen=register.seen_by(viewer))}
    return {one: treats for one, treats in actions.items() if one in stands and stands[one] is not treats}


def _link_action(work: Work, number: int, action: int, *, treats: bool) -> None:
    if treats:
        work.insert_once(RiskAction, risk_id=number, action_id=action)
    else:
        mine = RiskAction.risk_id == number
        work.session.execute(delete(RiskAction).where(mine, RiskAction.action_id == action))


def _existing(work: Work, number: int | None, before: RiskAnswered | None) -> Risk:
    """The risk that is meant, locked; and before it the one that was meant so far, so that two of us never wait in a ring."""
    if number is None:
        raise Refused("Choose the risk that it was, or answer that it is a new one.")
    left = before.risk_id if before is not None else None
    for one in sorted({number, *([left] if left is not None else [])}):
        _locked(work, one)
    return _locked(work, number)


def _locked(work: Work, number: int) -> Risk:
    risk = register.locked(work.session, number)
    if risk is None:
        raise Refused(f"There is no risk R-{number}. `/incident risks` lists them.")
    return risk


def _open(work: Work, number: int) -> Risk:
    risk = _locked(work, number)
    if risk.state is not RiskState.OPEN:
        raise Refused(f"{risk.key} is closed. Whoever changes its state opens it again: `/incident risks {risk.key}`.")
    return risk


def _entries(work: Work, number: int) -> Sequence[RiskEntry]:
    mine = select(RiskEntry).where(RiskEntry.risk_id == number, RiskEntry.redacted_at.is_(None))
    return work.session.scalars(mine.order_by(RiskEntry.id)).all()


def _take_out(work: Work, entries: Sequence[RiskEntry], *, by: str, reason: str) -> int:
    for number in sorted({one.risk_id for one in entries}):
        risk = _locked(work, number)
        for one in sorted((one for one in entries if one.risk_id == number), key=lambda one: one.id):
            # Which incident it comes from stays: who may not see that one is not told who wrote it.
            data = {"incident": one.data["incident"]} if "incident" in one.data else {}
            one.text, one.data, one.redacted_at = "", data, work.now
            _note(work, risk, RiskEntryKind.REDACTED, reason, by=by, data={"entry": one.id})
        _forget_what_was_said(work, number)
    return len(entries)


def _forget_what_was_said(work: Work, number: int) -> None:
    """How its owner was told is not kept beside the history, nor said after all."""
    settled = select(Effect).where(Effect.incident_id.is_(None), Effect.kind == Say.__name__, Effect.state.in_(SETTLED))
    for effect in work.session.scalars(settled):
        if effect.payload.get("values", {}).get("risk") == number:
            effect.payload, effect.state = {}, EffectState.DONE


def _note(work: Work, risk: Risk, kind: RiskEntryKind, text: str, *, by: str, data: Mapping[str, Any]) -> None:
    # A transaction that waited for the lock began before the one that it waited for was done: it comes after it all the same.
    risk.changed_at = max(work.now, risk.changed_at)
    entry = RiskEntry(risk_id=risk.id, at=risk.changed_at, kind=kind, by=by, text=text, data=dict(data))
    work.session.flush()
    work.session.add(entry)
    work.session.flush()
    for user in sorted({risk.owner, *data.get("changes", {}).get("owner", ())}):
        work.tell(RefreshHome(user=user), only_if="watched")  # What waits for them may be something else now.


def _tell_owner(
    work: Work,
    risk: Risk,
    what: str,
    *,
    by: str,
    changes: Mapping[str, Sequence[str]] | None = None,
    reason: str = "",
    incident: Incident | None = None,
    adds: bool = False,
) -> None:
    """Whoever owns it hears of what others do to it; of a private incident's people not who. Who `adds` one learns its key."""
    if risk.owner == by and not adds:
        return
    values: dict[str, Any] = {"key": risk.key, "title": risk.title, "risk": risk.id}
    if risk.owner != by and not (incident is not None and incident.private):
        values["by"] = by
    if changes:
        values["changes"] = {name: list(both) for name, both in changes.items()}
    if reason:
        values["reason"] = reason
    work.tell(Say(incident=None, place="person", user=risk.owner, what=what, values=values))


def _outside(incident: Incident, reason: str) -> str:
    """What the register may say of a reason: nothing of a private incident's."""
    return "" if incident.private else reason


def _check_owner(work: Work, user: str) -> None:
    if not people.is_in_slack(user):
        raise Refused("Name the risk's owner by their Slack user id, such as U0123ABCD.")
    known = queries.people(work.session, [user]).get(user)
    if known is not None:
        people.check_can_act(known)


def _check_measures(risk: Risk) -> None:
    for name, words in (("likelihood", "likely"), ("impact", "bad")):
        before, after = getattr(risk, name), getattr(risk, f"{name}_after")
        if after is not None and after > before:
            raise Refused(
                f"After treatment ({after}) it would be more {words} than before ({before}). Change one of the two."
            )


def _check_can_show(incident: Incident) -> None:
    if incident.drill:
        raise Refused(
            f"{incident.key} is a drill: nothing has happened. What it showed can be a risk of its own: `/incident risks add`."
        )
    if incident.phase in (Phase.DISMISSED, Phase.MERGED):
        raise Refused(f"{incident.key} is {incident.phase.value}: nothing has happened that is not told elsewhere.")
