"""GitHub Issues for tests: the documented requests and answers of its REST API, version 2022-11-28.

The fields are those of https://github.com/github/rest-api-description (descriptions/api.github.com), October 2026, paths
/repos/{owner}/{repo}/issues and below.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

from tests.office import Office

TOKEN, SECRET, REPO = "github_pat_of_the_tests", "webhook-of-the-tests", "acme/operations"
LABELS = {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "object"}]}}
ASSIGNEES = {"type": "array", "items": {"type": "string"}}
CREATE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": ["string", "integer"], "minLength": 1, "maxLength": 256},
        "body": {"type": "string", "maxLength": 65536},
        "assignee": {"type": ["string", "null"]},
        "milestone": {"type": ["string", "integer", "null"]},
        "labels": LABELS,
        "assignees": ASSIGNEES,
        "issue_field_values": {"type": "array"},
        "type": {"type": ["string", "null"]},
        "parent_issue_id": {"type": "integer"},
    },
}
UPDATE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{name: kind for name, kind in CREATE["properties"].items() if name != "parent_issue_id"},
        "state": {"enum": ["open", "closed"]},
        "state_reason": {"enum": ["completed", "not_planned", "duplicate", "reopened", None]},
        "duplicate_issue_id": {"type": "integer"},
    },
}
COMMENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["body"],
    "properties": {"body": {"type": "string", "minLength": 1, "maxLength": 65536}},
}
# The parameters of GET …/issues and …/comments.
LISTING = {
    "milestone", "state", "assignee", "type", "creator", "mentioned", "labels", "sort", "direction", "since", "per_page",
    "page",
}  # fmt: skip


class GitHub(Office):
    """One repository. Whoever is not in `people` cannot be assigned."""

    authorization = f"Bearer {TOKEN}"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.issues: list[dict] = []
        self.people = {"bo-demo", "kai-demo"}
        self.lag = timedelta()  # so long after it was made an issue is not in the list
        self.spared = 0  # questions that cost nothing, since nothing had changed
        self._now = now
        self._ids = count(1)

    # ── what people do there ───────────────────────────────────────────────────────────────────────────────────────

    def closes_issue(self, number: int, reason: str = "completed") -> None:
        issue = self.issues[number - 1]
        issue |= {"state": "closed", "state_reason": reason, "closed_at": self._time(), "updated_at": self._time()}

    def reopens_issue(self, number: int) -> None:
        self.issues[number - 1] |= {
            "state": "open",
            "state_reason": "reopened",
            "closed_at": None,
            "updated_at": self._time(),
        }

    def hook(self, number: int, action: str, repo: str = REPO) -> tuple[bytes, dict[str, str]]:
        """What a webhook sends of it: body and headers."""
        issue = {name: self.issues[number - 1][name] for name in ("number", "state", "state_reason", "updated_at")}
        body = json.dumps({"action": action, "issue": issue, "repository": {"full_name": repo}}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        return body, headers

    # ── what programs do there ─────────────────────────────────────────────────────────────────────────────────────

    def answer(self, method, path, body, headers):
        if headers.get("x-github-api-version") != "2022-11-28" or not headers.get("user-agent"):
            self.wrong.append(f"{method} {path} bears no version or no user agent")
        url = urlsplit(path)
        found = re.fullmatch(rf"/repos/{REPO}(/issues(?:/(\d+)(/comments)?)?)?", url.path)
        number = int(found[2]) if found and found[2] else 0
        if found is None or number > len(self.issues):
            return 404, {"message": "Not Found"}
        asked = {name: value[0] for name, value in parse_qs(url.query).items()}
        if unknown := set(asked) - LISTING:
            self.wrong.append(f"{path} asks for {sorted(unknown)}")
        if found[3]:
            return self._comments(method, self.issues[number - 1], body, asked)
        if number:
            return self._issue(method, self.issues[number - 1], body)
        if found[1]:
            return self._create(body) if method == "POST" else self._list(asked, headers)
        return 200, {"full_name": REPO, "has_issues": True, "private": True}

    def _create(self, body):
        if not self.check(CREATE, body):
            return 422, {"message": "Validation Failed"}
        if unknown := set(body.get("assignees", ())) - self.people:
            return 422, self._invalid("assignees", *unknown)
        number = next(self._ids)
        made = {
            "id": 4000 + number,
            "number": number,
            "html_url": f"https://github.com/{REPO}/issues/{number}",
            "state": "open",
            "state_reason": None,
            "title": body["title"],
            "body": body.get("body"),
            "labels": [{"name": name} for name in body.get("labels", ())],
            "assignees": [{"login": login} for login in body.get("assignees", ())],
            "created_at": self._time(),
            "updated_at": self._time(),
            "closed_at": None,
            "comments": [],
        }
        self.issues.append(made)
        return 201, made

    def _issue(self, method, issue, body):
        if method != "PATCH":
            return 200, issue
        if not self.check(UPDATE, body):
            return 422, {"message": "Validation Failed"}
        if unknown := set(body.get("assignees", ())) - self.people:
            return 422, self._invalid("assignees", *unknown)
        if body.get("state", issue["state"]) != issue["state"]:
            closed = body["state"] == "closed"
            reason = body.get("state_reason") or ("completed" if closed else "reopened")
            issue |= {"state": body["state"], "state_reason": reason, "closed_at": self._time() if closed else None}
        if "body" in body:
            issue["body"] = body["body"]
        if "assignees" in body:
            issue["assignees"] = [{"login": login} for login in body["assignees"]]
        issue["updated_at"] = self._time()
        return 200, issue

    def _list(self, asked, headers):
        since = asked.get("since", "")
        upto = self._written(self._now() - self.lag)
        listed = [one for one in self.issues if one["updated_at"] >= since and one["created_at"] <= upto]
        listed.sort(key=lambda one: one["updated_at"], reverse=asked.get("direction", "desc") == "desc")
        size, page = int(asked.get("per_page", 30)), int(asked.get("page", 1))
        assert size <= 100
        shown = listed[size * (page - 1) : size * page]
        tag = f'W/"{hashlib.sha256(json.dumps([asked, shown]).encode()).hexdigest()}"'
        if headers.get("if-none-match") == tag:
            self.spared += 1
            return 304, None, {"ETag": tag}
        return 200, shown, {"ETag": tag}

    def _comments(self, method, issue, body, asked):
        if method != "POST":
            return 200, [one for one in issue["comments"] if one["updated_at"] >= asked.get("since", "")]
        if not self.check(COMMENT, body):
            return 422, {"message": "Validation Failed"}
        issue["comments"].append({"body": body["body"], "updated_at": self._time()})
        return 201, issue["comments"][-1]

    def _invalid(self, field, *values):
        errors = [{"resource": "Issue", "field": field, "code": "invalid", "value": value} for value in values]
        return {"message": "Validation Failed", "errors": errors}

    def _time(self) -> str:
        return self._written(self._now())

    @staticmethod
    def _written(moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
