"""What happened before you came: the people of the demo run one incident to its end, and leave another half done.

They type, click and fill in forms through the workspace's own HTTP, as its page does; nothing is written past the bot.
"""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.errors import TocsinError
from db import outbox, queries
from db.records import IncidentRecord
from db.store import Store

Given = str | bool  # what somebody puts into a form: a text, the value of an option, a person's id, a tick

ANSWER_SECONDS, SETTLE_SECONDS, LOOK_SECONDS = 15, 30, 0.01


class DemoFailed(TocsinError):
    """The demo cannot go on; the sentence says where to look."""


class LocalSlack:
    """A workspace on this machine, through its control interface."""

    def __init__(self, url: str) -> None:
        """`url` is its address, such as `http://127.0.0.1:8100`."""
        self.url = url

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            return bool(self.get("/sandbox/healthz").get("ok"))
        except OSError:
            return False

    def get(self, path: str) -> dict[str, Any]:
        """What it answers. OSError when it does not."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        """Tell it something. OSError when it does not answer."""
        self._ask("POST", path, body)

    def act(self, person: str, verb: str, **arguments: Any) -> dict[str, Any]:
        """Let somebody do something; what they saw at once. `DemoFailed` when they were refused."""
        answer = self._ask("POST", "/sandbox/act", {"person": person, "verb": verb, "args": arguments})
        result: dict[str, Any] = answer.get("outcome") or answer.get("result") or {}
        refusal = answer.get("error") or ("" if result.get("ok", True) else result.get("said") or result.get("errors"))
        if refusal:
            raise DemoFailed(f"{person} could not go on ({verb}): {refusal}")
        return result

    def direct_messages(self, person: str) -> list[dict[str, Any]]:
        """What the bot told somebody alone, the oldest first."""
        answer = self._ask("POST", "/sandbox/act", {"person": person, "verb": "direct_messages"})
        return list(answer.get("result") or [])

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=ANSWER_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"content-type": "application/json"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        except http.client.HTTPException as error:
            raise ConnectionError(f"no answer from {self.url}: {type(error).__name__}") from error
        finally:
            connection.close()


@dataclass(frozen=True)
class Stage:
    """The workspace and the bot's books: where the people act, and how one knows that all has arrived."""

    slack: LocalSlack
    store: Store

    def settle(self) -> None:
        """Wait until nothing is under way between the bot and the workspace. `DemoFailed` if that takes too long."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while not (self._delivered() and self.slack.get("/sandbox/quiet?timeout=5")["quiet"] and self._delivered()):
            if time.monotonic() > deadline:
                raise DemoFailed("The bot and the local Slack do not come to rest; .demo/tocsin.log says more.")
            time.sleep(LOOK_SECONDS)

    def _delivered(self) -> bool:
        with self.store.read() as session:
            return outbox.next_due(session) is None

    def number_of(self, title: str) -> int:
        """The incident that was declared as this last. Visitors may declare theirs in between."""
        with self.store.read() as session:
            numbers = [incident.id for incident in queries.incidents_all(session) if incident.title == title]
        if not numbers:
            raise DemoFailed(f"Nobody declared {title!r}; .demo/tocsin.log may say why.")
        return max(numbers)

    def incident(self, number: int) -> IncidentRecord:
        """The incident, which must have its room and its card by now."""
        with self.store.read() as session:
            incident = queries.incident(session, number)
            dead = queries.dead_effects(session)
        if dead:
            raise DemoFailed(f"{dead[0].kind} could not be delivered: {dead[0].error}")
        if incident is None or incident.room is None or incident.card_ts is None:
            raise DemoFailed(f"INC-{number} has no room or no card; .demo/tocsin.log says more.")
        return incident


@dataclass(frozen=True)
class Person:
    """Somebody in the room of an incident. After each verb everything has arrived."""

    name: str
    stage: Stage
    number: int

    def joins(self) -> None:
        """Walks in, as everybody may who read the announcement."""
        self._does("joins", channel=self.stage.incident(self.number).room)

    def types(self, text: str) -> dict[str, Any]:
        """A command or a message, in the room."""
        room = self.stage.incident(self.number).room
        return self._does("types", text=text, channel=room)

    def fills(self, typed: str, **answers: Given) -> None:
        """The form that a command opens."""
        self._sends(self.types(typed), answers)

    def clicks(self, label: str, **answers: Given) -> None:
        """A button on the card, and then its form, if it opens one."""
        card = self.stage.incident(self.number).card_ts
        shown = self._does("clicks", button_or_action_id=label, on=card)
        if answers:
            self._sends(shown, answers)

    def answers(self, label: str, **answers: Given) -> None:
        """A question that came in a direct message: its button, and the form that it opens."""
        asked = [
            one for one in self.stage.slack.direct_messages(self.name) if f'"{label}"' in json.dumps(one["blocks"])
        ]
        if not asked:
            raise DemoFailed(f"Nobody asked {self.name} for {label}; .demo/tocsin.log may say why.")
        self._sends(self._does("clicks", button_or_action_id=label, on=asked[-1]["ts"]), answers)

    def pins(self, message: Mapping[str, Any]) -> None:
        """📌 on a message: it goes on the timeline."""
        self._does("reacts", name="pushpin", message=message["ts"])

    def _sends(self, shown: Mapping[str, Any], answers: Mapping[str, Given]) -> None:
        self._does("submits", values=filled(shown.get("modal") or {}, answers))

    def _does(self, verb: str, **arguments: Any) -> dict[str, Any]:
        result = self.stage.slack.act(self.name, verb, **arguments)
        self.stage.settle()
        return result


def declares(stage: Stage, name: str, *, title: str, **answers: Given) -> int:
    """Somebody types `/incident declare` in #incidents and fills in the form; gives the incident's number."""
    shown = stage.slack.act(name, "types", text="/incident declare", channel="#incidents")
    stage.slack.act(name, "submits", values=filled(shown.get("modal") or {}, {"title": title, **answers}))
    stage.settle()
    return stage.number_of(title)


