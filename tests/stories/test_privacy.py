"""What is taken out again, and what stays: the chain."""

from datetime import timedelta

import pytest

from bot import schedule
from bot.errors import Refused
from bot.workflows import privacy
from db import backup, queries, timeline
from db.enums import EffectState
from db.models import Audit, Effect, Incident
from tests.story import text


@pytest.fixture
def room(story):
    return story.begins(with_what_is_private)


def with_what_is_private(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down")
    bo.person.joins(room.id)
    bo.types("/incident note My private number is 0123", room)
    ana.types("/incident note <@U0BO> was on holiday", room)
    ana.types("/incident note The disk is full", room)
    return room


def work(story):
    return story.bot.parts.store.begin()


def verified(story):
    with story.bot.parts.store.read() as session:
        return timeline.verify(session, session.get(Incident, 1)) == []


def kept(story):
    """Everything the database holds, as text."""
    with story.bot.parts.store.read() as session:
        effects = [effect.payload for effect in session.query(Effect)]
        return repr((queries.record(session, 1), effects))


def test_one_text_is_taken_out_and_the_chain_holds(story, room):
    seq = next(e.seq for e in story.record(1).timeline if "0123" in e.text)
    with work(story) as hand:
        privacy.redact(hand, number=1, seq=seq, by="U0MIA", reason="a private number")
    story.settles()
    assert "0123" not in kept(story)
    assert verified(story)
    (ana,) = story.people("Ana")
    shown = text(ana.types("/incident timeline", room).message)
    assert "redacted" in shown
    assert "a private number" in shown
    with pytest.raises(Refused, match="redacted already"), work(story) as hand:
        privacy.redact(hand, number=1, seq=seq, by="U0MIA", reason="again")


def test_an_entry_that_was_emptied_by_hand_is_named(story, room):
    """Who only sets the flag hides nothing: no entry owns up to it."""
    with work(story) as hand:
        entry = hand.session.query(timeline.Entry).filter(timeline.Entry.text.contains("0123")).one()
        entry.text, entry.data, entry.redacted_at = "", {}, hand.now
    assert not verified(story)


def test_a_person_is_forgotten(story, room):
    with work(story) as hand:
        assert privacy.forget(hand, user="U0BO", by="U0MIA", reason="asked for it") == 2
    assert "0123" not in kept(story)
    assert "holiday" not in kept(story)
    assert "The disk is full" in kept(story)
    assert verified(story)


def test_legal_hold_keeps_everything(story, room):
    with work(story) as hand:
        privacy.hold(hand, number=1, on=True, by="U0MIA", reason="a claim")
    with work(story) as hand:
        assert privacy.forget(hand, user="U0BO", by="U0MIA", reason="asked for it") == 0
    with pytest.raises(Refused, match="under legal hold"), work(story) as hand:
        privacy.redact(hand, number=1, seq=3, by="U0MIA", reason="x")
    assert "0123" in kept(story)


def test_what_was_kept_long_enough_goes_by_itself(on_stage):
    story = on_stage(rules="retention: {effects: 30d, audits: 60d, texts: 90d}")
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Zebra is down")
    ana.types("/incident note the zebra kicked", room)
    bo.types("/incident close INC-1")
    ana.types("/incident dismiss a zebra test", room)

    def counts():
        schedule.sweep(story.bot.parts)
        with story.bot.parts.store.read() as session:
            done = session.query(Effect).filter(Effect.state == EffectState.DONE).count()
            return done > 0, session.query(Audit).count(), "zebra" in kept(story).lower()

    assert counts() == (True, 1, True)
    story.clock.moves(timedelta(days=31))
    assert counts() == (False, 1, True)
    story.clock.moves(timedelta(days=30))
    assert counts() == (False, 0, True)
    story.clock.moves(timedelta(days=30))
    assert counts() == (False, 0, False)
    assert verified(story)


def test_backups_are_written_and_the_oldest_let_go(on_stage, tmp_path):
    story = on_stage(rules=f"backup: {{folder: {tmp_path / 'kept'}, keep: 2}}")
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down")
    for _ in range(3):
        story.clock.moves(timedelta(days=1))
        assert schedule.keep_backup(story.bot.parts)
    names = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert names == ["tocsin-20261126T120000Z.zip", "tocsin-20261127T120000Z.zip"]
    with backup._opened(tmp_path / "kept" / names[-1]) as archive:
        assert backup._manifest(archive)["tables"]["incidents"]["rows"] == 1


def test_a_folder_that_cannot_be_written_is_said_and_survived(on_stage, tmp_path):
    (tmp_path / "file").write_text("")
    story = on_stage(rules=f"backup: {{folder: {tmp_path / 'file'}}}")
    assert schedule.keep_backup(story.bot.parts) is None
