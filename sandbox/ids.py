"""Identifiers and timestamps: in Slack's shapes, deterministic, never twice the same."""

import re
import time
from typing import Protocol

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Clock(Protocol):
    """Whatever tells the time, in seconds since the epoch."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class MovableClock:
    """A clock that stands still until it is moved: for tests."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def moves(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self._now += seconds


def base36(number: int, width: int = 0) -> str:
    """`number` in capital letters and digits, padded with zeros to `width`."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits.rjust(width, "0")


def user_id(name: str) -> str:
    """The id that a person of this name gets: `Ana` -> `U0ANA`, so that demos and tests can be read."""
    letters = re.sub(r"[^A-Z0-9]", "", name.upper()) or "SOMEBODY"
    return f"U0{letters}"


class Counter:
    """Hands out ids of every kind from one growing number, and timestamps that never repeat or go back."""

    def __init__(self, clock: Clock, number: int = 0, last_us: int = 0) -> None:
        self.clock = clock
        self.number = number
        self.last_us = last_us

    def next(self) -> int:
        """The next number."""
        self.number += 1
        return self.number

    def id(self, prefix: str) -> str:
        """A fresh id such as `C0A00000017`."""
        return f"{prefix}0A{base36(self.next(), 8)}"

    def block_id(self) -> str:
        """A short id like those Slack gives to blocks and elements that came without one."""
        return f"b{base36(self.next(), 4)}"

    def ts(self) -> str:
        """A message timestamp: seconds and microseconds, greater than every one before."""
        self.last_us = max(self.last_us + 1, int(self.clock.now() * 1_000_000))
        return f"{self.last_us // 1_000_000}.{self.last_us % 1_000_000:06d}"

    def seconds(self) -> int:
        """The time in whole seconds, as Slack writes `created` and the like."""
        return int(self.clock.now())
