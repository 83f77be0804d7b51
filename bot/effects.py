"""What the world must hear, as data. A workflow tells an effect; `bot.delivery` carries it.

Two sorts: an *announcement* (Say, React, Invite) is carried once; a *refresh* (everything with a `key`) brings Slack to
what the database says, so that one waiting refresh covers all changes made meanwhile.

Lanes keep order where people see it: what is said in one room, in one announcement's thread, to one person.
"""

import hashlib
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

URGENT, NORMAL, COSMETIC = 0, 1, 2


class Effect(BaseModel):
    """An order to the outside. Fields are small and JSON; texts in them are raw, as people wrote them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    urgency: ClassVar[int] = NORMAL
    needs_slack: ClassVar[bool] = True
    incident: int | None

    @property
    def kind(self) -> str:
        """The class's name: what the outbox calls it."""
        return type(self).__name__

    @property
    def lane(self) -> str:
        """Effects of one lane are carried in order."""
        return f"{self.kind}:{self.incident}"

    @property
    def key(self) -> str | None:
        """Set for refreshes: one waiting effect with this key is enough."""
        return None

    def payload(self) -> dict[str, Any]:
        """As JSON, for the outbox."""
        return self.model_dump(mode="json")


class Refresh(Effect):
    """Brings something in Slack to the state in the database."""

    incident: int

    @property
    def key(self) -> str:
        """One a thing."""
        return f"{self.kind}:{self.incident}"


class OpenRoom(Refresh):
    """Make the incident's channel, or adopt it if an earlier attempt made it."""

    urgency: ClassVar[int] = URGENT

    @property
    def lane(self) -> str:
        """What is said in the room waits for the room."""
        return f"room:{self.incident}"


class RefreshCard(Refresh):
    """Post, pin or update the room's card."""

    urgency: ClassVar[int] = URGENT


class RefreshTopic(Refresh):
    """Set the room's topic."""

    urgency: ClassVar[int] = COSMETIC


class RefreshAnnouncement(Refresh):
    """Post or update the announcement in the incidents channel. Never told for a private incident."""

    @property
    def lane(self) -> str:
        """The thread's messages come after the announcement."""
        return f"announcement:{self.incident}"


class RefreshReview(Refresh):
    """Post or update the review document in the room."""


class RefreshCanvas(Refresh):
    """Write the review document into the room's canvas, where the workspace has canvases."""

    urgency: ClassVar[int] = COSMETIC


class ShareReview(Effect):
    """Post the review document, as it is now, into the announcement's thread. Never told for a private incident."""

    incident: int

    @property
    def lane(self) -> str:
        """Among what else is said there."""
        return f"announcement:{self.incident}"


class ShareDraft(Effect):
    """Post the draft of a notification, as the record has it then, into the room: Markdown and PDF."""

    incident: int
    rule: str
    by: str

    @property
    def lane(self) -> str:
        """Among what else is said there."""
        return f"room:{self.incident}"


class SharePicture(Effect):
    """Show the timeline as a picture: to whoever asked (`user`), or in the room, and there once, with the review.

    A private incident's is shown in its room, whoever asked.
    """

    urgency: ClassVar[int] = COSMETIC
    incident: int
    user: str | None = None

    @property
    def lane(self) -> str:
        """After what was said there before."""
        return f"picture:{self.incident}:{self.user or 'review'}"

    @property
    def key(self) -> str:
        """One that waits shows what is true when it is drawn."""
        return f"{self.kind}:{self.incident}:{self.user or 'review'}"


class Invite(Effect):
    """Bring people into the room."""

    incident: int
    urgency: ClassVar[int] = URGENT
    users: tuple[str, ...]


class LearnMembers(Refresh):
    """Ask Slack who is in the room: what it told while the bot was away is gone."""


class CheckRoom(Refresh):
    """Look whether the room and its card are as they should be; bring them back to that, or say why not.

    With `anew` everything is drawn anew, and a room that cannot be found is given up for another. A card that was brought
    up to date after `away_from` is known to be there.
    """

    urgency: ClassVar[int] = COSMETIC
    anew: bool = False
    away_from: datetime | None = None

    @property
    def key(self) -> str:
        """One a thing, and one that may do more besides."""
        return f"{super().key}:{'anew' if self.anew else 'look'}"


class Say(Effect):
    """A message: the template `templates/messages/<what>.j2` filled with `values`.

    `values` may hold user ids, channel ids, RFC 3339 times and raw text; the template says which is which. `private`
    effects never leave the room: a workflow tells `announcement` only for public incidents, and delivery checks again.
    """

    place: Literal["room", "announcement", "person"]
    user: str | None = None
    what: str
    values: dict[str, Any]

    @property
    def lane(self) -> str:
        """In order in each place."""
        return f"person:{self.user}" if self.place == "person" else f"{self.place}:{self.incident}"


class PostReport(Effect):
    """Post the figures of a month, as they are then, in the incidents channel. They name no incident."""

    incident: int | None = None
    month: str

    @property
    def lane(self) -> str:
        """One after the other."""
        return self.kind


