"""Many people at once: one consistent history."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from db import timeline
from db.models import Incident


@pytest.fixture
def crowd(story):
    return [story.slack.add_person(f"P{n}", real_name=f"Person {n}", email=f"p{n}@example.com") for n in range(50)]


def test_fifty_people_click_at_once(story, crowd):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    for person in crowd:
        person.joins(room.id)
    story.settles()
    card = room.card.message
    phases = ["Assessment", "Containment", "Recovery", "Review"]

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda n: crowd[n].clicks(phases[n % 4], on=card), range(50)))
    story.settles()

    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    moves = [(e.data["from"], e.data["to"]) for e in story.record(1).timeline if e.kind == "phase"]
    assert len(moves) == 1, "one was first; the others saw the phase that they clicked from leave"
    assert story.record(1).incident.phase == moves[-1][1]
    assert room.card.shows(moves[-1][1].capitalize())
    with story.bot.parts.store.read() as session:
        assert timeline.verify(session, session.get(Incident, 1)) == []


def test_fifty_typed_moves_form_one_chain(story, crowd):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down")
    for person in crowd:
        person.joins(room.id)
    story.settles()
    phases = ["assessment", "containment", "recovery", "detection"]
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda n: crowd[n].types(f"/incident phase {phases[n % 4]}", channel=room.id), range(50)))
    story.settles()

    moves = [(e.data["from"], e.data["to"]) for e in story.record(1).timeline if e.kind == "phase"]
    assert moves[0][0] == "detection"
    assert all(before[1] == after[0] for before, after in pairwise(moves))
    assert story.record(1).incident.phase == moves[-1][1]
    assert room.card.shows(moves[-1][1].capitalize())


def test_twenty_declare_at_once(story, crowd):
    for person in crowd:
        person.joins("incidents")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: crowd[n].types(f"/incident declare Trouble {n}", channel="#incidents"), range(20)))
    story.settles()
    assert sorted(int(name.split("-")[1]) for name in story.rooms()) == list(range(1, 21))
    assert len(story.incidents.said("INC-")) == 20
    for name in story.rooms():
        assert story.room(name).card
