"""Records of every kind for the tests of the views, and what must hold for whatever is drawn from them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot import policy
from db.enums import (
    ActionKind,
    ActionPriority,
    ActionState,
    Answer,
    ComponentState,
    CustomerUpdateState,
    EffectState,
    EntryKind,
    FactorKind,
    Kind,
    Phase,
    ReviewState,
    RiskAnswer,
    RiskEntryKind,
    RiskState,
    Stage,
    Treatment,
)
from db.records import (
    ActionRecord,
    CustomerUpdateRecord,
    DecisionRecord,
    DeliveryRecord,
    Duties,
    EntryRecord,
    FactorRecord,
    FilingRecord,
    IncidentRecord,
    LinkRecord,
    NoticeRecord,
    ReaderRecord,
    Record,
    ReviewRecord,
    RiskAnswerRecord,
    RiskEntryRecord,
    RiskRecord,
    RiskSheet,
    SignatureRecord,
    SimilarRecord,
)
from sandbox.blockkit import validator

POLICY = policy.load()
DECLARED = datetime(2026, 11, 24, 21, 40, tzinfo=UTC)
NASTY = (
    "",
    " ",
    "<!channel>",
    "<!here|all of you>",
    "<!everyone> <!subteam^S012AB> @channel @here",
    "<https://evil.example|https://good.example>",
    "<mailto:a@evil.example|b@good.example>",
    "<!date^1^{date}^https://evil.example|yesterday>",
    "&lt;!channel&gt;",
    "<@U0BO> and <@U0BO|Bo> and <#C0ROOM|secret-name>",
    "<@U0BO",
    "see https://example.com/a_b?x=1&y=2.",
    "https://example.com/" + "&" * 2900,
    "x" * 3000,
    "& < > " * 500,
    "🔥" * 3000,
    "👩🏽‍🚒" * 400,
    "e\u0301" * 1500,
    "\u0301" * 3000,
    "الخدمة معطلة",
    "\u202egnp.exe \u2066 \u200f",
    "line\n\n- list\n# heading\n    code\n1. one\n> quote\n---\n***",
    "```\nnever closed `code *bold _it_ ~no~",
    "[link](https://evil.example) ![image](https://evil.example/x.png) <b>bold</b> | table |",
    "{{ 7 * 7 }} {% raw %} {title}",
    "a\fb\x0bc\x85d\u2028e",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=80), st.text(alphabet="<>&!@#|^ \nab", max_size=60))
titles = texts.map(lambda text: text[:200])
users = st.sampled_from(["U0ANA", "U0BO", "W0KAI", "tocsin", "B0ALERT", "<!channel>"])
severities = st.sampled_from([*POLICY.severities, "sev9"])
phases = st.sampled_from([phase.value for phase in Phase])
moments = st.integers(min_value=-60, max_value=60 * 24 * 40).map(lambda minutes: DECLARED + timedelta(minutes=minutes))

_MOVES = st.fixed_dictionaries({"from": phases, "to": phases})
_LEVELS = st.fixed_dictionaries({"from": severities, "to": severities})
DATA: dict[EntryKind, st.SearchStrategy[dict[str, Any]]] = {
    EntryKind.DECLARED: st.fixed_dictionaries({"severity": severities, "kind": st.just("security")}),
    EntryKind.CUSTOMERS: st.fixed_dictionaries(
        {
            "state": st.sampled_from(["drafted", "published", "discarded"]),
            "stage": st.sampled_from([stage.value for stage in Stage]),
            "drafted_by": users,
            "targets": st.just(["page", "slack:C0NEWS"]),
        }
    ),
    EntryKind.PHASE: _MOVES,
    EntryKind.REOPENED: _MOVES,
    EntryKind.SEVERITY: _LEVELS,
    EntryKind.ROLE: st.fixed_dictionaries(
        {"role": st.sampled_from(["commander", "gone"]), "user": users, "previous": st.none() | users}
    ),
    EntryKind.ANSWER: st.fixed_dictionaries(
        {"question": st.just("customer_data"), "from": st.just("unknown"), "to": st.sampled_from(["yes", "no"])}
    ),
    EntryKind.VERIFIED: st.fixed_dictionaries({"user": users}),
    EntryKind.PINNED: st.fixed_dictionaries(
        {"link": st.just("https://example.slack.com/archives/C1/p1?a=1&b=2") | texts}
    ),
    EntryKind.EDITED: st.fixed_dictionaries({"was": texts}),
    EntryKind.ACTION: st.fixed_dictionaries(
        {
            "action": st.just(1),
            "state": st.sampled_from(["open", "done", "given", "moved", "rejected"]),
            "owner": users,
        },
        optional={"due_on": st.just("2026-11-27"), "previous": users},
    ),
    EntryKind.REVIEW: st.fixed_dictionaries(
        {"state": st.sampled_from(["begun", "filled", "in_review", "signed", "done", "given", "shared"])},
        optional={
            "owner": users,
            "version": st.just(2),
            "role": st.sampled_from(["commander", "owner"]),
            "due_at": moments.map(datetime.isoformat),
            "fields": st.lists(st.sampled_from(["impact", "went_well", "something_new"]), max_size=3),
        },
    ),
    EntryKind.SNOOZED: st.fixed_dictionaries({"subject": st.just("review"), "until": moments.map(datetime.isoformat)}),
    EntryKind.ROOM: st.one_of(
        st.just({"room": "C1"}),
        st.fixed_dictionaries({"renamed": texts}),
        st.just({"archived": True}),
        st.just({"not_invited": {"U0BO": "user_is_restricted"}}),
    ),
    EntryKind.ESCALATED: st.one_of(
        st.fixed_dictionaries(
            {"rules": st.just(["high"]), "why": st.lists(texts, min_size=1, max_size=3)},
            optional={
                "leaders": st.lists(texts, min_size=1, max_size=3),
                "invited": st.just(["U0BO", "S0ONCALL"]),
                "customers": st.just(True),
                "drill": st.just(True),
            },
        ),
        st.fixed_dictionaries({"missing": st.just("comms"), "due_at": moments.map(datetime.isoformat)}),
    ),
    EntryKind.DEPLOYMENT: st.fixed_dictionaries(
        {"remedy": st.sampled_from(["roll_back", "fix_forward"]), "what": texts}
    ),
    EntryKind.RISK: st.one_of(
        st.fixed_dictionaries(
            {"answer": st.sampled_from(["unchanged", "raised", "new"]), "risk": st.just(3), "title": titles}
        ),
        st.just({"answer": "none"}),
        st.fixed_dictionaries({"state": st.sampled_from(["linked", "unlinked"]), "risk": st.just(3), "title": titles}),
    ),
    EntryKind.TOLD: st.just({"leaders": ["Mia", "Lea"], "news": ["upgraded", "closed"]}),
    EntryKind.DISMISSED: st.just({"from": "detection", "review": False}),
    EntryKind.MERGED: st.one_of(
        st.just({"into": "INC-9", "from": "detection"}),
        st.fixed_dictionaries({"merged": st.just("INC-3"), "title": titles}),
    ),
}


@st.composite
def incidents(draw, **fixed):
    """An incident in any phase, with whatever people may have written."""
    given = {
        "id": draw(st.integers(min_value=1, max_value=10**6)),
        "title": draw(titles),
        "summary": draw(texts),
        "severity": draw(severities),
        "severity_confirmed_at": draw(st.none() | moments),
        "kind": draw(st.sampled_from(Kind)),
        "phase": draw(st.sampled_from(Phase)),
        "phase_since": draw(moments),
        "private": draw(st.booleans()),
        "drill": draw(st.booleans()),
        "declared_by": draw(users),
        "closed_at": draw(st.none() | moments),
        "closed_by": draw(st.none() | users),
        "customer_data": draw(st.sampled_from(Answer)),
        "contained_at": draw(st.none() | moments),
        "containment": draw(texts),
        "verified_at": draw(st.none() | moments),
        "verified_by": draw(st.none() | users),
        "verification": draw(texts),
        "merged_into": draw(st.none() | st.just(9)),
        "room": draw(st.none() | st.just("C0ROOM")),
        "room_name": draw(st.none() | st.just("inc-7-checkout")),
    }
    return IncidentRecord(uid="u", declared_at=DECLARED, **given | fixed)


@st.composite
def entries(draw, seq=1):
    """A line of the timeline; one from long ago may lack all of its data."""
    kind = draw(st.sampled_from(EntryKind))
    data = draw(st.one_of(st.just({}), DATA[kind]) if kind in DATA else st.just({}))
    at = draw(moments)
    return EntryRecord(seq=seq, at=at, recorded_at=at, kind=kind, by=draw(users), text=draw(texts), data=data)


actions = st.builds(
    ActionRecord,
    id=st.integers(min_value=1, max_value=10**6),
    incident_id=st.just(7),
    text=texts.map(lambda text: text[:500]),
    owner=users,
    due_on=moments.map(datetime.date),
    state=st.sampled_from(ActionState),
    kind=st.sampled_from(ActionKind),
    priority=st.sampled_from(ActionPriority),
    rejected_because=texts.map(lambda text: text[:500]),
    proof=texts.map(lambda text: text[:500]),
    created_by=users,
    created_at=moments,
    done_at=st.none() | moments,
)
reviews = st.builds(
    ReviewRecord,
    incident_id=st.integers(min_value=1, max_value=10**6),
    state=st.sampled_from(ReviewState),
    owner=users,
    due_at=moments,
    created_at=moments,
    done_by=st.none() | users,
    done_at=st.none() | moments,
    version=st.integers(min_value=0, max_value=3),
    impact=texts,
    customers_percent=st.none() | st.sampled_from([0.0, 12.5, 100.0]),
    customers_count=st.none() | st.integers(min_value=0, max_value=10**12),
    began_at=st.none() | moments,
    data_lost=texts,
    money=texts,
    trigger=texts,
    detection=texts,
    prevention=texts,
    went_well=texts,
    went_badly=texts,
    luck=texts,
    no_actions_because=texts,
    timeline_read_by=st.none() | users,
)
factors = st.builds(
    FactorRecord,
    id=st.integers(min_value=1, max_value=10**6),
    incident_id=st.just(7),
    kind=st.sampled_from(FactorKind),
    text=texts.map(lambda text: text[:500]),
    root_cause=st.booleans(),
    whys=st.lists(texts.map(lambda text: text[:500]), max_size=5).map(tuple),
)
signatures = st.builds(
    SignatureRecord, version=st.just(1), role=st.sampled_from(["commander", "gone"]), user=users, at=moments
)
deliveries = st.builds(
    DeliveryRecord,
    kind=st.sampled_from(["Invite", "Say", "RefreshCard", "SomethingNew"]),
    state=st.just(EffectState.DEAD),
    attempts=st.integers(min_value=1, max_value=99),
    error=st.none() | texts,
    told_at=moments,
    incident_id=st.none() | st.integers(min_value=1, max_value=9_999),
)


similar = st.builds(
    SimilarRecord,
    incident=incidents(),
    words=st.lists(st.sampled_from(["disk", "queue", "<b>"]), max_size=3).map(tuple),
)


risk_answers = st.builds(
    RiskAnswerRecord,
    incident_id=st.just(7),
    answer=st.sampled_from(RiskAnswer),
    risk_id=st.just(3),
    title=titles,
    because=texts,
    by=users,
    at=moments,
)
levels = st.integers(min_value=1, max_value=5)
risks = st.builds(
    RiskRecord,
    id=st.integers(min_value=1, max_value=999_999_999),
    uid=st.just("u"),
    title=titles,
    description=texts,
    category=st.sampled_from(["availability", "gone"]),
    likelihood=levels,
    impact=levels,
    likelihood_after=st.none() | levels,
    impact_after=st.none() | levels,
    treatment=st.sampled_from(Treatment),
    owner=users,
    review_on=moments.map(datetime.date),
    state=st.sampled_from(RiskState),
    controls=st.lists(st.sampled_from(["A.8.13", "<b>", "=1"]), max_size=3, unique=True).map(tuple),
    created_by=users,
    created_at=moments,
    changed_at=moments,
)
links = st.builds(
    LinkRecord,
    risk_id=st.just(3),
    incident_id=st.integers(min_value=1, max_value=99),
    declared_at=moments,
    seen=st.booleans(),
    counts=st.booleans(),
)
sheets = st.builds(
    RiskSheet,
    risk=risks,
    links=st.lists(links, max_size=9, unique_by=lambda link: link.incident_id).map(tuple),
    prevention=st.lists(st.tuples(st.just(7), texts), max_size=7).map(tuple),
    actions=st.lists(st.tuples(actions, st.booleans()), max_size=9, unique_by=lambda pair: pair[0].id).map(tuple),
    hidden_actions=st.integers(min_value=0, max_value=2),
    history=st.lists(
        st.builds(
            RiskEntryRecord,
            risk_id=st.just(3),
            id=st.just(1),
            at=moments,
            kind=st.sampled_from(RiskEntryKind),
            by=users,
            text=texts,
            data=st.fixed_dictionaries(
                {},
                optional={
                    "incident": st.integers(min_value=1, max_value=99),
                    "changes": st.fixed_dictionaries(
                        {"likelihood": st.just(["2", "3"]), "title": st.tuples(texts, texts)}
                    ),
                    "actions": st.just({"1": True}),
                },
            ),
        ),
        max_size=12,
    ).map(tuple),
)


COMPONENTS = st.dictionaries(st.sampled_from(["checkout", "gone"]), st.sampled_from([s.value for s in ComponentState]))
notices = st.builds(
    NoticeRecord,
    incident_id=st.just(7),
    uid=st.just("n"),
    begun_at=moments,
    stage=st.none() | st.sampled_from(Stage),
    title=texts,
    components=COMPONENTS,
    told_at=st.none() | moments,
    next_due_at=st.none() | moments,
    draft=st.none() | st.just(3),
)


WITH_CUSTOMERS = POLICY.model_copy(
    update={
        "customers": POLICY.customers.model_copy(
            update={
                "components": {"checkout": policy.Component(label="Check & <out>")},
                "targets": POLICY.customers.targets.model_copy(update={"slack": ("C0NEWS",), "email": True}),
                "page": POLICY.customers.page.model_copy(update={"address": "https://status.example.com"}),
            }
        )
    }
)


@st.composite
def customer_updates(draw):
    """A published update with as much in it as a form lets through."""
    at = draw(moments)
    return CustomerUpdateRecord(
        id=3,
        uid="c",
        incident_id=7,
        state=CustomerUpdateState.PUBLISHED,
        stage=draw(st.sampled_from(Stage)),
        title=draw(texts),
        text=draw(texts) * draw(st.sampled_from([1, 30])),
        components=draw(COMPONENTS),
        targets=("page", "slack:C0NEWS"),
        drafted_by="U0ANA",
        drafted_at=at,
        approved_by="U0BO",
        published_at=at,
        next_due_at=draw(st.none() | moments),
    )


readers = st.builds(
    ReaderRecord,
    incident_id=st.just(7),
    key=st.just("U0MIA"),
    name=texts,
    asked_at=moments,
    mailed_at=st.none() | moments,
    messaged_at=st.none() | moments,
)
filings = st.builds(
    FilingRecord,
    id=st.just(1),
    rule=st.just("gdpr-authority"),
    stage=st.none() | st.just("initial"),
    sent_at=moments,
    sent_by=users,
    channel=texts,
    recipient=texts,
    reference=texts,
    due_at=st.none() | moments,
    is_late=st.booleans(),
    recorded_by=users,
    recorded_at=moments,
)
decisions = st.builds(
    DecisionRecord,
    id=st.just(1),
    rule=st.just("gdpr-subjects"),
    reason=texts,
    by=users,
    at=moments,
    withdrawn_at=st.none() | moments,
)


@st.composite
def duties(draw):
    """What was filed, and what was decided against."""
    return Duties(
        filings=tuple(draw(st.lists(filings, max_size=2))), decisions=tuple(draw(st.lists(decisions, max_size=2)))
    )


@st.composite
def records(draw, **fixed):
    """Everything about an incident. An ended one that is still in a phase, or the reverse, may come too."""
    timeline = draw(st.lists(entries(), max_size=6))
    return Record(
        incident=draw(incidents(**fixed)),
        roles=draw(st.dictionaries(st.sampled_from([*POLICY.roles, "gone"]), users, max_size=5)),
        timeline=tuple(timeline),
        actions=tuple(draw(st.lists(actions, max_size=3))),
        review=draw(st.none() | reviews),
        factors=tuple(draw(st.lists(factors, max_size=3, unique_by=lambda factor: factor.id))),
        signatures=tuple(draw(st.lists(signatures, max_size=2))),
        similar=tuple(draw(st.lists(similar, max_size=2))),
        undelivered=tuple(draw(st.lists(deliveries, max_size=8))),
        notice=draw(st.none() | notices),
        readers=tuple(draw(st.lists(readers, max_size=2))),
        duties=draw(duties()),
        risk=draw(st.none() | risk_answers),
    )


def incident(**changes: Any) -> IncidentRecord:
    """A plain incident, for stories."""
    given: dict[str, Any] = {
        "id": 7,
        "uid": "u",
        "title": "Checkout is down",
        "severity": "sev1",
        "phase": Phase.DETECTION,
        "phase_since": DECLARED,
        "declared_by": "U0ANA",
        "declared_at": DECLARED,
        "room": "C0ROOM",
        "room_name": "inc-7-checkout-is-down",
    }
    return IncidentRecord(**given | changes)


def entry(seq: int, minutes: float, kind: EntryKind, *, by: str = "U0ANA", text: str = "", **data: Any) -> EntryRecord:
    """A line of the timeline, some minutes after the declaration. `from_` is `from`."""
    at = DECLARED + timedelta(minutes=minutes)
    data = {name.rstrip("_"): value for name, value in data.items()}
    return EntryRecord(seq=seq, at=at, recorded_at=at, kind=kind, by=by, text=text, data=data)


def review(**changes: Any) -> ReviewRecord:
    """A review that nobody has filled in."""
    given: dict[str, Any] = {
        "incident_id": 7,
        "state": ReviewState.DRAFT,
        "owner": "U0ANA",
        "due_at": DECLARED + timedelta(days=3),
        "created_at": DECLARED,
    }
    return ReviewRecord(**given | changes)


def factor(text: str = "A full disk", **changes: Any) -> FactorRecord:
    """A contributing factor."""
    return FactorRecord(**{"id": 3, "incident_id": 7, "kind": FactorKind.TECHNICAL, "text": text} | changes)


def action(**changes: Any) -> ActionRecord:
    """An open action."""
    given: dict[str, Any] = {
        "id": 12,
        "incident_id": 7,
        "text": "Add an alert",
        "owner": "U0BO",
        "due_on": DECLARED.date(),
        "created_by": "U0ANA",
        "created_at": DECLARED,
    }
    return ActionRecord(**given | changes)


def reader(name: str, **changes: Any) -> ReaderRecord:
    """Somebody of leadership, who was not reached yet."""
    given: dict[str, Any] = {"incident_id": 7, "key": f"mail:{name}", "name": name, "asked_at": DECLARED}
    return ReaderRecord(**given | changes)


def filing(**changes: Any) -> FilingRecord:
    """A notification that was sent an hour after the declaration."""
    at = DECLARED + timedelta(hours=1)
    given: dict[str, Any] = {
        "id": 1,
        "rule": "gdpr-authority",
        "sent_at": at,
        "sent_by": "U0ANA",
        "recipient": "the authority",
        "recorded_by": "U0ANA",
        "recorded_at": at,
    }
    return FilingRecord(**given | changes)


def decision(reason: str, **changes: Any) -> DecisionRecord:
    """Somebody's decision that a notification is not required."""
    at = DECLARED + timedelta(hours=1)
    given: dict[str, Any] = {"id": 1, "rule": "gdpr-subjects", "reason": reason, "by": "U0ANA", "at": at}
    return DecisionRecord(**given | changes)


