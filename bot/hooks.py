"""What trackers call us with: `POST /hooks/github` and `POST /hooks/jira`.

A call is no more than a hint where to look: what is so there is asked of the tracker. So one that comes late, twice, in the
wrong order, or from somebody who kept a copy of it, changes nothing that is not so.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.parts import Parts
from bot.workflows import trackers
from bot.workflows.rooms import first_time
from db.enums import Tracker

log = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000
METHOD = "sha256="


class Hint(NamedTuple):
    """An issue that something was done to. Jira's ids are the same in all of a site's projects."""

    remote: str
    place: str | None = None


Reading = Callable[[Request, Mapping[str, Any]], Hint | None]


def take(web: FastAPI, parts: Parts) -> None:
    """The routes; one whose secret is not set is not there."""

    # Plain functions run in threads: they wait for the database.
    @web.post("/hooks/github")
    def github(request: Request, body: Annotated[bytes, Depends(bounded_body)]) -> Response:
        signature = request.headers.get("X-Hub-Signature-256")
        _check(parts.settings.github_secret, signature, body)
        return _heard(parts, Tracker.GITHUB, body, _at_github(request, _read(body)))

    @web.post("/hooks/jira")
    def jira(request: Request, body: Annotated[bytes, Depends(bounded_body)]) -> Response:
        signature = request.headers.get("X-Hub-Signature")
        _check(parts.settings.jira_secret, signature, body)
        return _heard(parts, Tracker.JIRA, body, _in_jira(_read(body)))


async def bounded_body(request: Request) -> bytes:
    """The body, unless it is too large to be what is expected."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "The request is larger than 1 MB.")
    return body


def _check(secret: SecretStr | None, signature: str | None, body: bytes) -> None:
    """Whether whoever calls knows the secret. How long that takes tells nothing of how much of it was right."""
    if secret is None:
        raise HTTPException(404, "There is nothing here: its secret is not set.")
    made = METHOD + hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), (signature or "").encode()):
        raise HTTPException(401, "The signature is missing or wrong.")


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise HTTPException(400, "This is no JSON object: choose application/json as the webhook's content type.")
    return said


def _at_github(request: Request, said: Mapping[str, Any]) -> Hint | None:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues."""
    issue, repo = said.get("issue"), said.get("repository")
    if request.headers.get("X-GitHub-Event") != "issues" or not isinstance(issue, dict) or not isinstance(repo, dict):
        return None
    number, name = issue.get("number"), repo.get("full_name")
    return Hint(str(number), name) if _is_number(number) and isinstance(name, str) and name.isprintable() else None


def _in_jira(said: Mapping[str, Any]) -> Hint | None:
    """https://developer.atlassian.com/cloud/jira/platform/webhooks/."""
    issue = said.get("issue")
    if not str(said.get("webhookEvent")).startswith("jira:issue_") or not isinstance(issue, dict):
        return None
    number = issue.get("id")
    return Hint(str(number)) if _is_number(number) else None


def _is_number(what: object) -> bool:
    return str(what).isascii() and str(what).isdigit()


def _heard(parts: Parts, tracker: Tracker, body: bytes, hint: Hint | None) -> Response:
    """Have it looked at, if it is ours. The same call again is not heard for a week."""
    if hint is not None:
        once = f"{tracker.value}:{hashlib.sha256(body).hexdigest()[:48]}"
        try:
            with parts.store.begin() as work:
                if first_time(work, once):
                    trackers.noticed(work, tracker=tracker, remotes=[hint.remote], place=hint.place)
        except SQLAlchemyError as error:
            log.warning("a webhook could not be written down: %s", type(error).__name__)
            raise HTTPException(503, "The database is away. It is asked for later.") from None
    return Response(status_code=204)
