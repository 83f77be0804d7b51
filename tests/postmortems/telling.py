"""Tells a post-mortem to tocsin as people would have, each thing at its time."""

from datetime import datetime, timedelta
from pathlib import Path

import yaml

from bot import policy
from bot.clock import MovableClock
from bot.workflows import actions, answers, customers, incidents, risks, roles, signing
from bot.workflows.edits import Edit, mark
from db import queries, similar
from db.enums import ActionKind, ActionPriority, Answer, EntryKind, FactorKind, Kind, Phase, RiskAnswer, Stage
from db.records import PersonRecord
from db.store import Store

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in HERE.glob("*.yml"))
RULES = policy.load()
ANA, BO, KAI = (PersonRecord(user=f"U0{name.upper()}", name=f"{name} Demo") for name in ("Ana", "Bo", "Kai"))
PEOPLE = {person.user: person for person in (ANA, BO, KAI)}
TEXTS = {"went_well": "well", "went_badly": "badly"}


def moment(text):
    return datetime.fromisoformat(text)


class Telling:
    """Tells one post-mortem, each thing at its time."""

    def __init__(self, store, clock, facts):
        self.store, self.clock, self.facts = store, clock, facts
        self.number, self.told_until = 0, moment(facts["declared"])

    def at(self, when, verb, *arguments, **options):
        self.clock.moves_to(max(self.clock.now(), when))
        with self.store.begin() as work:
            return verb(work, *arguments, **options)

    def tells(self):
        """Declared, answered, contained, verified."""
        facts, declared = self.facts, moment(self.facts["declared"])
        self.clock.moves_to(declared)
        with self.store.begin() as work:
            incident = incidents.declare(
                work,
                policy=RULES,
                by=BO.user,
                title=facts["title"],
                summary=facts["summary"],
                severity=facts["severity"],
                kind=Kind(facts.get("kind", "operational")),
            )
            self.number = incident.id
        about = {"policy": RULES, "number": self.number}
        for minutes, role, person in ((2, "commander", ANA), (3, "primary", BO), (4, "comms", KAI)):
            when = declared + timedelta(minutes=minutes)
            self.at(when, roles.assign, **about, by=ANA.user, role=role, person=person)
        when = declared + timedelta(minutes=5)
        self.at(when, incidents.move, **about, by=ANA.user, to=Phase.ASSESSMENT)
        self.at(when, incidents.confirm_severity, number=self.number, by=ANA.user)
        security = Answer.YES if facts.get("kind") == "security" else Answer.NO
        given = {"customer_data": security, "personal_data": Answer.NO, "service_affecting": Answer.YES}
        self.at(when, incidents.answer, number=self.number, by=ANA.user, answers=given)
        for what, told in sorted(
            [(at, (EntryKind.NOTE, text)) for at, text in facts.get("notes", ())]
            + [(at, (EntryKind.UPDATE, text)) for at, text in facts.get("updates", ())]
        ):
            self.tells_customers(until=moment(what))
            self.at(moment(what), self.notes, moment(what), *told)
        contained, verified = moment(facts["contained"][0]), moment(facts["verified"][0])
        self.tells_customers(until=contained)
        self.at(contained, incidents.move, **about, by=ANA.user, to=Phase.CONTAINMENT)
        how = {"number": self.number, "by": BO.user}
        self.at(contained, incidents.contain, **how, text=facts["contained"][1], at=contained)
        self.at(contained, incidents.move, **about, by=ANA.user, to=Phase.RECOVERY)
        self.tells_customers(until=verified)
        self.at(verified, incidents.verify, **how, user=KAI.user, text=facts["verified"][1], at=verified)
        self.at(verified, incidents.move, **about, by=ANA.user, to=Phase.REVIEW)
        self.tells_customers(until=verified + timedelta(days=1))
        self.reviews(verified + timedelta(days=1))

    def notes(self, work, at, kind, text):
        by = KAI.user if kind is EntryKind.UPDATE else BO.user
        work.note(work.incident(self.number), kind, text, by=by, at=at)

    def tells_customers(self, until):
        """What was published up to then, and not told yet: drafted by Kai, published by Kai."""
        about = {"policy": RULES, "number": self.number, "by": KAI.user}
        for at, stage, text in self.facts.get("customers_told", ()):
            if self.told_until <= moment(at) < until:
                wanted = customers.Wording(
                    stage=Stage(stage), title=self.facts["title"], text=text, components={}, targets=["page"]
                )
                self.at(moment(at), customers.draft, **about, wanted=wanted)
                self.at(moment(at), customers.publish, **about)
        self.told_until = max(until, self.told_until)

    def reviews(self, when):
        facts, about = self.facts, {"policy": RULES, "number": self.number, "by": ANA.user}
        written = {
            "impact": facts["impact"],
            "began_at": facts["began"].replace("Z", "+00:00"),
            "customers_percent": str(facts.get("percent", "")),
            "customers_count": str(facts.get("customers", "")),
            "factors": "\n".join(facts["factors"]),
            **{name: facts.get(TEXTS.get(name, name), "") for name in ("data_lost", "trigger", "detection", "luck")},
            **{name: facts.get(TEXTS.get(name, name), "") for name in ("went_well", "went_badly", "prevention")},
        }
        edits = {name: Edit(text, mark("")) for name, text in written.items()}
        self.at(when, answers.fill, **about, answers=edits, timeline_read=True)
        with self.store.read() as session:
            root = queries.factors(session, self.number)[facts["root"] - 1]
        self.at(
            when,
            answers.put_factor,
            **about,
            factor_id=root.id,
            kind=FactorKind(root.kind),
            text=Edit(root.text, mark(root.text)),
            root_cause=True,
            whys=facts.get("whys", ()),
        )
        for text, kind, priority in facts["actions"]:
            today = RULES.calendar.date_of(when)
            self.at(
                when,
                actions.add,
                number=self.number,
                by=ANA.user,
                text=text,
                owner=BO,
                due_on=today + timedelta(days=30),
                today=today,
                kind=ActionKind(kind),
                priority=ActionPriority(priority),
            )
        title, category, *measures = facts["risk"]
        likelihood, impact = map(int, measures)
        values = {"title": title, "category": category, "likelihood": likelihood, "impact": impact}
        self.at(when, risks.answer, **about, answer=RiskAnswer.NEW, values=values)
        self.at(when, signing.finish, **about, draw=str)


def tell(name, url):
    """Tells a case to the empty database at `url`; gives its facts, its record, and when that was."""
    facts = yaml.load((HERE / f"{name}.yml").read_text(), yaml.BaseLoader)
    facts["root"] = int(facts["root"])
    clock = MovableClock(moment(facts["declared"]))
    store = Store(url, clock.now)
    telling = Telling(store, clock, facts)
    telling.tells()
    with store.read() as session:
        record = similar.with_similar(session, queries.record(session, telling.number))
    store.close()
    return facts, record, clock.now()
