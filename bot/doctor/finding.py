"""What a check looks at, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.settings import Settings

# Slack refuses a signature five minutes off; long before that, the times on a timeline stop telling what came first.
CLOCK_WARN, CLOCK_BAD = timedelta(seconds=5), timedelta(seconds=60)


class Level(StrEnum):
    """How a finding is meant: fine; not fine but it works; it will not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    name: str
    level: Level
    sentence: str
    fix: str = ""


@dataclass(frozen=True)
class Case:
    """What the checks look at. `missing` says which setting it takes to reach Slack and is not there, or is empty."""

    settings: Settings
    missing: str
    now: Callable[[], datetime]
