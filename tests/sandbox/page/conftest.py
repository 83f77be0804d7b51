"""A workspace with its page, a small app on a real socket, and browser tabs that act as people.

One workspace, one server and one app for all stories of a process, since NiceGUI serves one page a process; every story
has its own channel and its own tabs.
"""

from __future__ import annotations

import itertools

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox import Workspace, running
from tests import browser
from tests.browser import expect
from tests.sandbox.page.lunch import MANIFEST, lunch_app


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    """After a failure nobody knows what stands in the windows: the next test begins with new ones."""
    try:
        return (yield)
    except BaseException:
        browser.forget()
        raise


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


_numbers = itertools.count(1)


@pytest.fixture
def canteen(workspace):
    """A channel for this story alone, with both people and the app in it; archived when the story has been told."""
    name = f"canteen-{next(_numbers)}"
    yield workspace.add_channel(name, members=["Ana", "Bo"])
    workspace.person("Ana").archives(name)


class Tab:
    """A browser tab that acts as one person, with the words of somebody who sits before it."""

    def __init__(self, page):
        self.page = page

    def opens(self, address):
        self.page.goto(address)
        expect(self.box).to_be_visible()

    def walks_into(self, channel):
        """Through the sidebar."""
        self.page.locator(".place-name").get_by_text(channel, exact=True).click()
        expect(self.page.get_by_role("heading", name=f"#{channel}", exact=True, level=1)).to_be_visible()

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
def tab(windows, workspace, canteen):
    """Somebody's tab, in the story's channel.

    It stays open from story to story, as people's tabs do, and comes there through the sidebar: to load the page takes
    five times as long. What a story leaves in it stays. `anew` is for stories about opening the page: a tab that is loaded
    and closed again.
    """
    opened = []

    def open_tab(person, screen="desktop", *, anew=False):
        at = f"{workspace.address}/?as={person}&channel={canteen['name']}"
        if anew:
            opened.append(windows.new_tab(person, screen))
            tab = Tab(opened[-1])
            tab.opens(at)
        elif (person, screen) not in windows.tabs:
            tab = Tab(windows.new_tab(person, screen))
            tab.opens(at)
            windows.tabs[person, screen] = tab.page
        else:
            tab = Tab(windows.tabs[person, screen])
            tab.walks_into(canteen["name"])
        return tab

    yield open_tab
    for page in opened:
        page.close()
    for person in workspace.people():  # a modal is on a person's screen, not in a tab: the next story starts without
        if person.modal:
            person.closes_modal(everything=True)
            for (whose, _), page in windows.tabs.items():
                if whose == person.name:
                    expect(page.get_by_role("dialog")).to_have_count(0)
