"""The stage of the durability tests: one workspace and one database, and bots that come and go."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot import policy, settings, slack
from bot.app import Tocsin
from bot.clock import MovableClock
from bot.delivery import LEASE, Delivery
from bot.parts import Parts
from bot.workflows import homes
from db import queries, waiting
from db.enums import EffectState
from db.models import Incident
from sandbox import Running, Workspace
from tests.durability.audit import Audit

# So long after the trouble everything must be there.
MINUTES = 4
LOOK_SECONDS = 0.1


class Stage:
    """A workspace, a database and a clock. Each bot is made from nothing, as after a start of the process."""

    def __init__(self, server: Running, database_url: str, clock: MovableClock, rules: Path | None = None) -> None:
        self.slack: Workspace = server.ws
        self.clock = clock
        # What a process of the bot is started with.
        self.environment = {**server.ws.settings(), "DATABASE_URL": database_url, "TOCSIN_HTTP": "127.0.0.1:0"}
        self.settings = settings.load(need_slack=True, env=self.environment)
        self.policy = policy.load(rules)
        self.parts = Tocsin(self.settings, self.policy, clock).parts
        self.store = self.parts.store
        self._made: dict[Callable[[Stage], int], int] = {}
        self._audit = Audit(self.slack, self.parts)

    def new_parts(self, kind: type[slack.Slack] = slack.Slack) -> Parts:
        """The parts of a bot that has just been started: it remembers nothing of Slack. (A store remembers nothing.)"""
        token = self.settings.slack_bot_token.get_secret_value()
        return replace(self.parts, slack=kind(slack.client(token, self.settings.slack_api_url)))

    def once(self, make: Callable[["Stage"], int]) -> int:
        """What `make` makes, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def nobody_looks_at_home(self) -> None:
        """Who looked at Home before goes elsewhere: it would be drawn, for hours, after whatever happens anywhere."""
        with self.store.begin() as work:
            for user in waiting.homes_open(work.session, work.now):
                homes.forget(work, user=user)

    def carries(self) -> None:
        """A bot that nothing ever happens to carries all that is due."""
        Delivery(self.parts).run_until_empty()

    def slack_catches_up(self) -> None:
        """What a bot sent before it was killed is worked off: in life, long before its lease runs out."""
        for _ in range(3):
            self.parts.slack.call("auth.test")

    def leases_run_out(self) -> None:
        """What a dead bot had in hand may be taken by another."""
        self.clock.moves(LEASE + timedelta(seconds=1))

    def recovers(self) -> None:
        """Another bot starts, and minutes pass. Nobody helps."""
        delivery = Delivery(self.new_parts())
        self.leases_run_out()
        for _ in range(MINUTES):
            delivery.run_until_empty()
            self.clock.moves(timedelta(minutes=1))

    def newest_incident(self) -> int:
        """The number of the incident that was declared last; 0 when there is none."""
        with self.store.read() as session:
            return session.scalar(select(func.max(Incident.id))) or 0

    def is_finished(self) -> bool:
        """Whether everything that was told has been carried."""
        with self.store.read() as session:
            return not queries.outbox_depth(session)

    def leased(self) -> int:
        """How many effects are in some bot's hands."""
        with self.store.read() as session:
            return sum(count for state, count, _ in queries.outbox_depth(session) if state is EffectState.LEASED)

    def waits_for(self, what: Callable[[], bool], seconds: float = 20.0) -> None:
        """Until it is so. The workspace says when something has changed there; the database is asked now and then."""
        changed = threading.Event()
        stop = self.slack.on_change(lambda *_: changed.set())
        deadline = time.monotonic() + seconds
        try:
            while not what():
                assert time.monotonic() < deadline, "it did not come about in time"
                changed.wait(LOOK_SECONDS)
                changed.clear()
        finally:
            stop()

    def wrong(self) -> list[str]:
        """What the audit finds."""
        return self._audit.wrong()

    def changes(self, workflow: Callable, **arguments) -> object:
        """Run one workflow in a transaction of its own."""
        with self.store.begin() as work:
            return workflow(work, **arguments)

    def close(self) -> None:
        self.store.close()