def filled(form: Mapping[str, Any], answers: Mapping[str, Given]) -> dict[str, Any]:
    """A form's state with these answers, as Slack sends it: by block and action. What is not answered stays as it is."""
    blocks = {block["block_id"]: block["element"] for block in form.get("blocks", ()) if block["type"] == "input"}
    unknown = answers.keys() - blocks.keys()
    if unknown:
        raise DemoFailed(f"No form asks for {', '.join(sorted(unknown))}; .demo/tocsin.log may say why.")
    return {name: {blocks[name]["action_id"]: _state(blocks[name], answer)} for name, answer in answers.items()}


def _state(element: Mapping[str, Any], answer: Given) -> dict[str, Any]:
    kind = element["type"]
    match kind:
        case "plain_text_input":
            state: dict[str, Any] = {"value": answer}
        case "checkboxes":
            state = {"selected_options": element["options"] if answer else []}
        case "multi_static_select":
            state = {"selected_options": [one for one in element["options"] if one["value"] in str(answer).split()]}
        case "static_select" | "radio_buttons":
            state = {"selected_option": next(one for one in element["options"] if one["value"] == answer)}
        case "users_select":
            state = {"selected_user": answer}
        case _:
            raise DemoFailed(f"Nobody in the demo can fill in a {kind}.")
    return {"type": kind, **state}


# ── the two incidents ──────────────────────────────────────────────────────────────────────────────────────────────


def play(stage: Stage) -> None:
    """One incident from its declaration to its end, and another until the middle of its containment."""
    finished(stage)
    half_done(stage)


