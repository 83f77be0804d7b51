"""The outbox: in order within a lane, once while it waits, and never lost when its carrier dies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.clock import MovableClock, SharedClock
from bot.effects import OpenRoom, RefreshCard, RefreshHome, Say
from db import outbox
from db.enums import EffectState
from db.models import Effect
from db.store import Store
from tests.store.test_timeline import POLICY, incidents

LEASE = timedelta(seconds=60)


@pytest.fixture
def number(store):
    """An incident whose effects are out of the way."""
    with store.begin() as work:
        incident = incidents.declare(work, policy=POLICY, by="U0ANA", title="Checkout is down")
    with store.begin() as work:
        work.session.execute(Effect.__table__.delete())
    return incident.id


def say(number, text, place="room"):
    return Say(incident=number, place=place, what="note", values={"by": "U0ANA", "text": text})


def tell(store, *effects):
    with store.begin() as work:
        for effect in effects:
            work.tell(effect)


def claim(store, limit=1):
    with store.begin() as work:
        return outbox.claim(work.connection, now=work.now, lease=LEASE, limit=limit)


def settle(store, claimed):
    with store.begin() as work:
        return outbox.settle(work.connection, claimed, now=work.now)


def states(store):
    with store.read() as session:
        return [effect.state for effect in session.scalars(select(Effect).order_by(Effect.id))]


def test_one_lane_goes_in_order_one_at_a_time(store, number):
    tell(store, say(number, "first"), say(number, "second"), say(number, "elsewhere", place="announcement"))
    claims = claim(store, limit=5)
    assert [c.payload["values"]["text"] for c in claims] == ["first", "elsewhere"]
    assert claim(store) == []
    assert settle(store, claims[0])
    assert [c.payload["values"]["text"] for c in claim(store)] == ["second"]


def test_what_is_urgent_goes_first(store, number):
    tell(store, say(number, "chatter", place="announcement"), OpenRoom(incident=number))
    assert [c.kind for c in claim(store, limit=2)] == ["OpenRoom", "Say"]


def test_a_waiting_refresh_covers_what_comes_after(store, number):
    tell(store, *[RefreshCard(incident=number)] * 5)
    assert len(states(store)) == 1


def test_a_refresh_under_way_does_not_cover_what_comes_after(store, number):
    """It has read the database already, so what changed since needs another one."""
    tell(store, RefreshCard(incident=number))
    under_way = claim(store)[0]
    tell(store, RefreshCard(incident=number), RefreshCard(incident=number))
    assert states(store) == [EffectState.LEASED, EffectState.WAITING]
    assert claim(store) == []
    settle(store, under_way)
    assert len(claim(store)) == 1


def test_a_failed_refresh_hands_its_patience_to_the_newer_one(store, number, clock):
    tell(store, RefreshCard(incident=number))
    failed = claim(store)[0]
    tell(store, RefreshCard(incident=number))
    with store.begin() as work:
        outbox.postpone(work.session, failed, until=work.now + timedelta(seconds=30), error="http_503")
    assert states(store) == [EffectState.DONE, EffectState.WAITING]
    assert claim(store) == []
    clock.moves(timedelta(seconds=30))
    assert claim(store)[0].attempts == 2


def test_a_dead_carriers_work_is_taken_after_its_lease(store, number, clock):
    tell(store, say(number, "hello"))
    died = claim(store)[0]
    assert claim(store) == []
    clock.moves(LEASE)
    again = claim(store)[0]
    assert (again.id, again.attempts) == (died.id, 2)
    assert not settle(store, died), "who overslept the lease has nothing to say any more"
    assert settle(store, again)


def test_a_first_try_is_the_first_of_its_lane(store, number, clock):
    """Only then can nobody have shown it yet: whoever carries what comes later, or again, looks before it posts."""
    tell(store, RefreshCard(incident=number), say(number, "hello"))
    card, hello = claim(store, limit=2)
    assert card.first_try
    assert hello.first_try, "another lane of the same incident"
    clock.moves(LEASE)
    again = claim(store, limit=2)
    assert not any(claimed.first_try for claimed in again)
    for claimed in again:
        settle(store, claimed)
    tell(store, RefreshCard(incident=number))
    assert not claim(store)[0].first_try


def test_the_dead_leave_the_lane_free_and_can_be_revived(store, number):
    tell(store, say(number, "cannot be said"), say(number, "can be said"))
    with store.begin() as work:
        claimed = outbox.claim(work.connection, now=work.now, lease=LEASE)[0]
        outbox.bury(work.session, claimed, now=work.now, error="invalid_blocks")
    assert [c.payload["values"]["text"] for c in claim(store)] == ["can be said"]
    with store.begin() as work:
        assert outbox.revive(work.session, now=work.now, incident=number) == 1
    revived = claim(store)[0]
    assert revived.payload["values"]["text"] == "cannot be said"
    assert not revived.first_try, "it may have been said: its carrier must look"


def test_many_carriers_share_the_work_and_double_nothing(store, number):
    tell(store, *(Say(incident=number, place="person", user=f"U{n}", what="note", values={}) for n in range(40)))

    def carry(_):
        taken = []
        while claims := claim(store):
            taken += [c.id for c in claims]
            settle(store, claims[0])
        return taken

    with ThreadPoolExecutor(4) as pool:
        carried = [effect for taken in pool.map(carry, range(4)) for effect in taken]
    assert sorted(carried) == sorted(set(carried))
    assert states(store) == [EffectState.DONE] * 40


def test_what_is_told_anew_while_it_is_put_off_waits_once(postgresql_url, store, number):
    """Where no incident's lock orders the two: somebody opens Home while Slack says "later" to its last drawing."""
    if store.is_sqlite:
        pytest.skip("several bots take a PostgreSQL")
    tell(store, RefreshHome(user="U0ANA"))
    (claimed,) = claim(store)
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    def put_off():
        with store.begin() as work:
            outbox.postpone(work.session, claimed, until=work.now, error="ratelimited")

    with ThreadPoolExecutor(1) as pool, store.read() as looks:
        with store.begin() as work:
            outbox.tell(work.connection, [(RefreshHome(user="U0ANA"), None)], work.now)
            off = pool.submit(put_off)
            while not looks.scalar(waits):
                looks.rollback()
        off.result()
    assert states(store) == [EffectState.DONE, EffectState.WAITING]
    assert claim(store)[0].attempts == 2, "the newer one knows that somebody has tried"


def test_a_bot_whose_clock_is_wrong_takes_nothing_over_early(postgresql_url, store, number):
    """Leases go by the database's clock. By its own, a bot ten minutes ahead would carry what another has in hand."""
    if store.is_sqlite:
        pytest.skip("several bots take a PostgreSQL")
    clocks = [SharedClock(MovableClock(datetime.now(UTC) + ahead)) for ahead in (timedelta(), timedelta(minutes=10))]
    right, ahead = [Store(postgresql_url, clock.now) for clock in clocks]
    tell(store, say(number, "first"))
    for clock, bot in zip(clocks, (right, ahead), strict=True):
        clock.hears(bot.clock_time)
    assert clocks[1].now() - clocks[0].now() < timedelta(seconds=5)
    assert len(claim(right)) == 1
    assert claim(ahead) == []
    right.close()
    ahead.close()
