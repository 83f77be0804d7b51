"""Talking and listening: messages, reactions, slash commands, what one sees."""

import itertools
from typing import Any

from sandbox import answers, interactions, messages, typed
from sandbox.errors import SandboxError, SlackError
from sandbox.inspector import Delivery
from sandbox.people.outcome import Outcome
from sandbox.people.seat import Doc, Place, Seat
from sandbox.state import Channel, in_channel
from sandbox.tickets import ResponseUrl


class Talking(Seat):
    """The verbs of the message box and of the messages themselves."""

    # -- saying -----------------------------------------------------------------------------------------------------------

    def types(self, text: str, channel: Place = "#incidents", thread_ts: str | None = None) -> Outcome:
        """Type into the message box and press Enter: `/…` is a slash command, anything else a message."""
        if text.startswith("/") and len(text) > 1:
            return self._command(text, channel, thread_ts)
        return Outcome(True, message=self.says(text, channel, thread_ts))

    def says(self, text: str, channel: Place = "#incidents", thread_ts: str | None = None) -> Doc:
        """Post a message, or a reply in a thread; returns it. `@name` and `#channel` become references."""
        ws = self.ws
        found = self.place(channel, member=True)
        if not text.strip():
            raise SandboxError("an empty message cannot be sent")
        home = ws.manifest.features.app_home
        if found.kind == "im" and (home.messages_tab_read_only_enabled or not home.messages_tab_enabled):
            raise SandboxError("sending messages to this app has been turned off (app_home in the manifest)")
        with ws.state.change():
            words, blocks = typed.as_message(ws, text)
            message = messages.by_person(ws, self.id, words, blocks)
            if thread_ts:
                root = self.find_message(thread_ts)[1]
                message["thread_ts"] = root.get("thread_ts", thread_ts)
            return dict(messages.say(ws, found, message))

    def edits(self, message: Place, text: str) -> Doc:
        """Change the text of a message of one's own."""
        channel, found = self._own(message)
        with self.ws.state.change():
            words, blocks = typed.as_message(self.ws, text)
            return dict(messages.edit(self.ws, channel, found["ts"], {"text": words, "blocks": blocks}, editor=self.id))

    def deletes(self, message: Place) -> None:
        """Delete a message of one's own; admins delete anybody's, the app's too."""
        channel, found = self.find_message(message) if self.profile.get("is_admin") else self._own(message)
        with self.ws.state.change():
            messages.delete(self.ws, channel, found["ts"])

    def _own(self, message: Place) -> tuple[Channel, Doc]:
        channel, found = self.find_message(message)
        if found.get("user") != self.id:
            raise SandboxError(f"the message is not {self.name}'s; people change only their own")
        return channel, found

    def reacts(self, name: str, message: Place) -> None:
        """Add an emoji, by its name; once more changes nothing."""
        channel, found = self.find_message(message)
        with self.ws.state.change():
            messages.react(self.ws, channel, found["ts"], name.strip(":"), self.id)

    def unreacts(self, name: str, message: Place) -> None:
        """Take an emoji back."""
        channel, found = self.find_message(message)
        with self.ws.state.change():
            messages.unreact(self.ws, channel, found["ts"], name.strip(":"), self.id)

    def pins(self, message: Place) -> None:
        """Pin a message to its channel."""
        channel, found = self.find_message(message)
        with self.ws.state.change():
            if found["ts"] not in channel.pins:
                messages.pin(self.ws, channel, found["ts"], self.id)

    def unpins(self, message: Place) -> None:
        """Take a pin away."""
        channel, found = self.find_message(message)
        with self.ws.state.change():
            if found["ts"] in channel.pins:
                messages.unpin(self.ws, channel, found["ts"], self.id)

    def dismisses(self, message: Place) -> None:
        """Take an `only visible to you` message off the screen."""
        ts = message if isinstance(message, str) else str(message["ts"])
        with self.ws.state.change():
            messages.dismiss(self.ws, self.id, ts)

    # -- commands -----------------------------------------------------------------------------------------------------------

    def _command(self, text: str, channel: Place, thread_ts: str | None) -> Outcome:
        ws = self.ws
        found = self.place(channel, member=True)
        name, _, rest = text.partition(" ")
        command = ws.manifest.command(name)
        if command is None or "commands" not in ws.scopes:
            return Outcome(False, said=f"{name} is not a valid command.", failure="unknown_command")
        if thread_ts:
            return Outcome(False, said=f"{name} is not supported in threads. Sorry!", failure="not_in_threads")
        with ws.state.change():
            words = typed.as_command(ws, rest.strip(), should_escape=command.should_escape)
            payload = interactions.command(ws, self.id, found, name, words)
        ticket = ws.tickets.response_urls[payload["response_url"].removeprefix(ws.url)]
        delivery = self.ask_app("slash_commands", payload, accepts_response=True)
        return self._answered(name, delivery, ticket)

    def _answered(self, name: str, delivery: Delivery, ticket: ResponseUrl) -> Outcome:
        """What came of a command: the ack's own message, or what the app answered until then."""
        if not delivery.acked:
            return self._failed(name, delivery.outcome)
        if delivery.response:
            answer = delivery.response if isinstance(delivery.response, dict) else {"text": str(delivery.response)}
            try:
                with self.ws.state.change():
                    answers.give(self.ws, ticket, answer)
            except SlackError as refused:
                return self._failed(name, refused.error)
        shown = ticket.shown[-1] if ticket.shown else None
        return Outcome(True, said=shown["text"] if shown else None, message=shown, modal=self.modal)

    def _failed(self, name: str, error: str) -> Outcome:
        words = "because the app did not respond" if error == "operation_timeout" else f'with the error "{error}"'
        return Outcome(False, said=f"{name} failed {words}.", failure=error, modal=self.modal)

    @property
    def modal(self) -> Doc | None:
        """The view on top of this person's stack."""
        stack = self.modals
        return stack[-1] if stack else None

    @property
    def modals(self) -> list[Doc]:
        """The open views, the top one last."""
        with self.ws.state.lock:
            return [self.ws.state.views[one] for one in self.ws.state.stacks.get(self.id, ())]

    # -- seeing -----------------------------------------------------------------------------------------------------------

    def sees(self, channel: Place, thread_ts: str | None = None) -> list[Doc]:
        """The messages on this person's screen, oldest first, those only they see among them.

        Raises NotAMember for a private channel they are not in.
        """
        found = self.place(channel)
        with self.ws.state.lock:
            shown = [dict(one) for one in found.timeline(thread_ts)]
            mine = [dict(one) for one in self._whispers(found.id) if one.get("thread_ts") == thread_ts]
        return sorted([*shown, *mine], key=lambda one: str(one["ts"]))

    def _whispers(self, channel_id: str) -> list[Doc]:
        return [one for one in self.ws.state.ephemerals.get(self.id, ()) if one["channel"] == channel_id]

    def direct_messages(self) -> list[Doc]:
        """The conversation with the app."""
        return self.sees(self.direct_channel)

    def reads(self, channel: Place) -> None:
        """Have read everything in a channel."""
        found = self.place(channel)
        last: Any = next(reversed(found.messages), None)
        if last and found.read.get(self.id) != last:
            with self.ws.state.change():
                found.read[self.id] = last
                self.ws.state.touch("channel", found.id, channel=found.id, user=self.id)

    def unread(self, channel: Place) -> int:
        """How many messages in a channel are newer than what they have read; 0 where they are no member."""
        found = self.ws.conversation(channel)
        if self.id not in found.members:
            return 0
        read = found.read.get(self.id, "")
        with self.ws.state.lock:
            newer = itertools.takewhile(lambda one: str(one["ts"]) > read, reversed(found.messages.values()))
            return sum(1 for one in newer if in_channel(one) and one.get("user") != self.id)
