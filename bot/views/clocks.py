"""Regulatory clocks as people see them: on the card, and in the list with all that can be done with them.

Every view of a clock names its article, and says that it is a reminder and a record.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement

from bot.policy import Policy
from bot.policy.clocks import Standing, State
from bot.policy.frameworks import NOT_ADVICE
from bot.policy.periods import Start
from bot.views import kit
from bot.views.kit import Message, Safe
from bot.workflows import duties
from db.records import IncidentRecord, Record

ON_CARD_MOST, LISTED_MOST, QUESTIONS_MOST = 8, 14, 5
_ORDER = (
    State.OVERDUE,
    State.DUE,
    State.ANCHOR_MISSING,
    State.SCOPE_NOT_DECLARED,
    State.NOT_STARTED,
    State.FILED,
    State.NOT_REQUIRED,
)
_MARKS = {
    State.OVERDUE: ":rotating_light:",
    State.DUE: ":hourglass_flowing_sand:",
    State.ANCHOR_MISSING: ":grey_question:",
    State.SCOPE_NOT_DECLARED: ":grey_question:",
    State.NOT_STARTED: ":white_small_square:",
    State.FILED: ":white_check_mark:",
    State.NOT_REQUIRED: ":heavy_minus_sign:",
}


def on_card(record: Record, policy: Policy, now: datetime) -> Safe:
    """What somebody must see without asking: what runs, what was filed, and what is not known; nothing otherwise."""
    if not duties.can_have_any(record.duties, policy):
        return Safe("")
    found = [one for one in _sorted(duties.concerning(duties.stand(record, policy, now))) if _belongs_on_card(one)]
    lines = [
        kit.say("{mark} {line}", mark=Safe(_MARKS[one.state]), line=_line(record, policy, one, now))
        for one in found[:ON_CARD_MOST]
    ]
    if len(found) > ON_CARD_MOST:
        lines.append(kit.escape(f"and {len(found) - ON_CARD_MOST} more"))
    questions = len(duties.asked(record, policy, now)) if duties.is_time_to_ask(record.incident) else 0
    if questions:
        lines.append(
            kit.escape(
                f"{questions} question{'' if questions == 1 else 's'} open that decide{'s' if questions == 1 else ''} on clocks"
            )
        )
    if not lines:
        return Safe("")
    return kit.say(
        "*Regulatory clocks* ({not_advice})\n{lines}",
        not_advice=NOT_ADVICE.rstrip(".").lower(),
        lines=kit.join("\n", lines),
    )


def _belongs_on_card(one: Standing) -> bool:
    if one.state is State.SCOPE_NOT_DECLARED:
        return one.end.started is not None
    return one.state is not State.NOT_STARTED or bool(one.remark)


def listing(record: Record, policy: Policy, now: datetime) -> Message:
    """All clocks that concern this incident, with what can be done now. For one person."""
    title = f"Regulatory clocks of {record.incident.key}"
    found = _sorted(duties.concerning(duties.stand(record, policy, now)))
    blocks: list[Block] = [kit.header(title), kit.context(f"{NOT_ADVICE} People decide, record and file.")]
    blocks += [
        kit.section(
            kit.say("*{title}*: {ask}", title=question.framework.title, ask=question.question.ask),
            accessory=answer(record.incident.id, question.question.key),
        )
        for question in duties.asked(record, policy, now)[:QUESTIONS_MOST]
    ]
    for one in found[:LISTED_MOST]:
        blocks.append(kit.section(_entry(record, policy, one, now)))
        blocks += kit.actions(_buttons(record, one))
    if not found:
        blocks.append(
            kit.section("No clock concerns this incident as far as is known. `tocsin policy show` has all rules.")
        )
    if len(found) > LISTED_MOST:
        blocks.append(
            kit.context(f"and {len(found) - LISTED_MOST} more: `tocsin clocks list {record.incident.key}` shows all")
        )
    return Message.of(title, *blocks)


def _entry(record: Record, policy: Policy, one: Standing, now: datetime) -> Safe:
    rule = one.rule
    checked = f", rule checked {kit.day(rule.verified_on)}" if rule.verified_on else ""
    lines = [
        kit.say(
            "{mark} {line}\n{title}, to {to}\n{cite}{checked}",
            mark=Safe(_MARKS[one.state]),
            line=_line(record, policy, one, now),
            title=rule.title,
            to=rule.to,
            cite=rule.cite,
            checked=checked,
        )
    ]
    lines += [kit.escape(text) for text in (rule.note, one.remark, _relief(one)) if text]
    return kit.clip(kit.join("\n", lines), 2_900)


def _relief(one: Standing) -> str:
    if one.end.relieved_at is None or one.rule.relief is None or not one.state.runs:
        return ""
    return f"May be later, {kit.utc(one.end.relieved_at)}, by {one.rule.relief.note}"


def _line(record: Record, policy: Policy, one: Standing, now: datetime) -> Safe:
    """The clock and how it stands, on one line."""
    return kit.say("*{key}* {stands}", key=one.rule.key, stands=_stands(record, policy, one, now))


def _stands(record: Record, policy: Policy, one: Standing, now: datetime) -> Safe:  # noqa: PLR0911 -- a state each
    match one.state:
        case State.DUE | State.OVERDUE:
            return kit.join(", ", _running(record, policy, one, now))
        case State.FILED:
            last = one.filings[-1]
            stage = f" ({last.stage})" if last.stage else ""
            late = ", late" if one.is_late else ""
            return kit.say("filed {at}{stage}{late}", at=kit.when(last.sent_at), stage=stage, late=late)
        case State.NOT_REQUIRED if one.decision:
            return kit.say(
                "not required, {who}: {why}",
                who=kit.person(one.decision.by),
                why=kit.one_line(one.decision.reason, 200),
            )
        case State.ANCHOR_MISSING:
            return kit.say("waits for a time: {ask}", ask=one.framework.anchors[one.missing[0]].ask)
        case State.SCOPE_NOT_DECLARED:
            return kit.join("; ", ["nobody has declared whether this reaches us", *_if("it does", one)])
    if one.unknown:
        return kit.join("; ", ["not started, an answer is not known", *_if("confirmed now", one)])
    return kit.escape("not started")


def _if(what: str, one: Standing) -> list[Safe]:
    return [kit.say("if {what}, due {at}", what=what, at=kit.when(one.if_confirmed))] if one.if_confirmed else []


def _running(record: Record, policy: Policy, one: Standing, now: datetime) -> Iterator[Safe]:
    if one.due_at is None:
        since = moment(one.end.started)
        yield kit.say("due without undue delay{since}", since=f", for {kit.length(now - since)}" if since else "")
    elif one.state is State.OVERDUE:
        yield kit.say("*overdue* since {at}", at=kit.when(one.due_at))
    else:
        yield kit.say("due {at}, {left} left", at=kit.when(one.due_at), left=kit.length(one.due_at - now))
    if one.missing:
        yield kit.escape("may be earlier, for a time is missing")
    owner = duties.owner(record, policy, one.rule)
    yield kit.person(owner) if owner else kit.escape("nobody owns it")


def moment(start: Start | None) -> datetime | None:
    """A start, where it is a moment."""
    return start if isinstance(start, datetime) else None


def _sorted(found: Sequence[Standing]) -> list[Standing]:
    """The most urgent first."""
    return sorted(
        found, key=lambda one: (_ORDER.index(one.state), one.due_at is None, one.due_at and one.due_at.timestamp())
    )


# ── buttons ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_list(number: int, *, tail: str = "") -> ButtonElement:
    """Shows the clocks with all that can be done. `tail` tells several apart."""
    return kit.button("Clocks", f"clocks.open{tail}", str(number))


def answer(number: int, fact: str) -> ButtonElement:
    """Opens the question."""
    return kit.button("Answer", f"clocks.answer.{fact}", f"{number}:{fact}")


def record_time(number: int, framework: str, anchor: str, *, label: str = "Record time") -> ButtonElement:
    """Opens the question when it happened."""
    return kit.button(label, f"clocks.time.{framework}_{anchor}", f"{number}:{framework}:{anchor}")


def below(what: str, values: Mapping[str, Any], incident: IncidentRecord | None) -> list[ButtonElement]:
    """The buttons below a message about a clock; none below others, nor for who is not told the owner."""
    if incident is None or values.get("owner") is None:
        return []
    number = incident.id
    match what:
        case "clock_due":
            return _reminder(number, values["rule"])
        case "clock_question":
            return [answer(number, values["fact"])]
        case "clock_time_missing":
            return [record_time(number, values["framework"], values["anchor"])]
    return []


def _reminder(number: int, rule: str) -> list[ButtonElement]:
    return [_draft(number, rule), _file(number, rule), _not_required(number, rule), open_list(number)]


def _draft(number: int, rule: str) -> ButtonElement:
    return kit.button("Draft notification", f"clocks.draft.{rule}", f"{number}:{rule}")


def _file(number: int, rule: str, label: str = "Filed…") -> ButtonElement:
    return kit.button(label, f"clocks.filed.{rule}", f"{number}:{rule}")


def _not_required(number: int, rule: str) -> ButtonElement:
    return kit.button("Not required…", f"clocks.waive.{rule}", f"{number}:{rule}")


def _buttons(record: Record, one: Standing) -> list[ButtonElement]:
    """What can be done with one clock now; at most five."""
    number, rule = record.incident.id, one.rule.key
    if one.state is State.NOT_REQUIRED:
        return [kit.button("Withdraw…", f"clocks.withdraw.{rule}", f"{number}:{rule}")]
    if one.state is State.FILED:
        last = one.filings[-1].id
        return [
            _file(number, rule, "Filed again…"),
            kit.button("Withdraw…", f"clocks.withdraw.{rule}", f"{number}:{rule}:{last}"),
        ]
    row = _times(record, one)
    if one.state in (State.DUE, State.OVERDUE, State.SCOPE_NOT_DECLARED, State.ANCHOR_MISSING):
        row += [_draft(number, rule), _file(number, rule), _not_required(number, rule)]
    if one.state.runs:
        row.append(kit.button("Give to …", f"clocks.give.{rule}", f"{number}:{rule}"))
    return row[:5]


def _times(record: Record, one: Standing) -> list[ButtonElement]:
    """A button for the time that the clock counts from, those that are missing first."""
    starts = [start for start, _ in one.rule.due.starts if start in one.framework.anchors]
    missing = [start for start in starts if start in (*one.missing, *one.end.missing)]
    wanted = missing or starts[:1]
    label = "Record time" if missing else "Correct time"
    return [
        kit.button(label, f"clocks.time.{one.rule.key}_{start}", f"{record.incident.id}:{one.framework.key}:{start}")
        for start in dict.fromkeys(wanted[:1])
    ]
