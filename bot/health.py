"""Whether Slack is there, as one process knows it: from probes of its own, and from whether deliveries come through.

Only probes make Slack count as away: on a quiet night there are no calls, and in a busy one each has its own reason to
fail. What the calls tell is how many of them to make: who hears nothing three times in a row knocks, and does not rush in.
"""

import threading
from datetime import datetime, timedelta

PROBES_IN_A_ROW = 3
CALLS_IN_A_ROW = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=20)


class Health:
    """Failed probes and lost deliveries, each in a row. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed = 0
        self._lost = 0
        self._pause = timedelta()
        self._knock_at: datetime | None = None

    @property
    def degraded(self) -> bool:
        """Whether this bot has to do without Slack: three probes failed, and none has succeeded since."""
        return self._failed >= PROBES_IN_A_ROW

    @property
    def doubtful(self) -> bool:
        """Whether deliveries to Slack go one at a time, to find out whether they come through."""
        return self.degraded or self._lost >= CALLS_IN_A_ROW

    def failed(self) -> bool:
        """A probe failed; whether it is the one that makes the difference."""
        with self._lock:
            self._failed += 1
            return self._failed == PROBES_IN_A_ROW

    def answered(self) -> bool:
        """A probe was answered; whether Slack was away until now."""
        with self._lock:
            was_away = self.degraded
            self._failed = 0
            self._trust()
            return was_away

    def lost(self, now: datetime) -> None:
        """A delivery to Slack ended in nothing that anybody knows of. Each knock that does doubles the pause."""
        with self._lock:
            self._lost += 1
            if self.doubtful and self._may_knock(now):
                self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
                self._knock_at = now + self._pause

    def came_through(self) -> None:
        """Slack answered a delivery, whatever it said."""
        with self._lock:
            self._trust()

    def may_knock(self, now: datetime) -> bool:
        """Whether one delivery may be tried, while it is doubtful."""
        with self._lock:
            return self._may_knock(now)

    def _may_knock(self, now: datetime) -> bool:
        # A clock that was set back must not keep the bot silent.
        return self._knock_at is None or not timedelta() < self._knock_at - now <= LONGEST_PAUSE

    def _trust(self) -> None:
        self._lost, self._pause, self._knock_at = 0, timedelta(), None
