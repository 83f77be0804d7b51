"""An incident's record as it leaves the house: one JSON object with a stable shape, or the review document.

The shape is a promise (see "Record" in the documentation): within a major version keys are neither renamed nor moved.
Times are RFC 3339 in UTC, to the microsecond, so that they sort as text.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import Refused, SlackError
from bot.policy import Policy
from bot.policy.clocks import Standing
from bot.slack import Slack
from bot.views import document
from bot.workflows import duties, signing
from bot.workflows.people import remember
from db import notices, queries, similar
from db.enums import ReviewState
from db.records import (
    ActionRecord,
    CustomerUpdateRecord,
    DeliveryRecord,
    EntryRecord,
    FilingRecord,
    IncidentRecord,
    PersonRecord,
    Record,
    RiskAnswerRecord,
)
from db.store import Store

People = Mapping[str, PersonRecord]


def record_json(session: Session, number: int, *, policy: Policy, people: People, now: datetime) -> dict[str, Any]:
    """Everything about incident `number`, ready for `json.dumps`; `KeyError` when there is none.

    `people` names whom the document mentions, `now` is the time it is drawn at.
    """
    record = queries.record(session, number)
    return as_json(
        record,
        text=document_of(session, record, policy=policy, people=people, now=now),
        deliveries=queries.deliveries(session, number),
        updates=notices.updates(session, number),
        policy=policy,
        now=now,
    )


def as_json(
    record: Record,
    *,
    text: str,
    deliveries: Iterable[DeliveryRecord],
    updates: Iterable[CustomerUpdateRecord],
    policy: Policy,
    now: datetime,
) -> dict[str, Any]:
    """The record and what belongs to it in the promised shape; `text` is the review's document."""
    return {
        "incident": _incident(record.incident, record.roles),
        "timeline": [_entry(entry) for entry in record.timeline],
        "actions": [_action(action) for action in record.actions],
        "review": _review(record, text),
        "deliveries": [_delivery(delivery) for delivery in deliveries],
        "customers": [_told(update) for update in updates],
        "clocks": [_clock(one, record) for one in _clocks(record, policy, now)],
        "risk": _risk(record.risk),
    }


def document_of(session: Session, record: Record, *, policy: Policy, people: People, now: datetime) -> str:
    """The review document as Markdown: as it was signed, once it is done; until then as it stands at `now`.

    What was signed and then redacted is written anew.
    """
    if record.review is not None and record.review.state is ReviewState.DONE:
        for version in reversed(queries.review_versions(session, record.incident.id)):
            if version.number == record.review.version and version.redacted_at is None:
                return version.document
    return document.markdown(similar.with_similar(session, record), policy, people, now=now)


def changes_of(session: Session, record: Record) -> str:
    """How the last signed version of the review differs from the one before, as a unified diff; Refused without two."""
    versions = queries.review_versions(session, record.incident.id)
    if len(versions) < 2:
        raise Refused(f"The review of {record.incident.key} has not been signed twice: there is nothing to compare.")
    before, after = versions[-2:]
    return "\n".join(signing.changes(before.document, after.document))


def people_in(store: Store, record: Record, slack: Slack | None) -> dict[str, PersonRecord]:
    """Whom the record names, by id.

    Whom the database does not know, `slack` is asked about, and that is remembered. Whom nobody knows is left out: a
    document with an id in it is better than none.
    """
    wanted = sorted(document.mentioned(record))
    with store.read() as session:
        known = queries.people(session, wanted)
    found = _asked(slack, [user for user in wanted if user not in known]) if slack else []
    if found:
        with store.begin() as work:
            for person in found:
                remember(work, person)
    return known | {person.user: person for person in found}


def _asked(slack: Slack, users: list[str]) -> list[PersonRecord]:
    """What Slack says about these people, as far as it says anything."""
    found: list[PersonRecord] = []
    for user in users:
        try:
            person = slack.person(user)
        except SlackError:
            return found  # Slack is away or does not let us: asking about the others would only take longer.
        if person is not None:
            found.append(person)
    return found


