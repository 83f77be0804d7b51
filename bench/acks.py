"""How fast a command that must not be lost is acknowledged, beside a Bolt app that does nothing at all."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import apps
from bench.figures import Figure, percentile
from sandbox import Workspace, interactions

TOGETHER = 64
INCIDENTS = 16
# The first few hundred commands of a bot's life compile statements and open connections, and take twice as long.
WARM_UP = 640
NOTE = "note We restarted the pods"
LATE_MS = 3_000.0
LEAST_SHARE, MOST_P99, MOST_MORE = 0.10, 60.0, 5.0


@dataclass(frozen=True)
class Load:
    """What came of many commands: answers a second, and how long each took in milliseconds.

    Slack waits three seconds for an answer: `late` counts the commands that had none by then.
    """

    per_second: float
    took: list[float]
    late: int


def figures(commands: int) -> Iterator[Figure]:
    """All figures; `commands` is how many are sent for each."""
    with apps.workspace() as ws:
        with apps.app(ws, "bench.bare"):
            bare = _loads(ws, ["#incidents"], commands)
        yield Figure("Bolt no-op, 64 in flight", _words(bare[0]))
        yield Figure("Bolt no-op, one at a time", _words(bare[1]))
    for kind in ("sqlite", "postgresql"):
        with apps.workspace() as ws, apps.database(kind) as url, apps.app(ws, "bot", "run", DATABASE_URL=url):
            tocsin = _loads(ws, rooms(ws), commands)
        yield from _compared(kind, tocsin, bare)


def _compared(kind: str, tocsin: tuple[Load, Load], bare: tuple[Load, Load]) -> Iterator[Figure]:
    share = tocsin[0].per_second / bare[0].per_second
    p99 = percentile(tocsin[0].took, 0.99)
    more = percentile(tocsin[1].took, 0.5) - percentile(bare[1].took, 0.5)
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    yield Figure(
        f"/incident note on {name}, 64 in flight",
        f"{_words(tocsin[0])}; {share:.2f} × no-op",
        "≥ 0.10 × no-op",
        share >= LEAST_SHARE,
    )
    yield Figure(f"… its 99th percentile on {name}", f"{p99:.0f} ms", "≤ 60 ms", p99 <= MOST_P99)
    yield Figure(
        f"/incident note on {name}, one at a time",
        f"{_words(tocsin[1])}; no-op {more:+.1f} ms",
        "p50 ≤ no-op + 5 ms",
        more <= MOST_MORE,
    )


def _loads(ws: Workspace, channels: list[str], commands: int) -> tuple[Load, Load]:
    """Together, and one at a time; warmed up before."""
    send(ws, channels, WARM_UP, TOGETHER)
    return send(ws, channels, commands, TOGETHER), send(ws, channels, max(100, commands // 10), 1)


def send(ws: Workspace, channels: list[str], commands: int, together: int) -> Load:
    """Send so many commands, `together` at a time; each waits for its answer."""
    person = ws.people()[0].id
    places = [ws.conversation(one) for one in channels]
    with ws.state.change():
        payloads = [
            interactions.command(ws, person, places[n % len(places)], "/incident", NOTE) for n in range(commands)
        ]
    took, ready = [], threading.Barrier(together + 1)

    def sends(nth: int) -> None:
        ready.wait()
        for payload in payloads[nth::together]:
            delivery = ws.courier.send("slash_commands", payload, accepts_response=True)
            delivery.settled.wait()
            took.append(LATE_MS if delivery.acked_ms is None else delivery.acked_ms)

    with ThreadPoolExecutor(together) as pool:
        senders = [pool.submit(sends, nth) for nth in range(together)]
        ready.wait()
        began = apps.now()
        for sender in senders:
            sender.result()
    return Load(commands / (apps.now() - began), took, took.count(LATE_MS))


def rooms(ws: Workspace) -> list[str]:
    """The rooms of some incidents; there when this returns."""
    person, changed = ws.people()[0], threading.Event()
    stop = ws.on_change(lambda *_: changed.set())
    for _ in range(INCIDENTS):
        person.types("/incident declare Payments fail", channel="#incidents")
    while True:
        found = [one["id"] for one in ws.channels() if one["name"].startswith("inc-") and person.id in one["members"]]
        if len(found) == INCIDENTS:
            stop()
            return found
        changed.wait(1)
        changed.clear()


def _words(load: Load) -> str:
    late = f", {load.late} unanswered after 3 s" if load.late else ""
    return f"{load.per_second:,.0f} a second, p50 {percentile(load.took, 0.5):.1f} ms{late}"
