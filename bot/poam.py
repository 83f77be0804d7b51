"""The risk register as an OSCAL plan of action and milestones: what assessors' tools read.

https://pages.nist.gov/OSCAL/resources/concepts/layer/assessment/poam/. Written by hand: the classes that NIST's schema is
turned into weigh more than the document. Identifiers are made from the risks' own, so that the next export names the same things.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from bot.errors import Refused
from bot.policy import Policy
from bot.views import labels
from bot.workflows import assessing
from db.enums import ActionState, RiskState
from db.records import ActionRecord, IncidentRecord, PersonRecord, RiskSheet, named

VERSION = "1.2.3"
# Whose words the names of our properties and measures are.
OURS = "urn:tocsin:risk-register"
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, OURS)
EMPTY = "The risk register is empty, and a plan of action and milestones needs at least one risk."
Json = dict[str, Any]


def plan(
    sheets: Sequence[RiskSheet],
    incidents: Mapping[int, IncidentRecord],
    policy: Policy,
    people: Mapping[str, PersonRecord],
    *,
    now: datetime,
) -> Json:
    """The register, ready for `json.dumps`. `incidents` are those that the reader may know; Refused when there is no risk."""
    if not sheets:
        raise Refused(EMPTY)
    users = sorted({sheet.risk.owner for sheet in sheets} | {a.owner for sheet in sheets for a in _treating(sheet)})
    shown = sorted({number for sheet in sheets for number in sheet.seen if number in incidents})
    last = max(sheet.risk.changed_at for sheet in sheets)
    return {
        "plan-of-action-and-milestones": {
            "uuid": _id("plan", last.isoformat(), now.isoformat()),
            "metadata": {
                "title": "Risk register",
                "last-modified": _moment(now),
                "version": _moment(last),
                "oscal-version": VERSION,
                "roles": [{"id": "owner", "title": "Owner"}, {"id": "tool", "title": "Tool"}],
                "parties": [
                    {"uuid": _id("tool"), "type": "organization", "name": "tocsin"},
                    *(
                        {"uuid": _id("person", user), "type": "person", "name": _line(named(people, user))}
                        for user in users
                    ),
                ],
            },
            "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": str(SPACE)},
            **({"observations": [_observation(incidents[number]) for number in shown]} if shown else {}),
            "risks": [_risk(sheet, incidents, policy, now) for sheet in sheets],
            "poam-items": [_item(sheet) for sheet in sheets],
        }
    }


def _risk(sheet: RiskSheet, incidents: Mapping[int, IncidentRecord], policy: Policy, now: datetime) -> Json:
    risk = sheet.risk
    observed = [number for number in sheet.seen if number in incidents]
    known: Json = {
        "uuid": _id("risk", risk.uid),
        "title": _line(risk.title),
        "description": risk.description or risk.title,
        "statement": risk.title,
        "props": list(_properties(sheet, policy)),
        "status": "open" if risk.state is RiskState.OPEN else "closed",
        "characterizations": [_measured(sheet, now)],
        "remediations": [_treatment(sheet)],
    }
    factors = [
        {"uuid": _id("prevention", risk.uid, str(number)), "description": text} for number, text in sheet.prevention
    ]
    if factors:
        known["mitigating-factors"] = factors
    if observed:
        known["related-observations"] = [{"observation-uuid": _id("incident", incidents[n].uid)} for n in observed]
    return known


def _properties(sheet: RiskSheet, policy: Policy) -> Iterator[Json]:
    risk = sheet.risk
    yield _property("risk", risk.key)
    yield _property("category", labels.risk_category(policy, risk.category))
    yield _property("treatment", risk.treatment.value)
    yield _property("review-on", risk.review_on.isoformat())
    yield _property("incidents", str(sum(link.counts for link in sheet.links)))
    for control in risk.controls:
        yield _property("control", control)


def _measured(sheet: RiskSheet, now: datetime) -> Json:
    risk = sheet.risk
    facets = [_facet("likelihood", risk.likelihood, "initial"), _facet("impact", risk.impact, "initial")]
    for name, level in (("likelihood", risk.likelihood_after), ("impact", risk.impact_after)):
        if level is not None:
            facets.append(_facet(name, level, "adjusted"))
    likely = assessing.suggested(sheet.links, now)
    if likely is not None:
        facets.append(_facet("suggested-likelihood", likely, "initial"))
    return {"origin": _tool(), "facets": facets}


def _facet(name: str, level: int, state: str) -> Json:
    props = [{"name": "state", "value": state}]
    return {"name": name, "system": OURS, "value": str(level), "props": props}


def _treatment(sheet: RiskSheet) -> Json:
    risk = sheet.risk
    label = labels.treatment(risk.treatment)
    known: Json = {
        "uuid": _id("treatment", risk.uid),
        "lifecycle": "completed" if risk.state is RiskState.CLOSED else "planned",
        "title": label,
        "description": labels.TREATMENT_HINTS[risk.treatment],
        "props": [_property("owner", _id("person", risk.owner))],
    }
    tasks = [_task(action) for action in _treating(sheet)]
    return known | ({"tasks": tasks} if tasks else {})


def _task(action: ActionRecord) -> Json:
    owner = {"role-id": "owner", "party-uuids": [_id("person", action.owner)]}
    return {
        "uuid": _id("action", str(action.id), action.created_at.isoformat()),
        "type": "action",
        "title": _line(action.text),
        "props": [_property("state", action.state.value)],
        "timing": {"on-date": {"date": _day(action.due_on)}},
        "responsible-roles": [owner],
    }


def _treating(sheet: RiskSheet) -> Iterable[ActionRecord]:
    return [action for action, treats in sheet.actions if treats and action.state is not ActionState.REJECTED]


def _observation(incident: IncidentRecord) -> Json:
    return {
        "uuid": _id("incident", incident.uid),
        "title": _line(f"{incident.key} {incident.title}"),
        "description": incident.summary or incident.title,
        "props": [_property("severity", incident.severity), _property("kind", incident.kind.value)],
        "methods": ["EXAMINE"],
        "types": ["historic"],
        "collected": _moment(incident.declared_at),
    }


def _item(sheet: RiskSheet) -> Json:
    risk = sheet.risk
    return {
        "uuid": _id("item", risk.uid),
        "title": _line(f"{risk.key} {risk.title}"),
        "description": risk.description or risk.title,
        "related-risks": [{"risk-uuid": _id("risk", risk.uid)}],
    }


def _tool() -> Json:
    return {"actors": [{"type": "tool", "actor-uuid": _id("tool")}]}


def _property(name: str, value: str) -> Json:
    return {"name": name, "ns": OURS, "value": _line(value)}


def _id(*of: str) -> str:
    return str(uuid.uuid5(SPACE, "/".join(of)))


def _line(text: str) -> str:
    """On one line, as OSCAL wants titles and values: never empty, without white space around it."""
    return " ".join(text.split()) or "-"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _day(day: date) -> str:
    return _moment(datetime.combine(day, time(), UTC))
