"""What is said once: every template with its values, and no word that nobody gave."""

import ast
from pathlib import Path

import jinja2
import pytest
from hypothesis import given

from bot.views import messages
from bot.views.paragraphs import TEMPLATES
from db.enums import EntryKind
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, check_message, incident
from tests.rules.test_views import views

AT = DECLARED.isoformat()
WORKFLOWS = Path(__file__).parents[2] / "bot" / "workflows"

# Each message with its values, and what may be left out.
SAID = {
    "phase_moved": ({"by": "U0ANA", "from": "detection", "to": "recovery"}, set()),
    "role_given": (
        {
            "by": "U0ANA",
            "role": "comms",
            "user": "U0BO",
            "previous": "W0KAI",
            "note": "Half done",
            "warning": "One person is all of it.",
        },
        {"previous", "note", "warning"},
    ),
    "severity_changed": ({"by": "U0ANA", "from": "sev3", "to": "sev1", "reason": "All of EU"}, set()),
    "severity_confirmed": ({"by": "U0ANA", "severity": "sev1"}, set()),
    "answered": ({"by": "U0ANA", "answers": {"customer_data": "no", "service_affecting": "yes"}}, set()),
    "contained": ({"by": "U0ANA", "text": "Rolled back", "at": AT}, set()),
    "verified": ({"by": "U0ANA", "user": "U0BO", "text": "Ten test orders", "at": AT}, set()),
    "note": ({"by": "U0ANA", "text": "We restarted the pods"}, set()),
    "update": ({"by": "U0ANA", "text": "Half of it is back", "number": 3}, set()),
    "action_added": ({"by": "U0ANA", "text": "Add an alert", "owner": "U0BO", "due_on": "2026-11-27"}, set()),
    "action_moved": ({"by": "U0ANA", "text": "Add an alert", "due_on": "2026-11-27"}, set()),
    "action_rejected": ({"by": "U0ANA", "text": "Add an alert", "reason": "It cannot be seen there"}, set()),
    "action_done": ({"by": "U0ANA", "text": "Add an alert"}, set()),
    "action_reopened": ({"by": "U0ANA", "text": "Add an alert", "owner": "U0BO"}, set()),
    "action_given": ({"by": "U0ANA", "text": "Add an alert", "owner": "U0BO"}, set()),
    "review_created": ({"owner": "U0ANA", "due_at": AT}, set()),
    "review_asked": (
        {"key": "INC-7", "room": "C0ROOM", "owner": "U0ANA", "parts": ["impact", "learned"], "due_at": AT},
        {"room"},
    ),
    "review_finished": ({"by": "U0ANA", "signers": ["U0BO"], "owner": "U0ANA"}, set()),
    "review_to_sign": ({"by": "U0ANA", "key": "INC-7", "room": "C0ROOM", "owner": "U0ANA"}, {"room", "by"}),
    "review_signed": ({"by": "U0ANA", "roles": ["commander"], "waits_for": ["U0BO"]}, set()),
    "review_changed": ({"by": "U0ANA", "version": 1, "next": 2}, set()),
    "review_unsigned": ({"by": "U0ANA"}, set()),
    "review_hints": ({"key": "INC-7", "hints": ["“human error”: what made it easy?"]}, set()),
    "review_done": ({"by": "U0ANA", "version": 2, "added": 3, "removed": 1}, {"version", "added", "removed"}),
    "review_given": ({"by": "U0ANA", "owner": "U0BO"}, set()),
    "snoozed": ({"by": "U0ANA", "subject": "the review", "until": AT, "reason": "A conference"}, {"reason"}),
    "closed": ({"by": "U0ANA"}, set()),
    "dismissed": ({"by": "U0ANA", "reason": "A test"}, set()),
    "merged": ({"by": "U0ANA", "key": "INC-9", "room": "C0OTHER"}, {"room"}),
    "merged_here": (
        {"by": "U0ANA", "key": "INC-3", "room": "C0OTHER", "people": ["U0BO", "W0KAI"]},
        {"room", "people"},
    ),
    "reopened": ({"by": "U0ANA", "reason": "It is back"}, set()),
    "not_invited": ({"users": ["U0BO", "W0KAI"], "error": "user_is_restricted"}, set()),
    "leadership": (
        {
            "key": "INC-7",
            "severity": "sev1",
            "why": ["it is of a high severity"],
            "news": [],
            "title": "Checkout is down",
            "kind": "security",
            "phase": "recovery",
            "since": AT,
            "room": "C0ROOM",
        },
        {"title", "room"},
    ),
    "nobody_heard": ({"user": "U0BO"}, set()),
    "escalated": (
        {"why": ["customers notice"], "leaders": ["Mia"], "invited": ["U0BO", "S0ONCALL"], "drill": True},
        {"leaders", "invited", "drill"},
    ),
    "customers_wanted": ({"why": ["customers notice"]}, set()),
    "customers_asked": (
        {"key": "INC-7", "why": ["customers notice"], "title": "Checkout is down", "room": "C0ROOM"},
        {"title", "room"},
    ),
    "role_yours": (
        {"key": "INC-7", "role": "comms", "by": "U0ANA", "note": "Half done", "title": "Down", "room": "C0ROOM"},
        {"by", "note", "title", "room"},
    ),
    "role_passed": (
        {"key": "INC-7", "role": "comms", "by": "U0ANA", "user": "U0BO", "title": "Down"},
        {"by", "title"},
    ),
    "role_unheard": ({"user": "U0BO", "role": "comms"}, set()),
    "deployment_named": ({"by": "U0ANA", "what": "checkout 2.41"}, set()),
    "deployment_decided": (
        {"by": "U0ANA", "what": "checkout 2.41", "remedy": "fix_forward", "reason": "It cannot be undone"},
        {"reason"},
    ),
    "role_missing": ({"role": "comms", "due_at": AT}, set()),
    "role_wanted": (
        {"key": "INC-7", "role": "comms", "due_at": AT, "title": "Down", "room": "C0ROOM"},
        {"title", "room"},
    ),
    "room_archived": ({"key": "INC-7"}, set()),
    "room_lost": ({"key": "INC-7"}, set()),
    "review_due": (
        {
            "key": "INC-7",
            "room": "C0ROOM",
            "owner": "U0ANA",
            "due_at": AT,
            "step": "owner",
            "late": "2 days",
            "title": "Checkout is down",
        },
        {"room", "title"},
    ),
    "action_due": (
        {
            "key": "INC-7",
            "room": "C0ROOM",
            "owner": "U0BO",
            "due_on": "2026-11-24",
            "step": "owner",
            "late": "2 days",
            "text": "Add an alert",
            "action": 12,
        },
        {"room", "text"},
    ),
    "customer_draft": (
        {
            "by": "U0ANA",
            "update": 4,
            "stage": "identified",
            "title": "Checkout is down",
            "text": "A switch is broken",
            "components": {"Checkout": "major_outage"},
            "targets": ["page", "slack:C0NEWS"],
        },
        set(),
    ),
    "customer_draft_discarded": ({"by": "U0ANA"}, set()),
    "customers_told": (
        {
            "by": "U0ANA",
            "drill": False,
            "stage": "identified",
            "title": "Checkout is down",
            "text": "A switch is broken",
            "components": {"Checkout": "major_outage"},
            "targets": ["page", "email"],
            "next_due_at": AT,
        },
        {"next_due_at"},
    ),
    "customers_due": (
        {"key": "INC-7", "room": "C0ROOM", "due_at": AT, "step": "comms", "told": True},
        {"room"},
    ),
}
CLOCK = {"rule": "gdpr-33-1", "title": "Notify the supervisory authority"}
SAID |= {
    "clock_time": (
        {"by": "U0ANA", "framework": "gdpr", "ask": "When was it?", "from": "2026-11-24", "to": AT, "reason": "A mail"},
        {"from"},
    ),
    "clock_answered": ({"by": "U0ANA", "ask": "How likely is a risk?", "value": "high"}, set()),
    "clock_started": (
        {**CLOCK, "cite": "Art. 33(1)", "due_at": AT, "relieved_at": AT, "owner": "U0BO", "note": "Where feasible."},
        {"due_at", "relieved_at", "note"},
    ),
    "clock_moved": ({**CLOCK, "cite": "Art. 33(1)", "due_at": AT, "from": AT}, {"due_at", "from"}),
    "clock_filed": (
        {
            **CLOCK,
            "by": "U0ANA",
            "sent_at": AT,
            "sent_by": "U0BO",
            "recipient": "The authority",
            "channel": "Portal",
            "stage": "initial",
            "reference": "LDA-77",
            "late": True,
            "due_at": AT,
            "reasons": "A holiday",
        },
        {"stage", "due_at"},
    ),
    "clock_not_required": ({**CLOCK, "by": "U0ANA", "reason": "It was encrypted"}, set()),
    "clock_withdrawn": ({**CLOCK, "by": "U0ANA", "reason": "The key was there"}, set()),
    "clock_filing_withdrawn": ({**CLOCK, "by": "U0ANA", "sent_at": AT, "reason": "It was another incident"}, set()),
    "clock_given": ({**CLOCK, "by": "U0ANA", "owner": "U0BO"}, set()),
    "clock_question": (
        {
            "title": "GDPR",
            "ask": "How likely is a risk?",
            "help": "High asks for more.",
            "rules": ["gdpr-33-1"],
            "fact": "risk",
            "owner": "U0BO",
            "key": "INC-7",
        },
        {"help"},
    ),
    "clock_time_missing": (
        {
            "title": "GDPR",
            "ask": "When was it certain?",
            "framework": "gdpr",
            "anchor": "aware_at",
            "day_only": True,
            "owner": "U0BO",
            "key": "INC-7",
        },
        set(),
    ),
    "clock_undeclared": ({"title": "GDPR", "framework": "gdpr", "due_at": AT, "key": "INC-7"}, {"due_at"}),
    "clock_due": (
        {
            **CLOCK,
            "cite": "Art. 33(1)",
            "step": "4h",
            "due_at": AT,
            "owner": "U0BO",
            "room": "C0ROOM",
            "key": "INC-7",
        },
        {"room", "due_at"},
    ),
    "clock_draft": ({**CLOCK, "by": "U0ANA", "cite": "Art. 33(1)"}, set()),
}
RISK = {"key": "R-3", "title": "A disk fills up", "risk": 3}
SAID |= {
    "risk_answered": ({"by": "U0ANA", "answer": "raised", **RISK, "reason": "Twice in a month"}, {"reason"}),
    "risk_owned": ({**RISK, "by": "U0ANA"}, {"by"}),
    "risk_changed": (
        {**RISK, "by": "U0ANA", "changes": {"likelihood": ["2", "3"]}, "reason": "Twice in a month"},
        {"by", "changes", "reason"},
    ),
    "risk_due": (
        {**RISK, "owner": "U0BO", "due_on": "2026-11-24", "score": 12, "step": "owner", "late": "1 day"},
        set(),
    ),
}
OPTIONAL = [(what, name) for what, (_, optional) in SAID.items() for name in sorted(optional)]
# `action`, `update`, `fact`, `anchor` are for the buttons; `key` is named to those outside the room.
NEEDED = [
    (what, name)
    for what, (values, optional) in SAID.items()
    for name in values.keys() - optional - {"owner", "action", "update", "key", "fact", "anchor"}
    if (what, name) not in {("clock_time_missing", "framework"), *((what, "risk") for what in SAID)}
]
# Whom these name is named by the message already, or is who reads it; that there is an owner says that there are buttons.
FOR_BUTTONS = {("review_finished", "owner"), ("review_to_sign", "owner")}


