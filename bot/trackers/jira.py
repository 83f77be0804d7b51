"""Issues in Jira Cloud, by its REST API, version 3.

An issue bears a label of its own, by which it is found again: entity properties are found only by apps that are installed in
Jira. The search knows an issue a while after it was made, so it is waited for. Comments bear a property, which is read
with them.

Reference: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from bot.errors import TargetBusy, TargetError, TargetRefused, TargetUnclear
from bot.remote import SECONDS, Refusal, Remote
from bot.trackers.tracker import News, Wanted
from bot.workflows.trackers import Seen
from db.enums import ActionState

Json = dict[str, Any]
API = "rest/api/3"
PROPERTY = "tocsin"
STATE = ("status", "resolution", "statuscategorychangedate")
# What a project may leave out of its forms: without these an issue is still one.
LEFT_OUT = frozenset({"duedate", "assignee"})
AT_ONCE, COMMENTS = 100, 100
BUSY_SECONDS, BUSY_MOST = 60.0, 3600.0
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
DONE = ("Done", "Fixed", "Resolved", "Completed")


class Jira:
    """The issues of one project. `rejected` are the statuses and resolutions that mean that it will not be done."""

    slow = timedelta(minutes=5)

    def __init__(
        self,
        url: str,
        user: str,
        token: SecretStr,
        project: str,
        type_: str,
        labels: Sequence[str] = (),
        rejected: Sequence[str] = (),
        seconds: float = SECONDS,
    ) -> None:
        """`url` ends with a slash. Nothing is called yet."""
        key = base64.b64encode(f"{user}:{token.get_secret_value()}".encode()).decode()
        self._remote = Remote("Jira", url, {"Authorization": f"Basic {key}"}, _sorted, seconds)
        self._url, self._project, self._type = url, project, type_
        self._labels = list(labels)
        self._rejected = {name.casefold() for name in rejected}

    def look_at_place(self) -> str:
        """The project's name; refused when it has no issues of the type."""
        found: Json = self._call("GET", f"project/{quote(self._project)}")
        types: Json = self._call("GET", f"issue/createmeta/{quote(self._project)}/issuetypes")
        known = [str(one.get("name")) for one in types.get("issueTypes", ())]
        if self._type not in known:
            raise TargetRefused(
                f"{self._project} has no issues of the type {self._type}: trackers.jira.type may be {known}"
            )
        return f"{found.get('name')} ({self._project})"

    def create(self, wanted: Wanted) -> Seen:
        """Make the issue. What the project's form lacks is left out."""
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._type},
            "summary": wanted.title,
            "description": wanted.text,
            "labels": [*self._labels, _label(wanted.mark)],
            **_due(wanted),
            **({"assignee": {"accountId": wanted.owner}} if wanted.owner else {}),
        }
        made = self._with_fields("POST", "issue", fields)
        return Seen(remote=str(made["id"]), url=self._address(made), state=ActionState.OPEN, at=BEGINNING)

    def find(self, mark: str, since: datetime) -> Seen | None:
        """The issue that bears the label, wherever it was moved to."""
        del since
        asked = {"jql": f'labels = "{_label(mark)}"', "fields": list(STATE), "maxResults": 2}
        found: list[Json] = self._call("POST", "search/jql", asked).get("issues", [])
        return self._seen(found[0]) if found else None

    def look_at(self, remote: str) -> Seen:
        """The issue as it is there now."""
        return self._seen(self._call("GET", f"{_issue(remote)}?{urlencode({'fields': ','.join(STATE)})}"))

    def turn(self, seen: Seen, to: ActionState) -> Seen:
        """Take it through the workflow to where it is done, or not to be done, or open again."""
        if (seen.state is ActionState.OPEN) is (to is ActionState.OPEN):
            return seen
        path = f"{_issue(seen.remote)}/transitions"
        offered: Json = self._call("GET", f"{path}?{urlencode({'expand': 'transitions.fields'})}")
        ways = sorted(self._leading(offered, to), key=lambda way: self._is_rejected(way["to"]) is not (to is _NOT))
        if not ways:
            raise TargetRefused(
                "Jira's workflow has no way from where the issue is to where it should be: move it by hand"
            )
        way, fields = ways[0], self._resolved(ways[0], to)
        self._call("POST", path, {"transition": {"id": way["id"]}, **({"fields": fields} if fields else {})})
        return self.look_at(seen.remote)

    def revise(self, seen: Seen, wanted: Wanted) -> None:
        """Its due date, and its owner if that is another one."""
        owner = {"assignee": {"accountId": wanted.owner} if wanted.owner else None} if wanted.given else {}
        self._with_fields("PUT", _issue(seen.remote), {**_due(wanted), **owner})

    def comment(self, seen: Seen, mark: str, text: Any, since: datetime) -> None:
        """Say it, with a property that is ours; not twice."""
        del since
        path = f"{_issue(seen.remote)}/comment"
        if {"mark": mark} not in self._properties_of_comments(path):
            self._call("POST", path, {"body": text, "properties": [{"key": PROPERTY, "value": {"mark": mark}}]})

    def news(self, known: Sequence[str], upto: datetime | None, tag: str | None) -> News | None:
        """How the known ones are. This question knows what was changed just now, as the search does not."""
        del upto, tag
        states: dict[str, ActionState] = {}
        for first in range(0, len(known), AT_ONCE):
            asked = {"issueIdsOrKeys": list(known[first : first + AT_ONCE]), "fields": list(STATE)}
            found: list[Json] = self._call("POST", "issue/bulkfetch", asked).get("issues", [])
            states |= {str(one["id"]): self._state(one["fields"]) for one in found}
        return News(states=states)

    def _properties_of_comments(self, path: str) -> list[Any]:
        """Of the newest comments. Only the list by ids gives properties along."""
        newest = urlencode({"orderBy": "-created", "maxResults": COMMENTS})
        ids = [int(one["id"]) for one in self._call("GET", f"{path}?{newest}").get("comments", [])]
        if not ids:
            return []
        said: list[Json] = self._call("POST", "comment/list?expand=properties", {"ids": ids}).get("values", [])
        return [one.get("value") for comment in said for one in comment.get("properties", ())]

    def _call(self, method: str, path: str, body: Any = None) -> Json:
        answer: Json | None = self._remote.call(method, f"{API}/{path}", body)
        return answer or {}

    def _with_fields(self, method: str, path: str, fields: Json) -> Json:
        try:
            return self._call(method, path, {"fields": fields})
        except _Unfit as unfit:
            left = {name: value for name, value in fields.items() if name not in unfit.fields}
            if not unfit.fields <= LEFT_OUT:
                raise
            return self._call(method, path, {"fields": left}) if left else {}

    def _leading(self, offered: Json, to: ActionState) -> Iterator[Json]:
        """What is done is never declined; what is not to be done may end as done, with its resolution."""
        for way in offered.get("transitions", ()):
            declines = to is ActionState.DONE and self._is_rejected(way["to"])
            if _is_over(way["to"]) is not (to is ActionState.OPEN) and not declines:
                yield way

    def _resolved(self, way: Json, to: ActionState) -> Json:
        """The resolution, where the way asks for one: the first that fits."""
        allowed = (way.get("fields") or {}).get("resolution", {}).get("allowedValues", [])
        names = [str(one.get("name")) for one in allowed]
        if to is _NOT:
            fitting = [name for name in names if name.casefold() in self._rejected]
        else:
            fitting = [name for name in DONE if name in names]
            fitting += [name for name in names if name.casefold() not in self._rejected]
        return {"resolution": {"name": fitting[0]}} if fitting and to is not ActionState.OPEN else {}

    def _seen(self, issue: Mapping[str, Any]) -> Seen:
        fields = issue["fields"]
        at = fields.get("statuscategorychangedate")
        state = self._state(fields)
        return Seen(remote=str(issue["id"]), url=self._address(issue), state=state, at=_moment(at) if at else BEGINNING)

    def _state(self, fields: Mapping[str, Any]) -> ActionState:
        if not _is_over(fields["status"]):
            return ActionState.OPEN
        rejected = self._is_rejected(fields["status"]) or self._is_rejected(fields.get("resolution") or {})
        return ActionState.REJECTED if rejected else ActionState.DONE

    def _is_rejected(self, named: Mapping[str, Any]) -> bool:
        return str(named.get("name")).casefold() in self._rejected

    def _address(self, issue: Mapping[str, Any]) -> str:
        return f"{self._url}browse/{issue['key']}"


