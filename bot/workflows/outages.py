"""Slack is away, and back again: what is written down, and who must hear of it by another way.

Each bot counts its own failed probes; what they found is one row, so that an outage begins and ends once, however many
bots there are. It ends when none of them has failed for a while: one bot with a broken network would otherwise begin
and end outages as fast as the others can contradict it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.effects import SendMail
from bot.policy import Policy
from bot.workflows import escalation, rooms
from db import queries
from db.enums import EntryKind
from db.models import Outage
from db.records import IncidentRecord
from db.store import Work

# A few probes of whichever bot is the slowest.
SETTLED = timedelta(seconds=60)
SLACK = "slack"
INCIDENTS_MOST = 1000


def failed(work: Work, *, policy: Policy, mail: bool) -> None:
    """A bot has to do without Slack. Told as often as that is found; leadership hears of it once.

    They hear as soon as a serious incident is open, be it declared on the command line an hour later. `mail` says
    whether there is a mail server.
    """
    outage = _open(work)
    if outage is None:
        work.insert_once(Outage, uid=work.fresh_uid(), service=SLACK, began_at=work.now, failed_at=work.now)
        outage = _open(work)
    assert outage is not None
    outage.failed_at = work.now
    if mail and outage.told_at is None and (incidents := _serious(work, policy)):
        outage.told_at = work.now
        _tell_leadership(work, policy, outage, "slack_down", incidents)


def answered(work: Work, *, policy: Policy, mail: bool) -> bool:
    """Slack answers a bot. Whether that ends an outage: the rooms are then compared with the record.

    If leadership heard of it, they hear that it is over.
    """
    outage = _open(work)
    if outage is None or work.now - outage.failed_at < SETTLED:
        return False
    outage.ended_at = work.now
    rooms.check_all(work, away_from=outage.failed_at)
    if mail and outage.told_at is not None:
        _tell_leadership(work, policy, outage, "slack_back", _serious(work, policy))
    return True


def _open(work: Work) -> Outage | None:
    """The outage that goes on, locked: whoever begins or ends it tells of it."""
    return work.session.scalars(
        select(Outage).where(Outage.service == SLACK, Outage.ended_at.is_(None)).with_for_update()
    ).one_or_none()


def _serious(work: Work, policy: Policy) -> list[IncidentRecord]:
    """The open incidents that leadership is told of."""
    incidents = queries.incidents_open(work.session, limit=INCIDENTS_MOST)
    return [one for one in incidents if escalation.concerns_leadership(one, policy=policy, now=work.now)]


def _tell_leadership(work: Work, policy: Policy, outage: Outage, what: str, incidents: list[IncidentRecord]) -> None:
    ended = {"ended_at": outage.ended_at.isoformat()} if outage.ended_at else {}
    values = {
        "began_at": outage.began_at.isoformat(),
        **ended,
        "incidents": [_standing(work, incident) for incident in incidents],
    }
    for leader in policy.leadership:
        if leader.email:
            work.tell(
                SendMail(incident=None, to=leader.email, name=leader.name, what=what, values=values, thread=outage.uid)
            )


def _standing(work: Work, incident: IncidentRecord) -> Mapping[str, Any]:
    """How an incident stands. Of a private one only that it is there: mail leaves the house."""
    if incident.private:
        return {"key": incident.key, "private": True}
    standing: dict[str, Any] = {
        "key": incident.key,
        "private": False,
        "title": incident.title,
        "severity": incident.severity,
        "phase": incident.phase.value,
        "since": incident.phase_since.isoformat(),
    }
    commander = queries.roles(work.session, incident.id).get("commander")
    if commander:
        standing["commander"] = commander
    update = queries.last_entry(work.session, incident.id, EntryKind.UPDATE)
    if update:
        standing["said"] = {"at": update.at.isoformat(), "text": update.text}
    return standing
