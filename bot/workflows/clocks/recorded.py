"""What people record of the clocks: when things happened, answers, filings, decisions, and who owns a clock."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from bot.effects import Invite, ShareDraft
from bot.errors import Refused
from bot.policy import Policy
from bot.policy.clocks import Standing, State
from bot.policy.conditions import UNKNOWN
from bot.policy.frameworks import Framework, Question, Rule, Stage, rules_of
from bot.workflows import duties, people, wording
from bot.workflows.clocks import running
from bot.workflows.telling import redraw, say
from db.enums import EntryKind
from db.models import AnchorTime, ClockFact, Decision, Filing, Incident, RunningClock
from db.records import PersonRecord
from db.store import Work

LINE_MOST = 300
NUMBER_MOST = 10


def framework_of(policy: Policy, key: str) -> Framework:
    """The framework that people call `key`; Refused with the list when there is none."""
    found = policy.frameworks.get(key.strip().lower())
    if found is None:
        raise Refused(f"There is no framework `{key}`. There are {', '.join(policy.frameworks)}.")
    return found


def rule_of(policy: Policy, key: str) -> tuple[Framework, Rule]:
    """The rule that people call `key`, with its framework; Refused when there is none."""
    for framework, rule in rules_of(policy.frameworks):
        if rule.key == key.strip().lower():
            return framework, rule
    raise Refused(f"The policy has no rule `{key}`. `/incident clocks` shows those that concern this incident.")


def question_of(policy: Policy, fact: str) -> tuple[Framework, Question]:
    """The question that is called `fact`; Refused when there is none. Several frameworks may share one."""
    sharing = [one for one in policy.frameworks.values() if fact in one.facts]
    if not sharing:
        raise Refused(f"No framework of the policy asks for `{fact}`.")
    framework = next((one for one in sharing if one.applies), sharing[0])
    return framework, framework.facts[fact]


def record_time(
    work: Work,
    *,
    policy: Policy,
    number: int,
    framework: str,
    anchor: str,
    by: str,
    at: datetime | None = None,
    on: date | None = None,
    why: str = "",
) -> None:
    """Record when something happened: a moment, or a day of which nobody knows the hour. Changing it needs a reason."""
    incident = work.incident(number)
    law = framework_of(policy, framework)
    if anchor not in law.anchors:
        raise Refused(f"{law.title} has no time `{anchor}`. There are {', '.join(law.anchors) or 'none'}.")
    if at is None and on is None:
        raise Refused("When was it? Give the time, or the day if the hour is not known.")
    if (at or law.calendar.at(on or work.now.date(), time.min)) > work.now:
        raise Refused("That time is still to come. Give the time at which it happened.")
    at = at.astimezone(UTC).replace(microsecond=0) if at else None
    before = work.session.get(AnchorTime, (number, law.key, anchor))
    if before is not None and (before.at, before.on) == (at, None if at else on):
        raise Refused("This time is recorded already. Nothing was changed.")
    why = wording.optional(why, "reason") if before is None else wording.paragraph(why, "reason")
    data: dict[str, Any] = {"state": "time", "framework": law.key, "anchor": anchor, "ask": law.anchors[anchor].ask}
    if before is not None:
        data["from"] = _spelled(before.at, before.on)
    data["to"] = _spelled(at, on)
    work.session.merge(
        AnchorTime(
            incident_id=number,
            framework=law.key,
            anchor=anchor,
            at=at,
            on=None if at else on,
            why=why,
            by=by,
            recorded_at=work.now,
        )
    )
    work.note(incident, EntryKind.CLOCK, why, by=by, data=data)
    say(work, incident, "clock_time", {"by": by, "reason": why, **_without(data, "state")})
    redraw(work, incident)


def answer(work: Work, *, policy: Policy, number: int, fact: str, value: str, by: str) -> None:
    """Answer a question that decides on clocks; `unknown` is an answer. It may be changed."""
    incident = work.incident(number)
    law, question = question_of(policy, fact)
    value = _answer(question, value)
    before = work.session.get(ClockFact, (number, fact))
    if before is not None and before.value == value:
        return
    data = {"state": "answered", "framework": law.key, "fact": fact, "ask": question.ask, "to": value}
    if before is not None:
        data["from"] = before.value
    work.session.merge(ClockFact(incident_id=number, fact=fact, value=value, by=by, at=work.now))
    work.note(incident, EntryKind.CLOCK, "", by=by, data=data)
    say(work, incident, "clock_answered", {"by": by, "ask": question.ask, "value": value})
    redraw(work, incident)


def _answer(question: Question, value: str) -> str:
    word = value.strip().lower()
    if question.number:
        if word != UNKNOWN and not (word.isascii() and word.isdigit() and len(word) <= NUMBER_MOST):
            raise Refused(f"“{question.ask}” wants a whole number such as 500, or `unknown`.")
        return word if word == UNKNOWN else str(int(word))
    if word not in (*question.answers, UNKNOWN):
        raise Refused(f"“{question.ask}” can be answered with {', '.join(question.answers)} or {UNKNOWN}.")
    return word


def file(
    work: Work,
    *,
    policy: Policy,
    number: int,
    rule: str,
    by: str,
    sent_at: datetime,
    sent_by: str,
    channel: str,
    recipient: str = "",
    reference: str = "",
    stage: str | None = None,
    text: str = "",
    reasons: str = "",
) -> Filing:
    """Record that a notification was sent. What starts from it begins to run; its own clock stops."""
    incident = work.incident(number)
    law, duty = rule_of(policy, rule)
    if sent_at > work.now:
        raise Refused("That time is still to come. Record it when it has been sent.")
    sent_at = sent_at.astimezone(UTC).replace(microsecond=0)
    channel = wording.paragraph(channel, "way it was sent", most=LINE_MOST)
    chosen = _stage(duty, stage)
    stands = _standing(work, policy, incident, duty)
    due_at = None if stands.filings else stands.due_at
    is_late = due_at is not None and sent_at > due_at
    reasons = wording.optional(reasons, "reason")
    if is_late and duty.late_needs_reasons and not reasons:
        raise Refused(f"{duty.key} was sent after it was due. {duty.cite} wants the reasons for the delay: give them.")
    text = wording.optional(text, "text")
    filing = Filing(
        incident_id=number,
        rule=duty.key,
        stage=chosen,
        sent_at=sent_at,
        sent_by=sent_by,
        channel=channel,
        recipient=wording.optional(recipient, "recipient", most=LINE_MOST) or duty.to,
        reference=wording.optional(reference, "reference", most=LINE_MOST),
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest() if text else None,
        reasons=reasons,
        due_at=due_at,
        is_late=is_late,
        version=law.version(duty),
        calendar=law.calendar.name,
        recorded_by=by,
        recorded_at=work.now,
    )
    work.session.add(filing)
    work.session.flush()
    data: dict[str, Any] = {
        "rule": duty.key,
        "title": duty.title,
        "sent_at": sent_at.isoformat(),
        "sent_by": sent_by,
        "channel": channel,
        "recipient": filing.recipient,
        "reference": filing.reference,
        "stage": chosen,
        "text_hash": filing.text_hash,
        "late": is_late,
        "due_at": due_at.isoformat() if due_at else None,
        "version": filing.version,
        "calendar": filing.calendar,
    }
    work.note(incident, EntryKind.FILED, reasons, by=by, at=sent_at, data=data)
    say(
        work,
        incident,
        "clock_filed",
        {"by": by, "reasons": reasons, **_without(data, "text_hash", "version", "calendar")},
    )
    redraw(work, incident)
    return filing


def _stage(duty: Rule, stage: str | None) -> str | None:
    if not duty.stages:
        return None
    if not stage:
        if len(duty.stages) > 1:
            raise Refused(f"How far does it go? {duty.key} can be {', '.join(duty.stages)}.")
        return duty.stages[0].value
    if stage not in duty.stages:
        raise Refused(f"{duty.key} can be {', '.join(duty.stages)}, not {stage}.")
    return Stage(stage).value


def not_required(work: Work, *, policy: Policy, number: int, rule: str, by: str, reason: str) -> None:
    """Somebody decides that a notification is not required. It stands until it is withdrawn."""
    incident = work.incident(number)
    _, duty = rule_of(policy, rule)
    reason = wording.paragraph(reason, "reason")
    stands = _standing(work, policy, incident, duty)
    if stands.state is State.FILED:
        raise Refused(f"{duty.key} has been filed. Nothing is left to decide.")
    if stands.state is State.NOT_REQUIRED:
        raise Refused(f"It is decided already that {duty.key} is not required.")
    work.session.add(
        Decision(
            incident_id=number,
            rule=duty.key,
            reason=reason,
            by=by,
            at=work.now,
            withdrawn_at=None,
            withdrawn_by=None,
            withdrawn_because="",
        )
    )
    data = {"state": "not_required", "rule": duty.key, "title": duty.title}
    work.note(incident, EntryKind.CLOCK, reason, by=by, data=data)
    say(work, incident, "clock_not_required", {"by": by, "rule": duty.key, "title": duty.title, "reason": reason})
    redraw(work, incident)


def withdraw(work: Work, *, policy: Policy, number: int, rule: str, by: str, reason: str) -> None:
    """The decision that a notification is not required does not stand any more."""
    incident = work.incident(number)
    _, duty = rule_of(policy, rule)
    reason = wording.paragraph(reason, "reason")
    standing = select(Decision).where(
        Decision.incident_id == number, Decision.rule == duty.key, Decision.withdrawn_at.is_(None)
    )
    decision = work.session.scalars(standing).first()
    if decision is None:
        raise Refused(f"Nobody has decided that {duty.key} is not required.")
    decision.withdrawn_at, decision.withdrawn_by, decision.withdrawn_because = work.now, by, reason
    data = {"state": "withdrawn", "rule": duty.key, "title": duty.title}
    work.note(incident, EntryKind.CLOCK, reason, by=by, data=data)
    say(work, incident, "clock_withdrawn", {"by": by, "rule": duty.key, "title": duty.title, "reason": reason})
    redraw(work, incident)


def take_back(
    work: Work, *, policy: Policy, number: int, rule: str, by: str, reason: str, filing: int | None = None
) -> None:
    """A filing was recorded by mistake: it is kept, and does not count any more. Its clock runs again.

    `filing` is the one that somebody saw; without it, the last that stands.
    """
    incident = work.incident(number)
    _, duty = rule_of(policy, rule)
    reason = wording.paragraph(reason, "reason")
    mine = select(Filing).where(Filing.incident_id == number, Filing.rule == duty.key, Filing.withdrawn_at.is_(None))
    stands = list(work.session.scalars(mine.order_by(Filing.sent_at, Filing.id)))
    row = next((one for one in reversed(stands) if filing in (None, one.id)), None)
    if row is None:
        raise Refused(f"Nothing of {duty.key} is recorded as sent any more. `/incident clocks` shows how it stands.")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = work.now, by, reason
    values = {"rule": duty.key, "title": duty.title, "sent_at": row.sent_at.isoformat()}
    work.note(incident, EntryKind.FILED, reason, by=by, data={"state": "withdrawn", "filing": row.id, **values})
    say(work, incident, "clock_filing_withdrawn", {"by": by, "reason": reason, **values})
    redraw(work, incident)


def give(work: Work, *, policy: Policy, number: int, rule: str, by: str, person: PersonRecord) -> None:
    """Somebody owns a running clock by name; they are reminded of it first."""
    incident = work.incident(number)
    _, duty = rule_of(policy, rule)
    people.check_can_act(person)
    row = work.session.get(RunningClock, (number, duty.key))
    if row is None:
        raise Refused(f"{duty.key} does not run, so nobody has to own it.")
    if row.owner == person.user:
        raise Refused(f"{person.name} owns {duty.key} already.")
    row.owner = person.user
    data = {"state": "given", "rule": duty.key, "title": duty.title, "owner": person.user}
    work.note(incident, EntryKind.CLOCK, "", by=by, data=data)
    work.tell(Invite(incident=number, users=(person.user,)))
    say(work, incident, "clock_given", {"by": by, "rule": duty.key, "title": duty.title, "owner": person.user})
    redraw(work, incident)


def draft(work: Work, *, policy: Policy, number: int, rule: str, by: str) -> None:
    """Have the draft of a notification, as the record has it now, posted into the room: Markdown and PDF."""
    incident = work.incident(number)
    _, duty = rule_of(policy, rule)
    work.note(incident, EntryKind.CLOCK, "", by=by, data={"state": "drafted", "rule": duty.key, "title": duty.title})
    work.tell(ShareDraft(incident=number, rule=duty.key, by=by))


def _standing(work: Work, policy: Policy, incident: Incident, rule: Rule) -> Standing:
    record = running.light_record(work, incident)
    return next(one for one in duties.stand(record, policy, work.now) if one.rule.key == rule.key)


def _spelled(at: datetime | None, on: date | None) -> str:
    moment = at or on
    return moment.isoformat() if moment else ""


def _without(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
