"""`tocsin demo`: a local Slack workspace as a child process, and the real bot in this one, connected over Socket Mode.

Everything is kept in `.demo`. The workspace and its incidents are prepared once; `ready` says that this came to its end.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel

from bot import logs, policy, scenario, settings
from bot.orders import STOP, Handler, Orders, heard
from bot.pace import Pace
from bot.scenario import DemoFailed, LocalSlack

if TYPE_CHECKING:
    from bot.app import Tocsin

ROOT = Path(__file__).parents[1]
HOME = Path(".demo")
USUAL_PORT = 8100
# Whoever has a mail server at hand sees what leadership is sent.
MAIL = ("TOCSIN_SMTP_URL", "TOCSIN_MAIL_FROM")
START_SECONDS, STOP_SECONDS, LOOK_SECONDS = 30.0, 5.0, 0.05

RULES = """\
# The demo's policy. Change it and start the demo again; docs/policy.md has all that can be said here.
leadership:
  - {name: Mia, slack: U0MIA, email: mia@example.com}
roles:
  commander: {default: U0MIA}   # Mia leads the company; whoever she hands over to leads the response
customers:
  organisation: Demo Shop       # what stands above the status page
  components:
    payments: {label: Card payments}
    login: {label: Login}
frameworks:
  gdpr: {applies: true, by: Mia, decided_on: 2026-01-05}   # its clocks start when personal data is involved
"""

# The workspace lives as long as this process: when its standard input ends, whatever the reason, it stops.
LEASHED = """\
import os, runpy, signal, threading

def follow():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=follow, daemon=True).start()
runpy.run_module("sandbox", run_name="__main__", alter_sys=True)
"""

TO_TRY = """\
- You are everybody: choose who you are on the left. Ana, Bo, Kai and Mia are made up.
- **#inc-1-…** has ended: its review, by three people, stands in the room and in the room's canvas (📄 above it).
- **#inc-2-…** is an incident in the middle: its pinned card says what is missing, and has a button for it.
- Type `/incident declare sev1 Checkout is down` in **#incidents**, or `/incident` for what can be done now.
- Put a 📌 on a message in an incident's room: it is on the timeline.
- In another terminal: `DATABASE_URL=sqlite:///.demo/tocsin.db .venv/bin/tocsin show INC-1`
"""


def run(*, port: int | None, fresh: bool, rate_limits: bool = True) -> None:
    """Run until Ctrl-C, SIGTERM, or until the workspace ends. Without a `port`, the usual one or another that is free."""
    handlers: dict[int, Handler] = {**dict.fromkeys(STOP, _interrupt), signal.SIGCHLD: heard}  # when the workspace ends
    console = Console(highlight=False)
    HOME.mkdir(exist_ok=True)
    with Orders(handlers) as orders, alone() as lock:
        if fresh or not (HOME / "ready").exists():
            forget()
        with (HOME / "tocsin.log").open("a", encoding="utf-8") as log, _workspace(_free(port), lock) as (child, slack):
            logs.configure(log)
            with _bot(child, slack) as (bot, web_port):
                if not (HOME / "ready").exists():
                    with console.status("Preparing two incidents …"):
                        scenario.play(scenario.Stage(slack, bot.parts.store))
                    (HOME / "ready").touch()
                if rate_limits:  # The two incidents alone were told faster than Slack lets anybody talk.
                    slack.post("/sandbox/limits", {"on": True})
                    bot.parts.slack.pace = Pace(time.monotonic)
                console.print(_welcome(slack.url, f"http://127.0.0.1:{web_port}/status/"))
                _wait(child, orders)
    console.print("Stopped. Everything is kept in .demo.")


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def alone(patience: float = STOP_SECONDS) -> Iterator[int]:
    """Only one demo at a time; gives the lock's file descriptor. The workspace inherits it, so it counts as well.

    So many seconds of `patience` are for the workspace of a demo that was killed: it is on its way out.
    """
    with (HOME / "lock").open("a") as lock:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DemoFailed("A demo runs here already. Look at it, or stop it with Ctrl-C first.") from None
                time.sleep(LOOK_SECONDS)
        yield lock.fileno()


def forget() -> None:
    """Begin anew: what an earlier demo left is taken away."""
    for path in HOME.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()
    (HOME / "policy.yml").write_text(RULES, encoding="utf-8")


def _free(port: int | None) -> int:
    """The wanted port, or without one the usual or another that is free. `DemoFailed` if the wanted one is taken."""
    for candidate in (port,) if port is not None else (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed(f"Port {port} is taken. Choose another: `make demo PORT=8200`.")


@contextmanager
def _workspace(port: int, lock: int) -> Iterator[tuple[subprocess.Popen[bytes], LocalSlack]]:
    """The workspace, as a process that is starting; stopped in the end."""
    options = ["--manifest", str(ROOT / "app.manifest.yml"), "--port", str(port), "--no-rate-limits"]
    command = [sys.executable, "-c", LEASHED, *options, "--state", str((HOME / "slack.db").absolute())]
    with (HOME / "slack.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own module, and nothing that anybody typed
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours: the bot leaves first.
            pass_fds=(lock,),
        )
    try:
        yield child, LocalSlack(f"http://127.0.0.1:{port}")
    finally:
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _await(child: subprocess.Popen[bytes], slack: LocalSlack) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not slack.answers():
        if child.poll() is not None or time.monotonic() > deadline:
            raise DemoFailed(f"The local Slack did not start: {_last_line()}")
        time.sleep(LOOK_SECONDS)


@contextmanager
def _bot(child: subprocess.Popen[bytes], slack: LocalSlack) -> Iterator[tuple["Tocsin", int]]:
    """The bot, connected, and its own port; it leaves in an orderly way, however impatient somebody is."""
    from bot.app import Tocsin  # noqa: PLC0415 -- takes as long as the workspace takes to start: meanwhile

    _await(child, slack)
    environment = {
        **slack.get("/sandbox/settings"),
        "DATABASE_URL": f"sqlite:///{(HOME / 'tocsin.db').absolute()}",
        "TOCSIN_HTTP": "127.0.0.1:0",
        "TOCSIN_POLICY": str(HOME / "policy.yml"),
        **{name: os.environ[name] for name in MAIL if name in os.environ},
    }
    found = settings.load(need_slack=True, env=environment)
    bot = Tocsin(found, policy.load(found.policy, zone=found.timezone))
    try:
        yield bot, bot.start()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        bot.stop()


def _wait(child: subprocess.Popen[bytes], orders: Orders) -> None:
    """Until somebody stops us, which is fine, or the workspace stops, which is not."""
    try:
        while child.poll() is None:
            orders.next()
    except KeyboardInterrupt:
        return
    raise DemoFailed(f"The local Slack has stopped: {_last_line()}")


def _last_line() -> str:
    lines = (HOME / "slack.log").read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing") + " (.demo/slack.log)"


def _welcome(url: str, status: str) -> Panel:
    where = f"[bold]Open [link={url}/]{url}/[/link][/bold] in a browser: a Slack workspace with tocsin in it."
    outside = f"What customers are told stands at [link={status}]{status}[/link].\n"
    ending = "\n[dim]Ctrl-C stops it; everything is kept in .demo. `make demo FRESH=1` begins anew.[/dim]"
    return Panel(
        Group(where, outside, Markdown(TO_TRY), ending), title="tocsin demo", border_style="red", padding=(1, 2)
    )
