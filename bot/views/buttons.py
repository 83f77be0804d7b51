"""Every button: its label, its action id, and the value that says which incident (and what in it) it is about.

An action id is `<topic>.<what>`; where one message shows the same button several times, a last part tells them apart
(`actions.done.12`). Moves are drawn from the lifecycle's tables, so a button never offers what would be refused.
"""

from collections.abc import Iterable

from slack_sdk.models.blocks import ButtonElement, InteractiveElement, OverflowMenuElement

from bot.policy import Asked, Policy
from bot.views import clocks, kit, labels
from bot.workflows import assessing, lifecycle
from bot.workflows.lifecycle import ENDINGS, MOVES, Gap
from db.enums import Phase, ReviewState
from db.records import ActionRecord, IncidentRecord, Record

# What fills which gap: a label and an action id. What is not here is filled by the review's form.
_ANSWER = ("Answer questions", "phases.answers")
_FIXES = {
    "primary": ("Take primary", "roles.take.primary"),
    "commander": ("Take command", "roles.take.commander"),
    "severity": ("Confirm severity", "severity.confirm"),
    "customer_data": _ANSWER,
    "personal_data": _ANSWER,
    "service_affecting": _ANSWER,
    "contained": ("Contained…", "phases.contained"),
    "verified": ("Verified…", "phases.verified"),
    "deployment": ("Roll back", "deploy.roll_back"),
    "actions": ("Add action", "actions.add"),
    "customers": ("Tell customers", "customers.draft"),
    "risk": ("Which risk?", "risks.answer"),
}
_ENDING_LABELS = {Phase.CLOSED: "Close", Phase.DISMISSED: "Dismiss", Phase.MERGED: "Merge"}
_ENDING_ACTIONS = {Phase.CLOSED: "phases.close", Phase.DISMISSED: "phases.dismiss", Phase.MERGED: "phases.merge"}


def declare() -> ButtonElement:
    """Opens the form."""
    return kit.button("Declare an incident", "declare.open", "declare", primary=True)


def open_incidents() -> ButtonElement:
    """Lists them."""
    return kit.button("Open incidents", "lists.open", "open")


def help_() -> ButtonElement:
    """Shows what can be typed."""
    return kit.button("Help", "lists.help", "help")


def repair(number: int) -> ButtonElement:
    """Tries again what could not be delivered. Several may stand on one page."""
    return kit.button("Try again", f"rooms.repair.{number}", str(number))


def rows(record: Record, policy: Policy) -> list[list[InteractiveElement]]:
    """What can be done with the incident now, the most likely first, each once. Rows may be empty."""
    if not record.incident.phase.is_open:
        return [_after_the_end(record, policy)]
    shown: set[str | None] = set()
    rows = []
    for row in (_now(record), _missing(record, policy), _besides(record)):
        rows.append([button for button in row if button.action_id not in shown])
        shown |= {button.action_id for button in row}
    return rows


def _now(record: Record) -> list[InteractiveElement]:
    """The way forward, and what is done all the time."""
    incident = record.incident
    number = str(incident.id)
    return [
        _forward(record),
        kit.button("Update", "talk.update", number),
        kit.button("Note", "talk.note", number),
        kit.button("Roles", "roles.assign", number),
        kit.button("Severity", "severity.open", number),
    ]


def _forward(record: Record) -> ButtonElement:
    """The next phase; in review what the review needs next; when it is done, [Close]."""
    following = lifecycle.following(record.incident.phase)
    if following:
        return _move(record.incident, following, primary=True)
    return _review_step(record, primary=True) or _ending(record.incident, Phase.CLOSED, primary=True)


def _review_step(record: Record, *, primary: bool = False) -> ButtonElement | None:
    """What an unfinished review needs next; None when there is none."""
    if record.review is None or not record.review.state.is_open:
        return None
    if record.review.state is ReviewState.IN_REVIEW:
        return kit.button("Sign review", "review.done", str(record.incident.id), primary=primary)
    if lifecycle.missing_to_finish_review(record):
        return fill_review(record.incident.id, primary=primary)
    return review_done(record.incident.id, primary=primary)


def _missing(record: Record, policy: Policy) -> list[ButtonElement]:
    """A button for each fact that is missing, and command if nobody has it, gap or not."""
    required = assessing.is_required(record.incident, policy)
    codes = [gap.code for gap in lifecycle.gaps(record, risk_required=required)]
    return _fixing(record, codes if "commander" in record.roles else [*codes, "commander"])