_NOT = ActionState.REJECTED


class _Unfit(TargetRefused):
    """Some fields could not be set as they were."""

    def __init__(self, sentence: str, fields: frozenset[str]) -> None:
        self.fields = fields
        super().__init__(f"{sentence} for {', '.join(sorted(fields))}: {WHAT_HELPS[400]}")


def _issue(remote: str) -> str:
    return f"issue/{quote(remote)}"


def _label(mark: str) -> str:
    return f"tocsin-{mark}"


def _due(wanted: Wanted) -> Json:
    return {"duedate": wanted.due_on.isoformat()}


def _is_over(status: Mapping[str, Any]) -> bool:
    return bool((status.get("statusCategory") or {}).get("key") == "done")


def _moment(text: str) -> datetime:
    """Jira writes `2026-11-27T10:00:00.000+0000`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def _sorted(refusal: Refusal) -> TargetError:
    sentence = refusal.sentence
    if refusal.status == 429 or (refusal.status == 503 and "retry-after" in refusal.headers):
        return TargetBusy(sentence, _wait(refusal.headers))
    if refusal.status >= 500 or refusal.status == 409:
        return TargetUnclear(sentence)
    answer = refusal.answer if isinstance(refusal.answer, dict) else {}
    if refusal.status == 400 and isinstance(answer.get("errors"), dict) and answer["errors"]:
        return _Unfit(sentence, frozenset(map(str, answer["errors"])))
    return TargetRefused(f"{sentence}: {WHAT_HELPS.get(refusal.status, WHAT_HELPS[400])}")


WHAT_HELPS = {
    400: "it does not take what it was told; see docs/trackers.md for what its forms must have",
    401: "the token is not valid (any more); set TOCSIN_JIRA_USER and TOCSIN_JIRA_TOKEN, then `tocsin repair`",
    403: "the account may not do that; let it create, edit and close issues of the project, then `tocsin repair`",
    404: "it is not there, or the account may not see it; check trackers.jira and the account, then `tocsin repair`",
}


def _wait(headers: Mapping[str, str]) -> float:
    """How long to wait, by Jira's clock, not by ours."""
    wait = headers.get("retry-after", "")
    if wait.isdigit():
        return min(float(wait), BUSY_MOST)
    try:
        reset = datetime.fromisoformat(headers["x-ratelimit-reset"])
        left = (reset - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return BUSY_SECONDS
    return min(max(1.0, left), BUSY_MOST)