def said(what, values, **changes):
    message = messages.say(what, values, incident=incident(**changes), policy=POLICY)
    check_message(message)
    return "\n".join(block.text.text for block in message.blocks if block.type == "section")


def buttons(what, values):
    blocks = messages.say(what, values, incident=incident(), policy=POLICY).arguments()["blocks"]
    return {e["text"]["text"]: (e["action_id"], e["value"]) for b in blocks for e in b.get("elements", ())}


def test_every_template_is_tried_here():
    assert set(SAID) == {path.stem for path in (TEMPLATES / "messages").glob("*.j2")}


def test_everything_that_workflows_say_has_a_template():
    """The name stands third in `say(work, incident, "phase_moved", …)`, fourth in `whisper`."""
    spoken = set()
    for path in WORKFLOWS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "whisper"):
                spoken |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    assert spoken
    assert spoken <= set(SAID)


def test_every_kind_of_entry_has_a_template():
    kinds = {kind.value for kind in EntryKind}
    assert kinds == {path.stem for path in (TEMPLATES / "timeline").glob("*.j2")}


def test_every_message_shows_its_values():
    for what, (values, _) in SAID.items():
        text = said(what, values)
        for name in ("by", "user", "owner", "previous"):
            if name in values and (what, name) not in FOR_BUTTONS:
                assert f"<@{values[name]}>" in text, what
        for name in ("text", "reason", "note", "title", "subject", "error"):
            assert values.get(name, "") in text, (what, name)
        if "at" in values or "until" in values:
            assert "2026-11-24 21:40 UTC" in text, what
        if "room" in values:
            assert f"<#{values['room']}>" in text, what