def finished(stage: Stage) -> None:
    """A certificate that had run out: found, contained, checked, reviewed, closed."""
    number = declares(
        stage,
        "Ana",
        title="Card payments are refused",
        severity="sev2",
        summary="Since 09:10 about one card payment in three fails. Invoices and vouchers work.",
    )
    ana, bo, kai, mia = (Person(name, stage, number) for name in ("Ana", "Bo", "Kai", "Mia"))
    for person in (bo, kai):
        person.joins()
    bo.types("/incident take primary")
    kai.types("/incident take comms")
    mia.types("/incident handover commander @Ana I am on a train until noon; call me if customer data is involved.")
    ana.types("/incident phase assessment")
    ana.clicks("Confirm severity")
    found = bo.types("All failing payments go through the second gateway. Its certificate ran out at 09:00.")
    ana.pins(found["message"])
    ana.clicks("Answer questions", customer_data="no", personal_data="no", service_affecting="yes")
    ana.types("/incident phase containment")
    kai.types("/incident update One in three card payments fails. We know the cause and are switching gateways.")
    tells_customers(kai, "One card payment in three fails. We know the cause and are on it.", components="payments")
    bo.types("/incident note Traffic is on the first gateway alone; its load is at 60 %.")
    bo.clicks("Contained…", text="All payments go through the first gateway.")
    ana.types("/incident phase recovery")
    bo.types("/incident note The new certificate is in place; the second gateway takes traffic again.")
    kai.clicks("Verified…", text="200 test payments through each gateway, and an hour without a refusal.")
    kai.types("/incident update Card payments work again. Nobody was charged twice.")
    tells_customers(kai, "Card payments work again. Nobody was charged twice.", stage="resolved")
    ana.types("/incident phase review")
    ana.types("/incident action @Bo by friday Warn 30 days before a certificate runs out")
    ana.types("/incident action @Kai by friday Tell customers from the first minute which ways to pay still work")
    review(ana, bo, kai)
    ana.types("/incident close")


def review(ana: Person, bo: Person, kai: Person) -> None:
    """Each is asked for what they can know best; Ana, who owns it, adds the rest and signs."""
    kai.answers(
        "Impact",
        impact="For 70 minutes one card payment in three failed: 214 orders, of which 180 were paid later.",
        customers_percent="33",
        customers_count="214",
        data_lost="none",
        money="About 2,000 EUR in orders that were not paid later",
    )
    bo.answers("Trigger", trigger="The certificate of the second gateway ran out at 09:00.")
    bo.answers(
        "Contributing factor",
        kind="process",
        text="The certificate of the second gateway is renewed by hand",
        why_1="It came from another issuer than the others",
        why_2="The gateway was set up in a hurry before Christmas",
        why_3="Nobody had the task of bringing it into line afterwards",
        root_cause=True,
    )
    bo.answers("Contributing factor", kind="detection", text="Nothing watches when that certificate runs out")
    bo.answers("Detection", detection="An alarm on refused payments, gateway by gateway: both together looked normal.")
    ana.fills(
        "/incident review",
        prevention="Certificates are listed in one place, with the day on which each runs out.",
        went_well="The cause was found within ten minutes. The switch was rehearsed in spring.",
        went_badly="The first alert came from a customer.",
        luck="It was a quiet morning; the first gateway alone could carry it.",
        timeline_read=True,
    )
    ana.fills(
        "/incident risk",
        answer="new",
        title="A certificate runs out because nobody watches it",
        category="availability",
        likelihood="3",
        impact="4",
        because="The second one this year, as people remember it.",
    )
    ana.types("/incident review done")


def tells_customers(comms: Person, text: str, **answers: Given) -> None:
    """Draft what customers will read, and publish it."""
    comms.fills("/incident customers", text=text, **answers)
    comms.types("/incident customers publish")


def half_done(stage: Stage) -> None:
    """Logins fail, and people are at it: this is where you come in."""
    number = declares(
        stage,
        "Kai",
        title="Nobody in Europe can log in",
        severity="sev1",
        summary="The login page answers with an error since 14:20. Sessions that are open go on working.",
        service_affecting="yes",
    )
    ana, bo, kai = (Person(name, stage, number) for name in ("Ana", "Bo", "Kai"))
    for person in (ana, bo):
        person.joins()
    bo.types("/incident take primary")
    kai.types("/incident take comms")
    kai.types("/incident phase assessment")
    seen = bo.types("The session store in Frankfurt refuses writes: its disk is full.")
    kai.pins(seen["message"])
    kai.clicks("Confirm severity")
    kai.types("/incident update Nobody in Europe can log in. Who is logged in can work. Next update in 30 minutes.")
    tells_customers(
        kai, "Customers in Europe cannot log in. Who is logged in can work. We are at it.", components="login"
    )
    kai.types("/incident phase containment")
    ana.types("I am moving the old sessions away. Twenty minutes, if the copy goes on at this speed.")
    bo.types("/incident note New sessions go to Dublin for now; one login in ten works again.")
    kai.types("/incident update One login in ten works again. We are making room in Frankfurt.")