def _besides(record: Record) -> list[InteractiveElement]:
    """What is done now and then; the rest behind "⋯"."""
    incident = record.incident
    number = str(incident.id)
    forward = lifecycle.following(incident.phase)
    others = [_move(incident, phase) for phase in MOVES[incident.phase] if phase is not forward]
    ends = [_ending(incident, end) for end in (Phase.DISMISSED, Phase.MERGED) if incident.phase in ENDINGS[end]]
    row: list[InteractiveElement] = [
        kit.button("Timeline", "lists.timeline", number),
        kit.button("Add action", "actions.add", number),
        tell_customers(incident.id),
    ]
    if record.review and not incident.private:
        row.append(kit.button("Share review", "review.share", number))
    if _forward(record).action_id != _ENDING_ACTIONS[Phase.CLOSED]:
        row.append(_ending(incident, Phase.CLOSED))
    return [*row, kit.menu("card.more", [*others, *ends])]


def _after_the_end(record: Record, policy: Policy) -> list[InteractiveElement]:
    number = str(record.incident.id)
    row: list[InteractiveElement] = [
        kit.button("Reopen", "phases.reopen", number),
        kit.button("Timeline", "lists.timeline", number),
        kit.button("Add action", "actions.add", number),
    ]
    if record.notice is not None and record.notice.is_open:
        row.append(tell_customers(record.incident.id))
    if step := _review_step(record):
        row.append(step)
    if record.review and not record.incident.private:
        row.append(kit.button("Share review", "review.share", number))
    if _is_asked_for_its_risk(record, policy):
        row.append(which_risk(record.incident.id))
    return row


def _is_asked_for_its_risk(record: Record, policy: Policy) -> bool:
    closed = record.incident.phase is Phase.CLOSED
    return closed and record.risk is None and assessing.is_asked(record.incident, policy)


def which_risk(number: int, *, primary: bool = False) -> ButtonElement:
    """Opens the question which risk it was."""
    return kit.button("Which risk?", "risks.answer", str(number), primary=primary)


def fixes(record: Record, gaps: Iterable[Gap]) -> list[ButtonElement]:
    """The buttons that fill these gaps, each once, in the order of the gaps."""
    return _fixing(record, (gap.code for gap in gaps))


def _fixing(record: Record, codes: Iterable[str]) -> list[ButtonElement]:
    return list({button.action_id: button for button in (_fix(record, code) for code in codes)}.values())


def _fix(record: Record, code: str) -> ButtonElement:
    incident = record.incident
    if code.startswith("clocks:"):
        return clocks.open_list(incident.id)
    if code in _FIXES:
        label, action_id = _FIXES[code]
        return kit.button(label, action_id, str(incident.id))
    if record.review is None and Phase.REVIEW in MOVES[incident.phase]:
        return _move(incident, Phase.REVIEW)  # There is no form to fill before the review begins.
    return review_done(incident.id) if code == "review_done" else fill_review(incident.id)


def fill_review(number: int, *, tail: str = "", primary: bool = False) -> ButtonElement:
    """Opens the review's form. `tail` tells several apart."""
    return kit.button("Fill review", f"review.open{tail}", str(number), primary=primary)


def review_done(number: int, *, primary: bool = False) -> ButtonElement:
    """Marks the review done."""
    return kit.button("Mark review done", "review.done", str(number), primary=primary)


def review_parts(number: int, parts: Iterable[Asked]) -> list[InteractiveElement]:
    """A small form for each question of the review."""
    return [kit.button(labels.asked(part), f"review.part.{part}", f"{number}:{part}") for part in parts]


def review_to_sign(number: int) -> list[InteractiveElement]:
    """Below the request to sign."""
    return [kit.button("Sign review", "review.done", str(number), primary=True), fill_review(number)]


def action_done(action: ActionRecord) -> ButtonElement:
    """Marks one action of a list done."""
    return kit.button("Done", f"actions.done.{action.id}", f"{action.incident_id}:{action.id}")


def remedies(number: int) -> list[InteractiveElement]:
    """What can be done about a deployment."""
    return [
        kit.button("Roll back", "deploy.roll_back", str(number), primary=True),
        kit.button("Fix forward…", "deploy.fix_forward", str(number)),
    ]


def take(number: int, role: str, policy: Policy) -> ButtonElement:
    """Takes a role."""
    return kit.button(f"Take {labels.role(policy, role)}", f"roles.take.{role}", str(number), primary=True)


def review_reminder(number: int, policy: Policy, *, signing: bool) -> list[InteractiveElement]:
    """Below a reminder of an overdue review, or of one that waits for signatures: who signs, a role says."""
    snooze = kit.button(_snooze(policy), "review.snooze", str(number))
    if signing:
        return [*review_to_sign(number), snooze]
    done = kit.button("Done", "review.done", str(number), primary=True)
    return [done, fill_review(number), snooze, kit.button("Give to …", "review.give", str(number))]


