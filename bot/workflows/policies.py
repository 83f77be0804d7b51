"""Which policy was in force when: each one that a bot has taken over is kept, as it held."""

import hashlib

from sqlalchemy import select

from bot.policy import Policy
from db.models import PolicyVersion
from db.store import Work

NUMBERS = "policy"


def written(policy: Policy) -> str:
    """The policy as it holds, defaults included, as JSON."""
    return policy.model_dump_json(indent=1, warnings=False)


def remember(work: Work, policy: Policy) -> bool:
    """Keep the policy that is in force from now on, unless it is the one that was; whether it is another.

    Several bots that start with one policy keep it once.
    """
    last = work.lock_numbers(NUMBERS).value
    text = written(policy)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if last and work.session.scalar(select(PolicyVersion.hash).where(PolicyVersion.number == last)) == digest:
        return False
    number = work.next_number(NUMBERS)
    work.session.add(PolicyVersion(number=number, since=work.now, hash=digest, text=text))
    return True
