"""The policy in force: read at the start, and read again when told to."""

import logging
from datetime import datetime
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from bot.errors import BadPolicy
from bot.policy import Policy, load

log = logging.getLogger(__name__)


class Rulebook:
    """Holds the policy for everybody. Who needs several of its words at once asks once: it may change in between."""

    def __init__(self, policy: Policy, path: Path | None = None, zone: ZoneInfo | None = None) -> None:
        """`policy` is in force; without a `path` it is the built-in one or a test's, and there is nothing to read again."""
        self.policy = policy
        self.trouble: str | None = None
        self._path = path
        self._zone = zone or ZoneInfo("UTC")
        self._reading = Lock()

    @classmethod
    def read(cls, path: Path | None, zone: ZoneInfo) -> "Rulebook":
        """The policy of a file, or the built-in one; BadPolicy when it cannot be."""
        return cls(load(path, zone=zone), path, zone)

    def read_again(self, now: datetime) -> bool:
        """Read the file anew; whether it is in force now. A wrong one is logged, and the one before stays in force."""
        with self._reading:
            if self._path is None:
                log.info("there is no policy file to read again: TOCSIN_POLICY names none")
                return False
            try:
                policy = load(self._path, zone=self._zone)
            except BadPolicy as bad:
                self.trouble = str(bad)
                log.error("the policy is not taken over, the one before stays in force: %s", bad)  # noqa: TRY400 -- the sentence says where and what
                return False
            self.policy, self.trouble = policy, None
            log.info("the policy of %s is in force since %s", self._path, now.isoformat(timespec="seconds"))
            return True
