"""Who does what: roles are given, taken and handed over."""

from sqlalchemy import select

from bot.effects import Invite
from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import lifecycle, people, wording
from bot.workflows.telling import redraw, say
from db import queries
from db.enums import EntryKind
from db.models import Incident, Role
from db.records import PersonRecord
from db.store import Work


def by_default(work: Work, policy: Policy) -> dict[str, str]:
    """Who has which role when nobody is named: the policy's default, or the first deputy who is here when that one is not."""
    usual = {name: [user for user in (role.default, *role.deputies) if user] for name, role in policy.roles.items()}
    here = set(people.present(work, [user for users in usual.values() for user in users]))
    return {name: present[0] for name, users in usual.items() if (present := [one for one in users if one in here])}


def holder_left(work: Work, *, user: str) -> None:
    """Somebody has left Slack: the rooms in which they hold a role are asked for somebody else.

    The role stays theirs until it is given away: nothing is taken from anybody by itself.
    """
    for number, role in queries.roles_of(work.session, user):
        say(work, work.incident(number), "role_unheard", {"user": user, "role": role})


def assign(
    work: Work, *, policy: Policy, number: int, by: str, role: str, person: PersonRecord, note: str = ""
) -> str | None:
    """Give `person` the role; the holder so far loses it. Returns a warning worth telling, or None.

    The same person as commander and in another role is normal in a small company: a warning, never a refusal.
    """
    incident = work.incident(number)
    name = policy.role(role).key
    note = wording.optional(note, "note")
    lifecycle.check_open(incident.key, incident.phase)
    people.check_can_act(person)
    held = work.session.get(Role, (number, name))
    if held and held.user == person.user:
        raise Refused(f"<@{person.user}> is {policy.role(role).label} already.")
    previous = held.user if held else None
    if held:
        held.user, held.since = person.user, work.now
    else:
        work.session.add(Role(incident_id=number, role=name, user=person.user, since=work.now))
    work.session.flush()
    work.note(incident, EntryKind.ROLE, note, by=by, data={"role": name, "user": person.user, "previous": previous})
    warning = _several_roles(work, policy, incident, person.user)
    work.tell(Invite(incident=number, users=(person.user,)))
    values = {"by": by, "role": name, "user": person.user, "previous": previous, "note": note, "warning": warning}
    say(work, incident, "role_given", {key: value for key, value in values.items() if value})
    redraw(work, incident, outside=True)
    return warning


def hand_over(
    work: Work, *, policy: Policy, number: int, by: str, role: str, person: PersonRecord, note: str
) -> str | None:
    """Give away a role that somebody holds, with a note for the successor."""
    name = policy.role(role).key
    if work.session.get(Role, (number, name)) is None:
        raise Refused(f"Nobody is {policy.role(role).label} yet. `/incident assign {name} @somebody` gives the role.")
    note = wording.paragraph(note, "note for the successor")
    return assign(work, policy=policy, number=number, by=by, role=role, person=person, note=note)


def _several_roles(work: Work, policy: Policy, incident: Incident, user: str) -> str | None:
    roles = set(work.session.scalars(select(Role.role).where(Role.incident_id == incident.id, Role.user == user)))
    if len(roles) < 2 or "commander" not in roles:
        return None
    labels = [policy.role(role).label for role in policy.roles if role in roles]
    return f"One person is {' and '.join(labels)}. Think of handing one over."
