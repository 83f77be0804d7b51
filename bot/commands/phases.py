"""An incident moves: through its phases, to its end, and back. What it lacks is asked here too."""

from bot.commands import may
from bot.commands.asking import ANOTHER_VERSION, Click, Form, Reply, Typed, meant, number_in, record_of, seen, word_in
from bot.errors import Refused
from bot.parts import Parts
from bot.views import lists, modals, risks
from bot.workflows import assessing, incidents, lifecycle
from db import queries
from db.enums import Phase


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident phase containment`."""
    incident, rest = meant(parts, asked)
    word = rest.rest.lower()
    if word not in lifecycle.PHASES:
        raise Refused(f"Which phase? One of {', '.join(lifecycle.PHASES)}: `/incident phase containment`")
    return _move(parts, incident.id, asked.user, Phase(word), None)


def clicked(parts: Parts, click: Click) -> Reply:
    """A phase's button. It carries the phase that the person saw; who was overtaken is told by whom."""
    seen(parts, click.number, click)
    if len(click.rest) != 2:
        raise Refused(ANOTHER_VERSION)
    here, there = (word_in(Phase, word) for word in click.rest)
    return _move(parts, click.number, click.user, there, here)


def _move(parts: Parts, number: int, by: str, to: Phase, seen_phase: Phase | None) -> Reply:
    with parts.store.begin() as work:
        incidents.move(work, policy=parts.policy, number=number, by=by, to=to, seen=seen_phase)
    record = record_of(parts, number)
    gaps = [gap for gap in lifecycle.gaps(record) if gap.phase in lifecycle.PHASES[: lifecycle.PHASES.index(to)]]
    return lists.still_missing(record, tuple(gaps)) if gaps else None


def answers_asked(parts: Parts, click: Click) -> Reply:
    """Opens the three questions."""
    seen(parts, click.number, click)
    return modals.answers(record_of(parts, click.number))


def answered(parts: Parts, form: Form) -> None:
    """The three questions were answered."""
    seen(parts, form.number, form)
    shown = form.about.get("shown", {})  # A form sends every answer, touched or not: only what was changed is meant.
    answers = {name: given for name in lifecycle.QUESTIONS if (given := form.answer(name)) != shown.get(name)}
    with form.begin(parts) as work:
        incidents.answer(work, number=form.number, by=form.user, answers=answers)


def containment_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question what stopped the damage."""
    seen(parts, click.number, click)
    return modals.contained(record_of(parts, click.number), parts.clock.now())


def contained(parts: Parts, form: Form) -> None:
    """Somebody said what stopped the damage, and when."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        at = form.moment("at", now=work.now)
        incidents.contain(work, number=form.number, by=form.user, text=form.text("text"), at=at)


def verification_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question who verified the recovery, and how."""
    seen(parts, click.number, click)
    return modals.verified(record_of(parts, click.number), parts.clock.now(), by=click.user)


def verified(parts: Parts, form: Form) -> None:
    """Somebody said who verified the recovery, and how."""
    seen(parts, form.number, form)
    user = form.user_chosen("user") or form.user
    with form.begin(parts) as work:
        at = form.moment("at", now=work.now)
        incidents.verify(work, number=form.number, by=form.user, user=user, text=form.text("text"), at=at)


def close_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident close`."""
    incident, _ = meant(parts, asked)
    may.check(parts, asked, "close", incident)
    return _close(parts, incident.id, asked.user)


def close_clicked(parts: Parts, click: Click) -> Reply:
    """The card's [Close]."""
    may.check(parts, click, "close", seen(parts, click.number, click))
    return _close(parts, click.number, click.user)


def _close(parts: Parts, number: int, by: str) -> Reply:
    try:
        with parts.store.begin() as work:
            incidents.close(work, policy=parts.policy, number=number, by=by)
    except lifecycle.NotReady as missing:
        return lists.close_refused(record_of(parts, number), missing.gaps)
    record = record_of(parts, number, with_timeline=False)
    if record.risk is None and assessing.is_asked(record.incident, parts.policy):
        return risks.asked(record)
    return None


