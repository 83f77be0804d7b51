"""Paragraphs: the Jinja2 templates in `templates/`, written once and filled in one of two dialects, mrkdwn or Markdown.

In a template `{{ value }}` is people's words and comes out escaped by the dialect; its filters say what a value is
otherwise: `person`, `people`, `room`, `when`, `moment` (or a day), `day`, `span`, `label(…)`, `line` (on one line), `items` (a line, a bullet), and
`quote` (mrkdwn only). `ready` is for what a macro of the template has written already. A value that the template names and nobody gave is a `jinja2.UndefinedError`, never an empty spot;
None is not given.
"""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.runtime import Context

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.kit import Safe

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parents[2] / "templates"


class Dialect(Protocol):
    """How the same paragraph is written for one kind of reader. Everything it gives back is ready for that reader."""

    @property
    def bullet(self) -> Safe:
        """What a line of a list begins with."""

    @property
    def deeper(self) -> Safe:
        """What a line of a list within a list begins with."""

    @property
    def gap(self) -> Safe:
        """What a list needs between the line above it and itself."""

    def text(self, raw: str) -> Safe:
        """People's words, with their line ends."""

    def line(self, raw: str) -> Safe:
        """People's words on one line."""

    def person(self, user: str) -> Safe:
        """Somebody, by their Slack id."""

    def room(self, channel: str) -> Safe:
        """A channel, by its Slack id."""

    def when(self, moment: datetime) -> Safe:
        """A moment."""

    def strong(self, text: str) -> Safe:
        """One line that stands out."""

    def title(self, text: str) -> Safe:
        """The line above everything."""

    def heading(self, text: str) -> Safe:
        """The line above a part."""

    def link(self, url: str, label: str) -> Safe:
        """A link to a place that we vouch for, under our own label."""


class Mrkdwn:
    """For Slack. Titles and headings begin with a form feed, which people's words never hold: there it is cut."""

    bullet, deeper, gap = Safe("•"), Safe("        ◦"), Safe("")

    def text(self, raw: str) -> Safe:
        """Escaped."""
        return kit.escape(raw)

    def line(self, raw: str) -> Safe:
        """Escaped, on one line."""
        return kit.one_line(raw)

    def person(self, user: str) -> Safe:
        """A mention."""
        return kit.person(user)

    def room(self, channel: str) -> Safe:
        """A link to the channel."""
        return kit.channel(channel)

    def when(self, moment: datetime) -> Safe:
        """In each reader's own zone."""
        return kit.when(moment)

    def strong(self, text: str) -> Safe:
        """Bold."""
        return kit.say("*{text}*", text=kit.one_line(text) or kit.NOTHING)

    def title(self, text: str) -> Safe:
        """To be cut out again, and shown as a header."""
        return Safe("\f" + " ".join(text.split()))

    def heading(self, text: str) -> Safe:
        """To be cut out again, and shown as a header."""
        return Safe("\f" + " ".join(text.split()))

    def link(self, url: str, label: str) -> Safe:
        """A link with a label, if the address is one."""
        return kit.link(url, label)


MRKDWN = Mrkdwn()


def render(template: str, values: Mapping[str, Any], *, policy: Policy, dialect: Dialect = MRKDWN) -> Safe:
    """The template `templates/<template>.j2` with its values filled in, without white space around it."""
    context = _context(values, policy, dialect)
    name = f"{template}.j2"
    folder = policy.templates.folder
    if folder is not None and (folder / name).is_file():
        try:
            return Safe(_environment(folder).get_template(name).render(context).strip())
        except Exception as error:  # A team's own file: whatever is wrong with it, what it was to say is said.
            log.warning("%s The built-in template is used instead.", complaint(error, folder / name))
    return Safe(_environment(None).get_template(name).render(context).strip())


def _context(values: Mapping[str, Any], policy: Policy, dialect: Dialect) -> dict[str, Any]:
    given = {name: value for name, value in values.items() if value is not None}
    return {
        **given,
        "policy": policy,
        "dialect": dialect,
        "bullet": dialect.bullet,
        "deeper": dialect.deeper,
        "gap": dialect.gap,
    }


def complaint(error: Exception, path: Path) -> str:
    """What is wrong with a template, and in which line. Without what people wrote: that may stand in other errors."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = error.lineno if isinstance(error, TemplateSyntaxError) else lines[-1] if lines else None
    what = str(error.message) if isinstance(error, TemplateError) else type(error).__name__
    return f"{path}{f':{line}' if line else ''}: {what.rstrip('.')}."


def tried(template: str, values: Mapping[str, Any], *, policy: Policy) -> str | None:
    """What is wrong with the team's own template when it is filled in; None when nothing is."""
    folder, name = policy.templates.folder, f"{template}.j2"
    assert folder is not None
    try:
        _environment(folder).get_template(name).render(_context(values, policy, MRKDWN))
    except Exception as error:  # As in `render`.
        return complaint(error, folder / name)
    return None


