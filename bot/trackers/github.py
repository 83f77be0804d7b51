"""GitHub Issues, by GitHub's REST API.

An issue bears a mark in a comment that nobody sees, at the end of its text: by that it is found in the list of issues (the
search would know it only later). The facts stand between two such marks, and are the only part that is ever rewritten.

Reference: https://docs.github.com/en/rest/issues/issues
"""

import re
from collections.abc import Mapping, Sequence
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
VERSION = "2022-11-28"
A_PAGE, PAGES = 100, 10
# GitHub's own advice where it says no time: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
BUSY_SECONDS, BUSY_MOST = 60.0, 3600.0
LIMITED = frozenset({403, 429})
END = "<!-- /tocsin -->"
REASONS = {ActionState.DONE: "completed", ActionState.REJECTED: "not_planned"}
NOT_DONE = frozenset({"not_planned", "duplicate"})


class GitHub:
    """The issues of one repository."""

    slow = timedelta(seconds=60)

    def __init__(
        self, token: SecretStr, url: str, repo: str, labels: Sequence[str] = (), seconds: float = SECONDS
    ) -> None:
        """`url` ends with a slash, `repo` is `owner/name`. Nothing is called yet."""
        headers = {
            "Authorization": f"Bearer {token.get_secret_value()}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
        }
        self._remote = Remote("GitHub", url, headers, _sorted, seconds)
        self._repo = f"repos/{quote(repo)}"
        self._labels = list(labels)

    def look_at_place(self) -> str:
        """The repository's full name; refused when it has no issues."""
        found: Json = self._remote.call("GET", self._repo)
        if not found.get("has_issues", True):
            raise TargetRefused(f"{found['full_name']} has no issues: switch them on in its settings")
        return str(found["full_name"])

    def create(self, wanted: Wanted) -> Seen:
        """Make the issue. Somebody who cannot be assigned there is left out."""
        body: Json = {"title": wanted.title, "body": _body(wanted), "labels": self._labels}
        return _seen(self._changed("POST", f"{self._repo}/issues", body, wanted))

    def find(self, mark: str, since: datetime) -> Seen | None:
        """The issue that bears the mark, among those that were changed since."""
        for page in range(1, PAGES + 1):
            listed: list[Json] = self._remote.call("GET", f"{self._repo}/issues?{_listing(since, page)}")
            found = next((one for one in listed if _begin(mark) in (one.get("body") or "")), None)
            if found is not None:
                return _seen(found)
            if len(listed) < A_PAGE:
                break
        return None

    def look_at(self, remote: str) -> Seen:
        """The issue as it is there now."""
        return _seen(self._remote.call("GET", self._issue(remote)))

    def turn(self, seen: Seen, to: ActionState) -> Seen:
        """Close it with its reason, or open it again. What is closed already stays closed as it is: GitHub changes no reason."""
        if (seen.state is ActionState.OPEN) is (to is ActionState.OPEN):
            return seen
        body = {"state": "open"} if to is ActionState.OPEN else {"state": "closed", "state_reason": REASONS[to]}
        return _seen(self._remote.call("PATCH", self._issue(seen.remote), body))

    def revise(self, seen: Seen, wanted: Wanted) -> None:
        """Who owns it, and the facts between our marks; the rest of the text belongs to whoever wrote it."""
        facts = re.compile(re.escape(_begin(wanted.mark)) + ".*?" + re.escape(END), re.DOTALL)
        body: Json = {"body": facts.sub(lambda _: _facts(wanted), seen.body, count=1)}
        self._changed("PATCH", self._issue(seen.remote), body, wanted)

    def comment(self, seen: Seen, mark: str, text: str, since: datetime) -> None:
        """Say it, with a mark that nobody sees; not twice."""
        path = f"{self._issue(seen.remote)}/comments"
        asked = urlencode({"since": _written(since - timedelta(minutes=5)), "per_page": A_PAGE})
        said: list[Json] = self._remote.call("GET", f"{path}?{asked}")
        if not any(_begin(mark) in (one.get("body") or "") for one in said):
            self._remote.call("POST", path, {"body": f"{text}\n\n{_begin(mark)}"})

    def news(self, known: Sequence[str], upto: datetime | None, tag: str | None) -> News | None:
        """What was changed since. One question for the whole repository, which costs nothing when nothing was."""
        del known
        states: dict[str, ActionState] = {}
        latest, first_tag = upto, tag
        for page in range(1, PAGES + 1):
            path = f"{self._repo}/issues?{_listing(upto, page)}"
            try:
                given = self._remote.ask("GET", path, headers={"If-None-Match": tag} if tag and page == 1 else None)
            except _Unchanged:
                return None
            listed: list[Json] = given.answer
            first_tag = given.headers.get("etag") if page == 1 else first_tag
            states |= {str(one["number"]): _state(one) for one in listed if "pull_request" not in one}
            latest = max([_moment(one["updated_at"]) for one in listed] + ([latest] if latest else []), default=None)
            if len(listed) < A_PAGE:
                break
        # The next question is another one once `upto` has moved, and its answer bears another tag.
        return News(states=states, upto=latest, tag=first_tag if latest == upto else None)

    def _changed(self, method: str, path: str, body: Json, wanted: Wanted) -> Json:
        assigned = {"assignees": [wanted.owner] if wanted.owner else []} if wanted.given else {}
        try:
            changed: Json = self._remote.call(method, path, body | assigned)
        except _Unassignable:
            changed = self._remote.call(method, path, body)
        return changed

    def _issue(self, remote: str) -> str:
        return f"{self._repo}/issues/{quote(remote)}"