def dismiss_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident dismiss a test alert`; without a reason the form asks for it."""
    incident, rest = meant(parts, asked)
    may.check(parts, asked, "close", incident)
    if not rest.rest:
        return modals.dismiss(record_of(parts, incident.id))
    with parts.store.begin() as work:
        incidents.dismiss(work, policy=parts.policy, number=incident.id, by=asked.user, reason=rest.rest)
    return None


def dismiss_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    may.check(parts, click, "close", seen(parts, click.number, click))
    return modals.dismiss(record_of(parts, click.number))


def dismissed(parts: Parts, form: Form) -> None:
    """It was a false alarm."""
    may.check(parts, form, "close", seen(parts, form.number, form))
    with form.begin(parts) as work:
        incidents.dismiss(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            reason=form.text("reason"),
            review=form.ticked("review"),
        )


def merge_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident merge INC-7` in a room; elsewhere `/incident merge INC-9 INC-7`."""
    first, rest = asked.take_key()
    second, _ = rest.take_key()
    if first is None:
        incident, _ = meant(parts, asked)
        may.check(parts, asked, "close", incident)
        return _merge_form(parts, asked, incident.id)
    if second is None:
        incident, _ = meant(parts, Typed(asked.user, asked.channel, asked.trigger, asked.word, ""))
        subject, into = incident.id, first
    else:
        subject, into = first, second
    may.check(parts, asked, "close", seen(parts, subject, asked))
    _merge(parts, asked.user, subject, seen(parts, into, asked).id)
    return None


def merge_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question into which."""
    may.check(parts, click, "close", seen(parts, click.number, click))
    return _merge_form(parts, click, click.number)


def _merge_form(parts: Parts, asked: Typed | Click, number: int) -> Reply:
    record = record_of(parts, number)
    with parts.store.read() as session:
        others = [
            other
            for other in queries.incidents_open(session, asked.user, limit=100)
            if other.id != number and other.private is record.incident.private
        ]
    if not others:
        raise Refused("There is no other open incident to merge into.")
    return modals.merge(record, others)


def merged(parts: Parts, form: Form) -> None:
    """Two incidents are one."""
    may.check(parts, form, "close", seen(parts, form.number, form))
    into = seen(parts, number_in(form.option("into")), form)
    with form.begin(parts) as work:
        incidents.merge(work, policy=parts.policy, number=form.number, into=into.id, by=form.user)


def _merge(parts: Parts, by: str, number: int, into: int) -> None:
    with parts.store.begin() as work:
        incidents.merge(work, policy=parts.policy, number=number, into=into, by=by)


def reopen_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident reopen the errors are back`."""
    incident, rest = meant(parts, asked)
    may.check(parts, asked, "close", incident)
    if not rest.rest:
        return modals.reopen(record_of(parts, incident.id))
    with parts.store.begin() as work:
        incidents.reopen(work, policy=parts.policy, number=incident.id, by=asked.user, reason=rest.rest)
    return None


def reopen_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    may.check(parts, click, "close", seen(parts, click.number, click))
    return modals.reopen(record_of(parts, click.number))


def reopened(parts: Parts, form: Form) -> None:
    """It was not over."""
    may.check(parts, form, "close", seen(parts, form.number, form))
    with form.begin(parts) as work:
        incidents.reopen(work, policy=parts.policy, number=form.number, by=form.user, reason=form.text("reason"))


TYPED = {
    "phase": typed,
    "close": close_typed,
    "dismiss": dismiss_typed,
    "merge": merge_typed,
    "reopen": reopen_typed,
}
CLICKS = {
    "phases.move": clicked,
    "phases.answers": answers_asked,
    "phases.contained": containment_asked,
    "phases.verified": verification_asked,
    "phases.close": close_clicked,
    "phases.dismiss": dismiss_asked,
    "phases.merge": merge_asked,
    "phases.reopen": reopen_asked,
}
FORMS = {
    "phases.answered": answered,
    "phases.contained": contained,
    "phases.verified": verified,
    "phases.dismissed": dismissed,
    "phases.merged": merged,
    "phases.reopened": reopened,
}