def test_what_nobody_gave_is_not_said():
    for what, name in OPTIONAL:
        everything, _ = SAID[what]
        missing = {key: value for key, value in everything.items() if key != name}
        for values in (missing, {**missing, name: None}):
            text = said(what, values)
            assert "None" not in text, (what, name)
            assert text != said(what, everything), (what, name)


def test_a_needed_value_that_is_missing_is_an_error_and_no_empty_spot():
    assert [(what, name) for what, name in NEEDED if not _is_missed(what, name)] == []


def _is_missed(what, name):
    values = {key: value for key, value in SAID[what][0].items() if key != name}
    try:
        for step in ("owner", "leadership"):
            messages.say(what, {**values, "step": step} if name != "step" else values, incident=None, policy=POLICY)
    except jinja2.UndefinedError as error:
        return f"'{name}' is undefined" in str(error)
    return False


def test_an_unknown_message_is_an_error():
    with pytest.raises(jinja2.TemplateNotFound):
        messages.say("sung", {}, incident=None, policy=POLICY)


@views
@given(pictures.texts)
def test_what_people_write_wakes_nobody(text):
    for what, (values, _) in SAID.items():
        nasty = {name: text if name in ("text", "reason", "note", "warning", "subject", "title", "error") else value
                 for name, value in values.items()}  # fmt: skip
        check_message(messages.say(what, nasty, incident=incident(drill=True), policy=POLICY))


