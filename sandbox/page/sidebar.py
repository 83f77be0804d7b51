"""The left side: the workspace, who one acts as, and everywhere one can go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sandbox.page import sight
from sandbox.page.pieces import Piece, Pieces
from sandbox.page.sight import Place
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, avatar, click, menu, push


class Sidebar:
    """Drawn in pieces: a line stays under the finger while others come, go or become unread."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        with Tag("nav", classes="sidebar", aria_label="Workspace") as self.box:
            self._head()
            self._me = Pieces()
            self._places = Pieces("places")
        tab.watch(self.refresh, "message", "channel", "user")
        self.refresh(frozenset({"look"}))

    def slide(self) -> None:
        """On a phone, where it lies over the conversation: in or out."""
        self.box.classes(toggle="open")

    def refresh(self, news: frozenset[str]) -> None:
        """Draw it again if a conversation, a person, an unread mark or the place has changed."""
        tab = self.tab
        people = [(one.id, one.name, one.real_name) for one in tab.ws.people() if not one.deleted]
        self._me.show([Piece(json.dumps([people, tab.address]), partial(self._acting_as, people))])
        self._places.show(self._lines(sight.places(tab.ws, tab.person)))

    def _lines(self, places: list[Place]) -> Iterator[Piece]:
        yield from self._section("Channels", [one for one in places if one.kind in {"channel", "group"}])
        yield from self._section("Direct messages", [one for one in places if one.kind == "mpim"])
        yield from self._app([one for one in places if one.kind == "im"])

    def _head(self) -> None:
        with Tag("div", classes="workspace"):
            avatar("Sandbox", "sandbox", "🔔", "app")
            with Tag("div"):
                Tag("div", self.tab.ws.team_name, "workspace-name")
                Tag("div", "a Slack on your own machine", "hint")

    def _acting_as(self, people: list[tuple[str, str, str]]) -> None:
        me = self.tab.person
        with push("", "acting", label=f"Acting as {me.name}: act as somebody else") as acting:
            avatar(me.real_name or me.name, me.id)
            with Tag("span", classes="acting-words"):
                Tag("span", "Acting as", "hint")
                Tag("strong", me.real_name or me.name)
            Tag("span", "⇅", "hint", aria_hidden="true")
        menu(acting, partial(self._others, people), "people-menu", "fit")

    def _others(self, people: list[tuple[str, str, str]]) -> None:
        Tag("div", "Act as", "menu-title")
        for key, name, real_name in people:
            self._person(key, name, real_name)

    def _person(self, key: str, name: str, real_name: str) -> None:
        mine = key == self.tab.person.id
        with Tag("div", classes="person"):
            with Tag("a", classes="person-link", href=self._address_of(key), aria_current="true" if mine else None):
                avatar(real_name or name, key)
                with Tag("span", classes="acting-words"):
                    Tag("strong", real_name or name)
                    Tag("span", f"@{name}", "hint")
            beside = Tag("a", "↗", "tool", href=self._address_of(key), target="_blank")
            beside.attributes(aria_label=f"Open a second tab as {name}", title=f"Open a second tab as {name}")

    def _address_of(self, person: str) -> str:
        return self.tab.address.replace(f"as={self.tab.person.id}", f"as={person}")

    def _section(self, title: str, places: list[Place]) -> Iterator[Piece]:
        if places:
            yield Piece(title, partial(Tag, "h2", title, "section-title"))
        for place in places:
            if place.archived and place.id != self.tab.place:
                continue
            glyph = "🔒" if place.kind == "group" else "#" if place.kind == "channel" else "👥"
            yield self._line(glyph, place.name, place.id, unread=place.unread, muted=not place.member)

    def _app(self, direct: list[Place]) -> Iterator[Piece]:
        yield Piece("Apps", partial(Tag, "h2", "Apps", "section-title"))
        name = self.tab.ws.manifest.name
        if self.tab.ws.manifest.features.app_home.home_tab_enabled or not direct:
            yield self._line("🏠", f"{name} · Home", sight.HOME)
        for place in direct:
            yield self._line("💬", name, place.id, unread=place.unread)

    def _line(self, glyph: str, name: str, place: str, *, unread: bool = False, muted: bool = False) -> Piece:
        here = place == self.tab.place
        flags = {"here": here, "unread": unread and not here, "muted": muted}
        classes = " ".join(["place", *(word for word, on in flags.items() if on)])

        def draw() -> None:
            with push("", classes, aria_current="page" if here else None) as line:
                Tag("span", glyph, "place-glyph", aria_hidden="true")
                Tag("span", name, "place-name")
                if flags["unread"]:
                    Tag("span", "", "dot", role="img", aria_label="unread")
            click(line, self._going(place))

        return Piece(json.dumps([place, name, glyph, classes]), draw)

    def _going(self, place: str) -> Callable[[], Any]:
        async def go() -> None:
            self.box.classes(remove="open")
            await self.tab.go(place)

        return go
