"""What people read for the words of the record and the policy.

An old incident may hold a severity or a role that the policy no longer has: its key is its label then.
"""

from collections.abc import Mapping

from bot.policy import Asked, Policy
from bot.views.kit import channel
from db.enums import (
    ActionKind,
    ActionPriority,
    Answer,
    ComponentState,
    FactorKind,
    Kind,
    Phase,
    Remedy,
    RiskAnswer,
    Stage,
    Tracker,
    Treatment,
)

QUESTIONS = {
    "customer_data": "Customer data involved?",
    "personal_data": "Personal data involved?",
    "service_affecting": "Service affecting?",
}
ANSWERS = {Answer.YES: "Yes", Answer.NO: "No", Answer.UNKNOWN: "Not known yet"}
REMEDIES = {Remedy.ROLL_BACK: "roll back", Remedy.FIX_FORWARD: "fix forward"}
KINDS = {Kind.OPERATIONAL: "Operational", Kind.SECURITY: "Security"}
TARGETS = {"page": "status page", "statuspage": "Statuspage", "email": "subscribers by e-mail"}
# Statuspage's own words for its states.
COMPONENT_STATES = {
    ComponentState.OPERATIONAL: "Operational",
    ComponentState.DEGRADED: "Degraded performance",
    ComponentState.PARTIAL: "Partial outage",
    ComponentState.MAJOR: "Major outage",
}
FACTORS: Mapping[FactorKind, str] = {
    FactorKind.TECHNICAL: "Technical",
    FactorKind.PROCESS: "Process",
    FactorKind.ORGANISATION: "Organisation",
    FactorKind.DETECTION: "Detection",
    FactorKind.RESPONSE: "Response",
}
FACTOR_HINTS: Mapping[FactorKind, str] = {
    FactorKind.TECHNICAL: "How it is built, configured or loaded",
    FactorKind.PROCESS: "How changes, checks and routines go",
    FactorKind.ORGANISATION: "Who knows, who decides, what there is time for",
    FactorKind.DETECTION: "Why it was found late, or by others",
    FactorKind.RESPONSE: "What made the repair slow, or things worse",
}
# What people write in a review, within a sentence.
REVIEW_FIELDS: Mapping[str, str] = {
    "customers_percent": "the share of customers",
    "customers_count": "the number of customers",
    "data_lost": "data lost",
    "money": "the cost",
    "factors": "contributing factors",
    "began_at": "when it began",
    "went_well": "what went well",
    "went_badly": "what went less well",
    "prevention": "threat prevention",
    "no_actions_because": "why no action is needed",
    "timeline_read": "timeline read",
}
# Titles of forms: at most 24 characters.
ASKED: Mapping[Asked, str] = {
    Asked.IMPACT: "Impact",
    Asked.FACTORS: "Contributing factor",
    Asked.TRIGGER: "Trigger",
    Asked.DETECTION: "Detection",
    Asked.LEARNED: "What we learned",
    Asked.PREVENTION: "Threat prevention",
}
ACTIONS: Mapping[ActionKind, str] = {
    ActionKind.PREVENT: "Prevent",
    ActionKind.DETECT: "Detect",
    ActionKind.MITIGATE: "Mitigate",
    ActionKind.PROCESS: "Process",
}
TRACKERS: Mapping[Tracker, str] = {Tracker.GITHUB: "GitHub", Tracker.JIRA: "Jira"}
ACTION_HINTS: Mapping[ActionKind, str] = {
    ActionKind.PREVENT: "It cannot happen again, or hardly",
    ActionKind.DETECT: "It is noticed sooner",
    ActionKind.MITIGATE: "It does less damage, or is over sooner",
    ActionKind.PROCESS: "People work in another way",
}
PRIORITIES: Mapping[ActionPriority, str] = {
    ActionPriority.HIGH: "High",
    ActionPriority.MEDIUM: "Medium",
    ActionPriority.LOW: "Low",
}
LIKELIHOODS: Mapping[int, str] = {1: "rare", 2: "unlikely", 3: "possible", 4: "likely", 5: "almost certain"}
IMPACTS: Mapping[int, str] = {1: "negligible", 2: "minor", 3: "moderate", 4: "major", 5: "severe"}
TREATMENTS: Mapping[Treatment, str] = {
    Treatment.AVOID: "Avoid",
    Treatment.REDUCE: "Reduce",
    Treatment.TRANSFER: "Transfer",
    Treatment.ACCEPT: "Accept",
}
TREATMENT_HINTS: Mapping[Treatment, str] = {
    Treatment.AVOID: "Stop doing what brings it about",
    Treatment.REDUCE: "Make it less likely, or less bad",
    Treatment.TRANSFER: "Somebody else bears it: an insurance, a supplier",
    Treatment.ACCEPT: "Live with it, knowingly",
}
RISK_ANSWERS: Mapping[RiskAnswer, str] = {
    RiskAnswer.UNCHANGED: "One of the register, as it stands",
    RiskAnswer.RAISED: "One of the register, and more than was thought",
    RiskAnswer.NEW: "A new one",
    RiskAnswer.NONE: "None, because …",
}
RISK_FIELDS: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "category": "category",
    "likelihood": "likelihood",
    "impact": "impact",
    "likelihood_after": "likelihood after treatment",
    "impact_after": "impact after treatment",
    "treatment": "treatment",
    "owner": "owner",
    "review_on": "review date",
    "state": "state",
    "controls": "controls",
}
NO_COLOUR = ":white_circle:"


