"""App Home as one person sees it: gathered, drawn, and shown to them if it is not what they see already."""

import hashlib
import json
from datetime import datetime, timedelta

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.effects import RefreshHome
from bot.errand import Errand, Learned, nothing
from bot.errors import SlackRefused
from bot.membership import identities, sees_everything
from bot.parts import Parts
from bot.slack import WHO_LEFT
from bot.views import home
from bot.workflows import homes, monthly, owing, permissions
from db import figures as db_figures
from db import queries, waiting
from db.enums import EffectState
from db.models import Home
from db.outbox import WATCHED
from db.records import DeliveryRecord, Month, Report, discreet

# What waits for less is on its way.
LONG = timedelta(minutes=1)
# Slack works on what was uploaded for some seconds, and refuses it in blocks until then.
PROCESSED = timedelta(minutes=1)


def tell_all(errand: Errand) -> Learned:
    """Have it drawn anew for whoever may be looking."""
    return homes.redraw_all


def show(effect: RefreshHome, errand: Errand) -> Learned:
    """Draw it for one person. Slack is not called when they see it already, or have not looked for long.

    After an earlier attempt nobody knows what they see: it may have come through without living to note it, and what was
    so then may be so no more.
    """
    parts, user = errand.parts, effect.user
    with parts.store.read() as session:
        known = session.get(Home, user)
    if known is None or known.opened_at <= parts.clock.now() - WATCHED:
        return nothing
    view = json.dumps(drawn(parts, user).to_dict(), sort_keys=True)
    digest = hashlib.sha256(view.encode()).hexdigest()
    if digest == known.shown and errand.look_since is None:
        return nothing
    try:
        parts.slack.call("views.publish", user_id=user, view=view)
    except SlackRefused as refusal:
        if refusal.code in WHO_LEFT:
            return lambda work: homes.forget(work, user=user)
        file = _file_refused(refusal, view)
        if file is None:
            raise
        return lambda work: homes.without_chart(work, user=user, file=file)
    return lambda work: homes.shown(work, user=user, digest=digest)


def _file_refused(refusal: SlackRefused, view: str) -> str | None:
    """The file of this view's chart, if Slack says that it does not show it: somebody has deleted it."""
    said = refusal.answer.get("response_metadata", {}).get("messages", ())
    if not any("slack file" in line for line in said):
        return None
    return next((block["slack_file"]["id"] for block in json.loads(view)["blocks"] if "slack_file" in block), None)


def drawn(parts: Parts, user: str) -> View:
    """This person's Home as things are now."""
    now, policy = parts.clock.now(), parts.policy
    viewer = None if sees_everything(parts, user) else user
    mine = identities(parts, user, permissions.groups(policy, "administrate"))
    everywhere = permissions.allows(policy, "administrate", mine, insider=False)
    inside = permissions.allows(policy, "administrate", mine, insider=True)
    with parts.store.read() as session:
        lost: list[DeliveryRecord] = []
        if everywhere or inside:
            lost = queries.given_up(session, viewer=viewer, insider=None if everywhere else user)
        sight = home.Sight(
            incidents=queries.incidents_open(session, viewer, limit=home.LISTED_MOST),
            count=queries.count_open(session, viewer),
            roles=waiting.roles_held(session, user),
            waiting=owing.by(session, user, policy=policy, now=now),
            figures=figures(parts, session, now),
            chart=db_figures.chart(session, shared_before=now - PROCESSED),
            undelivered=lost,
            backlog=_backlog(session, now) if everywhere else None,
        )
    return home.home(sight, policy, now=now)


def figures(parts: Parts, session: Session, now: datetime) -> Report:
    """Those of this month and the last one, perhaps a minute old: they are the same for everybody."""
    month = Month.of(now, parts.policy.calendar.zone)

    def count() -> Report:
        return discreet(monthly.handled(session, policy=parts.policy, month=month, before=1, now=now))

    return parts.figures.at(now, count)


def _backlog(session: Session, now: datetime) -> home.Backlog:
    depth = queries.outbox_depth(session)
    waiting = [(count, since) for state, count, since in depth if state is not EffectState.DEAD and since <= now - LONG]
    return home.Backlog(
        waiting=sum(count for count, _ in waiting),
        since=min((since for _, since in waiting), default=None),
        given_up=sum(count for state, count, _ in depth if state is EffectState.DEAD),
    )
