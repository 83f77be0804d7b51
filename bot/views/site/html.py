"""The status page as HTML: plain, accessible, without a script; light and dark as the reader's machine is."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.paragraphs import TEMPLATES
from bot.views.site import health
from db.enums import ComponentState
from db.records import PublicIncident

FOLDER = TEMPLATES / "status"
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAST_SHOWN = 10


def name(policy: Policy) -> str:
    """What the page is called."""
    organisation = policy.customers.organisation
    return f"Status of {organisation}" if organisation else "Status"


def index(policy: Policy, incidents: Sequence[PublicIncident]) -> str:
    """How it stands now, and what was last."""
    indicator = health.indicator(policy, incidents)
    return _page(
        "index",
        policy,
        root="",
        indicator=indicator,
        description=health.DESCRIPTIONS[indicator],
        components=health.components(policy, incidents),
        current=[incident for incident in incidents if incident.is_open],
        past=[incident for incident in incidents if not incident.is_open][:PAST_SHOWN],
        subscribe=_form(policy) if policy.customers.targets.email else None,
    )


def _form(policy: Policy) -> str:
    """Where the form leads: beside the page, unless the page is hosted where the bot is not."""
    elsewhere = policy.customers.page.bot
    return f"{elsewhere}/subscribe" if elsewhere else "subscribe"


def history(policy: Policy, incidents: Sequence[PublicIncident]) -> str:
    """Everything that ever was, by months."""
    months = [
        (month, list(group))
        for month, group in groupby(incidents, lambda one: f"{one.newest.at.astimezone(UTC):%Y-%m}")
    ]
    return _page("history", policy, root="../", months=months)


def one(policy: Policy, incident: PublicIncident) -> str:
    """An incident's own page, to link to."""
    return _page("one", policy, root="../../", incident=incident)


def told(policy: Policy, heading: str, sentence: str, *, button: str = "", action: str = "", token: str = "") -> str:
    """A sentence for somebody who came from a form or a mail, perhaps with the button that does it."""
    given = {"heading": heading, "sentence": sentence, "button": button, "action": action, "token": token}
    return _page("told", policy, root="./", **given)


def _page(template: str, policy: Policy, **values: Any) -> str:
    given: Mapping[str, Any] = {"policy": policy, "name": name(policy), "style": Markup(STYLE), **values}  # noqa: S704 -- our own file
    return _ENVIRONMENT.get_template(f"{template}.html.j2").render(given)


def _moment(at: datetime) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.astimezone(UTC).isoformat(timespec="seconds"), kit.utc(at))


def _paragraphs(text: str) -> Markup:
    parts = [part for part in text.split("\n\n") if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines(part.strip("\n"))) for part in parts)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(
        Markup("").join(_token(*token) for token in kit.tokens(line)) for line in text.split("\n")
    )


def _token(kind: str, value: str) -> Markup:
    """Addresses become links that show where they lead; everything else is text."""
    if kind == "url":
        return Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(value)
    return escape(value)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=_moment,
        paragraphs=_paragraphs,
        stage=labels.stage,
        component=labels.component_state,
        colour=lambda state: health.INDICATORS[ComponentState(state)],
    )
    return environment


_ENVIRONMENT = _environment()
