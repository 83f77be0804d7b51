"""What a first-time visitor sees: where they are, and what to try, one click away."""

from __future__ import annotations

import re

from sandbox.page.composer import Composer
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push

_APART = re.compile(r"\s*[|·,;]\s*")
_LEFT_OPEN = re.compile(r"\s*(?:…|\.\.\.|[\[<(].*)$")


def examples(command: str, usage_hint: str, most: int = 5) -> list[str]:
    """Things to type, out of the manifest's `usage_hint`: `declare · update … · help` gives `/incident declare`, ….

    A hint that lists nothing gives the bare command.
    """
    words = [_LEFT_OPEN.sub("", part).strip() for part in _APART.split(usage_hint)]
    return [f"{command} {word}" for word in words if word][:most] or [command]


class Welcome:
    """The hint card above the composer. Dismissed for good in this tab; its text is made from the app's manifest."""

    def __init__(self, tab: Tab, composer: Composer) -> None:
        features = tab.ws.manifest.features
        name = tab.ws.manifest.name
        with Tag("section", classes="welcome", aria_label="What to try") as self.box:
            Tag("div", "👋", "welcome-face", aria_hidden="true")
            with Tag("div", classes="welcome-words"):
                Tag("strong", f"Hello, {tab.person.name}. This Slack is yours, and nothing in it pages anybody.")
                Tag("p", f"{name} is a real app talking to it. Click one of these, then press Enter:")
                with Tag("div", classes="chips"):
                    for command in features.slash_commands:
                        for text in examples(command.command, command.usage_hint):
                            self._chip(text, composer)
                Tag("p", "Switch people at the top left. Break things under “Trouble” at the top right.", "hint")
            click(push("✕", "tool", label="Dismiss this hint"), lambda: self.box.set_visibility(False))

    @staticmethod
    def _chip(text: str, composer: Composer) -> None:
        click(push(text, "chip", label=f"Type {text}"), lambda: composer.insert(f"{text} "))
