"""Slack's pace: never more than a tier allows within any minute, never two messages a second in one channel."""

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import LIMITS, Pace


class Seconds:
    """A clock that goes where it is told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_tier_is_used_up_and_comes_back_with_time():
    seconds = Seconds()
    pace = Pace(seconds)
    assert [pace.take("conversations.create") for _ in range(20)] == [0.0] * 20
    assert pace.take("conversations.create") == 60.0
    assert pace.take("pins.add") == 0.0, "each method has its own"
    seconds.now += 60
    assert pace.take("conversations.create") == 0.0


def test_who_can_wait_leaves_half_for_who_cannot():
    seconds = Seconds()
    pace = Pace(seconds)
    assert [pace.take("pins.add", share=0.5) for _ in range(10)] == [0.0] * 10
    seconds.now += 20
    assert pace.take("pins.add", share=0.5) == 40.0
    assert [pace.take("pins.add") for _ in range(10)] == [0.0] * 10
    assert pace.take("pins.add") == 40.0
    seconds.now += 40
    assert pace.take("pins.add", share=0.5) == 20.0, "the ten that could not wait count as well"
    assert pace.take("pins.add") == 0.0
    assert pace.take("views.push", share=0.5) == 0.0, "what has no limit has none here"


def test_one_message_a_second_in_a_channel_and_others_meanwhile():
    seconds = Seconds()
    pace = Pace(seconds)
    assert pace.take("chat.postMessage", "C1") == 0.0
    assert pace.take("chat.postMessage", "C1") == 1.0
    assert pace.take("chat.postMessage", "C2") == 0.0
    assert pace.take("chat.update", "C1") == 0.0
    seconds.now += 1
    assert pace.take("chat.postMessage", "C1") == 0.0


def test_what_slack_asks_for_is_kept():
    seconds = Seconds()
    pace = Pace(seconds)
    pace.rest("chat.update", 30)
    assert pace.take("chat.update") == 30.0
    seconds.now += 30
    assert pace.take("chat.update") == 0.0


@given(st.lists(st.tuples(st.sampled_from(["pins.add", "chat.update", "views.open"]), st.floats(0, 5)), max_size=300))
def test_whatever_comes_no_minute_holds_more_than_its_tier(asked):
    seconds = Seconds()
    pace = Pace(seconds)
    made = []
    for method, step in asked:
        seconds.now += step
        if pace.take(method) == 0:
            made.append((method, seconds.now))
    for method, at in made:
        within = [t for m, t in made if m == method and at - 60 < t <= at]
        assert len(within) <= LIMITS[method]
