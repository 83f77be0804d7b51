"""The sections of a policy, as frozen values. What holds when a file is silent stands in `builtin`, not here."""

from collections.abc import Mapping
from datetime import date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    PrivateAttr,
    StrictBool,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.errors import Refused
from bot.policy.calendar import Calendar
from bot.policy.cron import Cron
from bot.policy.durations import Duration, LastingDuration

LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset("0123456789")
SLUG = LOWER | DIGITS | frozenset("-_")
ANYBODY, INSIDERS = "anybody", "insiders"
LONGEST_KEY, LONGEST_PREFIX, LONGEST_EMAIL = 32, 20, 254


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("expected one line of text")
    return text.strip()


def _key(text: str) -> str:
    if text[:1] in LOWER and SLUG.issuperset(text) and len(text) <= LONGEST_KEY:
        return text
    raise ValueError(f"expected a key of lower-case letters, digits, - and _, at most {LONGEST_KEY}")


def _slack_user(text: str) -> str:
    # https://docs.slack.dev/reference/objects/user-object: ids begin with U or W; their length is not promised.
    if text[:1] in {"U", "W"} and (UPPER | DIGITS).issuperset(text) and 2 <= len(text) <= LONGEST_KEY:
        return text
    raise ValueError("expected a Slack user id such as U0123ABCD (profile, three dots, Copy member ID)")


def _person_or_group(text: str) -> str:
    if text[:1] not in {"U", "W", "S"} or not (UPPER | DIGITS).issuperset(text) or not 2 <= len(text) <= LONGEST_KEY:
        raise ValueError("expected a Slack user id such as U0MIA, or a user group's such as S0ONCALL")
    return text


def _permitted(value: object) -> str | tuple[str, ...]:
    if value in (ANYBODY, INSIDERS):
        return str(value)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError("expected anybody, insiders, or a list of Slack ids such as [U0MIA, S0ONCALL]")
    return tuple(_person_or_group(one) for one in value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("expected a whole number of at least 1")
    return value


def _folder(value: object) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("expected the path of a folder")
    return Path(value)


def _email(text: str) -> str:
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):  # each of them, depending on what is wrong
        address = Address()
    if address.username and address.domain and text.isprintable() and " " not in text and len(text) <= LONGEST_EMAIL:
        return text
    raise ValueError("expected an e-mail address such as mia@example.com")


def _emoji(text: str) -> str:
    name = text.removeprefix(":").removesuffix(":")
    if text == f":{name}:" and name and (SLUG | frozenset("+'")).issuperset(name):
        return text
    raise ValueError('expected an emoji by its name, such as ":red_circle:"')


def _prefix(text: str) -> str:
    if text[:1] in LOWER | DIGITS and SLUG.issuperset(text) and len(text) <= LONGEST_PREFIX:
        return text
    raise ValueError(
        f"expected the beginning of a channel name: lower-case letters, digits, - and _, at most {LONGEST_PREFIX}"
    )


Line = Annotated[str, AfterValidator(_line)]
Key = Annotated[str, AfterValidator(_key)]
SlackUser = Annotated[str, AfterValidator(_slack_user)]
PersonOrGroup = Annotated[str, AfterValidator(_person_or_group)]
Permitted = Annotated[str | tuple[str, ...], PlainValidator(_permitted)]
Email = Annotated[str, AfterValidator(_email)]
Emoji = Annotated[str, AfterValidator(_emoji)]
Prefix = Annotated[str, AfterValidator(_prefix)]


def _inconsistent(problem: str, *path: str) -> PydanticCustomError:
    """Keys that are fine by themselves but not together; `path` says where that is mended, if not at the section."""
    return PydanticCustomError("whole", "{problem}", {"problem": problem, **({"path": path} if path else {})})


