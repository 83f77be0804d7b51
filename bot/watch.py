"""The watch over Slack, apart from the calls: a probe of its own, and a look at the connection.

The calls cannot tell whether Slack is away: on a quiet night there are none, and in a busy one each has its own reason to
fail. So every so often `auth.test` is asked, with a time-out of its own. What was found is in `parts.health`.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from slack_sdk.errors import SlackClientError

from bot.errors import SlackBusy, SlackError
from bot.parts import Parts
from bot.receiver import Receiver
from bot.slack import Slack
from bot.workflows import outages
from db import queries

log = logging.getLogger(__name__)

EVERY_SECONDS = 20
PROBE_SECONDS = 5
# Slack's client gives up on a socket after 40 seconds without a pong; this is for when it does not.
SILENT_FOR = timedelta(seconds=90)


class Watch:
    """Looks after Slack when told to. `probe` is a Slack with a short time-out; no `receiver` in HTTP mode."""

    def __init__(self, parts: Parts, probe: Slack, receiver: Receiver | None) -> None:
        self.parts = parts
        self._probe = probe
        self._receiver = receiver

    def look(self) -> None:
        """Probe once, replace the connection if it is dead, and write down what goes on. Never raises for Slack's sake."""
        trouble = self._ask()
        if trouble is None:
            if self.parts.health.answered():
                log.warning("Slack answers again")
            self._look_at_connection()
        elif self.parts.health.failed():
            log.error("degraded: Slack does not answer (%s); what it must hear waits", trouble)
        if self.parts.health.degraded:
            self._write_down(outages.failed)
        elif trouble is None and self._goes_on():
            self._write_down(outages.answered)

    def _goes_on(self) -> bool:
        with self.parts.store.read() as session:
            return queries.outage_goes_on(session, outages.SLACK)

    def _write_down(self, what: Callable[..., object]) -> None:
        with self.parts.store.begin() as work:
            what(work, policy=self.parts.policy, mail=self.parts.mailer is not None)

    def _ask(self) -> str | None:
        """Why nothing can be said in Slack now; None when it can. A 429 is an answer."""
        try:
            self._probe.call("auth.test")
        except SlackBusy:
            return None
        except SlackError as error:
            return str(error)
        return None

    def _look_at_connection(self) -> None:
        receiver = self._receiver
        if receiver is None:
            return
        silence = receiver.silence()
        if receiver.connected() and silence < SILENT_FOR:
            return
        state = f"silent for {silence.seconds} s" if receiver.connected() else "closed"
        try:
            replaced = receiver.replace()
        except (SlackClientError, OSError) as error:
            log.warning("the connection is %s and could not be replaced: %s", state, type(error).__name__)
        else:
            log.warning("the connection was %s; %s", state, "it is replaced" if replaced else "no new one came about")
