"""Going in and out of channels, and what members do with them."""

from sandbox import channels, directory
from sandbox.errors import SandboxError, SlackError
from sandbox.people.seat import Place, Seat


class Rooms(Seat):
    """The verbs of a channel's menu."""

    def joins(self, channel: Place) -> None:
        """Walk into a public channel."""
        found = self.place(channel)
        if self.id not in found.members:
            with self.ws.state.change():
                channels.join(self.ws, found, self.id)

    def leaves(self, channel: Place) -> None:
        """Walk out of a channel."""
        found = self.place(channel)
        if self.id in found.members:
            with self.ws.state.change():
                channels.leave(self.ws, found, self.id)

    def invites(self, person: Seat | str, channel: Place) -> None:
        """Bring somebody into a channel; `@` and the app's name brings the app."""
        found = self.place(channel, member=True)
        user = self._user(person)
        if user not in found.members:
            with self.ws.state.change():
                channels.join(self.ws, found, user, inviter=self.id)

    def removes(self, person: Seat | str, channel: Place) -> None:
        """Take somebody out of a channel."""
        found = self.place(channel, member=True)
        user = self._user(person)
        if user in found.members:
            with self.ws.state.change():
                channels.leave(self.ws, found, user)

    def _user(self, person: Seat | str) -> str:
        if isinstance(person, Seat):
            return person.id
        return str(directory.find(self.ws, person)["id"])

    def creates_channel(self, name: str, *, private: bool = False) -> str:
        """Make a channel; returns its id."""
        with self.ws.state.change():
            return channels.create(self.ws, self._name(name), self.id, private=private).id

    def renames(self, channel: Place, name: str) -> None:
        """Give a channel another name."""
        found = self.place(channel, member=True)
        with self.ws.state.change():
            channels.rename(self.ws, found, self._name(name), self.id)

    def _name(self, name: str) -> str:
        try:
            return channels.check_name(self.ws, name)
        except SlackError as refused:
            raise SandboxError(f"channel {name!r}: Slack answers {refused.error}; choose another name") from None

    def sets_topic(self, topic: str, channel: Place) -> None:
        """Write the topic of a channel."""
        found = self.place(channel, member=True)
        with self.ws.state.change():
            channels.describe(self.ws, found, "topic", topic, self.id)

    def archives(self, channel: Place) -> None:
        """Archive a channel."""
        found = self.place(channel, member=True)
        with self.ws.state.change():
            channels.archive(self.ws, found, self.id)

    def unarchives(self, channel: Place) -> None:
        """Bring an archived channel back; the person is a member then."""
        found = self.place(channel)
        if found.is_archived:
            with self.ws.state.change():
                channels.unarchive(self.ws, found, self.id)
