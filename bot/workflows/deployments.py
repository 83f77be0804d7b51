"""An incident after a deployment: which one it was, and whether to roll it back or to fix forward.

Rolling back is the way out that needs no understanding; who decides otherwise says why. The decision is wanted before
containment is left, as other facts are.
"""

from collections.abc import Collection

from bot.errors import Refused
from bot.workflows import lifecycle, wording
from bot.workflows.telling import redraw, say
from db.enums import EntryKind, Remedy
from db.models import Deployment, Incident
from db.store import Work

WHAT_MOST = 200
GONE = "[redacted]"


def name(work: Work, *, number: int, by: str, what: str) -> Incident:
    """Record which deployment came before it, and ask what is to be done. Another one replaces it, undecided."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    what = " ".join(wording.paragraph(what, "deployment", most=WHAT_MOST).split())
    row = work.session.get(Deployment, number)
    if row is not None and row.what == what:
        raise Refused(f"“{what}” is the deployment that is named already.")
    if row is not None:
        work.session.delete(row)
        work.session.flush()
    work.session.add(Deployment(incident_id=number, what=what, named_by=by, named_at=work.now))
    work.note(incident, EntryKind.DEPLOYMENT, what, by=by)
    say(work, incident, "deployment_named", {"by": by, "what": what})
    redraw(work, incident)
    return incident


def decide(work: Work, *, number: int, by: str, remedy: Remedy, reason: str = "") -> Incident:
    """Roll back, or fix forward with the reason. A decision may be changed; each is an entry."""
    incident = work.incident(number)
    lifecycle.check_open(incident.key, incident.phase)
    row = work.session.get(Deployment, number)
    if row is None:
        raise Refused("No deployment is named yet: `/incident deploy checkout 2.41` names it.")
    if remedy is Remedy.FIX_FORWARD:
        reason = wording.paragraph(reason, "reason for not rolling back")
    reason = wording.optional(reason, "note")
    if row.remedy is remedy and row.reason == reason:
        raise Refused("That is decided already.")
    row.remedy, row.reason, row.decided_by, row.decided_at = remedy, reason, by, work.now
    work.note(incident, EntryKind.DEPLOYMENT, reason, by=by, data={"remedy": remedy.value, "what": row.what})
    values = {"by": by, "remedy": remedy.value, "what": row.what}
    say(work, incident, "deployment_decided", {**values, **({"reason": reason} if reason else {})}, aloud=True)
    redraw(work, incident)
    return incident


def redact(work: Work, *, number: int, texts: Collection[str]) -> None:
    """Take out what was written of the deployment, where it is one of these texts."""
    row = work.session.get(Deployment, number)
    if row is not None and row.what in texts:
        row.what = GONE
    if row is not None and row.reason and row.reason in texts:
        row.reason = GONE
