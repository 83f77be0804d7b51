"""The card, the announcement and the topic: what shows how an incident stands. Drawn from the record, every time anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import buttons, clocks, customers, kit, labels, leadership
from bot.views.kit import Message, Safe
from bot.workflows import assessing, lifecycle
from db.enums import ActionState, Phase
from db.records import ActionRecord, DeliveryRecord, IncidentRecord, Record

TITLE_MOST, SUMMARY_MOST, TOPIC_MOST, ERROR_MOST = 200, 600, 250, 150
ROLES_MOST, DEAD_MOST, ISSUES_MOST = 20, 5, 6
NO_MORE = Safe("")

# What it means for the people in the room that an effect was given up.
_LOST = {
    "OpenRoom": "the room could not be opened",
    "RefreshCard": "the card could not be brought up to date",
    "RefreshTopic": "the topic could not be set",
    "RefreshAnnouncement": "the announcement could not be brought up to date",
    "RefreshReview": "the review document could not be posted",
    "SharePicture": "the timeline could not be shown as a picture",
    "RefreshCanvas": "the review could not be written into the room's canvas",
    "ShareReview": "the review could not be shared",
    "ShareDraft": "the draft of a notification could not be posted",
    "Invite": "people could not be brought into the room",
    "LearnMembers": "who is in the room could not be learned",
    "CheckRoom": "the room could not be looked at",
    "Say": "a message could not be posted",
    "PostReport": "the figures of a month could not be posted",
    "RefreshHomes": "App Home could not be drawn anew",
    "RefreshHome": "App Home could not be drawn",
    "React": "a reaction could not be added",
    "ShowMenu": "the buttons could not be posted",
    "SendMail": "an e-mail could not be sent",
    "RefreshStatusPage": "the status page could not be written",
    "PostForCustomers": "a channel for customers could not be told",
    "ShowOnStatuspage": "Statuspage could not be told",
    "MailSubscribers": "subscribers could not be mailed",
    "MailSubscriber": "a subscriber could not be mailed",
    "AskSubscriber": "a new subscriber could not be asked",
    "FollowIssue": "an action and its issue could not be brought in step",
}


def card(record: Record, policy: Policy, *, mail_configured: bool, now: datetime | None = None) -> Message:
    """The pinned message that shows the truth, with the buttons for what can be done now. For the room only.

    Regulatory clocks are shown as they stand at `now`, and not without it.
    """
    incident = record.incident
    blocks: list[Block] = [kit.header(_headline(incident)), kit.section(_glance(record, policy))]
    if not kit.is_blank(incident.summary):
        blocks.append(kit.section(kit.clip(incident.summary, SUMMARY_MOST)))
    blocks += kit.fields([*_facts(incident), *_deployment(record)])
    blocks += kit.fields(_roles(record, policy))
    blocks.append(kit.context(_answers(incident)))
    if known := customers.standing(record):
        blocks.append(kit.context(known))
    blocks += kit.sections(_gaps(record, policy))
    running = clocks.on_card(record, policy, now) if now else Safe("")
    blocks += kit.sections(running)
    if in_trackers := _issues(record):
        blocks.append(kit.context(in_trackers))
    blocks += kit.sections(_undelivered(record.undelivered))
    if told := leadership.line(record, policy, mail_configured=mail_configured):
        blocks.append(kit.context(told))
    for row in buttons.rows(record, policy):
        blocks += kit.actions(row)
    if running:
        blocks += kit.actions([clocks.open_list(incident.id)])
    return Message.of(_summary(record, policy), *blocks)


def announcement(record: Record, policy: Policy) -> Message:
    """What everybody may know, in the incidents channel. ValueError for a private incident: it is never announced."""
    incident = record.incident
    if incident.private:
        raise ValueError(f"{incident.key} is private: it is never announced")
    facts = [
        ("Room", kit.channel(incident.room)),
        _role(record, policy, "commander"),
    ]
    blocks: list[Block] = [kit.header(_headline(incident)), kit.section(_glance(record, policy))]
    if not kit.is_blank(incident.summary):
        blocks.append(kit.section(kit.clip(incident.summary, SUMMARY_MOST)))
    blocks += kit.fields(facts)
    blocks.append(kit.context(kit.say("Declared {declared}", declared=_declared(incident))))
    return Message.of(_summary(record, policy), *blocks)


def topic(record: Record, policy: Policy) -> str:
    """The room's topic, at most 250 characters. A private incident's does not hold the title."""
    incident = record.incident
    commander = record.roles.get("commander")
    parts = [
        f"DRILL {incident.key}" if incident.drill else incident.key,
        labels.severity(policy, incident.severity),
        labels.phase(incident.phase),
        kit.say("{role} {who}", role=labels.role(policy, "commander"), who=kit.person(commander) if commander else "–"),
    ]
    return kit.clip(kit.join(" · ", parts if incident.private else [*parts, kit.one_line(incident.title)]), TOPIC_MOST)


def issue(action: ActionRecord, before: Safe = NO_MORE) -> Safe:
    """The action's issue, to go to, or that it is not there yet; nothing when it is in no tracker."""
    if action.tracker is None:
        return NO_MORE
    if not action.url:
        return Safe(f"{before}on its way to {labels.TRACKERS[action.tracker]}")
    label = labels.issue(action.url)
    return Safe(f"{before}{kit.link(action.url, label) or kit.one_line(label)}")


