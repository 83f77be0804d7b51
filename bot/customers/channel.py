"""Updates for customers in Slack channels, also in those that are shared with customers."""

from bot.effects import PostForCustomers
from bot.errand import Errand, Learned, nothing
from bot.views import public
from db import notices


def post(effect: PostForCustomers, errand: Errand) -> Learned:
    """Post it, once. Nothing in it comes from the incident: only what was published."""
    with errand.parts.store.read() as session:
        update = notices.update(session, effect.update)
    assert update is not None
    if not update.text:
        return nothing  # It was redacted before it could be said.
    message = public.message(update, errand.parts.policy)
    key = f"customers:{errand.claimed.uid}"
    errand.parts.slack.post(effect.channel, message.arguments(), key=key, look_since=errand.look_since)
    return nothing
