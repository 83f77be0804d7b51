"""The review's forms: everything at once for whoever likes that, and one small form a question for whoever is asked it."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock
from slack_sdk.models.views import View

from bot.policy import Asked
from bot.views import kit, labels
from bot.workflows import edits
from db.enums import ActionState, FactorKind
from db.records import FactorRecord, Record

FACTOR_MOST, WHY_MOST, WHYS, NUMBER_MOST, LINE_MOST = 500, 500, 5, 40, 300
# What is asked by which small form; contributing factors have one of their own.
PARTS: Mapping[Asked, tuple[str, ...]] = {
    Asked.IMPACT: ("impact", "customers_percent", "customers_count", "data_lost", "money"),
    Asked.TRIGGER: ("trigger",),
    Asked.DETECTION: ("began_at", "detection"),
    Asked.LEARNED: ("went_well", "went_badly", "luck"),
    Asked.PREVENTION: ("prevention",),
}
EVERYTHING = ("impact", "factors", "trigger", "detection", "went_well", "went_badly", "luck", "prevention")
# The label of a field, and what helps to fill it.
_FIELDS: Mapping[str, tuple[str, str]] = {
    "impact": ("Impact", "Who could not do what? How long it took is known already."),
    "customers_percent": ("Customers affected, in %", "About is good enough: 12.5"),
    "customers_count": ("Customers affected, how many", "A whole number: 1200"),
    "data_lost": ("Data lost", "What, of whom, from when to when; or: none"),
    "money": ("Cost", "If you know it: 12,000 EUR in refunds"),
    "factors": ("Contributing factors", "One per line; “process: …” says its kind. A person is never a cause."),
    "trigger": ("Trigger", "What set it off: a change, a date, a load?"),
    "began_at": ("When did it begin?", "As far as is known; the declaration came later or at the same time."),
    "detection": ("Detection", "What would have found it sooner?"),
    "went_well": ("What went well?", ""),
    "went_badly": ("What went less well?", ""),
    "luck": ("Where were we lucky?", ""),
    "prevention": ("Threat prevention", "What keeps others from using the same way again?"),
    "no_actions_because": ("No action needed, because", ""),
}
_ONE_LINE = {"customers_percent": NUMBER_MOST, "customers_count": NUMBER_MOST, "money": LINE_MOST}


def everything(record: Record) -> View:
    """What only people know of the incident; everything may be left for later."""
    kept = any(action.state is not ActionState.REJECTED for action in record.actions)
    names = EVERYTHING if kept else (*EVERYTHING, "no_actions_because")
    read = record.review is not None and record.review.timeline_read_by is not None
    blocks: list[Block] = [
        *_signed(record),
        *(_field(record, name) for name in names),
        kit.checkbox("timeline_read", "Timeline read", "I have read the timeline through", ticked=read),
    ]
    return _form("Post-incident review", record, names, blocks, {"timeline_read": read})


def part(record: Record, asked: Asked) -> View:
    """One question of the review."""
    names = PARTS[asked]
    return _form(labels.asked(asked), record, names, [*_signed(record), *(_field(record, name) for name in names)], {})


def factor(record: Record, known: FactorRecord | None = None) -> View:
    """A contributing factor: a new one, or one to change. The five whys may stop wherever the answer helps nobody."""
    kinds = [kit.option(kind.value, labels.factor(kind), labels.FACTOR_HINTS[kind]) for kind in FactorKind]
    given = known.whys if known else ()
    ask = kit.text_input(
        "text",
        "What contributed?",
        initial=known.text if known else "",
        hint="A condition, not a person: what let it happen, or made it worse?",
        most=FACTOR_MOST,
    )
    flag = kit.checkbox(
        "root_cause",
        "Root cause",
        "Report this one as the root cause",
        description="For those who must name one; there may be several factors",
        ticked=known is not None and known.root_cause,
    )
    whys = [_why(place, given[place] if place < len(given) else "") for place in range(WHYS)]
    about = {"incident": record.incident.id, "shown": {"text": edits.mark(known.text if known else "")}}
    return kit.modal(
        "Contributing factor",
        "review.factored",
        [
            *_signed(record),
            kit.choice("kind", "Kind", kinds, initial=known.kind.value if known else FactorKind.TECHNICAL.value),
            ask,
            *whys,
            flag,
        ],
        about={**about, "factor": known.id} if known else about,
    )


def factors(record: Record) -> list[Block]:
    """Each contributing factor with a button to change it, for whoever looks at them one by one."""
    return [
        kit.section(
            kit.say(
                "{flag}{text} ({kind})",
                flag="*Root cause:* " if known.root_cause else "",
                text=kit.one_line(known.text, FACTOR_MOST),
                kind=labels.factor(known.kind),
            ),
            accessory=kit.button("Change", f"review.factor.{known.id}", f"{known.incident_id}:{known.id}"),
        )
        for known in record.factors
    ]


def _form(title: str, record: Record, names: tuple[str, ...], blocks: list[Block], more: Mapping[str, Any]) -> View:
    shown = {name: edits.mark(_written(record, name)) for name in names}
    about = {"incident": record.incident.id, "shown": {**shown, **more}}
    return kit.modal(title, "review.filled", blocks, about=about)


def _field(record: Record, name: str) -> Block:
    label, hint = _FIELDS[name]
    if name == "began_at":
        began_at = record.review.began_at if record.review else None
        return kit.moment_input(name, label, initial=began_at, hint=hint, optional=True)
    most, written = _ONE_LINE.get(name), _written(record, name)
    if name == "factors" and len(written) > kit.TYPED_MOST:  # Cut off, it would take away those that it does not show.
        return kit.context(f"{label} are too long for this form: `/incident review factors` lists them, one by one.")
    return kit.text_input(
        name,
        label,
        initial=written,
        hint=hint,
        multiline=most is None,
        optional=True,
        **({"most": most} if most else {}),
    )


def _written(record: Record, name: str) -> str:
    if name == "factors":
        return edits.factor_lines(record.factors)
    return edits.as_typed(getattr(record.review, name, ""))


def _why(place: int, given: str) -> InputBlock:
    label = "Why?" if place == 0 else f"And why that? ({place + 1})"
    hint = "Go on as long as an answer leads to something that can be changed." if place == 0 else ""
    return kit.text_input(f"why_{place + 1}", label, initial=given, hint=hint, optional=True, most=WHY_MOST)


def _signed(record: Record) -> Iterator[Block]:
    review = record.review
    if review is not None and review.done_at is not None:
        sentence = "This was signed as version {now}. A change begins version {next}, which has to be signed again."
        yield kit.context(kit.say(sentence, now=str(review.version), next=str(review.version + 1)))
