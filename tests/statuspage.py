"""Atlassian Statuspage for tests: its documented requests and answers on a real socket, and trouble on demand."""

import re
from itertools import count
from urllib.parse import parse_qs, urlsplit

from tests.office import Office

KEY = "key-of-the-tests"
PAGE = "pg7tests"
STATES = ["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"]
# What https://developer.statuspage.io documents of POST and PATCH …/incidents, as far as incidents in real time go.
INCIDENT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "status": {"enum": ["investigating", "identified", "monitoring", "resolved"]},
        "impact_override": {"enum": ["none", "minor", "major", "critical", "maintenance"]},
        "body": {"type": "string", "maxLength": 25000},
        "components": {"type": "object", "additionalProperties": {"enum": STATES}},
        "component_ids": {"type": "array", "items": {"type": "string"}},
        "deliver_notifications": {"type": "boolean"},
        "metadata": {"type": "object", "additionalProperties": {"type": "object"}},
    },
}
BODY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["incident"],
    "properties": {"incident": INCIDENT},
}
CREATE = BODY | {"properties": {"incident": INCIDENT | {"required": ["name"]}}}


class Statuspage(Office):
    """One account with one page."""

    root = "/v1/"
    authorization = f"OAuth {KEY}"

    def __init__(self) -> None:
        super().__init__()
        self.incidents: list[dict] = []
        self._ids = count(1)

    def answer(self, method: str, path: str, body: dict | None, headers: dict[str, str]) -> tuple[int, object]:
        url = urlsplit(path)
        found = re.fullmatch(rf"/v1/pages/{PAGE}(/incidents)?(?:/(\w+))?", url.path)
        if found is None:
            return 404, {"error": "Not found"}
        if method == "POST":
            return self._create(body)
        if method == "PATCH":
            return self._update(found[2], body)
        return self._get(found[1] is not None, found[2], url.query)

    def _get(self, incidents: bool, remote: str | None, query: str) -> tuple[int, object]:  # noqa: FBT001 -- named above
        if not incidents:
            return 200, {"id": PAGE, "name": "Tests"}
        if remote:
            return self._one(remote)
        asked = parse_qs(query)
        size, number = int(asked["limit"][0]), int(asked["page"][0])
        return 200, self.incidents[::-1][size * (number - 1) : size * number]

    def _one(self, remote: str) -> tuple[int, object]:
        known = next((one for one in self.incidents if one["id"] == remote), None)
        return (200, known) if known else (404, {"error": "Not found"})

    def _create(self, body: dict | None) -> tuple[int, object]:
        if not self.check(CREATE, body):
            return 422, {"error": ["Incident is invalid"]}
        made = {"id": f"r{next(self._ids)}", "incident_updates": []}
        self.incidents.append(made)
        self._tell(made, body["incident"])
        return 201, made

    def _update(self, remote: str, body: dict | None) -> tuple[int, object]:
        status, known = self._one(remote)
        if status == 404:
            return status, known
        if not self.check(BODY, body):
            return 422, {"error": ["Incident is invalid"]}
        self._tell(known, body["incident"])
        return 200, known

    def _tell(self, known: dict, told: dict) -> None:
        known.update({name: told[name] for name in ("name", "status", "metadata", "components") if name in told})
        known["incident_updates"].insert(0, {"status": told["status"], "body": told["body"]})