# ── what must hold ─────────────────────────────────────────────────────────────────────────────────────────────────

_ALIVE = re.compile(
    r"<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>"
    r"|<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
    r"|<https?://[^\s<>|]+(?:\|message)?>"
)
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def is_harmless(text: str) -> bool:
    """No token that notifies or disguises, no bare `& < >`."""
    rest = _ALIVE.sub(lambda found: "&amp;" if "&" in _ENTITY.sub("", found[0]) else "", text)
    return not set(_ENTITY.sub("", rest)) & set("&<>")


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in JSON with the key it stands under."""
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk(inner, key)


def check_texts(drawn: Any) -> None:
    """Every text object is between one character and its limit, and harmless."""
    for _, thing in walk(drawn):
        if isinstance(thing, dict) and thing.get("type") in ("mrkdwn", "plain_text"):
            assert 1 <= len(thing["text"]) <= 3000
            assert thing["text"].strip()
            assert is_harmless(thing["text"]), thing["text"]
            if thing["type"] == "mrkdwn":
                assert thing["verbatim"] is True
            else:
                assert not set(thing["text"]) & set("<>\n")


def check_block(block: dict[str, Any]) -> None:
    """The limits of Slack's Block Kit reference."""
    match block["type"]:
        case "section":
            assert block.get("text") or block.get("fields")
            assert len(block.get("fields", ())) <= 10
            assert all(len(field["text"]) <= 2000 for field in block.get("fields", ()))
        case "header":
            assert len(block["text"]["text"]) <= 150
        case "context":
            assert 1 <= len(block["elements"]) <= 10
        case "actions":
            assert 1 <= len(block["elements"]) <= 25
    for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]:
        if element:
            check_element(element)


