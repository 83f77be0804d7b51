"""How the service does, as far as it was published: each component, and all of it in one word."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.policy import Policy
from db.enums import ComponentState
from db.records import PublicIncident

ORDER = list(ComponentState)
# Statuspage's indicators, and what it says beside them.
INDICATORS = {
    ComponentState.OPERATIONAL: "none",
    ComponentState.DEGRADED: "minor",
    ComponentState.PARTIAL: "major",
    ComponentState.MAJOR: "critical",
}
DESCRIPTIONS = {
    "none": "All systems operational",
    "minor": "Minor service outage",
    "major": "Partial system outage",
    "critical": "Major system outage",
}


@dataclass(frozen=True)
class Standing:
    """A component and how it does."""

    key: str
    label: str
    state: ComponentState


def components(policy: Policy, incidents: Sequence[PublicIncident]) -> list[Standing]:
    """The policy's components, each as bad as the worst that an open incident says of it."""
    states: dict[str, ComponentState] = {}
    for incident in incidents:
        if incident.is_open:
            for key, state in incident.newest.components.items():
                states[key] = worst([states.get(key, ComponentState.OPERATIONAL), ComponentState(state)])
    return [
        Standing(key, component.label, states.get(key, ComponentState.OPERATIONAL))
        for key, component in policy.customers.components.items()
    ]


def worst(states: Sequence[ComponentState]) -> ComponentState:
    """The worst of them; operational when there is none."""
    return max(states, key=ORDER.index, default=ComponentState.OPERATIONAL)


def impact(incident: PublicIncident) -> str:
    """How bad an incident was at its worst, in Statuspage's words; of one that names no component, `none`."""
    told = [ComponentState(state) for update in incident.updates for state in update.components.values()]
    return INDICATORS[worst(told)]


def indicator(policy: Policy, incidents: Sequence[PublicIncident]) -> str:
    """All of it in one word. An open incident is at least `minor`, also where no component is named."""
    open_ones = [incident for incident in incidents if incident.is_open]
    states = [ComponentState(state) for incident in open_ones for state in incident.newest.components.values()]
    found = INDICATORS[worst(states)]
    return "minor" if found == "none" and open_ones else found
