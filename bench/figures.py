"""What a measurement gives: a figure with its target, and the words of the machine it was measured on."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the table. `ok` is None when there is no target to meet."""

    what: str
    measured: str
    target: str = ""
    ok: bool | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def middle(values: Iterable[float]) -> float:
    """The median: of several runs, one that something else disturbed does not count."""
    return percentile(list(values), 0.5)


def machine() -> str:
    """Processor, cores, memory, system and Python in a line."""
    model = platform.processor() or platform.machine()
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {system}"


def busy() -> str:
    """How much else goes on, which the figures suffer from: to be asked before anything is measured."""
    return f"where {os.getloadavg()[0]:.1f} other tasks wanted a processor"
