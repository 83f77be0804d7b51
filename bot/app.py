"""The one place where the parts are put together, started and stopped."""

import contextlib
import ctypes
import gc
import logging
import time
from typing import Self

from apscheduler.schedulers.background import BackgroundScheduler
from slack_bolt import App
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

import migrations
from bot import commands, database, schedule, slack, web
from bot.clock import Clock, SharedClock
from bot.delivery import Delivery
from bot.errors import BadSettings
from bot.mail import Mailer
from bot.orders import READ_AGAIN, STOP, Orders, heard
from bot.pace import Pace
from bot.parts import Parts
from bot.policy import Policy
from bot.policy.rulebook import Rulebook
from bot.receiver import Receiver
from bot.settings import Settings
from bot.statuspage import Statuspage
from bot.watch import PROBE_SECONDS, Watch
from bot.workflows import consequences, policies
from db.store import Store

log = logging.getLogger(__name__)

QUICK_SECONDS = 2
# From glibc's malloc.h.
M_ARENA_MAX, HEAPS = -8, 2


class Tocsin:
    """The bot: its parts, and what runs. Built without touching the network or the database."""

    def __init__(
        self,
        settings: Settings,
        rules: Policy | Rulebook,
        clock: Clock | None = None,
        pace: Pace | None = None,
        store: Store | None = None,
    ) -> None:
        """`settings` must hold Slack's tokens. Without a `pace`, Slack's limits are met by its 429s alone.

        Without a `store`, the one that the settings name is opened.
        """
        assert settings.slack_bot_token is not None
        clock = clock or SharedClock()
        token = settings.slack_bot_token.get_secret_value()
        client = slack.client(token, settings.slack_api_url)
        store = store or Store(settings.database_url.get_secret_value(), clock.now)
        mailer = Mailer(settings.smtp, settings.mail_from, clock.now) if settings.smtp else None
        quick = slack.Slack(slack.client(token, settings.slack_api_url, timeout=QUICK_SECONDS))
        rulebook = rules if isinstance(rules, Rulebook) else Rulebook(rules)
        consequences.attach(store, policy=lambda: rulebook.policy, mail=mailer is not None)
        key = settings.statuspage_key
        remote = Statuspage(key, settings.statuspage_url) if key else None
        self.parts = Parts(settings, rulebook, clock, store, slack.Slack(client, pace), quick, mailer, remote)
        self.delivery = Delivery(self.parts)
        store.on_told = self.delivery.wake
        secret = settings.slack_signing_secret
        self.bolt = App(
            name="tocsin",
            client=quick.web,  # Bolt's own calls are made while somebody waits for an answer.
            signing_secret=secret.get_secret_value() if secret else None,
            process_before_response=True,  # The ack leaves when the listener returns: after the commit.
            token_verification_enabled=False,  # `doctor` checks the token, and so does the first call.
        )
        commands.register(self.bolt, self.parts)
        app_token = settings.slack_app_token
        self.socket = Receiver(self.bolt, app_token.get_secret_value(), clock.now) if app_token else None
        probe = slack.Slack(slack.client(token, settings.slack_api_url, timeout=PROBE_SECONDS))
        self.watch = Watch(self.parts, probe, self.socket)
        self.jobs: BackgroundScheduler | None = None
        self.server: web.Server | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """With the policy that the settings name."""
        return cls(settings, Rulebook.read(settings.policy, settings.timezone), pace=Pace(time.monotonic))

    def connect(self) -> None:
        """Bring the schema up to date and listen to Slack; while Slack is away, without it: the watch connects later.

        A `SlackApiError` when Slack is there and does not want the app token.
        """
        if not self.parts.store.take_alone():
            raise BadSettings(
                "DATABASE_URL: another `tocsin run` uses this SQLite file. Stop it, or use PostgreSQL for several bots."
            )
        schedule.keep_time(self.parts)
        migrations.upgrade(self.parts.store.engine)
        database.seal(self.parts.store)
        self._remember_policy()
        if self.socket:
            try:
                self.socket.connect()
            except (SlackApiError, OSError) as error:
                if isinstance(error, SlackApiError) and slack.is_answer(error):
                    raise
                log.warning(
                    "Slack at %s does not answer; this bot connects when it does", self.parts.settings.slack_api_url
                )

    def start(self) -> int:
        """Everything: connection, delivery, schedule and web; gives the port of the web server."""
        self.connect()
        over_http = None if self.socket else self.bolt
        routes = web.application(self.parts, connected=self.connected, slack=over_http)
        address = self.parts.settings.http
        self.server = web.Server(routes, address)
        try:
            port = self.server.start()
        except OSError:
            raise BadSettings(f"TOCSIN_HTTP: {address} is in use. Stop what listens there or choose another.") from None
        self.delivery.start()
        self.jobs = schedule.scheduler(self.parts, self.watch)
        self.jobs.start()
        return port

    def read_policy_again(self) -> bool:
        """Take over what the policy file says now, unless it is wrong; whether it was taken over."""
        taken = self.parts.rulebook.read_again(self.parts.clock.now())
        if taken:
            self._remember_policy()
        if taken and self.jobs:
            schedule.follow_policy(self.jobs, self.parts)
        return taken

    def _remember_policy(self) -> None:
        """An auditor asks one day which policy was in force. That the database is away keeps no policy from holding."""
        try:
            with self.parts.store.begin() as work:
                policies.remember(work, self.parts.policy)
        except SQLAlchemyError as error:
            if not database.is_down(error):
                raise
            log.warning("the policy in force could not be kept in the database; the next start keeps it")

    def connected(self) -> bool:
        """Whether Slack reaches us; in HTTP mode only Slack knows."""
        return self.socket is None or self.socket.connected()

    def stop(self) -> None:
        """Take nothing new, finish what is in hand, leave."""
        if self.socket:
            self.socket.close()
        if self.jobs:
            self.jobs.shutdown(wait=False)  # What a job does is one transaction; the process ends after it.
        self.delivery.stop()
        if self.server:
            self.server.stop()
        self.parts.store.close()


def _share_heaps() -> None:
    """Have all threads use two heaps of glibc's: by itself it makes one for nearly each, and gives little of them back."""
    with contextlib.suppress(OSError, AttributeError):  # Other systems have another allocator, without this switch.
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. SIGHUP has the policy read again."""
    with Orders(dict.fromkeys((*STOP, READ_AGAIN), heard)) as orders:
        _share_heaps()
        bot = Tocsin.from_settings(settings)
        port = bot.start()
        # What is there now stays: the collector need not look at it again and again, which takes a tenth of a second each
        # time, nor wait with what is thrown away until there is a quarter as much of that.
        gc.collect()
        gc.freeze()
        log.info("tocsin is up; health on port %s", port)
        while (order := orders.next()) not in STOP:
            if order == READ_AGAIN:
                bot.read_policy_again()
        log.info("stopping")
        bot.stop()
