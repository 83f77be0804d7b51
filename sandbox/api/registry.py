"""What every method handler gets, and how it says which method it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import SlackError
from sandbox.methods import Method, scopes_for
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a Web API method by the app, its arguments read and converted."""

    ws: "Workspace"
    method: Method
    args: dict[str, Any]

    def conversation(self, key: str, *, member: bool = False, active: bool = False) -> Channel:
        """The conversation with this id, if the app may see it and has the scope for its type.

        Raises `channel_not_found` (also for a private conversation the app is not in), `missing_scope`; with `member`
        `not_in_channel`, with `active` `is_archived`.
        """
        channel = self.ws.state.channels.get(key)
        if channel is None or not self.sees(channel):
            raise SlackError("channel_not_found")
        if self.method.scopes:
            self.need(scopes_for(self.method, channel.kind))
        if member and self.ws.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        if active and channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def sees(self, channel: Channel) -> bool:
        """Whether the conversation exists for the app: all public ones, and those it is in."""
        return channel.kind == "channel" or self.ws.bot_user_id in channel.members

    def need(self, scopes: tuple[str, ...]) -> None:
        """Raises `missing_scope` unless the app was granted one of these."""
        if not self.ws.scopes.intersection(scopes):
            raise missing_scope(self.ws, scopes)

    def message(self, channel: Channel, ts: str | None, error: str = "message_not_found") -> Answer:
        """The message of this ts; raises the given error."""
        message = channel.messages.get(ts or "")
        if message is None:
            raise SlackError(error)
        return message

    def user(self, key: str, error: str = "user_not_found") -> Answer:
        """The user with this id; raises the given error."""
        user = self.ws.state.users.get(key)
        if user is None:
            raise SlackError(error)
        return user


def missing_scope(ws: "Workspace", scopes: tuple[str, ...]) -> SlackError:
    """Slack's refusal, with what was needed and what the app has."""
    return SlackError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(ws.scopes)))


Handler = Callable[[Call], Answer]

HANDLERS: dict[str, Handler] = {}


def answers(method: str) -> Callable[[Handler], Handler]:
    """Register a handler for a method; what it returns is the answer without `ok`."""

    def register(handler: Handler) -> Handler:
        HANDLERS[method] = handler
        return handler

    return register
