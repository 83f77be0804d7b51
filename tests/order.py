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

    The first worker begins with those that need a browser, so that there is one; the others with those that are marked
    `long`, file by file, since tests of a file share what they stand on.
    """
    rest = [test for test in tests if not needs_browser(test) and not _is_long(test)]
    hands = [[test for test in tests if needs_browser(test)], *([] for _ in range(workers - 1))]
    long = (test for test in tests if _is_long(test) and not needs_browser(test))
    for at, (_, file) in enumerate(groupby(long, key=lambda test: test.path)):
        hands[1 + at % (workers - 1) if workers > 1 else 0].extend(file)
    order: list[pytest.Item] = []
    for at, hand in enumerate(hands):
        share = (len(tests) - len(order)) // (workers - at)
        fill = max(share - len(hand), 0)
        order += [*hand, *rest[:fill]]
        del rest[:fill]
    return order


def _is_long(test: pytest.Item) -> bool:
    return test.get_closest_marker("long") is not None
