"""A carrier to which something happens in the middle of a chosen call."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self

from slack_sdk import WebClient

from bot.delivery import Delivery
from bot.effects import Say
from bot.slack import Slack
from db.outbox import Claimed
from sandbox.faults import Faults
from tests.durability.scenes import Step
from tests.durability.stage import Stage

# The client that is to give up does so after this many seconds; on a busy machine others may need longer.
PATIENCE_SECONDS = 0.2
WORK_SECONDS = 20.0


class PowerCut(BaseException):
    """The process is gone: nothing more is called and nothing more is noted, not even by what catches every error."""


Call = Callable[[], Mapping[str, Any]]
Trouble = Callable[[Faults, str, Call], Mapping[str, Any]]


def killed_before_the_call(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    raise PowerCut


def killed_before_the_note(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    call()
    raise PowerCut


def answer_lost(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    faults.drop_after(method)
    return call()


def connection_reset(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    faults.drop_before(method)
    return call()


def server_error(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    faults.http_error(method, 503)
    return call()


def rate_limited(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    faults.rate_limit(method, retry_after=30)
    return call()


def timed_out(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    """Slack does the work, however late, and is silent until the client has given up."""
    worked, given_up = threading.Event(), threading.Event()

    def is_silent() -> None:
        worked.set()
        given_up.wait()

    faults.call(method, is_silent, when="after")
    try:
        return call()
    finally:
        assert worked.wait(WORK_SECONDS), f"{method} was never worked on"
        given_up.set()


def killed_after_the_note(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    """What the `Breaking` carrier sees to: the call itself goes well."""
    return call()


def killed_twice(faults: Faults, method: str, call: Call) -> Mapping[str, Any]:
    """Before the note, and so is the bot that comes after it."""
    return killed_before_the_note(faults, method, call)


TROUBLES: tuple[Trouble, ...] = (
    killed_before_the_call,
    killed_before_the_note,
    killed_after_the_note,
    killed_twice,
    answer_lost,
    timed_out,
    connection_reset,
    server_error,
    rate_limited,
)


class BreakingSlack(Slack):
    """A Slack in which the call of one step meets with a trouble, once. Everything else is as always."""

    def __init__(self, web: WebClient) -> None:
        super().__init__(web)
        self.step: Step | None = None
        self.carrying = ""
        self.calls = 0
        self.hit = False

    def at_leisure(self) -> Self:
        """The same one: a copy would count, and be hit, for itself."""
        return self

    def aim(self, step: Step, trouble: Trouble, faults: Faults) -> None:
        self.step, self.trouble, self.faults = step, trouble, faults

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        def call() -> Mapping[str, Any]:
            return super(BreakingSlack, self).call(method, **arguments)

        if self.hit or self.step is None or (self.carrying, method) != (self.step.kind, self.step.method):
            return call()
        self.calls += 1
        if self.calls < self.step.nth:
            return call()
        self.hit = True
        patience = self.web.timeout
        self.web.timeout = PATIENCE_SECONDS if self.trouble is timed_out else patience
        try:
            return self.trouble(self.faults, method, call)
        finally:
            self.web.timeout = patience


class Breaking(Delivery):
    """Carries until the trouble of one step has come, and tells what became of it."""

    def __init__(self, stage: Stage, step: Step, trouble: Trouble) -> None:
        parts = stage.new_parts(BreakingSlack)
        super().__init__(parts)
        parts.slack.aim(step, trouble, stage.slack.faults)
        self.dies = trouble.__name__.startswith("killed")

    def meets_trouble(self) -> bool:
        """Carry until the trouble comes; the bot that is killed carries nothing after it. Whether it came."""
        with suppress(PowerCut):
            self.run_until_empty()
        return self.parts.slack.hit

    def _carry(self, claimed: Claimed) -> None:
        slack = self.parts.slack
        place = f" in {claimed.payload['place']}" if claimed.kind == Say.__name__ else ""
        slack.carrying = f"{claimed.kind}{place}"
        super()._carry(claimed)
        if self.dies and slack.hit:
            raise PowerCut
