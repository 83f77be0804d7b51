"""Whether Slack answers, as one process knows it: counted from probes, never from the calls that people wait for."""

import threading

PROBES_IN_A_ROW = 3


class Health:
    """Failed probes in a row. After three of them Slack counts as away, until one succeeds. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed = 0

    @property
    def degraded(self) -> bool:
        """Whether this bot has to do without Slack."""
        return self._failed >= PROBES_IN_A_ROW

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
            return was_away
