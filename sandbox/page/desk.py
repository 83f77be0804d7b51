"""The whole page: sidebar, conversation or Home, thread, inspector, modals; and the banner when Slack is down."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import Client

from sandbox.page import sight
from sandbox.page.conversation import Conversation
from sandbox.page.home import Home
from sandbox.page.modal import Modals
from sandbox.page.sidebar import Sidebar
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push
from sandbox.page.thread import ThreadPanel
from sandbox.page.traffic import Traffic
from sandbox.page.trouble import Trouble
from sandbox.page.welcome import Welcome

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace


def person_from(ws: Workspace, asked: str) -> Person | None:
    """The person an address names by id or name; the first of the workspace when it names nobody."""
    people = ws.people()
    wanted = asked.strip().lower()
    found = [one for one in people if wanted in {one.id.lower(), one.name.lower()}]
    return next(iter(found or people), None)


def place_from(ws: Workspace, person: Person, asked: str) -> str:
    """The conversation an address names by id or name, if this person may see it; else their first channel."""
    wanted = asked.strip().removeprefix("#")
    if wanted == sight.HOME:
        return sight.HOME
    places = sight.places(ws, person)
    named = [one for one in places if wanted and wanted in {one.id, one.name} and one.kind != "im"]
    named += [one for one in places if wanted == one.id]
    mine = [one for one in places if one.member and not one.archived and one.kind in {"channel", "group"}]
    incidents = [one for one in mine if one.name == "incidents"]
    return next((one.id for one in [*named, *incidents, *mine, *places]), sight.HOME)


def draw(ws: Workspace, person: Person, place: str, client: Client) -> Tab:
    """Draw the page of one browser tab."""
    tab = Tab(ws, person, place, client)
    with Tag("div", classes="desk") as desk:
        sidebar = Sidebar(tab)
        with Tag("div", classes="middle"):
            inspect = _top(tab, sidebar)
            Conversation(tab, hint=partial(Welcome, tab))
            Home(tab)
        ThreadPanel(tab)
        click(inspect, Inspector(tab, desk).toggle)
    Modals(tab)
    client.on_connect(tab.arrive)
    return tab


def _top(tab: Tab, sidebar: Sidebar) -> Tag:
    """What lies over everything else: the phone's menu button, the banner, the inspector's switch, which is given back."""
    with Tag("div", classes="top"):
        menu = push("☰", "tool burger", label="Channels and people")
        click(menu, sidebar.slide)
        down = Tag("div", "Slack is down. (You did that.)", "banner", role="alert")
        with push("", "inspect", label="Inspector: requests, payloads and trouble") as inspect:
            Tag("span", "🔍", aria_hidden="true")
            Tag("span", " Inspector", "inspect-word")

    def look(news: frozenset[str]) -> None:
        down.set_visibility(tab.ws.faults.down)

    tab.watch(look, "faults")
    look(frozenset())
    return inspect


class Inspector:
    """The drawer at the right, with its two tabs; there is nothing in it until it is opened."""

    def __init__(self, tab: Tab, desk: Tag) -> None:
        self.tab = tab
        self._desk = desk
        self._panels: dict[str, Tag] = {}
        self._drawer = Tag("aside", classes="inspector", aria_label="Inspector")

    def toggle(self) -> None:
        """Open it, or close it."""
        self._desk.classes(toggle="inspecting")
        if not self._panels:
            self._draw()
        self.tab.refresh(frozenset({"look"}))

    def _draw(self) -> None:
        tab = self.tab
        with self._drawer:
            with Tag("header", classes="panel-head"):
                with Tag("div", classes="tabs", role="tablist"):
                    self._tabs = {name: self._tab(name) for name in ("Traffic", "Trouble")}
                click(push("✕", "tool", label="Close the inspector"), self.toggle)
            with Tag("div", classes="panel") as self._panels["Traffic"]:
                Traffic(tab, self._watched)
            with Tag("div", classes="panel") as self._panels["Trouble"]:
                Trouble(tab)
        self._show("Traffic")

    def _watched(self) -> bool:
        return "inspecting" in self._desk.classes and self._panels["Traffic"].visible

    def _tab(self, name: str) -> Tag:
        tab = push(name, "tab", role="tab")
        click(tab, lambda: self._show(name))
        return tab

    def _show(self, name: str) -> None:
        for key, tab in self._tabs.items():
            tab.attributes(aria_selected=str(key == name).lower())
            self._panels[key].set_visibility(key == name)
        self.tab.refresh(frozenset({"look"}))
