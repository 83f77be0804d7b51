"""Messages that are said once: a template of `templates/messages/`, and the buttons that belong below it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import InteractiveElement

from bot.policy import Asked, Policy
from bot.views import buttons, clocks, kit, paragraphs
from bot.views.kit import Message, Safe
from db.records import IncidentRecord

# Escaping may make a text five times as long; what does not fit is on the timeline in full.
SAID_MOST = 11_000
CUT = Safe("\n_Too long for one message: the timeline has all of it._")


def say(
    what: str,
    values: Mapping[str, Any],
    *,
    incident: IncidentRecord | None,
    policy: Policy,
    happened: datetime | None = None,
) -> Message:
    """The message `what`, filled with `values` alone: what the caller left out is not told.

    `happened` marks a message that comes late: when it was about to be said.
    None counts as left out. A value that the template needs and nobody gave is a `jinja2.UndefinedError`; a message
    that has no template is a `jinja2.TemplateNotFound`. A drill says so.
    """
    text = paragraphs.render(f"messages/{what}", values, policy=policy)
    if incident is not None and incident.drill:
        text = kit.say("*DRILL* {text}", text=text)
    if kit.size(text) > SAID_MOST:
        text = kit.say("{text}{cut}", text=kit.clip(text, SAID_MOST), cut=CUT)
    row = [*_row(what, values, incident, policy), *clocks.below(what, values, incident), *_risks(what, values, policy)]
    late = [] if happened is None else [kit.say("posted late, happened {at}", at=kit.when(happened))]
    blocks = [*(kit.sections(text) or [kit.section("")]), *(kit.context(mark) for mark in late), *kit.actions(row)]
    return Message.of(kit.join("\n", [text, *late]), *blocks)


def _row(
    what: str, values: Mapping[str, Any], incident: IncidentRecord | None, policy: Policy
) -> list[InteractiveElement]:
    """The buttons of a draft or a reminder. Who is not told the owner is an outsider, who could do nothing with them."""
    row: list[InteractiveElement] = []
    owned = values.get("owner") is not None
    match what:
        case _ if incident is None:
            pass
        case "customer_draft":
            row = buttons.customer_draft(incident.id, values["update"])
        case "customers_due":
            row = buttons.customers_due(incident.id, told=values["told"])
        case "customers_asked" | "customers_wanted":
            row = buttons.customers_due(incident.id, told=False)
        case "deployment_named":
            row = buttons.remedies(incident.id)
        case "role_missing":
            row = [buttons.take(incident.id, values["role"], policy)]
        case "review_due" if owned:
            row = buttons.review_reminder(incident.id, policy, signing="signers" in values)
        case "action_due" if owned:
            row = buttons.action_reminder(incident.id, values["action"], policy)
        case "review_created" if owned:
            row = [buttons.fill_review(incident.id), *buttons.review_parts(incident.id, Asked)]
        case "review_asked" if owned:
            row = buttons.review_parts(incident.id, map(Asked, values["parts"]))
        case "review_finished" | "review_to_sign" if owned:
            row = buttons.review_to_sign(incident.id)
    return row


def _risks(what: str, values: Mapping[str, Any], policy: Policy) -> list[InteractiveElement]:
    """The buttons below what is said of a risk, which belongs to no incident."""
    if what == "risk_due":
        return buttons.risk_reminder(values["risk"], policy)
    return [buttons.risk(values["risk"])] if what in ("risk_owned", "risk_changed") else []
