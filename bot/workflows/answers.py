"""What people write in a review. Nobody writes over what somebody else wrote, and what was signed stays as it was signed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import blameless, factors, people, reviews, wording
from bot.workflows.edits import Edit, as_typed
from bot.workflows.telling import redraw, say, whisper
from db import queries
from db.enums import EntryKind, FactorKind, ReviewState
from db.models import Incident, Review
from db.store import Work

TEXTS = (
    "impact",
    "data_lost",
    "money",
    "trigger",
    "detection",
    "prevention",
    "went_well",
    "went_badly",
    "luck",
    "no_actions_because",
)
CUSTOMERS_MOST = 10**12


def percent(text: str) -> float | None:
    """`12.5 %` as 12.5; None for nothing. Refused unless it is between 0 and 100."""
    words = text.strip().removesuffix("%").strip().replace(",", ".")
    if not words:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", words) or float(words) > 100:
        raise Refused(f"{text.strip()!r} is no share of the customers: write a number from 0 to 100, such as 12.5.")
    return float(words)


def count(text: str) -> int | None:
    """`12 500` or `12,500` as 12500; None for nothing. Refused when it is no whole number."""
    words = re.sub(r"(?<=[0-9])[ ,.'’_\u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", text.strip())
    if not words:
        return None
    if not re.fullmatch(r"[0-9]{1,13}", words) or int(words) > CUSTOMERS_MOST:
        raise Refused(f"{text.strip()!r} is no number of customers: write a whole number, such as 1200.")
    return int(words)


def moment(text: str) -> datetime | None:
    """`2026-11-24T21:40+00:00`, as forms give it."""
    return datetime.fromisoformat(text) if text else None


READ: dict[str, Callable[[str], float | int | datetime | None]] = {
    "customers_percent": percent,
    "customers_count": count,
    "began_at": moment,
}


def fill(
    work: Work,
    *,
    policy: Policy,
    number: int,
    by: str,
    answers: Mapping[str, Edit],
    timeline_read: bool | None = None,
) -> Review:
    """Write what only people know. Each change, and what stood there before, is on the timeline.

    Two people may have the form open: a field is written only if this person changed it, and refused if somebody else
    has changed the same field meanwhile. `timeline_read` is None when the tick was left as it was. What is changed after
    signatures were given has to be signed anew.
    """
    incident = work.incident(number)
    review = _to_write(work, incident)
    was: dict[str, str] = {}
    for name, edit in answers.items():
        before = _write(work, incident, review, name, edit)
        if before is not None:
            was[name] = before
    ticked = timeline_read is not None and timeline_read != (review.timeline_read_by is not None)
    if ticked:
        review.timeline_read_by = by if timeline_read else None
    if was or ticked:
        fields = [*was, *(["timeline_read"] if ticked else [])]
        _wrote(work, policy, incident, review, by=by, data={"fields": fields, "was": was})
        _hint(work, incident, by, [answers[name].text for name in was])
    return review


def put_factor(
    work: Work,
    *,
    policy: Policy,
    number: int,
    by: str,
    factor_id: int | None,
    kind: FactorKind,
    text: Edit,
    root_cause: bool,
    whys: Sequence[str],
) -> None:
    """Add a contributing factor, or change one."""
    incident = work.incident(number)
    review = _to_write(work, incident)
    before = queries.factors(work.session, number)
    was = next((known.text for known in before if known.id == factor_id), "")
    factors.put(work, incident, factor_id=factor_id, kind=kind, text=text, root_cause=root_cause, whys=whys)
    if queries.factors(work.session, number) != before:
        _wrote(work, policy, incident, review, by=by, data={"fields": ["factors"], "was": {"factors": was}})
        _hint(work, incident, by, [text.text, *whys])


def _to_write(work: Work, incident: Incident) -> Review:
    review = reviews.begun(work, incident)
    return review if review.state is ReviewState.DONE else reviews.unfinished(work, incident)


def _write(work: Work, incident: Incident, review: Review, name: str, edit: Edit) -> str | None:
    """Write one answer; gives what stood there, None when nothing changed."""
    if name == "factors":
        return factors.rewrite(work, incident, edit)
    stands, words = as_typed(getattr(review, name)), name.replace("_", " ")
    text = wording.optional(edit.text, words)
    value = READ[name](text) if name in READ else text
    if isinstance(value, datetime) and value > incident.declared_at:
        raise Refused("It cannot have begun after it was declared. Give the time at which it began, or none.")
    if not edit.changed or value == getattr(review, name):
        return None
    edit.check(stands, words)
    setattr(review, name, value)
    return stands


def _wrote(
    work: Work, policy: Policy, incident: Incident, review: Review, *, by: str, data: Mapping[str, object]
) -> None:
    work.note(incident, EntryKind.REVIEW, "", by=by, data={"state": "filled", **data})
    if review.state is ReviewState.DONE:
        version = review.version
        reviews.draft_again(work, policy, incident, review, keep_read=True)
        say(work, incident, "review_changed", {"by": by, "version": version, "next": version + 1})
    elif reviews.unsign(work, review):
        say(work, incident, "review_unsigned", {"by": by})
    redraw(work, incident)


def _hint(work: Work, incident: Incident, by: str, texts: Sequence[str]) -> None:
    """A gentle question about words that look for a culprit, to whoever wrote them and to nobody else."""
    hints = blameless.hints(texts)
    if hints and people.is_in_slack(by):
        whisper(work, incident, by, "review_hints", {"key": incident.key, "hints": hints})
