"""Who may do what: the policy's rules, and the audit of those who were refused."""

from collections.abc import Collection

from bot.policy import ANYBODY, INSIDERS, Policy
from db.models import Audit
from db.store import Work

# What a person is told who may not. The key is the name of the policy's permission.
REFUSALS = {
    "declare": "You may not declare incidents here; the policy names who may. Tell one of them, or call them.",
    "severity": "Only this incident's own people may change its severity. Join its room, or ask somebody there.",
    "close": "Only this incident's own people may end or reopen it. Join its room, or ask somebody there.",
    "clocks": "Only this incident's own people may act on its clocks. Join its room, or ask somebody there.",
    "risks": "You may not change the risk register; the policy names who may. Ask the risk's owner, or one of them.",
    "administrate": "Only this incident's own people and administrators may do this. Ask one of them.",
}


def allows(policy: Policy, what: str, ids: Collection[str], *, insider: bool) -> bool:
    """Whether the policy lets somebody do it. `ids` are the person's user id and those of their user groups."""
    rule, administrators = policy.permissions.of(what), policy.permissions.administrate
    if rule == ANYBODY or (rule == INSIDERS and insider):
        return True
    named = {*(rule if isinstance(rule, tuple) else ()), *(administrators if isinstance(administrators, tuple) else ())}
    return not named.isdisjoint(ids)


def groups(policy: Policy, what: str) -> frozenset[str]:
    """The user groups that this permission names, and those of administrators."""
    rules = (policy.permissions.of(what), policy.permissions.administrate)
    return frozenset().union(*(only_groups(rule) for rule in rules if isinstance(rule, tuple)))


def only_groups(ids: Collection[str]) -> frozenset[str]:
    """Those of the ids that are user groups'."""
    return frozenset(one for one in ids if one.startswith("S"))


def record(work: Work, *, user: str, what: str, number: int | None, allowed: bool) -> None:
    """Remember a refusal, or an act that only administrators do."""
    work.session.add(Audit(at=work.now, user=user, what=what, incident_id=number, allowed=allowed))
