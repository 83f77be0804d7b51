"""Small Bolt apps for the tests, connected the way apps are: Socket Mode, with either of Bolt's clients."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Running


@contextmanager
def bolt(server: Running, register: Callable[[App], None]) -> Iterator[App]:
    """A Bolt app on the built-in Socket Mode client."""
    app = App(client=WebClient(token=server.ws.bot_token, base_url=server.api_url), process_before_response=True)
    register(app)
    handler = SocketModeHandler(app, server.ws.app_token)
    handler.connect()
    try:
        yield app
    finally:
        # The client's threads need up to three seconds to notice that it is over; nobody has to wait for them.
        handler.client.auto_reconnect_enabled = False
        threading.Thread(target=handler.close, daemon=True).start()


@contextmanager
def async_bolt(server: Running, register: Callable[[AsyncApp], None]) -> Iterator[AsyncApp]:
    """An async Bolt app on the aiohttp client, on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[AsyncApp, AsyncSocketModeHandler]:
        client = AsyncWebClient(token=server.ws.bot_token, base_url=server.api_url)
        app = AsyncApp(client=client, process_before_response=True)
        register(app)
        handler = AsyncSocketModeHandler(app, server.ws.app_token)
        await handler.connect_async()
        return app, handler

    app, handler = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield app
    finally:
        asyncio.run_coroutine_threadsafe(handler.close_async(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
