"""A workspace with its page, a small app on a real socket, and browser tabs that act as people.

One workspace, one server and one app for all stories of a process, since NiceGUI serves one page a process; every story
has its own channel and its own tabs.
"""

from __future__ import annotations

import itertools
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox import Workspace, running
from tests.sandbox.page.lunch import MANIFEST, lunch_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET_BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def workspace():
    ws = Workspace(MANIFEST)
    ws.add_person("Ana", real_name="Ana Demo", tz="Europe/Berlin")
    ws.add_person("Bo", real_name="Bo Lindqvist", tz="America/New_York")
    with running(ws, page=True) as server:
        app = lunch_app(WebClient(ws.bot_token, base_url=server.api_url))
        handler = SocketModeHandler(app, ws.app_token)
        handler.connect()
        ws.address = server.url
        yield ws
        handler.close()


@pytest.fixture(scope="module")
def window():
    """Gives each person a window of their own for each screen: what it has loaded once, it need not load again."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `apt install chromium` lets the page's stories run")
    windows = {}
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)

        def of(person, screen):
            if (person, screen) not in windows:
                windows[person, screen] = chromium.new_context(viewport=SCREENS[screen])
            return windows[person, screen]

        yield of
        chromium.close()


_numbers = itertools.count(1)


@pytest.fixture
def canteen(workspace):
    """A channel for this story alone, with both people and the app in it."""
    return workspace.add_channel(f"canteen-{next(_numbers)}", members=["Ana", "Bo"])


class Tab:
    """A browser tab that acts as one person, with the words of somebody who sits before it."""

    def __init__(self, page, address):
        self.page = page
        page.goto(address)
        expect(self.box).to_be_visible()

    @property
    def box(self):
        return self.page.get_by_label("Message", exact=True)

    def types(self, text, box=None):
        box = box or self.box
        box.fill(text)
        box.press("Enter")

    def message(self, text):
        return self.page.get_by_role("article").filter(has_text=text)

    def modal(self, title):
        return self.page.get_by_role("dialog", name=title)

    def chooses(self, select, label):
        select.click()
        self.page.get_by_role("option", name=label, exact=True).click()


@pytest.fixture
def tab(window, workspace, canteen):
    """Opens a tab as somebody, in the story's channel."""
    pages = []

    def open_tab(person, screen="desktop"):
        pages.append(window(person, screen).new_page())
        return Tab(pages[-1], f"{workspace.address}/?as={person}&channel={canteen['name']}")

    yield open_tab
    for page in pages:
        page.close()
    for person in workspace.people():  # a modal is on a person's screen, not in a tab: the next story starts without
        if person.modal:
            person.closes_modal(everything=True)
