"""The post-incident review: filled in, marked done, put off, given to somebody else."""

from bot.commands import who
from bot.commands.asking import Click, Doing, Form, Reply, Typed, meant, record_of, seen
from bot.errors import Refused
from bot.parts import Parts
from bot.views import lists, modals
from bot.workflows import lifecycle, reviews
from bot.workflows.edits import Edit


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident review` opens it; `/incident review done` marks it done, `/incident review share` shows it."""
    incident, rest = meant(parts, asked)
    match rest.rest.lower():
        case "" | "fill":
            return _open(parts, incident.id)
        case "done":
            return _finish(parts, incident.id, asked)
        case "share":
            return _share(parts, incident.id, asked)
    raise Refused("`/incident review` opens the review; `/incident review done` marks it done, `share` shows it here.")


def asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return _open(parts, click.number)


def filled(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    shown = form.about.get("shown", {})
    answers = {name: Edit(form.text(name), shown.get(name, "")) for name in reviews.ANSWERS if name in form.fields}
    ticked = form.ticked("timeline_read")
    with form.begin(parts) as work:
        reviews.fill(
            work,
            number=form.number,
            by=form.user,
            answers=answers,
            timeline_read=None if ticked == shown.get("timeline_read") else ticked,
        )


def done_clicked(parts: Parts, click: Click) -> Reply:
    """[Done] on a reminder, the review or the card."""
    seen(parts, click.number, click)
    return _finish(parts, click.number, click)


def share_clicked(parts: Parts, click: Click) -> Reply:
    """[Share] on the review."""
    seen(parts, click.number, click)
    return _share(parts, click.number, click)


def snooze_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    seen(parts, click.number, click)
    return modals.snooze("review", record_of(parts, click.number), parts.policy)


def snoozed(parts: Parts, form: Form) -> None:
    """The chase rests, with the reason."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        reviews.snooze(work, policy=parts.policy, number=form.number, by=form.user, reason=form.text("reason"))


def give_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question to whom."""
    seen(parts, click.number, click)
    return modals.give("review", record_of(parts, click.number))


def given(parts: Parts, form: Form) -> None:
    """Somebody else owns it now."""
    seen(parts, form.number, form)
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        reviews.give(work, number=form.number, by=form.user, person=person)


def _open(parts: Parts, number: int) -> Reply:
    record = record_of(parts, number)
    if record.review is None:
        raise Refused(f"{record.incident.key} has no review yet. It begins with `/incident phase review`.")
    return modals.review(record, parts.policy)


def _finish(parts: Parts, number: int, doing: Doing) -> Reply:
    try:
        with parts.store.begin() as work:
            reviews.finish(work, policy=parts.policy, number=number, by=doing.user)
    except lifecycle.NotReady as missing:
        return lists.close_refused(record_of(parts, number), missing.gaps)
    return "The review is done. `/incident close` ends the incident."


def _share(parts: Parts, number: int, doing: Doing) -> Reply:
    with parts.store.begin() as work:
        reviews.share(work, number=number, by=doing.user)
    return "The review was shared in the announcement's thread."


TYPED = {"review": typed}
CLICKS = {
    "review.open": asked,
    "review.done": done_clicked,
    "review.share": share_clicked,
    "review.snooze": snooze_asked,
    "review.give": give_asked,
}
FORMS = {"review.filled": filled, "review.snoozed": snoozed, "review.given": given}
