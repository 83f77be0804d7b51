"""Who runs which test first, so that no worker is left with a long one when the others have nothing more to do.

pytest-xdist (`--dist worksteal`) deals the tests in the order in which they were collected: to each worker as many as to
the next. Who is done takes over half of what another still has, from the end. So what is long must stand at the beginning of
what a worker gets.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

import pytest


def dealt(
    tests: Sequence[pytest.Item], workers: int, *, needs_browser: Callable[[pytest.Item], bool]
) -> list[pytest.Item]:
    """All tests, to be cut into as many equal pieces as there are workers.

    The first worker begins with those that need a browser, so that there is one. The second begins with those that are
    marked `waits`, one after another: they leave the processors to the others, who have enough to do then. The others begin
    with those that are marked `long`, file by file, since tests of a file share what they stand on.
    """
    browsing, waiting, rest = [], [], []
    long: list[pytest.Item] = []
    for test in tests:
        kind = (
            browsing if needs_browser(test) else waiting if _is(test, "waits") else long if _is(test, "long") else rest
        )
        kind.append(test)
    hands: list[list[pytest.Item]] = [[] for _ in range(workers)]
    hands[0] += browsing
    hands[min(1, workers - 1)] += waiting
    first = min(2, workers - 1)
    for at, (_, file) in enumerate(groupby(long, key=lambda test: test.path)):
        hands[first + at % (workers - first)].extend(file)
    order: list[pytest.Item] = []
    for at, hand in enumerate(hands):
        share = (len(tests) - len(order)) // (workers - at)
        fill = max(share - len(hand), 0)
        order += [*hand, *rest[:fill]]
        del rest[:fill]
    return order


def _is(test: pytest.Item, mark: str) -> bool:
    return test.get_closest_marker(mark) is not None
