"""Answers that one person sees: lists, menus, help, refusals."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import buttons, card, entries, guide, kit, labels, waiting
from bot.views.kit import Message, Safe
from bot.views.waiting import Item
from bot.workflows.lifecycle import Gap
from db.enums import ActionState
from db.records import ActionRecord, IncidentRecord, Record

# A list takes what fits well into one message; the rest is counted.
LINES_WEIGHT_MOST = 9_000
ENTRY_MOST, ACTION_MOST, SENTENCE_MOST, ERROR_MOST = 300, 300, 3_000, 500
DOT = Safe(" · ")
LISTED_MOST, WAITING_MOST, ACTIONS_MOST = 10, 10, 20
OVER_MOST = 100
NOTHING_OPEN = "No incident is open."


def open_incidents(incidents: Sequence[IncidentRecord], policy: Policy, *, count: int | None = None) -> Message:
    """Open incidents, in the order given. The caller gives only those that the reader may see.

    `count` is how many there are in all, if that is more than are given.
    """
    count = max(count or 0, len(incidents))
    if not incidents:
        return Message.of(NOTHING_OPEN, kit.section(NOTHING_OPEN), *kit.actions([buttons.declare()]))
    shown = _fitting([card.line(incident, policy) for incident in incidents])
    blocks: list[Block] = [kit.header("Open incidents"), *kit.sections(kit.join("\n", shown))]
    if len(shown) < count:
        blocks.append(kit.context(f"and {count - len(shown)} more, the oldest of them"))
    return Message.of(f"Open incidents: {count}", *blocks)


class PictureComes(Enum):
    """Where the timeline is shown as a picture, as it is said to whoever asked."""

    TO_YOU = "It comes as a picture, too: in your direct messages with tocsin."
    IN_ROOM = "It comes as a picture, too: here in the room."
    ONLY_IN_ROOM = "As a picture it is shown in its room alone, to whoever asks there."


def timeline(record: Record, policy: Policy, *, picture: PictureComes | None = None) -> Message:
    """The timeline, oldest first. If it is too long, the oldest entries are left out, and it says how many."""
    title = f"Timeline of {record.incident.key}"
    newest_first = (
        kit.say("{at} · {told}", at=kit.when(entry.at), told=kit.clip(entries.told(entry, policy), ENTRY_MOST))
        for entry in reversed(record.timeline)
    )
    shown = _fitting(newest_first)[::-1]
    left_out = len(record.timeline) - len(shown)
    blocks: list[Block] = [kit.header(title)]
    if left_out:
        export = f"`tocsin export {record.incident.key} --format md` has them all, in full."
        blocks.append(kit.context(f"{left_out} earlier entries are left out here. {export}"))
    blocks += kit.sections(kit.join("\n", shown) or Safe("Nothing has been recorded yet."))
    if picture is not None:
        blocks.append(kit.context(picture.value))
    return Message.of(title, *blocks)


def menu_in_room(record: Record, policy: Policy) -> Message:
    """What can be done with this incident now: the card's buttons."""
    incident = record.incident
    blocks: list[Block] = [kit.section(card.line(incident, policy))]
    for row in buttons.rows(record, policy):
        blocks += kit.actions(row)
    blocks.append(kit.context("`/incident help` shows what can be typed."))
    return Message.of(f"What can be done with {incident.key}", *blocks)


def menu_elsewhere(incidents: Sequence[IncidentRecord], owed: Sequence[Item], policy: Policy) -> Message:
    """Outside a room: declare, the open incidents that the reader may see, what waits for the reader."""
    row = [buttons.declare(), buttons.open_incidents(), buttons.help_()]
    blocks = [*kit.actions(row), *opened(incidents, policy), *waiting.listed(owed, WAITING_MOST)]
    return Message.of("Declare an incident, or see what is open", *blocks)


def opened(
    incidents: Sequence[IncidentRecord], policy: Policy, most: int = LISTED_MOST, *, count: int | None = None
) -> list[Block]:
    """The first `most` open incidents, as part of something larger. `count` is how many there are, if more than are given."""
    lines = [card.line(incident, policy) for incident in incidents[:most]]
    hidden = max(count or 0, len(incidents)) - len(lines)
    if hidden > 0:
        lines.append(kit.escape(f"and {hidden} more: /incident list"))
    return [kit.section("*Open incidents*"), *kit.sections(kit.join("\n", lines) or Safe(NOTHING_OPEN))]


def similar(record: Record, policy: Policy) -> Message:
    """Past incidents that resemble this one, and the words they share."""
    title = f"Like {record.incident.key}"
    lines = [
        kit.say(
            "{line}\n{words}",
            line=card.line(like.incident, policy),
            words=kit.say("in both: {words}", words=", ".join(like.words)),
        )
        for like in record.similar
    ]
    nothing = Safe("Nothing before it shares telling words with it, as far as you may see.")
    return Message.of(title, kit.header(title), *kit.sections(kit.join("\n", lines) or nothing))


