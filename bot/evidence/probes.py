"""The tests: small functions that look into one incident, or into the whole period, and say what they found.

Of one incident a test says None when it does not concern it. A sentence of a test never quotes what people wrote: it
also speaks of private incidents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.evidence import controls
from bot.policy import ANYBODY, Policy
from bot.policy.clocks import State
from bot.workflows import assessing, duties, lifecycle
from db.bundles import Bundle
from db.enums import ActionKind, ActionState, Answer, CustomerUpdateState, EntryKind, Phase, Remedy, ReviewState
from db.models import Action, Incident, Nudge, Review
from db.records import EntryRecord, Record

UPDATES_WANTED = 0.9
A_YEAR = timedelta(days=365)
ENDED_OTHERWISE = (Phase.DISMISSED, Phase.MERGED)
DONE_WITH = (Phase.RECOVERY, Phase.REVIEW, Phase.CLOSED)


class Result(StrEnum):
    """What a test came to. It never says more: whether that is enough, the auditor says."""

    FOUND = "evidence found"
    MISSING = "evidence missing"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Finding:
    """What a test found about one thing, named by its key."""

    found: bool
    about: str
    why: str = ""


@dataclass
class Outcome:
    """What a test found in the period."""

    test: controls.Asked
    findings: list[Finding] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """Missing as soon as one thing is missing."""
        if self.test.no_record or any(not one.found for one in self.findings):
            return Result.MISSING
        return Result.FOUND if self.findings else Result.NOT_APPLICABLE

    @property
    def why(self) -> str:
        """Why there is nothing to look at, if there is not."""
        return f"tocsin keeps no record of {self.test.no_record}" if self.test.no_record else ""

    @property
    def records(self) -> list[str]:
        """In which evidence was found."""
        return [one.about for one in self.findings if one.found]

    @property
    def exceptions(self) -> list[Finding]:
        """What is missing, and why."""
        return [one for one in self.findings if not one.found]


@dataclass(frozen=True)
class Bench:
    """What a test needs besides the incident: the policy, and when it is looked at."""

    policy: Policy
    now: datetime


Each = Callable[[Record, Bundle, Bench], bool | str | None]


def outcomes() -> dict[str, Outcome]:
    """All tests, with nothing found yet."""
    return {key: Outcome(test) for key, test in controls.tests().items()}


def look(found: Mapping[str, Outcome], bundle: Bundle, bench: Bench) -> None:
    """Have each test look into an incident, which is no drill."""
    if bundle.record is None:
        found["E22"].findings.append(Finding(False, bundle.key, "the incident cannot be read, or is missing"))
        return
    for key, probe in EACH.items():
        answer = probe(bundle.record, bundle, bench)
        if answer is not None:
            found[key].findings.append(Finding(answer is True, bundle.key, "" if answer is True else str(answer)))


# ── of one incident ──────────────────────────────────────────────────────────────────────────────────────────────────


def _severity(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    if record.incident.phase in ENDED_OTHERWISE:
        return None
    said = [entry for entry in record.timeline if entry.kind is EntryKind.SEVERITY]
    if not said:
        return "nobody has confirmed or changed the severity"
    return any(map(_says, said)) or "nobody has said why it is this severity"


def _disposition(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    phase = record.incident.phase
    if phase is Phase.DISMISSED:
        reasons = [entry for entry in record.timeline if entry.kind is EntryKind.DISMISSED and _says(entry)]
        return bool(reasons) or "it was dismissed without a reason"
    if phase is Phase.MERGED:
        return record.incident.merged_into is not None or "it was merged, and nothing says into what"
    return None


def _answers(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    if record.incident.phase in ENDED_OTHERWISE:
        return None
    unknown = [name for name in lifecycle.QUESTIONS if getattr(record.incident, name) is Answer.UNKNOWN]
    return not unknown or f"not answered: {', '.join(unknown)}"


def _commander(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    level = bench.policy.severities.get(record.incident.severity)
    if level is None or level.targets.commander is None or record.incident.phase in ENDED_OTHERWISE:
        return None
    by = level.targets.commander.after(record.incident.declared_at, bench.policy.calendar)
    named = [
        entry.at for entry in record.timeline if entry.kind is EntryKind.ROLE and entry.data.get("role") == "commander"
    ]
    if named:
        return min(named) <= by or "the commander was named after the target"
    return None if bench.now < by else "no commander was named"


def _contained(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    if record.incident.phase not in DONE_WITH:
        return None
    incident = record.incident
    return (
        incident.contained_at is not None and bool(incident.containment)
    ) or "what contained it, and when, is missing"


def _cadence(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    level = bench.policy.severities.get(record.incident.severity)
    if level is None or level.targets.update_every is None or record.incident.phase in ENDED_OTHERWISE:
        return None
    incident, every = record.incident, level.targets.update_every
    over = incident.verified_at or incident.closed_at or bench.now
    said = sorted(entry.at for entry in record.timeline if entry.kind is EntryKind.UPDATE and entry.at < over)
    steps = list(pairwise([incident.declared_at, *said, over]))
    kept = sum(there <= every.after(here, bench.policy.calendar) for here, there in steps)
    return kept >= UPDATES_WANTED * len(steps) or f"{len(steps) - kept} of {len(steps)} updates came too late"


def _filed(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    if not duties.can_have_any(record.duties, bench.policy):
        return None
    stands = [one for one in duties.stand(record, bench.policy, bench.now) if one.framework.applies]
    settled = (State.FILED, State.NOT_REQUIRED)
    open_ = [one.rule.key for one in stands if one.state in (State.OVERDUE, State.ANCHOR_MISSING)]
    if open_:
        return f"neither filed nor decided: {', '.join(open_)}"
    return True if any(one.state in settled for one in stands) else None


def _verified(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    incident = record.incident
    if incident.phase not in (Phase.REVIEW, Phase.CLOSED):
        return None
    whole = incident.verified_at is not None and incident.verified_by and incident.verification
    return bool(whole) or "who verified the recovery, and how, is missing"


def _reviewed(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    review = record.review
    if review is None or review.state is ReviewState.WAIVED:
        level = bench.policy.severities.get(record.incident.severity)
        wanted = level is not None and level.review_required and record.incident.phase is Phase.CLOSED
        return "it was closed without the review that its severity wants" if wanted else None
    if review.state is ReviewState.DONE and review.done_at is not None:
        return review.done_at <= review.due_at or "the review was signed after its due date"
    return None if bench.now < review.due_at else "the review is overdue"


def _followed_up(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    if record.review is None or record.review.state is not ReviewState.DONE:
        return None
    kept = any(action.state is not ActionState.REJECTED for action in record.actions)
    return kept or bool(record.review.no_actions_because) or "no action, and no reason why none is needed"


def _proved(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    today = bench.policy.calendar.date_of(bench.now)
    late = [one for one in record.actions if one.state is ActionState.OPEN and one.due_on < today]
    done = [one for one in record.actions if one.state is ActionState.DONE]
    if late:
        return f"{len(late)} of {len(record.actions)} actions are overdue"
    unproved = [one for one in done if not one.proof]
    if unproved:
        return f"{len(unproved)} of {len(done)} actions that were done have no proof"
    return True if done else None


def _improved(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    level = bench.policy.severities.get(record.incident.severity)
    if level is None or not level.high or record.review is None or record.review.state is not ReviewState.DONE:
        return None
    changed = any(one.kind is ActionKind.PROCESS and one.state is not ActionState.REJECTED for one in record.actions)
    return changed or bool(record.review.no_actions_because) or "no action changes a process, and nothing says why not"


def _told(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    published = [one for one in bundle.updates if one.state in (_PUBLISHED, CustomerUpdateState.REDACTED)]
    if any(one.approved_by is None or one.published_at is None for one in published):
        return "an update for customers does not say who published it"
    inside = any(entry.kind is EntryKind.UPDATE for entry in record.timeline)
    if record.incident.service_affecting is Answer.YES and record.incident.phase not in ENDED_OTHERWISE:
        return bool(published or inside) or "customers noticed it, and nobody was told anything"
    return True if published or inside or record.readers else None


_PUBLISHED = CustomerUpdateState.PUBLISHED


def _weighed(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    incident = record.incident
    if incident.phase is not Phase.CLOSED or not assessing.is_required(incident, bench.policy):
        return None
    return record.risk is not None or "nobody has said which risk it was"


def _deployed(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    deployment = record.deployment
    if deployment is None:
        return None
    if deployment.remedy is None:
        return "a deployment is named, and nothing is decided about it"
    return deployment.remedy is Remedy.ROLL_BACK or bool(deployment.reason) or "it was fixed forward without a reason"


def _unchanged(record: Record, bundle: Bundle, bench: Bench) -> bool | str | None:
    return not bundle.breaks or "; ".join(f"{one.place or 'the incident'} {one.why}" for one in bundle.breaks)


EACH: Mapping[str, Each] = {
    "E1": _severity,
    "E2": _disposition,
    "E3": _answers,
    "E4": _commander,
    "E5": _contained,
    "E6": _cadence,
    "E7": _filed,
    "E8": _verified,
    "E9": _reviewed,
    "E10": _followed_up,
    "E11": _proved,
    "E12": _improved,
    "E13": _told,
    "E14": _weighed,
    "E16": _deployed,
    "E22": _unchanged,
}


def _says(entry: EntryRecord) -> bool:
    """Whether it says something, or did before it was redacted."""
    return bool(entry.text) or entry.redacted_at is not None


# ── of the whole period ──────────────────────────────────────────────────────────────────────────────────────────────


def look_around(
    found: Mapping[str, Outcome], session: Session, bench: Bench, *, months: Sequence[str], ends_at: datetime
) -> None:
    """Have the tests look that concern no single incident. `months` are those of the period that are over."""
    found["E20"].findings.extend(_exercises(session, ends_at))
    for key in ("E15", "E26"):
        found[key].findings.extend(_reported(session, months))
    anybody = bench.policy.permissions.declare == ANYBODY
    found["E23"].findings.append(
        Finding(anybody, "policy", "" if anybody else "the policy lets only some people declare")
    )


def _exercises(session: Session, ends_at: datetime) -> Iterator[Finding]:
    """An exercise counts when something came of it that can be followed: a review, or an action."""
    drills = select(Incident.id).where(
        Incident.drill, Incident.declared_at >= ends_at - A_YEAR, Incident.declared_at < ends_at
    )
    came_of_it = or_(*(exists().where(table.incident_id == Incident.id) for table in (Review, Action)))
    numbers = session.scalars(drills.where(came_of_it).order_by(Incident.id)).all()
    yield from (Finding(True, f"INC-{number}") for number in numbers)
    if not numbers:
        some = session.scalar(drills.limit(1)) is not None
        why = "no drill has a review or an action" if some else "no drill was declared in them"
        yield Finding(False, "the twelve months before the period's end", why)


def _reported(session: Session, months: Sequence[str]) -> Iterator[Finding]:
    subjects = [f"report:{month}" for month in months]
    posted = set(session.scalars(select(Nudge.subject).where(Nudge.subject.in_(subjects))))
    for month, subject in zip(months, subjects, strict=True):
        yield Finding(subject in posted, month, "" if subject in posted else "no report of this month was posted")
