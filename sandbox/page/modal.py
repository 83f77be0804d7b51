"""The modal on top of the person's stack, in every tab that acts as this person."""

from __future__ import annotations

import json
from typing import Any

from nicegui import ui

from sandbox.page import mrkdwn
from sandbox.page.form import Form
from sandbox.page.stage import Json
from sandbox.page.stages import LiveStage
from sandbox.page.tab import Tab
from sandbox.page.tag import Tag, click, push, raw

_DRAWN_FROM = ("id", "hash", "title", "submit", "close", "blocks")


class Modals:
    """Shows the top view, redraws it when the app has updated it, and returns to the view below."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._mark = ""
        self._view: Json = {}
        self._form: Form | None = None
        self._busy = False
        self._dialog = ui.dialog().props("no-backdrop-dismiss no-shake transition-duration=150").classes("modal-dialog")
        with self._dialog:
            self._card = Tag("div", classes="modal")
        self._dialog.on_value_change(self._hidden)
        tab.watch(self.refresh, "stack", "view")
        self.refresh(frozenset({"view"}))

    def refresh(self, news: frozenset[str]) -> None:
        """Show what is on top now."""
        view = self.tab.person.modal
        mark = json.dumps([view.get(key) for key in _DRAWN_FROM]) if view else ""
        if mark == self._mark:
            return
        self._mark = mark
        if view is None:
            self._view, self._form = {}, None
            self._dialog.close()
            return
        self._view = view
        self._card.clear()
        self._dialog.props["aria-label"] = view["title"]["text"]
        with self._card:
            self._draw(view)
        self._dialog.open()

    def _draw(self, view: Json) -> None:
        stage = LiveStage(self.tab, "modal")
        with Tag("div", classes="modal-head"):
            raw(mrkdwn.text_object(view["title"], stage.view), "modal-title", tag="h2")
            click(push("✕", "tool", label="Close everything"), self._close_all)
        with Tag("div", classes="modal-body"):
            self._form = Form(view, stage, self._submit)
        with Tag("div", classes="modal-foot"):
            click(push(str((view.get("close") or {}).get("text", "Cancel")), "button"), self._leave)
            if view.get("submit"):
                self._button = push(str(view["submit"]["text"]), "button primary")
                click(self._button, self._submit)

    async def _submit(self) -> None:
        if self._form is None or self._busy or not self._view.get("submit"):
            return
        form, self._busy = self._form, True
        self._button.attributes(disabled=True, aria_busy="true")
        try:
            outcome = await self.tab.do(self.tab.person.submits, what=self._view["title"]["text"])
        finally:
            self._busy = False
            if not self._button.is_deleted:
                self._button.attributes(disabled=None, aria_busy=None)
        if outcome is not None and form is self._form:
            form.show_errors(outcome.errors)

    async def _close_all(self) -> None:
        await self.tab.do(self.tab.person.closes_modal, everything=True)

    async def _leave(self) -> None:
        await self.tab.do(self.tab.person.closes_modal)

    async def _hidden(self, event: Any) -> None:
        """Escape closes the dialog in the browser; the workspace is told when it still thinks it open."""
        if not event.value and self._view:
            self._mark = ""
            await self._leave()
