"""The sections of a policy, as frozen values. What holds when a file is silent stands in `builtin`, not here."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, StrictBool, model_validator

from bot.errors import Refused
from bot.policy.calendar import Calendar
from bot.policy.conditions import BadCondition, Condition
from bot.policy.cron import Cron
from bot.policy.customers import Customers
from bot.policy.customers import complaints as complaints_about_customers
from bot.policy.durations import Duration, LastingDuration
from bot.policy.escalation import Rule, of_incidents, wrong_rules
from bot.policy.frameworks import Frameworks
from bot.policy.frameworks import complaints as complaints_about_frameworks
from bot.policy.trackers import Trackers
from bot.policy.trackers import complaints as complaints_about_trackers
from bot.policy.words import (
    Auto,
    Count,
    E,
    Email,
    Emoji,
    Entry,
    Folder,
    Key,
    Line,
    Permitted,
    PersonOrGroup,
    Prefix,
    Section,
    SlackUser,
    by_key,
    inconsistent,
    knowing_their_keys,
)


class Leader(Section):
    """Somebody whom the escalation rules tell. Of private incidents only who is named for it: `private`."""

    name: Line
    slack: SlackUser | None = None
    email: Email | None = None
    private: StrictBool = False

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.slack is None and self.email is None:
            raise inconsistent("name slack, email or both: how else would they be told?")
        return self


class Role(Entry):
    """Who does what in an incident."""

    label: Line
    duty: Line
    default: SlackUser | None = None
    deputies: tuple[SlackUser, ...] = ()


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
    TRIGGER = "trigger"
    DETECTION = "detection"
    PREVENTION = "prevention"
    ACTIONS = "actions"
    TIMELINE_READ = "timeline_read"


class Asked(StrEnum):
    """A question of the review: what is asked of one person, on a form of its own."""

    IMPACT = "impact"
    FACTORS = "factors"
    TRIGGER = "trigger"
    DETECTION = "detection"
    LEARNED = "learned"
    PREVENTION = "prevention"


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
    sign: tuple[Key, ...]
    asks: Mapping[Asked, Key | None]
    canvas: Auto
    chase: Chase


class Actions(Section):
    """Follow-up actions."""

    due: Mapping[Key, LastingDuration]


class MonthlyReport(Section):
    """The figures of a month, when it is over."""

    post: StrictBool


class RiskReview(Section):
    """How long after a risk was added, changed or looked at it is looked at again."""

    high: LastingDuration
    others: LastingDuration


def _spelled_out(value: object) -> object:
    """`true` and `false` are conditions too, which YAML reads as something else."""
    return str(value).lower() if isinstance(value, bool) else value


Whether = Annotated[Condition, BeforeValidator(_spelled_out)]


class Risks(Section):
    """The risk register. `required` says of which incidents somebody must say which risk they were before they are closed."""

    required: Whether
    asked: Whether
    high: Count
    review: RiskReview
    categories: Mapping[Key, Line]


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
    clocks: Permitted
    risks: Permitted
    see_private: tuple[PersonOrGroup, ...]
    administrate: Permitted

    def of(self, what: str) -> Permitted:
        """The rule for `declare`, `severity`, `close`, `clocks`, `risks` or `administrate`."""
        rule: Permitted = getattr(self, what)
        return rule


class Templates(Section):
    """A folder with templates of the team's own, by the names of those in `templates/`: they are used instead."""

    folder: Folder


class Retention(Section):
    """How long what is over is kept, from the day it was over; None is for ever."""

    effects: LastingDuration | None
    audits: LastingDuration | None
    texts: LastingDuration | None


class Backup(Section):
    """Backups of tocsin's own database; without a cron or a folder there are none."""

    cron: Cron | None
    folder: Folder
    keep: Count


class Policy(Section):
    """How a team handles incidents. Made by `bot.policy.load`."""

    leadership: tuple[Leader, ...]
    escalation: Annotated[Mapping[Key, Rule], AfterValidator(knowing_their_keys)]
    roles: Annotated[Mapping[Key, Role], AfterValidator(knowing_their_keys)]
    severities: Annotated[Mapping[Key, Severity], AfterValidator(knowing_their_keys), AfterValidator(by_key)]
    customers: Customers
    review: Review
    actions: Actions
    report: MonthlyReport
    trackers: Trackers
    risks: Risks
    rooms: Rooms
    permissions: Permissions
    retention: Retention
    backup: Backup
    templates: Templates
    frameworks: Frameworks
    calendar: Calendar

    @model_validator(mode="after")
    def _reviews_know_the_roles(self) -> Self:
        known = ", ".join(self.roles)
        for place, role in enumerate(self.review.sign):
            if role not in self.roles:
                raise inconsistent(f"no such role; there are {known}", "review", "sign", str(place))
        for part, asked in self.review.asks.items():
            if asked is not None and asked not in self.roles:
                raise inconsistent(f"no such role; there are {known}", "review", "asks", part.value)
        return self

    @model_validator(mode="after")
    def _actions_know_the_severities(self) -> Self:
        for key in sorted(self.severities.keys() ^ self.actions.due.keys()):
            if key in self.severities:
                problem = "missing; every severity needs a duration here, such as 30d"
            else:
                problem = f"no such severity; there are {', '.join(self.severities)}"
            raise inconsistent(problem, "actions", "due", key)
        return self

    @model_validator(mode="after")
    def _frameworks_know_the_rest(self) -> Self:
        for wrong in complaints_about_frameworks(self.frameworks, severities=self.severities, roles=self.roles):
            raise wrong
        return self

    @model_validator(mode="after")
    def _customers_know_the_rest(self) -> Self:
        for wrong in complaints_about_customers(self.customers, roles=self.roles, severities=self.severities):
            raise wrong
        return self

    @model_validator(mode="after")
    def _trackers_know_where(self) -> Self:
        for wrong in complaints_about_trackers(self.trackers):
            raise wrong
        return self

    @model_validator(mode="after")
    def _rules_know_the_rest(self) -> Self:
        high = {key: severity.high for key, severity in self.severities.items()}
        for wrong in wrong_rules(self.escalation, high=high, roles=self.roles):
            raise wrong
        return self

    @model_validator(mode="after")
    def _risks_know_the_facts(self) -> Self:
        known = of_incidents(self.severities)
        for name in ("required", "asked"):
            try:
                getattr(self.risks, name).check(known)
            except BadCondition as wrong:
                raise inconsistent(str(wrong), "risks", name) from wrong
        if not self.risks.categories:
            raise inconsistent("name at least one category", "risks", "categories")
        return self

    @property
    def people(self) -> frozenset[str]:
        """The Slack users whom it names as leadership, or for a role."""
        leaders = {leader.slack for leader in self.leadership}
        holders = {user for role in self.roles.values() for user in (role.default, *role.deputies)}
        return frozenset(user for user in leaders | holders if user)

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
