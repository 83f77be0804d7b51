"""The only reader of the time. Whoever needs the time is given a clock or, better, the moment itself."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment: aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment: aware, in UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock that goes where it is told, for tests and demos. Safe to read and move from several threads.

    It stands still at `start`, or with `ticks=True` goes on from there at the usual pace. It may be moved back, as
    machines' clocks are now and then.
    """

    def __init__(self, start: datetime, *, ticks: bool = False) -> None:
        self._lock = Lock()
        self._ticks = ticks
        self.moves_to(start)

    def now(self) -> datetime:
        """Where the clock is: aware, in UTC."""
        with self._lock:
            return self._moment + self._elapsed()

    def epoch(self) -> float:
        """The same in seconds since 1970, for what counts like `time.time`."""
        return self.now().timestamp()

    def moves(self, step: timedelta) -> None:
        """Jump by `step`."""
        with self._lock:
            self._moment += step

    def moves_to(self, moment: datetime) -> None:
        """Jump to `moment`, which must be aware (ValueError)."""
        if moment.tzinfo is None:
            raise ValueError("a clock needs an aware moment: give it a time zone")
        with self._lock:
            self._moment = moment.astimezone(UTC)
            self._set_at = time.monotonic()

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._set_at) if self._ticks else timedelta()
