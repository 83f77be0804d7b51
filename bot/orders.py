"""What an operator tells the process by signals, as it comes.

Through a socket: a handler of Python's runs when the main thread is next awake. One that sleeps until there is an order
would never be woken by an order that came just before it fell asleep, or to another thread.
"""

import signal
import socket

STOP = (signal.SIGTERM, signal.SIGINT)
READ_AGAIN = signal.SIGHUP


class Orders:
    """Those that have come since this was made, in the main thread, one after the other."""

    def __init__(self) -> None:
        """From now on no signal of these ends the process by itself."""
        self._hears, self._told = socket.socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        for signum in (*STOP, READ_AGAIN):
            signal.signal(signum, lambda *_: None)

    def next(self) -> int:
        """Wait for the next one: its number."""
        return self._hears.recv(1)[0]
