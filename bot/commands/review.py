"""The post-incident review: filled in, marked done, put off, given to somebody else."""

from bot.commands import who
from bot.commands.asking import Click, Doing, Form, Reply, Typed, meant, record_of, seen, word_in
from bot.errors import Refused
from bot.parts import Parts
from bot.policy import Asked
from bot.views import changes, document, kit, lists, modals, reviewing
from bot.workflows import answers, lifecycle, reviews, signing
from bot.workflows.edits import Edit, as_typed
from db import queries, similar
from db.enums import FactorKind, ReviewState
from db.records import Record
from db.store import Work


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident review` opens it; followed by a word, it does that."""
    incident, rest = meant(parts, asked)
    match rest.rest.lower():
        case "" | "fill":
            return _open(parts, incident.id)
        case "done":
            return _finish(parts, incident.id, asked)
        case "share":
            return _share(parts, incident.id, asked)
        case "changes":
            return _changes(parts, incident.id)
        case "factors":
            return _factors(parts, incident.id)
    raise Refused(
        "`/incident review` opens the review. `done` after it finishes or signs it, `share` shows it to everybody, "
        "`changes` shows what changed since it was signed before, `factors` lists what contributed."
    )


def resembling(parts: Parts, asked: Typed) -> Reply:
    """`/incident similar`: past incidents that resemble this one, of those that this person may see."""
    incident, _ = meant(parts, asked)
    with parts.store.read() as session:
        found = similar.with_similar(session, queries.record(session, incident.id), viewer=asked.user)
    return lists.similar(found, parts.policy)


def asked(parts: Parts, click: Click) -> Reply:
    """Opens the form."""
    seen(parts, click.number, click)
    return _open(parts, click.number)


def filled(parts: Parts, form: Form) -> None:
    """The form was sent."""
    seen(parts, form.number, form)
    shown = form.about.get("shown", {})
    edits = {name: Edit(_came_back(form, name), shown.get(name, "")) for name in form.fields if name != "timeline_read"}
    ticked = form.ticked("timeline_read")
    with form.begin(parts) as work:
        answers.fill(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            answers=edits,
            timeline_read=None if ticked == shown.get("timeline_read", ticked) else ticked,
        )


def part_asked(parts: Parts, click: Click) -> Reply:
    """Opens the small form of one question."""
    seen(parts, click.number, click)
    record, part = _begun(parts, click.number), word_in(Asked, click.other_word)
    return reviewing.factor(record) if part is Asked.FACTORS else reviewing.part(record, part)


def factor_asked(parts: Parts, click: Click) -> Reply:
    """Opens a contributing factor, to change it."""
    seen(parts, click.number, click)
    record = _begun(parts, click.number)
    known = next((factor for factor in record.factors if factor.id == click.other_number), None)
    if known is None:
        raise Refused("Somebody has taken this factor out meanwhile. Open the review again.")
    return reviewing.factor(record, known)


def factored(parts: Parts, form: Form) -> None:
    """A contributing factor was written."""
    seen(parts, form.number, form)
    with form.begin(parts) as work:
        answers.put_factor(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            factor_id=form.about.get("factor"),
            kind=word_in(FactorKind, form.option("kind")),
            text=Edit(form.text("text"), form.about.get("shown", {}).get("text", "")),
            root_cause=form.ticked("root_cause"),
            whys=[form.text(f"why_{place}") for place in range(1, reviewing.WHYS + 1)],
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


def _begun(parts: Parts, number: int) -> Record:
    record = record_of(parts, number)
    if record.review is None:
        raise Refused(f"{record.incident.key} has no review yet. It begins with `/incident phase review`.")
    return record


def _open(parts: Parts, number: int) -> Reply:
    return reviewing.everything(_begun(parts, number))


def _finish(parts: Parts, number: int, doing: Doing) -> Reply:
    try:
        with parts.store.begin() as work:
            outcome = signing.finish(
                work, policy=parts.policy, number=number, by=doing.user, draw=lambda record: _draw(parts, work, record)
            )
    except lifecycle.NotReady as missing:
        return lists.close_refused(record_of(parts, number), missing.gaps)
    if outcome.state is ReviewState.DONE:
        return "The review is done. `/incident close` ends the incident."
    return f"The review is finished. It waits for the signature of {kit.people(outcome.waits_for.values())}."


def _draw(parts: Parts, work: Work, record: Record) -> str:
    """The document as it is signed."""
    people = queries.people(work.session, document.mentioned(record))
    found = similar.with_similar(work.session, record)
    return document.markdown(found, parts.policy, people, now=work.now)


def _changes(parts: Parts, number: int) -> Reply:
    _begun(parts, number)
    with parts.store.read() as session:
        versions = queries.review_versions(session, number)
    if not versions:
        raise Refused("The review has not been signed yet: there is no version to compare.")
    if len(versions) == 1:
        raise Refused("The review has been signed once; there is nothing to compare it with yet.")
    before, after = versions[-2:]
    return changes.shown(before, after, signing.changes(before.document, after.document))


def _factors(parts: Parts, number: int) -> Reply:
    return changes.factors(_begun(parts, number))


def _came_back(form: Form, name: str) -> str:
    return as_typed(form.maybe_moment(name)) if name == "began_at" else form.text(name)


def _share(parts: Parts, number: int, doing: Doing) -> Reply:
    with parts.store.begin() as work:
        reviews.share(work, number=number, by=doing.user)
    return "The review was shared in the announcement's thread."


TYPED = {"review": typed, "similar": resembling}
CLICKS = {
    "review.open": asked,
    "review.part": part_asked,
    "review.factor": factor_asked,
    "review.done": done_clicked,
    "review.share": share_clicked,
    "review.snooze": snooze_asked,
    "review.give": give_asked,
}
FORMS = {"review.filled": filled, "review.factored": factored, "review.snoozed": snoozed, "review.given": given}
