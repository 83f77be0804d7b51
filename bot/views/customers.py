"""What is drafted for customers: the form, what it begins with, and how the card shows where it stands.

A draft of a public incident begins with the newest facts of the record. Of a private one nothing is proposed: whatever
is published of it, a person has written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import kit, labels, paragraphs
from bot.views.kit import Safe
from bot.views.letters import Plain
from db.enums import ComponentState, EntryKind, Stage
from db.records import CustomerUpdateRecord, Record

TITLE_MOST = 200
AFFECTED = [state for state in ComponentState if state is not ComponentState.OPERATIONAL]


def proposed_title(record: Record) -> str:
    """What customers may call it: as they know it, else the title of a public incident; nothing of a private one."""
    if record.notice is not None and record.notice.title:
        return record.notice.title
    return "" if record.incident.private else record.incident.title


def proposed_text(record: Record, policy: Policy, stage: Stage) -> str:
    """The text to begin with at this stage, from the newest facts."""
    return _filled(f"customers/{stage.value}", record, policy, _facts(record, stage))


def nothing_new(record: Record, policy: Policy) -> str:
    """What customers read when nothing has changed."""
    return _filled("customers/nothing_new", record, policy, {})


def known(record: Record) -> dict[str, ComponentState]:
    """How the components do, as customers were told last."""
    told = record.notice.components if record.notice else {}
    return {key: ComponentState(state) for key, state in told.items()}


def draft(record: Record, policy: Policy, *, stage: Stage, editing: CustomerUpdateRecord | None = None) -> View:
    """The form. `editing` is a draft to begin with, in place of what the record proposes."""
    ours = policy.customers
    affected = {
        key: state
        for key, state in (editing.components if editing else known(record)).items()
        if state != ComponentState.OPERATIONAL
    }
    stage = editing.stage if editing else stage
    hint = "Of a private incident nothing is proposed. " if record.incident.private else ""
    blocks: list[Block] = [
        kit.choice("stage", "Stage", [kit.option(s.value, labels.stage(s)) for s in Stage], initial=stage.value),
        kit.text_input(
            "title",
            "Title",
            initial=editing.title if editing else proposed_title(record),
            most=TITLE_MOST,
            hint=f"{hint}Customers read it.",
        ),
        kit.text_input(
            "text",
            "Text",
            initial=editing.text if editing else proposed_text(record, policy, stage),
            multiline=True,
            hint="Customers read it as it stands here. It is shown in the room before anything is published.",
        ),
    ]
    if ours.components:
        blocks += [
            kit.choices(
                "components",
                "What is affected?",
                [kit.option(key, component.label) for key, component in ours.components.items()],
                initial=affected,
                optional=True,
            ),
            kit.choice(
                "component_state",
                "How is it?",
                [kit.option(state.value, labels.component_state(state)) for state in AFFECTED],
                initial=_worst(affected.values()) or ComponentState.PARTIAL.value,
            ),
        ]
    targets = [kit.option(target, kit.plain(_plain_target(target), 75)) for target in ours.audience]
    if targets:
        chosen = editing.targets if editing else ours.audience
        blocks.append(kit.ticks("targets", "Where?", targets, initial=chosen))
    return kit.modal(
        "Tell customers",
        "customers.drafted",
        blocks,
        submit="Show the draft",
        about={"incident": record.incident.id},
    )


def standing(record: Record) -> Safe:
    """Where it stands, on one line for the card; empty when customers are no matter."""
    notice = record.notice
    if notice is None:
        return Safe("")
    parts = []
    if notice.told_at is not None and notice.stage is not None:
        drill = " (drill: nothing left)" if record.incident.drill else ""
        parts.append(
            kit.say(
                "Customers told {at}{drill}: {stage}",
                at=kit.when(notice.told_at),
                drill=drill,
                stage=labels.stage(notice.stage),
            )
        )
    if notice.next_due_at is not None:
        what = "next due {at}" if notice.told_at else "Customers are to be told by {at}"
        parts.append(kit.say(what, at=kit.when(notice.next_due_at)))
    if notice.draft is not None:
        parts.append(Safe("a draft for customers waits to be published"))
    return kit.join(", ", parts)


def _worst(states: Any) -> str | None:
    order = [state.value for state in ComponentState]
    return max(states, key=order.index, default=None)


def _plain_target(target: str) -> str:
    """A form's labels are plain text, where a channel has no name."""
    return labels.TARGETS.get(target) or f"Slack channel {target.removeprefix('slack:')}"


def _facts(record: Record, stage: Stage) -> dict[str, Any]:
    """The newest facts that a person should look at when they write this. None of a private incident."""
    incident = record.incident
    if stage is Stage.RESOLVED:
        return {"since": incident.verified_at}
    if incident.private:
        return {}
    said: Sequence[str] = [entry.text for entry in record.timeline if entry.kind is EntryKind.UPDATE and entry.text]
    newest = said[-1] if said else incident.summary
    what = {
        Stage.INVESTIGATING: newest,
        Stage.IDENTIFIED: newest,
        Stage.MONITORING: incident.containment or newest,
    }[stage]
    return {"what": what or None}


def _filled(template: str, record: Record, policy: Policy, facts: Mapping[str, Any]) -> str:
    every = policy.customers.cadence.get(record.incident.severity)
    values = {**facts, "every": every.in_words() if every else None}
    return str(paragraphs.render(template, values, policy=policy, dialect=Plain({})))
