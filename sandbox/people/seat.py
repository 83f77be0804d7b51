"""Where a person sits: who they are, what they may see, how they reach the app."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox import channels
from sandbox.errors import NotAMember, NothingThere, SandboxError, WrongThread
from sandbox.inspector import Delivery
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Doc = dict[str, Any]
Place = str | Mapping[str, Any]


class Seat:
    """One person in one workspace."""

    def __init__(self, ws: "Workspace", user_id: str) -> None:
        self.ws = ws
        self.id = user_id

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    @property
    def profile(self) -> Doc:
        """Slack's user object."""
        return self.ws.state.users[self.id]

    @property
    def name(self) -> str:
        """The name the others see."""
        return str(self.profile["profile"]["display_name"])

    @property
    def real_name(self) -> str:
        """The full name."""
        return str(self.profile["real_name"])

    @property
    def email(self) -> str:
        """The e-mail address; empty when there is none."""
        return str(self.profile["profile"].get("email", ""))

    @property
    def tz(self) -> str:
        """An IANA zone."""
        return str(self.profile["tz"])

    @property
    def deleted(self) -> bool:
        """Whether the account is deactivated."""
        return bool(self.profile["deleted"])

    @property
    def mention(self) -> str:
        """How a message refers to them."""
        return f"<@{self.id}>"

    @property
    def direct_channel(self) -> str:
        """The id of the conversation with the app."""
        with self.ws.state.change():
            return channels.direct(self.ws, self.id).id

    def place(self, channel: Place, *, member: bool = False) -> Channel:
        """A conversation this person may see; with `member`, one they may write in.

        Raises NothingThere, and NotAMember for a private one they are not in (or, with `member`, any).
        """
        found = self.ws.conversation(channel)
        inside = self.id in found.members
        if not inside and found.kind != "channel":
            raise NotAMember(
                f"{self.name} is not in the private #{found.name or found.id}; somebody there must invite them"
            )
        if member and not inside:
            raise NotAMember(f"{self.name} is not in #{found.name}; let them join: joins({found.name!r})")
        if member and found.is_archived:
            raise SandboxError(f"#{found.name} is archived; nobody can write there")
        return found

    def find_message(self, message: Place) -> tuple[Channel, Doc]:
        """The message as it stands now, by its object or its ts; raises NothingThere when it is gone."""
        ts = message if isinstance(message, str) else str(message.get("ts"))
        channel = self.ws.state.channels.get(self.ws.state.channel_of_ts.get(ts, ""))
        if channel is None or ts not in channel.messages:
            raise NothingThere(f"there is no message {ts} any more")
        self.place(channel.id)
        return channel, channel.messages[ts]

    def ask_app(self, kind: str, payload: Doc, *, accepts_response: bool = False) -> Delivery:
        """Send something to the app and wait for its ack, or for the three seconds to end."""
        courier = self.ws.courier
        if courier.on_loop:
            raise WrongThread(
                f"{self.name} would wait for the app on the thread that serves it; call this from another one"
            )
        delivery = courier.send(kind, payload, accepts_response=accepts_response)
        if not delivery.settled.wait(courier.ack_seconds + 5):
            courier.settle(delivery, "dispatch_failed")
        return delivery
