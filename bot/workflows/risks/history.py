"""What every change of a risk comes with: its lock, an entry in its history, and a word to whoever owns it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.effects import RefreshHome, Say
from bot.errors import Refused
from db import risks as register
from db.enums import RiskEntryKind, RiskState
from db.models import Incident, Risk, RiskEntry
from db.store import Work


def locked_risk(work: Work, number: int) -> Risk:
    """The risk, locked until the end of the transaction; Refused when there is none."""
    risk = register.locked(work.session, number)
    if risk is None:
        raise Refused(f"There is no risk R-{number}. `/incident risks` lists them.")
    return risk


def note(work: Work, risk: Risk, kind: RiskEntryKind, text: str, *, by: str, data: Mapping[str, Any]) -> None:
    """Write an entry in its history, and have its owners' Homes follow."""
    # A transaction that waited for the lock began before the one that it waited for was done: it comes after it all the same.
    risk.changed_at = max(work.now, risk.changed_at)
    entry = RiskEntry(risk_id=risk.id, at=risk.changed_at, kind=kind, by=by, text=text, data=dict(data))
    work.session.flush()
    work.session.add(entry)
    work.session.flush()
    for user in sorted({risk.owner, *data.get("changes", {}).get("owner", ())}):
        work.tell(RefreshHome(user=user), only_if="watched")  # What waits for them may be something else now.


def kind_of_change(risk: Risk, was: Collection[str]) -> RiskEntryKind:
    """What a change of these fields is called: closed, reopened or changed."""
    if "state" not in was:
        return RiskEntryKind.CHANGED
    return RiskEntryKind.CLOSED if risk.state is RiskState.CLOSED else RiskEntryKind.REOPENED


def tell_owner(
    work: Work,
    risk: Risk,
    what: str,
    *,
    by: str,
    changes: Mapping[str, Sequence[str]] | None = None,
    reason: str = "",
    incident: Incident | None = None,
    adds: bool = False,
) -> None:
    """Whoever owns it hears of what others do to it; of a private incident's people not who. Who `adds` one learns its key."""
    if risk.owner == by and not adds:
        return
    values: dict[str, Any] = {"key": risk.key, "title": risk.title, "risk": risk.id}
    if risk.owner != by and not (incident is not None and incident.private):
        values["by"] = by
    if changes:
        values["changes"] = {name: list(both) for name, both in changes.items()}
    if reason:
        values["reason"] = reason
    work.tell(Say(incident=None, place="person", user=risk.owner, what=what, values=values))
