"""What `make night` says as it goes: each part when it is over, with how much was tried in it, and whatever fails at once.

A part is a file. A night lasts for hours, and whoever looks at it in the morning wants to know what it did, not that it is green.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

INPUTS = "inputs that Hypothesis made"
LONG_SECONDS = 60
_MADE = re.compile(r"during (?:reuse|generate) phase.*?(\d+) passing", re.DOTALL)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where the tests run: how many inputs a property was tried with."""
    report = yield
    told = getattr(item, "hypothesis_statistics", None)
    if told and report.when == "call":
        report.user_properties.append((INPUTS, sum(int(made) for made in _MADE.findall(told))))
    return report


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Night(config))


@dataclass
class Part:
    """What is known so far of a file's tests."""

    left: int
    seconds: float = 0.0
    inputs: int = 0
    came_out: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        tried = f" with {self.inputs:,} inputs" if self.inputs else ""
        return f"{', '.join(f'{count:,} {how}' for how, count in self.came_out.items())}{tried}, {_spent(self.seconds)}"


class Night:
    """Listens where the reports of all workers come together."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.parts: dict[str, Part] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._begins([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        self._begins(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name, _, test = report.nodeid.partition("::")
        part = self.parts[name]
        part.seconds += report.duration
        inputs = dict(report.user_properties).get(INPUTS, 0) if report.when == "call" else 0
        part.inputs += inputs
        if report.when == "call" or not report.passed:
            part.came_out[report.outcome] += 1
        if report.failed:
            self._says(f"FAILED {report.nodeid}")
        elif report.when == "call" and (report.capstdout.strip() or report.duration > LONG_SECONDS):
            tried = [f"{inputs:,} inputs"] if inputs else []
            printed = [line for line in report.capstdout.splitlines() if line]
            self._says("; ".join([f"  {test}: {_spent(report.duration)}", *tried, *printed]))
        if report.when == "teardown":
            part.left -= 1
            if not part.left:
                self._says(f"{name}: {part}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots: what passed is told by part."""
        is_over = (report.when == "call" and report.passed) or report.skipped
        return (report.outcome, "", "") if is_over else None

    def _begins(self, ids: Sequence[str]) -> None:
        """Every worker has found the same."""
        if ids:
            self.parts = {name: Part(count) for name, count in Counter(one.partition("::")[0] for one in ids).items()}

    def _says(self, what: str) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        terminal.ensure_newline()
        terminal.write_line(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def _spent(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > LONG_SECONDS else f"{seconds:.0f} s"
