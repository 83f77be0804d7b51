"""An auditor asks which policy was in force when: each one that a bot took over is kept, once."""

import json
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bot import policy
from bot.workflows import policies
from db import proof
from db.models import PolicyVersion


def kept(story):
    with story.bot.parts.store.read() as session:
        rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.number)).all()
        assert list(proof.house(session)) == []
        return [(row.number, row.since, json.loads(row.text)["review"]["sign"]) for row in rows]


def test_each_policy_that_came_into_force_is_kept_once(on_stage, tmp_path):
    story = on_stage()
    first = [(1, story.clock.now(), ["commander"])]
    assert kept(story) == first
    rules = tmp_path / "mine.yml"
    rules.write_text("review: {sign: [comms]}")
    book = story.bot.parts.rulebook
    book._path = rules  # As if the first policy had stood there.
    story.passes(hours=1)
    for _ in range(2):
        assert story.bot.read_policy_again()
    second = (2, story.clock.now(), ["comms"])
    assert kept(story) == [*first, second]
    rules.write_text("review: {sign: [nobody]}")
    assert not story.bot.read_policy_again()
    rules.write_text("review: {sign: [commander]}")
    story.passes(hours=1)

    def another_bot(_):
        with story.bot.parts.store.begin() as work:
            return policies.remember(work, policy.load(rules))

    with ThreadPoolExecutor(4) as bots:
        assert sorted(bots.map(another_bot, range(4))) == [False, False, False, True]
    assert kept(story) == [*first, second, (3, story.clock.now(), ["commander"])]
