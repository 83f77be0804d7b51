"""Brings payloads to the app, waits for the acks, brings events again.

Everything but `send…`, `quiet` and `run_due` happens on the server's event loop. Rules:

- An ack must come within three seconds of sending; else the person sees `operation_timeout`. Nobody to send to, or no
  usable answer, is `dispatch_failed`. Commands and interactions are never sent again.
- Events are: up to three more times, at once, one minute and five minutes after the attempt before, by the workspace's
  clock. https://docs.slack.dev/apis/events-api#retries (for Socket Mode the schedule is not published; the same is used)
- At most 30,000 deliveries of events an hour. https://docs.slack.dev/apis/events-api#rate-limits
"""

import asyncio
import heapq
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from sandbox.faults import Faults
from sandbox.ids import Clock
from sandbox.inspector import Delivery, Ring

RETRY_DELAYS = (0.0, 60.0, 300.0)  # seconds before the first, second and third retry
EVENTS_AN_HOUR = 30_000


class Transport(Protocol):
    """One way to the app: Socket Mode connections or request URLs."""

    def send(self, delivery: Delivery) -> bool:
        """Start to send; False when there is nobody to send to. The transport calls `Courier.settle` later."""
        ...

    def forget(self, delivery: Delivery) -> None:
        """The attempt is over: an answer that still comes is lost."""
        ...


class Courier:
    """The one place where payloads leave for the app."""

    def __init__(self, clock: Clock, faults: Faults, changed: Callable[[Delivery], None]) -> None:
        self.ack_seconds = 3.0
        self.deliveries: Ring[Delivery] = Ring()
        self.transport: Transport | None = None
        self._clock = clock
        self._faults = faults
        self._changed = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: set[Delivery] = set()
        self._idle = threading.Condition()
        self._timers: dict[Delivery, asyncio.TimerHandle] = {}
        self._later: list[tuple[float, int, Delivery]] = []  # retries, by when they are due
        self._order = itertools.count()
        self._hour: tuple[float, int] = (0.0, 0)
        self._thread: int | None = None

    def bind(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Work on this loop from now on; None when the server stops: what is open then fails."""
        self._loop = loop
        self._thread = threading.get_ident() if loop else None
        if loop is None:
            for delivery in list(self._open):
                self.settle(delivery, "dispatch_failed")

    @property
    def on_loop(self) -> bool:
        """Whether the calling thread is the one that runs the server."""
        return self._thread == threading.get_ident()

    def call(self, what: Callable[[str], None], argument: str) -> None:
        """Have something done on the server's loop; nothing happens while no server runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, argument)

    # -- sending: any thread --------------------------------------------------------------------------------------------

    def send(self, kind: str, payload: dict[str, Any], *, accepts_response: bool = False) -> Delivery:
        """Send a command or an interaction; `settled` of the delivery is set when it is acked or has failed."""
        delivery = self._delivery(kind, payload, accepts_response=accepts_response)
        self._start(delivery)
        return delivery

    def send_event(self, payload: dict[str, Any]) -> None:
        """Send an event, again if need be; twice if a fault says so.

        It is dropped beyond the hourly cap, and before a server runs: while a workspace is furnished nobody listens.
        """
        if self._loop is None or not self._within_cap():
            return
        self._start(self._delivery("events_api", payload))
        if self._faults.take(payload["event"]["type"], "deliver_twice"):
            self._start(self._delivery("events_api", payload))

    def _within_cap(self) -> bool:
        began, count = self._hour
        now = self._clock.now()
        if now - began >= 3600:
            began, count = now, 0
        self._hour = (began, count + 1)
        return count < EVENTS_AN_HOUR

    def _delivery(self, kind: str, payload: dict[str, Any], *, accepts_response: bool = False) -> Delivery:
        delivery = Delivery(self.deliveries.next_number(), kind, payload, str(uuid.uuid4()), accepts_response)
        self.deliveries.add(delivery)
        return delivery

    def _start(self, delivery: Delivery) -> None:
        delivery.sent_at = self._clock.now()
        loop = self._loop
        with self._idle:
            self._open.add(delivery)
        if loop is None or loop.is_closed():
            self.settle(delivery, "dispatch_failed")
        else:
            loop.call_soon_threadsafe(self._dispatch, delivery)

    def run_due(self) -> int:
        """Send the retries that are due by the workspace's clock; returns how many. Call it after moving the clock."""
        due = []
        with self._idle:
            while self._later and self._later[0][0] <= self._clock.now():
                due.append(heapq.heappop(self._later)[2])
        for delivery in due:
            self._start(delivery)
        return len(due)

    def quiet(self, timeout: float) -> bool:
        """Wait until nothing is on its way and nothing unacked; False when that is not so after `timeout` seconds.

        Retries that wait for their minute are not counted.
        """
        with self._idle:
            return self._idle.wait_for(lambda: not self._open, timeout)

    @property
    def retries_waiting(self) -> int:
        """How many events wait for their next attempt."""
        return len(self._later)

    def connected(self) -> None:
        """The app is reachable again: events that found nobody are sent now, whatever their schedule says.

        Our choice where Slack publishes nothing: its own sockets overlap, so a reconnect there is no outage of a minute.
        """
        with self._idle:
            missed = [one for one in self._later if one[2].reason == "connection_failed"]
            self._later = [one for one in self._later if one[2].reason != "connection_failed"]
            heapq.heapify(self._later)
        for _, _, delivery in sorted(missed, key=lambda one: one[2].number):
            self._start(delivery)

    # -- on the loop ------------------------------------------------------------------------------------------------------

    def _dispatch(self, delivery: Delivery) -> None:
        if self._loop is None or self._faults.down or self.transport is None or not self.transport.send(delivery):
            self.settle(delivery, "dispatch_failed", reason="connection_failed")
            return
        delivery.outcome, delivery.started = "sent", time.perf_counter()
        self._timers[delivery] = self._loop.call_later(self.ack_seconds, self._expired, delivery)
        self._changed(delivery)

    def _expired(self, delivery: Delivery) -> None:
        self.settle(delivery, "operation_timeout", reason="timeout")

    def settle(
        self, delivery: Delivery, outcome: str, response: Any = None, *, reason: str = "", retry: bool = True
    ) -> None:
        """The end of one attempt: `acked`, or how it failed. A failed event is put down for its next attempt."""
        if delivery.settled.is_set():
            return
        timer = self._timers.pop(delivery, None)
        if timer:
            timer.cancel()
        delivery.outcome, delivery.response = outcome, response
        if outcome == "acked":
            delivery.acked_ms = (time.perf_counter() - delivery.started) * 1000
        if self.transport:
            self.transport.forget(delivery)
        if outcome != "acked" and delivery.kind == "events_api" and retry and self._loop is not None:
            self._put_down(delivery, reason)
        with self._idle:
            self._open.discard(delivery)
            delivery.settled.set()
            if not self._open:
                self._idle.notify_all()
        self._changed(delivery)

    def _put_down(self, failed: Delivery, reason: str) -> None:
        if failed.attempt >= len(RETRY_DELAYS):
            return
        again = self._delivery(failed.kind, failed.payload)
        again.attempt, again.reason = failed.attempt + 1, reason
        due = self._clock.now() + RETRY_DELAYS[failed.attempt]
        if due <= self._clock.now() and self._loop is not None:
            self._start(again)
        else:
            with self._idle:
                heapq.heappush(self._later, (due, next(self._order), again))
