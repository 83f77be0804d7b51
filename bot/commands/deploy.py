"""An incident after a deployment: which, and whether to roll it back."""

from bot.commands.asking import Click, Form, Reply, Typed, meant, record_of, seen
from bot.errors import Refused
from bot.parts import Parts
from bot.views import modals
from bot.workflows import deployments
from db.enums import Remedy


def named_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident deploy checkout 2.41`."""
    incident, rest = meant(parts, asked, free_text=True)
    if not rest.rest:
        raise Refused("Which deployment came before it? Name it: `/incident deploy checkout 2.41`")
    with parts.store.begin() as work:
        deployments.name(work, number=incident.id, by=asked.user, what=rest.rest)
    return None


def roll_back_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident rollback`, with a note or without."""
    incident, rest = meant(parts, asked, free_text=True)
    with parts.store.begin() as work:
        deployments.decide(work, number=incident.id, by=asked.user, remedy=Remedy.ROLL_BACK, reason=rest.rest)
    return None


def fix_forward_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident fixforward the migration cannot be undone`; without the reason the form asks for it."""
    incident, rest = meant(parts, asked, free_text=True)
    if not rest.rest:
        return modals.fix_forward(record_of(parts, incident.id))
    with parts.store.begin() as work:
        deployments.decide(work, number=incident.id, by=asked.user, remedy=Remedy.FIX_FORWARD, reason=rest.rest)
    return None


def roll_back_clicked(parts: Parts, click: Click) -> Reply:
    """[Roll back]."""
    seen(parts, click.number, click)
    with parts.store.begin() as work:
        deployments.decide(work, number=click.number, by=click.user, remedy=Remedy.ROLL_BACK)
    return None


def fix_forward_asked(parts: Parts, click: Click) -> Reply:
    """[Fix forward…] opens the question why."""
    seen(parts, click.number, click)
    return modals.fix_forward(record_of(parts, click.number))


def fix_forward_sent(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        deployments.decide(
            work, number=form.number, by=form.user, remedy=Remedy.FIX_FORWARD, reason=form.text("reason")
        )


TYPED = {"deploy": named_typed, "rollback": roll_back_typed, "fixforward": fix_forward_typed}
CLICKS = {"deploy.roll_back": roll_back_clicked, "deploy.fix_forward": fix_forward_asked}
FORMS = {"deploy.fixed_forward": fix_forward_sent}