def phase(key: str) -> str:
    """`Containment`."""
    return Phase(key).value.capitalize()


def answer(key: str) -> str:
    """`Not known yet`."""
    return ANSWERS[Answer(key)]


def question(key: str) -> str:
    """`Customer data involved?`."""
    return QUESTIONS.get(key, key)


def remedy(key: str) -> str:
    """`roll back`."""
    return REMEDIES[Remedy(key)]


def kind(key: str) -> str:
    """`Security`."""
    return KINDS[Kind(key)]


def factor(key: str) -> str:
    """`Organisation`."""
    return FACTORS[FactorKind(key)]


def asked(key: str) -> str:
    """`What we learned`."""
    return ASKED[Asked(key)]


def issue(url: str) -> str:
    """What people call an issue that they know by its address: `operations#12`, `OPS-12`."""
    *_, repo, what, name = ["", "", *url.rstrip("/").split("/")]
    return f"{repo}#{name}" if what == "issues" else name


def review_field(key: str) -> str:
    """`what went well`; most are called as they are."""
    return REVIEW_FIELDS.get(key, key)


def action(key: str) -> str:
    """`Mitigate`."""
    return ACTIONS[ActionKind(key)]


def priority(key: str) -> str:
    """`high priority`."""
    return f"{PRIORITIES[ActionPriority(key)].lower()} priority"


def likelihood(level: int) -> str:
    """`4, likely`."""
    return f"{level}, {LIKELIHOODS[level]}"


def impact(level: int) -> str:
    """`3, moderate`."""
    return f"{level}, {IMPACTS[level]}"


def treatment(key: str) -> str:
    """`Reduce`."""
    return TREATMENTS[Treatment(key)]


def risk_field(name: str) -> str:
    """`likelihood after treatment`."""
    return RISK_FIELDS.get(name, name)


def risk_category(policy: Policy, key: str) -> str:
    """`Availability`."""
    return policy.risks.categories.get(key, key)


def severity(policy: Policy, key: str) -> str:
    """`SEV1`."""
    known = policy.severities.get(key)
    return known.label if known else key


def colour(policy: Policy, key: str) -> str:
    """The severity's emoji, by its name: `:red_circle:`."""
    known = policy.severities.get(key)
    return known.emoji if known else NO_COLOUR


def role(policy: Policy, key: str) -> str:
    """`Incident Commander`."""
    known = policy.roles.get(key)
    return known.label if known else key


def stage(key: str) -> str:
    """`Investigating`."""
    return Stage(key).value.capitalize()


def component_state(key: str) -> str:
    """`Partial outage`."""
    return COMPONENT_STATES[ComponentState(key)]


def target(key: str) -> str:
    """`status page`; a channel by its name, as Slack shows it."""
    return TARGETS.get(key) or channel(key.removeprefix("slack:"))
