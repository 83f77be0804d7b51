"""What people say for the record: notes and updates."""

from bot.commands.asking import Click, Form, Reply, Typed, begin, record_of, seen
from bot.parts import Parts
from bot.views import modals
from bot.workflows import incidents
from db import queries


def note_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident note We restarted the pods`; without a text the form asks."""
    with begin(parts, asked, free_text=True) as (work, number, rest):
        if not rest.rest:
            return modals.note(queries.record(work.session, number))
        incidents.note(work, number=number, by=asked.user, text=rest.rest)
    return None


def update_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident update Payments work again`; without a text the form asks."""
    with begin(parts, asked, free_text=True) as (work, number, rest):
        if not rest.rest:
            return modals.update(queries.record(work.session, number))
        incidents.update(work, number=number, by=asked.user, text=rest.rest)
    return None


def note_asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return modals.note(record_of(parts, click.number))


def update_asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return modals.update(record_of(parts, click.number))


def noted(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        incidents.note(work, number=form.number, by=form.user, text=form.text("text"))


def updated(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        incidents.update(work, number=form.number, by=form.user, text=form.text("text"))


TYPED = {"note": note_typed, "update": update_typed}
CLICKS = {"talk.note": note_asked, "talk.update": update_asked}
FORMS = {"talk.noted": noted, "talk.updated": updated}
