"""The app's Home tab, as the app has published it for this person."""

from __future__ import annotations

import json

from sandbox.page import blocks, sight
from sandbox.page.stages import LiveStage
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, avatar


class Home:
    """Visible while the tab is at Home."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._mark = ""
        with Tag("section", classes="conversation", aria_label="App Home") as self.box:
            with Tag("header", classes="conversation-head"), Tag("div", classes="title-row"):
                avatar(tab.ws.manifest.name, tab.ws.bot_user_id, classes="app")
                with Tag("div", classes="title"):
                    Tag("h1", tab.ws.manifest.name)
                    Tag("div", tab.ws.manifest.display_information.description, "topic hint")
            self._body = Tag("div", classes="home-body")
        tab.watch(self.refresh, "home", "view")
        self.refresh(frozenset({"look"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Draw the published view when it is another one."""
        here = self.tab.place == sight.HOME
        self.box.set_visibility(here)
        if not here:
            return
        view = self.tab.ws.home(self.tab.person)
        mark = json.dumps([view and view["id"], view and view["blocks"]])
        if mark == self._mark:
            return
        self._mark = mark
        self._body.clear()
        with self._body:
            if view:
                blocks.draw(view["blocks"], LiveStage(self.tab, "home"))
            else:
                with Tag("div", classes="empty"):
                    Tag("div", "🏠", "empty-face", aria_hidden="true")
                    Tag("h2", "Nobody home yet")
                    Tag(
                        "p",
                        "The app publishes this page when it hears that you opened it. It just did; give it a second.",
                    )
