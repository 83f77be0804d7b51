"""Follow-up actions and their issues in a tracker, kept in step: which go there, and who changed last.

Three states decide: what both sides last agreed on, what is so here, and what is so there. Whoever differs from the first
has changed; if both have, the later one holds. So nothing is ever sent round in a circle, and a notice from a tracker that
comes twice, late or from somebody who kept a copy of it is a reason to look there, and nothing more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.effects import FollowIssue
from bot.policy import Policy
from bot.workflows.telling import redraw, say
from db import issues
from db.enums import ActionState, EntryKind, Tracker
from db.models import Action, Incident, Issue, Polled
from db.records import ActionRecord, EntryRecord
from db.store import Work

NAMES = {Tracker.GITHUB: "GitHub", Tracker.JIRA: "Jira"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An issue as it is there: `at` is when its state changed last, `body` what stands in it, as far as we revise it."""

    remote: str
    url: str
    state: ActionState
    at: datetime
    body: str = ""


class Side(Enum):
    """Who changed last, and so holds."""

    NEITHER = "neither"
    HERE = "here"
    THERE = "there"


def changed_last(
    *, agreed: ActionState, here: ActionState, there: ActionState, here_at: datetime, there_at: datetime
) -> Side:
    """Which side is to follow the other. At the same moment the people here hold: they have to do with the incident."""
    if here is there:
        return Side.NEITHER
    if there is agreed:
        return Side.HERE
    if here is agreed:
        return Side.THERE
    return Side.THERE if there_at > here_at else Side.HERE


def changed_at(action: Action | ActionRecord) -> datetime:
    """When the action's state changed last, here."""
    return action.done_at or action.created_at


def goes(policy: Policy, incident: Incident, action: Action) -> bool:
    """Whether the policy wants this action in a tracker. What is practised is nobody's task."""
    rules = policy.trackers
    wanted = rules.place is not None and action.kind in rules.kinds and action.state is ActionState.OPEN
    return wanted and not incident.drill and (rules.private or not incident.private)


def follow(work: Work, *, policy: Policy, incident: Incident, entries: Sequence[EntryRecord]) -> None:
    """Actions were added or changed: those that are in a tracker, or go there, are brought there too."""
    changed = {entry.data["action"] for entry in entries if "action" in entry.data and "tracker" not in entry.data}
    for number in sorted(changed):
        action = work.session.get_one(Action, number)
        if action.tracker is None:
            if not goes(policy, incident, action):
                continue
            _enter(work, policy, action)
        work.tell(FollowIssue(incident=incident.id, action=action.id))


def _enter(work: Work, policy: Policy, action: Action) -> None:
    place = policy.trackers.place
    assert place is not None
    action.tracker = policy.trackers.use
    work.session.add(
        Issue(
            action_id=action.id,
            uid=work.fresh_uid(),
            place=place,
            state=ActionState.OPEN,
            owner=action.owner,
            due_on=action.due_on,
        )
    )


def noticed(work: Work, *, tracker: Tracker, remotes: Collection[str], place: str | None = None) -> int:
    """Something is said to have changed there: look at each issue that is ours. How many are."""
    found = issues.named(work.session, tracker, remotes, place)
    for number, action in found:
        work.tell(FollowIssue(incident=number, action=action))
    return len(found)


def asked(work: Work, *, action_id: int) -> None:
    """The tracker is about to be asked to make the issue: from now on it may be there."""
    work.session.get_one(Issue, action_id).asked_at = work.now


def declined(work: Work, *, action_id: int) -> None:
    """It said no: the issue is not there."""
    work.session.get_one(Issue, action_id).asked_at = None


def polled(work: Work, *, place: str, upto: datetime | None, tag: str | None) -> None:
    """A place was looked through so far."""
    work.session.merge(Polled(place=place, upto=upto, tag=tag))


def met(work: Work, *, number: int, was: ActionRecord, seen: Seen, holds: Side) -> None:
    """Both sides were compared while the action was as it `was`, and the tracker follows if we held: what is so there now.

    Who changed the action meanwhile has told of it: then it is compared once more.
    """
    incident = work.incident(number)
    action, issue = work.session.get_one(Action, was.id), work.session.get_one(Issue, was.id)
    issue.remote, issue.owner, issue.due_on = seen.remote, was.owner, was.due_on
    untouched = (action.state, action.done_at) == (was.state, was.done_at)
    if holds is not Side.THERE or untouched:
        issue.state = seen.state
    is_new = action.url != seen.url
    action.url = seen.url
    if holds is Side.THERE and untouched:
        _take(work, incident, action, seen)
    elif is_new:
        redraw(work, incident)


def _take(work: Work, incident: Incident, action: Action, seen: Seen) -> None:
    """What somebody did in the tracker is done here. A chase of what is open again starts anew."""
    assert action.tracker is not None
    name = NAMES[action.tracker]
    action.state = seen.state
    action.done_at = None if seen.state is ActionState.OPEN else min(seen.at, work.now)
    action.proof = seen.url if seen.state is ActionState.DONE else ""
    action.rejected_because = f"closed at {name} as not to be done" if seen.state is ActionState.REJECTED else ""
    data = {"action": action.id, "tracker": action.tracker.value, "url": seen.url}
    match seen.state:
        case ActionState.OPEN:
            action.snoozed_until = None
            action.chase_round += 1
            what, more = "reopened", {}
        case ActionState.DONE:
            what, more = "done", {"proof": action.proof}
        case ActionState.REJECTED:
            what, more = "rejected", {"reason": action.rejected_because}
    work.note(incident, EntryKind.ACTION, action.text, by=name, data={**data, "state": what, **more})
    said = {"by": name, "text": action.text, "owner": action.owner, "url": seen.url, **more}
    say(work, incident, f"action_{what}", said)
    redraw(work, incident)
