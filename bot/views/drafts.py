"""The draft of a notification: what the article asks for, filled from the record as far as it knows, gaps marked.

It is material for whoever writes and sends the notification, in whatever portal. Nothing is made up, and nothing is sent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.policy import Policy
from bot.policy.clocks import Standing
from bot.policy.frameworks import NOT_ADVICE, Rule
from bot.views import kit, labels
from bot.views.letters import Plain
from bot.views.markdown import Markdown
from bot.workflows import duties
from db.enums import EntryKind
from db.records import PersonRecord, Record

GAP = "To be filled in."


@dataclass(frozen=True)
class Part:
    """Something that the notification says: what is asked, and what is known of it, empty where nothing is."""

    asks: str
    says: str


@dataclass(frozen=True)
class Draft:
    """A draft, in plain text. `name` is that of its files, without an ending."""

    name: str
    rule: Rule
    title: str
    about: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    foot: str


def draft(
    record: Record, policy: Policy, rule: str, people: Mapping[str, PersonRecord], *, now: datetime
) -> Draft | None:
    """The draft for a rule; None when the policy has no such rule any more."""
    one = next((stands for stands in duties.stand(record, policy, now) if stands.rule.key == rule), None)
    if one is None:
        return None
    incident = record.incident
    checked = f" (rule checked {kit.day(one.rule.verified_on)})" if one.rule.verified_on else ""
    about = [
        ("Incident", f"{'DRILL, ' if incident.drill else ''}{incident.key}"),
        ("By", f"{one.rule.cite}{checked}"),
        ("To", one.rule.to),
        ("Due", kit.utc(one.end.due_at) if one.end.due_at else "without undue delay"),
        ("Counted from", _counted_from(one)),
        ("Drafted", kit.utc(now)),
    ]
    known = _Known(record, policy, one, people)
    parts = tuple(known.part(item) for item in (*one.rule.content, "timeline"))
    title = f"{'DRILL: ' if incident.drill else ''}Draft: {one.rule.title}"
    return Draft(
        f"{incident.key}-{one.rule.key}-draft", one.rule, title, tuple(about), parts, f"{NOT_ADVICE} Nothing was sent."
    )


def _counted_from(one: Standing) -> str:
    started = one.end.started
    if started is None:
        return GAP
    spelled = kit.utc(started) if isinstance(started, datetime) else kit.day(started)
    anchor = one.framework.anchors.get(one.end.start or "")
    return f"{spelled} ({anchor.ask if anchor else one.end.start})"


def markdown(found: Draft) -> str:
    """As Markdown. What people wrote is no markup."""
    words = Markdown({}, None)
    lines = [words.title(found.title), ""]
    lines += [f"- {words.strong(label)}: {words.line(value)}" for label, value in found.about]
    for part in found.parts:
        lines += ["", words.heading(part.asks), "", words.text(part.says) if part.says else f"**{GAP}**"]
    return "\n".join([*lines, "", "---", "", f"*{found.foot}*", ""])


class _Known:
    """What the record knows of the things that articles ask for. Each answers with text, empty for a gap."""

    def __init__(self, record: Record, policy: Policy, one: Standing, people: Mapping[str, PersonRecord]) -> None:
        self._record, self._policy, self._one, self._people = record, policy, one, people

    def part(self, item: str) -> Part:
        """One item of a rule's content: of the catalogue's, or in a team's own words."""
        asks, says = _CONTENT.get(item, (item, _nothing))
        return Part(asks, str(Plain(self._people).text(says(self))).strip())

    def what_happened(self) -> str:
        incident = self._record.incident
        return "\n".join(filter(None, [incident.title, incident.summary]))

    def measures(self) -> str:
        incident = self._record.incident
        actions = [f"Planned by {action.due_on}: {action.text}" for action in self._record.actions]
        return "\n".join(filter(None, [incident.containment, incident.verification, *actions]))

    def impact(self) -> str:
        return self._record.review.impact if self._record.review else ""

    def causes(self) -> str:
        trigger = self._record.review.trigger if self._record.review else ""
        return "\n".join(filter(None, [trigger, *(factor.text for factor in self._record.factors)]))

    def costs(self) -> str:
        return self._record.review.money if self._record.review else ""

    def contact(self) -> str:
        owner = duties.owner(self._record, self._policy, self._one.rule)
        known = self._people.get(owner or "")
        return ", ".join(filter(None, [known.name, known.email])) if known else f"<@{owner}>" if owner else ""

    def people_number(self) -> str:
        numbers = ("individuals", "consumers", "ca_residents", "state_residents")
        given = [f"{fact.value} ({fact.fact})" for fact in self._record.duties.facts if fact.fact in numbers]
        return ", ".join(given)

    def detected(self) -> str:
        return f"Declared {kit.utc(self._record.incident.declared_at)}"

    def times(self) -> str:
        incident = self._record.incident
        told = [
            ("Declared", incident.declared_at),
            ("Contained", incident.contained_at),
            ("Recovery verified", incident.verified_at),
        ]
        return "\n".join(f"{label}: {kit.utc(moment)}" for label, moment in told if moment)

    def status(self) -> str:
        incident = self._record.incident
        updates = [entry.text for entry in self._record.timeline if entry.kind is EntryKind.UPDATE and entry.text]
        return "\n".join(filter(None, [f"Phase: {labels.phase(incident.phase)}", *updates[-1:]]))

    def reference(self) -> str:
        return self._record.incident.key

    def early_warning(self) -> str:
        return "\n".join(self._sent("early", "initial"))

    def classification(self) -> str:
        return f"Severity here: {labels.severity(self._policy, self._record.incident.severity)}"

    def delay(self) -> str:
        late = [filing.reasons for filing in self._record.duties.filed if filing.reasons]
        return "\n".join(late)

    def others_told(self) -> str:
        return "\n".join(self._sent())

    def role_of_ours(self) -> str:
        return next((fact.value for fact in self._record.duties.facts if fact.fact == "data_role"), "")

    def timeline(self) -> str:
        return "\n".join(self._entries())

    def _entries(self) -> Iterator[str]:
        for entry in self._record.timeline:
            if (
                entry.kind
                in (EntryKind.NOTE, EntryKind.UPDATE, EntryKind.PINNED, EntryKind.CONTAINED, EntryKind.VERIFIED)
                and entry.text
            ):
                yield f"{kit.utc(entry.at)} {' '.join(entry.text.split())}"

    def _sent(self, *stages: str) -> list[str]:
        return [
            f"{filing.rule}: {kit.utc(filing.sent_at)} to {filing.recipient}"
            + (f", reference {filing.reference}" if filing.reference else "")
            for filing in self._record.duties.filed
            if filing.rule != self._one.rule.key and (not stages or filing.stage in stages)
        ]


