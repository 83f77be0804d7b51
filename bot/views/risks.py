"""The risk register as people see it: the list, one risk as a form, and the question which risk an incident was.

What comes from an incident that the reader may not see is shown as "a private incident", without whoever wrote it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, Option
from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import buttons, kit, labels
from bot.views.kit import Message, Safe
from bot.workflows import assessing, edits
from db.enums import RiskAnswer, RiskEntryKind, RiskState, Treatment
from db.records import LinkRecord, Record, RiskEntryRecord, RiskRecord, RiskSheet

LISTED_MOST, OFFERED_MOST, ACTIONS_MOST, HISTORY_MOST = 20, 100, 100, 8
PREVENTION_MOST, INCIDENTS_MOST, SUGGESTED_MOST = 5, 6, 5
TITLE_MOST, SAID_MOST, LABEL_MOST, NUMBER_MOST = 200, 300, 75, 12
NOT_ASSESSED = "-"
FOR_EVERYBODY = "The register is for everybody in this workspace: title, description, owner and all that changes."
OF_A_PRIVATE_ONE = (
    ":lock: *The risk register is for everybody.* What you write of a new risk, and who owns it, all can read there. It must tell "
    "nothing of this incident: the register shows it as “a private incident”. The reason stays in this room."
)
_VERBS: Mapping[RiskEntryKind, str] = {
    RiskEntryKind.ADDED: "added it",
    RiskEntryKind.CHANGED: "changed it",
    RiskEntryKind.REVIEWED: "looked at it: unchanged",
    RiskEntryKind.GIVEN: "gave it away",
    RiskEntryKind.SNOOZED: "let the reminders rest",
    RiskEntryKind.LINKED: "added an incident",
    RiskEntryKind.UNLINKED: "took an incident away",
    RiskEntryKind.CLOSED: "closed it",
    RiskEntryKind.REOPENED: "opened it again",
    RiskEntryKind.REDACTED: "redacted an entry",
}


# ── the list ───────────────────────────────────────────────────────────────────────────────────────────────────────


def register(
    risks: Sequence[RiskRecord],
    links: Mapping[int, Sequence[LinkRecord]],
    policy: Policy,
    *,
    now: datetime,
    words: str = "",
    state: RiskState = RiskState.OPEN,
) -> Message:
    """The risks in the order given, each with its button; `words` are what was looked for, all of them are of one state."""
    title = "Risk register" if state is RiskState.OPEN else "Closed risks"
    blocks: list[Block] = [kit.header(title)]
    blocks += [
        kit.section(_line(risk, links.get(risk.id, ()), policy, now), accessory=buttons.risk(risk.id))
        for risk in risks[:LISTED_MOST]
    ]
    if len(risks) > LISTED_MOST:
        narrower = "`/incident risks disk` looks for a word, `tocsin risks list` shows all."
        blocks.append(kit.context(f"and {len(risks) - LISTED_MOST} lower ones. {narrower}"))
    if not risks:
        none = Safe(f"No risk is {state.value}.")
        nothing = kit.say("No open risk has the words “{words}”.", words=words) if words else none
        blocks.append(kit.section(nothing))
    return Message.of(f"{title}: {len(risks)}", *blocks, *kit.actions([buttons.add_risk()]))


def _line(risk: RiskRecord, links: Sequence[LinkRecord], policy: Policy, now: datetime) -> Safe:
    lines = [
        kit.say("*{key}* {title}", key=risk.key, title=kit.one_line(risk.title, TITLE_MOST)),
        kit.say(
            "{score} · {category} · {treatment} · {owner} · {review}",
            score=_score(risk, policy),
            category=labels.risk_category(policy, risk.category),
            treatment=labels.treatment(risk.treatment),
            owner=kit.person(risk.owner),
            review=_review(risk, policy, now),
        ),
    ]
    if links:
        lines.append(_happened(risk, links, now))
    return kit.join("\n", lines)


def _score(risk: RiskRecord, policy: Policy) -> Safe:
    high = ":red_circle: " if assessing.is_high(risk, policy) else ""
    treated = kit.say(" ({before} before treatment)", before=str(risk.before)) if risk.score != risk.before else ""
    likelihood, impact = risk.likelihood_after or risk.likelihood, risk.impact_after or risk.impact
    return kit.say(
        "{high}*score {score}*{treated}: likelihood {likelihood} × impact {impact}",
        high=high,
        score=str(risk.score),
        treated=treated,
        likelihood=f"{likelihood} ({labels.LIKELIHOODS[likelihood]})",
        impact=f"{impact} ({labels.IMPACTS[impact]})",
    )


def _review(risk: RiskRecord, policy: Policy, now: datetime) -> Safe:
    if risk.state is RiskState.CLOSED:
        return Safe("closed")
    overdue = " *(overdue)*" if risk.review_on < policy.calendar.date_of(now) else ""
    return kit.say("review by {day}{overdue}", day=kit.day(risk.review_on), overdue=Safe(overdue))


def _happened(risk: RiskRecord, links: Sequence[LinkRecord], now: datetime) -> Safe:
    """Which incidents showed it, and what likelihood they suggest beside the one that people chose."""
    shown = [link.key for link in links if link.seen][:INCIDENTS_MOST]
    hidden = sum(not link.seen for link in links)
    if hidden:
        shown.append("a private incident" if hidden == 1 else f"{hidden} private incidents")
    more = sum(link.seen for link in links) - INCIDENTS_MOST
    if more > 0:
        shown.append(f"and {more} more")
    said = kit.say("Incidents: {shown}", shown=", ".join(shown))
    suggested = assessing.suggested(links, now)
    if suggested is None:
        return said
    stands = risk.likelihood_after or risk.likelihood
    words = "as it is" if suggested == stands else f"it is set to {stands}"
    return kit.say(
        "{said}\nHow often it happened suggests likelihood {suggested} ({word}); {words}.",
        said=said,
        suggested=str(suggested),
        word=labels.LIKELIHOODS[suggested],
        words=words,
    )


# ── one risk ───────────────────────────────────────────────────────────────────────────────────────────────────────


def new(policy: Policy, *, title: str = "", owner: str | None = None) -> View:
    """A risk that nobody has written down yet."""
    return kit.modal(
        "Add a risk",
        "risks.added",
        [kit.context(FOR_EVERYBODY), *_fields(None, policy, title=title, owner=owner)],
        submit="Add",
    )


def one(sheet: RiskSheet, policy: Policy, *, now: datetime) -> View:
    """A risk, to read and to change."""
    risk = sheet.risk
    incidents = edits.keys_typed(sheet.seen)
    blocks: list[Block] = [
        kit.section(_line(risk, sheet.links, policy, now)),
        *_prevention(sheet),
        *_fields(risk, policy),
        kit.choice(
            "state", "State", [kit.option(one.value, one.value.capitalize()) for one in RiskState], initial=risk.state
        ),
        _incidents(incidents),
        *_actions(sheet),
        kit.text_input(
            "reason",
            "What changed, and why?",
            multiline=True,
            optional=True,
            hint="Needed for every change; everybody reads it.",
        ),
        *_history(sheet),
    ]
    shown = {name: edits.mark(assessing.typed(getattr(risk, name))) for name in assessing.FIELDS}
    treating = [action.id for action, treats in sheet.actions[:ACTIONS_MOST] if treats]
    about = {"risk": risk.id, "shown": {**shown, "incidents": edits.mark(incidents)}, "treating": treating}
    return kit.modal(f"Risk {risk.key}", "risks.changed", blocks, about=about)


def give(risk: RiskRecord) -> View:
    """Somebody else is to own it."""
    return kit.modal(
        "Give the risk",
        "risks.given",
        [_quoted(risk), kit.person_input("user", "Person")],
        submit="Give",
        about=_about(risk),
    )


def snooze(risk: RiskRecord, policy: Policy) -> View:
    """Reminders are to rest."""
    hint = f"No reminders for {policy.review.chase.snooze.in_words()}. The reason stays in its history."
    reason = kit.text_input("reason", "Reason", multiline=True, hint=hint)
    return kit.modal("Snooze", "risks.snoozed", [_quoted(risk), reason], submit="Snooze", about=_about(risk))


def _about(risk: RiskRecord) -> dict[str, Any]:
    return {"risk": risk.id}


def _quoted(risk: RiskRecord) -> Block:
    return kit.section(kit.quote(f"{risk.key} {risk.title}"))


def _fields(
    risk: RiskRecord | None, policy: Policy, *, title: str = "", owner: str | None = None
) -> Iterator[InputBlock]:
    yield kit.text_input(
        "title", "Title", initial=risk.title if risk else title, most=TITLE_MOST, hint="What could happen"
    )
    yield kit.text_input(
        "description", "Description", initial=risk.description if risk else "", multiline=True, optional=True
    )
    yield _category(policy, risk.category if risk else None)
    yield _scale(
        "likelihood", "Likelihood", labels.LIKELIHOODS, risk.likelihood if risk else None, hint="Without any treatment"
    )
    yield _scale("impact", "Impact", labels.IMPACTS, risk.impact if risk else None, hint="Without any treatment")
    yield _treatment(risk.treatment if risk else Treatment.REDUCE)
    if risk is not None:
        left = "What treatment leaves, once it was assessed"
        after, label = "likelihood_after", "Likelihood after treatment"
        yield _scale(after, label, labels.LIKELIHOODS, risk.likelihood_after, hint=left, optional=True)
        after, label = "impact_after", "Impact after treatment"
        yield _scale(after, label, labels.IMPACTS, risk.impact_after, hint=left, optional=True)
    yield kit.text_input(
        "controls",
        "Controls",
        initial=assessing.typed(risk.controls) if risk else "",
        hint="Their ids, one a line: A.8.13, CC7.5, CP-9",
        multiline=True,
        optional=True,
    )
    yield kit.person_input("owner", "Owner", initial=risk.owner if risk else owner)
    if risk is not None:
        yield kit.day_input("review_on", "To be looked at again", initial=risk.review_on)


def _category(policy: Policy, initial: str | None, label: str = "Category") -> InputBlock:
    known = dict(policy.risks.categories)
    if initial is not None:
        known.setdefault(initial, initial)
    options = [kit.option(key, name) for key, name in known.items()]
    return kit.choice("category", label, options[:OFFERED_MOST], initial=initial or next(iter(known)))


def _treatment(initial: Treatment) -> InputBlock:
    options = [kit.option(one.value, labels.TREATMENTS[one], labels.TREATMENT_HINTS[one]) for one in Treatment]
    return kit.choice("treatment", "Treatment", options, initial=initial.value)


def _scale(
    name: str, label: str, levels: Mapping[int, str], initial: int | None, *, hint: str = "", optional: bool = False
) -> InputBlock:
    options = [kit.option(str(level), f"{level} · {word}") for level, word in levels.items()]
    if optional:
        options = [kit.option(NOT_ASSESSED, "not assessed"), *options]
    chosen = str(initial) if initial else NOT_ASSESSED if optional else None
    return kit.choice(name, label, options, initial=chosen, hint=hint, optional=optional)


def _prevention(sheet: RiskSheet) -> list[Block]:
    """What reviews say about keeping it from happening again."""
    lines = [
        kit.say("INC-{number}: {text}", number=str(number), text=kit.one_line(text, SAID_MOST))
        for number, text in sheet.prevention[:PREVENTION_MOST]
    ]
    return (
        kit.sections(kit.say("*Threat prevention, from reviews*\n{lines}", lines=kit.bullets(lines))) if lines else []
    )


def _incidents(typed: str) -> Block:
    """A field that cannot hold them all does not ask: cut off, it would take away those that it does not show."""
    label = "Incidents that showed it"
    if len(typed) > kit.TYPED_MOST:
        return kit.context(f"{label} are too many for this form. `/incident risk INC-7` adds another one.")
    return kit.text_input("incidents", label, initial=typed, hint="INC-3, INC-7", optional=True)


def _actions(sheet: RiskSheet) -> list[Block]:
    offered = sheet.actions[:ACTIONS_MOST]
    options = [kit.option(str(one.id), f"INC-{one.incident_id}: {one.text}", one.state.value) for one, _ in offered]
    chosen = [str(one.id) for one, treats in offered if treats]
    blocks: list[Block] = []
    if options:
        blocks.append(kit.choices("actions", "Actions that treat it", options, initial=chosen, optional=True))
    if sheet.hidden_actions:
        blocks.append(kit.context(f"Actions of private incidents that treat it, too: {sheet.hidden_actions}"))
    return blocks


def _history(sheet: RiskSheet) -> list[Block]:
    seen = set(sheet.seen)
    lines = [
        kit.say("{at} · {told}", at=kit.when(entry.at), told=told(entry, seen)) for entry in reversed(sheet.history)
    ]
    more = len(lines) - HISTORY_MOST
    shown = lines[:HISTORY_MOST]
    if more > 0:
        shown.append(kit.say("and {more} before: `tocsin risks show {key}`", more=str(more), key=sheet.risk.key))
    return [kit.divider(), *kit.sections(kit.say("*History*\n{lines}", lines=kit.join("\n", shown)))]


def told(entry: RiskEntryRecord, seen: Collection[int], *, plain: bool = False) -> Safe:
    """Who did what to a risk. Of what came from an incident that is not `seen`, neither who nor which."""
    incident = entry.data.get("incident")
    hidden = incident is not None and incident not in seen
    who = kit.escape("somebody") if hidden else kit.escape(entry.by) if plain else kit.person(entry.by)
    said = [_VERBS[entry.kind] if entry.redacted_at is None else "wrote something that was redacted"]
    if incident is not None:
        said.append(f"(INC-{incident})" if incident in seen else "(a private incident)")
    changes = entry.data.get("changes", {})
    if changes:
        said.append("· " + ", ".join(_changed(name, *values) for name, values in changes.items()))
    if "actions" in entry.data:
        said.append("· actions that treat it")
    text = kit.say(": {text}", text=kit.one_line(entry.text, SAID_MOST)) if entry.text else ""
    return kit.say("{who} {said}{text}", who=who, said=" ".join(said), text=text)


def _changed(name: str, was: str, now: str) -> str:
    label = labels.RISK_FIELDS.get(name, name)
    if name in ("title", "description", "controls"):
        return label
    return f"{label} {was or 'not assessed'} → {now or 'not assessed'}"


# ── which risk an incident was ─────────────────────────────────────────────────────────────────────────────────────


def question(
    record: Record,
    risks: Sequence[RiskRecord],
    policy: Policy,
    *,
    suggested: Mapping[int, Sequence[int]],
    links: Mapping[int, Sequence[LinkRecord]],
    owner: str,
    now: datetime,
) -> View:
    """Which risk was this? `suggested` are risks that similar incidents showed, with these; they come first.

    `links` are the incidents of the suggested ones.
    """
    known = record.risk
    ordered = [*(r for r in risks if r.id in suggested), *(r for r in risks if r.id not in suggested)]
    answers = [one for one in RiskAnswer if ordered or one in (RiskAnswer.NEW, RiskAnswer.NONE)]
    ask = [kit.option(one.value, labels.RISK_ANSWERS[one]) for one in answers]
    blocks: list[Block] = [kit.context(OF_A_PRIVATE_ONE)] if record.incident.private else []
    if suggested:
        blocks.append(kit.section(_suggestions(record, ordered, suggested, links, now)))
    blocks.append(kit.radio("answer", "Which risk was this?", ask, initial=known.answer if known else None))
    if ordered:
        blocks += _known_risks(ordered, suggested, initial=known.risk_id if known else None)
    measured = "Of a new risk, or of one that is more than was thought"
    blocks += [
        kit.text_input("title", "Title of a new risk", optional=True, most=TITLE_MOST, hint="What could happen again"),
        _category(policy, None, "Category of a new risk"),
        _maybe("likelihood", "Likelihood", labels.LIKELIHOODS, measured),
        _maybe("impact", "Impact", labels.IMPACTS, measured),
        kit.person_input("owner", "Owner of a new risk", initial=owner, optional=True),
        kit.text_input(
            "because",
            "Why?",
            initial=known.because if known else "",
            multiline=True,
            optional=True,
            hint="Needed if it was none, or more than was thought. It goes to the timeline.",
        ),
    ]
    return kit.modal("Which risk was this?", "risks.answered", blocks, about={"incident": record.incident.id})


def _maybe(name: str, label: str, levels: Mapping[int, str], hint: str) -> InputBlock:
    options = [kit.option(str(level), f"{level} · {word}") for level, word in levels.items()]
    return kit.choice(name, label, options, hint=hint, optional=True)


def _known_risks(
    ordered: Sequence[RiskRecord], suggested: Mapping[int, Sequence[int]], *, initial: int | None
) -> Iterator[Block]:
    offered = list(ordered[:OFFERED_MOST])
    yield kit.choice(
        "risk",
        "Risk of the register",
        [_offered(risk, suggested) for risk in offered],
        initial=str(initial) if initial else None,
        hint="Type to look for one.",
        optional=True,
    )
    if len(ordered) > OFFERED_MOST:
        hint = f"The {OFFERED_MOST} highest are listed above; `/incident risks` and a word find the others."
        yield kit.text_input("number", "Another one", hint=hint, optional=True, most=NUMBER_MOST)


def _offered(risk: RiskRecord, suggested: Mapping[int, Sequence[int]]) -> Option:
    why = f" · suggested, like {edits.keys_typed(suggested[risk.id])}" if risk.id in suggested else ""
    return kit.option(str(risk.id), f"{risk.key} {risk.title}", f"score {risk.score}{why}")


def _suggestions(
    record: Record,
    ordered: Sequence[RiskRecord],
    suggested: Mapping[int, Sequence[int]],
    links: Mapping[int, Sequence[LinkRecord]],
    now: datetime,
) -> Safe:
    """What similar incidents were, and how likely that would be with this one."""
    incident = record.incident
    lines = []
    for risk in [risk for risk in ordered if risk.id in suggested][:SUGGESTED_MOST]:
        this = LinkRecord(
            risk_id=risk.id, incident_id=incident.id, declared_at=incident.declared_at, seen=True, counts=True
        )
        others = [link for link in links.get(risk.id, ()) if link.incident_id != incident.id]
        likely = assessing.suggested([*others, this], now) or risk.likelihood
        stands = risk.likelihood_after or risk.likelihood
        lines.append(
            kit.say(
                "*{key}* {title} ({incidents}): with this one, how often it happened suggests likelihood {likely} ({word}); "
                "it is set to {stands}",
                key=risk.key,
                title=kit.one_line(risk.title, LABEL_MOST),
                incidents=edits.keys_typed(suggested[risk.id]),
                likely=str(likely),
                word=labels.LIKELIHOODS[likely],
                stands=str(stands),
            )
        )
    return kit.say("Similar incidents showed:\n{lines}", lines=kit.bullets(lines))


def asked(record: Record) -> Message:
    """It is closed; which risk it was is asked all the same."""
    text = kit.say("{key} is closed. Which risk was it? The answer feeds the risk register.", key=record.incident.key)
    return Message.of(text, kit.section(text), *kit.actions([buttons.which_risk(record.incident.id, primary=True)]))


def as_chosen(value: str) -> str:
    """A level as it was chosen, as the register reads it."""
    return "" if value == NOT_ASSESSED else value
