"""How bad it is: changed with a reason, or confirmed."""

from bot.commands import may
from bot.commands.asking import Click, Form, Reply, Typed, meant, record_of, seen
from bot.parts import Parts
from bot.views import modals
from bot.workflows import incidents


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident severity sev2 only EU is affected`; without a level, or without a needed reason, the form asks."""
    incident, rest = meant(parts, asked)
    may.check(parts, asked, "severity", incident)
    word, reason = rest.take_word()
    if not word:
        return modals.severity(record_of(parts, incident.id), parts.policy)
    to = parts.policy.severity(word.lower()).key
    if not reason.rest and to != incident.severity:
        return modals.severity(record_of(parts, incident.id), parts.policy, chosen=to)
    with parts.store.begin() as work:
        incidents.set_severity(work, policy=parts.policy, number=incident.id, by=asked.user, to=to, reason=reason.rest)
    return None


def asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    may.check(parts, click, "severity", seen(parts, click.number, click))
    return modals.severity(record_of(parts, click.number), parts.policy)


def confirmed(parts: Parts, click: Click) -> Reply:
    """The card's [Confirm severity]."""
    may.check(parts, click, "severity", seen(parts, click.number, click))
    with parts.store.begin() as work:
        incidents.confirm_severity(work, number=click.number, by=click.user)
    return None


def changed(parts: Parts, form: Form) -> None:
    """The form was sent; the same level again confirms it."""
    may.check(parts, form, "severity", seen(parts, form.number, form))
    with form.begin(parts) as work:
        incidents.set_severity(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            to=form.option("severity"),
            reason=form.text("reason"),
        )


TYPED = {"severity": typed}
CLICKS = {"severity.open": asked, "severity.confirm": confirmed}
FORMS = {"severity.changed": changed}
