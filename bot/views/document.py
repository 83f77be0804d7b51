"""The post-incident review as a document: one template, filled with what is known; what is not is said to be missing.

As Markdown it leaves Slack (export, e-mail, files); as pages it stands in the room. Nothing is cut off in either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import entries, kit, labels, papers, paragraphs, pictures
from bot.views.durations import durations
from bot.views.kit import Message, Safe
from bot.views.markdown import Markdown
from bot.views.paragraphs import MRKDWN, Dialect, Mrkdwn
from bot.workflows.edits import as_typed
from db.enums import EntryKind, Phase, ReviewState
from db.records import EntryRecord, IncidentRecord, PersonRecord, Record, ReviewRecord

# To weigh a block takes longer than to place it.
Weighed = tuple[Block, int]
ASKED = (
    "impact",
    "customers_percent",
    "customers_count",
    "data_lost",
    "money",
    "trigger",
    "detection",
    "went_well",
    "went_badly",
    "luck",
    "no_actions_because",
    "prevention",
)
# https://docs.slack.dev/reference/objects/user-object: ids begin with U or W.
USER, MENTION = re.compile(r"[UW][A-Z0-9]+"), re.compile(r"<@([UW][A-Z0-9]+)>")
BEGAN = Safe("It began, as far as is known")
# Here it is about who: who took which role, and who is to do what.
WITH_NAMES = (EntryKind.ROLE, EntryKind.ACTION, EntryKind.REVIEW)
# A page holds less than a message may: Slack has published no number, and a page must never be refused.
PAGE_BLOCKS_MOST, PAGE_WEIGHT_MOST = 40, 11_000
# So many pages are read in a channel; nobody would find the room's other messages between more of them.
PAGES_MOST = 6
# https://docs.slack.dev/reference/methods/canvases.edit: a change takes 1 MiB of Markdown.
CANVAS_BYTES_MOST = 1024 * 1024
WRITTEN_ANEW = "_Written anew whenever the review changes: change it with /incident review, not here._"
TOO_LONG_FOR_A_CANVAS = (
    "_Too long for a canvas: the messages in the room, and the files in their thread, have all of it._"
)
IN_THE_FILES = Safe("_This part is long: it is in the files in the thread._")
REST_IN_THE_FILES = Safe("_The rest is in the files in the thread._")
NOT_WHOLE = Safe("Too long to be posted whole: the whole document is in the files in the thread.")


def markdown(record: Record, policy: Policy, people: Mapping[str, PersonRecord], *, now: datetime) -> str:
    """The document in Markdown: names where `people` has them, times in UTC. Ends with a line end."""
    roles = {user: PersonRecord(user=user, name=role) for user, role in _roster(record, policy).items()}
    by_role = Markdown({**people, **roles}, record.incident)
    return _written(record, policy, Markdown(people, record.incident), by_role, now) + "\n"


def pages(record: Record, policy: Policy, *, now: datetime) -> tuple[Message, ...]:
    """The document as messages, in order: as many as it takes."""
    return _numbered(record, _sheets(_parts(record, policy, now)))


@dataclass(frozen=True)
class Excerpt:
    """The document as it is posted in a channel. Unless it `is_whole`, it says what is left to the files."""

    pages: tuple[Message, ...]
    is_whole: bool


def excerpt(record: Record, policy: Policy, *, now: datetime) -> Excerpt:
    """The document in a few messages. Of what takes more, the longest parts are named alone, until the rest fits."""
    title, *parts = _parts(record, policy, now)
    sheets = _sheets([title, *parts])
    if len(sheets) <= PAGES_MOST:
        return Excerpt(_numbered(record, sheets), is_whole=True)
    title = [title[0], _weighed(kit.context(NOT_WHOLE)), *title[1:]]
    longest = sorted(range(len(parts)), key=lambda place: sum(weight for _, weight in parts[place]), reverse=True)
    for place in longest:
        parts[place] = [parts[place][0], _weighed(kit.section(IN_THE_FILES))]
        sheets = _sheets([title, *parts])
        if len(sheets) <= PAGES_MOST:
            break
    else:  # A template of a team's own may have any number of parts.
        sheets = [*sheets[: PAGES_MOST - 1], [kit.section(REST_IN_THE_FILES)]]
    return Excerpt(_numbered(record, sheets), is_whole=False)


def title(record: Record) -> str:
    """What the document is called."""
    return f"Post-incident review of {record.incident.key}"


def canvas(record: Record, policy: Policy, people: Mapping[str, PersonRecord], *, now: datetime) -> str:
    """The document for the room's canvas. Everybody in the room may write there, so it says that this would be lost."""
    heading, _, rest = markdown(record, policy, people, now=now).partition("\n")
    is_signed = record.review is not None and record.review.state is ReviewState.DONE
    text = f"{heading}\n{rest}" if is_signed else f"{heading}\n\n{WRITTEN_ANEW}\n{rest}"
    return text if len(text.encode()) <= CANVAS_BYTES_MOST else f"{heading}\n\n{TOO_LONG_FOR_A_CANVAS}\n"


def files(record: Record, policy: Policy, people: Mapping[str, PersonRecord], *, now: datetime) -> dict[str, bytes]:
    """The whole document as files, by their names."""
    text, name = markdown(record, policy, people, now=now), f"{record.incident.key}-review"
    picture = pictures.timeline(record, policy, now=now)
    return {f"{name}.md": text.encode(), f"{name}.html": papers.html(text, picture).encode()}


