"""Past incidents that resemble one, found by their words on both databases."""

import pytest

from bot import policy
from bot.workflows import answers, incidents
from bot.workflows.edits import Edit, mark
from db import queries, similar
from db.enums import Phase

RULES = policy.load()


@pytest.fixture
def declared(store):
    def declare(title, summary="", factors="", by="U0ANA", **more):
        with store.begin() as work:
            number = incidents.declare(work, policy=RULES, by=by, title=title, summary=summary, **more).id
            if factors:
                incidents.move(work, policy=RULES, number=number, by=by, to=Phase.REVIEW)
                edit = Edit(factors, mark(""))
                answers.fill(work, policy=RULES, number=number, by=by, answers={"factors": edit})
        return number

    return declare


def found(store, number, viewer=None):
    with store.read() as session:
        record = similar.with_similar(session, queries.record(session, number), viewer=viewer)
    return {like.incident.id: like.words for like in record.similar}


def test_what_shares_telling_words_is_found_and_nothing_else(store, declared):
    disks = declared("Disks of the search cluster are full")
    declared("Login is down in Europe")
    factor = declared("Nobody can export", factors="The certificate of the gateway ran out")
    later = declared("Disk of search is full", summary="The gateway certificate looks fine")
    assert found(store, later) == {disks: ("disk", "search", "full"), factor: ("gateway", "certificate")}
    assert found(store, disks) == {}, "only what came before"


def test_a_private_incident_is_found_by_its_own_people_alone(store, declared):
    secret = declared("Laptop with payroll was stolen", private=True)
    public = declared("Laptop payroll import hangs", by="U0BO")
    assert found(store, public) == {}
    assert found(store, public, viewer="U0BO") == {}
    assert found(store, public, viewer="U0ANA") == {secret: ("laptop", "payroll")}


def test_drills_are_compared_with_drills(store, declared):
    declared("Region eu-west is lost", drill=True)
    assert found(store, declared("Region eu-west is lost")) == {}
    assert len(found(store, declared("Region eu-west is lost", drill=True))) == 1


def test_the_index_follows_every_change(store, declared):
    first = declared("Kraken ate the ledger")
    with store.begin() as work:
        work.incident(first).title = "[redacted]"
    assert found(store, declared("Kraken ate the ledger again")) == {}


@pytest.mark.parametrize(
    "title", ['"quoted" AND (NEAR', "* OR NOT ^x:y", "'; DROP TABLE incidents", "ÄÖÜ größe – 数据库"]
)
def test_whatever_people_write_is_no_question_to_the_database(store, declared, title):
    declared(title)
    assert isinstance(found(store, declared(title)), dict)


def test_common_words_tell_nothing():
    assert similar.telling(["The API is not available, and 2 of 3 disks failed"]) == ["api", "available", "disks"]
