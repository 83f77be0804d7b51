"""Who follows whom: an action and its issue, whatever is changed where, and however often they are compared."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.workflows.trackers import Side, changed_last
from db.enums import ActionState

BEGAN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OPEN, DONE, REJECTED = ActionState

events = st.lists(st.tuples(st.sampled_from(["here", "there", "compared"]), st.sampled_from(ActionState)), max_size=12)


class Pair:
    """Both sides, and what they last agreed on."""

    def __init__(self):
        self.states = {"here": OPEN, "there": OPEN}
        self.at = {"here": BEGAN, "there": BEGAN}
        self.agreed = OPEN

    def changes(self, side, state, at):
        if self.states[side] is not state:
            self.states[side], self.at[side] = state, at

    def compares(self):
        holds = changed_last(
            agreed=self.agreed,
            here=self.states["here"],
            there=self.states["there"],
            here_at=self.at["here"],
            there_at=self.at["there"],
        )
        if holds is not Side.NEITHER:
            winner, loser = ("here", "there") if holds is Side.HERE else ("there", "here")
            self.changes(loser, self.states[winner], self.at[winner])
        self.agreed = self.states["there"]
        return holds


@given(events)
def test_they_always_agree_in_the_end_and_then_rest(what_happens):
    pair = Pair()
    for minute, (what, state) in enumerate(what_happens, start=1):
        if what == "compared":
            pair.compares()
        else:
            pair.changes(what, state, BEGAN + timedelta(minutes=minute))
    pair.compares()
    assert pair.states["here"] is pair.states["there"] is pair.agreed
    assert pair.compares() is Side.NEITHER, "nothing goes in a circle"


def test_the_later_change_holds_and_at_the_same_moment_ours():
    later = BEGAN + timedelta(seconds=1)
    both = {"agreed": OPEN, "here": DONE, "there": REJECTED}
    assert changed_last(**both, here_at=BEGAN, there_at=later) is Side.THERE
    assert changed_last(**both, here_at=later, there_at=BEGAN) is Side.HERE
    assert changed_last(**both, here_at=BEGAN, there_at=BEGAN) is Side.HERE
    assert changed_last(agreed=DONE, here=DONE, there=OPEN, here_at=later, there_at=BEGAN) is Side.THERE
    assert changed_last(agreed=OPEN, here=DONE, there=OPEN, here_at=BEGAN, there_at=later) is Side.HERE
