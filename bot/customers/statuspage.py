"""Updates for customers at Atlassian Statuspage."""

from collections.abc import Mapping
from typing import Any

from bot import statuspage
from bot.effects import ShowOnStatuspage
from bot.errand import Errand, Learned, nothing
from bot.errors import TargetRefused
from bot.policy import Policy
from bot.workflows import customers
from db import notices, queries
from db.records import CustomerUpdateRecord


def show(effect: ShowOnStatuspage, errand: Errand) -> Learned:
    """Open the incident there, or add the update to it. Looked for first whenever an earlier attempt may have come so far."""
    parts = errand.parts
    api, page = parts.statuspage, parts.policy.customers.targets.statuspage
    if api is None or page is None:
        missing = "TOCSIN_STATUSPAGE_KEY" if page else "customers.targets.statuspage"
        raise TargetRefused(f"Statuspage is not set up: set {missing}, then `tocsin deliveries retry`")
    with parts.store.read() as session:
        update, notice = notices.update(session, effect.update), queries.notice(session, effect.incident)
    assert update is not None
    assert notice is not None
    if not update.text:
        return nothing  # It was redacted before it could be said.
    incident = _incident(update, parts.policy, notice.uid)
    remote = notice.statuspage_id
    known = None
    if remote is None and not errand.first_try:
        known = api.find(page, notice.uid)
    elif remote is not None and errand.look_since is not None:
        known = api.look_at(page, remote)
    if known is not None:
        remote = str(known["id"])
    if remote is None:
        remote = api.create(page, incident)
    elif known is None or statuspage.referred_to(known).get("update") != update.uid:
        api.update(page, remote, incident)
    return lambda work: customers.on_statuspage(work, number=effect.incident, remote=remote)


def _incident(update: CustomerUpdateRecord, policy: Policy, notice: str) -> Mapping[str, Any]:
    """The update in Statuspage's words. Components that the policy gives no id there are left out."""
    known = policy.customers.components
    components = {
        remote: state
        for key, state in update.components.items()
        if key in known and (remote := known[key].statuspage) is not None
    }
    return {
        "name": update.title,
        "status": update.stage.value,
        "body": update.text,
        "components": components,
        "component_ids": list(components),
        "deliver_notifications": True,
        "metadata": statuspage.reference(notice, update.uid),
    }
