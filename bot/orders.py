"""The signals by which an operator tells the process something, as they come.

Through a socket: a handler of Python's runs when the main thread is next awake. One that sleeps until there is an order
would never be woken by an order that came just before it fell asleep, or to another thread.
"""

import signal
import socket
from collections.abc import Mapping
from types import FrameType
from typing import Protocol, Self

STOP = (signal.SIGTERM, signal.SIGINT)
READ_AGAIN = signal.SIGHUP


class Handler(Protocol):
    """What is done at once, in the main thread, wherever it is. It may raise."""

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """One has come."""


def heard(signum: int, frame: FrameType | None) -> None:
    """Nothing more is done: whoever asks for the next order finds it."""


class Orders:
    """Those of the signals that come from now on, one after the other."""

    def __init__(self, handlers: Mapping[int, Handler]) -> None:
        """In the main thread, once in a process."""
        self._hears, self._told = socket.socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        for signum, handler in handlers.items():
            signal.signal(signum, handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody asks any more. What the handlers do, they go on doing."""
        signal.set_wakeup_fd(-1)
        self._hears.close()
        self._told.close()

    def next(self) -> int:
        """Wait for the next one: its number."""
        return self._hears.recv(1)[0]
