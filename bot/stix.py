"""Security incidents and what keeps them from happening again, as STIX 2.1: what platforms for threat intelligence read.

The object for incidents is a stub in STIX 2.1; what it lacks stands in the Incident Core Extension of the OASIS working group.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.errors import Refused, TocsinError
from db.enums import ActionState
from db.records import IncidentRecord, Record, RiskSheet

CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:tocsin:stix")
MISSING = (
    "STIX needs the package stix2, which is not installed: `.venv/bin/pip install stix2` where tocsin is, or "
    "`pip install tocsin[stix]`."
)
NOTHING = "There is no security incident to write about. Private ones are left out, unless --private asks for them."


def bundle(records: Sequence[Record], sheets: Sequence[RiskSheet], *, now: datetime) -> str:
    """The incidents, what was learned from each, and the risks that they showed, as one bundle in JSON."""
    try:
        import stix2  # noqa: PLC0415 -- an extra that few need
    except ModuleNotFoundError as error:
        raise TocsinError(MISSING) from error
    if not records:
        raise Refused(NOTHING)
    us = stix2.Identity(
        id=_id("identity", "us"), name="tocsin", identity_class="system", created=_EPOCH, modified=_EPOCH
    )
    objects: list[Any] = [us]
    known = {record.incident.id: _incident(stix2, us, record.incident, now) for record in records}
    for record in records:
        incident = known[record.incident.id]
        objects.append(incident)
        for lesson in _lessons(stix2, us, record, now):
            objects += [lesson, _relation(stix2, us, incident, lesson)]
    for sheet in sheets:
        shown = [known[number].id for number in sheet.seen if number in known]
        if shown:
            objects.append(_risk(stix2, us, sheet, shown))
    written: str = stix2.Bundle(id=_id("bundle", now.isoformat()), objects=objects).serialize(pretty=True)
    return written + "\n"


_EPOCH = "2026-01-01T00:00:00Z"


def _incident(stix2: Any, us: Any, incident: IncidentRecord, now: datetime) -> Any:
    core = {
        "extension_type": "property-extension",
        "determination": "confirmed" if incident.severity_confirmed_at else "suspected",
        "investigation_status": "closed" if incident.closed_at else "open",
    }
    return stix2.Incident(
        id=_id("incident", incident.uid),
        created_by_ref=us,
        created=incident.declared_at,
        modified=max(incident.declared_at, incident.closed_at or incident.phase_since),
        name=incident.title,
        **({"description": incident.summary} if incident.summary else {}),
        labels=[incident.severity],
        external_references=[{"source_name": "tocsin", "external_id": incident.key}],
        extensions={CORE: core},
        allow_custom=True,
    )


def _lessons(stix2: Any, us: Any, record: Record, now: datetime) -> Iterable[Any]:
    """What was done or decided so that it does not happen again: the review's notes, and actions that were not rejected."""
    incident, review = record.incident, record.review
    about: Mapping[str, Any] = {"created_by_ref": us}
    if review is not None and review.prevention:
        at = max(review.created_at, review.done_at or review.created_at)
        yield stix2.CourseOfAction(
            id=_id("course-of-action", incident.uid, "prevention"),
            name=f"Threat prevention after {incident.key}",
            description=review.prevention,
            created=review.created_at,
            modified=at,
            **about,
        )
    for action in record.actions:
        if action.state is not ActionState.REJECTED:
            yield stix2.CourseOfAction(
                id=_id("course-of-action", incident.uid, str(action.id)),
                name=action.text,
                description=f"{action.kind.value}, {action.state.value}",
                created=action.created_at,
                modified=max(action.created_at, action.done_at or action.created_at),
                **about,
            )


def _relation(stix2: Any, us: Any, incident: Any, lesson: Any) -> Any:
    return stix2.Relationship(
        id=_id("relationship", incident.id, lesson.id),
        relationship_type="related-to",
        source_ref=incident.id,
        target_ref=lesson.id,
        created_by_ref=us,
        created=lesson.created,
        modified=lesson.modified,
    )


def _risk(stix2: Any, us: Any, sheet: RiskSheet, shown: Sequence[str]) -> Any:
    risk = sheet.risk
    more = f"\n\n{risk.description}" if risk.description else ""
    return stix2.Grouping(
        id=_id("grouping", risk.uid),
        context="unspecified",
        name=f"{risk.key} {risk.title}",
        description=f"Risk with a score of {risk.score}; treatment: {risk.treatment.value}.{more}",
        object_refs=list(shown),
        created_by_ref=us,
        created=risk.created_at,
        modified=risk.changed_at,
    )


def _id(kind: str, *of: str) -> str:
    """The same thing has the same name in every export."""
    return f"{kind}--{uuid.uuid5(SPACE, '/'.join(of))}"
