"""The forms: what is asked, and what they begin with. A form's callback id says what was done when it comes back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from slack_sdk.models.blocks import Block, InputBlock, Option, PlainTextObject
from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.kit import Message
from db.enums import ActionKind, ActionPriority, Answer, Kind
from db.records import ActionRecord, IncidentRecord, Record

TITLE_MOST, ACTION_MOST, CHOICES_MOST = 200, 500, 100


def declare(
    policy: Policy,
    *,
    title: str = "",
    summary: str = "",
    severity: str | None = None,
    origin: str | None = None,
    source: Mapping[str, Any] | None = None,
) -> View:
    """Only the title must be typed. `origin` and `source` (the message it begins with) come back with the form."""
    about = {"origin": origin, "source": source and dict(source)}
    return kit.modal(
        "Declare an incident",
        "declare.submitted",
        [
            kit.text_input("title", "Title", initial=title, most=TITLE_MOST),
            _severities("severity", policy, severity or policy.usual_severity),
            _kinds(),
            kit.text_input("summary", "What is happening?", initial=summary, multiline=True, optional=True),
            _answer("customer_data", Answer.UNKNOWN),
            _answer("service_affecting", Answer.UNKNOWN),
            kit.checkbox(
                "private",
                "Private",
                "Only invited people see it",
                description="Private room, no announcement, no title outside of it",
            ),
            kit.checkbox("drill", "Drill", "This is an exercise", description="Marked DRILL wherever it is shown"),
        ],
        submit="Declare",
        about={name: value for name, value in about.items() if value},
    )


def assign(record: Record, policy: Policy, *, role: str | None = None) -> View:
    """Give somebody a role."""
    return kit.modal(
        "Assign a role",
        "roles.assigned",
        [
            _roles(policy, role),
            kit.person_input("user", "Person"),
            kit.text_input("note", "Note", multiline=True, optional=True),
        ],
        submit="Assign",
        about=_about(record),
    )


def handover(record: Record, policy: Policy, *, role: str, user: str | None = None) -> View:
    """Give away a role, with what the successor must know."""
    return kit.modal(
        "Hand over",
        "roles.handed_over",
        [
            _roles(policy, role),
            kit.person_input("user", "Person", initial=user),
            kit.text_input("note", "Note for the successor", multiline=True),
        ],
        submit="Hand over",
        about={**_about(record), "role": role},
    )


def severity(record: Record, policy: Policy, *, chosen: str | None = None) -> View:
    """Change how bad it is, with the reason. The same severity again confirms it."""
    return kit.modal(
        "Severity",
        "severity.changed",
        [
            _severities("severity", policy, chosen or record.incident.severity),
            kit.text_input("reason", "Reason", multiline=True, hint="The same severity again confirms it."),
        ],
        about=_about(record),
    )


def note(record: Record) -> View:
    """A line for the timeline."""
    return kit.modal(
        "Add a note",
        "talk.noted",
        [kit.text_input("text", "Note", multiline=True, hint="Goes to the timeline and to the room.")],
        submit="Add",
        about=_about(record),
    )


def update(record: Record) -> View:
    """How it stands, for those who follow."""
    where = (
        "Goes to the room only." if record.incident.private else "Goes to the room and to the announcement's thread."
    )
    return kit.modal(
        "Post an update",
        "talk.updated",
        [kit.text_input("text", "Update", multiline=True, hint=where)],
        submit="Post",
        about=_about(record),
    )


def answers(record: Record) -> View:
    """The three questions, as they are answered so far."""
    questions: list[Block] = [_answer(name, getattr(record.incident, name)) for name in labels.QUESTIONS]
    shown = {name: getattr(record.incident, name).value for name in labels.QUESTIONS}
    return kit.modal("Three answers", "phases.answered", questions, about={**_about(record), "shown": shown})


def contained(record: Record, now: datetime) -> View:
    """What stopped the damage, and when."""
    incident = record.incident
    return kit.modal(
        "Containment",
        "phases.contained",
        [
            kit.text_input("text", "What stopped the damage?", initial=incident.containment, multiline=True),
            kit.moment_input("at", "When?", initial=incident.contained_at or now),
        ],
        about=_about(record),
    )


def verified(record: Record, now: datetime, *, by: str | None = None) -> View:
    """How the recovery was checked, by whom and when. `by` is proposed if nobody is on record."""
    incident = record.incident
    return kit.modal(
        "Recovery verified",
        "phases.verified",
        [
            kit.text_input("text", "How was it checked?", initial=incident.verification, multiline=True),
            kit.person_input("user", "By whom?", initial=incident.verified_by or by),
            kit.moment_input("at", "When?", initial=incident.verified_at or now),
        ],
        about=_about(record),
    )


def action(record: Record, *, owner: str | None = None, due_on: date | None = None) -> View:
    """A follow-up action; the caller proposes owner and day."""
    return kit.modal(
        "Add an action",
        "actions.added",
        [
            kit.text_input(
                "text", "Action", hint="Start with a verb: “Add an alert on queue depth”.", most=ACTION_MOST
            ),
            kit.person_input("owner", "Owner", initial=owner),
            kit.day_input("due_on", "Due", initial=due_on),
            kit.choice("kind", "Kind", _action_kinds(), initial=ActionKind.PREVENT.value),
            kit.radio("priority", "Priority", _priorities(), initial=ActionPriority.MEDIUM.value),
        ],
        submit="Add",
        about=_about(record),
    )


def action_moved(record: Record, action: ActionRecord) -> View:
    """It is to be due on another day."""
    return kit.modal(
        "Move the action",
        "actions.moved",
        [*_quoted(action), kit.day_input("due_on", "Due", initial=action.due_on)],
        submit="Move",
        about=_about(record, action),
    )


def action_rejected(record: Record, action: ActionRecord) -> View:
    """It will not be done."""
    hint = "It stays in the review, with the reason."
    return kit.modal(
        "Reject the action",
        "actions.rejected",
        [*_quoted(action), kit.text_input("reason", "Reason", multiline=True, hint=hint, most=ACTION_MOST)],
        submit="Reject",
        about=_about(record, action),
    )


def action_proved(record: Record, action: ActionRecord) -> View:
    """It was done, and here it can be seen."""
    hint = "A link to the change, a test, a runbook. Auditors ask for it."
    return kit.modal(
        "Done, with proof",
        "actions.proved",
        [*_quoted(action), kit.text_input("proof", "Where can that be seen?", hint=hint, most=ACTION_MOST)],
        submit="Done",
        about=_about(record, action),
    )


def dismiss(record: Record) -> View:
    """It was a false alarm."""
    return kit.modal(
        "Dismiss",
        "phases.dismissed",
        [
            kit.text_input("reason", "Reason", multiline=True),
            kit.checkbox("review", "Review", "Review it all the same"),
        ],
        submit="Dismiss",
        about=_about(record),
    )


def fix_forward(record: Record) -> View:
    """The deployment stays, and why."""
    return kit.modal(
        "Fix forward",
        "deploy.fixed_forward",
        [kit.text_input("reason", "Why not roll back?", multiline=True)],
        submit="Fix forward",
        about=_about(record),
    )


def merge(record: Record, others: Sequence[IncidentRecord]) -> View:
    """It is the same as another one; that one goes on. Without others there is nothing to choose."""
    if not others:
        return told("Merge", "There is no other open incident to merge into.")
    return kit.modal(
        "Merge", "phases.merged", [_incidents("into", "Into", others)], submit="Merge", about=_about(record)
    )


def reopen(record: Record) -> View:
    """It was not over."""
    return kit.modal(
        "Reopen",
        "phases.reopened",
        [kit.text_input("reason", "Reason", multiline=True)],
        submit="Reopen",
        about=_about(record),
    )


def give(what: Literal["review", "action"], record: Record, *, action: ActionRecord | None = None) -> View:
    """Somebody else is to own the review, or the `action`."""
    return kit.modal(
        f"Give the {what}",
        f"{_topic(what)}.given",
        [*_quoted(action), kit.person_input("user", "Person")],
        submit="Give",
        about=_about(record, action),
    )


def snooze(
    what: Literal["review", "action"], record: Record, policy: Policy, *, action: ActionRecord | None = None
) -> View:
    """Reminders are to rest; the reason goes on the timeline."""
    hint = f"No reminders for {policy.review.chase.snooze.in_words()}. The reason goes to the timeline."
    return kit.modal(
        "Snooze",
        f"{_topic(what)}.snoozed",
        [*_quoted(action), kit.text_input("reason", "Reason", multiline=True, hint=hint)],
        submit="Snooze",
        about=_about(record, action),
    )


def pick(incidents: Sequence[IncidentRecord], source: Mapping[str, Any]) -> View:
    """Whose timeline a message is to go on. `source` is the message; it comes back with the form."""
    if not incidents:
        return told("Add to timeline", "No incident is open.")
    return kit.modal(
        "Add to timeline",
        "pin.placed",
        [_incidents("incident", "Incident", incidents)],
        submit="Add",
        about={"source": dict(source)},
    )


def told(title: str, sentence: str) -> View:
    """A sentence instead of a form."""
    return kit.modal(title, "told", [kit.section(sentence)])


def shown(message: Message) -> View:
    """A message as a dialog, where no message can be shown to one person alone."""
    return View(
        type="modal",
        title=PlainTextObject(text="tocsin"),
        close=PlainTextObject(text="Close"),
        blocks=list(message.blocks),
    )


def _about(record: Record, action: ActionRecord | None = None) -> dict[str, Any]:
    about = {"incident": record.incident.id}
    return {**about, "action": action.id} if action else about


def _topic(what: Literal["review", "action"]) -> str:
    return "review" if what == "review" else "actions"


def _quoted(action: ActionRecord | None) -> list[Block]:
    return [kit.section(kit.quote(action.text))] if action else []


def _action_kinds() -> list[Option]:
    return [kit.option(kind.value, labels.action(kind), labels.ACTION_HINTS[kind]) for kind in ActionKind]


def _priorities() -> list[Option]:
    return [kit.option(priority.value, labels.PRIORITIES[priority]) for priority in ActionPriority]


def _severities(name: str, policy: Policy, initial: str) -> InputBlock:
    options = [kit.option(key, level.label, level.meaning) for key, level in policy.severities.items()]
    return kit.choice(name, "Severity", options[:CHOICES_MOST], initial=initial)


def _roles(policy: Policy, initial: str | None) -> InputBlock:
    options = [kit.option(key, role.label, role.duty) for key, role in policy.roles.items()]
    return kit.choice("role", "Role", options[:CHOICES_MOST], initial=initial)


def _kinds() -> InputBlock:
    options = [kit.option(kind.value, labels.kind(kind)) for kind in Kind]
    return kit.radio("kind", "Kind", options, initial=Kind.OPERATIONAL)


def _answer(name: str, given: Answer) -> InputBlock:
    options: list[Option] = [kit.option(answer.value, labels.answer(answer)) for answer in Answer]
    return kit.radio(name, labels.QUESTIONS[name], options, initial=given)


def _incidents(name: str, label: str, incidents: Sequence[IncidentRecord]) -> InputBlock:
    options = [kit.option(str(known.id), known.key, known.title) for known in incidents[:CHOICES_MOST]]
    return kit.choice(name, label, options)