def _issues(record: Record) -> Safe:
    """The issues of the actions that are not over, as far as there is room."""
    going_on = [action for action in record.actions if action.tracker and action.state is ActionState.OPEN]
    shown = [kit.say("{issue}", issue=issue(action)) for action in going_on[:ISSUES_MOST]]
    more = [kit.escape(f"{len(going_on) - ISSUES_MOST} more")] if len(going_on) > ISSUES_MOST else []
    return kit.say("Actions: {issues}", issues=kit.join(", ", [*shown, *more])) if shown else Safe("")


def severity(incident: IncidentRecord, policy: Policy) -> Safe:
    """`🔴 SEV1`, with a word when nobody has confirmed it."""
    unconfirmed = "" if incident.severity_confirmed_at else " (not confirmed)"
    return kit.say(
        "{colour} {label}{unconfirmed}",
        colour=labels.colour(policy, incident.severity),
        label=labels.severity(policy, incident.severity),
        unconfirmed=unconfirmed,
    )


def line(incident: IncidentRecord, policy: Policy) -> Safe:
    """An incident on one line of a list, with its room to go to."""
    return kit.say(
        "{colour} *{key}*{drill} {title} · {phase} since {since} · {room}",
        colour=labels.colour(policy, incident.severity),
        key=incident.key,
        drill=" (drill)" if incident.drill else "",
        title=kit.one_line(incident.title, TITLE_MOST),
        phase=labels.phase(incident.phase),
        since=kit.when(incident.phase_since),
        room=kit.channel(incident.room) if incident.room else "room is being opened",
    )


def given_up(delivery: DeliveryRecord) -> Safe:
    """What it means that this was not delivered, and why it was not."""
    return kit.say(
        "{lost} after {attempts} attempts{error}",
        lost=_LOST.get(delivery.kind, f"{delivery.kind} failed"),
        attempts=str(delivery.attempts),
        error=f": {' '.join(delivery.error.split())[:ERROR_MOST]}" if delivery.error else "",
    )


def _headline(incident: IncidentRecord) -> str:
    drill = "DRILL · " if incident.drill else ""
    return f"{drill}{incident.key} · {incident.title}"


def _summary(record: Record, policy: Policy) -> Safe:
    """The message in one line, for notifications and screen readers."""
    incident = record.incident
    return kit.say(
        "{drill}{key} · {title} · {severity} · {phase}",
        drill="DRILL · " if incident.drill else "",
        key=incident.key,
        title=kit.one_line(incident.title, TITLE_MOST),
        severity=labels.severity(policy, incident.severity),
        phase=labels.phase(incident.phase),
    )


