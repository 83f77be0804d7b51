"""Incidents with something in every table: what is said of the whole record can be tried on them."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import policy
from bot.clock import MovableClock
from bot.errors import Refused
from bot.policy import Policy
from bot.views import document
from bot.workflows import (
    actions,
    answers,
    chase,
    clocks,
    consequences,
    customers,
    deployments,
    incidents,
    leadership,
    outages,
    permissions,
    pins,
    policies,
    privacy,
    risks,
    roles,
    rooms,
    signing,
)
from bot.workflows.edits import Edit, mark
from db import outbox, queries
from db.enums import Answer, FactorKind, Kind, Phase, Remedy, RiskAnswer, Stage
from db.records import PersonRecord
from db.store import Store

ANA, BO, KAI = (PersonRecord(user=f"U0{name.upper()}", name=f"{name} Demo") for name in ("Ana", "Bo", "Kai"))
RULES = """
leadership: [{name: Mia, slack: U0MIA, email: mia@example.com, private: true}]
frameworks: {gdpr: {applies: true, by: Mia, decided_on: 2026-11-01}}
customers: {components: {checkout: {label: Checkout}}}
"""
IMPACT = "800 orders failed."


def rules(folder: Path) -> Policy:
    """A policy under which much happens."""
    file = folder / "rules.yml"
    file.write_text(RULES)
    return policy.load(file)


class Life:
    """Tells the life of one incident, from its declaration to the signed review."""

    def __init__(self, store: Store, clock: MovableClock, policy: Policy) -> None:
        self.store, self.clock, self.policy = store, clock, policy
        self.number = 0
        consequences.attach(store, policy=lambda: policy, mail=True)

    def __call__(self, verb: Callable[..., Any], **more: Any) -> Any:
        """A minute later somebody does it."""
        self.clock.moves(timedelta(minutes=1))
        with self.store.begin() as work:
            return verb(work, **more)

    def tells(self, title: str = "A laptop is gone", *, drill: bool = False, private: bool = False) -> int:
        """Everything that can happen to an incident, each thing once."""
        more = {"kind": Kind.SECURITY, "severity": "sev1", "summary": "It was in a train.", "origin": f"click {title}"}
        self.number = self(
            incidents.declare, policy=self.policy, by=BO.user, title=title, drill=drill, private=private, **more
        ).id
        here = {"number": self.number}
        self(policies.remember, policy=self.policy)
        self(rooms.opened, **here, room=f"C0ROOM{self.number}", name=f"inc-{self.number}")
        self(rooms.joined, room=f"C0ROOM{self.number}", user=KAI.user)
        for role, person in (("commander", ANA), ("primary", BO), ("comms", KAI)):
            self(roles.assign, policy=self.policy, **here, by=ANA.user, role=role, person=person)
        self(incidents.confirm_severity, **here, by=ANA.user, reason="we looked")
        self(incidents.answer, **here, by=ANA.user, answers=dict.fromkeys(_QUESTIONS, Answer.YES))
        self(incidents.note, **here, by=BO.user, text="We call the railway.")
        self(incidents.update, **here, by=KAI.user, text="The laptop is locked.")
        at = self.clock.now()
        link = {"channel": "C0TALK", "ts": f"{self.number}.1", "link": "https://example.com/p1"}
        self(pins.place, **here, by=ANA.user, author=BO.user, text="It was in coach 7.", at=at, **link)
        self(deployments.name, **here, by=BO.user, what="agent 2.41")
        self(deployments.decide, **here, by=ANA.user, remedy=Remedy.FIX_FORWARD, reason="it is safer")
        self._clocks(here)
        self._customers(here)
        self(leadership.mailed, **here, to="mia@example.com")
        self(incidents.contain, **here, by=BO.user, text="Wiped from afar.", at=self.clock.now())
        self(incidents.verify, **here, by=BO.user, user=KAI.user, text="The log says so.", at=self.clock.now())
        self._reviews(here)
        if not drill:
            self._risks(here)
        self(permissions.record, user=KAI.user, what="close", number=self.number, allowed=False)
        self._deliveries()
        self.clock.moves(timedelta(days=30))
        self(chase.chase, policy=self.policy)
        self(outages.failed, policy=self.policy, mail=False)
        self(outages.answered, policy=self.policy, mail=False)
        return self.number

    def _deliveries(self) -> None:
        """One arrives, one is given up."""
        with self.store.begin() as work:
            first, second = outbox.claim(work.connection, now=work.now, lease=timedelta(minutes=1), limit=2)
        with self.store.begin() as work:
            outbox.settle(work.connection, first, now=work.now)
            outbox.bury(work.session, second, now=work.now, error="not_in_channel")

    def _clocks(self, here: dict[str, int]) -> None:
        with_policy = {"policy": self.policy, **here}
        for fact, value in (("data_role", "controller"), ("risk", "risk")):
            self(clocks.answer, **with_policy, fact=fact, value=value, by=KAI.user)
        when = {"framework": "gdpr", "anchor": "aware_at", "at": self.clock.now()}
        self(clocks.record_time, **with_policy, **when, by=ANA.user)
        sent = {"sent_at": self.clock.now(), "sent_by": KAI.user, "channel": "portal", "reference": "A-1"}
        self(clocks.file, **with_policy, rule="gdpr-33-1", stage="initial", by=KAI.user, text="Dear authority", **sent)
        self(clocks.not_required, **with_policy, rule="gdpr-34", by=KAI.user, reason="encrypted")
        self(clocks.withdraw, **with_policy, rule="gdpr-34", by=KAI.user, reason="it was not")
        self(clocks.file, **with_policy, rule="gdpr-33-5", by=KAI.user, **sent)
        self(clocks.take_back, **with_policy, rule="gdpr-33-5", by=KAI.user, reason="of another incident")

    def _customers(self, here: dict[str, int]) -> None:
        wanted = customers.Wording(
            stage=Stage.IDENTIFIED,
            title="Lost device",
            text="No data left us.",
            components={},
            targets=self.policy.customers.audience,
        )
        self(customers.draft, policy=self.policy, **here, by=KAI.user, wanted=wanted)
        self(customers.publish, policy=self.policy, **here, by=KAI.user)

    def _reviews(self, here: dict[str, int]) -> None:
        with_policy = {"policy": self.policy, **here}
        self(incidents.move, **with_policy, by=ANA.user, to=Phase.REVIEW)
        filled = {"impact": IMPACT, "trigger": "A full train", "customers_count": "12", "customers_percent": "1.5"}
        edits = {name: Edit(text, mark("")) for name, text in filled.items()}
        self(answers.fill, **with_policy, by=BO.user, answers=edits, timeline_read=True)
        factor = {"factor_id": None, "kind": FactorKind.PROCESS, "text": Edit("No lock", mark("")), "root_cause": True}
        self(answers.put_factor, **with_policy, by=BO.user, **factor, whys=["nobody asked for one"])
        today = self.policy.calendar.date_of(self.clock.now())
        due = {"due_on": today + timedelta(days=14), "today": today}
        action = self(actions.add, **here, by=ANA.user, text="Buy locks", owner=BO, **due)
        self(actions.add, **here, by=ANA.user, text="Train people", owner=KAI, **due)
        self(actions.finish, **here, action_id=action.id, by=BO.user, proof="https://example.com/locks")

        def draw(record: Any) -> str:
            return document.markdown(record, self.policy, {}, now=self.clock.now())

        for person in (ANA, BO, KAI):
            with contextlib.suppress(Refused):  # Whoever need not sign.
                self(signing.finish, **with_policy, by=person.user, draw=draw)

    def _risks(self, here: dict[str, int]) -> None:
        with_policy = {"policy": self.policy, "by": ANA.user}
        new = {"title": "Laptops get lost", "likelihood": 3, "impact": 4, "controls": ["A.7.9"]}
        self(risks.answer, **with_policy, **here, answer=RiskAnswer.NEW, values=new, because="The first this year")
        with self.store.read() as session:
            record = queries.record(session, here["number"])
        assert record.risk is not None
        treats = {action.id: True for action in record.actions}
        self(risks.change, **with_policy, number=record.risk.risk_id, edits={}, reason="Locks help", actions=treats)

    def redacts(self, text: str) -> None:
        """Take out what an entry says."""
        with self.store.read() as session:
            entry = next(one for one in queries.timeline(session, self.number) if text in one.text)
        self(privacy.redact, number=self.number, seq=entry.seq, by="U0MIA", reason="it is private")


_QUESTIONS = ("customer_data", "personal_data", "service_affecting")
