"""The carrier of the outbox: claim → call → settle.

A few threads take effects one by one. No transaction is open while Slack is called; what was learned is written
together with the settlement. Whoever dies in between leaves a lease that runs out, and the next one starts again.
"""

import logging
import queue
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot import carry, database, lease, slack
from bot.effects import KINDS, WITH_SLACK, WITHOUT_SLACK, RefreshCard, RefreshHomes, RefreshTopic
from bot.errand import Errand
from bot.errors import (
    MailRefused,
    MailUnclear,
    NotYet,
    SlackBusy,
    SlackRefused,
    SlackUnclear,
    TargetBusy,
    TargetRefused,
    TargetUnclear,
)
from bot.metrics import DELIVERED
from bot.parts import Parts
from db import outbox
from db.outbox import Claimed
from db.store import Work

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# The last call of an effect begins while there is time for its time-out and for the note before the lease ends.
CALLING_SECONDS = 40.0
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=24)
GIVE_UP_TRIES = 20
TRIES_AFTER_A_BUG = 5
IDLE_SECONDS = 1.0
# In a busy minute every commit brings news; one look is enough for what was told in so short a time.
BETWEEN_LOOKS_SECONDS = 0.02
# So many calls wait for Slack at a time. They hold no connection to the database meanwhile.
CARRIERS = 48
# So many of them write down what they learned at a time: more of them get no more done, and would take connections and
# the interpreter from who answers people. One that waits behind a lock keeps the others for so long at most.
WRITING = 2
WRITING_SECONDS = 0.5
# What is best to knock with: done once more it changes nothing, and nobody has to look first whether it was done.
SHOWN_ANEW = (RefreshCard.__name__, RefreshTopic.__name__)
# A stopping process is given ten seconds; the connection and the schedule need some of them too.
STOP_SECONDS = 4.0


