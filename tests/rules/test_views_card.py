"""The card: the truth at one glance, and the buttons for what can be done now."""

from dataclasses import replace

import pytest

from bot.views import buttons, card, lists
from bot.workflows import lifecycle
from db.enums import ActionState, Answer, EffectState, Phase, ReviewState, RiskAnswer
from db.records import DeliveryRecord, Record, RiskAnswerRecord
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, incident, walk

EVERY_ROLE = dict.fromkeys(POLICY.roles, "U0ANA")
ANSWERED = dict.fromkeys(("customer_data", "personal_data", "service_affecting"), Answer.NO)
FILLED = pictures.review(impact="Some", timeline_read_by="U0ANA")


def drawn(record, **options):
    return card.card(record, POLICY, **{"mail_configured": True} | options).arguments()["blocks"]


def shown(record, **options):
    texts = [value for key, value in walk(drawn(record, **options)) if key == "text" and isinstance(value, str)]
    return "\n".join(texts)


def rows(record):
    """The buttons' labels, row by row; a menu as the list of its entries."""
    return [
        [element["text"]["text"] if "text" in element else entries(element) for element in block["elements"]]
        for block in drawn(record)
        if block["type"] == "actions"
    ]


def entries(menu):
    return [option["text"]["text"] for option in menu["options"]]


def button(record, label):
    elements = [element for block in drawn(record) if block["type"] == "actions" for element in block["elements"]]
    return next(element for element in elements if element.get("text", {}).get("text") == label)


def complete(**changes):
    """An incident to which nothing is lacking."""
    facts = {"severity_confirmed_at": DECLARED, "contained_at": DECLARED, "verified_at": DECLARED, **ANSWERED}
    return incident(**facts | changes)


def test_the_next_phase_comes_first_and_nothing_is_asked_that_is_known():
    record = Record(incident=complete(phase=Phase.ASSESSMENT), roles=EVERY_ROLE)
    assert rows(record) == [
        ["Containment", "Update", "Note", "Roles", "Severity"],
        ["Timeline", "Add action", "Tell customers", "Close", ["Detection", "Recovery", "Review", "Dismiss", "Merge"]],
    ]
    assert "Still missing" not in shown(record)


def test_a_move_carries_what_the_person_saw():
    record = Record(incident=incident(), roles=EVERY_ROLE)
    assert button(record, "Assessment")["value"] == "7:detection:assessment"
    assert button(record, "Assessment")["action_id"] == "phases.move.assessment"
    assert button(record, "Assessment")["style"] == "primary"


def test_each_gap_has_the_button_that_fills_it():
    record = Record(incident=incident(phase=Phase.RECOVERY))
    assert rows(record)[1] == [
        "Take primary",
        "Confirm severity",
        "Take command",
        "Answer questions",
        "Contained…",
        "Verified…",
    ]


def test_gaps_of_the_current_phase_come_first():
    text = shown(Record(incident=incident(phase=Phase.ASSESSMENT)))
    assert text.index("the severity is not confirmed") < text.index("nobody is Primary On-Call")


def test_command_can_be_taken_before_it_is_missed():
    assert "Take command" in rows(Record(incident=incident()))[1]


@pytest.mark.parametrize(
    ("review", "forward"),
    [
        (pictures.review(), "Fill review"),
        (FILLED, "Mark review done"),
        (replace(FILLED, state=ReviewState.IN_REVIEW), "Sign review"),
        (pictures.review(state=ReviewState.DONE), "Close"),
    ],
    ids=["empty", "filled", "in review", "done"],
)
def test_in_review_the_way_forward_is_what_the_review_needs(review, forward):
    record = Record(
        incident=complete(phase=Phase.REVIEW),
        roles=EVERY_ROLE,
        review=review,
        actions=(pictures.action(),),
        factors=(pictures.factor(),) if review.impact else (),
    )
    assert rows(record)[0][0] == forward
    assert sum(forward in row for row in rows(record)) == 1


def test_what_is_reviewed_is_no_false_alarm():
    record = Record(incident=complete(phase=Phase.REVIEW), roles=EVERY_ROLE, review=pictures.review())
    assert rows(record)[-1][-1] == ["Detection", "Assessment", "Containment", "Recovery"]


def test_progress_shows_where_it_stands():
    text = shown(Record(incident=incident(phase=Phase.CONTAINMENT)))
    assert "✓ Detection › ✓ Assessment › *● Containment* › ○ Recovery › ○ Review" in text


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.CLOSED, "*Closed* by <@U0BO>, <!date^"),
        (Phase.DISMISSED, "*Dismissed* by <@U0BO>, <!date^"),
        (Phase.MERGED, "*Merged* into INC-9 by <@U0BO>, <!date^"),
    ],
)
def test_an_end_says_how_and_can_be_undone(phase, said):
    into = 9 if phase is Phase.MERGED else None
    record = Record(incident=incident(phase=phase, closed_by="U0BO", closed_at=DECLARED, merged_into=into))
    assert said in shown(record)
    asked = ["Which risk?"] if phase is Phase.CLOSED else []
    assert rows(record) == [["Reopen", "Timeline", "Add action", *asked]]
    if asked:
        answered = RiskAnswerRecord(incident_id=7, answer=RiskAnswer.NONE, because="A typo", by="U0BO", at=DECLARED)
        assert rows(replace(record, risk=answered)) == [["Reopen", "Timeline", "Add action"]]
        assert rows(Record(incident=replace(record.incident, drill=True))) == [["Reopen", "Timeline", "Add action"]]


