"""What the process itself takes: time to be connected, and memory after many commands."""

from collections.abc import Iterator
from pathlib import Path

from bench import acks, apps
from bench.figures import Figure

MOST_START, MOST_MEMORY, MOST_GROWTH = 1.5, 130.0, 1.05
STARTS = 3


def figures(commands: int) -> Iterator[Figure]:
    """`commands` are sent before memory is read for the last time; it is read at the half too."""
    with apps.workspace() as ws, apps.database("sqlite") as url:
        took = []
        for _ in range(STARTS):
            with apps.app(ws, "bot", "run", DATABASE_URL=url) as (_, seconds):
                took.append(seconds)
        start = sorted(took)[STARTS // 2]
        yield Figure("start → connected", f"{start:.2f} s", "≤ 1.5 s", start <= MOST_START)
        with apps.app(ws, "bot", "run", DATABASE_URL=url) as (process, _):
            rooms = acks.rooms(ws)
            memory = []
            for _ in range(2):
                acks.send(ws, rooms, commands // 2, acks.TOGETHER)
                memory.append(_megabytes(process.pid))
    yield Figure(f"memory after {commands:,} commands", f"{memory[1]:.0f} MB", "≤ 130 MB", memory[1] <= MOST_MEMORY)
    growth = memory[1] / memory[0]
    yield Figure("… compared with half as many", f"{growth:.2f} ×", "flat (≤ 1.05 ×)", growth <= MOST_GROWTH)


def _megabytes(pid: int) -> float:
    """Resident memory, from /proc."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024