def _incident(incident: IncidentRecord, roles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": incident.key,
        "title": incident.title,
        "summary": incident.summary,
        "severity": incident.severity,
        "kind": incident.kind.value,
        "phase": incident.phase.value,
        "private": incident.private,
        "drill": incident.drill,
        "declared_by": incident.declared_by,
        "declared_at": time(incident.declared_at),
        "closed_at": time(incident.closed_at),
        "channel": incident.room,
        "roles": dict(sorted(roles.items())),
        "customer_data": incident.customer_data.value,
        "personal_data": incident.personal_data.value,
        "service_affecting": incident.service_affecting.value,
    }


def _entry(entry: EntryRecord) -> dict[str, Any]:
    return {"at": time(entry.at), "kind": entry.kind.value, "by": entry.by, "text": entry.text, "hash": entry.hash}


def _action(action: ActionRecord) -> dict[str, Any]:
    return {
        "text": action.text,
        "owner": action.owner,
        "due_on": action.due_on.isoformat(),
        "state": action.state.value,
        "kind": action.kind.value,
        "priority": action.priority.value,
        "rejected_because": action.rejected_because,
        "proof": action.proof,
        "url": action.url or None,
    }


def _review(record: Record, text: str) -> dict[str, Any] | None:
    if record.review is None:
        return None
    return {
        "state": record.review.state.value,
        "due_at": time(record.review.due_at),
        "document": text,
    }


def _risk(answer: RiskAnswerRecord | None) -> dict[str, Any] | None:
    """Which risk of the register it was, as somebody answered."""
    if answer is None:
        return None
    return {
        "answer": answer.answer.value,
        "risk": answer.key,
        "title": answer.title or None,
        "because": answer.because,
        "by": answer.by,
        "at": time(answer.at),
    }


def _told(update: CustomerUpdateRecord) -> dict[str, Any]:
    return {
        "at": time(update.published_at),
        "stage": update.stage.value,
        "title": update.title,
        "text": update.text,
        "components": dict(sorted(update.components.items())),
        "audience": list(update.targets),
        "drafted_by": update.drafted_by,
        "approved_by": update.approved_by,
    }


def _delivery(delivery: DeliveryRecord) -> dict[str, Any]:
    return {
        "kind": delivery.kind,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "error": delivery.error,
    }


def _clocks(record: Record, policy: Policy, now: datetime) -> tuple[Standing, ...]:
    return duties.stand(record, policy, now) if duties.can_have_any(record.duties, policy) else ()


def _clock(one: Standing, record: Record) -> dict[str, Any]:
    """A regulatory clock: a reminder and a record, not legal advice."""
    started = one.end.started
    return {
        "rule": one.rule.key,
        "framework": one.framework.key,
        "cite": one.rule.cite,
        "state": one.state.value,
        "why": one.why or None,
        "counted_from": (time(started) if isinstance(started, datetime) else started.isoformat()) if started else None,
        "due_at": time(one.due_at),
        "unknown": list(one.unknown),
        "missing": list(one.missing),
        "filings": [_filing(filing) for filing in one.filings],
        "withdrawn_filings": [
            {
                **_filing(filing),
                "withdrawn_at": time(filing.withdrawn_at),
                "withdrawn_by": filing.withdrawn_by,
                "withdrawn_because": filing.withdrawn_because,
            }
            for filing in record.duties.filings
            if filing.rule == one.rule.key and filing.withdrawn_at
        ],
        "decided_by": one.decision.by if one.decision else None,
        "decided_at": time(one.decision.at) if one.decision else None,
    }


def _filing(filing: FilingRecord) -> dict[str, Any]:
    return {
        "sent_at": time(filing.sent_at),
        "sent_by": filing.sent_by,
        "channel": filing.channel,
        "recipient": filing.recipient,
        "reference": filing.reference,
        "stage": filing.stage,
        "due_at": time(filing.due_at),
        "late": filing.is_late,
        "reasons": filing.reasons,
        "text_sha256": filing.text_hash,
        "rule_version": filing.version,
        "calendar": filing.calendar,
    }


def time(moment: datetime | None) -> str | None:
    """RFC 3339, in UTC: `2026-05-04T09:30:00.000000Z`; None when it has not come."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
