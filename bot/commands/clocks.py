"""Regulatory clocks: looked at, times recorded, questions answered, notifications drafted, filed, or decided against."""

from bot.commands import may, who
from bot.commands.asking import Click, Doing, Form, Reply, Typed, meant, record_of, seen
from bot.errors import Refused
from bot.parts import Parts
from bot.policy.frameworks import Rule
from bot.views import clock_forms
from bot.views import clocks as shown
from bot.workflows import clocks
from db.records import IncidentRecord, Record


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident clocks`: those that concern this incident, with their buttons."""
    incident, _ = meant(parts, asked)
    return shown.listing(record_of(parts, incident.id), parts.policy, parts.clock.now())


def opened(parts: Parts, click: Click) -> Reply:
    """The card's [Clocks]."""
    seen(parts, click.number, click)
    return shown.listing(record_of(parts, click.number), parts.policy, parts.clock.now())


def time_asked(parts: Parts, click: Click) -> Reply:
    """[Record time]."""
    record = _allowed(parts, click, click.number)
    framework = clocks.framework_of(parts.policy, click.other_word)
    anchor = click.rest[1] if len(click.rest) > 1 else ""
    if anchor not in framework.anchors:
        raise Refused("The policy does not ask for this time any more. `/incident clocks` shows what there is.")
    return clock_forms.time(record, framework, anchor, parts.clock.now())


def timed(parts: Parts, form: Form) -> None:
    """Somebody said when it happened."""
    _allowed(parts, form, form.number)
    framework = clocks.framework_of(parts.policy, str(form.about.get("framework")))
    with form.begin(parts) as work:
        at = form.moment("at", now=work.now)
        day_only = form.ticked("day_only")
        clocks.record_time(
            work,
            policy=parts.policy,
            number=form.number,
            framework=framework.key,
            anchor=str(form.about.get("anchor")),
            by=form.user,
            at=None if day_only else at,
            on=framework.calendar.date_of(at) if day_only else None,
            why=form.text("reason"),
        )


def question_asked(parts: Parts, click: Click) -> Reply:
    """[Answer]."""
    record = _allowed(parts, click, click.number)
    framework, question = clocks.question_of(parts.policy, click.other_word)
    return clock_forms.question(record, framework, question)


def answered(parts: Parts, form: Form) -> None:
    """Somebody answered."""
    _allowed(parts, form, form.number)
    value = form.option("value") or form.text("value")
    with form.begin(parts) as work:
        clocks.answer(
            work, policy=parts.policy, number=form.number, fact=str(form.about.get("fact")), value=value, by=form.user
        )


def draft_asked(parts: Parts, click: Click) -> Reply:
    """[Draft notification]."""
    record, rule = _of_rule(parts, click)
    if record.incident.room is None:
        raise Refused("The room is being opened. Try again in a moment.")
    with parts.store.begin() as work:
        clocks.draft(work, policy=parts.policy, number=click.number, rule=rule.key, by=click.user)
    return "The draft comes into the room. Nothing is sent to anybody."


def filing_asked(parts: Parts, click: Click) -> Reply:
    """[Filed…]."""
    record, rule = _of_rule(parts, click)
    now = parts.clock.now()
    overdue = any(
        clock.rule == rule.key and clock.due_at is not None and now > clock.due_at for clock in record.duties.clocks
    )
    return clock_forms.filed(record, rule, now, by=click.user, overdue=overdue)


def filed(parts: Parts, form: Form) -> None:
    """It was sent."""
    _allowed(parts, form, form.number)
    with form.begin(parts) as work:
        clocks.file(
            work,
            policy=parts.policy,
            number=form.number,
            rule=str(form.about.get("rule")),
            by=form.user,
            sent_at=form.moment("sent_at", now=work.now),
            sent_by=form.user_chosen("sent_by") or form.user,
            channel=form.text("channel"),
            recipient=form.text("recipient"),
            reference=form.text("reference"),
            stage=form.option("stage") or None,
            text=form.text("text"),
            reasons=form.text("reasons"),
        )


def waiver_asked(parts: Parts, click: Click) -> Reply:
    """[Not required…]."""
    return clock_forms.not_required(*_of_rule(parts, click))


def waived(parts: Parts, form: Form) -> None:
    """Somebody decided that it is not required."""
    _allowed(parts, form, form.number)
    with form.begin(parts) as work:
        clocks.not_required(
            work,
            policy=parts.policy,
            number=form.number,
            rule=str(form.about.get("rule")),
            by=form.user,
            reason=form.text("reason"),
        )


def withdrawal_asked(parts: Parts, click: Click) -> Reply:
    """[Withdraw…]: the decision or, with its number, a filing."""
    record, rule = _of_rule(parts, click)
    if len(click.rest) > 1 and click.rest[1].isdecimal():
        return clock_forms.take_back(record, rule, int(click.rest[1]))
    return clock_forms.withdraw(record, rule)


def withdrawn(parts: Parts, form: Form) -> None:
    """The decision does not stand any more, or the filing was none."""
    _allowed(parts, form, form.number)
    policy, rule, reason = parts.policy, str(form.about.get("rule")), form.text("reason")
    filing = form.about.get("filing")
    with form.begin(parts) as work:
        if filing is None:
            clocks.withdraw(work, policy=policy, number=form.number, rule=rule, by=form.user, reason=reason)
        else:
            clocks.take_back(
                work, policy=policy, number=form.number, rule=rule, by=form.user, reason=reason, filing=filing
            )


def give_asked(parts: Parts, click: Click) -> Reply:
    """[Give to …]."""
    return clock_forms.give(*_of_rule(parts, click))


def given(parts: Parts, form: Form) -> None:
    """Somebody owns it by name."""
    _allowed(parts, form, form.number)
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        clocks.give(
            work, policy=parts.policy, number=form.number, rule=str(form.about.get("rule")), by=form.user, person=person
        )


def _allowed(parts: Parts, doing: Doing, number: int) -> Record:
    """The incident, if this person may see it and act on its clocks."""
    incident: IncidentRecord = seen(parts, number, doing)
    may.check(parts, doing, "clocks", incident)
    return record_of(parts, number)


def _of_rule(parts: Parts, click: Click) -> tuple[Record, Rule]:
    record = _allowed(parts, click, click.number)
    return record, clocks.rule_of(parts.policy, click.other_word)[1]


TYPED = {"clocks": typed}
CLICKS = {
    "clocks.open": opened,
    "clocks.time": time_asked,
    "clocks.answer": question_asked,
    "clocks.draft": draft_asked,
    "clocks.filed": filing_asked,
    "clocks.waive": waiver_asked,
    "clocks.withdraw": withdrawal_asked,
    "clocks.give": give_asked,
}
FORMS = {
    "clocks.timed": timed,
    "clocks.answered": answered,
    "clocks.filed": filed,
    "clocks.waived": waived,
    "clocks.withdrawn": withdrawn,
    "clocks.given": given,
}