def broken(policy: Policy) -> list[str]:
    """What is wrong with the team's own templates, file by file: what cannot be read, and names of no template."""
    folder = policy.templates.folder
    if folder is None:
        return []
    if not folder.is_dir():
        return [f"{folder}: there is no such folder."]
    found = []
    for path in sorted(folder.rglob("*.j2")):
        if not (TEMPLATES / path.relative_to(folder)).is_file():
            found.append(f"{path}: there is no template of that name to replace.")
            continue
        try:
            _environment(folder).parse(path.read_text(encoding="utf-8"), filename=str(path))
        except (TemplateSyntaxError, OSError, UnicodeDecodeError) as error:
            found.append(complaint(error, path))
    return found


def _dialect(context: Context) -> Dialect:
    found: Dialect = context["dialect"]
    return found


@pass_context
def _finalize(context: Context, value: Any) -> str:
    return value if isinstance(value, Safe) else _dialect(context).text(str(value))


def _word_by_word(name: str) -> Callable[[Context, Any], Safe]:
    """A filter that is the dialect's word of the same name."""

    @pass_context
    def spoken(context: Context, value: Any) -> Safe:
        said: Safe = getattr(_dialect(context), name)(value if isinstance(value, str) else str(value))
        return said

    return spoken


@pass_context
def _people(context: Context, users: Iterable[str]) -> Safe:
    """People; user groups by their id alone, since to mention one calls all of it."""
    dialect = _dialect(context)
    return Safe(", ".join(dialect.text(f"group {u}") if u.startswith("S") else dialect.person(u) for u in users))


@pass_context
def _when(context: Context, moment: datetime | str) -> Safe:
    return _dialect(context).when(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)


@pass_context
def _moment(context: Context, start: str) -> Safe:
    """A moment, or a day of which nobody knows the hour."""
    if "T" in start:
        return _dialect(context).when(datetime.fromisoformat(start))
    return _dialect(context).line(kit.day(date.fromisoformat(start)))


def _day(date_: date | str) -> str:
    return kit.day(date.fromisoformat(date_) if isinstance(date_, str) else date_)


def _ready(written: str) -> Safe:
    return Safe(written.strip())


def _quote(text: Any) -> Safe:
    return kit.quote(str(text))


@pass_context
def _link(context: Context, url: str, label: str) -> Safe:
    return _dialect(context).link(url, label)


_LABELS: Mapping[str, Callable[[str], str]] = {
    "phase": labels.phase,
    "answer": labels.answer,
    "question": labels.question,
    "kind": labels.kind,
    "remedy": labels.remedy,
    "stage": labels.stage,
    "component": labels.component_state,
    "target": labels.target,
    "factor": labels.factor,
    "action": labels.action,
    "issue": labels.issue,
    "priority": labels.priority,
    "asked": labels.asked,
    "review_field": labels.review_field,
    "risk_field": labels.risk_field,
    "treatment": labels.treatment,
}


@pass_context
def _label(context: Context, key: str, of: str) -> Safe:
    policy: Policy = context["policy"]
    match of:
        case "severity":
            label = labels.severity(policy, key)
        case "role":
            label = labels.role(policy, key)
        case _:
            label = _LABELS[of](key)
    return _dialect(context).line(label)


@pass_context
def _items(context: Context, text: str) -> Safe:
    dialect = _dialect(context)
    lines = [line for line in text.split("\n") if not kit.is_blank(line)]
    return Safe("\n".join(f"{dialect.bullet} {dialect.line(line.strip())}" for line in lines))


@cache
def _environment(folder: Path | None) -> Environment:
    # HTML's autoescape would be wrong for both dialects: `finalize` escapes instead, whatever is not Safe.
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES] if folder else TEMPLATES),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 -- see above
    )
    words = ("text", "line", "person", "room", "strong", "title", "heading")
    environment.filters.update({word: _word_by_word(word) for word in words})
    environment.filters.update(
        quote=_quote,
        ready=_ready,
        people=_people,
        when=_when,
        moment=_moment,
        day=_day,
        span=kit.length,
        link=_link,
        label=_label,
        items=_items,
    )
    return environment
