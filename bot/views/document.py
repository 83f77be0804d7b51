"""The post-incident review as a document: one template, filled with what is known; what is not is said to be missing.

As Markdown it leaves Slack (export, e-mail, files); as pages it stands in the room. Nothing is cut off in either.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import entries, kit, paragraphs
from bot.views.durations import durations
from bot.views.kit import Message, Safe
from bot.views.markdown import Markdown
from bot.views.paragraphs import MRKDWN, Dialect
from db.records import PersonRecord, Record

ASKED = ("impact", "factors", "went_well", "went_badly", "luck", "no_actions_because")
# A page holds less than a message may: Slack has published no number, and a page must never be refused.
PAGE_BLOCKS_MOST, PAGE_WEIGHT_MOST = 40, 11_000


def markdown(record: Record, policy: Policy, people: Mapping[str, PersonRecord], *, now: datetime) -> str:
    """The document in Markdown: names where `people` has them, times in UTC. Ends with a line end."""
    return _written(record, policy, Markdown(people, record.incident), now) + "\n"


def pages(record: Record, policy: Policy, *, now: datetime) -> tuple[Message, ...]:
    """The document as messages, in order: as many as it takes."""
    first, *parts = _written(record, policy, MRKDWN, now).removeprefix("\f").split("\f")
    sheets = _sheets([_part(first), *(_part(part) for part in parts)])
    key = record.incident.key
    return tuple(
        Message.of(f"Post-incident review of {key}, page {number} of {len(sheets)}", *blocks)
        for number, blocks in enumerate(sheets, start=1)
    )


def _written(record: Record, policy: Policy, dialect: Dialect, now: datetime) -> Safe:
    values = {
        "record": record,
        "incident": record.incident,
        "review": record.review,
        "answers": {name: getattr(record.review, name, "") for name in ASKED},
        "took": durations(record, now=now),
        "now": now,
        "entries": [(entry.at, entries.told(entry, policy, dialect)) for entry in record.timeline],
    }
    return paragraphs.render("review.md", values, policy=policy, dialect=dialect)


def _part(text: str) -> list[Block]:
    """A heading with what stands below it."""
    heading, _, body = text.partition("\n")
    return [kit.header(heading), *kit.sections(Safe(body.strip("\n")))]


def _sheets(parts: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """The blocks page by page; a heading is never the last thing on a page."""
    sheets: list[list[Block]] = [[]]
    for heading, *body in parts:
        for together in [[heading, *body[:1]], *([block] for block in body[1:])]:
            full = len(sheets[-1]) + len(together) > PAGE_BLOCKS_MOST
            heavy = sum(map(kit.weight, [*sheets[-1], *together])) > PAGE_WEIGHT_MOST
            if sheets[-1] and (full or heavy):
                sheets.append([])
            sheets[-1] += together
    return sheets
