"""How long it takes from a declaration to a room with its card, when Slack takes its time for every call."""

import threading
from collections.abc import Iterator

from bench import apps
from bench.figures import Figure
from bot import policy, settings
from bot.app import Tocsin
from bot.workflows import incidents
from sandbox import Workspace

SLACK_SECONDS = 0.15
MANY = 50
MOST_CALLS, MOST_RATIO = 4, 1.5
FOREVER = 10**9


def figures() -> Iterator[Figure]:
    """One alone, and many at once, on each database; Slack's limits are off."""
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with apps.workspace() as ws, apps.database(kind) as url:
            values = {**ws.settings(), "DATABASE_URL": url, "TOCSIN_HTTP": "127.0.0.1:0"}
            bot = Tocsin(settings.load(need_slack=True, env=values), policy.load(None))
            bot.connect()
            bot.delivery.start()
            _declare(ws, bot, 1)  # What is asked once in a bot's life is asked now.
            ws.faults.delay("*", SLACK_SECONDS, times=FOREVER)
            one, many = _declare(ws, bot, 1), _declare(ws, bot, MANY)
            ws.faults.clear()
            bot.stop()
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


def _declare(ws: Workspace, bot: Tocsin, how_many: int) -> float:
    """Declare so many at once; the seconds until the last of them has a pinned card."""
    there, all_there = [], threading.Event()

    def sees(kind: str, ids: dict[str, str]) -> None:
        if kind == "request" and ws.requests[-1].method == "pins.add":
            there.append(ids)
            if len(there) >= how_many:
                all_there.set()

    stop, began = ws.on_change(sees), apps.now()
    for turn in range(how_many):
        with bot.parts.store.begin() as work:
            incidents.declare(work, policy=bot.parts.policy, by=ws.people()[0].id, title=f"Trouble {turn}")
    if not all_there.wait(apps.START_SECONDS):
        raise RuntimeError(f"only {len(there)} of {how_many} cards were pinned")
    stop()
    return apps.now() - began
