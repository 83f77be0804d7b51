"""What is drawn and what is answered are the same: no button without a function, no form that nobody reads."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from slack_sdk.models.views import View

from bot import commands, policy
from bot.views import card, clock_forms, clocks, customers, home, lists, messages, modals, reviewing, risks, waiting
from bot.workflows import lifecycle
from db.enums import Answer, EffectState, Phase, Stage
from db.records import (
    AnchorRecord,
    ClockRecord,
    DeliveryRecord,
    Duties,
    HeldRecord,
    IncidentRecord,
    RiskRecord,
    RiskSheet,
    SignatureOwed,
    Waiting,
)
from tests.rules.deadlines import decided, declared, sent
from tests.rules.test_lifecycle import COMPLETE, NOW, record
from tests.rules.test_views_messages import SAID

POLICY = policy.load()
ACTION = COMPLETE.actions[0]
OTHER = IncidentRecord(
    id=8,
    uid="v",
    title="Payments fail",
    severity="sev3",
    phase=Phase.DETECTION,
    phase_since=NOW,
    declared_by="U0BO",
    declared_at=NOW,
)
GDPR = POLICY.frameworks["gdpr"]
BREACH = replace(
    COMPLETE,
    incident=replace(COMPLETE.incident, phase=Phase.ASSESSMENT, personal_data=Answer.YES),
    duties=Duties(
        anchors=(AnchorRecord(framework="gdpr", anchor="aware_at", at=NOW, by="U1", recorded_at=NOW),),
        filings=(sent("gdpr-33-5", NOW),),
        decisions=(decided("gdpr-33-2"),),
    ),
)
CLOCK = ClockRecord(
    rule="gdpr-33-1",
    framework="gdpr",
    started_at=NOW,
    due_at=NOW,
    version="1",
    calendar="UTC",
    computed_at=NOW,
    round=1,
)
RISK = RiskRecord(
    id=3,
    uid="r",
    title="A disk fills up",
    category="availability",
    likelihood=2,
    impact=4,
    owner="U0BO",
    review_on=NOW.date(),
    created_by="U0BO",
    created_at=NOW,
    changed_at=NOW,
)
LOST = DeliveryRecord(
    kind="Say", state=EffectState.DEAD, attempts=3, error="restricted_action", told_at=NOW, incident_id=8
)


OWED = Waiting(
    reviews=(COMPLETE.review,),
    signatures=(SignatureOwed(review=replace(COMPLETE.review, incident_id=8), roles=("commander",)),),
    actions=(ACTION,),
    clocks=((7, CLOCK), (7, CLOCK)),
    risks=(RISK, replace(RISK, id=4)),
)
HELD = HeldRecord(incident_id=8, drill=False, room="C8", role="commander")
SIGHT = home.Sight(incidents=[OTHER], roles=[HELD], waiting=OWED, undelivered=[LOST])


def drawn() -> dict[str, Any]:
    """Everything that has buttons."""
    records = {phase.value: record(phase) for phase in Phase}
    return {
        **{f"card in {phase}": card.card(r, POLICY, mail_configured=False).arguments() for phase, r in records.items()},
        **{f"menu in {phase}": lists.menu_in_room(r, POLICY).arguments() for phase, r in records.items()},
        "announcement": card.announcement(COMPLETE, POLICY).arguments(),
        "menu": lists.menu_elsewhere([OTHER], waiting.items(OWED, POLICY, NOW), POLICY).arguments(),
        "list": lists.open_incidents([OTHER], POLICY).arguments(),
        "help": lists.help_text(POLICY).arguments(),
        "timeline": lists.timeline(COMPLETE, POLICY).arguments(),
        "close refused": lists.close_refused(
            record(Phase.REVIEW), lifecycle.missing_to_close(record(Phase.REVIEW), review_required=True)
        ).arguments(),
        "actions": lists.actions_of(COMPLETE).arguments(),
        "home": home.home(SIGHT, POLICY, now=NOW).to_dict(),
        "review reminder": messages.say(
            "review_due",
            {"key": "INC-7", "room": "C1", "owner": "U1", "due_at": NOW.isoformat(), "step": "owner", "late": "1 day"},
            incident=COMPLETE.incident,
            policy=POLICY,
        ).arguments(),
        "action reminder": messages.say(
            "action_due",
            {
                "key": "INC-7",
                "room": "C1",
                "owner": "U1",
                "due_on": "2026-11-24",
                "step": "owner",
                "late": "1 day",
                "text": "Add an alert",
                "action": 12,
            },
            incident=COMPLETE.incident,
            policy=POLICY,
        ).arguments(),
        "clocks": clocks.listing(BREACH, declared(), NOW).arguments(),
        "clocks on the card": card.card(BREACH, declared(), mail_configured=False, now=NOW).arguments(),
        **{
            what: messages.say(what, SAID[what][0], incident=COMPLETE.incident, policy=POLICY).arguments()
            for what in ("clock_due", "clock_question", "clock_time_missing")
        },
        "risk register": risks.register([RISK], {}, POLICY, now=NOW).arguments(),
        "which risk": risks.asked(COMPLETE).arguments(),
        **{
            what: messages.say(what, SAID[what][0], incident=None, policy=POLICY).arguments()
            for what in ("risk_due", "risk_owned", "risk_changed")
        },
        "draft for customers": messages.say(
            "customer_draft", SAID["customer_draft"][0], incident=COMPLETE.incident, policy=POLICY
        ).arguments(),
        "reminder of customers": messages.say(
            "customers_due", SAID["customers_due"][0], incident=COMPLETE.incident, policy=POLICY
        ).arguments(),
    }


def forms() -> list[View]:
    """Every form."""
    return [
        modals.declare(POLICY),
        modals.assign(COMPLETE, POLICY),
        modals.handover(COMPLETE, POLICY, role="commander"),
        modals.severity(COMPLETE, POLICY),
        modals.note(COMPLETE),
        modals.update(COMPLETE),
        modals.answers(COMPLETE),
        modals.contained(COMPLETE, NOW),
        modals.verified(COMPLETE, NOW, by="U1"),
        modals.action(COMPLETE, owner="U1", due_on=NOW.date()),
        reviewing.everything(COMPLETE),
        *(reviewing.part(COMPLETE, part) for part in reviewing.PARTS),
        reviewing.factor(COMPLETE, COMPLETE.factors[0]),
        modals.dismiss(COMPLETE),
        modals.fix_forward(COMPLETE),
        modals.merge(COMPLETE, [OTHER]),
        modals.reopen(COMPLETE),
        modals.fix_forward(COMPLETE),
        modals.give("review", COMPLETE),
        modals.give("action", COMPLETE, action=ACTION),
        modals.action_moved(COMPLETE, ACTION),
        modals.action_rejected(COMPLETE, ACTION),
        modals.action_proved(COMPLETE, ACTION),
        modals.snooze("review", COMPLETE, POLICY),
        modals.snooze("action", COMPLETE, POLICY, action=ACTION),
        clock_forms.time(BREACH, GDPR, "aware_at", NOW),
        *(clock_forms.question(BREACH, GDPR, question) for question in GDPR.facts.values()),
        clock_forms.question(BREACH, POLICY.frameworks["ftc"], POLICY.frameworks["ftc"].facts["consumers"]),
        clock_forms.filed(BREACH, GDPR.rules["gdpr-33-1"], NOW, by="U1", overdue=True),
        clock_forms.not_required(BREACH, GDPR.rules["gdpr-33-1"]),
        clock_forms.withdraw(BREACH, GDPR.rules["gdpr-33-1"]),
        clock_forms.take_back(BREACH, GDPR.rules["gdpr-33-1"], 1),
        clock_forms.give(BREACH, GDPR.rules["gdpr-33-1"]),
        customers.draft(COMPLETE, POLICY, stage=Stage.MONITORING),
        risks.new(POLICY, owner="U0BO"),
        risks.one(RiskSheet(risk=RISK), POLICY, now=NOW),
        risks.give(RISK),
        risks.snooze(RISK, POLICY),
        risks.question(COMPLETE, [RISK], POLICY, suggested={}, links={}, owner="U0BO", now=NOW),
        modals.pick([OTHER], {"channel": "C1", "message": {"ts": "1.0", "text": "x"}}),
    ]


def elements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "action_id" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from elements(part)


def ids(value: Any) -> set[str]:
    """The action ids behind the buttons and menu entries."""
    found = set()
    for element in elements(value):
        options = [option["value"] for option in element.get("options", ())]
        found |= {option.partition(" ")[0] for option in options if " " in option} or {element["action_id"]}
    return found


def test_every_button_has_its_function():
    unanswered = {
        (where, action)
        for where, thing in drawn().items()
        for action in ids(thing)
        if action not in commands.CLICKS and action.rpartition(".")[0] not in commands.CLICKS
    }
    assert unanswered == set()


def test_every_form_is_read_and_every_form_that_is_read_is_tried_here():
    assert {form.callback_id for form in forms()} == set(commands.FORMS)


def test_every_event_of_the_manifest_is_heard_and_no_other():
    manifest = yaml.safe_load((Path(__file__).parents[2] / "app.manifest.yml").read_text())
    subscribed = {event.partition(".")[0] for event in manifest["settings"]["event_subscriptions"]["bot_events"]}
    assert set(commands.EVENTS) == subscribed
    assert {s["callback_id"] for s in manifest["features"]["shortcuts"]} == set(commands.SHORTCUTS)
