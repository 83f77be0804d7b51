"""How tests are dealt to workers: nothing is lost, and what is long stands where a worker begins."""

from pathlib import Path
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tests.order import dealt

KINDS = ("page", "waits", "long", "short")
tests_of = st.lists(
    st.builds(SimpleNamespace, kind=st.sampled_from(KINDS), path=st.sampled_from([Path("a"), Path("b")]))
)


def shares(tests, workers):
    """What pytest-xdist gives each."""
    left = list(tests)
    for at in range(workers):
        size = len(left) // (workers - at)
        yield left[:size]
        del left[:size]


@given(tests_of, st.integers(1, 5))
def test_all_are_dealt_and_the_long_ones_stand_first(tests, workers):
    for test in tests:
        test.get_closest_marker = lambda name, kind=test.kind: True if kind == name else None
    order = dealt(tests, workers, needs_browser=lambda test: test.kind == "page")
    assert sorted(map(id, order)) == sorted(map(id, tests))
    if len(tests) >= workers * sum(test.kind != "short" for test in tests):
        for hand in shares(order, workers):
            kinds = [test.kind == "short" for test in hand]
            assert kinds == sorted(kinds), "a long one waits behind a short one"
        if workers > 1:
            hands = [[test.kind for test in hand] for hand in shares(order, workers)]
            for kind, at in (("page", 0), ("waits", 1)):
                assert all(kind not in hand for nth, hand in enumerate(hands) if nth != at)
