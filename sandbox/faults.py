"""Trouble on demand: what the workspace does wrong when it is told to, so that an app can be seen to cope."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.errors import SandboxError, SlackError
from sandbox.limits import ratelimited
from sandbox.methods import METHODS

Sort = Literal["refuse", "rate_limit", "http_error", "delay", "drop_before", "drop_after", "deliver_twice"]


@dataclass(slots=True)
class Fault:
    """One piece of trouble that waits for its method (`*`: any) or its event; `times` is how often it still happens."""

    sort: Sort
    what: str
    times: int
    error: str = ""
    status: int = 0
    seconds: float = 0.0


When = Literal["before", "after"]


@dataclass(slots=True)
class Interruption:
    """Something of the test's own that happens in the middle of a call; `times` is how often it still does."""

    method: str
    when: When
    function: Callable[[], object]
    times: int


class Faults:
    """The switchboard. Every call may come from any thread; the changes hold from the next request on.

    `down` is true while Slack plays dead: every request is answered with HTTP 503 and every socket is closed.
    """

    def __init__(self, changed: Callable[[], None], disconnect: Callable[[str], None]) -> None:
        self.down = False
        self._waiting: list[Fault] = []
        self._interruptions: list[Interruption] = []
        self._changed = changed
        self._disconnect = disconnect
        self._lock = threading.Lock()

    @property
    def waiting(self) -> list[Fault]:
        """The trouble that is still to come."""
        return list(self._waiting)

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Answer the next calls with `ok: false` and this error code, without doing the work."""
        self._add(Fault("refuse", _known(method), times, error=error))

    def rate_limit(self, method: str, retry_after: int = 30, times: int = 1) -> None:
        """Answer the next calls with HTTP 429 and `Retry-After`."""
        self._add(Fault("rate_limit", _known(method), times, seconds=retry_after))

    def http_error(self, method: str, status: int = 503, times: int = 1) -> None:
        """Answer the next calls with an HTTP error and no JSON."""
        self._add(Fault("http_error", _known(method), times, status=status))

    def delay(self, method: str, seconds: float, times: int = 1) -> None:
        """Let the next calls wait, in real time, before they are worked on."""
        self._add(Fault("delay", _known(method), times, seconds=seconds))

    def drop_before(self, method: str, times: int = 1) -> None:
        """Read the next calls and close the connection: the work is not done."""
        self._add(Fault("drop_before", _known(method), times))

    def drop_after(self, method: str, times: int = 1) -> None:
        """Do the work of the next calls and close the connection: the answer is lost."""
        self._add(Fault("drop_after", _known(method), times))

    def call(self, method: str, function: Callable[[], object], *, when: When = "before", times: int = 1) -> None:
        """Run `function` before or after the work of the next calls, and answer when it has returned.

        For tests in the sandbox's own process: it may kill the app, change the workspace, or hold the answer back. It
        runs in a thread of its own; other calls go on meanwhile.
        """
        _check_times(times)
        with self._lock:
            self._interruptions.append(Interruption(_known(method), when, function, times))

    def deliver_twice(self, event: str, times: int = 1) -> None:
        """Send the next events of this type (`reaction_added`, …) twice, with the same `event_id`."""
        self._add(Fault("deliver_twice", event, times))

    def go_down(self) -> None:
        """Slack is down: every request gets HTTP 503, sockets are closed, until `come_back`."""
        self.down = True
        self._disconnect("")
        self._changed()

    def come_back(self) -> None:
        """Slack is up again."""
        self.down = False
        self._changed()

    def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Send `disconnect` with this reason on every socket, as Slack does about every hour, and close them."""
        self._disconnect(reason)

    def clear(self) -> None:
        """No more trouble."""
        with self._lock:
            self._waiting.clear()
            self._interruptions.clear()
        self.down = False
        self._changed()

    def _add(self, fault: Fault) -> None:
        _check_times(fault.times)
        with self._lock:
            self._waiting.append(fault)
        self._changed()

    def take(self, what: str, *sorts: Sort) -> Fault | None:
        """The next fault of one of these sorts for this method or event; it is counted as having happened."""
        if not self._waiting:
            return None
        with self._lock:
            for fault in self._waiting:
                if fault.sort in sorts and fault.what in (what, "*"):
                    fault.times -= 1
                    if not fault.times:
                        self._waiting.remove(fault)
                    break
            else:
                return None
        self._changed()
        return fault

    def interruption(self, method: str, when: When) -> Callable[[], object] | None:
        """What `call` asked for at this point of a call of this method; it is counted as having happened."""
        if not self._interruptions:
            return None
        with self._lock:
            for one in self._interruptions:
                if one.when == when and one.method in (method, "*"):
                    one.times -= 1
                    if not one.times:
                        self._interruptions.remove(one)
                    return one.function
        return None

    def check(self, method: str) -> None:
        """Raise what a refused or rate-limited call is to be answered."""
        fault = self.take(method, "refuse", "rate_limit", "http_error")
        if fault is None:
            return
        if fault.sort == "rate_limit":
            refusal = ratelimited(fault.seconds)
        elif fault.sort == "http_error":
            refusal = SlackError("service_unavailable", status=fault.status)
        else:
            refusal = SlackError(fault.error)
        refusal.injected = True
        raise refusal

    def apply(self, name: str, arguments: dict[str, Any]) -> None:
        """Call one of the switches by its name: the way of the page and of other processes."""
        if name not in SWITCHES:
            raise SandboxError(f"there is no fault {name!r}; there are: {', '.join(SWITCHES)}")
        try:
            getattr(self, name)(**arguments)
        except TypeError as wrong:
            raise SandboxError(f"fault {name}: {wrong}") from None


SWITCHES = (
    "refuse",
    "rate_limit",
    "http_error",
    "delay",
    "drop_before",
    "drop_after",
    "deliver_twice",
    "go_down",
    "come_back",
    "disconnect_sockets",
    "clear",
)


def _check_times(times: int) -> None:
    if times < 1:
        raise SandboxError(f"a fault happens at least once; times={times} is too few")


def _known(method: str) -> str:
    if method not in ("*", "response_url") and method not in METHODS:
        raise SandboxError(f"{method!r} is no Web API method the sandbox knows; see sandbox/methods.py, or use '*'")
    return method