def review_owed(number: int, policy: Policy) -> list[InteractiveElement]:
    """Beside a draft among other things that wait for its owner."""
    return [
        fill_review(number, tail=f".{number}"),
        kit.button("Done", f"review.done.{number}", str(number)),
        kit.button(_snooze(policy), f"review.snooze.{number}", str(number)),
        kit.button("Give to …", f"review.give.{number}", str(number)),
    ]


def signature_owed(number: int, policy: Policy) -> list[InteractiveElement]:
    """Beside a review among other things that wait for somebody: theirs to sign."""
    return [
        kit.button("Sign review", f"review.done.{number}", str(number)),
        fill_review(number, tail=f".{number}"),
        kit.button(_snooze(policy), f"review.snooze.{number}", str(number)),
    ]


def action_owed(action: ActionRecord, policy: Policy) -> list[InteractiveElement]:
    """Beside an action among other things that wait for its owner."""
    value = f"{action.incident_id}:{action.id}"
    others = (("Done, with proof …", "actions.prove"), ("Move …", "actions.move"), ("Reject …", "actions.reject"))
    return [
        action_done(action),
        kit.button(_snooze(policy), f"actions.snooze.{action.id}", value),
        kit.button("Give to …", f"actions.give.{action.id}", value),
        kit.menu(f"actions.more.{action.id}", [kit.button(label, name, value) for label, name in others]),
    ]


def action_reminder(number: int, action: int, policy: Policy) -> list[InteractiveElement]:
    """Below a reminder of an overdue action."""
    value = f"{number}:{action}"
    return [
        kit.button("Done", "actions.done", value, primary=True),
        kit.button(_snooze(policy), "actions.snooze", value),
        kit.button("Give to …", "actions.give", value),
        kit.button("Move …", "actions.move", value),
        kit.button("Reject …", "actions.reject", value),
    ]


def action_menu(action: ActionRecord) -> OverflowMenuElement:
    """All that can be done with one action of a list."""
    value = f"{action.incident_id}:{action.id}"
    entries = (
        ("Done", "actions.done"),
        ("Done, with proof …", "actions.prove"),
        ("Move …", "actions.move"),
        ("Give to …", "actions.give"),
        ("Reject …", "actions.reject"),
    )
    return kit.menu(f"actions.more.{action.id}", [kit.button(label, name, value) for label, name in entries])


def tell_customers(number: int, label: str = "Tell customers") -> ButtonElement:
    """Opens the form for what customers are told."""
    return kit.button(label, "customers.draft", str(number))


def customer_draft(number: int, update: int) -> list[InteractiveElement]:
    """Below a draft as it would be published."""
    value = f"{number}:{update}"
    return [
        kit.button("Publish", "customers.publish", value, primary=True),
        kit.button("Edit", "customers.edit", value),
        kit.button("Discard", "customers.discard", value),
    ]


def customers_due(number: int, *, told: bool) -> list[InteractiveElement]:
    """Below the reminder that an update for customers is due."""
    row: list[InteractiveElement] = [tell_customers(number, "Draft now")]
    if told:
        row.append(kit.button("Nothing new: say so", "customers.nothing_new", str(number)))
    return row


def risk(number: int, *, label: str = "Open") -> ButtonElement:
    """Opens a risk of the register. Several may stand in one message."""
    return kit.button(label, f"risks.open.{number}", str(number))


def add_risk() -> ButtonElement:
    """Opens the form for a new one."""
    return kit.button("Add a risk", "risks.add", "risk")


def risk_reminder(number: int, policy: Policy) -> list[InteractiveElement]:
    """Below a reminder of a risk that is to be looked at again."""
    return _risk_row(number, policy, primary=True)


def risk_owed(number: int, policy: Policy) -> list[InteractiveElement]:
    """Beside such a risk among other things that wait for its owner."""
    return _risk_row(number, policy, tail=f".{number}")


def _risk_row(number: int, policy: Policy, *, tail: str = "", primary: bool = False) -> list[InteractiveElement]:
    value = str(number)
    return [
        kit.button("Reviewed, unchanged", f"risks.reviewed{tail}", value, primary=primary),
        kit.button("Change …", f"risks.open{tail}", value),
        kit.button(_snooze(policy), f"risks.snooze{tail}", value),
        kit.button("Give to …", f"risks.give{tail}", value),
    ]


def _snooze(policy: Policy) -> str:
    return f"Snooze {policy.review.chase.snooze.in_words()}"


def _move(incident: IncidentRecord, to: Phase, *, primary: bool = False) -> ButtonElement:
    value = f"{incident.id}:{incident.phase.value}:{to.value}"
    return kit.button(labels.phase(to), f"phases.move.{to.value}", value, primary=primary)


def _ending(incident: IncidentRecord, end: Phase, *, primary: bool = False) -> ButtonElement:
    return kit.button(_ENDING_LABELS[end], _ENDING_ACTIONS[end], str(incident.id), primary=primary)
