"""What people do in Slack, one file a topic. Here is the map from Slack's ids to the functions that answer.

A listener is thin: read what was done, run one workflow in one transaction, answer. The answer leaves *after* the
commit, so what a person was told is true. To add a button, draw it in `bot.views` and name its function in a topic's
`CLICKS`; see the README.
"""

import contextlib
import difflib
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App, BoltResponse, Respond
from slack_sdk.models.views import View

from bot import database
from bot.commands import (
    actions,
    away,
    clocks,
    customers,
    declare,
    deploy,
    lists,
    people,
    phases,
    pin,
    review,
    risks,
    roles,
    rooms,
    severity,
    talk,
)
from bot.commands.asking import ANOTHER_VERSION, Click, Form, Heard, Reply, SentBefore, Typed
from bot.errors import Refused, SlackError, SlackRefused
from bot.metrics import ANSWERS, BUGS, REFUSALS
from bot.parts import Parts
from bot.views import lists as shown
from bot.views import modals
from bot.views.kit import Message
from bot.workflows.rooms import first_time

log = logging.getLogger(__name__)

TOPICS = (
    declare,
    phases,
    roles,
    severity,
    talk,
    customers,
    actions,
    review,
    risks,
    clocks,
    lists,
    pin,
    people,
    rooms,
    away,
    deploy,
)

TYPED: dict[str, Callable[[Parts, Typed], Reply]] = {}
CLICKS: dict[str, Callable[[Parts, Click], Reply]] = {}
FORMS: dict[str, Callable[[Parts, Form], None]] = {}
SHORTCUTS: dict[str, Callable[[Parts, Mapping[str, Any]], Reply]] = {}
EVENTS: dict[str, Callable[[Parts, Mapping[str, Any]], Heard | None]] = {}
for _topic in TOPICS:
    for _name, _table in (
        ("TYPED", TYPED),
        ("CLICKS", CLICKS),
        ("FORMS", FORMS),
        ("SHORTCUTS", SHORTCUTS),
        ("EVENTS", EVENTS),
    ):
        _table.update(getattr(_topic, _name, {}))

SLACK_IS_SLOW = "Slack did not take the form in time. Nothing was changed; please try again."
DATABASE_IS_DOWN = (
    "The database does not answer. Nothing was changed; tell whoever runs tocsin, and try again in a minute."
)


EVERYTHING = re.compile("")