class _Unchanged(TargetRefused):
    """Nothing has changed since the answer with this tag."""


class _Unassignable(TargetRefused):
    """There is nobody of that name who could be assigned."""


def _listing(since: datetime | None, page: int) -> str:
    """All issues that were changed since, in the order of that."""
    asked = {"state": "all", "sort": "updated", "direction": "asc", "per_page": A_PAGE, "page": page}
    return urlencode({**asked, **({"since": _written(since)} if since else {})})


def _body(wanted: Wanted) -> str:
    return f"{wanted.text}\n\n{_facts(wanted)}"


def _facts(wanted: Wanted) -> str:
    return f"{_begin(wanted.mark)}\n---\n{wanted.facts}\n{END}"


def _begin(mark: str) -> str:
    return f"<!-- tocsin {mark} -->"


def _seen(issue: Mapping[str, Any]) -> Seen:
    state = _state(issue)
    at = issue.get("closed_at") if state is not ActionState.OPEN else None
    return Seen(
        remote=str(issue["number"]),
        url=str(issue["html_url"]),
        state=state,
        at=_moment(at or issue["updated_at"]),
        body=issue.get("body") or "",
    )


def _state(issue: Mapping[str, Any]) -> ActionState:
    if issue["state"] == "open":
        return ActionState.OPEN
    return ActionState.REJECTED if issue.get("state_reason") in NOT_DONE else ActionState.DONE


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sorted(refusal: Refusal) -> TargetError:
    sentence = refusal.sentence
    match refusal.status:
        case 304:
            return _Unchanged(sentence)
        case status if status in LIMITED and (seconds := _limited(refusal)) is not None:
            return TargetBusy(sentence, seconds)
        case status if status >= 500:
            return TargetUnclear(sentence)
        case 422 if _is_about_assignees(refusal.answer):
            return _Unassignable(sentence)
        case status:
            return TargetRefused(f"{sentence}: {WHAT_HELPS.get(301 if status < 400 else status, WHAT_HELPS[422])}")


WHAT_HELPS = {
    301: "it has moved; name the repository anew in trackers.github.repo",
    401: "the token is not valid (any more); set TOCSIN_GITHUB_TOKEN, then `tocsin repair`",
    403: "the token may not do that; give it read and write access to issues of the repository, then `tocsin repair`",
    404: "it is not there, or the token may not see it; check trackers.github.repo and the token, then `tocsin repair`",
    410: "the issue was deleted, or the repository has no issues",
    422: "it does not take what it was told; see docs/trackers.md",
}


def _limited(refusal: Refusal) -> float | None:
    """How long to wait; None when it is not about a limit. By GitHub's clock, not by ours."""
    wait = refusal.headers.get("retry-after", "")
    if wait.isdigit():
        return min(float(wait), BUSY_MOST)
    reset, date = refusal.headers.get("x-ratelimit-reset", ""), refusal.headers.get("date")
    if refusal.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and date:
        return min(max(1.0, float(reset) - parsedate_to_datetime(date).timestamp() + 1), BUSY_MOST)
    said = str(refusal.answer.get("message", "")) if isinstance(refusal.answer, dict) else ""
    return BUSY_SECONDS if refusal.status == 429 or "rate limit" in said.lower() else None


def _is_about_assignees(answer: Any) -> bool:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return isinstance(errors, list) and any(
        isinstance(one, dict) and one.get("field") in {"assignees", "assignee"} for one in errors
    )
