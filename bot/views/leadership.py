"""The card's line about leadership: who was told, who is being told, and why nobody is."""

from collections.abc import Sequence
from datetime import datetime

from bot.policy import Policy
from bot.views import kit
from bot.views.kit import Safe
from db.records import ReaderRecord, Record

NOT_CONFIGURED = Safe("Leadership e-mail: not configured")
NOBODY = Safe("Leadership: the policy names nobody")
NOBODY_FOR_PRIVATE = Safe("Leadership: the policy names nobody who is told of private incidents")


def line(record: Record, policy: Policy, *, mail_configured: bool) -> Safe | None:
    """Whether leadership was told, when, and of how many; None when there is nothing to say of it."""
    asked = [one.at for one in record.escalations if one.orders.get("leadership")]
    if record.incident.drill:
        return kit.say("A drill: leadership would have been told {at}", at=kit.when(min(asked))) if asked else None
    if record.readers:
        return _told(record, mail_configured=mail_configured)
    if not record.incident.phase.is_open or not (asked or _is_high(record, policy)):
        return None
    if not mail_configured:
        return NOT_CONFIGURED
    if record.incident.private and not any(leader.private for leader in policy.leadership):
        return NOBODY_FOR_PRIVATE
    return None if policy.leadership else NOBODY


def _told(record: Record, *, mail_configured: bool) -> Safe:
    readers = record.readers
    reached = [at for at in map(_reached_at, readers) if at is not None]
    lost = sum(delivery.kind == "SendMail" for delivery in record.undelivered)
    count = f"{len(reached)} of {len(readers)}"
    if len(reached) == len(readers):
        said = kit.say("Leadership told {at} ({count})", at=kit.when(max(reached)), count=count)
    elif lost:
        said = kit.say("Leadership told: {count}; an e-mail could not be sent", count=count)
    else:
        said = kit.say("Leadership is being told: {count} so far{slack}", count=count, slack=_in_slack(readers))
    return said if mail_configured else kit.say("{said}, in Slack · {mail}", said=said, mail=NOT_CONFIGURED)


def _reached_at(reader: ReaderRecord) -> datetime | None:
    """When somebody was told: whoever has an address, by the e-mail."""
    return reader.mailed_at if reader.email else reader.messaged_at


def _in_slack(readers: Sequence[ReaderRecord]) -> str:
    """How many have it in Slack while their e-mails wait."""
    messaged = sum(reader.messaged_at is not None for reader in readers)
    return f" by e-mail, {messaged} in Slack" if messaged else ""


def _is_high(record: Record, policy: Policy) -> bool:
    known = policy.severities.get(record.incident.severity)
    return known is not None and known.high