def register(app: App, parts: Parts) -> None:
    """Teach the app everything: one listener a kind of payload; what it is about is looked up in the tables above."""

    @app.command("/incident")
    def command(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        with ANSWERS.labels("command").time():
            return _typed(parts, Typed.of(body), ack)

    @app.action(EVERYTHING)
    def click(ack: Ack, body: dict[str, Any], respond: Respond) -> BoltResponse:
        with ANSWERS.labels("click").time():
            _clicked(parts, Click.of(body), body, respond)
            return ack()

    @app.view_submission(EVERYTHING)
    def form(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        with ANSWERS.labels("form").time():
            answer = FORMS.get(body["view"]["callback_id"])
            if answer is None:
                raise Refused(ANOTHER_VERSION)
            with contextlib.suppress(SentBefore):
                answer(parts, Form.of(body))
            return ack()

    @app.shortcut(EVERYTHING)
    def shortcut(ack: Ack, body: dict[str, Any], respond: Respond) -> BoltResponse:
        with ANSWERS.labels("shortcut").time():
            answer = SHORTCUTS.get(body["callback_id"])
            if answer is None:
                raise Refused(ANOTHER_VERSION)
            _answer(parts, body["trigger_id"], answer(parts, body), body, respond)
            return ack()

    @app.event(EVERYTHING)
    def event(body: dict[str, Any]) -> None:
        with ANSWERS.labels("event").time():
            _heard(parts, body)

    @app.error
    def failed(error: Exception, body: dict[str, Any], ack: Ack, respond: Respond) -> BoltResponse | None:
        return _explain(parts, _sentence(error), body, ack, respond)


def _typed(parts: Parts, asked: Typed, ack: Ack) -> BoltResponse:
    answer = TYPED.get(asked.word)
    if answer is None:
        raise Refused(f"I do not know `{asked.word}`. {_nearest(asked.word)}")
    reply = answer(parts, asked)
    if isinstance(reply, View):
        _open(parts, asked.trigger, reply)
        return ack()
    number, _ = asked.take_key()
    if reply is None and number is not None:  # It happened in another room: say so where it was typed.
        reply = f"Done, on INC-{number}."
    return ack() if reply is None else ack(**_message(reply).arguments())


def _clicked(parts: Parts, done: Click, body: Mapping[str, Any], respond: Respond) -> None:
    answer = CLICKS.get(done.action) or CLICKS.get(done.action.rpartition(".")[0])
    if answer is None:
        raise Refused(ANOTHER_VERSION)
    try:
        _answer(parts, done.trigger, answer(parts, done), body, respond)
    finally:  # Also if it was refused: most likely what they saw is not how it is any more.
        if (body.get("view") or {}).get("type") == "home":
            lists.look_again(parts, done.user)


def _heard(parts: Parts, body: Mapping[str, Any]) -> None:
    answer = EVENTS.get(body["event"]["type"])
    try:
        change = answer and answer(parts, body)
    except SlackRefused as refusal:  # The message or the person is gone: that Slack sends the event again helps nobody.
        log.warning("an event of the kind %s leads nowhere: %s", body["event"]["type"], refusal)
        return
    if change:
        with parts.store.begin() as work:
            if first_time(work, body["event_id"]):
                change(work)


def _answer(parts: Parts, trigger: str | None, reply: Reply, body: Mapping[str, Any], respond: Respond) -> None:
    """Answer a click: with a form, or with what only this person sees.

    On the home page and for global shortcuts there is no place for an ephemeral message: there it is a small dialog.
    """
    if reply is None:
        return
    if isinstance(reply, View):
        _open(parts, trigger, reply)
    elif body.get("response_url"):
        respond(**_message(reply).arguments(), response_type="ephemeral", replace_original=False)
    else:
        _open(parts, trigger, modals.shown(_message(reply)))


def _open(parts: Parts, trigger: str | None, form: View) -> None:
    try:
        parts.quick.call("views.open", trigger_id=trigger, view=form)
    except SlackError as error:
        log.warning("a form could not be opened: %s", error)
        raise Refused(SLACK_IS_SLOW) from error


def _message(reply: str | Message) -> Message:
    return shown.told(reply) if isinstance(reply, str) else reply


def _nearest(word: str) -> str:
    close = difflib.get_close_matches(word, [known for known in TYPED if known], n=1)
    return f"Did you mean `/incident {close[0]}`?" if close else "`/incident help` shows everything."


def _sentence(error: Exception) -> str:
    """What the person is told. What is not our own word is logged with a number that they can name."""
    if isinstance(error, Refused):
        REFUSALS.inc()
        return str(error)
    BUGS.inc()
    number = uuid.uuid4().hex[:8]
    log.error("unexpected error %s", number, exc_info=error)
    if database.is_down(error):
        return f"{DATABASE_IS_DOWN} (error {number})"
    return f"Something went wrong in tocsin and nothing was changed. Tell whoever runs it: error {number}."


def _explain(parts: Parts, sentence: str, body: Mapping[str, Any], ack: Ack, respond: Respond) -> BoltResponse | None:
    """Tell the person in the place where they are. For events there is nobody: Slack sends those again."""
    refusal = shown.refused(sentence).arguments()
    match body.get("type"):
        case "view_submission":
            inputs = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
            if not inputs:
                return ack(response_action="update", view=modals.shown(shown.refused(sentence)))
            return ack(response_action="errors", errors={inputs[0]: shown.plain(sentence)})
        case "block_actions" | "message_action" | "shortcut":
            with contextlib.suppress(Refused):  # Not even the refusal could be shown; `_open` has logged why.
                _answer(parts, body.get("trigger_id"), shown.refused(sentence), body, respond)
            return ack()
        case "event_callback":
            return None
    return ack(**refusal)