def actions_of(record: Record) -> Message:
    """The incident's follow-up actions: what is open with all that can be done with it, then what became of the others."""
    title = f"Follow-up actions of {record.incident.key}"
    going_on = [action for action in record.actions if action.state is ActionState.OPEN]
    over = [action for action in record.actions if action.state is not ActionState.OPEN]
    blocks: list[Block] = [kit.header(title)]
    blocks += [
        kit.section(_action(action), accessory=buttons.action_menu(action)) for action in going_on[:ACTIONS_MOST]
    ]
    if len(going_on) > ACTIONS_MOST:
        blocks.append(kit.context(f"and {len(going_on) - ACTIONS_MOST} more: do some of these first"))
    said = [
        kit.say(
            "{state}: {text}{issue}",
            state=a.state.value,
            text=kit.one_line(a.text, OVER_MOST),
            issue=card.issue(a, DOT),
        )
        for a in over[:ACTIONS_MOST]
    ]
    blocks += kit.sections(kit.bullets(said))
    if len(over) > ACTIONS_MOST:
        blocks.append(kit.context(f"and {len(over) - ACTIONS_MOST} more that are over: the review document has them"))
    if not record.actions:
        blocks.append(kit.section("There are none yet. `/incident action` adds one."))
    return Message.of(title, *blocks)


def _action(action: ActionRecord) -> Safe:
    return kit.say(
        "{text} · {kind}, {priority} · {owner}, due {due}{issue}",
        text=kit.one_line(action.text, ACTION_MOST),
        kind=labels.action(action.kind),
        priority=labels.priority(action.priority),
        owner=kit.person(action.owner),
        due=kit.day(action.due_on),
        issue=card.issue(action, DOT),
    )


def help_text(policy: Policy) -> Message:
    """Everything that can be typed, and the words it is typed with."""
    table = kit.bullets(f"`{command.whole}` {command.does}" for command in guide.COMMANDS)
    words = (
        ("Severities", ", ".join(f"{key} ({labels.severity(policy, key)})" for key in policy.severities)),
        ("Roles", ", ".join(f"{key} ({labels.role(policy, key)})" for key in policy.roles)),
    )
    return Message.of(
        "What can be typed after /incident",
        *kit.sections(table),
        *kit.fields(words, most=1_000),
        kit.context(Safe(guide.ELSEWHERE)),
    )


def told(sentence: str) -> Message:
    """A plain answer."""
    return Message.of(sentence, kit.section(kit.clip(sentence, SENTENCE_MOST)))


def refused(sentence: str) -> Message:
    """Why something was not done, and what would work."""
    return told(kit.say(":no_entry_sign: {sentence}", sentence=sentence))


def warning(text: str) -> Message:
    """It was done, but somebody should think about it."""
    return told(kit.say(":warning: {text}", text=text))


def plain(sentence: str) -> str:
    """A sentence for a form's error, where Slack shows what it gets and nobody can be mentioned."""
    words = {"user": "this person", "channel": "that channel"}
    text = "".join(words.get(kind, value) for kind, value in kit.tokens(sentence))
    text = text if len(text) <= ERROR_MOST else f"{text[: ERROR_MOST - 1]}…"
    return text[:1].upper() + text[1:]


def close_refused(record: Record, gaps: Sequence[Gap]) -> Message:
    """What stands in the way of closing, or of marking the review done, with the buttons that fill it."""
    return _missing(f"{record.incident.key} is not ready. Still missing:", record, gaps)


def still_missing(record: Record, gaps: Sequence[Gap]) -> Message:
    """It moved on; what the phases before still lack, with the buttons that fill it."""
    moved = f"{record.incident.key} is in {labels.phase(record.incident.phase)} now."
    return _missing(f"{moved} Still missing from before:", record, gaps)


def _missing(intro: str, record: Record, gaps: Sequence[Gap]) -> Message:
    what = kit.say("{intro}\n{gaps}", intro=intro, gaps=kit.bullets(gap.sentence for gap in gaps))
    return Message.of(what, kit.section(what), *kit.actions(buttons.fixes(record, gaps)))


def _fitting(lines: Iterable[Safe]) -> list[Safe]:
    """The first lines, as many as one message holds."""
    shown, left = [], LINES_WEIGHT_MOST
    for line in lines:
        left -= kit.size(line) + 1
        if left < 0:
            break
        shown.append(line)
    return shown


def away(until: datetime, held: Sequence[tuple[int, str]], policy: Policy) -> Message:
    """Until when somebody is away, and which roles they still hold: those stay with them until they hand them over."""
    parts = [
        kit.say("You are away until {until}. New incidents give your roles to your deputies.", until=kit.when(until))
    ]
    if held:
        lines = (
            kit.say("INC-{number}: {role}", number=str(number), role=labels.role(policy, role)) for number, role in held
        )
        parts.append(
            kit.say("You hold, until you hand it over (`/incident handover`):\n{held}", held=kit.bullets(lines))
        )
    text = kit.join("\n", parts)
    return Message.of(text, *kit.sections(text))