class Delivery:
    """Carries what is in the outbox, with `carriers` threads once started; or all of it now, in the caller's thread.

    One thread looks for work, as much at a time as there are idle carriers, and hands it out: many carriers that look
    for themselves would ask the database the same thing at every commit.
    """

    def __init__(self, parts: Parts, carriers: int = CARRIERS) -> None:
        """Nothing is carried yet."""
        self.parts = parts
        self._carriers = carriers
        self._threads: list[threading.Thread] = []
        self._handed_out: queue.SimpleQueue[Claimed | None] = queue.SimpleQueue()
        self._in_hand: dict[tuple[int, int], Claimed] = {}  # by effect and attempt
        self._writing = threading.Semaphore(WRITING)
        self._told = threading.Condition()
        self._news = False
        self._stopping = False

    def wake(self) -> None:
        """Something was told: look at once."""
        with self._told:
            self._news = True
            self._told.notify()

    def start(self) -> None:
        """Begin to carry, in the background."""
        self._stopping = False
        looker = threading.Thread(target=self._look, name="delivery", daemon=True)
        names = [f"delivery-{n}" for n in range(1, self._carriers + 1)]
        self._threads = [looker, *(threading.Thread(target=self._work, name=name, daemon=True) for name in names)]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Finish what is in hand and take nothing new; what is not finished in time keeps its lease and goes on later."""
        ends = time.monotonic() + seconds
        with self._told:
            self._stopping = True
            self._told.notify()
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def run_until_empty(self) -> int:
        """Carry everything that is due now, in this thread; how many were carried."""
        carried = 0
        while self.carry_one():
            carried += 1
        return carried

    def carry_one(self, kinds: Collection[str] | None = None) -> bool:
        """Carry the next effect that is due, of any or of these kinds. False when there is none."""
        with self.parts.store.begin() as work:
            claims = outbox.claim(work.connection, now=work.now, lease=LEASE, kinds=kinds)
        for claimed in claims:
            self._carry(claimed)
        return bool(claims)

    def _look(self) -> None:
        """Hand out what is due, until told to stop; then the carriers' last order is to go home."""
        while self._waits_for_work():
            try:
                claims = self._claim()
            except Exception:  # The database may be down for a while; the outbox is safe, so look again later.
                log.exception("delivery could not reach the database; it tries again")
                continue
            with self._told:
                self._in_hand.update({(claimed.id, claimed.attempts): claimed for claimed in claims})
            for claimed in claims:
                self._handed_out.put(claimed)
        for _ in range(self._carriers):
            self._handed_out.put(None)

    def _waits_for_work(self) -> bool:
        """Wait for news, or a while, and for an idle carrier. False: it is time to stop."""
        with self._told:
            self._told.wait_for(lambda: self._stopping, BETWEEN_LOOKS_SECONDS)
            self._told.wait_for(lambda: self._stopping or self._news, IDLE_SECONDS)
            self._told.wait_for(lambda: self._stopping or len(self._in_hand) < self._carriers)
            self._news = False
            return not self._stopping

    def _claim(self) -> list[Claimed]:
        idle, now = self._carriers - len(self._in_hand), self.parts.clock.now()
        with self.parts.store.begin() as work:

            def take(limit: int, kinds: Collection[str] | None = None) -> list[Claimed]:
                return outbox.claim(work.connection, now=work.now, lease=LEASE, limit=limit, kinds=kinds)

            if not self.parts.health.doubtful:
                return take(idle)
            # One carrier goes on knocking. The others would only wait for time-outs, and an e-mail that says that Slack
            # is away would wait behind them.
            claims = take(idle, WITHOUT_SLACK)
            if len(claims) < idle and not self._is_knocking() and self.parts.health.may_knock(now):
                claims += take(1, SHOWN_ANEW) or take(1, WITH_SLACK)
            return claims

    def _is_knocking(self) -> bool:
        return any(claimed.kind not in WITHOUT_SLACK for claimed in self._in_hand.copy().values())

    def _work(self) -> None:
        while (claimed := self._handed_out.get()) is not None:
            try:
                self._carry(claimed)
            except Exception:  # It could not even be written down: the lease runs out, and it is carried again.
                log.exception("delivery could not reach the database; it tries again")
            finally:
                with self._told:
                    del self._in_hand[claimed.id, claimed.attempts]
                self.wake()  # The next one of its lane may be due.

    def _carry(self, claimed: Claimed) -> None:
        try:
            effect = KINDS[claimed.kind].model_validate(claimed.payload)
            with lease.within(CALLING_SECONDS):
                learned = carry.carry(effect, Errand(self.parts, claimed))
        except NotYet as first:
            self._postpone(claimed, FIRST_WAIT, str(first), for_ever=True, level=logging.DEBUG)
        except (SlackBusy, TargetBusy) as busy:
            self._postpone(claimed, timedelta(seconds=busy.retry_after), str(busy), for_ever=True)
        except (SlackUnclear, MailUnclear, TargetUnclear) as unclear:
            if isinstance(unclear, SlackUnclear) and unclear.code != slack.NO_TIME_LEFT:
                self.parts.health.lost(self.parts.clock.now())
            self._postpone(claimed, _wait(claimed.attempts), str(unclear))
        except (SlackRefused, MailRefused, TargetRefused) as refusal:
            self._came_through(claimed)
            self._bury(claimed, str(refusal))
        except Exception as error:  # A bug of ours: it must not stop the lane, nor be lost.
            if database.is_down(error):
                raise  # No bug, and nothing can be written down now: the lease runs out, and it is carried again.
            log.exception("carrying %s of incident %s failed", claimed.kind, claimed.incident)
            if claimed.attempts >= TRIES_AFTER_A_BUG:
                self._bury(claimed, f"a bug in tocsin: {type(error).__name__}")
            else:
                self._postpone(claimed, _wait(claimed.attempts), type(error).__name__)
        else:
            self._came_through(claimed)
            with self._begin() as work:
                if outbox.settle(work.connection, claimed, now=work.now):
                    learned(work)
            DELIVERED.labels(claimed.kind, "done").inc()

    @contextmanager
    def _begin(self) -> Iterator[Work]:
        """The transaction in which a carrier writes down what became of its effect."""
        in_turn = self._writing.acquire(timeout=WRITING_SECONDS)
        try:
            with self.parts.store.begin() as work:
                yield work
        finally:
            if in_turn:
                self._writing.release()

    def _came_through(self, claimed: Claimed) -> None:
        if claimed.kind not in WITHOUT_SLACK:
            self.parts.health.came_through()

    def _postpone(
        self,
        claimed: Claimed,
        wait: timedelta,
        error: str,
        *,
        for_ever: bool = False,
        level: int = logging.WARNING,
    ) -> None:
        # Old is not enough: after a weekend without the bot, or a repair, it has hardly been tried.
        old = self.parts.clock.now() - claimed.told_at > GIVE_UP_AFTER
        if old and claimed.attempts >= GIVE_UP_TRIES and not for_ever:
            self._bury(claimed, error)
            return
        DELIVERED.labels(claimed.kind, "postponed").inc()
        log.log(level, "%s of incident %s waits %s: %s", claimed.kind, claimed.incident, wait, error)
        with self._begin() as work:
            outbox.postpone(work.session, claimed, until=work.now + wait, error=error)

    def _bury(self, claimed: Claimed, error: str) -> None:
        DELIVERED.labels(claimed.kind, "dead").inc()
        log.error("%s of incident %s cannot be delivered: %s", claimed.kind, claimed.incident, error)
        with self._begin() as work:
            if claimed.incident is not None:
                work.incident(claimed.incident)  # Locked first, as everybody does who tells of it.
            outbox.bury(work.session, claimed, now=work.now, error=error)
            if claimed.incident is not None and claimed.kind != RefreshCard.__name__:
                work.tell(RefreshCard(incident=claimed.incident))  # It shows what could not be delivered.
                work.tell(RefreshHomes(incident=claimed.incident), only_if="watched")  # So does Home.


def _wait(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to a minute."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts - 1, 10)))
