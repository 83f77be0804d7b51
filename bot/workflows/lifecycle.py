"""How an incident moves: the table of moves, and what each phase still lacks. Pure: no database, no clock.

In the fire a move is never refused for missing facts; they show as *gaps* on the card. Only closing waits for them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.errors import Refused
from db.enums import ActionState, Answer, Phase, ReviewState
from db.records import Record

PHASES = (Phase.DETECTION, Phase.ASSESSMENT, Phase.CONTAINMENT, Phase.RECOVERY, Phase.REVIEW)
ENDS = (Phase.CLOSED, Phase.DISMISSED, Phase.MERGED)

# From where to where. Within the five phases everything goes, forward and back: a relapse is normal.
MOVES: dict[Phase, tuple[Phase, ...]] = {
    **{here: tuple(there for there in PHASES if there is not here) for here in PHASES},
    Phase.CLOSED: (Phase.RECOVERY,),
    Phase.DISMISSED: (Phase.ASSESSMENT,),
    Phase.MERGED: (Phase.ASSESSMENT,),
}
# How an incident ends, and from where. What has been reviewed was no false alarm.
ENDINGS: dict[Phase, tuple[Phase, ...]] = {
    Phase.CLOSED: PHASES,
    Phase.DISMISSED: PHASES[:-1],
    Phase.MERGED: PHASES[:-1],
}

QUESTIONS = {
    "customer_data": "Customer data involved?",
    "personal_data": "Personal data involved?",
    "service_affecting": "Service affecting (customers notice)?",
}

# What a review may have to say before it is done, and how it is said that it does not say it yet.
REVIEW_GAPS = {
    "impact": "the review does not say what the impact was",
    "factors": "the review names no contributing factor",
    "actions": "no preventive action, and no reason why none is needed",
    "timeline_read": "nobody has read the timeline through",
    "went_well": "the review does not say what went well",
    "went_badly": "the review does not say what went less well",
    "luck": "the review does not say where we were lucky",
    "trigger": "the review does not say what set it off",
    "detection": "the review does not say what would have found it sooner",
    "prevention": "the review does not say what keeps others from using this again",
}
# Who signs where the policy names no role.
OWNER = "owner"
REVIEW_WANTS = ("impact", "factors", "actions", "timeline_read")


@dataclass(frozen=True)
class Gap:
    """A fact that is wanted before `phase` is left. `code` is stable, `sentence` is for people."""

    phase: Phase
    code: str
    sentence: str


class NotReady(Refused):
    """Closing, or marking a review done, was refused; `gaps` are what is missing."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        self.gaps = gaps
        super().__init__("Still missing: " + "; ".join(gap.sentence for gap in gaps) + ".")


def following(phase: Phase) -> Phase | None:
    """The phase that usually comes next; None after review and at the ends."""
    if phase not in PHASES[:-1]:
        return None
    return PHASES[PHASES.index(phase) + 1]


def check_open(key: str, phase: Phase) -> None:
    """Refuse what is done only while people work on an incident."""
    if not phase.is_open:
        raise Refused(f"{key} is {phase.value}. `/incident reopen <reason>` opens it again.")


def check_move(here: Phase, there: Phase) -> None:
    """Refuse a move that the table does not have, with the sentence that says what would work."""
    if here is there:
        raise Refused(f"It is in {there.value} already.")
    if there in MOVES[here]:
        return
    raise Refused(f"It cannot move to {there.value}. The phases are {', '.join(PHASES)}.")


def check_ending(here: Phase, end: Phase) -> None:
    """Refuse an end that cannot be reached from here."""
    if here in ENDINGS[end]:
        return
    if not here.is_open:
        raise Refused(f"It is {here.value} already. `/incident reopen <reason>` opens it again.")
    raise Refused(f"It is in {here.value} and cannot be {end.value} any more. `/incident close` ends it.")


def gaps(record: Record, *, wanted: Collection[str] = REVIEW_WANTS, risk_required: bool = False) -> tuple[Gap, ...]:
    """Every fact that the phases reached so far still lack, in the order of the phases.

    `wanted` are the parts of a review that the policy requires; `risk_required` says whether it asks which risk it was.
    """
    reached = PHASES[: PHASES.index(record.incident.phase) + 1] if record.incident.phase in PHASES else ()
    found = [gap for gap in _all_gaps(record, wanted) if gap.phase in reached]
    if Phase.REVIEW in reached:
        found += _risk_gap(record, required=risk_required)
    return tuple(found)


