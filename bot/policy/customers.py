"""The section `customers`: what customers are told, where, by whom it is published, and how often."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StrictBool
from pydantic_core import PydanticCustomError

from bot.policy.durations import Duration, LastingDuration
from bot.policy.words import DIGITS, UPPER, Entry, Folder, Key, Line, Section, inconsistent, knowing_their_keys

LONGEST_REMOTE_ID, LONGEST_ADDRESS, TARGETS_MOST, COMPONENTS_MOST = 64, 500, 10, 100
PAGE, STATUSPAGE, EMAIL, SLACK = "page", "statuspage", "email", "slack:"


def _remote_id(text: str) -> str:
    if text and text.isascii() and text.isalnum() and len(text) <= LONGEST_REMOTE_ID:
        return text
    raise ValueError("expected an id of Statuspage's: letters and digits, such as kctbh9vrtdwd")


def _channel_id(text: str) -> str:
    if text[:1] in {"C", "G"} and (UPPER | DIGITS).issuperset(text) and 2 <= len(text) <= LONGEST_REMOTE_ID:
        return text
    raise ValueError("expected a channel's id such as C0123ABCD (the channel's name, About, at the very end)")


def _address(text: str) -> str:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        url = urlsplit("")
    plain = text.isascii() and text.isprintable() and len(text) <= LONGEST_ADDRESS and not set(text) & set(" <>\"'@")
    if plain and url.scheme in {"https", "http"} and url.hostname and not (url.query or url.fragment):
        return text.rstrip("/")
    raise ValueError("expected an address such as https://status.example.com")


RemoteId = Annotated[str, AfterValidator(_remote_id)]
ChannelId = Annotated[str, AfterValidator(_channel_id)]
WebAddress = Annotated[str, AfterValidator(_address)]


class Component(Entry):
    """A part of the service, as customers know it. `statuspage` is its id there."""

    label: Line
    statuspage: RemoteId | None = None


class CustomerReminders(Section):
    """Who is reminded of an update that is due, and how long after that; None: never."""

    comms: Duration | None
    room: Duration | None
    commander: Duration | None


class CustomerTargets(Section):
    """Where updates are published."""

    page: StrictBool
    statuspage: RemoteId | None
    email: StrictBool
    slack: tuple[ChannelId, ...]


class StatusPage(Section):
    """tocsin's own status page. `address` is what customers open, `bot` where they reach the bot itself."""

    address: WebAddress | None
    bot: WebAddress | None
    folder: Folder

    @property
    def forms(self) -> str | None:
        """Where the page's forms lead, without a slash at the end: to the bot."""
        return self.bot or self.address


class Customers(Section):
    """What customers are told."""

    organisation: Line | None
    publish: tuple[Key, ...]
    second_person: StrictBool
    first: Mapping[Key, LastingDuration | None]
    cadence: Mapping[Key, LastingDuration | None]
    remind: CustomerReminders
    components: Annotated[Mapping[Key, Component], AfterValidator(knowing_their_keys)]
    targets: CustomerTargets
    page: StatusPage

    @property
    def audience(self) -> tuple[str, ...]:
        """The targets that are configured: `page`, `statuspage`, `email`, `slack:C0123ABCD`."""
        found = self.targets
        named = ((PAGE, found.page), (STATUSPAGE, found.statuspage), (EMAIL, found.email))
        return (*(name for name, is_on in named if is_on), *(f"{SLACK}{channel}" for channel in found.slack))

    def component(self, key: str) -> str:
        """What customers call it; a component that the policy no longer has is called by its key."""
        known = self.components.get(key)
        return known.label if known else key


def complaints(
    customers: Customers, *, roles: Mapping[str, object], severities: Mapping[str, object]
) -> Iterator[PydanticCustomError]:
    """What does not go together with the rest of the policy, or by itself."""
    for place, role in enumerate(customers.publish):
        if role not in roles:
            problem = f"no such role; there are {', '.join(roles)}"
            yield inconsistent(problem, "customers", "publish", str(place))
    if not customers.publish:
        yield inconsistent("name at least one role: nobody could publish", "customers", "publish")
    for name in ("first", "cadence"):
        for key in getattr(customers, name):
            if key not in severities:
                yield inconsistent(f"no such severity; there are {', '.join(severities)}", "customers", name, key)
    if customers.targets.email and customers.page.forms is None:
        problem = "needs customers.page.address: the mails bear links to confirm and to unsubscribe"
        yield inconsistent(problem, "customers", "targets", "email")
    if len(customers.audience) > TARGETS_MOST:
        yield inconsistent(f"more than {TARGETS_MOST} targets", "customers", "targets", "slack")
    if len(customers.components) > COMPONENTS_MOST:
        yield inconsistent(f"more than {COMPONENTS_MOST} components", "customers", "components")