def _glance(record: Record, policy: Policy) -> Safe:
    """How bad, and how far."""
    incident = record.incident
    return kit.say(
        "{severity}\n{progress}",
        severity=severity(incident, policy),
        progress=_progress(incident.phase) if incident.phase.is_open else _end(incident),
    )


def _progress(phase: Phase) -> Safe:
    """`✓ Detection › *● Assessment* › ○ Containment › …`."""
    here = lifecycle.PHASES.index(phase)
    steps = []
    for place, step in enumerate(lifecycle.PHASES):
        mark = "✓ {phase}" if place < here else "○ {phase}"
        steps.append(kit.say("*● {phase}*" if place == here else mark, phase=labels.phase(step)))
    return kit.join(" › ", steps)


def _end(incident: IncidentRecord) -> Safe:
    """How it ended, by whom and when."""
    into = f" into INC-{incident.merged_into}" if incident.merged_into else ""
    ended = kit.say("*{phase}*{into}", phase=labels.phase(incident.phase), into=into)
    if incident.closed_by:
        ended = kit.say("{ended} by {who}", ended=ended, who=kit.person(incident.closed_by))
    return kit.say("{ended}, {at}", ended=ended, at=kit.when(incident.closed_at)) if incident.closed_at else ended


def _facts(incident: IncidentRecord) -> Iterator[tuple[str, Safe]]:
    yield "Kind", kit.escape(labels.kind(incident.kind))
    if incident.private:
        yield "Private", Safe(":lock: for the people of this room only")
    yield "Declared", _declared(incident)


def _deployment(record: Record) -> Iterator[tuple[str, Safe]]:
    """After which deployment, and what was decided about it."""
    found = record.deployment
    if found is None:
        return
    decided = labels.remedy(found.remedy) if found.remedy else "roll back or fix forward?"
    yield "After a deployment", kit.say("{what}: *{decided}*", what=kit.one_line(found.what), decided=decided)


def _declared(incident: IncidentRecord) -> Safe:
    return kit.say("by {who}, {at}", who=kit.person(incident.declared_by), at=kit.when(incident.declared_at))


def _roles(record: Record, policy: Policy) -> list[tuple[str, Safe]]:
    """Every role of the policy, and those that are held but no longer in it."""
    names = [*policy.roles, *(role for role in record.roles if role not in policy.roles)]
    shown = [_role(record, policy, name) for name in names[:ROLES_MOST]]
    if len(names) > ROLES_MOST:
        shown.append(("More roles", kit.escape(f"{len(names) - ROLES_MOST} not shown here")))
    return shown


def _role(record: Record, policy: Policy, name: str) -> tuple[str, Safe]:
    user = record.roles.get(name)
    free = kit.say("not taken: `/incident take {name}`" if record.incident.phase.is_open else "not taken", name=name)
    return labels.role(policy, name), kit.person(user) if user else free


def _answers(incident: IncidentRecord) -> Safe:
    return kit.join(
        " · ",
        (
            kit.say("{question} *{answer}*", question=question, answer=labels.answer(getattr(incident, name)))
            for name, question in labels.QUESTIONS.items()
        ),
    )


def _gaps(record: Record, policy: Policy) -> Safe:
    """What is missing, that of the current phase first."""
    wanted = lifecycle.gaps(record, risk_required=assessing.is_required(record.incident, policy))
    gaps = sorted(wanted, key=lambda gap: gap.phase is not record.incident.phase)
    return kit.say("*Still missing*\n{gaps}", gaps=kit.bullets(gap.sentence for gap in gaps)) if gaps else Safe("")


def _undelivered(dead: Sequence[DeliveryRecord]) -> Safe:
    """What Slack or the mail server would not take, and what to do about it."""
    if not dead:
        return Safe("")
    lines = [given_up(delivery) for delivery in dead[:DEAD_MOST]]
    if len(dead) > DEAD_MOST:
        lines.append(kit.escape(f"and {len(dead) - DEAD_MOST} more"))
    return kit.say(
        ":warning: *Something could not be delivered.* `/incident repair` tries again; if that does not help, tell whoever "
        "runs tocsin.\n{lines}",
        lines=kit.bullets(lines),
    )
