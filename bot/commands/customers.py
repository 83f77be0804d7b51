"""What customers are told: drafted by anybody who is in the room, published by who answers for it."""

from bot.commands.asking import Click, Doing, Form, Reply, Typed, meant, record_of, seen, word_in
from bot.errors import Refused
from bot.parts import Parts
from bot.views import customers as shown
from bot.workflows import customers, permissions
from db import notices
from db.enums import ComponentState, CustomerUpdateState, Stage

USAGE = (
    "`/incident customers` opens the form; `/incident customers resolved Payments work again` drafts at once; "
    "`/incident customers publish` publishes the draft, `discard` lets it go, `nothing-new` says that nothing has changed."
)


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident customers`, with a stage and a text, or with what is to become of the draft."""
    incident, rest = meant(parts, asked)
    word, text = rest.take_word()
    match word.lower():
        case "publish":
            return _publish(parts, incident.id, asked)
        case "discard":
            return _discard(parts, incident.id, asked)
        case "nothing-new":
            return _nothing_new(parts, incident.id, asked)
        case "":
            return _form(parts, incident.id)
        case stage if stage in list(Stage):
            return _drafted(parts, incident.id, asked, Stage(stage), text.rest)
    raise Refused(f"I do not know `{word}`. The stages are {', '.join(Stage)}. {USAGE}")


def asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return _form(parts, click.number)


def edit_asked(parts: Parts, click: Click) -> Reply:
    """Opens the form with a draft in it, also one that was replaced: its words may be wanted again."""
    seen(parts, click.number, click)
    with parts.store.read() as session:
        draft = notices.update(session, click.other_number)
    if draft is None or draft.incident_id != click.number or draft.state is CustomerUpdateState.REDACTED:
        raise Refused("That draft does not exist any more. `/incident customers` begins another.")
    return shown.draft(record_of(parts, click.number), parts.policy, stage=draft.stage, editing=draft)


def drafted(parts: Parts, form: Form) -> None:
    """The form was sent: the draft is shown in the room."""
    seen(parts, form.number, form)
    state = word_in(ComponentState, form.option("component_state") or ComponentState.PARTIAL)
    wanted = customers.Wording(
        stage=word_in(Stage, form.option("stage")),
        title=form.text("title"),
        text=form.text("text"),
        components=dict.fromkeys(form.options("components"), state),
        targets=form.options("targets"),
    )
    with form.begin(parts) as work:
        customers.draft(work, policy=parts.policy, number=form.number, by=form.user, wanted=wanted)


def publish_clicked(parts: Parts, click: Click) -> Reply:
    """[Publish] below a draft."""
    seen(parts, click.number, click)
    return _publish(parts, click.number, click, click.other_number)


def discard_clicked(parts: Parts, click: Click) -> Reply:
    """[Discard] below a draft."""
    seen(parts, click.number, click)
    return _discard(parts, click.number, click, click.other_number)


def nothing_new_clicked(parts: Parts, click: Click) -> Reply:
    """[Nothing new: say so] below a reminder."""
    seen(parts, click.number, click)
    return _nothing_new(parts, click.number, click)


def _form(parts: Parts, number: int, stage: Stage | None = None) -> Reply:
    record = record_of(parts, number)
    if not parts.policy.customers.audience:
        raise Refused("The policy names nowhere to publish: `customers.targets` has the places.")
    with parts.store.read() as session:
        editing = notices.draft(session, number) if stage is None else None
    stage = stage or customers.usual_stage(record)
    return shown.draft(record, parts.policy, stage=stage, editing=editing)


def _drafted(parts: Parts, number: int, doing: Doing, stage: Stage, text: str) -> Reply:
    if not text:
        return _form(parts, number, stage)
    record = record_of(parts, number)
    title = shown.proposed_title(record)
    if not title:
        raise Refused(
            "Customers need a title, and of a private incident none is proposed. `/incident customers` asks for it."
        )
    wanted = customers.Wording(
        stage=stage,
        title=title,
        text=text,
        components=shown.known(record),
        targets=parts.policy.customers.audience,
    )
    with parts.store.begin() as work:
        customers.draft(work, policy=parts.policy, number=number, by=doing.user, wanted=wanted)
    return None


def _publish(parts: Parts, number: int, doing: Doing, update: int | None = None) -> Reply:
    _check_may_publish(parts, number, doing)
    with parts.store.begin() as work:
        customers.publish(work, policy=parts.policy, number=number, by=doing.user, update=update)
    return None


def _discard(parts: Parts, number: int, doing: Doing, update: int | None = None) -> Reply:
    with parts.store.begin() as work:
        customers.discard(work, number=number, by=doing.user, update=update)
    return None


def _nothing_new(parts: Parts, number: int, doing: Doing) -> Reply:
    if not parts.policy.customers.second_person:  # Then it is only a draft, which everybody may write.
        _check_may_publish(parts, number, doing)
    text = shown.nothing_new(record_of(parts, number), parts.policy)
    with parts.store.begin() as work:
        customers.nothing_new(work, policy=parts.policy, number=number, by=doing.user, text=text)
    return None


def _check_may_publish(parts: Parts, number: int, doing: Doing) -> None:
    """Refuse, and remember the refusal, unless this person has one of the roles."""
    if customers.may_publish(parts.policy, record_of(parts, number).roles, doing.user):
        return
    with parts.store.begin() as work:
        permissions.record(work, user=doing.user, what="publish", number=number, allowed=False)
    raise Refused(customers.not_yours(parts.policy))


TYPED = {"customers": typed}
CLICKS = {
    "customers.draft": asked,
    "customers.edit": edit_asked,
    "customers.publish": publish_clicked,
    "customers.discard": discard_clicked,
    "customers.nothing_new": nothing_new_clicked,
}
FORMS = {"customers.drafted": drafted}
