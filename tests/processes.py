"""`tocsin` as a process of its own, which can be told to leave and killed.

It is forked from a server that has loaded the program already: a dozen starts cost what one does.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

from tests.durability.stage import Stage

ROOT = Path(__file__).parents[1]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.loaded"])
START_SECONDS = 20.0
# What the project promises an operator.
LEAVES_WITHIN = 10.0


class Forked:
    """`tocsin` with these words, in such an environment and nothing else of ours, in a folder.

    `heard` gives it streams of its own, `stdout` and `stderr`, to be read until they end: who does not read lets it wait.
    """

    def __init__(
        self, *words: str, environment: Mapping[str, str], folder: Path | None = None, heard: bool = True
    ) -> None:
        with contextlib.chdir(ROOT):  # Where the server finds what it loads.
            forkserver.ensure_running()
        pipes = [FORKS.Pipe(duplex=False) for _ in range(2)] if heard else []
        told = (words, dict(environment), folder, [theirs for _, theirs in pipes])
        self.process = FORKS.Process(target=_run, args=told, daemon=True)
        self.process.start()
        for _, theirs in pipes:
            theirs.close()
        self.stdout, self.stderr = [_stream(ours) for ours, _ in pipes] or (None, None)

    def send_signal(self, number: int) -> None:
        assert self.process.pid
        os.kill(self.process.pid, number)

    def tells_another_thread(self, number: int) -> None:
        """As the system may do with any signal: the main thread sleeps, and nobody wakes it."""
        if sys.platform != "linux":  # Others do not let one choose.
            self.send_signal(number)
            return
        main = self.process.pid
        other = max(int(task.name) for task in Path(f"/proc/{main}/task").iterdir())
        assert other != main
        assert ctypes.CDLL(None).tgkill(main, other, number) == 0

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code (negative: the signal that ended it), or None when it still runs after so many seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    def communicate(self) -> tuple[str, str]:
        """All that it still says until it ends."""
        said = []
        for stream in (self.stdout, self.stderr):
            assert stream
            said.append("" if stream.closed else stream.read())
            stream.close()
        return said[0], said[1]

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is written."""
        self.process.kill()
        self.process.join()


class Bot:
    """`tocsin run`. Made running: it is connected to the workspace."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        before = stage.slack.sockets.count
        assert before == 0 or not stage.store.is_sqlite, "another bot is still there"
        self.process = Forked("run", environment=stage.environment, heard=False)
        stage.waits_for(lambda: stage.slack.sockets.count > before, START_SECONDS)

    def dies(self) -> None:
        """As `Forked.kill`. Slack has noticed when this returns."""
        if self.exit_code(0) is None:
            connected = self.stage.slack.sockets.count
            self.process.kill()
            self.stage.waits_for(lambda: self.stage.slack.sockets.count < connected)

    def is_told_to_leave(self) -> None:
        """SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self, within: float = START_SECONDS) -> int | None:
        """As `Forked.wait`."""
        return self.process.wait(within)


def _stream(pipe: Connection) -> TextIO:
    with pipe:
        return os.fdopen(os.dup(pipe.fileno()), encoding="utf-8")


def _run(
    words: Sequence[str], environment: Mapping[str, str], folder: Path | None, pipes: Sequence[Connection]
) -> None:
    from bot.__main__ import main  # noqa: PLC0415 -- in the process that runs it

    os.environ.clear()
    os.environ.update(environment)
    if folder is not None:
        os.chdir(folder)
    for number, pipe in enumerate(pipes, start=1):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.exit(main(words))
