"""The post-incident review: begun, filled in, done; given away or put to sleep."""

from collections.abc import Mapping

from bot.effects import Invite, RefreshReview, ShareReview
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import lifecycle, people, wording
from bot.workflows.lifecycle import NotReady
from bot.workflows.telling import redraw, say
from db import queries
from db.enums import EntryKind, ReviewState
from db.models import Incident, Review, Role
from db.records import PersonRecord
from db.store import Work

ANSWERS = ("impact", "factors", "went_well", "went_badly", "luck", "no_actions_because")


def begin(work: Work, *, policy: Policy, incident: Incident) -> Review:
    """The review exists from now on: owned by the commander (else the declarer), due by the policy. Once."""
    review = work.session.get(Review, incident.id)
    if review is not None:
        return review
    commander = work.session.get(Role, (incident.id, "commander"))
    review = Review(
        incident_id=incident.id,
        state=ReviewState.DRAFT,
        owner=commander.user if commander else incident.declared_by,
        due_at=policy.review_due_at(incident.severity, work.now),
        created_at=work.now,
        pages=[],
        chase_round=1,
        **dict.fromkeys(ANSWERS, ""),
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
    work.tell(RefreshReview(incident=incident.id))
    return review


def fill(work: Work, *, number: int, by: str, answers: Mapping[str, str | None], timeline_read: bool) -> Review:
    """Write what only people know. Each change is on the timeline; the document is drawn anew."""
    incident = work.incident(number)
    review = _draft(work, incident)
    changed = []
    for name in ANSWERS:
        if name in answers:
            text = wording.optional(answers[name], name.replace("_", " "))
            if text != getattr(review, name):
                setattr(review, name, text)
                changed.append(name)
    if timeline_read != (review.timeline_read_by is not None):
        review.timeline_read_by = by if timeline_read else None
        changed.append("timeline_read")
    if changed:
        work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "filled", "fields": changed})
        redraw(work, incident)
    return review


def finish(work: Work, *, policy: Policy, number: int, by: str) -> Review:
    """Mark it done. Raises `NotReady` with every gap; nothing chases it afterwards."""
    incident = work.incident(number)
    review = _draft(work, incident)
    work.session.flush()
    gaps = lifecycle.missing_to_finish_review(queries.record(work.session, number), wanted=policy.review.required)
    if gaps:
        raise NotReady(gaps)
    review.state, review.done_at, review.done_by = ReviewState.DONE, work.now, by
    work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "done"})
    say(work, incident, "review_done", {"by": by}, aloud=True)
    redraw(work, incident)
    return review


def share(work: Work, *, number: int, by: str) -> None:
    """Show the document to everybody, in the announcement's thread. A private incident's stays in its room."""
    incident = work.incident(number)
    if work.session.get(Review, number) is None:
        raise Refused(f"{incident.key} has no review yet. It begins with `/incident phase review`.")
    if incident.private:
        raise Refused("The review of a private incident stays in its room.")
    work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "shared"})
    work.tell(ShareReview(incident=number))
    redraw(work, incident)


def give(work: Work, *, number: int, by: str, person: PersonRecord) -> Review:
    """Somebody else owns the review now; a chase of it starts anew, so that they are asked first."""
    incident = work.incident(number)
    review = _draft(work, incident)
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
    review = _draft(work, incident)
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
    if review is not None and review.state is ReviewState.DRAFT:
        review.due_at = policy.review_due_at(incident.severity, review.created_at)


def _draft(work: Work, incident: Incident) -> Review:
    """The review, if there is one that is not done."""
    review = work.session.get(Review, incident.id)
    if review is None:
        raise Refused(f"{incident.key} has no review yet. It begins with `/incident phase review`.")
    if review.state is ReviewState.DONE:
        raise Refused(f"The review of {incident.key} is done.")
    return review
