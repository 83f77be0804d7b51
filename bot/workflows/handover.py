"""Who has a role, or had it, hears of that outside the room: in Slack, and by e-mail when somebody gave it to them."""

from collections.abc import Sequence

from bot.effects import SendMail
from bot.policy import Policy
from bot.workflows import people
from bot.workflows.telling import whisper
from db import queries
from db.models import Incident
from db.records import EntryRecord
from db.store import Work

BY_ITSELF = "tocsin"


def tell(work: Work, *, policy: Policy, mail: bool, incident: Incident, entries: Sequence[EntryRecord]) -> None:
    """Tell those whom these entries gave a role, or took it from, unless they did it themselves."""
    for entry in entries:
        role, user, previous = (entry.data.get(name) for name in ("role", "user", "previous"))
        if not role or not user:
            continue
        about = {"key": incident.key, "role": role, **({} if incident.private else {"title": incident.title})}
        by = {"by": entry.by} if entry.by != BY_ITSELF else {}
        if user != entry.by and people.is_in_slack(user):
            note = {"note": entry.text} if entry.text else {}
            whisper(work, incident, user, "role_yours", {"user": user, **about, **by, **note})
            if mail and by:
                _mail(work, policy, incident, role, user, {**by, **note})
        if previous and previous not in (user, entry.by) and people.is_in_slack(previous):
            whisper(work, incident, previous, "role_passed", {"user": user, **about, **by})


def _mail(work: Work, policy: Policy, incident: Incident, role: str, user: str, said: dict[str, str]) -> None:
    """Of drills and private incidents no mail leaves the house; who has no known address has Slack."""
    person = queries.people(work.session, [user]).get(user)
    if incident.drill or incident.private or person is None or not person.email:
        return
    known = policy.roles.get(role)
    values = {
        "key": incident.key,
        "title": incident.title,
        "severity": incident.severity,
        "phase": incident.phase.value,
        "role": role,
        "duty": known.duty if known else None,
        **said,
    }
    given = {name: value for name, value in values.items() if value is not None}
    work.tell(SendMail(incident=incident.id, to=person.email, name=person.name, what="role", values=given))
