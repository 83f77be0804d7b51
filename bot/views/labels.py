"""What people read for the words of the record and the policy.

An old incident may hold a severity or a role that the policy no longer has: its key is its label then.
"""

from bot.policy import Policy
from bot.views.kit import channel
from db.enums import Answer, ComponentState, Kind, Phase, Stage

QUESTIONS = {
    "customer_data": "Customer data involved?",
    "personal_data": "Personal data involved?",
    "service_affecting": "Service affecting?",
}
ANSWERS = {Answer.YES: "Yes", Answer.NO: "No", Answer.UNKNOWN: "Not known yet"}
KINDS = {Kind.OPERATIONAL: "Operational", Kind.SECURITY: "Security"}
TARGETS = {"page": "status page", "statuspage": "Statuspage", "email": "subscribers by e-mail"}
# Statuspage's own words for its states.
COMPONENT_STATES = {
    ComponentState.OPERATIONAL: "Operational",
    ComponentState.DEGRADED: "Degraded performance",
    ComponentState.PARTIAL: "Partial outage",
    ComponentState.MAJOR: "Major outage",
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


def kind(key: str) -> str:
    """`Security`."""
    return KINDS[Kind(key)]


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
