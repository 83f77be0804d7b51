"""Follow-up actions: added, done, put off, given to somebody else."""

import re
from datetime import date

from bot.commands import dates, who
from bot.commands.asking import USER, Click, Form, Reply, Typed, meant, number_in, record_of, seen, word_in
from bot.errors import Refused
from bot.parts import Parts
from bot.views import lists, modals
from bot.workflows import actions
from db import queries
from db.enums import ActionKind, ActionPriority
from db.records import ActionRecord, IncidentRecord

USAGE = "/incident action @bo by friday Add an alert on queue depth"


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident action @bo by friday Add an alert`. Owner and day may be left out: the speaker, the policy's time."""
    incident, rest = meant(parts, asked)
    today = parts.policy.calendar.date_of(parts.clock.now())
    if not rest.rest:
        due_on = _due_by_policy(parts, incident)
        return modals.action(record_of(parts, incident.id), owner=asked.user, due_on=due_on)
    owner, due_on = asked.user, _due_by_policy(parts, incident)
    word, after = rest.take_word()
    if USER.fullmatch(word):
        owner, rest = who.named(parts, word, usage=USAGE).user, after
    elif word.startswith("@"):
        who.named(parts, word, usage=USAGE)
    if by := re.match(r"by\s+(\S+)\s*(.*)", rest.rest, re.IGNORECASE | re.DOTALL):
        due_on = dates.day(by[1], now=parts.clock.now(), policy=parts.policy)
        text = by[2]
    else:
        text = rest.rest
    if not text.strip():
        raise Refused(f"What is to be done? `{USAGE}`")
    person = who.known(parts, owner)
    with parts.store.begin() as work:
        actions.add(work, number=incident.id, by=asked.user, text=text, owner=person, due_on=due_on, today=today)
    return None


def asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    incident = seen(parts, click.number, click)
    due_on = _due_by_policy(parts, incident)
    return modals.action(record_of(parts, click.number), owner=click.user, due_on=due_on)


def added(parts: Parts, form: Form) -> None:
    """The form was sent."""
    incident = seen(parts, form.number, form)
    person = who.known(parts, form.user_chosen("owner") or form.user)
    due_on = form.day("due_on") or _due_by_policy(parts, incident)
    with form.begin(parts) as work:
        actions.add(
            work,
            number=form.number,
            by=form.user,
            text=form.text("text"),
            owner=person,
            due_on=due_on,
            today=_today(parts),
            kind=word_in(ActionKind, form.option("kind") or ActionKind.PREVENT),
            priority=word_in(ActionPriority, form.option("priority") or ActionPriority.MEDIUM),
        )


def done_clicked(parts: Parts, click: Click) -> Reply:
    """[Done] on a reminder or a list."""
    seen(parts, click.number, click)
    with parts.store.begin() as work:
        action = actions.finish(work, action_id=click.other_number, number=click.number, by=click.user)
    return f"Done: {action.text}"


def listed(parts: Parts, asked: Typed) -> Reply:
    """`/incident actions`: each with what can be done with it."""
    incident, _ = meant(parts, asked)
    return lists.actions_of(record_of(parts, incident.id))


def move_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question to which day."""
    seen(parts, click.number, click)
    return modals.action_moved(record_of(parts, click.number), _action(parts, click))


def moved(parts: Parts, form: Form) -> None:
    """It is due on another day."""
    seen(parts, form.number, form)
    day = form.day("due_on")
    if day is None:
        raise Refused("Choose the day on which it is due.")
    action_id = int(form.about["action"])
    with form.begin(parts) as work:
        actions.move(work, action_id=action_id, number=form.number, by=form.user, due_on=day, today=_today(parts))


def reject_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    seen(parts, click.number, click)
    return modals.action_rejected(record_of(parts, click.number), _action(parts, click))


def rejected(parts: Parts, form: Form) -> None:
    """It will not be done, with the reason."""
    seen(parts, form.number, form)
    action_id = int(form.about["action"])
    with form.begin(parts) as work:
        actions.reject(work, action_id=action_id, number=form.number, by=form.user, reason=form.text("reason"))


def prove_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question where it can be seen."""
    seen(parts, click.number, click)
    return modals.action_proved(record_of(parts, click.number), _action(parts, click))


def proved(parts: Parts, form: Form) -> None:
    """It was done, with a proof."""
    seen(parts, form.number, form)
    action_id = int(form.about["action"])
    with form.begin(parts) as work:
        actions.finish(work, action_id=action_id, number=form.number, by=form.user, proof=form.text("proof"))


def snooze_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    seen(parts, click.number, click)
    return modals.snooze("action", record_of(parts, click.number), parts.policy, action=_action(parts, click))


def snoozed(parts: Parts, form: Form) -> None:
    """The chase rests, with the reason."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        actions.snooze(
            work,
            policy=parts.policy,
            action_id=number_in(form.about.get("action")),
            number=form.number,
            by=form.user,
            reason=form.text("reason"),
        )


def give_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question to whom."""
    seen(parts, click.number, click)
    return modals.give("action", record_of(parts, click.number), action=_action(parts, click))


def given(parts: Parts, form: Form) -> None:
    """Somebody else owes it now."""
    seen(parts, form.number, form)
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        actions.give(
            work, action_id=number_in(form.about.get("action")), number=form.number, by=form.user, person=person
        )


def _action(parts: Parts, click: Click) -> ActionRecord:
    with parts.store.read() as session:
        action = queries.action(session, click.other_number)
    if action is None or action.incident_id != click.number:
        raise Refused("That action does not exist any more.")
    return action


def _today(parts: Parts) -> date:
    return parts.policy.calendar.date_of(parts.clock.now())


def _due_by_policy(parts: Parts, incident: IncidentRecord) -> date:
    return parts.policy.action_due_on(incident.severity, parts.clock.now())


TYPED = {"action": typed, "actions": listed}
CLICKS = {
    "actions.add": asked,
    "actions.done": done_clicked,
    "actions.snooze": snooze_asked,
    "actions.give": give_asked,
    "actions.move": move_asked,
    "actions.reject": reject_asked,
    "actions.prove": prove_asked,
}
FORMS = {
    "actions.added": added,
    "actions.snoozed": snoozed,
    "actions.given": given,
    "actions.moved": moved,
    "actions.rejected": rejected,
    "actions.proved": proved,
}
