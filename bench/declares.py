"""How long it takes from a declaration to a room with its card, when Slack takes its time for every call."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench import apps
from bench.figures import Figure, middle
from sandbox import Workspace

SLACK_SECONDS = 0.15
MANY, TIMES = 50, 3
MOST_CALLS, MOST_RATIO = 4, 1.5
QUIET_SECONDS = 1.0
FOREVER = 10**9


def figures() -> Iterator[Figure]:
    """One alone, and many at once, on each database; Slack's limits are off."""
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with (
            apps.workspace() as ws,
            apps.database(kind) as url,
            apps.app(ws, "bench.unpaced", DATABASE_URL=url),
            ThreadPoolExecutor(MANY) as people,
        ):
            _declare(ws, people, MANY)  # What is asked once in a bot's life is asked now.
            ws.faults.delay("*", SLACK_SECONDS, times=FOREVER)
            one = middle(_declare(ws, people, 1) for _ in range(TIMES))
            many = middle(_declare(ws, people, MANY) for _ in range(TIMES))
            ws.faults.clear()
        calls, ratio = one / SLACK_SECONDS, many / one
        yield Figure(
            f"declare → pinned card, {name}, Slack at 150 ms a call",
            f"{one:.2f} s: {calls:.1f} calls' time",
            "≤ 4 calls in sequence",
            calls < MOST_CALLS + 1,
        )
        yield Figure(
            f"… {MANY} at once on {name}", f"{many:.2f} s: {ratio:.1f} × one", "≤ 1.5 × one", ratio <= MOST_RATIO
        )


def _declare(ws: Workspace, people: ThreadPoolExecutor, how_many: int) -> float:
    """Have so many declare at once, by typing; the seconds until the last of them has a pinned card."""
    there, all_there, quiet = [], threading.Event(), threading.Event()

    def sees(kind: str, ids: dict[str, str]) -> None:
        quiet.set()
        if kind == "request" and ws.requests[-1].method == "pins.add":
            there.append(ids)
            if len(there) >= how_many:
                all_there.set()

    stop, began = ws.on_change(sees), apps.now()
    for turn in range(how_many):
        people.submit(ws.people()[0].types, f"/incident declare Trouble {turn}", channel="#incidents")
    if not all_there.wait(apps.START_SECONDS):
        raise RuntimeError(f"only {len(there)} of {how_many} cards were pinned")
    took = apps.now() - began
    while quiet.wait(QUIET_SECONDS):  # What comes after the card is not to be in the next one's way.
        quiet.clear()
    stop()
    return took
