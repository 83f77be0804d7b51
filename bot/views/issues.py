"""A follow-up action as an issue of a tracker: a title, and a description in Markdown or in Atlassian's document format.

What people wrote is no markup there, and calls nobody: neither `@name` nor `#12` is alive. Of a private incident nothing is
said but what is to be done and until when.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.markdown import Markdown
from db.records import ActionRecord, IncidentRecord, PersonRecord, named

TITLE_MOST = 200
# Opens the room in the app or in the browser: https://docs.slack.dev/interactivity/deep-linking
ROOM = "https://slack.com/app_redirect?channel="
# What GitHub makes a mention or a reference of; an invisible word joiner after the sign keeps it from that.
_CALLS = re.compile(r"(?<![\w/])@(?=\w)|#(?=\d)|\bGH-(?=\d)")
_JOINER = "\u2060"

People = Mapping[str, PersonRecord]
Adf = dict[str, Any]


def named_in(action: ActionRecord, by: str | None) -> frozenset[str]:
    """Who is named there: the owner, who ended it, and whom its words mention."""
    words = f"{action.text} {action.rejected_because} {action.proof}"
    mentioned = {value for kind, value in kit.tokens(words) if kind == "user"}
    return frozenset({action.owner, *mentioned, *([by] if by else [])})


def title(action: ActionRecord, incident: IncidentRecord, people: People) -> str:
    """On one line, as short as titles are."""
    words = " ".join(_plain(action.text, incident, people).split())
    return words if len(words) <= TITLE_MOST else f"{words[: TITLE_MOST - 1].rstrip()}…"


def text(action: ActionRecord, incident: IncidentRecord, people: People) -> str:
    """What is to be done, in Markdown."""
    return _silent(Markdown(people, None).text(_veiled(action.text, incident)))


def facts(action: ActionRecord, incident: IncidentRecord, policy: Policy, people: People) -> str:
    """Where it comes from, whose it is and until when, in Markdown."""
    dialect = Markdown(people, incident)
    lines = [_silent(dialect.line(line)) for line in _facts(action, incident, policy, people)]
    if _room(incident):
        lines.append(f"[The incident's room]({_room(incident)})")
    return "  \n".join(lines)


def said(what: str, incident: IncidentRecord, people: People) -> str:
    """A comment, in Markdown."""
    return _silent(Markdown(people, None).text(_veiled(what, incident)))


def over(action: ActionRecord, by: str | None, people: People) -> str:
    """What became of it, as people wrote it; `by` is a Slack user, or somebody at a shell."""
    who = f" by {named(people, by)}" if by else ""
    if action.rejected_because:
        return f"Rejected{who}: {action.rejected_because}"
    return f"Done{who}: {action.proof}" if action.proof else f"Done{who}."


def adf(action: ActionRecord, incident: IncidentRecord, policy: Policy, people: People) -> Adf:
    """What is to be done and where it comes from, in Atlassian's document format.

    https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    about = [_words(line) for line in _facts(action, incident, policy, people)]
    if room := _room(incident):
        about.append({**_words("The incident's room"), "marks": [{"type": "link", "attrs": {"href": room}}]})
    written = _paragraphs(_plain(action.text, incident, people))
    return _document([*written, {"type": "rule"}, {"type": "paragraph", "content": _broken(about)}])


def adf_said(what: str, incident: IncidentRecord, people: People) -> Adf:
    """A comment, in Atlassian's document format."""
    return _document(list(_paragraphs(_plain(what, incident, people))))


def _facts(action: ActionRecord, incident: IncidentRecord, policy: Policy, people: People) -> Iterator[str]:
    if not incident.private:
        title_ = " ".join(_plain(incident.title, incident, people).split())
        severity = labels.severity(policy, incident.severity)
        yield f"Follow-up action of {incident.key} ({severity}): {title_}"
        yield f"{labels.action(action.kind)}, {labels.priority(action.priority)}; owner: {named(people, action.owner)}"
    yield f"Due {action.due_on.isoformat()}"


def _room(incident: IncidentRecord) -> str | None:
    return f"{ROOM}{incident.room}" if incident.room and not incident.private else None


def _veiled(raw: str, incident: IncidentRecord) -> str:
    """Of a private incident's people none is named outside."""
    return _plain(raw, incident, {}) if incident.private else raw


def _plain(raw: str, incident: IncidentRecord, people: People) -> str:
    return "".join(_spoken(kind, value, incident, people) for kind, value in kit.tokens(raw))


def _spoken(kind: str, value: str, incident: IncidentRecord, people: People) -> str:
    match kind:
        case "user":
            return "somebody" if incident.private else named(people, value)
        case "channel":
            return "a channel"
    return value


def _silent(markdown: str) -> str:
    return _CALLS.sub(lambda found: found[0] + _JOINER, markdown)


def _paragraphs(raw: str) -> Iterator[Adf]:
    for paragraph in re.split(r"\n(?:[ \t]*\n)+", raw.strip("\n")):
        lines = [_words(line) for line in paragraph.split("\n") if line.strip()]
        if lines:
            yield {"type": "paragraph", "content": _broken(lines)}


def _broken(lines: list[Adf]) -> list[Adf]:
    """The lines with line ends between them."""
    return [node for line in lines for node in (line, {"type": "hardBreak"})][:-1]


def _words(words: str) -> Adf:
    return {"type": "text", "text": words}


def _document(content: list[Adf]) -> Adf:
    return {"type": "doc", "version": 1, "content": content}
