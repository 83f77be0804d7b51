"""Bots as processes of their own, which can be killed.

They are forked from a server that has loaded the program already: a dozen starts cost what one does.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

from tests.durability.stage import Stage

BOTS = multiprocessing.get_context("forkserver")
BOTS.set_forkserver_preload(["bot.__main__", "bot.app", "tests.durability.processes"])
START_SECONDS = 20.0
# What the project promises an operator.
LEAVES_WITHIN = 10.0


class Bot:
    """`tocsin run` in a process. Made running: it is connected to the workspace."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        before = stage.slack.sockets.count
        assert before == 0 or not stage.store.is_sqlite, "another bot is still there"
        self.process: ForkServerProcess = BOTS.Process(target=_run, args=(stage.environment,), daemon=True)
        self.process.start()
        stage.waits_for(lambda: stage.slack.sockets.count > before, START_SECONDS)

    def dies(self) -> None:
        """SIGKILL: nothing is finished, nothing is written. Slack has noticed when this returns."""
        if self.process.exitcode is None:
            connected = self.stage.slack.sockets.count
            self.process.kill()
            self.process.join()
            self.stage.waits_for(lambda: self.stage.slack.sockets.count < connected)

    def is_told_to_leave(self) -> None:
        """SIGTERM."""
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGTERM)

    def exit_code(self, within: float = START_SECONDS) -> int | None:
        """Its exit code (negative: the signal that ended it), or None when it still runs after so many seconds."""
        self.process.join(within)
        return self.process.exitcode


def _run(environment: Mapping[str, str]) -> None:
    from bot.__main__ import main  # noqa: PLC0415 -- in the process that runs it

    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(["run"]))
