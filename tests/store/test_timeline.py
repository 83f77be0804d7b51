"""The timeline is append-only and knows when somebody touched it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from bot import policy
from bot.workflows import incidents
from db import proof, queries, timeline
from db.enums import Phase
from db.models import Entry, Incident

POLICY = policy.load()


@pytest.fixture
def number(store, clock):
    with store.begin() as work:
        incident = incidents.declare(work, policy=POLICY, by="U0ANA", title="Checkout is down")
    for text in ("We restarted the pods", "Ошибка 500 🔥", "Done"):
        clock.moves(timedelta(minutes=1))
        with store.begin() as work:
            incidents.note(work, number=incident.id, by="U0BO", text=text)
    return incident.id


def breaks(store, number):
    with store.read() as session:
        return [str(found) for found in timeline.verify(session, session.get(Incident, number))]


def test_an_untouched_timeline_verifies(store, number):
    assert breaks(store, number) == []


@pytest.mark.parametrize(
    "change",
    [
        {"text": "We did not restart the pods"},
        {"by": "U0KAI"},
        {"data": {"x": 1}},
        {"content_hash": "0" * 64},
    ],
)
def test_a_changed_entry_is_named(store, number, change):
    with store.begin() as work:
        work.session.execute(update(Entry).where(Entry.seq == 3).values(**change))
    assert breaks(store, number)[0].startswith(f"INC-{number} entry 3: ")


def test_a_changed_time_is_named(store, number):
    with store.begin() as work:
        entry = work.session.query(Entry).filter_by(seq=2).one()
        entry.at += timedelta(seconds=1)
    assert breaks(store, number) == [f"INC-{number} entry 2: its content was changed after it was written"]


def test_a_missing_entry_is_named(store, number):
    with store.begin() as work:
        work.session.execute(delete(Entry).where(Entry.seq == 2))
    assert f"INC-{number} entry 2: is missing" in breaks(store, number)


def test_a_cut_off_tail_is_named(store, number):
    with store.begin() as work:
        work.session.execute(delete(Entry).where(Entry.seq == 4))
    assert breaks(store, number) == [f"INC-{number} entry 4: the timeline ends here, but 4 entries were written"]


def test_a_forged_chain_does_not_fit_the_head(store, number):
    """Who rewrites an entry and every hash after it still does not know what the incident's row remembers."""
    with store.begin() as work:
        entries = work.session.query(Entry).order_by(Entry.seq).all()
        entries[-1].text = "Nothing happened"
        entries[-1].content_hash = timeline.content_hash(entries[-1])
        entries[-1].hash = timeline.link(entries[-2].hash, entries[-1].content_hash)
    assert breaks(store, number) == [f"INC-{number} entry 4: is not the entry that was written last"]


def test_who_waited_for_the_lock_is_recorded_after_whom_it_waited_for(store, number, clock):
    """Its transaction began earlier, and so did its clock."""
    clock.moves(timedelta(seconds=5))
    with store.begin() as work:
        incidents.note(work, number=number, by="U0BO", text="first")
    clock.moves(-timedelta(seconds=5))
    with store.begin() as work:
        incidents.note(work, number=number, by="U0ANA", text="second")
    with store.read() as session:
        entries = queries.timeline(session, number)
    assert [entry.text for entry in entries][-2:] == ["first", "second"]
    assert entries[-1].recorded_at == entries[-2].recorded_at


def test_what_is_said_in_brief_and_what_changes_the_incident_go_on_from_each_other(store, number):
    """Whoever only says something knows the incident in brief; in one transaction both add to the same timeline."""
    with store.begin() as work:
        incidents.note(work, number=number, by="U0BO", text="in brief")
        incidents.move(work, policy=POLICY, number=number, by="U0ANA", to=Phase.ASSESSMENT)
        incidents.note(work, number=number, by="U0BO", text="and on")
        incidents.update(work, number=number, by="U0BO", text="so it stands")
    with store.read() as session:
        entries = queries.timeline(session, number)
        assert proof.verify(session) == []
    assert breaks(store, number) == []
    assert [entry.text for entry in entries][-4:] == ["in brief", "", "and on", "so it stands"]


def test_what_fails_half_way_leaves_nothing(store, number):
    with pytest.raises(RuntimeError), store.begin() as work:
        incidents.note(work, number=number, by="U0BO", text="never happened")
        incidents.declare(work, policy=POLICY, by="U0ANA", title="Never declared")
        raise RuntimeError("the power went out")
    assert breaks(store, number) == []
    with store.begin() as work:
        assert incidents.declare(work, policy=POLICY, by="U0ANA", title="The next one").id == number + 1
