"""The status page as JSON, in the format of Statuspage's public API v2, so that what reads that can read this.

The format is documented at https://metastatuspage.com/api. Ids are ours; what we have no notion of (scheduled
maintenance, groups of components) is there and empty.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.policy import Policy
from bot.views.site import health, html
from db.enums import ComponentState, Stage
from db.records import PublicIncident, PublicUpdate

INCIDENTS_MOST = 50
Json = dict[str, Any]


class V2:
    """Every document of the API, by its path below `api/v2/`."""

    def __init__(self, policy: Policy, incidents: Sequence[PublicIncident], *, now: datetime) -> None:
        self._policy = policy
        self._incidents = incidents
        self._updated_at = _at(incidents[0].newest.at if incidents else now)
        # A component has been since the first update that named it; what was never named has no history to tell.
        self._since: dict[str, tuple[datetime, datetime]] = {}
        for update in sorted((u for i in incidents for u in i.updates), key=lambda u: u.at):
            for key in update.components:
                self._since[key] = (self._since.get(key, (update.at, update.at))[0], update.at)
        self._never = now

    def documents(self) -> Mapping[str, Callable[[], Json]]:
        """What draws each of them."""
        nothing_planned: Callable[[], Json] = lambda: self._with(scheduled_maintenances=[])  # noqa: E731 -- thrice in a table
        return {
            "summary.json": self._summary,
            "status.json": lambda: self._with(status=self._status()),
            "components.json": lambda: self._with(components=self._components()),
            "incidents.json": lambda: self._with(incidents=self._told(self._incidents)),
            "incidents/unresolved.json": lambda: self._with(incidents=self._told(self._unresolved())),
            "scheduled-maintenances.json": nothing_planned,
            "scheduled-maintenances/upcoming.json": nothing_planned,
            "scheduled-maintenances/active.json": nothing_planned,
        }

    def _summary(self) -> Json:
        return self._with(
            components=self._components(),
            incidents=self._told(self._unresolved()),
            scheduled_maintenances=[],
            status=self._status(),
        )

    def _with(self, **rest: Any) -> Json:
        return {"page": self._page(), **rest}

    @property
    def _page_id(self) -> str:
        return _id(self._policy.customers.page.address or "tocsin")

    def _page(self) -> Json:
        return {
            "id": self._page_id,
            "name": self._policy.customers.organisation or html.name(self._policy),
            "url": self._policy.customers.page.address or "",
            "time_zone": "Etc/UTC",
            "updated_at": self._updated_at,
        }

    def _status(self) -> Json:
        indicator = health.indicator(self._policy, self._incidents)
        return {"indicator": indicator, "description": health.DESCRIPTIONS[indicator]}

    def _unresolved(self) -> list[PublicIncident]:
        return [incident for incident in self._incidents if incident.is_open]

    def _components(self) -> list[Json]:
        standing = health.components(self._policy, self._incidents)
        return [
            self._component(one.key, one.label, one.state.value, place) for place, one in enumerate(standing, start=1)
        ]

    def _component(self, key: str, label: str, state: str, position: int) -> Json:
        first, last = self._since.get(key, (self._never, self._never))
        return {
            "id": _id(f"component {key}"),
            "name": label,
            "status": state,
            "created_at": _at(first),
            "updated_at": _at(last),
            "position": position,
            "description": None,
            "showcase": False,
            "start_date": None,
            "group_id": None,
            "page_id": self._page_id,
            "group": False,
            "only_show_if_degraded": False,
        }

    def _told(self, incidents: Sequence[PublicIncident]) -> list[Json]:
        return [self._incident(incident) for incident in incidents[:INCIDENTS_MOST]]

    def _incident(self, incident: PublicIncident) -> Json:
        first, newest = incident.updates[0], incident.newest
        address = self._policy.customers.page.address
        named = list(newest.components.items())
        return {
            "id": incident.uid,
            "name": newest.title,
            "status": newest.stage.value,
            "created_at": _at(first.at),
            "updated_at": _at(newest.at),
            "monitoring_at": _last(incident, Stage.MONITORING),
            "resolved_at": _at(newest.at) if newest.stage is Stage.RESOLVED else None,
            "impact": health.impact(incident),
            "shortlink": f"{address}/incidents/{incident.uid}/" if address else "",
            "started_at": _at(first.at),
            "page_id": self._page_id,
            "incident_updates": [self._update(incident, place) for place in reversed(range(len(incident.updates)))],
            "components": [
                self._component(key, self._policy.customers.component(key), state, place)
                for place, (key, state) in enumerate(named, start=1)
            ],
            "reminder_intervals": None,
        }

    def _update(self, incident: PublicIncident, place: int) -> Json:
        update = incident.updates[place]
        before: Mapping[str, str] = incident.updates[place - 1].components if place else {}
        return {
            "id": update.uid,
            "status": update.stage.value,
            "body": update.text,
            "incident_id": incident.uid,
            "created_at": _at(update.at),
            "updated_at": _at(update.at),
            "display_at": _at(update.at),
            "affected_components": self._affected(update, before),
            "deliver_notifications": True,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _affected(self, update: PublicUpdate, before: Mapping[str, str]) -> list[Json]:
        return [
            {
                "code": _id(f"component {key}"),
                "name": self._policy.customers.component(key),
                "old_status": before.get(key, ComponentState.OPERATIONAL.value),
                "new_status": state,
            }
            for key, state in update.components.items()
        ]


def _last(incident: PublicIncident, stage: Stage) -> str | None:
    moments = [update.at for update in incident.updates if update.stage is stage]
    return _at(moments[-1]) if moments else None


def _id(name: str) -> str:
    """Twelve letters and digits, the same whenever asked, as Statuspage's ids are."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
