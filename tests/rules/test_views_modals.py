"""The forms: what they ask, what they are called, what they begin with."""

import json
from dataclasses import replace

import pytest

from bot.views import modals, reviewing, risks
from bot.workflows.edits import Edit
from db.enums import Answer, Phase
from db.records import Record
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, incident
from tests.rules.test_map import RISK

RECORD = Record(incident=incident(phase=Phase.RECOVERY), review=pictures.review())
FORMS = {
    "declare.submitted": (
        modals.declare(POLICY),
        "Declare an incident",
        {
            "title": "Title",
            "severity": "Severity",
            "kind": "Kind",
            "summary": "What is happening?",
            "customer_data": "Customer data involved?",
            "service_affecting": "Service affecting?",
            "private": "Private",
            "drill": "Drill",
        },
    ),
    "roles.assigned": (
        modals.assign(RECORD, POLICY),
        "Assign a role",
        {"role": "Role", "user": "Person", "note": "Note"},
    ),
    "roles.handed_over": (
        modals.handover(RECORD, POLICY, role="comms"),
        "Hand over",
        {"role": "Role", "user": "Person", "note": "Note for the successor"},
    ),
    "severity.changed": (
        modals.severity(RECORD, POLICY),
        "Severity",
        {"severity": "Severity", "reason": "Reason"},
    ),
    "talk.noted": (modals.note(RECORD), "Add a note", {"text": "Note"}),
    "talk.updated": (modals.update(RECORD), "Post an update", {"text": "Update"}),
    "phases.answered": (
        modals.answers(RECORD),
        "Three answers",
        {
            "customer_data": "Customer data involved?",
            "personal_data": "Personal data involved?",
            "service_affecting": "Service affecting?",
        },
    ),
    "phases.contained": (
        modals.contained(RECORD, DECLARED),
        "Containment",
        {"text": "What stopped the damage?", "at": "When?"},
    ),
    "phases.verified": (
        modals.verified(RECORD, DECLARED),
        "Recovery verified",
        {"text": "How was it checked?", "user": "By whom?", "at": "When?"},
    ),
    "actions.added": (
        modals.action(RECORD),
        "Add an action",
        {"text": "Action", "owner": "Owner", "due_on": "Due", "kind": "Kind", "priority": "Priority"},
    ),
    "review.filled": (
        reviewing.everything(RECORD),
        "Post-incident review",
        {
            "impact": "Impact",
            "factors": "Contributing factors",
            "trigger": "Trigger",
            "detection": "Detection",
            "went_well": "What went well?",
            "went_badly": "What went less well?",
            "luck": "Where were we lucky?",
            "prevention": "Threat prevention",
            "no_actions_because": "No action needed, because",
            "timeline_read": "Timeline read",
        },
    ),
    "phases.dismissed": (modals.dismiss(RECORD), "Dismiss", {"reason": "Reason", "review": "Review"}),
    "phases.merged": (modals.merge(RECORD, [incident(id=9)]), "Merge", {"into": "Into"}),
    "phases.reopened": (modals.reopen(RECORD), "Reopen", {"reason": "Reason"}),
    "review.given": (modals.give("review", RECORD), "Give the review", {"user": "Person"}),
    "actions.given": (
        modals.give("action", RECORD, action=pictures.action()),
        "Give the action",
        {"user": "Person"},
    ),
    "review.snoozed": (modals.snooze("review", RECORD, POLICY), "Snooze", {"reason": "Reason"}),
    "actions.snoozed": (
        modals.snooze("action", RECORD, POLICY, action=pictures.action()),
        "Snooze",
        {"reason": "Reason"},
    ),
    "pin.placed": (modals.pick([incident(id=9)], {"ts": "1.0"}), "Add to timeline", {"incident": "Incident"}),
}


def inputs(form):
    return {block["block_id"]: block for block in form.to_dict()["blocks"] if block["type"] == "input"}


@pytest.mark.parametrize("callback_id", FORMS)
def test_every_form_has_its_name_and_its_fields(callback_id):
    form, title, labels = FORMS[callback_id]
    drawn = form.to_dict()
    assert (drawn["callback_id"], drawn["title"]["text"]) == (callback_id, title)
    assert {name: block["label"]["text"] for name, block in inputs(form).items()} == labels
    assert [block["element"]["action_id"] for block in inputs(form).values()] == list(labels)


@pytest.mark.parametrize("callback_id", sorted(FORMS.keys() - {"declare.submitted", "pin.placed"}))
def test_every_form_knows_its_incident(callback_id):
    about = json.loads(FORMS[callback_id][0].private_metadata)
    assert about["incident"] == 7
    assert about.get("action") == (12 if callback_id.startswith("actions.") and "added" not in callback_id else None)


