"""What waits for one person, overdue first, each with the buttons that do it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from slack_sdk.models.blocks import Block, InteractiveElement

from bot.policy import Policy
from bot.policy.frameworks import NOT_ADVICE
from bot.views import buttons, card, clocks, kit, labels
from bot.views.kit import Safe
from db.records import ActionRecord, ClockRecord, ReviewRecord, RiskRecord, SignatureOwed, Waiting

ACTION_MOST = 300
# What has no end comes after all that has one.
SOME_DAY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One thing that waits: when it is due, what it is, and what can be done about it, the most likely first.

    The buttons are made when they are wanted: many more may wait than are shown.
    """

    due_at: datetime
    overdue: bool
    said: Safe
    buttons: Callable[[], Sequence[InteractiveElement]]


def items(waiting: Waiting, policy: Policy, now: datetime) -> list[Item]:
    """All of it; what is overdue comes first, then what is due first."""
    found = [
        *(_review(review, policy, now) for review in waiting.reviews),
        *(_signature(owed, policy, now) for owed in waiting.signatures),
        *(_action(action, policy, now) for action in waiting.actions),
        *(_risk(risk, policy, now) for risk in waiting.risks),
        *(_clock(place, number, clock, now) for place, (number, clock) in enumerate(waiting.clocks)),
    ]
    return sorted(found, key=lambda item: (not item.overdue, item.due_at))


def listed(found: Sequence[Item], most: int) -> list[Block]:
    """One line each, with the most likely button; nothing when nothing waits."""
    return _blocks(found, most, lambda item: [kit.section(_line(item), accessory=item.buttons()[0])])


def spread_out(found: Sequence[Item], most: int) -> list[Block]:
    """Each with all of its buttons; nothing when nothing waits."""
    return _blocks(found, most, lambda item: [kit.section(_line(item)), *kit.actions(item.buttons())])


def _blocks(found: Sequence[Item], most: int, drawn: Callable[[Item], list[Block]]) -> list[Block]:
    if not found:
        return []
    overdue = sum(item.overdue for item in found)
    head = kit.say("*Waiting for you*{late}", late=f" · {overdue} overdue" if overdue else "")
    shown = [block for item in found[:most] for block in drawn(item)]
    hidden = len(found) - most
    return [kit.section(head), *shown, *([kit.context(f"and {hidden} more, due later")] if hidden > 0 else [])]


def _line(item: Item) -> Safe:
    return kit.say("{late}{said}", late=Safe(":warning: *overdue* · ") if item.overdue else "", said=item.said)


def _review(review: ReviewRecord, policy: Policy, now: datetime) -> Item:
    number = review.incident_id
    said = kit.say("Review of INC-{number}, due {due}", number=str(number), due=kit.when(review.due_at))
    return Item(review.due_at, review.due_at <= now, said, partial(buttons.review_owed, number, policy))


def _signature(owed: SignatureOwed, policy: Policy, now: datetime) -> Item:
    review = owed.review
    named = [labels.role(policy, role) for role in owed.roles if role in policy.roles]
    said = kit.say(
        "The review of INC-{number} waits for your signature{roles}, due {due}",
        number=str(review.incident_id),
        roles=kit.say(" as {named}", named=", ".join(named)) if named else "",
        due=kit.when(review.due_at),
    )
    return Item(review.due_at, review.due_at <= now, said, partial(buttons.signature_owed, review.incident_id, policy))


def _action(action: ActionRecord, policy: Policy, now: datetime) -> Item:
    due_at = policy.calendar.end_of(action.due_on)
    said = kit.say(
        "INC-{number}: {text}, due {due}{issue}",
        number=str(action.incident_id),
        text=kit.one_line(action.text, ACTION_MOST),
        due=kit.day(action.due_on),
        issue=card.issue(action, Safe(" · ")),
    )
    return Item(due_at, due_at < now, said, partial(buttons.action_owed, action, policy))


def _risk(risk: RiskRecord, policy: Policy, now: datetime) -> Item:
    due_at = policy.calendar.end_of(risk.review_on)
    said = kit.say(
        "Risk *{key}* {title}: to be looked at again by {due}",
        key=risk.key,
        title=kit.one_line(risk.title, ACTION_MOST),
        due=kit.day(risk.review_on),
    )
    return Item(due_at, due_at < now, said, partial(buttons.risk_owed, risk.id, policy))


def _clock(place: int, number: int, clock: ClockRecord, now: datetime) -> Item:
    said = kit.say(
        "Regulatory clock *{rule}* of INC-{number}, due {due} ({not_advice})",
        rule=clock.rule,
        number=str(number),
        due=kit.when(clock.due_at) if clock.due_at else "without undue delay",
        not_advice=NOT_ADVICE.rstrip(".").lower(),
    )
    overdue = clock.due_at is not None and clock.due_at <= now
    return Item(clock.due_at or SOME_DAY, overdue, said, lambda: [clocks.open_list(number, tail=f".{number}-{place}")])
