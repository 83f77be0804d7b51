"""What changed between two signed versions of a review, and its contributing factors one by one."""

from collections.abc import Sequence

from bot.policy import Asked
from bot.views import buttons, kit, reviewing
from bot.views.kit import Message, Safe
from db.records import Record, VersionRecord

LINES_MOST, WEIGHT_MOST, FACTORS_MOST = 200, 9_000, 40


def shown(before: VersionRecord, after: VersionRecord, lines: Sequence[str]) -> Message:
    """The lines of a diff; what does not fit is counted, and the command that has all of it is named."""
    title = f"What changed from version {before.number} to version {after.number}"
    said: list[Safe] = []
    for line in lines[2:][:LINES_MOST]:
        mark, text = line[:1], line[1:].strip()
        if line.startswith("@@") or not text:
            continue
        said.append(kit.say("{mark} {text}", mark={"+": "➕", "-": "➖"}.get(mark, "·"), text=kit.one_line(text)))
    fitting = kit.split(kit.join("\n", said), WEIGHT_MOST)
    blocks = [kit.header(title), *kit.sections(fitting[0] if fitting else Safe("Nothing that can be read."))]
    if len(fitting) > 1 or len(lines) > LINES_MOST:
        blocks.append(
            kit.context(f"There is more: `tocsin export INC-{after.incident_id} --format diff` has all of it.")
        )
    return Message.of(title, *blocks)


def factors(record: Record) -> Message:
    """The contributing factors, each with a button to change it, and one to add another."""
    listed = reviewing.factors(record)[:FACTORS_MOST]
    add = kit.actions(buttons.review_parts(record.incident.id, [Asked.FACTORS]))
    nothing = [kit.section("Nothing is named yet. There are usually several; a person is never one of them.")]
    return Message.of("What contributed", kit.section("*Contributing factors*"), *(listed or nothing), *add)
