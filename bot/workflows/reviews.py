"""The post-incident review as a thing that somebody owes: begun, asked for, shared, given away, put to sleep.

What people write in it is `answers`; how it is signed is `signing`.
"""

from typing import Any, cast

from sqlalchemy import CursorResult, delete

from bot.effects import Invite, RefreshReview, SharePicture, ShareReview
from bot.errors import Refused
from bot.policy import Asked, Policy
from bot.workflows import people, wording
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind, ReviewState
from db.models import Incident, Review, Role, Signature
from db.records import PersonRecord
from db.store import Work


def begin(work: Work, *, policy: Policy, incident: Incident) -> Review:
    """The review exists from now on: owned by the commander (else the declarer), due by the policy. Once."""
    review = work.session.get(Review, incident.id)
    if review is not None:
        if review.state is ReviewState.WAIVED:
            draft_again(work, policy, incident, review)
        return review
    commander = work.session.get(Role, (incident.id, "commander"))
    review = Review(
        incident_id=incident.id,
        state=ReviewState.DRAFT,
        owner=commander.user if commander else incident.declared_by,
        due_at=policy.review_due_at(incident.severity, work.now),
        created_at=work.now,
        pages=[],
        files=[],
        chase_round=1,
        version=0,
    )
    work.session.add(review)
    work.session.flush()
    work.note(
        incident,
        EntryKind.REVIEW,
        "",
        by="tocsin",
        data={"state": "begun", "owner": review.owner, "due_at": review.due_at.isoformat()},
    )
    say(work, incident, "review_created", {"owner": review.owner, "due_at": review.due_at.isoformat()})
    _ask(work, policy, incident, review)
    work.tell(RefreshReview(incident=incident.id))
    work.tell(SharePicture(incident=incident.id))
    return review


def _ask(work: Work, policy: Policy, incident: Incident, review: Review) -> None:
    """Ask each person for what they can know best; what is asked of the owner is in the room's message already."""
    roles = queries.roles(work.session, incident.id)
    asked: dict[str, list[Asked]] = {}
    for part, role in policy.review.asks.items():
        asked.setdefault(roles.get(role or "", review.owner), []).append(part)
    for user, parts in asked.items():
        if user != review.owner and people.is_in_slack(user):
            values = {"key": incident.key, "room": incident.room, "owner": review.owner, "parts": parts}
            whisper(work, incident, user, "review_asked", {**values, "due_at": review.due_at.isoformat()})


def begin_again(work: Work, *, policy: Policy, incident: Incident) -> None:
    """The incident was opened again: what its review said is a draft now, with a new date and a new chase."""
    review = work.session.get(Review, incident.id)
    if review is not None and review.state in (ReviewState.DONE, ReviewState.IN_REVIEW):
        draft_again(work, policy, incident, review)


def waive(work: Work, *, incident: Incident, by: str) -> None:
    """The incident ended without needing its review: nobody is chased for it."""
    review = work.session.get(Review, incident.id)
    if review is not None and review.state.is_open:
        review.state = ReviewState.WAIVED
        work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "waived"})


def draft_again(work: Work, policy: Policy, incident: Incident, review: Review, *, keep_read: bool = False) -> None:
    """What was signed, or was about to be, is the draft of the next version, with a new date and a new chase.

    With `keep_read` the timeline counts as read: it is the same incident as before.
    """
    unsign(work, review)
    review.state, review.done_at, review.done_by = ReviewState.DRAFT, None, None
    review.timeline_read_by = review.timeline_read_by if keep_read else None
    review.snoozed_until = None
    review.due_at = policy.review_due_at(incident.severity, work.now)
    review.chase_round += 1
    due_at = review.due_at.isoformat()
    work.note(
        incident, EntryKind.REVIEW, "", by="tocsin", data={"state": "begun", "owner": review.owner, "due_at": due_at}
    )
    say(work, incident, "review_created", {"owner": review.owner, "due_at": due_at})


def unsign(work: Work, review: Review) -> bool:
    """Take away the signatures of the version that is not done yet; whether there were any."""
    pending = delete(Signature).where(
        Signature.incident_id == review.incident_id, Signature.version == review.version + 1
    )
    result = cast("CursorResult[Any]", work.session.execute(pending))
    return result.rowcount > 0


def share(work: Work, *, number: int, by: str) -> None:
    """Show the document to everybody, in the announcement's thread. A private incident's stays in its room."""
    incident = work.incident(number)
    begun(work, incident)
    if incident.private:
        raise Refused("The review of a private incident stays in its room.")
    work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "shared"})
    work.tell(ShareReview(incident=number))
    redraw(work, incident)


def give(work: Work, *, number: int, by: str, person: PersonRecord) -> Review:
    """Somebody else owns the review now; a chase of it starts anew, so that they are asked first."""
    incident = work.incident(number)
    review = unfinished(work, incident)
    people.check_can_act(person)
    if review.owner == person.user:
        raise Refused(f"{person.name} owns this review already.")
    work.note(
        incident, EntryKind.REVIEW, "", by=by, data={"state": "given", "owner": person.user, "previous": review.owner}
    )
    review.owner, review.snoozed_until = person.user, None
    review.chase_round += 1
    work.tell(Invite(incident=number, users=(person.user,)))
    say(work, incident, "review_given", {"by": by, "owner": person.user})
    redraw(work, incident)
    return review


def snooze(work: Work, *, policy: Policy, number: int, by: str, reason: str) -> Review:
    """Let the chase rest for the policy's time; the reason stays on the timeline."""
    incident = work.incident(number)
    review = unfinished(work, incident)
    reason = wording.paragraph(reason, "reason")
    review.snoozed_until = policy.review.chase.snooze.after(work.now, policy.calendar)
    work.note(
        incident,
        EntryKind.SNOOZED,
        reason,
        by=by,
        data={"subject": "review", "until": review.snoozed_until.isoformat()},
    )
    say(
        work,
        incident,
        "snoozed",
        {"by": by, "subject": "the review", "until": review.snoozed_until.isoformat(), "reason": reason},
    )
    redraw(work, incident)
    return review


def due_again(work: Work, *, policy: Policy, incident: Incident) -> None:
    """After the severity changed, an unfinished review is due by the new severity's rule."""
    review = work.session.get(Review, incident.id)
    if review is not None and review.state.is_open:
        review.due_at = policy.review_due_at(incident.severity, review.created_at)


def begun(work: Work, incident: Incident) -> Review:
    """The review, if there is one."""
    review = work.session.get(Review, incident.id)
    if review is None:
        raise Refused(f"{incident.key} has no review yet. It begins with `/incident phase review`.")
    return review


def unfinished(work: Work, incident: Incident) -> Review:
    """The review, if there is one that is not done."""
    review = begun(work, incident)
    if review.state is ReviewState.DONE:
        raise Refused(
            f"The review of {incident.key} is done: it was signed as version {review.version}. Whoever changes something "
            f"in it begins version {review.version + 1}."
        )
    if not review.state.is_open:
        raise Refused(f"The review of {incident.key} was waived. `/incident reopen <reason>` and its phase begin it.")
    return review
