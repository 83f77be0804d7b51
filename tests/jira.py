"""Jira Cloud for tests: the documented requests and answers of its REST API, version 3.

The fields are those of https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and, for descriptions and comments, of
https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/, read in November 2026.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

from tests.office import Office

USER, TOKEN, SECRET, PROJECT = "tocsin@example.com", "token-of-the-tests", "webhook-of-the-tests", "OPS"
MARK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "attrs"],
    "properties": {
        "type": {"const": "link"},
        "attrs": {"type": "object", "required": ["href"], "properties": {"href": {"type": "string"}}},
    },
}
INLINE = {
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["type", "text"],
            "properties": {
                "type": {"const": "text"},
                "text": {"type": "string", "minLength": 1},
                "marks": {"type": "array", "items": MARK},
            },
        },
        {"type": "object", "additionalProperties": False, "properties": {"type": {"const": "hardBreak"}}},
    ]
}
PARAGRAPH = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type"],
    "properties": {"type": {"const": "paragraph"}, "content": {"type": "array", "items": INLINE}},
}
RULE = {"type": "object", "additionalProperties": False, "properties": {"type": {"const": "rule"}}}
DOCUMENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "type", "content"],
    "properties": {
        "version": {"const": 1},
        "type": {"const": "doc"},
        "content": {"type": "array", "minItems": 1, "items": {"oneOf": [PARAGRAPH, RULE]}},
    },
}
NAMED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
}
ACCOUNT = {"type": "object", "additionalProperties": False, "properties": {"accountId": {"type": ["string", "null"]}}}
FIELDS = {
    "project": {"type": "object", "additionalProperties": False, "properties": {"key": {"type": "string"}}},
    "issuetype": NAMED,
    "summary": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^\n]+$"},
    "description": DOCUMENT,
    "labels": {"type": "array", "items": {"type": "string", "pattern": "^\\S+$", "maxLength": 255}},
    "duedate": {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"},
    "assignee": {"oneOf": [ACCOUNT, {"type": "null"}]},
}


def body_of(properties: dict, *required: str) -> dict:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


CREATE = body_of({"fields": body_of(FIELDS, "project", "issuetype", "summary")}, "fields")
EDIT = body_of({"fields": {**body_of(FIELDS), "minProperties": 1}}, "fields")
TRANSITION = body_of(
    {"transition": body_of({"id": {"type": "string"}}, "id"), "fields": body_of({"resolution": NAMED})}, "transition"
)
PROPERTY = body_of({"key": {"type": "string", "minLength": 1, "maxLength": 255}, "value": {}}, "key", "value")
COMMENT = body_of({"body": DOCUMENT, "properties": {"type": "array", "items": PROPERTY}}, "body")
STRINGS = {"type": "array", "items": {"type": "string"}}
SEARCH = body_of({"jql": {"type": "string"}, "fields": STRINGS, "maxResults": {"type": "integer"}}, "jql")
# Their properties are given by the list by ids alone.
COMMENTS = {"startAt", "maxResults", "orderBy", "expand"}
LIST = body_of({"ids": {"type": "array", "items": {"type": "integer"}, "maxItems": 1000}}, "ids")
BULK = body_of({"issueIdsOrKeys": {**STRINGS, "minItems": 1, "maxItems": 100}, "fields": STRINGS}, "issueIdsOrKeys")

STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done", "Declined": "done"}
# What the workflow offers: ids of transitions, and where they lead.
WAYS = {"11": "To Do", "21": "In Progress", "31": "Done", "41": "Declined"}
RESOLUTIONS = ["Done", "Won't Do", "Duplicate"]


class Jira(Office):
    """One site with one project. Without `on_form` a field cannot be set, as where it is not on the project's form."""

    authorization = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.issues: list[dict] = []
        self.on_form = set(FIELDS)
        self.ways = dict(WAYS)
        self.lag = timedelta()  # so long after it was made the search does not know an issue
        self._now = now
        self._ids = count(10_001)

    # ── what people do there ───────────────────────────────────────────────────────────────────────────────────────

    def moves(self, place: int, status: str, resolution: str | None = None) -> None:
        fields = self.issues[place]["fields"]
        fields["status"] = self._status(status)
        fields["resolution"] = {"name": resolution} if resolution else None
        fields["statuscategorychangedate"] = self._time()

    def hook(self, place: int, event: str = "jira:issue_updated") -> tuple[bytes, dict[str, str]]:
        issue = {name: self.issues[place][name] for name in ("id", "key")}
        body = json.dumps({"timestamp": int(self._now().timestamp() * 1000), "webhookEvent": event, "issue": issue})
        signature = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        return body.encode(), {"X-Hub-Signature": f"sha256={signature}", "X-Atlassian-Webhook-Identifier": "1"}

    # ── what programs do there ─────────────────────────────────────────────────────────────────────────────────────

    def answer(self, method, path, body, headers):
        url = urlsplit(path)
        asked = {name: value[0] for name, value in parse_qs(url.query).items()}
        where = url.path.removeprefix("/rest/api/3/")
        if where == f"project/{PROJECT}":
            return 200, {"id": "1", "key": PROJECT, "name": "Operations"}
        if where == f"issue/createmeta/{PROJECT}/issuetypes":
            return 200, {"issueTypes": [{"id": "1", "name": "Task"}, {"id": "2", "name": "Bug"}], "total": 2}
        if (method, where) in self._verbs:
            return self._verbs[method, where](self, body)
        found = re.fullmatch(r"issue/(\d+)(/\w+)?", where)
        issue = next((one for one in self.issues if found and one["id"] == found[1]), None)
        if found is None or issue is None:
            return 404, {
                "errorMessages": ["Issue does not exist or you do not have permission to see it."],
                "errors": {},
            }
        return getattr(self, f"_{(found[2] or '/issue')[1:]}")(method, issue, body, asked)

    def _create(self, body):
        if not self.check(CREATE, body):
            return 400, {"errorMessages": [], "errors": {"summary": "wrong"}}
        if unfit := self._unfit(body["fields"]):
            return unfit
        number = next(self._ids)
        fields = {
            "status": self._status("To Do"),
            "resolution": None,
            "statuscategorychangedate": self._time(),
            **body["fields"],
        }
        key = f"{PROJECT}-{number - 10_000}"
        made = {"id": str(number), "key": key, "fields": fields, "comments": [], "made": self._now()}
        self.issues.append(made)
        return 201, {"id": made["id"], "key": key, "self": f"{self.url}rest/api/3/issue/{made['id']}"}

    def _search(self, body):
        if not self.check(SEARCH, body):
            return 400, {"errorMessages": ["wrong"]}
        (label,) = re.fullmatch(r'labels = "([\w-]+)"', body["jql"]).groups()
        known = [one for one in self.issues if one["made"] <= self._now() - self.lag]
        found = [one for one in known if label in one["fields"]["labels"]]
        return 200, {"issues": [self._shown(one, body["fields"]) for one in found], "isLast": True}

    def _bulk(self, body):
        if not self.check(BULK, body):
            return 400, {"errorMessages": ["wrong"]}
        found = [one for one in self.issues if one["id"] in body["issueIdsOrKeys"]]
        return 200, {"issues": [self._shown(one, body["fields"]) for one in found], "issueErrors": []}

    def _issue(self, method, issue, body, asked):
        if method == "GET":
            return 200, self._shown(issue, asked["fields"].split(","))
        if not self.check(EDIT, body):
            return 400, {"errorMessages": ["wrong"]}
        if unfit := self._unfit(body["fields"]):
            return unfit
        issue["fields"] |= body["fields"]
        return 204, None

    def _transitions(self, method, issue, body, asked):
        if method == "GET":
            assert asked == {"expand": "transitions.fields"}
            screen = {"resolution": {"required": True, "allowedValues": [{"name": name} for name in RESOLUTIONS]}}
            return 200, {
                "transitions": [
                    {"id": id_, "name": to, "to": self._status(to), "fields": screen if to == "Done" else {}}
                    for id_, to in self.ways.items()
                ]
            }
        if not self.check(TRANSITION, body):
            return 400, {"errorMessages": ["wrong"]}
        to = self.ways[body["transition"]["id"]]
        if (to == "Done") is not ("fields" in body):
            return 400, {"errorMessages": [], "errors": {"resolution": "cannot be set, or is missing"}}
        self.moves(self.issues.index(issue), to, body.get("fields", {}).get("resolution", {}).get("name"))
        return 204, None

    def _comment(self, method, issue, body, asked):
        if method == "GET":
            self.wrong += [f"comments know no {name}" for name in asked if name not in COMMENTS]
            shown = [{"id": one["id"], "body": one["body"]} for one in issue["comments"][::-1]]
            return 200, {"comments": shown, "total": len(shown)}
        if not self.check(COMMENT, body):
            return 400, {"errorMessages": ["wrong"]}
        issue["comments"].append({"id": str(next(self._ids)), **body})
        return 201, issue["comments"][-1]

    def _comments(self, body):
        if not self.check(LIST, body):
            return 400, {"errorMessages": ["wrong"]}
        said = [one for issue in self.issues for one in issue["comments"] if int(one["id"]) in body["ids"]]
        return 200, {"values": said, "isLast": True}

    _verbs = {  # noqa: RUF012 -- a table
        ("POST", "issue"): _create,
        ("POST", "search/jql"): _search,
        ("POST", "issue/bulkfetch"): _bulk,
        ("POST", "comment/list"): _comments,
    }

    def _unfit(self, fields):
        wrong = {name: f"Field '{name}' cannot be set." for name in fields if name not in self.on_form}
        return (400, {"errorMessages": [], "errors": wrong}) if wrong else None

    def _shown(self, issue, names):
        fields = {name: issue["fields"].get(name) for name in names}
        return {"id": issue["id"], "key": issue["key"], "fields": fields}

    def _status(self, name):
        return {"name": name, "statusCategory": {"key": STATUSES[name]}}

    def _time(self) -> str:
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