def check_element(element: dict[str, Any]) -> None:
    options = element.get("options", ())
    if element["type"] == "button":
        assert len(element["text"]["text"]) <= 75
        assert 1 <= len(element["value"]) <= 2000
    if element["type"] in ("overflow", "static_select", "radio_buttons", "checkboxes"):
        most = {"overflow": 5, "static_select": 100}.get(element["type"], 10)
        assert 1 <= len(options) <= most
        assert len({option["value"] for option in options}) == len(options)
    for option in options:
        assert len(option["text"]["text"]) <= 75
        assert len(option.get("description", {}).get("text", "")) <= 75
        assert 1 <= len(option["value"]) <= 150
    if element["type"] == "plain_text_input":
        assert len(element.get("initial_value", "")) <= element["max_length"] <= 3000


def check_ids(blocks: list[dict[str, Any]]) -> None:
    """No block id and no action id twice."""
    for kind in ("block_id", "action_id"):
        seen = [value for key, value in walk(blocks) if key == kind]
        assert len(set(seen)) == len(seen)
        assert all(1 <= len(found) <= 255 for found in seen)


def check_message(message: Any) -> None:
    """A message that Slack takes, in which nothing notifies or disguises."""
    drawn = message.arguments()
    assert 1 <= len(drawn["text"]) <= 4000
    assert is_harmless(drawn["text"]), drawn["text"]
    assert 1 <= len(drawn["blocks"]) <= 50
    assert sum(len(value) for key, value in walk(drawn["blocks"]) if key == "text" and isinstance(value, str)) <= 12_000
    for block in drawn["blocks"]:
        check_block(block)
    check_texts(drawn["blocks"])
    check_ids(drawn["blocks"])
    validator.check_message(drawn["blocks"])


def check_view(view: Any) -> None:
    """A modal or a Home that Slack takes."""
    drawn = view.to_dict()
    assert 1 <= len(drawn["blocks"]) <= 100
    for block in drawn["blocks"]:
        check_block(block)
    check_texts(drawn)
    check_ids(drawn["blocks"])
    if drawn["type"] == "modal":
        assert len(drawn["callback_id"]) <= 255
        assert len(drawn["private_metadata"]) <= 3000
        assert all(len(drawn[part]["text"]) <= 24 for part in ("title", "submit", "close") if part in drawn)
        assert ("submit" in drawn) == any(block["type"] == "input" for block in drawn["blocks"])
    validator.check_view(drawn)
