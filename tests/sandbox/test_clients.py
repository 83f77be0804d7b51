"""Slack's own clients work against the workspace: slack_sdk sync and async, Bolt's two Socket Mode clients."""

import asyncio
from queue import SimpleQueue

import pytest
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Running, Workspace
from tests.sandbox.apps import async_bolt, bolt
from tests.sandbox.conftest import settled

pytestmark = pytest.mark.waits


def register(app, heard):
    @app.event("message")
    def message(event):
        heard.put(event["text"])

    @app.command("/deploy")
    def deploy(ack):
        ack("fine")


def register_async(app, heard):
    @app.event("message")
    async def message(event):
        heard.put(event["text"])

    @app.command("/deploy")
    async def deploy(ack):
        await ack("fine")


CLIENTS = {"built-in": (bolt, register), "aiohttp": (async_bolt, register_async)}


@pytest.fixture(params=CLIENTS)
def heard(request, server: Running):
    """What a Bolt app on each of the clients has heard."""
    connect, listeners = CLIENTS[request.param]
    heard: SimpleQueue[str] = SimpleQueue()
    with connect(server, lambda app: listeners(app, heard)):
        settled(server.ws, lambda: server.ws.sockets.count)
        yield heard


def test_events_and_commands_arrive(heard, ws: Workspace):
    ws.person("Ana").says("hello", "#dev")
    assert heard.get(timeout=10) == "hello"
    assert ws.person("Ana").types("/deploy", "#dev").said == "fine"


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
def test_a_client_reconnects_and_misses_nothing(heard, ws: Workspace, reason):
    before = ws.sockets.greeted
    ws.faults.disconnect_sockets(reason)
    ws.person("Ana").says("meanwhile", "#dev")
    # The old one must have gone: what is sent to a socket that the client no longer reads comes again after a while.
    settled(ws, lambda: ws.sockets.greeted > before and ws.sockets.count == 1)
    assert heard.get(timeout=10) == "meanwhile"
    ws.person("Ana").says("afterwards", "#dev")
    while (text := heard.get(timeout=10)) != "afterwards":
        assert text == "meanwhile"  # it came again: the ack of the first was lost with its socket


def test_the_async_client_does_what_the_sync_one_does(server: Running, client: WebClient, ws: Workspace):
    async def deeds() -> list[str]:
        asynchronous = AsyncWebClient(token=ws.bot_token, base_url=server.api_url)
        room = (await asynchronous.conversations_create(name="room"))["channel"]["id"]
        posted = await asynchronous.chat_postMessage(channel=room, text="async")
        await asynchronous.pins_add(channel=room, timestamp=posted["ts"])
        pages = await asynchronous.conversations_list(limit=2)
        return [one["name"] async for page in pages for one in page["channels"]]

    names = asyncio.run(deeds())
    assert names == [one["name"] for one in client.conversations_list()["channels"]]
    assert [one["message"]["text"] for one in ws.pins("room")] == ["async"]