def broken_templates(policy: Policy) -> list[str]:
    """What is wrong with the team's own templates, in sentences; the document's is tried on an incident of our own."""
    found = paragraphs.broken(policy)
    folder = policy.templates.folder
    if folder is not None and not found and (folder / "review.md.j2").is_file():
        at = datetime(2026, 1, 1, tzinfo=UTC)
        tried = IncidentRecord(
            id=1,
            uid="",
            title="Tried",
            severity="sev1",
            phase=Phase.REVIEW,
            phase_since=at,
            declared_by="U0",
            declared_at=at,
        )
        wrong = paragraphs.tried(
            "review.md", _values(Record(incident=tried), policy, MRKDWN, MRKDWN, at), policy=policy
        )
        found += [wrong] if wrong else []
    return found


def mentioned(record: Record) -> frozenset[str]:
    """The ids of all whom the document may name."""
    return frozenset(_users(replace(record, undelivered=(), similar=())))


def _users(value: object) -> Iterator[str]:
    match value:
        case str() if USER.fullmatch(value):
            yield value
        case str():
            yield from MENTION.findall(value)
        case Mapping():
            for inner in value.values():
                yield from _users(inner)
        case list() | tuple():
            for inner in value:
                yield from _users(inner)
        case _ if is_dataclass(value):
            for part in fields(value):
                yield from _users(getattr(value, part.name))


class _ByRole(Mrkdwn):
    """For Slack, with people's roles in place of their names: what was done matters, not who it was."""

    def __init__(self, roster: Mapping[str, str]) -> None:
        self._roster = roster

    def person(self, user: str) -> Safe:
        """The role, if they have or had one."""
        role = self._roster.get(user)
        return kit.one_line(role) if role else super().person(user)


def _roster(record: Record, policy: Policy) -> dict[str, str]:
    """The role of everybody who has or had one, in words; of several the policy's first."""
    held = [*record.roles.items()]
    held += [
        (str(entry.data.get("role")), entry.data["user"])
        for entry in record.timeline
        if entry.kind is EntryKind.ROLE and isinstance(entry.data.get("user"), str)
    ]
    order = [*policy.roles]
    roster: dict[str, str] = {}
    for role, user in sorted(held, key=lambda one: order.index(one[0]) if one[0] in order else len(order)):
        roster.setdefault(user, labels.role(policy, role))
    return roster


def _written(record: Record, policy: Policy, dialect: Dialect, by_role: Dialect, now: datetime) -> Safe:
    return paragraphs.render(
        "review.md", _values(record, policy, dialect, by_role, now), policy=policy, dialect=dialect
    )


def _values(record: Record, policy: Policy, dialect: Dialect, by_role: Dialect, now: datetime) -> dict[str, Any]:
    """What the template may name."""
    review = record.review
    lines = [
        (entry, entries.told(entry, policy, dialect if entry.kind in WITH_NAMES else by_role))
        for entry in record.timeline
    ]
    return {
        "record": record,
        "incident": record.incident,
        "review": record.review,
        "answers": {name: as_typed(getattr(review, name, "")) for name in ASKED},
        "actor": by_role.person,
        "began_at": review.began_at if review else None,
        "took": durations(record, now=now),
        "now": now,
        "entries": _with_beginning(review, [(entry.at, sentence) for entry, sentence in lines]),
        "updates": [(entry.at, sentence) for entry, sentence in lines if entry.kind is EntryKind.UPDATE],
        "told_customers": [(entry.at, sentence) for entry, sentence in lines if _told_customers(entry)],
        "told_leadership": [(entry.at, sentence) for entry, sentence in lines if _told_leadership(entry)],
    }


def _with_beginning(review: ReviewRecord | None, lines: list[tuple[datetime, Safe]]) -> list[tuple[datetime, Safe]]:
    """The timeline with the moment at which it began, which somebody found out later, in its place."""
    if review is None or review.began_at is None:
        return lines
    return sorted([(review.began_at, BEGAN), *lines], key=lambda line: line[0])


def _told_customers(entry: EntryRecord) -> bool:
    return entry.kind is EntryKind.CUSTOMERS and entry.data.get("state") == "published"


def _told_leadership(entry: EntryRecord) -> bool:
    return entry.kind is EntryKind.TOLD or (entry.kind is EntryKind.ESCALATED and "leaders" in entry.data)


def _parts(record: Record, policy: Policy, now: datetime) -> list[list[Weighed]]:
    """The document part by part, the title and what stands below it first."""
    by_role = _ByRole(_roster(record, policy))
    return [*map(_part, _written(record, policy, MRKDWN, by_role, now).removeprefix("\f").split("\f"))]


def _numbered(record: Record, sheets: Sequence[Sequence[Block]]) -> tuple[Message, ...]:
    return tuple(
        Message.of(f"{title(record)}, page {number} of {len(sheets)}", *blocks)
        for number, blocks in enumerate(sheets, start=1)
    )


def _part(text: str) -> list[Weighed]:
    """A heading with what stands below it."""
    heading, _, body = text.partition("\n")
    return [*map(_weighed, [kit.header(heading), *kit.sections(Safe(body.strip("\n")))])]


def _weighed(block: Block) -> Weighed:
    return block, kit.weight(block)


def _sheets(parts: Sequence[Sequence[Weighed]]) -> list[list[Block]]:
    """The blocks page by page; a heading is never the last thing on a page."""
    sheets: list[list[Block]] = [[]]
    filled = 0
    for heading, *body in parts:
        for together in [[heading, *body[:1]], *([block] for block in body[1:])]:
            heavier = sum(weight for _, weight in together)
            full = len(sheets[-1]) + len(together) > PAGE_BLOCKS_MOST
            if sheets[-1] and (full or filled + heavier > PAGE_WEIGHT_MOST):
                sheets.append([])
                filled = 0
            sheets[-1] += [block for block, _ in together]
            filled += heavier
    return sheets
