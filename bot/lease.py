"""How long the carrier of an effect may go on calling others: not beyond the lease in which the effect is its own."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ENDS: ContextVar[float] = ContextVar("ends", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Calls inside the block begin within so many seconds, or not at all: whoever makes them asks `is_over` first.

    An effect whose calls are answered slowly could outlive its lease, and another carrier would begin it beside this one.
    """
    before = _ENDS.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS.reset(before)


def is_over() -> bool:
    """Whether no other call may begin."""
    return time.monotonic() >= _ENDS.get()
