"""The forms of regulatory clocks: a time, an answer, a filing, a decision. Each asks one thing, and none guesses."""

from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.policy.conditions import UNKNOWN
from bot.policy.frameworks import NOT_ADVICE, Framework, Question, Rule
from bot.views import kit
from db.records import AnchorRecord, Record

LINE_MOST = 300
NOT_KNOWN = "Not known yet"


def time(record: Record, framework: Framework, anchor: str, now: datetime) -> View:
    """Asks when it happened. Changing what is recorded needs a reason."""
    known = next((one for one in record.duties.anchors if (one.framework, one.anchor) == (framework.key, anchor)), None)
    hint = "The old time stays on the timeline." if known else "How do we know?"
    return kit.modal(
        "Record a time",
        "clocks.timed",
        [
            kit.section(kit.say("*{title}*\n{ask}", title=framework.title, ask=framework.anchors[anchor].ask)),
            kit.moment_input("at", "When?", initial=_initial(record, anchor, known, now)),
            kit.checkbox(
                "day_only",
                "Only the day?",
                "Only the day is sure",
                description="No clock that counts hours can run then.",
            ),
            kit.text_input("reason", "Reason", multiline=True, optional=known is None, hint=hint),
        ],
        about={"incident": record.incident.id, "framework": framework.key, "anchor": anchor},
    )


def _initial(record: Record, anchor: str, known: AnchorRecord | None, now: datetime) -> datetime:
    """What is recorded or, for a start, what another framework has for a time of the same name."""
    others = [one.at for one in record.duties.anchors if one.anchor == anchor and one.at is not None]
    return known.at if known and known.at else others[0] if others else now


def question(record: Record, framework: Framework, asked: Question) -> View:
    """One question that decides on clocks."""
    given = next((fact.value for fact in record.duties.facts if fact.fact == asked.key), None)
    intro = kit.say("*{title}*\n{help}", title=framework.title, help=asked.help or NOT_ADVICE)
    blocks: list[Block] = [kit.section(intro)]
    if asked.number:
        hint = f"A whole number such as 500, or {UNKNOWN}."
        blocks.append(kit.text_input("value", asked.ask, initial=given or "", hint=hint, most=10))
    else:
        options = [kit.option(word, word.capitalize()) for word in asked.answers]
        options.append(kit.option(UNKNOWN, NOT_KNOWN))
        blocks.append(kit.radio("value", asked.ask, options, initial=given))
    about = {"incident": record.incident.id, "fact": asked.key}
    return kit.modal("A question", "clocks.answered", blocks, about=about)


def filed(record: Record, rule: Rule, now: datetime, *, by: str, overdue: bool) -> View:
    """Asks when it was sent, how, to whom and by whom."""
    blocks: list[Block] = [
        kit.section(kit.say("*{key}* {title}\n{cite}", key=rule.key, title=rule.title, cite=rule.cite)),
        kit.moment_input("sent_at", "When was it sent?", initial=now),
        kit.text_input("channel", "How was it sent?", hint="The portal, an e-mail, a letter …", most=LINE_MOST),
        kit.text_input("recipient", "To whom?", initial=rule.to, most=LINE_MOST),
        kit.text_input("reference", "Reference number", optional=True, most=LINE_MOST),
        kit.person_input("sent_by", "By whom?", initial=by if by[:1] in ("U", "W") else None),
    ]
    if len(rule.stages) > 1:
        options = [kit.option(stage.value, stage.value.capitalize()) for stage in rule.stages]
        blocks.append(kit.radio("stage", "How far does it go?", options, initial=rule.stages[0].value))
    blocks.append(kit.text_input("text", "What was sent", multiline=True, optional=True, hint="Kept with its hash."))
    if rule.late_needs_reasons:
        late = "It is overdue: give the reasons for the delay." if overdue else "If it was sent late."
        blocks.append(kit.text_input("reasons", "Reasons for the delay", multiline=True, optional=True, hint=late))
    about = {"incident": record.incident.id, "rule": rule.key}
    return kit.modal("It was sent", "clocks.filed", blocks, submit="Record", about=about)


def not_required(record: Record, rule: Rule) -> View:
    """Asks why it is not required."""
    hint = f"Your name and the reason are kept; the decision can be withdrawn. {NOT_ADVICE}"
    return _reason(record, rule, "Not required", "clocks.waived", hint)


def withdraw(record: Record, rule: Rule) -> View:
    """Asks why the decision does not stand any more."""
    return _reason(record, rule, "Withdraw the decision", "clocks.withdrawn", "The clock runs again.")


def take_back(record: Record, rule: Rule, filing: int) -> View:
    """Asks why a filing does not count any more."""
    hint = "It was recorded by mistake? It is kept beside this, and the clock runs again."
    return _reason(record, rule, "Withdraw the filing", "clocks.withdrawn", hint, filing=filing)


def _reason(record: Record, rule: Rule, title: str, callback: str, hint: str, **about: int) -> View:
    return kit.modal(
        title,
        callback,
        [
            kit.section(kit.say("*{key}* {title}\n{cite}", key=rule.key, title=rule.title, cite=rule.cite)),
            kit.text_input("reason", "Reason", multiline=True, hint=hint),
        ],
        about={"incident": record.incident.id, "rule": rule.key, **about},
    )


def give(record: Record, rule: Rule) -> View:
    """Asks who owns it."""
    return kit.modal(
        "Give the clock",
        "clocks.given",
        [
            kit.section(kit.say("*{key}* {title}", key=rule.key, title=rule.title)),
            kit.person_input("user", "Person"),
        ],
        submit="Give",
        about={"incident": record.incident.id, "rule": rule.key},
    )
