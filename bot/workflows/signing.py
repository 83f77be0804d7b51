"""A review is done when it is signed: by the roles that the policy names. What was signed is kept as it was signed.

Whoever says that the draft is finished sends it for review; whose signature that needs is asked at once. Each signed
version is kept as Markdown, and its hash is on the timeline.
"""

import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.effects import SharePicture
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import lifecycle, people, reviews
from bot.workflows.lifecycle import NotReady
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind, ReviewState
from db.models import Incident, Review, ReviewVersion, Signature
from db.records import EntryRecord, Record
from db.store import Work

# Writes the document of a record, as Markdown.
Draw = Callable[[Record], str]


@dataclass(frozen=True)
class Outcome:
    """How the review stands now, and whose signature it waits for, by role."""

    state: ReviewState
    waits_for: dict[str, str]


def finish(work: Work, *, policy: Policy, number: int, by: str, draw: Draw) -> Outcome:
    """The draft is finished, or was and is signed now: `by` signs for each role that is theirs to sign for.

    Raises `NotReady` with every gap of a draft. Refused when it is in review and not theirs to sign.
    """
    incident = work.incident(number)
    review = reviews.unfinished(work, incident)
    work.session.flush()
    record = queries.record(work.session, number)
    gaps = lifecycle.missing_to_finish_review(record, wanted=policy.review.required)
    if gaps:
        raise NotReady(gaps)
    missing = lifecycle.unsigned(record, policy.review.sign)
    theirs = [role for role, user in missing.items() if user == by]
    others = {role: user for role, user in missing.items() if user != by}
    if review.state is ReviewState.IN_REVIEW and not theirs:
        raise Refused(f"The review of {incident.key} is to be signed by {_named(policy, others)}.")
    if review.state is ReviewState.DRAFT:
        _send_for_review(work, incident, review, by=by, others=others)
    for role in theirs:
        signature = Signature(incident_id=number, version=review.version + 1, role=role, user=by, at=work.now)
        work.session.add(signature)
        work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "signed", "role": role})
    if not others:
        _done(work, incident, review, by=by, draw=draw)
    elif theirs:
        say(work, incident, "review_signed", {"by": by, "roles": theirs, "waits_for": sorted(set(others.values()))})
    redraw(work, incident, document=True)
    return Outcome(review.state, others)


def pass_on(work: Work, *, policy: Policy, incident: Incident, entries: Sequence[EntryRecord]) -> None:
    """Roles were given: whoever has to sign in place of somebody else is asked, and is the first to be reminded."""
    review = work.session.get(Review, incident.id)
    if review is None or review.state is not ReviewState.IN_REVIEW:
        return
    work.session.flush()
    missing = lifecycle.unsigned(queries.record(work.session, incident.id, with_timeline=False), policy.review.sign)
    theirs = {entry.data.get("user") for entry in entries if entry.data.get("role") in missing}
    for user in sorted(user for user in missing.values() if user in theirs and people.is_in_slack(user)):
        values = {"key": incident.key, "room": incident.room, "owner": review.owner}
        whisper(work, incident, user, "review_to_sign", values)
        review.snoozed_until = None
        review.chase_round += 1


def changes(before: str, after: str) -> Sequence[str]:
    """What changed from one version to the next: the lines of a unified diff, with three lines around each change."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm=""))


def document_hash(document: str) -> str:
    """SHA-256 of a signed document, in hex."""
    return hashlib.sha256(document.encode()).hexdigest()


def _send_for_review(work: Work, incident: Incident, review: Review, *, by: str, others: dict[str, str]) -> None:
    review.state = ReviewState.IN_REVIEW
    review.snoozed_until = None
    review.chase_round += 1  # Whoever has to sign is asked first now.
    work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "in_review"})
    if others:
        signers = sorted(set(others.values()))
        say(work, incident, "review_finished", {"by": by, "signers": signers, "owner": review.owner})
        values = {"by": by, "key": incident.key, "room": incident.room, "owner": review.owner}
        for user in filter(people.is_in_slack, signers):
            whisper(work, incident, user, "review_to_sign", values)


def _done(work: Work, incident: Incident, review: Review, *, by: str, draw: Draw) -> None:
    review.state, review.done_at, review.done_by = ReviewState.DONE, work.now, by
    review.version += 1
    work.session.flush()
    before = queries.review_versions(work.session, incident.id)
    document = draw(queries.record(work.session, incident.id))
    digest = document_hash(document)
    work.session.add(
        ReviewVersion(
            incident_id=incident.id, number=review.version, document=document, hash=digest, by=by, at=work.now
        )
    )
    data = {"state": "done", "version": review.version, "document_hash": digest}
    work.note(incident, EntryKind.REVIEW, "", by=by, data=data)
    values: dict[str, object] = {"by": by, "version": review.version}
    if before and before[-1].redacted_at is None:
        lines = changes(before[-1].document, document)[2:]
        values["added"] = sum(line.startswith("+") for line in lines)
        values["removed"] = sum(line.startswith("-") for line in lines)
    say(work, incident, "review_done", values, aloud=True)
    work.tell(SharePicture(incident=incident.id))


def _named(policy: Policy, missing: dict[str, str]) -> str:
    """`Incident Commander (<@U1>)`."""
    names = {role: policy.roles[role].label if role in policy.roles else "its owner" for role in missing}
    return ", ".join(f"{names[role]} (<@{user}>)" for role, user in missing.items())
