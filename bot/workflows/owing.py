"""What waits for somebody: drafts of reviews, signatures, actions, clocks, risks."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.policy import Policy
from bot.workflows import lifecycle
from db import queries, risks, waiting
from db.records import Record, SignatureOwed, Waiting


def by(session: Session, user: str, *, policy: Policy, now: datetime) -> Waiting:
    """All that waits for this person, of what they may see."""
    owed = ((record, _theirs(record, user, policy)) for record in waiting.in_review(session, user))
    return Waiting(
        reviews=waiting.drafts_of(session, user),
        signatures=tuple(
            SignatureOwed(review=record.review, roles=roles) for record, roles in owed if roles and record.review
        ),
        actions=waiting.actions_of(session, user),
        clocks=tuple(queries.clocks_of(session, user)),
        risks=tuple(risks.owned_and_due(session, user, policy.calendar.date_of(now))),
    )


def _theirs(record: Record, user: str, policy: Policy) -> tuple[str, ...]:
    return tuple(role for role, signer in lifecycle.unsigned(record, policy.review.sign).items() if signer == user)
