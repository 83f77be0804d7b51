"""The section `trackers`: where follow-up actions become issues, and who is who there."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, StrictBool
from pydantic_core import PydanticCustomError

from bot.policy.words import DIGITS, LOWER, UPPER, Line, Section, SlackUser, inconsistent
from db.enums import ActionKind, Tracker

LETTERS = LOWER | UPPER | DIGITS
LONGEST_NAME, LONGEST_PROJECT, LONGEST_LABEL, LABELS_MOST = 100, 50, 50, 20


def _repo(text: str) -> str:
    owner, slash, name = text.partition("/")
    plain = (LETTERS | frozenset("-_")).issuperset(owner) and (LETTERS | frozenset("-_.")).issuperset(name)
    if slash and owner and name.strip(".") and plain and max(len(owner), len(name)) <= LONGEST_NAME:
        return text
    raise ValueError("expected a repository by owner and name, such as acme/operations")


def _project(text: str) -> str:
    # https://support.atlassian.com/jira: a project's key begins with a letter and is written in capitals.
    if text[:1] in UPPER and (UPPER | DIGITS | {"_"}).issuperset(text) and 2 <= len(text) <= LONGEST_PROJECT:
        return text
    raise ValueError("expected a project's key such as OPS")


def _label(text: str) -> str:
    if text.strip() == text and text.isprintable() and "," not in text and 0 < len(text) <= LONGEST_LABEL:
        return text
    raise ValueError(f"expected a label without a comma, at most {LONGEST_LABEL} characters")


def _one_word(text: str) -> str:
    if " " in _label(text):
        raise ValueError("expected a label without spaces: Jira's have none")
    return text


def _account(text: str) -> str:
    if (LETTERS | frozenset("-_:")).issuperset(text) and 0 < len(text) <= LONGEST_NAME:
        return text
    raise ValueError("expected a login at GitHub such as mia-demo, or the account id of somebody in Jira")


Repo = Annotated[str, AfterValidator(_repo)]
Project = Annotated[str, AfterValidator(_project)]
Label = Annotated[str, AfterValidator(_label)]
OneWord = Annotated[str, AfterValidator(_one_word)]
Account = Annotated[str, AfterValidator(_account)]


class Accounts(Section):
    """What somebody is called in the trackers."""

    github: Account | None = None
    jira: Account | None = None


class AtGitHub(Section):
    """Where issues are made at GitHub."""

    repo: Repo | None
    labels: tuple[Label, ...]


class AtJira(Section):
    """Where issues are made in Jira, and which of its statuses and resolutions mean that something will not be done."""

    project: Project | None
    type: Line
    labels: tuple[OneWord, ...]
    rejected: tuple[Line, ...]


class Trackers(Section):
    """Follow-up actions as issues of a tracker."""

    use: Tracker | None
    kinds: tuple[ActionKind, ...]
    private: StrictBool
    people: Mapping[SlackUser, Accounts]
    github: AtGitHub
    jira: AtJira

    @property
    def place(self) -> str | None:
        """The repository or project in which they are made; None when they are made nowhere."""
        return {Tracker.GITHUB: self.github.repo, Tracker.JIRA: self.jira.project}[self.use] if self.use else None

    def account(self, user: str, tracker: Tracker) -> str | None:
        """What a Slack user is called there, as far as the policy knows."""
        known = self.people.get(user)
        return getattr(known, tracker.value) if known else None


def complaints(trackers: Trackers) -> Iterator[PydanticCustomError]:
    """What does not go together."""
    if trackers.use is Tracker.GITHUB and trackers.github.repo is None:
        yield inconsistent("missing; name a repository such as acme/operations", "trackers", "github", "repo")
    if trackers.use is Tracker.JIRA and trackers.jira.project is None:
        yield inconsistent("missing; name a project by its key, such as OPS", "trackers", "jira", "project")
    for name, labels in (("github", trackers.github.labels), ("jira", trackers.jira.labels)):
        if len(labels) > LABELS_MOST:
            yield inconsistent(f"more than {LABELS_MOST} labels", "trackers", name, "labels")