class Section(BaseModel):
    """Keys under one heading: frozen, and what it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(Section):
    """A section that people add under a key of their own."""

    _key: str = PrivateAttr(default="")

    @property
    def key(self) -> str:
        """What it is called in commands and in the record."""
        return self._key


E = TypeVar("E", bound=Entry)


def _knowing_their_keys(entries: Mapping[str, E]) -> Mapping[str, E]:
    for key, entry in entries.items():
        entry._key = key  # noqa: SLF001 -- the key stands outside the entry in the file; this is where they meet
    return entries


def _by_key(entries: Mapping[str, E]) -> Mapping[str, E]:
    return dict(sorted(entries.items()))


class Leader(Section):
    """Somebody who is told at once of high severities."""

    name: Line
    slack: SlackUser | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.slack is None and self.email is None:
            raise _inconsistent("name slack, email or both: how else would they be told?")
        return self


class Role(Entry):
    """Who does what in an incident."""

    label: Line
    duty: Line
    default: SlackUser | None = None


class Targets(Section):
    """How soon something should have happened, counted from the declaration; None where there is no target."""

    acknowledge: LastingDuration | None = None
    commander: LastingDuration | None = None
    update_every: LastingDuration | None = None


class Severity(Entry):
    """How bad an incident is, and what follows from it."""

    label: Line
    meaning: Line
    emoji: Emoji
    high: StrictBool
    review_required: StrictBool
    review_due: LastingDuration
    targets: Targets = Targets()


class ReviewPart(StrEnum):
    """A part of the post-incident review that people fill in."""

    IMPACT = "impact"
    FACTORS = "factors"
    WENT_WELL = "went_well"
    WENT_BADLY = "went_badly"
    LUCK = "luck"
    ACTIONS = "actions"
    TIMELINE_READ = "timeline_read"


class Ladder(Section):
    """Who is reminded of an overdue review, and how long after its due date; None: never."""

    owner: Duration | None
    room: Duration | None
    commander: Duration | None
    leadership: Duration | None


class Chase(Section):
    """How overdue reviews are chased."""

    cron: Cron
    ladder: Ladder
    again: LastingDuration
    snooze: LastingDuration


class Review(Section):
    """The post-incident review."""

    required: tuple[ReviewPart, ...]
    chase: Chase


class Actions(Section):
    """Follow-up actions."""

    due: Mapping[Key, LastingDuration]


class Rooms(Section):
    """Incident channels."""

    prefix: Prefix


class Permissions(Section):
    """Who may do what: `anybody`, `insiders` (declarer, role holders, people in the room), or these people and groups.

    Whoever may administrate may also do everything else, but see no private incident by that alone.
    """

    declare: Permitted
    severity: Permitted
    close: Permitted
    see_private: tuple[PersonOrGroup, ...]
    administrate: Permitted

    def of(self, what: str) -> Permitted:
        """The rule for `declare`, `severity`, `close` or `administrate`."""
        rule: Permitted = getattr(self, what)
        return rule


class Retention(Section):
    """How long what is over is kept, from the day it was over; None is for ever."""

    effects: LastingDuration | None
    audits: LastingDuration | None
    texts: LastingDuration | None


class Backup(Section):
    """Backups of tocsin's own database; without a cron or a folder there are none."""

    cron: Cron | None
    folder: Annotated[Path | None, PlainValidator(_folder)]
    keep: Annotated[int, PlainValidator(_count)]


class Policy(Section):
    """How a team handles incidents. Made by `bot.policy.load`."""

    leadership: tuple[Leader, ...]
    roles: Annotated[Mapping[Key, Role], AfterValidator(_knowing_their_keys)]
    severities: Annotated[Mapping[Key, Severity], AfterValidator(_knowing_their_keys), AfterValidator(_by_key)]
    review: Review
    actions: Actions
    rooms: Rooms
    permissions: Permissions
    retention: Retention
    backup: Backup
    calendar: Calendar

    @model_validator(mode="after")
    def _actions_know_the_severities(self) -> Self:
        for key in sorted(self.severities.keys() ^ self.actions.due.keys()):
            if key in self.severities:
                problem = "missing; every severity needs a duration here, such as 30d"
            else:
                problem = f"no such severity; there are {', '.join(self.severities)}"
            raise _inconsistent(problem, "actions", "due", key)
        return self

    def severity(self, key: str) -> Severity:
        """The severity that people call `key`, in whatever case; Refused with the list when there is none."""
        return _entry(self.severities, key, "severity")

    @property
    def usual_severity(self) -> str:
        """What an incident is until somebody says how bad it is: `sev3`, or the least severe where there is none."""
        return "sev3" if "sev3" in self.severities else list(self.severities)[-1]

    def role(self, key: str) -> Role:
        """The role that people call `key`, in whatever case; Refused with the list when there is none."""
        return _entry(self.roles, key, "role")

    def is_high(self, severity: str) -> bool:
        """Whether leadership is told at once; Refused when there is no such severity."""
        return self.severity(severity).high

    def review_due_at(self, severity: str, from_: datetime) -> datetime:
        """When a review begun at `from_` must be done, in UTC; Refused when there is no such severity."""
        return self.severity(severity).review_due.after(from_, self.calendar)

    def action_due_on(self, severity: str, from_: datetime) -> date:
        """The team's date when a follow-up action is due if nobody says so; Refused when there is no such severity."""
        due = self.actions.due[self.severity(severity).key]
        return self.calendar.date_of(due.after(from_, self.calendar))


def _entry(entries: Mapping[str, E], key: str, what: str) -> E:
    entry = entries.get(key.strip().lower())
    if entry is None:
        raise Refused(f"There is no {what} `{key}`. Choose one of {', '.join(f'`{known}`' for known in entries)}.")
    return entry
