"""What the house is made of, handed to whoever works in it. `bot.app` puts it together."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock
from bot.health import Health
from bot.mail import Mailer
from bot.policy import Policy
from bot.policy.rulebook import Rulebook
from bot.remembered import Remembered
from bot.settings import Settings
from bot.slack import Slack
from bot.statuspage import Statuspage
from db.records import Report
from db.store import Store

# Nobody's day depends on them, and with very many incidents they take a while to count.
FIGURES_LAST = timedelta(minutes=1)


@dataclass(frozen=True)
class Parts:
    """The parts that commands, delivery, schedule and web share."""

    settings: Settings
    rulebook: Rulebook
    clock: Clock
    store: Store
    slack: Slack
    quick: Slack  # for people who wait: it gives up in time to answer them within Slack's three seconds
    mailer: Mailer | None = None
    statuspage: Statuspage | None = None
    health: Health = field(default_factory=Health)
    figures: Remembered[Report] = field(default_factory=lambda: Remembered(FIGURES_LAST))

    @property
    def policy(self) -> Policy:
        """The policy in force at this moment."""
        return self.rulebook.policy