def test_only_the_title_must_be_typed_to_declare():
    fields = inputs(modals.declare(POLICY))
    unset = [
        name
        for name, block in fields.items()
        if not block["optional"] and not any(key.startswith("initial") for key in block["element"])
    ]
    assert unset == ["title"]
    assert fields["severity"]["element"]["initial_option"]["value"] == "sev3"
    assert fields["customer_data"]["element"]["initial_option"]["value"] == "unknown"
    assert fields["title"]["element"]["max_length"] == 200


def test_a_declare_form_carries_what_it_begins_with():
    source = {"channel": "C1", "ts": "1.0", "by": "U0BO"}
    form = modals.declare(POLICY, title="A < B", summary="why", severity="sev1", origin="click", source=source)
    fields = inputs(form)
    assert fields["title"]["element"]["initial_value"] == "A < B"
    assert fields["severity"]["element"]["initial_option"]["value"] == "sev1"
    assert json.loads(form.private_metadata) == {"origin": "click", "source": source}


def test_a_policy_without_sev3_begins_with_the_least_severe():
    fewer = {key: level for key, level in POLICY.severities.items() if key != "sev3"}
    fields = inputs(modals.declare(POLICY.model_copy(update={"severities": fewer})))
    assert fields["severity"]["element"]["initial_option"]["value"] == "sev4"


def test_the_answers_begin_as_they_are():
    fields = inputs(modals.answers(Record(incident=incident(personal_data=Answer.YES))))
    assert [block["element"]["initial_option"]["value"] for block in fields.values()] == ["unknown", "yes", "unknown"]


def test_a_review_begins_with_what_was_written():
    written = pictures.review(impact="Some <b>", timeline_read_by="U0BO")
    fields = inputs(reviewing.everything(Record(incident=incident(), review=written)))
    assert fields["impact"]["element"]["initial_value"] == "Some <b>"
    assert fields["timeline_read"]["element"]["initial_options"]
    assert all(block["optional"] for block in fields.values())


def test_with_an_action_nobody_is_asked_why_there_is_none():
    record = Record(incident=incident(), review=pictures.review(), actions=(pictures.action(),))
    assert "no_actions_because" not in inputs(reviewing.everything(record))


def test_who_verified_is_proposed_and_kept():
    assert inputs(modals.verified(RECORD, DECLARED, by="U0BO"))["user"]["element"]["initial_user"] == "U0BO"
    known = Record(incident=incident(verified_by="U0ANA"))
    assert inputs(modals.verified(known, DECLARED, by="U0BO"))["user"]["element"]["initial_user"] == "U0ANA"


def test_an_update_says_where_it_goes():
    assert "announcement" in str(modals.update(RECORD).to_dict())
    assert "room only" in str(modals.update(Record(incident=incident(private=True))).to_dict())


def test_without_a_choice_there_is_a_sentence_and_no_form():
    for form in (modals.merge(RECORD, []), modals.pick([], {})):
        assert inputs(form) == {}
        assert form.submit is None


def test_of_many_risks_those_that_similar_incidents_showed_come_first_and_any_other_can_be_named():
    many = [replace(RISK, id=n, likelihood=n % 5 + 1) for n in range(1, 121)]
    about = {"links": {}, "owner": "U0BO", "now": DECLARED}
    fields = inputs(risks.question(RECORD, many, POLICY, suggested={120: [3, 7]}, **about))
    offered = fields["risk"]["element"]["options"]
    assert (len(offered), offered[0]["value"]) == (100, "120")
    assert offered[0]["description"]["text"] == "score 4 · suggested, like INC-3, INC-7"
    assert "number" in fields
    few = inputs(risks.question(RECORD, many[:3], POLICY, suggested={}, **about))
    assert "number" not in few
    none = inputs(risks.question(RECORD, [], POLICY, suggested={}, **about))
    assert "risk" not in none
    assert [one["value"] for one in none["answer"]["element"]["options"]] == ["new", "none"]


@pytest.mark.parametrize("many", [2, 8])
def test_what_a_review_form_cannot_hold_it_does_not_cut(many):
    """Whoever opens it and sends it changes nothing: factors that are too long for a field are not asked for."""
    known = tuple(pictures.factor(f"{number} {'long ' * 90}.", id=number) for number in range(many))
    view = reviewing.everything(replace(RECORD, factors=known)).to_dict()
    shown = json.loads(view["private_metadata"])["shown"]
    asked = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert ("factors" in asked) is (many == 2)
    if "factors" in asked:
        assert not Edit(asked["factors"]["initial_value"], shown["factors"]).changed
    assert ("/incident review factors" in str(view)) is (many == 8)