def missing_to_close(
    record: Record, *, review_required: bool, wanted: Collection[str] = REVIEW_WANTS, risk_required: bool = False
) -> tuple[Gap, ...]:
    """What stands between this incident and `closed`; empty when it may be closed."""
    begun = record.review is not None and record.review.state is not ReviewState.WAIVED
    needs_review = review_required or begun
    missing = [gap for gap in _all_gaps(record, wanted) if needs_review or gap.phase is not Phase.REVIEW]
    if needs_review and (record.review is None or record.review.state is not ReviewState.DONE):
        missing.append(Gap(Phase.REVIEW, "review_done", _not_done(record)))
    missing += _risk_gap(record, required=risk_required)
    return tuple(gap for gap in missing if gap.phase is not Phase.DETECTION)


def signers(record: Record, roles: Collection[str]) -> dict[str, str]:
    """Who signs the review for each of these roles: who holds it, else the review's owner. Empty without a review."""
    if record.review is None:
        return {}
    return {role: record.roles.get(role, record.review.owner) for role in roles}


def unsigned(record: Record, roles: Collection[str]) -> dict[str, str]:
    """Whose signature is missing, by role. Where no role has to sign, the owner's is asked for."""
    signed = {signature.role for signature in record.signatures}
    return {role: user for role, user in signers(record, roles or (OWNER,)).items() if role not in signed}


def missing_to_finish_review(record: Record, *, wanted: Collection[str] = REVIEW_WANTS) -> tuple[Gap, ...]:
    """What the review still lacks before it can be marked done."""
    return tuple(_review_gaps(record, wanted))


def _all_gaps(record: Record, wanted: Collection[str]) -> Iterator[Gap]:
    yield from _detection_gaps(record)
    yield from _assessment_gaps(record)
    yield from _containment_gaps(record)
    yield from _recovery_gaps(record)
    yield from _review_gaps(record, wanted)


def _detection_gaps(record: Record) -> Iterator[Gap]:
    if "primary" not in record.roles:
        yield Gap(Phase.DETECTION, "primary", "nobody is Primary On-Call")


def _assessment_gaps(record: Record) -> Iterator[Gap]:
    if record.incident.severity_confirmed_at is None:
        yield Gap(Phase.ASSESSMENT, "severity", "the severity is not confirmed")
    if "commander" not in record.roles:
        yield Gap(Phase.ASSESSMENT, "commander", "nobody is Incident Commander")
    for name, question in QUESTIONS.items():
        if getattr(record.incident, name) is Answer.UNKNOWN:
            yield Gap(Phase.ASSESSMENT, name, f"unanswered: {question}")


def _containment_gaps(record: Record) -> Iterator[Gap]:
    if record.incident.contained_at is None:
        yield Gap(Phase.CONTAINMENT, "contained", "what stopped the damage, and when, is not recorded")
    if record.deployment is not None and record.deployment.remedy is None:
        yield Gap(Phase.CONTAINMENT, "deployment", "whether to roll back or to fix forward is not decided")


def _recovery_gaps(record: Record) -> Iterator[Gap]:
    if record.incident.verified_at is None:
        yield Gap(Phase.RECOVERY, "verified", "nobody has verified the recovery yet")
    if record.notice is not None and record.notice.is_open:
        yield Gap(Phase.RECOVERY, "customers", "customers were told of it, and not yet that it is resolved")


def _review_gaps(record: Record, wanted: Collection[str]) -> Iterator[Gap]:
    for part in wanted:
        if not _written(record, part):
            yield Gap(Phase.REVIEW, part, REVIEW_GAPS[part])


def _risk_gap(record: Record, *, required: bool) -> list[Gap]:
    missing = required and record.risk is None
    return [Gap(Phase.REVIEW, "risk", "nobody has said which risk this was")] if missing else []


def _not_done(record: Record) -> str:
    in_review = record.review is not None and record.review.state is ReviewState.IN_REVIEW
    return "the review is not signed" if in_review else "the review is not marked done"


def _written(record: Record, part: str) -> bool:
    review = record.review
    if part == "factors":
        return bool(record.factors)
    if part == "actions":
        kept = [action for action in record.actions if action.state is not ActionState.REJECTED]
        return bool(kept or (review and review.no_actions_because))
    if part == "timeline_read":
        return review is not None and review.timeline_read_by is not None
    return review is not None and bool(getattr(review, part))
