"""E-mails: the templates of `templates/mail/`, each filled in twice, as plain text and as HTML.

A template begins with its subject (`title`). Blank lines part paragraphs.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.policy import Policy
from bot.views import kit, paragraphs
from bot.views.kit import Safe
from db.records import PersonRecord, named

_PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head>\n'
    '<body style="font-family: sans-serif; line-height: 1.4; max-width: 40em">\n{body}\n</body></html>\n'
)


@dataclass(frozen=True)
class Letter:
    """What stands in an e-mail. `subject` is one line of people's words, unescaped; whoever sends it must see to that."""

    subject: str
    text: str
    html: str


def letter(
    what: str,
    values: Mapping[str, Any],
    *,
    policy: Policy,
    people: Mapping[str, PersonRecord],
    happened: datetime | None = None,
) -> Letter:
    """The e-mail `what`, filled with `values` alone. What the caller left out is not told.

    `happened` marks an e-mail that comes late: when it was about to be said.

    A value that the template needs and nobody gave is a `jinja2.UndefinedError`; a mail that has no template is a
    `jinja2.TemplateNotFound`.
    """
    plain = paragraphs.render(f"mail/{what}", values, policy=policy, dialect=Plain(people))
    subject, _, text = plain.partition("\n")
    rich = paragraphs.render(f"mail/{what}", values, policy=policy, dialect=Html(people)).partition("\n")[2]
    late = f"Sent late: this is of {kit.utc(happened)}.\n\n" if happened else ""
    return Letter(subject, late + text.strip("\n") + "\n", _PAGE.format(body=_body(late + rich)))


class Plain:
    """Nothing is markup. Names instead of ids, UTC times."""

    bullet, deeper, gap = Safe("-"), Safe("-"), Safe("")

    def __init__(self, people: Mapping[str, PersonRecord]) -> None:
        self._people = people

    def text(self, raw: str) -> Safe:
        """As it was written, with names for ids."""
        return Safe("".join(self._token(*token) for token in kit.tokens(raw)))

    def line(self, raw: str) -> Safe:
        """On one line."""
        return raw if isinstance(raw, Safe) else self.text(" ".join(raw.split()))

    def person(self, user: str) -> Safe:
        """The person's name."""
        return self.text(self._name(user))

    def room(self, channel: str) -> Safe:
        """A channel by its id: who reads this may not know its name."""
        return Safe(f"#{channel}")

    def when(self, moment: datetime) -> Safe:
        """UTC."""
        return Safe(kit.utc(moment))

    def strong(self, text: str) -> Safe:
        """No different."""
        return self.line(text)

    def title(self, text: str) -> Safe:
        """The subject."""
        return self.line(text)

    def heading(self, text: str) -> Safe:
        """Underlined."""
        line = self.line(text)
        return Safe(f"{line}\n{'-' * len(line)}")

    def link(self, url: str, label: str) -> Safe:
        """The address after its label."""
        return Safe(f"{label}: {url}")

    def _token(self, kind: str, value: str) -> str:
        match kind:
            case "user":
                return f"@{self._name(value)}"
            case "channel":
                return f"#{value}"
        return value

    def _name(self, user: str) -> str:
        return " ".join(named(self._people, user).split())


class Html(Plain):
    """What people wrote is escaped, and no address in it becomes a link."""

    bullet, deeper, gap = Safe("•"), Safe("•"), Safe("")

    def text(self, raw: str) -> Safe:
        """Escaped."""
        return Safe(html.escape(super().text(raw)))

    def strong(self, text: str) -> Safe:
        """Bold."""
        return Safe(f"<strong>{self.line(text)}</strong>")

    def heading(self, text: str) -> Safe:
        """A heading, a paragraph of its own."""
        return Safe(f"<h2>{self.line(text)}</h2>")

    def link(self, url: str, label: str) -> Safe:
        """A link, if the address is one."""
        is_address = url.startswith("https://") and not set(url) & set("<>\"' \n")
        return Safe(f'<a href="{html.escape(url)}">{html.escape(label)}</a>') if is_address else Safe("")


def _body(rich: str) -> str:
    parts = [part.strip("\n") for part in re.split(r"\n{2,}", rich) if part.strip()]
    return "\n".join(part if part.startswith("<h2>") else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)
