"""Somebody declares an incident: with a form, in one line, or from a message."""

from collections.abc import Mapping
from typing import Any

from bot.commands import may, pin
from bot.commands.asking import Click, Doing, Form, Reply, Typed, plain, word_in
from bot.parts import Parts
from bot.views import modals
from bot.workflows import incidents
from db.enums import Kind


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident declare` opens the form; with a title it declares at once."""
    may.check(parts, asked, "declare")
    if not asked.rest:
        return modals.declare(parts.policy)
    word, rest = asked.take_word()
    severity = word.lower() if word.lower() in parts.policy.severities else None
    title = rest.rest if severity else asked.rest
    if not title:
        return modals.declare(parts.policy, severity=severity)
    with parts.store.begin() as work:
        incident = incidents.declare(
            work,
            policy=parts.policy,
            by=asked.user,
            title=title,
            severity=severity,
            origin=asked.trigger and f"trigger:{asked.trigger}",
        )
    return _declared(incident.key, incident.severity)


def opened(parts: Parts, asked: Click) -> Reply:
    """A button."""
    may.check(parts, asked, "declare")
    return modals.declare(parts.policy)


def shortcut(parts: Parts, body: Mapping[str, Any]) -> Reply:
    """The global shortcut."""
    may.check(parts, Doing(body["user"]["id"], None, None), "declare")
    return modals.declare(parts.policy)


def from_message(parts: Parts, body: Mapping[str, Any]) -> Reply:
    """A message's shortcut: the form, begun with what the message says. The message comes first on the timeline."""
    may.check(parts, Doing(body["user"]["id"], body["channel"]["id"], None), "declare")
    message = body["message"]
    text = plain(message.get("text", ""))
    source = {"channel": body["channel"]["id"], "message": pin.kept(message)}
    return modals.declare(parts.policy, title=text.partition("\n")[0][:200], summary=text[:3000], source=source)


def sent(parts: Parts, form: Form) -> None:
    """The form was sent. Sent twice (an impatient double click) it is one incident."""
    may.check(parts, form, "declare")
    begun = form.about.get("source")
    source = pin.source_of(parts, begun["channel"], begun["message"]) if begun else None
    with form.begin(parts) as work:
        incident = incidents.declare(
            work,
            policy=parts.policy,
            by=form.user,
            title=form.text("title"),
            severity=form.option("severity") or None,
            kind=word_in(Kind, form.option("kind") or Kind.OPERATIONAL),
            summary=form.text("summary"),
            customer_data=form.answer("customer_data"),
            service_affecting=form.answer("service_affecting"),
            private=form.ticked("private"),
            drill=form.ticked("drill"),
            origin=f"view:{form.view_id}",
        )
        if source is not None:
            pin.place(work, incident.id, form.user, source, here=False)


def _declared(key: str, severity: str) -> str:
    return f"{key} is declared as {severity}. Its room is being opened; you are brought into it."


TYPED = {"declare": typed}
CLICKS = {"declare.open": opened}
FORMS = {"declare.submitted": sent}
SHORTCUTS = {"declare.open": shortcut, "declare.from_message": from_message}
