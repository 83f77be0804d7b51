"""What has changed in the trackers is asked for, at times: nobody hears of it otherwise, or a webhook was lost."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.errors import TargetError
from bot.parts import Parts
from bot.settings import Settings
from bot.trackers import tracker_of
from bot.trackers.tracker import News
from bot.workflows import trackers
from bot.workflows.rooms import first_time
from db import issues
from db.enums import ActionState, Tracker

log = logging.getLogger(__name__)

# Where webhooks come the question is only for those that did not.
OFTEN, SELDOM = timedelta(minutes=5), timedelta(hours=1)
LIVES_ON = timedelta(days=90)


def poll(parts: Parts) -> int:
    """Ask each place what has changed; how many issues of ours are to be looked at."""
    with parts.store.read() as session:
        places = issues.places(session, parts.clock.now() - LIVES_ON)
    return sum(_ask(parts, tracker, place) for tracker, place in places)


def poll_if_due(parts: Parts) -> int:
    """The same, where it is time; one bot of several does it."""
    now = parts.clock.now()
    with parts.store.read() as session:
        places = issues.places(session, now - LIVES_ON)
    found = 0
    for tracker, place in places:
        turn = int(now.timestamp() // (SELDOM if hears(parts.settings, tracker) else OFTEN).total_seconds())
        with parts.store.begin() as work:
            mine = first_time(work, f"poll:{turn}:{hashlib.sha256(place.encode()).hexdigest()[:16]}")
        found += _ask(parts, tracker, place) if mine else 0
    return found


def hears(settings: Settings, tracker: Tracker) -> bool:
    """Whether the tracker's webhooks can be told from anybody's."""
    return (settings.github_secret if tracker is Tracker.GITHUB else settings.jira_secret) is not None


def _ask(parts: Parts, tracker: Tracker, place: str) -> int:
    with parts.store.read() as session:
        upto, tag = issues.polled(session, place)
        upto = upto or issues.begun(session, place)
        known = issues.living(session, place, parts.clock.now() - LIVES_ON)
    try:
        news = tracker_of(parts.settings, parts.policy, tracker, place).news(list(known), upto, tag)
    except TargetError as error:
        log.warning("what has changed in %s? %s", place, error)
        return 0
    return 0 if news is None else _heard(parts, tracker, place, news, known)


def _heard(parts: Parts, tracker: Tracker, place: str, news: News, known: Mapping[str, ActionState]) -> int:
    different = {remote for remote, state in news.states.items() if known.get(remote) is not state}
    with parts.store.begin() as work:
        trackers.polled(work, place=place, upto=news.upto, tag=news.tag)
        return trackers.noticed(work, tracker=tracker, remotes=different, place=place)
