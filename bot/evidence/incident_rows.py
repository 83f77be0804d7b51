"""The rows that an incident has in the tables, and its timeline as it is chained."""

from collections.abc import Iterator
from datetime import datetime

from bot import export
from bot.evidence.columns import COLUMNS
from bot.evidence.order import Order
from bot.evidence.packing import Cells
from bot.policy import Policy
from bot.workflows import duties
from db.bundles import Bundle
from db.enums import CustomerUpdateState, EntryKind, Phase
from db.records import IncidentRecord, Record

NOT_TOLD = (CustomerUpdateState.DRAFT, CustomerUpdateState.DISCARDED)
MISSING = dict.fromkeys(COLUMNS["population"])


def population(bundle: Bundle, order: Order) -> Cells:
    """Its row in the population, which it has even when nothing of it can be read."""
    named = {**MISSING, "number": bundle.number, "key": bundle.key, "drill": False, "private": False}
    if bundle.record is None:
        return {**named, "note": "the incident cannot be read, or is missing"}
    incident = bundle.record.incident
    inside = order.period.begins_at <= incident.declared_at < order.period.ends_at
    return {
        **named,
        "declared_at": export.time(incident.declared_at),
        "in_period": inside,
        "severity": incident.severity,
        "kind": incident.kind.value,
        "phase": incident.phase.value,
        "drill": incident.drill,
        "private": incident.private,
        "closed_at": export.time(incident.closed_at),
        "merged_into": f"INC-{incident.merged_into}" if incident.merged_into else None,
        "title": None if incident.private and not order.private else incident.title,
        "note": _note(incident, inside=inside),
    }


def _note(incident: IncidentRecord, *, inside: bool) -> str | None:
    words = []
    if not inside:
        words.append("declared outside the period, between two that were declared in it")
    if incident.phase is Phase.DISMISSED:
        words.append("dismissed")
    if incident.phase is Phase.MERGED:
        words.append("merged")
    return "; ".join(words) or None


def chain(bundle: Bundle, *, withheld: bool) -> Iterator[Cells]:
    """The entries as they are chained: what `hash` is made of can be computed from it again."""
    for row in bundle.chain:
        links = {"seq": row.seq, "content_hash": row.content_hash, "hash": row.hash}
        if withheld:
            yield links
            continue
        yield {
            **links,
            "at": row.at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "kind": row.kind.value,
            "by": row.by,
            "text": row.text,
            "data": row.data,
            "redacted_at": row.redacted_at.isoformat() if row.redacted_at else None,
        }


def communications(bundle: Bundle, record: Record) -> Iterator[Cells]:
    """Who was told what of it: updates, what customers were told, and leadership."""
    audience = "the incident's room" if record.incident.private else "everybody in the house who follows"
    channel = "room" if record.incident.private else "room and announcement"
    of = {"incident": bundle.key, "approved_by": None}
    for entry in record.timeline:
        if entry.kind is EntryKind.UPDATE:
            said = {"at": export.time(entry.at), "by": entry.by, "text": entry.text}
            yield {**of, "what": "update", "audience": audience, "channel": channel, **said}
    for one in bundle.updates:
        if one.state not in NOT_TOLD:
            yield {
                **of,
                "at": export.time(one.published_at),
                "what": f"customer update: {one.stage.value}",
                "audience": "customers",
                "channel": ", ".join(one.targets),
                "by": one.drafted_by,
                "approved_by": one.approved_by,
                "text": one.text,
            }
    for reader in record.readers:
        for way, at in (("e-mail", reader.mailed_at), ("Slack", reader.messaged_at)):
            if at is not None:
                yield {
                    **of,
                    "at": export.time(at),
                    "what": "leadership told",
                    "audience": reader.name,
                    "channel": way,
                    "by": "tocsin",
                    "text": None,
                }


def filings(bundle: Bundle, record: Record) -> Iterator[Cells]:
    """The notifications that somebody recorded as sent."""
    for one in record.duties.filings:
        yield {
            "incident": bundle.key,
            "rule": one.rule,
            "stage": one.stage,
            "sent_at": export.time(one.sent_at),
            "sent_by": one.sent_by,
            "channel": one.channel,
            "recipient": one.recipient,
            "reference": one.reference,
            "due_at": export.time(one.due_at),
            "late": one.is_late,
            "reasons": one.reasons,
            "recorded_by": one.recorded_by,
            "recorded_at": export.time(one.recorded_at),
            "text_sha256": one.text_hash,
            "rule_version": one.version,
            "calendar": one.calendar,
            "withdrawn_at": export.time(one.withdrawn_at),
            "withdrawn_by": one.withdrawn_by,
            "withdrawn_because": one.withdrawn_because or None,
        }


def clocks(bundle: Bundle, record: Record, policy: Policy, now: datetime) -> Iterator[Cells]:
    """How each of its regulatory clocks stands now."""
    for one in duties.stand(record, policy, now) if duties.can_have_any(record.duties, policy) else ():
        yield {
            "incident": bundle.key,
            "rule": one.rule.key,
            "framework": one.framework.key,
            "cite": one.rule.cite,
            "state": one.state.value,
            "due_at": export.time(one.due_at),
            "why": one.why or None,
            "decided_by": one.decision.by if one.decision else None,
            "decided_at": export.time(one.decision.at) if one.decision else None,
        }


def deliveries(bundle: Bundle) -> Iterator[Cells]:
    """What became of each message about it."""
    for one in bundle.deliveries:
        yield {
            "incident": bundle.key,
            "kind": one.kind,
            "state": one.state.value,
            "attempts": one.attempts,
            "told_at": export.time(one.told_at),
            "settled_at": export.time(one.settled_at),
            "error": one.error,
        }


def actions(bundle: Bundle, record: Record) -> Iterator[Cells]:
    """Its follow-up actions."""
    for one in record.actions:
        yield {
            "incident": bundle.key,
            "text": one.text,
            "kind": one.kind.value,
            "priority": one.priority.value,
            "owner": one.owner,
            "due_on": one.due_on.isoformat(),
            "state": one.state.value,
            "done_at": export.time(one.done_at),
            "proof": one.proof,
            "url": one.url,
            "rejected_because": one.rejected_because,
        }


def members(bundle: Bundle) -> Iterator[Cells]:
    """Who is in its room, or was."""
    for row in bundle.members:
        yield {"incident": bundle.key, "user": row.user, "present": row.present, "as_of": export.time(row.as_of)}
