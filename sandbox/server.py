"""The server: everything under one address, run for good (`serve`) or for the length of a test (`running`)."""

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sandbox import control
from sandbox.errors import SandboxError
from sandbox.hooks import Hooks
from sandbox.ids import SystemClock
from sandbox.uploads import Uploads
from sandbox.webapi import DROP, WebApi

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TICK_SECONDS = 0.25  # how often what is due by the clock is looked for
_START_SECONDS = 10.0
_PATIENCE_SECONDS = 0.5  # for requests that are being answered when a test ends


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with a way to cut a connection: what a fault needs and ASGI does not have."""

    def on_message_begin(self) -> None:
        """Put the way to cut the connection into the scope of every request."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[DROP] = self.transport.abort


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, whose packets are acknowledged at once.

    Slack's clients leave Nagle's algorithm on: of two acks sent in a row the second would wait 40 ms for the kernel's
    delayed acknowledgement of the first, and every burst of events would crawl.
    """

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and ask the kernel (Linux only) to say so now."""
        super().data_received(data)
        quickly = getattr(socket, "TCP_QUICKACK", None)
        peer = self.transport.get_extra_info("socket")
        if quickly is not None and peer is not None and not self.transport.is_closing():
            peer.setsockopt(socket.IPPROTO_TCP, quickly, 1)


def application(ws: "Workspace", *, page: bool) -> Starlette:
    """The whole of it as an ASGI application: Web API, Socket Mode, response URLs, control, and the page if wanted."""
    app = Starlette(
        routes=[
            Mount("/api", WebApi(ws)),
            Mount("/hooks", Hooks(ws)),
            Mount("/upload", Uploads(ws)),
            WebSocketRoute("/link/", ws.sockets.serve),
            *control.routes(ws),
        ],
        lifespan=_lifespan(ws),
    )
    if page:
        from sandbox.page import attach  # noqa: PLC0415 - NiceGUI takes seconds to import, and tests do without

        attach(app, ws)
    return app


def _lifespan(ws: "Workspace") -> Any:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ws.courier.bind(asyncio.get_running_loop())
        ticker = asyncio.create_task(_tick(ws))
        yield
        ticker.cancel()
        ws.sockets.disconnect("")
        ws.courier.bind(None)

    return lifespan


async def _tick(ws: "Workspace") -> None:
    """Let time do its work; with a clock of somebody's own, `run_due` is called by whoever moves it."""
    while isinstance(ws.clock, SystemClock):
        await asyncio.sleep(TICK_SECONDS)
        ws.run_due()


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Protocol,
        ws=SocketProtocol,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        ws_ping_interval=20.0,
        timeout_graceful_shutdown=1,
    )


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as taken:
        listener.close()
        raise SandboxError(f"cannot listen on {host}:{port} ({taken.strerror}); choose another --port") from None
    return listener


def _url(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def serve(
    ws: "Workspace",
    host: str = "127.0.0.1",
    port: int = 8100,
    *,
    page: bool = True,
    listening: Callable[[], None] | None = None,
) -> None:
    """Run until the process is told to stop (Ctrl-C, SIGTERM). Raises SandboxError when the port is taken.

    `listening` is called once the address is ours and `ws.url` known.
    """
    listener = _listen(host, port)
    ws.url = _url(host, listener)
    if listening:
        listening()
    uvicorn.Server(_config(application(ws, page=page))).run(sockets=[listener])


class _Brief(uvicorn.Server):
    """A server that stops at once: hundreds of tests have one each, and uvicorn's own takes a fifth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait for the end."""
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        self.up.set()
        if not self.should_exit:
            await self._stop.wait()

    def stop(self) -> None:
        """End it; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of everything, whoever is still connected."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self.lifespan.shutdown()  # says goodbye on the sockets
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=_PATIENCE_SECONDS)
            for task in late:
                task.cancel()


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its address, and the base URL of its Web API (what `SLACK_API_URL` is)."""

    ws: "Workspace"
    url: str

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"


@contextmanager
def running(ws: "Workspace", port: int = 0, *, page: bool = False) -> Iterator[Running]:
    """Run in a thread as long as the block lasts; port 0 takes a free one."""
    listener = _listen("127.0.0.1", port)
    ws.url = _url("127.0.0.1", listener)
    server = _Brief(_config(application(ws, page=page)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    if not server.up.wait(_START_SECONDS):
        raise SandboxError("the sandbox did not start; run `python -m sandbox` to see why")
    try:
        yield Running(ws, ws.url)
    finally:
        server.stop()
        thread.join(_START_SECONDS)
        if thread.is_alive():
            logging.getLogger(__name__).warning("the sandbox at %s has not stopped in time", ws.url)
