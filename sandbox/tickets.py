"""Short-lived permissions: trigger ids (open one modal) and response URLs (answer five times)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import SlackError
from sandbox.ids import Counter

TRIGGER_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
RESPONSE_URL_SECONDS = 30 * 60  # https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
RESPONSE_URL_USES = 5
_KEPT = 5_000  # tickets remembered after their life, so that an old one is `expired` and not `invalid`


@dataclass(slots=True)
class Trigger:
    """What a person did that lets the app open a modal for them; `view_id` is the modal they did it in."""

    user: str
    expires: float
    view_id: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where the app may answer: the conversation, and the message that was clicked (`ts`), if one was.

    `shown` are the messages that came of it so far.
    """

    user: str
    channel: str
    expires: float
    ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    uses: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)


class Tickets:
    """Gives out both sorts, and takes each only as often and as long as Slack does."""

    def __init__(self, counter: Counter, team_id: str) -> None:
        self._counter = counter
        self._team = team_id
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """A trigger id, in Slack's form `132456.7890123.abcdef`."""
        number = self._counter.next()
        secret = hashlib.md5(f"{self._team}/{number}".encode(), usedforsecurity=False).hexdigest()
        name = f"{1000000 + number}.{7890123 + number}.{secret}"
        self.triggers[name] = Trigger(user, self._counter.clock.now() + TRIGGER_SECONDS, view_id)
        _forget_oldest(self.triggers)
        return name

    def redeem(self, name: str) -> Trigger:
        """Use a trigger id up; raises `invalid_`, `exchanged_` or `expired_trigger_id`."""
        trigger = self.triggers.get(name)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._counter.clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, ticket: ResponseUrl, sort: str) -> str:
        """The path of a new response URL; `sort` is `commands`, `actions` or `app`, as in Slack's addresses."""
        number = self._counter.next()
        secret = hashlib.md5(f"{self._team}/url/{number}".encode(), usedforsecurity=False).hexdigest()[:24]
        path = f"/hooks/{sort}/{self._team}/{number}/{secret}"
        self.response_urls[path] = ticket
        _forget_oldest(self.response_urls)
        return path

    def response_until(self) -> float:
        """When a response URL made now stops to work."""
        return self._counter.clock.now() + RESPONSE_URL_SECONDS

    def spend(self, path: str) -> ResponseUrl:
        """One use of a response URL; raises `invalid_url`, `expired_url` or `used_url` (HTTP 404)."""
        ticket = self.response_urls.get(path)
        if ticket is None:
            raise SlackError("invalid_url", status=404)
        if self._counter.clock.now() > ticket.expires:
            raise SlackError("expired_url", status=404)
        if ticket.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", status=404)
        ticket.uses += 1
        return ticket


def _forget_oldest(tickets: dict[str, Trigger] | dict[str, ResponseUrl]) -> None:
    while len(tickets) > _KEPT:
        del tickets[next(iter(tickets))]
