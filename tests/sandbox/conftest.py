"""A workspace of the tests' own: an app that may do nearly everything, two people, a clock that stands still."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox import Running, Workspace, running
from sandbox.ids import MovableClock

SCOPES = [
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "canvases:read",
    "canvases:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "dnd:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "links:write",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "usergroups:write",
    "users.profile:read",
    "users:read",
    "users:read.email",
]

EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_created",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "user_change",
]


def manifest(**settings: Any) -> dict[str, Any]:
    """The manifest of the tests' app; keyword arguments replace parts of `settings`."""
    return {
        "display_information": {"name": "helper"},
        "features": {
            "bot_user": {"display_name": "helper"},
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "slash_commands": [
                {"command": "/deploy", "description": "Deploy something", "should_escape": True},
                {"command": "/raw", "description": "Takes the text as it is"},
            ],
            "shortcuts": [
                {"name": "Open a ticket", "type": "global", "callback_id": "ticket", "description": "Anywhere"},
                {"name": "Keep this", "type": "message", "callback_id": "keep", "description": "On a message"},
            ],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {"bot_events": EVENTS},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
            **settings,
        },
    }


def populated(ws: Workspace) -> Workspace:
    """Ana and Bo, #general and #dev with the app in it, and a private #secret without."""
    ws.add_person("Ana", real_name="Ana Demo", email="ana@example.com", tz="Europe/Berlin")
    ws.add_person("Bo", real_name="Bo Demo", email="bo@example.com", tz="America/New_York")
    ws.add_channel("general", members=["Ana", "Bo"])
    ws.add_channel("dev", members=["Ana", "Bo"])
    ws.add_channel("quiet", members=["Ana"], with_app=False)
    ws.add_channel("secret", private=True, members=["Ana"], with_app=False)
    return ws


def client_of(server: Running) -> WebClient:
    """Slack's own client, without its retries."""
    return WebClient(token=server.ws.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ws(clock: MovableClock) -> Workspace:
    return populated(Workspace(manifest(), clock=clock))


@pytest.fixture
def server(ws: Workspace) -> Iterator[Running]:
    with running(ws) as server:
        yield server


@pytest.fixture
def client(server: Running) -> WebClient:
    return client_of(server)


@pytest.fixture(scope="session")
def common_server() -> Iterator[Running]:
    """One server for all tests that leave nothing behind."""
    with running(populated(Workspace(manifest(), clock=MovableClock()))) as server:
        yield server


def settled(ws: Workspace, condition: Callable[[], Any]) -> None:
    """Wait until the workspace has changed so that the condition holds."""
    changed = threading.Event()
    stop = ws.on_change(lambda *_: changed.set())
    try:
        while not condition():
            assert changed.wait(10), "nothing has changed for ten seconds"
            changed.clear()
    finally:
        stop()


def post(url: str, body: bytes, **headers: str) -> tuple[int, Any]:
    """One POST with nothing added: status, and the JSON or bytes of the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, headers=named, method="POST")
    opener = urllib.request.build_opener(urllib.request.HTTPHandler(), _Plain())
    with opener.open(request) as answer:
        content = answer.read()
        return answer.status, json.loads(content) if content.startswith(b"{") else content


class _Plain(urllib.request.HTTPErrorProcessor):
    """An answer is an answer, whatever its status."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response
