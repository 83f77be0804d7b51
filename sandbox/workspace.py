"""The workspace: all parts of the sandbox put together, and its face for Python."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox import channels, directory, events, messages
from sandbox.api.scheduled import post_due
from sandbox.courier import Courier
from sandbox.disk import Disk
from sandbox.errors import NothingThere, SandboxError, SlackError
from sandbox.faults import Faults
from sandbox.ids import Clock, Counter, SystemClock, user_id
from sandbox.inspector import Delivery, Request, Ring
from sandbox.limits import Limits
from sandbox.manifest import Manifest
from sandbox.manifest import read as read_manifest
from sandbox.people import Person
from sandbox.request_urls import RequestUrls
from sandbox.sockets import Sockets
from sandbox.state import Channel, State
from sandbox.tickets import Tickets

Doc = dict[str, Any]


class Workspace:
    """One Slack workspace with one app installed.

    `manifest` is a path or a mapping; the app may do, and is sent, only what it declares. `clock` (anything with
    `now() -> float`, epoch seconds) rules timestamps, trigger ids, response URLs, retries and rate limits; only the three
    seconds for an ack are real time. `rate_limits` switches the limits on. `state` is a file that keeps the workspace.

    All methods may be called from any thread.
    """

    team_id = "T0SANDBOX"
    team_domain = "sandbox"
    team_name = "Sandbox"
    app_id = "A0SANDBOX"
    bot_id = "B0SANDBOX"
    # Plainly no secrets: fixed, so that settings can be written down and never have to be looked up.
    bot_token = "xoxb-sandbox-bot-token"  # noqa: S105
    app_token = "xapp-sandbox-app-token"  # noqa: S105
    verification_token = "sandbox-verification-token"  # noqa: S105
    signing_secret = hashlib.sha256(b"sandbox").hexdigest()[:32]

    def __init__(
        self,
        manifest: Manifest | Mapping[str, Any] | str | Path,
        *,
        clock: Clock | None = None,
        rate_limits: bool = False,
        state: Path | str | None = None,
    ) -> None:
        self.manifest = read_manifest(manifest)
        self.scopes = frozenset(self.manifest.oauth_config.scopes.bot)
        self.clock = clock or SystemClock()
        self.counter = Counter(self.clock)
        self.state = State(self.counter, Disk(Path(state)) if state else None)
        self.tickets = Tickets(self.counter, self.team_id)
        self.limits = Limits(self.clock, on=rate_limits)
        self.requests: Ring[Request] = Ring()
        self.faults = Faults(self._faults_changed, self._disconnect)
        self.courier = Courier(self.clock, self.faults, self._delivery_changed)
        self.sockets = Sockets(self.courier, self.app_id, self._sockets_changed)
        self.request_urls = RequestUrls(self)
        socket_mode = self.manifest.settings.socket_mode_enabled
        self.courier.transport = self.sockets if socket_mode else self.request_urls
        self.url = ""  # where the server listens, once it does
        self._people: dict[str, Person] = {}
        with self.state.change():
            directory.install_app(self)

    # -- who and what is here --------------------------------------------------------------------------------------------

    @cached_property
    def bot_user_id(self) -> str:
        """The user id of the app's bot: `U0` and its name."""
        return user_id(self.manifest.name)

    @cached_property
    def bot_profile(self) -> Doc:
        """The app as its messages show it."""
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "user_id": self.bot_user_id,
            "name": self.manifest.name,
            "icons": directory.bot_icons(),
            "deleted": False,
            "updated": 1,
            "team_id": self.team_id,
        }

    @property
    def deliveries(self) -> Ring[Delivery]:
        """The last payloads sent to the app, oldest first."""
        return self.courier.deliveries

    @property
    def is_empty(self) -> bool:
        """Whether nobody but the app is here yet."""
        return not self.people()

    def settings(self) -> dict[str, str]:
        """The environment an app needs to connect to this workspace. Needs a running server for the address."""
        found = {"SLACK_BOT_TOKEN": self.bot_token, "SLACK_SIGNING_SECRET": self.signing_secret}
        if self.manifest.settings.socket_mode_enabled:
            found["SLACK_APP_TOKEN"] = self.app_token
        found["SLACK_API_URL"] = f"{self.url}/api/"
        return found

    def add_person(
        self,
        name: str,
        *,
        real_name: str | None = None,
        email: str | None = None,
        tz: str = "UTC",
        admin: bool = False,
    ) -> Person:
        """Let somebody join the workspace; `tz` is an IANA zone. Their id follows from the name: `U0ANA`."""
        with self.state.change():
            directory.add_person(self, name, real_name=real_name, email=email, tz=tz, admin=admin)
        return self.person(name)

    def person(self, who: str | Person) -> Person:
        """The person of this name or id; raises NothingThere."""
        if isinstance(who, Person):
            return who
        user = directory.find(self, who)
        return self._people.setdefault(user["id"], Person(self, user["id"]))

    def people(self) -> list[Person]:
        """The people of the workspace, in the order they came; deactivated ones too."""
        return [self.person(one["id"]) for one in list(self.state.users.values()) if not one["is_bot"]]

    def deactivate(self, who: str | Person) -> None:
        """Close somebody's account: they leave every channel, the app gets `user_change`."""
        user = self.state.users[self.person(who).id]
        with self.state.change():
            directory.deactivate(self, user)

    def add_channel(
        self,
        name: str,
        *,
        private: bool = False,
        members: Iterable[str | Person] = (),
        with_app: bool = True,
    ) -> Doc:
        """Make a channel with these members; the app is in it unless `with_app` is False. Nobody is told."""
        ids = [self.person(one).id for one in members]
        with self.state.change():
            try:
                checked = channels.check_name(self, name)
            except SlackError as refused:
                raise SandboxError(f"channel {name!r}: Slack answers {refused.error}; choose another name") from None
            app = [self.bot_user_id] if with_app else []
            made = Channel(channels.info(self, checked, (ids or [self.bot_user_id])[0], private=private))
            made.members.update(dict.fromkeys([*ids, *app]))
            self.state.channels[made.id] = made
            self.state.touch("channel", made.id)
        return self.channel(made.id)

    def conversation(self, which: str | Mapping[str, Any]) -> Channel:
        """The conversation of this id or name (with or without `#`), or of a channel object; raises NothingThere."""
        key = which if isinstance(which, str) else str(which["id"])
        with self.state.lock:
            all_of_them = dict(self.state.channels)
        found = all_of_them.get(key)
        if found is None:
            name = key.removeprefix("#")
            found = next((one for one in all_of_them.values() if name and one.name == name), None)
        if found is None:
            names = ", ".join(f"#{one.name}" for one in all_of_them.values() if one.name)
            raise NothingThere(f"there is no channel {key!r}; there are: {names or 'none'}")
        return found

    def channel(self, which: str | Mapping[str, Any]) -> Doc:
        """Slack's channel object, with `num_members` and `members` (ids)."""
        with self.state.lock:
            found = self.conversation(which)
            return {**channels.for_app(self, found, num_members=True), "members": list(found.members)}

    def channels(self) -> list[Doc]:
        """All conversations, direct ones too, in the order they were made."""
        with self.state.lock:
            return [self.channel(one) for one in list(self.state.channels)]

    def messages(self, channel: str | Mapping[str, Any], thread_ts: str | None = None) -> list[Doc]:
        """Slack's message objects, oldest first: of the channel itself, or of one thread with its root."""
        with self.state.lock:
            return [dict(one) for one in self.conversation(channel).timeline(thread_ts)]

    def pins(self, channel: str | Mapping[str, Any]) -> list[Doc]:
        """The pinned messages, as `pins.list` shows them, the newest pin first."""
        with self.state.lock:
            found = self.conversation(channel)
            return [messages.pinned_item(found, ts) for ts in reversed(found.pins)]

    def bookmarks(self, channel: str | Mapping[str, Any]) -> list[Doc]:
        """The links at the top of a channel, as `bookmarks.list` shows them."""
        with self.state.lock:
            return [dict(one) for one in self.conversation(channel).bookmarks.values()]

    def home(self, who: str | Person) -> Doc | None:
        """The App Home the app has published for somebody."""
        view = self.state.homes.get(self.person(who).id)
        return self.state.views.get(view) if view else None

    # -- time and traffic ---------------------------------------------------------------------------------------------------

    def quiet(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is on its way to the app and nothing unacked; False when it did not come to that."""
        return self.courier.quiet(timeout)

    def run_due(self) -> int:
        """Do what has become due by the clock (retries of events, scheduled messages); returns how much that was."""
        return self.courier.run_due() + post_due(self)

    def on_change(self, callback: Callable[[str, dict[str, str]], None]) -> Callable[[], None]:
        """Call `callback(kind, ids)` after every change, from whatever thread made it; returns the way to stop.

        Kinds: `message`, `ephemeral`, `channel`, `user`, `view`, `stack` (somebody's open modals), `home`, `request`,
        `delivery`, `socket` (a connection of the app came or went), `faults`, `usergroup`, `file`, `canvas`, `scheduled`; `ids` name the thing (`channel`, `ts`, `user`, …).
        """
        return self.state.watch(callback)

    def emit(self, event: Doc, channel: Channel | None = None) -> None:
        """Send an event of your own making to the app, under the same rules as the workspace's own."""
        with self.state.change():
            events.emit(self, event, channel)

    def _delivery_changed(self, delivery: Delivery) -> None:
        self.state.tell("delivery", {"number": str(delivery.number)})

    def _sockets_changed(self) -> None:
        self.state.tell("socket", {"connections": str(self.sockets.count)})

    def _faults_changed(self) -> None:
        self.state.tell("faults", {})

    def _disconnect(self, reason: str) -> None:
        self.courier.call(self.sockets.disconnect, reason)
