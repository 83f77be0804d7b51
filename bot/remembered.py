"""A value that is good for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """What was found out last, as long as it is not older than `lasts`. Two may find it out at once: the later one stays."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts = lasts
        self._known: tuple[datetime, T] | None = None

    def at(self, now: datetime, find_out: Callable[[], T]) -> T:
        """The value at this moment. A clock that was put back makes it be found out anew."""
        known = self._known
        if known is not None and timedelta() <= now - known[0] < self._lasts:
            return known[1]
        value = find_out()
        self._known = (now, value)
        return value
