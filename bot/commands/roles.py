"""Who does what: assigned, taken, handed over."""

from bot.commands import who
from bot.commands.asking import Click, Form, Reply, Typed, meant, record_of, seen
from bot.errors import Refused
from bot.parts import Parts
from bot.views import modals
from bot.workflows import roles
from db.records import PersonRecord


def assign_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident assign commander @ana`; without a name the form asks."""
    incident, rest = meant(parts, asked)
    role, rest = rest.take_word()
    if not role:
        return modals.assign(record_of(parts, incident.id), parts.policy)
    key = parts.policy.role(role.lower()).key
    if not rest.rest:
        return modals.assign(record_of(parts, incident.id), parts.policy, role=key)
    person = who.named(parts, rest.take_word()[0], usage=f"/incident assign {key} @ana")
    return _assign(parts, incident.id, asked.user, key, person)


def take_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident take comms`."""
    incident, rest = meant(parts, asked)
    role = rest.take_word()[0].lower()
    if not role:
        raise Refused(f"Which role? One of {', '.join(parts.policy.roles)}: `/incident take comms`")
    key = parts.policy.role(role).key
    return _assign(parts, incident.id, asked.user, key, who.known(parts, asked.user))


def hand_over_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident handover commander @bo the failover is half done`; what is missing the form asks."""
    incident, rest = meant(parts, asked)
    role, rest = rest.take_word()
    if not role:
        raise Refused(f"Which role? One of {', '.join(parts.policy.roles)}: `/incident handover commander @bo`")
    key = parts.policy.role(role.lower()).key
    name, note = rest.take_word()
    if not name:
        return modals.handover(record_of(parts, incident.id), parts.policy, role=key)
    person = who.named(parts, name, usage=f"/incident handover {key} @bo")
    if not note.rest:
        return modals.handover(record_of(parts, incident.id), parts.policy, role=key, user=person.user)
    with parts.store.begin() as work:
        return roles.hand_over(
            work, policy=parts.policy, number=incident.id, by=asked.user, role=key, person=person, note=note.rest
        )


def assign_asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return modals.assign(record_of(parts, click.number), parts.policy)


def take_clicked(parts: Parts, click: Click) -> Reply:
    """[Take command], and the like for other roles: the action's id ends with the role."""
    seen(parts, click.number, click)
    return _assign(parts, click.number, click.user, click.action.split(".")[-1], who.known(parts, click.user))


def assigned(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        roles.assign(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            role=form.option("role"),
            person=person,
            note=form.text("note"),
        )


def handed_over(parts: Parts, form: Form) -> None:
    """The form was sent, with the note for the successor."""
    seen(parts, form.number, form)
    role = form.option("role") or str(form.about.get("role", ""))
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        roles.hand_over(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            role=role,
            person=person,
            note=form.text("note"),
        )


def _assign(parts: Parts, number: int, by: str, role: str, person: PersonRecord) -> str | None:
    with parts.store.begin() as work:
        return roles.assign(work, policy=parts.policy, number=number, by=by, role=role, person=person)


TYPED = {"assign": assign_typed, "take": take_typed, "handover": hand_over_typed}
CLICKS = {"roles.assign": assign_asked, "roles.take": take_clicked}
FORMS = {"roles.assigned": assigned, "roles.handed_over": handed_over}
