"""The post-incident review: begun, filled in, done; given away or put to sleep."""

from collections.abc import Mapping

from bot.effects import Invite, RefreshReview, ShareReview
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import lifecycle, people, wording
from bot.workflows.edits import Edit
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
        if review.state is ReviewState.WAIVED:
            _draft_again(work, policy, incident, review)
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


def begin_again(work: Work, *, policy: Policy, incident: Incident) -> None:
    """The incident was opened again: what its review said is a draft now, with a new date and a new chase."""
    review = work.session.get(Review, incident.id)
    if review is not None and review.state is ReviewState.DONE:
        _draft_again(work, policy, incident, review)


def waive(work: Work, *, incident: Incident, by: str) -> None:
    """The incident ended without needing its review: nobody is chased for it."""
    review = work.session.get(Review, incident.id)
    if review is not None and review.state is ReviewState.DRAFT:
        review.state = ReviewState.WAIVED
        work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "waived"})


def _draft_again(work: Work, policy: Policy, incident: Incident, review: Review) -> None:
    review.state, review.done_at, review.done_by = ReviewState.DRAFT, None, None
    review.timeline_read_by, review.snoozed_until = None, None
    review.due_at = policy.review_due_at(incident.severity, work.now)
    review.chase_round += 1
    due_at = review.due_at.isoformat()
    work.note(
        incident, EntryKind.REVIEW, "", by="tocsin", data={"state": "begun", "owner": review.owner, "due_at": due_at}
    )
    say(work, incident, "review_created", {"owner": review.owner, "due_at": due_at})


def fill(work: Work, *, number: int, by: str, answers: Mapping[str, Edit], timeline_read: bool | None = None) -> Review:
    """Write what only people know. Each change, and what stood there before, is on the timeline.

    Two people may have the form open: a field is written only if this person changed it, and refused if somebody else
    has changed the same field meanwhile. `timeline_read` is None when the tick was left as it was.
    """
    incident = work.incident(number)
    review = _draft(work, incident)
    was: dict[str, str] = {}
    for name, edit in answers.items():
        stands = getattr(review, name)
        text = wording.optional(edit.text, name.replace("_", " "))
        if not edit.changed or text == stands:
            continue
        if not edit.saw(stands):
            raise Refused(
                f"Somebody else has written {name.replace('_', ' ')!r} meanwhile. Copy your text, open the form again, "
                "and put both together."
            )
        was[name] = stands
        setattr(review, name, text)
    ticked = timeline_read is not None and timeline_read != (review.timeline_read_by is not None)
    if ticked:
        review.timeline_read_by = by if timeline_read else None
    if was or ticked:
        fields = [*was, *(["timeline_read"] if ticked else [])]
        work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "filled", "fields": fields, "was": was})
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
    if review.state is not ReviewState.DRAFT:
        raise Refused(f"The review of {incident.key} is {review.state.value}. Reopening the incident opens it again.")
    return review
