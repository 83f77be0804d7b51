"""What customers are told: drafted by anybody in the room, published by who answers for it, due again in time.

Nothing is published by itself, and of a drill nothing at all. A draft is a row: it is shown in the room as it would be
published, and published from there as it stands. There is at most one draft of an incident; a new one replaces it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.effects import MailSubscribers, PostForCustomers, RefreshStatusPage, Say, ShowOnStatuspage
from bot.errors import Refused
from bot.policy import Policy
from bot.policy.customers import EMAIL, PAGE, SLACK, STATUSPAGE
from bot.workflows import wording
from bot.workflows.telling import redraw, say, whisper
from db import notices, queries
from db.enums import ComponentState, CustomerUpdateState, EntryKind, Phase, Stage
from db.models import CustomerUpdate, Incident, Notice, Nudge
from db.records import Record
from db.store import Work

USUAL_STAGES = {
    Phase.DETECTION: Stage.INVESTIGATING,
    Phase.ASSESSMENT: Stage.INVESTIGATING,
    Phase.CONTAINMENT: Stage.IDENTIFIED,
    Phase.RECOVERY: Stage.MONITORING,
}
MENTIONS = ("<@", "<#", "<!")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a draft says. `components` maps keys of the policy's components to states, `targets` is the audience."""

    stage: Stage
    title: str
    text: str
    components: Mapping[str, ComponentState]
    targets: Sequence[str]


def usual_stage(record: Record) -> Stage:
    """The stage that the next update is probably about: never behind what customers know, unless that is over."""
    here = USUAL_STAGES.get(record.incident.phase, Stage.RESOLVED)
    told = record.notice.stage if record.notice else None
    order = list(Stage)
    return here if told in (None, Stage.RESOLVED) else max(here, told, key=order.index)


def draft(work: Work, *, policy: Policy, number: int, by: str, wanted: Wording) -> CustomerUpdate:
    """Keep a draft and show it in the room, as it would be published. An earlier draft is discarded."""
    incident = work.incident(number)
    notice = _notice(work, incident)
    row = _draft(work, policy, incident, notice, by=by, wanted=wanted)
    say(work, incident, "customer_draft", {"by": by, "update": row.id, **_shown(policy, row)})
    redraw(work, incident)
    return row


def publish(work: Work, *, policy: Policy, number: int, by: str, update: int | None = None) -> CustomerUpdate:
    """Publish the draft `update`, or whichever waits. The caller has asked whether this person `may_publish`."""
    incident = work.incident(number)
    notice = _notice(work, incident)
    row = _waiting(work, notice, update)
    if policy.customers.second_person and row.drafted_by == by:
        raise Refused("You wrote this draft, and the policy wants a second person to publish it. Ask somebody else.")
    _publish(work, policy, incident, notice, row, by=by)
    return row


def discard(work: Work, *, number: int, by: str, update: int | None = None) -> None:
    """The draft will not be published."""
    incident = work.incident(number)
    notice = _notice(work, incident)
    row = _waiting(work, notice, update)
    row.state, notice.draft = CustomerUpdateState.DISCARDED, None
    work.note(incident, EntryKind.CUSTOMERS, "", by=by, data={"state": "discarded", "update": row.id})
    say(work, incident, "customer_draft_discarded", {"by": by})
    redraw(work, incident)


def nothing_new(work: Work, *, policy: Policy, number: int, by: str, text: str) -> CustomerUpdate:
    """Say that nothing has changed, in the words of `text`: published at once, or a draft if it takes a second person."""
    incident = work.incident(number)
    notice = _notice(work, incident)
    if notice.stage is None or notice.stage is Stage.RESOLVED:
        raise Refused("Customers know of nothing that goes on. `/incident customers` drafts what they are told.")
    last = notices.updates(work.session, number)[-1]
    wanted = Wording(
        stage=last.stage,
        title=last.title,
        text=text,
        components={key: ComponentState(state) for key, state in last.components.items()},
        targets=[target for target in last.targets if target in policy.customers.audience],
    )
    if policy.customers.second_person:
        return draft(work, policy=policy, number=number, by=by, wanted=wanted)
    row = _draft(work, policy, incident, notice, by=by, wanted=wanted)
    _publish(work, policy, incident, notice, row, by=by)
    return row


def ask(work: Work, *, policy: Policy, incident: Incident) -> None:
    """Customers are to be told of it: in the policy's time for its severity whoever answers for it is reminded.

    Nothing changes when they know of it already, or it has been asked for.
    """
    notice = _notice(work, incident)
    soon = policy.customers.first.get(incident.severity)
    if notice.stage is None and notice.next_due_at is None and soon is not None:
        notice.next_due_at = soon.after(work.now, policy.calendar)


def due_again(work: Work, *, policy: Policy, incident: Incident) -> None:
    """The severity has changed: what was said last is followed as soon as the new one asks for."""
    notice = work.session.get(Notice, incident.id)
    if notice is None or notice.told_at is None or notice.stage is Stage.RESOLVED:
        return
    following = _next_due(policy, incident, notice.told_at)
    if following != notice.next_due_at:
        notice.next_due_at = following
        notice.due_round += 1


