"""Whatever the record holds, Slack takes what is drawn from it, and nobody is woken or misled by what somebody wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import card, customers, document, entries, home, lists, modals, public, reviewing, risks, waiting
from bot.workflows import lifecycle
from db.enums import Phase, Stage
from db.records import HeldRecord, Record, SignatureOwed, Waiting
from tests.rules import pictures
from tests.rules.pictures import DECLARED, POLICY, WITH_CUSTOMERS, check_message, check_view

# To draw a whole record takes long; `make night` draws very many.
views = settings(deadline=None, max_examples=settings.default.max_examples // 5)


@views
@given(pictures.records(), st.booleans())
def test_every_card_fits(record, mail):
    check_message(card.card(record, POLICY, mail_configured=mail))
    check_message(lists.menu_in_room(record, POLICY))
    assert len(card.topic(record, POLICY)) <= 250
    assert pictures.is_harmless(card.topic(record, POLICY))


@views
@given(pictures.records(private=False))
def test_every_announcement_fits(record):
    check_message(card.announcement(record, POLICY))


@views
@given(pictures.records())
def test_every_list_about_one_incident_fits(record):
    check_message(lists.timeline(record, POLICY))
    check_message(lists.still_missing(record, lifecycle.gaps(record)))
    check_message(lists.close_refused(record, lifecycle.missing_to_close(record, review_required=True)))


@views
@given(
    st.lists(pictures.incidents(), max_size=30, unique_by=lambda incident: incident.id),
    st.lists(pictures.reviews, max_size=15, unique_by=lambda review: review.incident_id),
    st.lists(pictures.actions, max_size=40, unique_by=lambda action: action.id),
    st.lists(pictures.deliveries, max_size=20),
    st.sampled_from(["comms", "unheard-of"]),
    st.lists(pictures.risks, max_size=15, unique_by=lambda risk: risk.id),
)
def test_every_list_of_incidents_fits(incidents, reviews, actions, undelivered, role, register):
    signed = [SignatureOwed(review=review, roles=("commander",)) for review in reviews[::2]]
    owed = Waiting(
        reviews=tuple(reviews[1::2]), signatures=tuple(signed), actions=tuple(actions), risks=tuple(register)
    )
    listed = waiting.items(owed, POLICY, DECLARED)
    sight = home.Sight(
        incidents=incidents,
        count=len(incidents),
        roles=[HeldRecord(incident_id=i.id, drill=i.drill, room=i.room, role=role) for i in incidents],
        waiting=owed,
        undelivered=undelivered,
        backlog=home.Backlog(waiting=2, since=DECLARED, given_up=1),
    )
    check_message(lists.open_incidents(incidents, POLICY))
    check_message(lists.menu_elsewhere(incidents, listed, POLICY))
    check_view(home.home(sight, POLICY, now=DECLARED))
    check_view(modals.pick(incidents, {"channel": "C1"}))


@views
@given(pictures.records(), pictures.actions, st.lists(pictures.incidents(), max_size=5, unique_by=lambda i: i.id))
def test_every_form_fits(record, action, others):
    forms = [
        modals.assign(record, POLICY),
        modals.handover(record, POLICY, role="comms", user="U0BO"),
        modals.severity(record, POLICY),
        modals.note(record),
        modals.update(record),
        modals.answers(record),
        modals.contained(record, DECLARED),
        modals.verified(record, DECLARED),
        modals.action(record),
        reviewing.everything(record),
        *(reviewing.part(record, part) for part in reviewing.PARTS),
        *(reviewing.factor(record, known) for known in (None, *record.factors)),
        modals.dismiss(record),
        modals.merge(record, others),
        modals.reopen(record),
        modals.give("action", record, action=action),
        modals.snooze("action", record, POLICY, action=action),
        modals.told(record.incident.title, record.incident.summary),
        *(customers.draft(record, WITH_CUSTOMERS, stage=stage) for stage in Stage),
    ]
    for form in forms:
        check_view(form)


@views
@given(pictures.sheets, pictures.records(), st.lists(pictures.risks, max_size=25, unique_by=lambda risk: risk.id))
def test_every_risk_fits_and_whoever_is_hidden_stays_so(sheet, record, register):
    links = {sheet.risk.id: sheet.links}
    others = [risk for risk in register if risk.id != sheet.risk.id]
    check_message(risks.register([sheet.risk, *others], links, POLICY, now=DECLARED, words=sheet.risk.title))
    check_message(risks.asked(record))
    suggested = {risk.id: [1, 2] for risk in register[:3]}
    about = {"suggested": suggested, "links": links, "owner": "U0ANA", "now": DECLARED}
    for form in (
        risks.new(POLICY, title=sheet.risk.title, owner="U0ANA"),
        risks.one(sheet, POLICY, now=DECLARED),
        risks.give(sheet.risk),
        risks.snooze(sheet.risk, POLICY),
        risks.question(record, register, POLICY, **about),
    ):
        check_view(form)
    for entry in sheet.history:
        if entry.data.get("incident", 0) not in (0, *sheet.seen):
            said = risks.told(entry, sheet.seen)
            assert f"<@{entry.by}>" not in said.split(":")[0]
            assert f"INC-{entry.data['incident']}" not in said.split(":")[0]


@views
@given(pictures.customer_updates())
def test_whatever_customers_read_in_slack_fits(update):
    check_message(public.message(update, WITH_CUSTOMERS))


@views
@given(pictures.texts, pictures.texts)
def test_every_declare_form_fits(title, summary):
    check_view(modals.declare(POLICY, title=title, summary=summary))


@views
@given(pictures.texts)
def test_every_sentence_fits(sentence):
    for message in (lists.told(sentence), lists.refused(sentence), lists.warning(sentence)):
        check_message(message)
    assert len(lists.plain(sentence)) <= 500


@views
@given(pictures.records())
def test_every_document_fits(record):
    for page in document.pages(record, POLICY, now=DECLARED):
        check_message(page)


@views
@given(pictures.entries())
def test_every_entry_is_one_line(entry):
    told = entries.told(entry, POLICY)
    assert pictures.is_harmless(told)
    assert "\n" not in told


def test_a_private_incident_is_never_announced():
    with pytest.raises(ValueError, match="INC-7 is private"):
        card.announcement(Record(incident=pictures.incident(private=True)), POLICY)


def test_a_private_incidents_topic_does_not_hold_the_title():
    assert "Checkout" in card.topic(Record(incident=pictures.incident()), POLICY)
    assert "Checkout" not in card.topic(Record(incident=pictures.incident(private=True)), POLICY)


def test_help_fits_and_names_the_policys_words():
    message = lists.help_text(POLICY)
    check_message(message)
    drawn = str(message.arguments())
    assert all(word in drawn for word in [*POLICY.severities, *POLICY.roles])


@pytest.mark.parametrize("phase", Phase)
def test_five_hundred_roles_and_dead_deliveries_fit(phase):
    role = POLICY.roles["comms"]
    crowded = POLICY.model_copy(update={"roles": {f"role{n}": role for n in range(500)}})
    record = Record(incident=pictures.incident(phase=phase), roles={f"role{n}": "U0BO" for n in range(500)})
    check_message(card.card(record, crowded, mail_configured=False))
    check_view(modals.assign(record, crowded))
