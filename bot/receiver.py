"""Socket Mode: the connection over which Slack reaches us, and how to tell that it is dead.

Slack's client reconnects by itself, and has been seen to fall silent all the same, after days, with its socket open. So
its signs of life are looked at from outside: frames that came, and pings that were answered (it sends one every ten
seconds). A replacement is a whole new client, threads and all: what a restart of the process would bring, without one.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient

log = logging.getLogger(__name__)

WORKERS = 10
CLOSE_SECONDS = 4.0
JOIN_SECONDS = 0.05


class Receiver:
    """The one Socket Mode client that is in use. `now` is what silence is measured by."""

    def __init__(self, bolt: App, app_token: str, now: Callable[[], datetime]) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._now = now
        self._frames = 0
        self._handler: SocketModeHandler | None = None
        self._pulse: tuple[int, str | None, float | None] | None = None
        self._heard_at = now()

    @property
    def client(self) -> SocketModeClient:
        """Slack's client, once `connect` has been called."""
        assert self._handler is not None
        return self._handler.client

    def connect(self) -> None:
        """Connect for the first time. A `SlackApiError` or an `OSError` when Slack would not give an address."""
        self._handler = self._new()
        self._handler.connect()

    def connected(self) -> bool:
        """Whether there is an open socket, as far as the client knows."""
        return self._handler is not None and self.client.is_connected()

    def silence(self) -> timedelta:
        """How long there has been no sign of life, as far as this was asked: the first sign counts from when it is seen."""
        pulse = self._signs_of_life()
        if pulse != self._pulse:
            self._pulse, self._heard_at = pulse, self._now()
        return self._now() - self._heard_at

    def replace(self) -> bool:
        """Open a new connection and close the old one, in this order, so that Slack always finds one. Whether it worked.

        A `SlackApiError` or an `OSError` when Slack would not give an address; the old one stays then.
        """
        new, old = self._new(), self._handler
        try:
            new.connect()
        finally:
            if not new.client.is_connected():
                _close(new)
        if not new.client.is_connected():
            return False
        self._handler, self._heard_at = new, self._now()
        if old is not None:
            _close(old)
        return True

    def close(self) -> None:
        """Take nothing more, and let what is being answered be answered."""
        if self._handler is not None:
            _close(self._handler)

    def _new(self) -> SocketModeHandler:
        handler = SocketModeHandler(self._bolt, self._app_token, concurrency=WORKERS)
        handler.client.on_message_listeners.append(self._hears)
        return handler

    def _hears(self, _: str) -> None:
        self._frames += 1

    def _signs_of_life(self) -> tuple[int, str | None, float | None]:
        session = self._handler.client.current_session if self._handler else None
        return (
            (self._frames, session.session_id, session.last_ping_pong_time) if session else (self._frames, None, None)
        )


def _close(handler: SocketModeHandler) -> None:
    """Let what is being answered be answered, and leave: in time, and without a socket that nobody reads.

    The client's own `close` waits for its threads without an end, and one of them may be reconnecting just now: it makes
    a new session after the old one was ended, and reads from it for ever.
    """
    client = handler.client
    client.closed = True
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    client.connect_to_new_endpoint = _nobody_reconnects  # type: ignore[method-assign] # the SDK has no other way
    # What is being answered is answered while there is still a socket to answer on.
    client.message_processor.shutdown()  # type: ignore[no-untyped-call] # the SDK forgot
    client.message_workers.shutdown()
    runners = (client.current_session_runner, client.current_app_monitor)
    for runner in runners:
        runner.event.set()
    deadline = time.monotonic() + CLOSE_SECONDS
    while any(runner.is_alive() for runner in runners) and time.monotonic() < deadline:
        client.current_session_state.terminated = True  # Again: a session that was just made says that it is not.
        client.disconnect()
        for runner in runners:
            if runner.is_alive():
                runner.thread.join(JOIN_SECONDS)
    client.disconnect()


def _nobody_reconnects(force: bool = False) -> None:  # noqa: FBT001, FBT002 -- the SDK's signature
    """What the client's threads call when their connection is gone; this one is to stay gone."""
