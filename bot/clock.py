"""The only reader of the time. Whoever needs the time is given a clock or, better, the moment itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

SLOWEST_ANSWER_SECONDS = 1.0


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


class SharedClock:
    """The time of a database, which all bots on it share. Safe to read and set from several threads.

    Between two looks at the database this machine's steady clock goes on from there: the one on its wall may be wrong, and
    jumps when somebody sets it. Until `hears` is called it is the machine's clock.
    """

    def __init__(self, machine: Clock | None = None, steady: Callable[[], float] = time.monotonic) -> None:
        self._machine = machine or SystemClock()
        self._steady = steady
        self._heard: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """This moment: aware, in UTC."""
        if self._heard is None:
            return self._machine.now()
        moment, at = self._heard
        return moment + timedelta(seconds=self._steady() - at)

    def hears(self, ask: Callable[[], datetime | None]) -> timedelta | None:
        """Take over the time that `ask` gives; how far this machine's clock is ahead of it.

        None, and nothing changes, when it gives none, or took too long to say it for the answer to be exact.
        """
        before = self._steady()
        moment = ask()
        after = self._steady()
        if moment is None or after - before > SLOWEST_ANSWER_SECONDS:
            return None
        moment = moment.astimezone(UTC) + timedelta(seconds=(after - before) / 2)
        self._heard = (moment, after)
        return self._machine.now() - moment


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