def _nothing(_: _Known) -> str:
    return ""


_CONTENT: dict[str, tuple[str, Callable[[_Known], str]]] = {
    "nature": ("Nature of the breach or incident", _Known.what_happened),
    "plain_nature": ("What happened, in plain language", _Known.what_happened),
    "description": ("Description", _Known.what_happened),
    "facts": ("Facts", _Known.what_happened),
    "disruption": ("The disruption", _Known.what_happened),
    "people_categories": ("Categories of people concerned", _nothing),
    "people_approx": ("Approximate number of people concerned", _Known.people_number),
    "record_categories": ("Categories of records concerned", _nothing),
    "records_approx": ("Approximate number of records concerned", _nothing),
    "identities": ("Who is concerned", _nothing),
    "data_types": ("Types of data", _nothing),
    "dates": ("Dates", _Known.times),
    "timing": ("Timing", _Known.times),
    "occurred_and_recovered": ("When it occurred, and when regular activities recovered", _Known.times),
    "resolution_times": ("When it was resolved", _Known.times),
    "detected": ("When it was detected", _Known.detected),
    "how_discovered": ("How it was discovered", _nothing),
    "contact": ("Contact, such as the Data Protection Officer", _Known.contact),
    "consequences": ("Likely consequences", _Known.impact),
    "effects": ("Effects", _Known.impact),
    "severity_and_impact": ("Severity and impact", _Known.impact),
    "material_impact": ("Material impact, or what is reasonably likely", _Known.impact),
    "client_impact": ("Impact on clients", _Known.impact),
    "scope": ("Scope", _Known.impact),
    "measures": ("Measures taken or proposed", _Known.measures),
    "mitigations": ("Mitigations, applied and going on", _Known.measures),
    "remedial_action": ("Remedial action", _Known.measures),
    "temporary_measures": ("Temporary measures", _Known.measures),
    "corrective_action": ("Corrective action", _Known.measures),
    "resolution": ("How it was resolved", _Known.measures),
    "fix": ("The fix, or another corrective measure", _Known.measures),
    "measures_for_users": ("What those concerned can do", _nothing),
    "threat": ("The threat", _nothing),
    "late_reasons": ("Reasons for the delay, if it is late", _Known.delay),
    "malicious_suspected": ("Is an unlawful or malicious act suspected?", _nothing),
    "cross_border": ("Could there be an impact across borders?", _nothing),
    "member_states": ("Member States concerned", _nothing),
    "update_of_early_warning": ("What the early warning said, brought up to date", _Known.early_warning),
    "first_assessment": ("First assessment of severity and impact", _Known.impact),
    "indicators": ("Indicators of compromise, if any", _nothing),
    "status": ("Status", _Known.status),
    "threat_or_root_cause": ("Type of threat, or root cause", _Known.causes),
    "root_causes": ("Root causes", _Known.causes),
    "actor": ("Who is behind it, if known", _nothing),
    "incident_type": ("Type of incident", _nothing),
    "lei": ("Legal Entity Identifier", _nothing),
    "entity": ("The entity", _nothing),
    "currency": ("Currency of the figures", _nothing),
    "own_reference": ("Own reference", _Known.reference),
    "classification": ("Classification, and the criteria that are met", _Known.classification),
    "criteria": ("Criteria that are met", _Known.classification),
    "origin": ("Origin", _nothing),
    "continuity_plan": ("Was the continuity plan activated?", _nothing),
    "techniques": ("Threats and techniques", _nothing),
    "functions_hit": ("Functions and processes that are hit", _nothing),
    "infrastructure_hit": ("Infrastructure that is hit", _nothing),
    "other_authorities": ("Other authorities that were told", _Known.others_told),
    "costs": ("Costs and losses", _Known.costs),
    "recoveries": ("Recoveries", _nothing),
    "recurrence": ("Has it happened before?", _nothing),
    "product": ("The product", _nothing),
    "exploit_nature": ("Nature of the vulnerability, and of the exploit", _Known.what_happened),
    "sensitivity": ("How sensitive this information is", _nothing),
    "risk_assessment": ("Risk assessment", _nothing),
    "missing_part": ("The information that was missing", _nothing),
    "payment": ("The payment", _nothing),
    "payment_reasons": ("Why the payment was necessary", _nothing),
    "alternatives": ("Alternatives that were considered", _nothing),
    "diligence": ("Diligence to find alternatives", _nothing),
    "sanctions_check": ("Diligence on sanctions", _nothing),
    "portal_form": ("What the portal asks for", _nothing),
    "annual_log": ("Entry for the annual log", _Known.what_happened),
    "sample_notice": ("Sample of the notice to the residents", _nothing),
    "timeline": ("From the timeline, for whoever writes it", _Known.timeline),
}
CONTENT = frozenset(_CONTENT)
