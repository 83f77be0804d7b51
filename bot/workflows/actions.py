"""Follow-up actions: what must be done so that it does not happen again, by whom and until when."""

from datetime import date

from bot.effects import Invite
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import people, wording
from bot.workflows.telling import redraw, say
from db.enums import ActionKind, ActionPriority, ActionState, EntryKind
from db.models import Action, Incident
from db.records import PersonRecord
from db.store import Work

TEXT_MOST = 500


def add(
    work: Work,
    *,
    number: int,
    by: str,
    text: str,
    owner: PersonRecord,
    due_on: date,
    today: date,
    kind: ActionKind = ActionKind.PREVENT,
    priority: ActionPriority = ActionPriority.MEDIUM,
) -> Action:
    """Add an action; also after the incident was closed."""
    incident = work.incident(number)
    text = wording.paragraph(text, "action", most=TEXT_MOST)
    people.check_can_act(owner)
    if due_on < today:
        raise Refused(f"{due_on.isoformat()} has passed. Give a day from today on.")
    action = Action(
        incident_id=number,
        text=text,
        owner=owner.user,
        due_on=due_on,
        state=ActionState.OPEN,
        kind=kind,
        priority=priority,
        created_by=by,
        created_at=work.now,
        chase_round=1,
    )
    work.session.add(action)
    work.session.flush()
    work.note(
        incident,
        EntryKind.ACTION,
        text,
        by=by,
        data={"action": action.id, "state": "open", "owner": owner.user, "due_on": due_on.isoformat()},
    )
    work.tell(Invite(incident=number, users=(owner.user,)))
    say(work, incident, "action_added", {"by": by, "text": text, "owner": owner.user, "due_on": due_on.isoformat()})
    redraw(work, incident)
    return action


def finish(work: Work, *, action_id: int, number: int, by: str, proof: str = "") -> Action:
    """It has been done; `proof` says where that can be seen: a link, a test, a change."""
    incident, action = _open(work, number, action_id)
    action.state, action.done_at = ActionState.DONE, work.now
    action.proof = wording.optional(proof, "proof", most=TEXT_MOST)
    data = {"action": action.id, "state": "done", **({"proof": action.proof} if action.proof else {})}
    work.note(incident, EntryKind.ACTION, action.text, by=by, data=data)
    say(work, incident, "action_done", {"by": by, "text": action.text})
    redraw(work, incident)
    return action


def move(work: Work, *, action_id: int, number: int, by: str, due_on: date, today: date) -> Action:
    """It is due on another day; a chase of it starts anew."""
    incident, action = _open(work, number, action_id)
    if due_on < today:
        raise Refused(f"{due_on.isoformat()} has passed. Give a day from today on.")
    if due_on == action.due_on:
        raise Refused(f"It is due on {due_on.isoformat()} already.")
    data = {"state": "moved", "due_on": due_on.isoformat(), "previous": action.due_on.isoformat()}
    work.note(incident, EntryKind.ACTION, action.text, by=by, data={"action": action.id, **data})
    action.due_on, action.snoozed_until = due_on, None
    action.chase_round += 1
    say(work, incident, "action_moved", {"by": by, "text": action.text, "due_on": due_on.isoformat()})
    redraw(work, incident)
    return action


def reject(work: Work, *, action_id: int, number: int, by: str, reason: str) -> Action:
    """It will not be done; the reason stays in the review."""
    incident, action = _open(work, number, action_id)
    action.rejected_because = wording.paragraph(reason, "reason", most=TEXT_MOST)
    action.state, action.done_at = ActionState.REJECTED, work.now
    data = {"action": action.id, "state": "rejected", "reason": action.rejected_because}
    work.note(incident, EntryKind.ACTION, action.text, by=by, data=data)
    say(work, incident, "action_rejected", {"by": by, "text": action.text, "reason": action.rejected_because})
    redraw(work, incident)
    return action


def give(work: Work, *, action_id: int, number: int, by: str, person: PersonRecord) -> Action:
    """Somebody else owes it now; a chase of it starts anew."""
    incident, action = _open(work, number, action_id)
    people.check_can_act(person)
    if action.owner == person.user:
        raise Refused(f"{person.name} owns this action already.")
    work.note(
        incident,
        EntryKind.ACTION,
        action.text,
        by=by,
        data={"action": action.id, "state": "given", "owner": person.user, "previous": action.owner},
    )
    action.owner, action.snoozed_until = person.user, None
    action.chase_round += 1
    work.tell(Invite(incident=number, users=(person.user,)))
    say(work, incident, "action_given", {"by": by, "text": action.text, "owner": person.user})
    redraw(work, incident)
    return action


def snooze(work: Work, *, policy: Policy, action_id: int, number: int, by: str, reason: str) -> Action:
    """Let the chase rest for the policy's time; the reason stays on the timeline."""
    incident, action = _open(work, number, action_id)
    reason = wording.paragraph(reason, "reason")
    action.snoozed_until = policy.review.chase.snooze.after(work.now, policy.calendar)
    work.note(
        incident,
        EntryKind.SNOOZED,
        reason,
        by=by,
        data={"subject": "action", "action": action.id, "until": action.snoozed_until.isoformat()},
    )
    say(
        work,
        incident,
        "snoozed",
        {
            "by": by,
            "subject": f"the action “{action.text}”",
            "until": action.snoozed_until.isoformat(),
            "reason": reason,
        },
    )
    redraw(work, incident)
    return action


def _open(work: Work, number: int, action_id: int) -> tuple[Incident, Action]:
    """The action, if it belongs to this incident and is still open."""
    incident = work.incident(number)
    action = work.session.get(Action, action_id)
    if action is None or action.incident_id != number:
        raise Refused("That action does not exist any more.")
    if action.state is not ActionState.OPEN:
        raise Refused(f"That action is {action.state.value} already.")
    return incident, action
