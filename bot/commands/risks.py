"""The risk register: listed, added to, changed; and the question which risk an incident was."""

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.commands import lists, who
from bot.commands.asking import Click, Doing, Form, Reply, Typed, meant, number_in, seen, word_in
from bot.errors import Refused
from bot.membership import identities
from bot.parts import Parts
from bot.views import kit
from bot.views import risks as shown
from bot.workflows import assessing, permissions, risks
from bot.workflows.edits import Edit
from db import queries, similar
from db import risks as register
from db.enums import RiskAnswer, RiskState
from db.records import Record, RiskRecord

KEY = re.compile(r"r-([0-9]{1,9})", re.IGNORECASE)
ADDED = ("title", "description", "category", "likelihood", "impact", "treatment", "controls")


# ── the register ───────────────────────────────────────────────────────────────────────────────────────────────────


def typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident risks`; with `add` and a title the form for a new one, with a key that one, with words those that have them.

    `closed` lists those that are none any more.
    """
    word, rest = asked.take_word()
    if word.lower() == "add":
        return _new(parts, asked, title=rest.rest)
    if match := KEY.fullmatch(word):
        return _opened(parts, asked, int(match[1]))
    if asked.rest.lower() == RiskState.CLOSED:
        return _listed(parts, asked, state=RiskState.CLOSED)
    return _listed(parts, asked, asked.rest)


def _listed(parts: Parts, asked: Doing, words: str = "", state: RiskState = RiskState.OPEN) -> Reply:
    viewer = lists.viewer_of(parts, asked.user)
    with parts.store.read() as session:
        every = register.register(session, closed=state is RiskState.CLOSED)
        found = [risk for risk in every if risk.state is state and _has(risk, words)]
        links = register.links(session, seen=register.seen_by(viewer), risk_ids=[risk.id for risk in found])
    return shown.register(found, links, parts.policy, now=parts.clock.now(), words=words, state=state)


def _has(risk: RiskRecord, words: str) -> bool:
    """Whether each of the words stands in it, as a part of one."""
    text = f"{risk.key} {risk.title} {risk.description} {risk.category} {' '.join(risk.controls)}".lower()
    return all(word in text for word in words.lower().split())


def add_asked(parts: Parts, click: Click) -> Reply:
    """[Add a risk]."""
    return _new(parts, click)


def _new(parts: Parts, asked: Doing, title: str = "") -> View:
    _check(parts, asked.user, None)
    return shown.new(parts.policy, title=title[: shown.TITLE_MOST], owner=asked.user)


def added(parts: Parts, form: Form) -> None:
    """The form for a new one was sent."""
    _check(parts, form.user, None)
    owner = who.known(parts, form.user_chosen("owner") or form.user)
    values = {name: assessing.read(name, _typed(form, name), parts.policy) for name in ADDED}
    with form.begin(parts) as work:
        risks.add(work, policy=parts.policy, by=form.user, values={**values, "owner": owner.user})


def opened(parts: Parts, click: Click) -> Reply:
    """[Open] on the list, [Change …] on a reminder."""
    return _opened(parts, click, number_in(click.value))


def _opened(parts: Parts, asked: Doing, number: int) -> View:
    viewer = lists.viewer_of(parts, asked.user)
    with parts.store.read() as session:
        sheet = register.sheet(session, number, seen=register.seen_by(viewer))
    if sheet is None:
        raise Refused(f"There is no risk R-{number}. `/incident risks` lists them.")
    return shown.one(sheet, parts.policy, now=parts.clock.now())


def changed(parts: Parts, form: Form) -> None:
    """A risk's form was sent: what was changed in it is written."""
    number = number_in(form.about.get("risk"))
    _check(parts, form.user, number)
    marks = form.about.get("shown", {})
    edits = {name: Edit(_typed(form, name), marks.get(name, "")) for name in assessing.FIELDS}
    if edits["owner"].changed and edits["owner"].text:
        who.known(parts, edits["owner"].text)
    viewer = lists.viewer_of(parts, form.user)
    with form.begin(parts) as work:
        risks.change(
            work,
            policy=parts.policy,
            number=number,
            by=form.user,
            edits=edits,
            reason=form.text("reason"),
            incidents=incidents_typed(form),
            actions=_actions_changed(form),
            viewer=viewer,
        )


def incidents_typed(form: Form) -> Edit | None:
    """What the form says of the risk's incidents; None when it did not ask, because there are too many for a field."""
    shown_as = form.about.get("shown", {}).get("incidents", "")
    return Edit(form.text("incidents"), shown_as) if "incidents" in form.fields else None


def _actions_changed(form: Form) -> dict[int, bool]:
    """The actions that this person added (true) or took away: what others did meanwhile was not on the form."""
    if "actions" not in form.fields:
        return {}
    was, chosen = set(form.about.get("treating", ())), {number_in(one) for one in form.options("actions")}
    return {action: action in chosen for action in sorted(was ^ chosen)}


def reviewed(parts: Parts, click: Click) -> Reply:
    """[Reviewed, unchanged] on a reminder."""
    number = number_in(click.value)
    _check(parts, click.user, number)
    with parts.store.begin() as work:
        risk = risks.looked_at(work, policy=parts.policy, number=number, by=click.user)
    return f"{risk.key} stays as it is. It is to be looked at again by {kit.day(risk.review_on)}."


def snooze_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question why."""
    return shown.snooze(_risk(parts, number_in(click.value)), parts.policy)


def snoozed(parts: Parts, form: Form) -> None:
    """The chase rests, with the reason."""
    number = number_in(form.about.get("risk"))
    _check(parts, form.user, number)
    with form.begin(parts) as work:
        risks.snooze(work, policy=parts.policy, number=number, by=form.user, reason=form.text("reason"))


def give_asked(parts: Parts, click: Click) -> Reply:
    """Opens the question to whom."""
    return shown.give(_risk(parts, number_in(click.value)))


def given(parts: Parts, form: Form) -> None:
    """Somebody else owns it now."""
    number = number_in(form.about.get("risk"))
    _check(parts, form.user, number)
    person = who.known(parts, form.user_chosen("user"))
    with form.begin(parts) as work:
        risks.give(work, number=number, by=form.user, person=person)


# ── which risk an incident was ─────────────────────────────────────────────────────────────────────────────────────


def answer_typed(parts: Parts, asked: Typed) -> Reply:
    """`/incident risk`: which risk this incident was."""
    incident, _ = meant(parts, asked)
    return _question(parts, asked, incident.id)


def answer_asked(parts: Parts, click: Click) -> Reply:
    """[Which risk?]."""
    seen(parts, click.number, click)
    return _question(parts, click, click.number)


def _question(parts: Parts, asked: Doing, number: int) -> View:
    viewer = lists.viewer_of(parts, asked.user)
    with parts.store.read() as session:
        record = similar.with_similar(session, queries.record(session, number), viewer=asked.user)
        found = register.register(session)
        likely = _suggested(record, register.risks_of(session, [like.incident.id for like in record.similar]))
        links = register.links(session, seen=register.seen_by(viewer), risk_ids=list(likely))
    return shown.question(
        record, found, parts.policy, suggested=likely, links=links, owner=asked.user, now=parts.clock.now()
    )


def _suggested(record: Record, shown_by: Mapping[int, tuple[int, ...]]) -> dict[int, list[int]]:
    """The risks that similar incidents were, the most similar first, with these incidents."""
    found: dict[int, list[int]] = {}
    for like in record.similar:
        for risk in shown_by.get(like.incident.id, ()):
            found.setdefault(risk, []).append(like.incident.id)
    return found


def answered(parts: Parts, form: Form) -> None:
    """Somebody said which risk it was."""
    seen(parts, form.number, form)
    answer = word_in(RiskAnswer, form.option("answer"))
    values = _measured(parts, form) if answer in (RiskAnswer.NEW, RiskAnswer.RAISED) else {}
    if answer is RiskAnswer.NEW:
        owner = who.known(parts, form.user_chosen("owner") or form.user)
        title = assessing.read("title", form.text("title"), parts.policy)
        category = assessing.read("category", form.option("category"), parts.policy)
        values |= {"title": title, "category": category, "owner": owner.user}
    with form.begin(parts) as work:
        risks.answer(
            work,
            policy=parts.policy,
            number=form.number,
            by=form.user,
            answer=answer,
            risk=_chosen(form),
            values=values,
            because=form.text("because"),
        )


def _measured(parts: Parts, form: Form) -> dict[str, Any]:
    given = {name: form.option(name) for name in ("likelihood", "impact")}
    if form.option("answer") == RiskAnswer.NEW and not all(given.values()):
        raise Refused("A new risk needs a likelihood and an impact. Choose both; they can be changed later.")
    return {name: assessing.read(name, value, parts.policy) for name, value in given.items() if value}


def _chosen(form: Form) -> int | None:
    """The risk that was chosen from the list, or named by its key."""
    named = form.text("number").strip()
    if not named:
        return number_in(form.option("risk")) if form.option("risk") else None
    match = KEY.fullmatch(named if named[:1] in "rR" else f"R-{named}")
    if match is None:
        raise Refused(f"“{named}” is no risk's key. They look like `R-3`.")
    return int(match[1])


# ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _risk(parts: Parts, number: int) -> RiskRecord:
    with parts.store.read() as session:
        found = register.risk(session, number)
    if found is None:
        raise Refused(f"There is no risk R-{number}. `/incident risks` lists them.")
    return found


def _check(parts: Parts, user: str, number: int | None) -> None:
    """Refuse, and remember the refusal, unless the policy lets this person change the register; a risk's owner is its insider."""
    owns = number is not None and _risk(parts, number).owner == user
    rules = permissions.groups(parts.policy, "risks")
    if permissions.allows(parts.policy, "risks", identities(parts, user, rules), insider=owns):
        return
    with parts.store.begin() as work:
        permissions.record(work, user=user, what="risks", number=None, allowed=False)
    raise Refused(permissions.REFUSALS["risks"])


def _typed(form: Form, name: str) -> str:
    """A field of a risk's form as text, whatever sort of field it is."""
    if name == "owner":
        return form.user_chosen(name)
    if name == "review_on":
        return assessing.typed(form.day(name))
    return shown.as_chosen(form.option(name)) or form.text(name)


TYPED = {"risks": typed, "risk": answer_typed}
CLICKS = {
    "risks.open": opened,
    "risks.add": add_asked,
    "risks.answer": answer_asked,
    "risks.reviewed": reviewed,
    "risks.snooze": snooze_asked,
    "risks.give": give_asked,
}
FORMS = {
    "risks.added": added,
    "risks.changed": changed,
    "risks.answered": answered,
    "risks.snoozed": snoozed,
    "risks.given": given,
}