def test_a_review_can_be_shared_unless_it_is_private():
    for private, offered in ((False, True), (True, False)):
        open_one = Record(incident=complete(phase=Phase.REVIEW, private=private), review=FILLED)
        closed = Record(incident=complete(phase=Phase.CLOSED, private=private), review=FILLED)
        assert ["Share review" in {label for row in rows(r) for label in flat(row)} for r in (open_one, closed)] == [
            offered
        ] * 2


def flat(row):
    return [label for label in row if isinstance(label, str)]


def test_the_facts_are_on_it():
    record = Record(incident=incident(summary="500s", private=True, drill=True), roles={"commander": "U0BO"})
    text = shown(record)
    for fact in (
        "DRILL · INC-7 · Checkout is down",
        ":red_circle: SEV1 (not confirmed)",
        "500s",
        "*Kind*\nOperational",
        "*Private*",
        "*Incident Commander*\n<@U0BO>",
        "*Communication Lead*\nnot taken: `/incident take comms`",
        "by <@U0ANA>, <!date^",
        "Customer data involved? *Not known yet*",
    ):
        assert fact in text


def test_a_severity_and_a_role_that_the_policy_no_longer_has_keep_their_keys():
    text = shown(Record(incident=incident(severity="p0"), roles={"scribe": "U0BO"}))
    assert ":white_circle: p0" in text
    assert "*scribe*\n<@U0BO>" in text


@pytest.mark.parametrize(
    ("severity", "mail", "phase", "warned"),
    [
        ("sev1", False, Phase.DETECTION, True),
        ("sev1", True, Phase.DETECTION, False),
        ("sev3", False, Phase.DETECTION, False),
        ("sev1", False, Phase.CLOSED, False),
    ],
)
def test_that_leadership_gets_no_mail_is_said_when_it_matters(severity, mail, phase, warned):
    text = shown(Record(incident=incident(severity=severity, phase=phase)), mail_configured=mail)
    assert ("Leadership e-mail: not configured" in text) is warned


def test_what_could_not_be_delivered_is_said_with_what_to_do():
    dead = [
        DeliveryRecord(kind=kind, state=EffectState.DEAD, attempts=5, error=error, told_at=DECLARED)
        for kind, error in (("Invite", "user_is_restricted"), ("SomethingNew", None))
    ]
    text = shown(Record(incident=incident(), undelivered=tuple(dead)))
    assert "could not be delivered" in text
    assert "`/incident repair` tries again" in text
    assert "people could not be brought into the room after 5 attempts: user_is_restricted" in text
    assert "SomethingNew failed after 5 attempts" in text


def test_what_is_refused_offers_what_would_help():
    record = Record(incident=incident(phase=Phase.RECOVERY), roles=EVERY_ROLE)
    refusal = lists.close_refused(record, lifecycle.missing_to_close(record, review_required=True)).arguments()
    labels = [element["text"]["text"] for element in refusal["blocks"][-1]["elements"]]
    assert labels == ["Confirm severity", "Answer questions", "Contained…", "Verified…", "Review", "Add action"], (
        "there is no form to fill before the review begins, so its phase is offered"
    )


def test_the_menu_in_a_room_has_the_cards_buttons():
    record = Record(incident=incident(phase=Phase.RECOVERY), roles=EVERY_ROLE, actions=())
    menu = [block for block in lists.menu_in_room(record, POLICY).arguments()["blocks"] if block["type"] == "actions"]
    assert menu == [block for block in drawn(record) if block["type"] == "actions"]


def test_several_actions_have_buttons_that_can_be_told_apart():
    actions = [pictures.action(id=number, state=ActionState.OPEN) for number in (3, 4)]
    assert [buttons.action_done(one).action_id for one in actions] == ["actions.done.3", "actions.done.4"]
    assert [buttons.action_done(one).value for one in actions] == ["7:3", "7:4"]


def test_a_long_timeline_keeps_its_end_and_counts_what_is_left_out():
    lines = tuple(pictures.entry(n, n, pictures.EntryKind.NOTE, text=f"entry {n} " + "x" * 250) for n in range(1, 101))
    text = str(lists.timeline(Record(incident=incident(), timeline=lines), POLICY).arguments())
    assert "entry 100 " in text
    assert "entry 1 " not in text
    left_out = 100 - text.count("noted: entry")
    assert f"{left_out} earlier entries are left out here" in text
    assert "`tocsin export INC-7 --format md`" in text


def test_an_error_in_a_form_is_a_plain_sentence():
    assert lists.plain("<@U0BO> is Communication Lead already.") == "This person is Communication Lead already."
    assert lists.plain("It is closed. `/incident reopen <reason>` opens it again.").endswith(
        "<reason>` opens it again."
    )