def test_a_text_that_escaping_makes_too_long_points_to_the_timeline():
    text = said("note", {"by": "U0ANA", "text": "<" * 3000})
    assert "the timeline has all of it" in text


def test_a_drill_says_so():
    assert said("closed", {"by": "U0ANA"}, drill=True).startswith("*DRILL* <@U0ANA>")


def test_who_takes_a_role_gives_it_to_nobody():
    text = said("role_given", {"by": "U0BO", "role": "comms", "user": "U0BO"})
    assert text == "<@U0BO> took the role *Communication Lead*."


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("owner", "<@U0ANA>, your post-incident review of INC-7 is overdue by 2 days"),
        ("room", "who can help?"),
        ("commander", "you are Incident Commander"),
        ("leadership", "<@U0ANA> owns it; it was due"),
        ("weekly", "<@U0ANA> owns it; it was due"),
    ],
)
def test_each_rung_of_the_chase_has_its_words(step, words):
    assert words in said("review_due", {**SAID["review_due"][0], "step": step})


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("owner", "of INC-7 waits for your signature, and is overdue by 2 days"),
        ("room", "`/incident assign` gives it to somebody else"),
        ("commander", "the signature of <@U0BO>.\nYou are Incident Commander."),
        ("leadership", "of INC-7 is overdue by 2 days. It waits for the signature of <@U0BO>."),
    ],
)
def test_each_rung_has_its_words_for_a_review_that_is_not_signed(step, words):
    values = {**SAID["review_due"][0], "step": step, "signers": ["U0BO"]}
    assert words in said("review_due", values)
    assert list(buttons("review_due", values)) == ["Sign review", "Fill review", "Snooze 1 day"]


def test_what_became_due_this_minute_is_overdue():
    assert "is overdue:" in said("review_due", {**SAID["review_due"][0], "late": "just now"})


def test_reminders_have_buttons():
    assert buttons("review_due", SAID["review_due"][0]) == {
        "Done": ("review.done", "7"),
        "Fill review": ("review.open", "7"),
        "Snooze 1 day": ("review.snooze", "7"),
        "Give to …": ("review.give", "7"),
    }
    assert buttons("action_due", SAID["action_due"][0]) == {
        "Done": ("actions.done", "7:12"),
        "Snooze 1 day": ("actions.snooze", "7:12"),
        "Give to …": ("actions.give", "7:12"),
        "Move …": ("actions.move", "7:12"),
        "Reject …": ("actions.reject", "7:12"),
    }


@pytest.mark.parametrize("what", ["review_due", "action_due"])
def test_an_outsider_hears_that_something_is_overdue_and_nothing_else(what):
    outside = {"key": "INC-7", "step": "weekly", "late": "9 days"}
    assert said(what, outside, private=True, title="Merger").endswith("of INC-7 is overdue by 9 days.")
    assert buttons(what, outside) == {}
