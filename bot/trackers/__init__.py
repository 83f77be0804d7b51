"""How an action and its issue in a tracker are brought in step. May be killed at any point and started again."""

from datetime import timedelta
from functools import cached_property

from bot.effects import FollowIssue
from bot.errand import Errand, Learned, meet, nothing, remembering
from bot.errors import TargetBusy, TargetRefused, TargetUnclear
from bot.policy import Policy
from bot.settings import Settings
from bot.trackers.github import GitHub
from bot.trackers.jira import Jira
from bot.trackers.tracker import Tracker, Wanted
from bot.views import issues as drawn
from bot.workflows import trackers
from bot.workflows.trackers import Seen, Side
from db import issues, queries
from db.enums import ActionState
from db.enums import Tracker as Name
from db.records import ActionRecord, IncidentRecord, IssueRecord, PersonRecord

# While a tracker is away it is knocked at ever more seldom, and for as long as it takes.
KNOCK_SECONDS, KNOCK_MOST = 2.0, 300.0
LOOK_BACK = timedelta(minutes=5)


def follow(effect: FollowIssue, errand: Errand) -> Learned:
    """Make the issue, or compare it with the action and have the one follow the other that changed last."""
    parts = errand.parts
    with parts.store.read() as session:
        action, issue = queries.action(session, effect.action), issues.of(session, effect.action)
    if action is None or issue is None or action.tracker is None:
        return nothing
    visit = Visit(errand, action, issue, tracker_of(parts.settings, parts.policy, action.tracker, issue.place))
    try:
        return visit.made()
    except TargetUnclear as away:
        wait = min(KNOCK_MOST, KNOCK_SECONDS * (1 << min(errand.claimed.attempts, 10)))
        raise TargetBusy(str(away), wait) from away


def tracker_of(settings: Settings, policy: Policy, name: Name, place: str) -> Tracker:
    """The tracker, reached with the settings' keys; refused with the setting that is missing."""
    if name is Name.GITHUB:
        if settings.github_token is None:
            raise TargetRefused("GitHub is not set up: set TOCSIN_GITHUB_TOKEN, then `tocsin repair`")
        return GitHub(settings.github_token, settings.github_url, place, policy.trackers.github.labels)
    url, user, token, rules = settings.jira_url, settings.jira_user, settings.jira_token, policy.trackers.jira
    if url is None or user is None or token is None:
        raise TargetRefused(
            "Jira is not set up: set TOCSIN_JIRA_URL, TOCSIN_JIRA_USER and TOCSIN_JIRA_TOKEN, then `tocsin repair`"
        )
    return Jira(url, user, token, place, rules.type, rules.labels, rules.rejected)


class Visit:
    """One visit to the tracker, for one action."""

    def __init__(self, errand: Errand, action: ActionRecord, issue: IssueRecord, tracker: Tracker) -> None:
        """Everything as the database has it now. Nothing is called yet."""
        self.errand, self.parts = errand, errand.parts
        self.action, self.issue, self.tracker = action, issue, tracker
        self.incident: IncidentRecord = errand.incident()
        with self.parts.store.read() as session:
            self.by = issues.last_by(session, action)
        self._asked: list[PersonRecord] = []

    def made(self) -> Learned:
        """Compare, and bring there what holds here; what holds there is brought here when this is settled."""
        found = self._found()
        if found is None:
            return nothing
        action, issue, seen = self.action, self.issue, found
        holds = trackers.changed_last(
            agreed=issue.state,
            here=action.state,
            there=seen.state,
            here_at=trackers.changed_at(action),
            there_at=seen.at,
        )
        if holds is Side.HERE:
            seen = self._told(seen)
        elif action.state is ActionState.OPEN and (action.owner, action.due_on) != (issue.owner, issue.due_on):
            self.tracker.revise(seen, self._wanted())
        return remembering(
            self._asked,
            lambda work: trackers.met(work, number=action.incident_id, was=action, seen=seen, holds=holds),
        )

    @cached_property
    def people(self) -> dict[str, PersonRecord]:
        """Whom the issue names, by id; whom we do not know, Slack is asked about. Of a private incident it names nobody."""
        named = drawn.named_in(self.action, self.by)
        with self.parts.store.read() as session:
            known = queries.people(session, named)
        if not self.incident.private:
            self._asked += meet(named - known.keys(), self.parts)
        return known | {person.user: person for person in self._asked}

    def _found(self) -> Seen | None:
        """The issue as it is there, made if it is not there yet; None when there is nothing left to make one of."""
        if self.issue.remote is not None:
            return self.tracker.look_at(self.issue.remote)
        asked_at, now = self.issue.asked_at, self.parts.clock.now()
        if asked_at is None and self.action.state is not ActionState.OPEN:
            return None
        if asked_at is not None:
            there = self.tracker.find(self.issue.uid, asked_at - LOOK_BACK)
            if there is not None:
                return there
            left = asked_at + self.tracker.slow - now
            if left > timedelta():
                raise TargetBusy("it may have been made a moment ago, and is looked for again", left.total_seconds())
        return self._created()

    def _created(self) -> Seen:
        """Made, with a note beforehand that from now on it may be there, whatever becomes of us."""
        with self.parts.store.begin() as work:
            trackers.asked(work, action_id=self.action.id)
        try:
            return self.tracker.create(self._wanted())
        except (TargetRefused, TargetBusy):
            with self.parts.store.begin() as work:
                trackers.declined(work, action_id=self.action.id)
            raise

    def _told(self, seen: Seen) -> Seen:
        """Have the tracker follow: why first, so that whoever is told of the end can read it."""
        action, incident = self.action, self.incident
        if action.done_at is not None and not incident.private:
            words = drawn.over(action, self.by, self.people)
            mark = f"{self.issue.uid} {action.done_at:%Y%m%dT%H%M%S}"
            said = drawn.said if action.tracker is Name.GITHUB else drawn.adf_said
            written = said(words, incident, self.people)
            self.tracker.comment(seen, mark, written, action.done_at)
        return self.tracker.turn(seen, action.state)

    def _wanted(self) -> Wanted:
        action, incident, policy = self.action, self.incident, self.parts.policy
        assert action.tracker is not None
        return Wanted(
            mark=self.issue.uid,
            title=drawn.title(action, incident, self.people),
            text=(
                drawn.text(action, incident, self.people)
                if action.tracker is Name.GITHUB
                else drawn.adf(action, incident, policy, self.people)
            ),
            facts=drawn.facts(action, incident, policy, self.people),
            owner=None if incident.private else policy.trackers.account(action.owner, action.tracker),
            given=self.issue.remote is None or action.owner != self.issue.owner,
            due_on=action.due_on,
        )
