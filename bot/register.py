"""The register of personal data breaches that GDPR Art. 33(5) asks for, from the record; also those that were not notified, and why.

A reminder and a record, not legal advice. Drills are left out. It holds titles of private incidents: it is for whoever runs tocsin.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot import sheets
from bot.policy import Policy
from bot.policy.clocks import Standing, State
from bot.policy.frameworks import NOT_ADVICE
from bot.views import kit
from bot.views.letters import Plain
from bot.views.markdown import Markdown
from bot.workflows import duties
from db import queries
from db.enums import Answer
from db.models import AnchorTime, Decision, Filing, Incident
from db.records import PersonRecord, Record, named

FRAMEWORK, AUTHORITY, PEOPLE, INTERNAL = "gdpr", "gdpr-33-1", "gdpr-34", "gdpr-33-5"
COLUMNS = (
    "incident",
    "title",
    "declared_at",
    "aware_at",
    "personal_data",
    "risk",
    "role",
    "facts",
    "effects",
    "remedial_action",
    "authority_notified",
    "notified_at",
    "notified_by",
    "authority",
    "reference",
    "due_at",
    "late",
    "reasons_for_delay",
    "why_not_notified",
    "people_told",
    "register_completed_at",
    "phase",
)
Row = Mapping[str, str]


def breaches(session: Session, policy: Policy, people: Mapping[str, PersonRecord], *, now: datetime) -> list[Row]:
    """Every incident that hit, or may have hit, personal data, in the order of their numbers."""
    return [_row(queries.record(session, number), policy, people, now) for number in _numbers(session)]


def _numbers(session: Session) -> Sequence[int]:
    of_ours = [
        exists().where(AnchorTime.incident_id == Incident.id, AnchorTime.framework == FRAMEWORK),
        exists().where(Filing.incident_id == Incident.id, Filing.rule.startswith(f"{FRAMEWORK}-")),
        exists().where(Decision.incident_id == Incident.id, Decision.rule.startswith(f"{FRAMEWORK}-")),
    ]
    question = select(Incident.id).where(Incident.drill.is_(False), or_(Incident.personal_data == Answer.YES, *of_ours))
    return session.scalars(question.order_by(Incident.id)).all()


def _row(record: Record, policy: Policy, people: Mapping[str, PersonRecord], now: datetime) -> Row:
    incident = record.incident
    clocks = {one.rule.key: one for one in duties.stand(record, policy, now)}
    facts = {fact.fact: fact.value for fact in record.duties.facts}
    aware = next((a for a in record.duties.anchors if (a.framework, a.anchor) == (FRAMEWORK, "aware_at")), None)
    filings = {filing.rule: filing for filing in reversed(record.duties.filed)}  # the first of each
    told, internal = filings.get(AUTHORITY), filings.get(INTERNAL)
    review = record.review
    actions = [f"{action.text} ({action.state.value})" for action in record.actions]
    plain = Plain(people)
    row = {
        "incident": incident.key,
        "title": incident.title,
        "declared_at": _time(incident.declared_at),
        "aware_at": _time(aware.at) or (aware.on.isoformat() if aware and aware.on else "") if aware else "",
        "personal_data": incident.personal_data.value,
        "risk": facts.get("risk", ""),
        "role": facts.get("data_role", ""),
        "facts": _joined(incident.summary, internal.text if internal else ""),
        "effects": review.impact if review else "",
        "remedial_action": _joined(incident.containment, incident.verification, *actions),
        "authority_notified": "yes" if told else "no",
        "notified_at": _time(told.sent_at) if told else "",
        "notified_by": named(people, told.sent_by) if told else "",
        "authority": told.recipient if told else "",
        "reference": told.reference if told else "",
        "due_at": _time(clocks[AUTHORITY].due_at) if AUTHORITY in clocks else "",
        "late": ("yes" if told.is_late else "no") if told else "",
        "reasons_for_delay": told.reasons if told else "",
        "why_not_notified": _why_not(clocks.get(AUTHORITY), people),
        "people_told": _people_told(clocks.get(PEOPLE), people),
        "register_completed_at": _time(internal.sent_at) if internal else "",
        "phase": incident.phase.value,
    }
    return {name: str(plain.text(value)) for name, value in row.items()}


def _why_not(one: Standing | None, people: Mapping[str, PersonRecord]) -> str:
    if one is None:
        return f"the policy has no rule {AUTHORITY}"
    if one.state is State.NOT_REQUIRED and one.decision:
        decision = one.decision
        return f"not required, decided by {named(people, decision.by)} on {_time(decision.at)}: {decision.reason}"
    if one.state is State.FILED:
        return ""
    return f"{one.state.value.replace('_', ' ')}{': ' if one.why else ''}{one.why}"


def _people_told(one: Standing | None, people: Mapping[str, PersonRecord]) -> str:
    if one is not None and one.filings:
        return _time(one.filings[0].sent_at)
    return _why_not(one, people)


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _time(moment: datetime | None) -> str:
    return kit.utc(moment) if moment else ""


def as_csv(rows: Sequence[Row]) -> str:
    """For spreadsheets, with no cell that one of them would calculate."""
    return sheets.table(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def as_markdown(rows: Sequence[Row], *, now: datetime) -> str:
    """For people: one part an incident."""
    words = Markdown({}, None)
    lines = ["# Register of personal data breaches", "", f"As of {kit.utc(now)}. {NOT_ADVICE}"]
    for row in rows:
        lines += ["", words.heading(f"{row['incident']} {row['title']}"), ""]
        for name in COLUMNS[2:]:
            value = words.line(row[name]) if row[name] else "–"
            lines.append(f"- {words.strong(name.replace('_', ' ').capitalize())}: {value}")
    if not rows:
        lines += ["", "No incident of personal data."]
    return "\n".join([*lines, ""])