def may_publish(policy: Policy, roles: Mapping[str, str], user: str) -> bool:
    """Whether this person has one of the roles that publish."""
    return any(roles.get(role) == user for role in policy.customers.publish)


def not_yours(policy: Policy) -> str:
    """Who may publish instead."""
    names = " or ".join(policy.roles[role].label for role in policy.customers.publish)
    return f"Only the {names} publishes what customers read. Ask them, or take the role with `/incident take`."


def remind(work: Work, *, policy: Policy) -> int:
    """Take every step of the reminders whose time has come; how many were taken. Once each, at most one a run."""
    return sum(_remind(work, policy, notice) for notice in notices.due(work.session, work.now))


# ── one step each ──────────────────────────────────────────────────────────────────────────────────────────────────


def _notice(work: Work, incident: Incident) -> Notice:
    """The incident as customers know it; the incident is locked."""
    notice = work.session.get(Notice, incident.id, populate_existing=True)
    if notice is None:
        notice = Notice(
            incident_id=incident.id,
            uid=work.fresh_uid(),
            begun_at=work.now,
            title="",
            components={},
            due_round=1,
        )
        work.session.add(notice)
        work.session.flush()
    return notice


def _draft(
    work: Work, policy: Policy, incident: Incident, notice: Notice, *, by: str, wanted: Wording
) -> CustomerUpdate:
    if notice.draft is not None:
        work.session.get_one(CustomerUpdate, notice.draft).state = CustomerUpdateState.DISCARDED
    row = CustomerUpdate(
        uid=work.fresh_uid(),
        incident_id=incident.id,
        state=CustomerUpdateState.DRAFT,
        stage=wanted.stage,
        title=_public(wording.title(wanted.title)),
        text=_public(wording.paragraph(wanted.text, "text for customers")),
        components=_components(policy, notice, wanted),
        targets=_targets(policy, wanted),
        drafted_by=by,
        drafted_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    notice.draft = row.id
    data = {"state": "drafted", "update": row.id, "stage": row.stage.value}
    work.note(incident, EntryKind.CUSTOMERS, "", by=by, data=data)
    return row


def _publish(work: Work, policy: Policy, incident: Incident, notice: Notice, row: CustomerUpdate, *, by: str) -> None:
    row.state, row.approved_by, row.published_at = CustomerUpdateState.PUBLISHED, by, work.now
    notice.stage, notice.title, notice.components = row.stage, row.title, dict(row.components)
    notice.told_at, notice.draft = work.now, None
    over = row.stage is Stage.RESOLVED
    notice.next_due_at = row.next_due_at = None if over else _next_due(policy, incident, work.now)
    notice.due_round += 1
    shown = _shown(policy, row)
    data = {"state": "published", "update": row.id, "drafted_by": row.drafted_by, "drill": incident.drill}
    keep = {name: shown[name] for name in ("stage", "title", "components", "targets", "next_due_at") if name in shown}
    work.note(incident, EntryKind.CUSTOMERS, row.text, by=by, data=data | keep)
    say(work, incident, "customers_told", {"by": by, "drill": incident.drill, **shown}, aloud=True)
    if not incident.drill:
        _send(work, row)
    redraw(work, incident)


def _send(work: Work, row: CustomerUpdate) -> None:
    """Each target hears it by an effect of its own. A drill never comes here."""
    for target in row.targets:
        if target == PAGE:
            work.tell(RefreshStatusPage())
        elif target == STATUSPAGE:
            work.tell(ShowOnStatuspage(incident=row.incident_id, update=row.id))
        elif target == EMAIL:
            work.tell(MailSubscribers(incident=row.incident_id, update=row.id))
        else:
            channel = target.removeprefix(SLACK)
            work.tell(PostForCustomers(incident=row.incident_id, update=row.id, channel=channel))


def _waiting(work: Work, notice: Notice, update: int | None) -> CustomerUpdate:
    """The draft that waits. Somebody who clicks an older one is told what became of it."""
    asked = None if update is None else work.session.get(CustomerUpdate, update)
    if asked is not None and asked.incident_id == notice.incident_id and asked.id != notice.draft:
        if asked.state is CustomerUpdateState.PUBLISHED:
            raise Refused(f"<@{asked.approved_by}> has published this already.")
        raise Refused("This draft was discarded, or replaced by a newer one. `/incident customers` begins another.")
    if notice.draft is None or (update is not None and asked is None):
        raise Refused("No draft for customers waits. `/incident customers` begins one.")
    return work.session.get_one(CustomerUpdate, notice.draft)


def _public(text: str) -> str:
    """What customers may read: mentions are names that mean nothing to them, or too much."""
    if any(mention in text for mention in MENTIONS):
        raise Refused("Customers cannot follow a mention of a person, a channel or a group. Write it without it.")
    return text


def _components(policy: Policy, notice: Notice, wanted: Wording) -> dict[str, str]:
    known = policy.customers.components
    unknown = next((key for key in wanted.components if key not in known and key not in notice.components), None)
    if unknown is not None:
        there = ", ".join(f"`{key}`" for key in known) or "none"
        raise Refused(f"There is no component `{unknown}`. The policy names {there}.")
    if wanted.stage is Stage.RESOLVED:
        return dict.fromkeys([*notice.components, *wanted.components], ComponentState.OPERATIONAL.value)
    # What is not named any more is well again, and customers are told so.
    well = {key: ComponentState.OPERATIONAL.value for key in notice.components if key not in wanted.components}
    return well | {key: state.value for key, state in wanted.components.items()}


def _targets(policy: Policy, wanted: Wording) -> list[str]:
    audience = policy.customers.audience
    unknown = next((target for target in wanted.targets if target not in audience), None)
    if unknown is not None:
        there = ", ".join(f"`{target}`" for target in audience) or "none"
        raise Refused(f"There is no target `{unknown}`. The policy names {there}.")
    if not wanted.targets:
        raise Refused("Nobody would hear it. Choose at least one target; the policy's `customers.targets` has them.")
    return [target for target in audience if target in wanted.targets]


def _next_due(policy: Policy, incident: Incident, told_at: datetime) -> datetime | None:
    every = policy.customers.cadence.get(incident.severity)
    return every.after(told_at, policy.calendar) if every else None


def _shown(policy: Policy, row: CustomerUpdate) -> dict[str, Any]:
    """The update as the room is shown it: what customers will read, and where."""
    return {
        "stage": row.stage.value,
        "title": row.title,
        "text": row.text,
        "components": {policy.customers.component(key): state for key, state in row.components.items()},
        "targets": list(row.targets),
        **({"next_due_at": row.next_due_at.isoformat()} if row.next_due_at else {}),
    }


# ── reminders ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _rungs(policy: Policy, due_at: datetime) -> Iterator[tuple[str, datetime]]:
    """Who is reminded, and from when on, the earliest first."""
    named = [(name, late.after(due_at, policy.calendar)) for name, late in policy.customers.remind if late is not None]
    yield from sorted(named, key=lambda rung: rung[1])


def _remind(work: Work, policy: Policy, notice: Notice) -> bool:
    assert notice.next_due_at is not None
    subject = f"customers:{notice.incident_id}"
    last = queries.last_step(work.session, subject, notice.due_round)
    rungs = list(_rungs(policy, notice.next_due_at))
    place = last.step if last else 0
    if place >= len(rungs):
        return False
    name, at = rungs[place]
    patience = at - rungs[place - 1][1] if last else timedelta()
    if work.now < at or (last and work.now < last.at + patience):
        return False
    if not work.insert_once(Nudge, subject=subject, round=notice.due_round, step=place + 1, at=work.now):
        return False  # Another bot took this step just now.
    incident = work.incident(notice.incident_id)
    values = {
        "key": incident.key,
        "room": incident.room,
        "due_at": notice.next_due_at.isoformat(),
        "step": name,
        "told": notice.stage is not None,
    }
    user = None if name == "room" else queries.roles(work.session, incident.id).get(name)
    if user is None:
        work.tell(Say(incident=incident.id, place="room", what="customers_due", values=values))
    else:
        whisper(work, incident, user, "customers_due", values)
    return True


def on_statuspage(work: Work, *, number: int, remote: str) -> None:
    """Statuspage has the incident, and calls it `remote`."""
    work.incident(number)
    work.session.get_one(Notice, number).statuspage_id = remote


def redacted(work: Work, *, incident: Incident, updates: Sequence[int]) -> None:
    """Texts were taken out of the timeline: the same texts go from the record, and from the status page."""
    if not updates:
        return
    rows = work.session.scalars(select(CustomerUpdate).where(CustomerUpdate.id.in_(updates))).all()
    for row in rows:
        row.title = row.text = ""
        row.state = CustomerUpdateState.REDACTED
    work.session.flush()
    notice = work.session.get(Notice, incident.id)
    if notice is not None:
        left = notices.updates(work.session, incident.id)
        notice.title = left[-1].title if left else ""
    work.tell(RefreshStatusPage())


def forget_drafts(work: Work, *, number: int | None = None, by: str | None = None) -> None:
    """What was never published of an incident, or by a person, is let go. Not under legal hold."""
    unpublished = (CustomerUpdateState.DRAFT, CustomerUpdateState.DISCARDED)
    question = (
        select(CustomerUpdate)
        .join(Incident, Incident.id == CustomerUpdate.incident_id)
        .where(CustomerUpdate.state.in_(unpublished), Incident.legal_hold.is_(False))
    )
    if number is not None:
        question = question.where(CustomerUpdate.incident_id == number)
    if by is not None:
        question = question.where(CustomerUpdate.drafted_by == by)
    for one in sorted({row.incident_id for row in work.session.scalars(question)}):
        work.incident(one)
    for row in work.session.scalars(question.execution_options(populate_existing=True)).all():
        row.title, row.text, row.state = "", "", CustomerUpdateState.DISCARDED
        notice = work.session.get_one(Notice, row.incident_id)
        notice.draft = None if notice.draft == row.id else notice.draft