class RefreshHomes(Refresh):
    """Something changed in an incident: have whoever may be looking at Home see it."""

    urgency: ClassVar[int] = COSMETIC
    needs_slack: ClassVar[bool] = False


class RefreshHome(Effect):
    """Draw one person's App Home, if that changes what it shows."""

    urgency: ClassVar[int] = COSMETIC
    incident: int | None = None
    user: str

    @property
    def lane(self) -> str:
        """In order for each person."""
        return f"home:{self.user}"

    @property
    def key(self) -> str:
        """One a person."""
        return self.lane


class ShowMenu(Effect):
    """What can be done now, as buttons, in the thread where somebody mentioned the bot.

    Without an incident, the thread is outside any room: the menu shows public incidents only.
    """

    channel: str
    thread: str

    @property
    def lane(self) -> str:
        """In order in each thread."""
        return f"thread:{self.channel}:{self.thread}"


class React(Effect):
    """Put the bot's emoji on a message, so that whoever pinned it sees that it is on the timeline."""

    incident: int
    urgency: ClassVar[int] = COSMETIC
    channel: str
    ts: str
    emoji: str


class SendMail(Effect):
    """An e-mail to one person: the template `templates/mail/<what>.j2` filled with `values`.

    Mails of one `thread` (a random name) are shown together by the reader's program; without one, those of an incident
    are. The one that `opens` its thread is what the others answer. Who answers writes to `reply_to`, a Slack user, if
    their address is known by then. Never told when there is no mail server.
    """

    urgency: ClassVar[int] = URGENT
    needs_slack: ClassVar[bool] = False
    to: str
    name: str = ""
    what: str
    values: dict[str, Any]
    thread: str | None = None
    opens: bool = False
    reply_to: str | None = None

    @property
    def lane(self) -> str:
        """In order for each reader: one whose mail server says "later" holds up nobody else."""
        return f"mail:{self.incident or ''}:{hashlib.sha256(self.to.encode()).hexdigest()[:16]}"


class RefreshStatusPage(Effect):
    """Bring the status page's files to what is published. Where the bot serves the page itself nothing waits for it."""

    needs_slack: ClassVar[bool] = False
    incident: int | None = None

    @property
    def key(self) -> str:
        """There is one page."""
        return self.kind


class TellCustomers(Effect):
    """Bring a published update to one target, once. Holds ids only: what customers read is drawn from the record."""

    incident: int
    update: int


class PostForCustomers(TellCustomers):
    """Post it in a channel, perhaps one that is shared with customers."""

    channel: str

    @property
    def lane(self) -> str:
        """In order in each channel."""
        return f"customers:{self.channel}:{self.incident}"


class ShowOnStatuspage(TellCustomers):
    """Create or update the incident at Atlassian Statuspage."""

    needs_slack: ClassVar[bool] = False


class MailSubscribers(TellCustomers):
    """Have every subscriber mailed, some hundred at a time: those whose id comes after `after`."""

    needs_slack: ClassVar[bool] = False
    after: int = 0


class MailSubscriber(TellCustomers):
    """Mail it to one subscriber. The address is read when it is carried: who has unsubscribed meanwhile gets none."""

    needs_slack: ClassVar[bool] = False
    subscriber: int

    @property
    def lane(self) -> str:
        """In order for each reader."""
        return f"subscriber:{self.subscriber}"


class AskSubscriber(Effect):
    """Mail the question whether somebody really wants to subscribe."""

    needs_slack: ClassVar[bool] = False
    incident: int | None = None
    subscriber: int

    @property
    def lane(self) -> str:
        """Among what else is mailed to this reader."""
        return f"subscriber:{self.subscriber}"


class FollowIssue(Refresh):
    """Bring an action and its issue in a tracker in step: made there once, closed there or done here, whichever was later."""

    needs_slack: ClassVar[bool] = False
    action: int

    @property
    def lane(self) -> str:
        """One after the other for each action."""
        return f"issue:{self.action}"

    @property
    def key(self) -> str:
        """One an action."""
        return f"{self.kind}:{self.action}"


KINDS: dict[str, type[Effect]] = {
    kind.__name__: kind
    for kind in (
        OpenRoom,
        RefreshCard,
        RefreshTopic,
        RefreshAnnouncement,
        RefreshReview,
        RefreshCanvas,
        ShareReview,
        ShareDraft,
        SharePicture,
        Invite,
        LearnMembers,
        CheckRoom,
        Say,
        PostReport,
        RefreshHomes,
        RefreshHome,
        ShowMenu,
        React,
        SendMail,
        RefreshStatusPage,
        PostForCustomers,
        ShowOnStatuspage,
        MailSubscribers,
        MailSubscriber,
        AskSubscriber,
        FollowIssue,
    )
}
WITHOUT_SLACK = tuple(name for name, kind in KINDS.items() if not kind.needs_slack)
WITH_SLACK = tuple(name for name, kind in KINDS.items() if kind.needs_slack)
