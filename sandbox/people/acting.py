"""Acting on what the app shows: buttons, menus, modals, shortcuts, App Home."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from sandbox import channels, directory, events, forms, interactions, modals
from sandbox.errors import NothingThere, SandboxError
from sandbox.inspector import Delivery
from sandbox.people import submission
from sandbox.people.outcome import Outcome
from sandbox.people.seat import Doc, Place
from sandbox.people.surface import Surface, button, choice, look_at
from sandbox.people.talking import Talking

FAILED = "We had some trouble connecting. Try again?"


class Acting(Talking):
    """The verbs of Block Kit."""

    def clicks(self, button_or_action_id: str, on: Place = "modal", value: str | None = None) -> Outcome:
        """Click a button or an option of an overflow menu: its exact text or its action id, and `value` if several match.

        `on` is a message (its object or ts), `"modal"` or `"home"`. A confirmation is confirmed.
        """
        surface = look_at(self, on)
        field, action = button(surface, button_or_action_id, value)
        return self._act(surface, field, action)

    def chooses(self, wanted: Any, on: Place = "modal", action: str | None = None) -> Outcome:
        """Choose in a select, radio buttons, checkboxes, a date picker …: option texts or values, people, channels, dates.

        `action` is the label or action id of the element; not needed where only one offers this.
        """
        surface = look_at(self, on)
        field = choice(surface, wanted, action)
        value = self._value(surface, field, wanted)
        with self.ws.state.change():
            surface.typed.setdefault(field.block_id, {})[field.action_id] = value
            self.ws.state.touch("draft", str(surface.thing.get("id") or surface.thing["ts"]), user=self.id)
        if not field.dispatches:
            return Outcome(True, modal=self.modal)
        return self._act(surface, field, {key: one for key, one in value.items() if key != "type"})

    def _act(self, surface: Surface, field: forms.Field, action: Doc) -> Outcome:
        ws = self.ws
        with ws.state.change():
            whole = {"action_id": field.action_id, "block_id": field.block_id, **action, "type": field.sort}
            payload = interactions.block_actions(ws, self.id, whole, surface.where(), surface.values())
        return self._interact(payload)

    def _interact(self, payload: Doc) -> Outcome:
        """Send an interaction that wants only an ack; what the app has answered until then is what is seen."""
        ws = self.ws
        if not ws.manifest.settings.interactivity.is_enabled:
            return Outcome(False, said="This app is not set up for interactivity.", failure="interactivity_disabled")
        before = len(ws.state.ephemerals.get(self.id, ()))
        ticket = ws.tickets.response_urls.get(payload.get("response_url", "").removeprefix(ws.url))
        delivery = self.ask_app("interactive", payload)
        if not delivery.acked:
            return Outcome(False, said=FAILED, failure=delivery.outcome, modal=self.modal)
        new = [*(ticket.shown if ticket else ()), *ws.state.ephemerals.get(self.id, [])[before:]]
        shown = new[-1] if new else None
        return Outcome(True, said=shown["text"] if shown else None, message=shown, modal=self.modal)

    def _value(self, surface: Surface, field: forms.Field, given: Any) -> Doc:
        return forms.value(
            field,
            given,
            user=lambda who: str(directory.find(self.ws, who)["id"]),
            channel=lambda which: self.place(which).id,
            search=lambda one, query: self._search(surface, one, query),
        )

    # -- external selects -------------------------------------------------------------------------------------------------

    def options(self, action: str, query: str = "", on: Place = "modal") -> list[Doc]:
        """What an external select offers for a query: the app is asked. Groups are returned flat."""
        surface = look_at(self, on)
        return self._search(surface, forms.find(surface.blocks, action), query)

    def _search(self, surface: Surface, field: forms.Field, query: str) -> list[Doc]:
        ws = self.ws
        with ws.state.change():
            payload = interactions.block_suggestion(ws, self.id, field.element, field.block_id, query, surface.where())
        delivery = self.ask_app("interactive", payload, accepts_response=True)
        if not delivery.acked or not isinstance(delivery.response, dict):
            raise SandboxError(f"the app gave no options for {field.action_id} ({delivery.outcome})")
        return forms.options_of(delivery.response)

    # -- modals -----------------------------------------------------------------------------------------------------------

    def fills(
        self, title: str, inputs: Mapping[str, Any] | None = None, /, *, submit: bool = True, **more: Any
    ) -> Outcome:
        """Fill in the modal with this title and submit it.

        Keys are labels (any case, `_` for a space, a unique beginning is enough) or action ids. Values: text; the text
        or value of an option; True or False for a single checkbox; a Person, user id or name; a date; lists for many.
        A modal that is still on its way is waited for, as long as a trigger id lives.
        """
        view = self._modal(title)
        surface = Surface(self.ws, self.id, view)
        for key, given in {**(inputs or {}), **more}.items():
            field = forms.find(view["blocks"], key, inputs_only=True)
            value = self._value(surface, field, given)
            with self.ws.state.change():
                surface.typed.setdefault(field.block_id, {})[field.action_id] = value
        return self.submits() if submit else Outcome(True, modal=self.modal)

    def _modal(self, title: str) -> Doc:
        """The top modal, which must have this title."""
        changed = threading.Event()
        stop = self.ws.on_change(lambda *_: changed.set())
        deadline = time.monotonic() + self.ws.courier.ack_seconds
        try:
            while True:
                top = self.modal
                if top and top["title"]["text"] == title:
                    return top
                if not changed.wait(max(0.0, deadline - time.monotonic())):
                    seen = f"sees the modal {top['title']['text']!r}" if top else "has no modal open"
                    raise NothingThere(f"{self.name} {seen}, not {title!r}")
                changed.clear()
        finally:
            stop()

    def submits(self, values: forms.Values | None = None) -> Outcome:
        """Press Submit on the top modal. `values` (as in `state.values`) go over what was typed before.

        What the client itself refuses (a required input left empty) never reaches the app.
        """
        surface = look_at(self, "modal")
        view = surface.thing
        with self.ws.state.change():
            for block_id, actions in (values or {}).items():
                surface.typed.setdefault(block_id, {}).update(actions)
            state = surface.values()
        if complaints := forms.missing(view["blocks"], state):
            return Outcome(False, errors=complaints, modal=view)
        with self.ws.state.change():
            payload = interactions.view_submission(self.ws, self.id, view, state)
        delivery = self.ask_app("interactive", payload, accepts_response=True)
        if not delivery.acked:
            return Outcome(False, said=FAILED, failure=delivery.outcome, modal=self.modal)
        return self._submitted(view, delivery)

    def _submitted(self, view: Doc, delivery: Delivery) -> Outcome:
        with self.ws.state.change():
            result = submission.take(self.ws, self.id, view, delivery.response)
        if result.failure:
            return Outcome(False, said=FAILED, failure=result.failure, modal=self.modal)
        return Outcome(not result.errors, errors=result.errors, modal=self.modal)

    def closes_modal(self, *, everything: bool = False) -> None:
        """Press Cancel or Escape on the top modal, or the × for the whole stack; the app hears only if it asked to."""
        ws = self.ws
        top = look_at(self, "modal")
        with ws.state.change():
            root = ws.state.views[top.thing["root_view_id"]] if everything else top.thing
            state = forms.state(root["blocks"], ws.state.drafts.get(root["id"], {}))
            if everything or top.thing["clear_on_close"]:
                closed = modals.clear(ws, self.id)
            else:
                closed = [view for view in [modals.close_top(ws, self.id)] if view]
            cleared = everything or len(closed) > 1
            payload = interactions.view_closed(ws, self.id, root, state, cleared=cleared)
        if root["notify_on_close"]:
            self.ask_app("interactive", payload)

    # -- shortcuts and App Home -------------------------------------------------------------------------------------------

    def shortcut(self, name: str, message: Place | None = None) -> Outcome:
        """Run a global shortcut, or with a message one of the message menu: its name or callback id."""
        ws = self.ws
        sort = "global" if message is None else "message"
        declared = [one for one in ws.manifest.features.shortcuts if one.type == sort]
        one = next((one for one in declared if name in (one.name, one.callback_id)), None)
        if one is None or "commands" not in ws.scopes:
            names = ", ".join(repr(one.name) for one in declared)
            raise NothingThere(f"the app has no {sort} shortcut {name!r}; there are: {names or 'none'}")
        with ws.state.change():
            if message is None:
                payload = interactions.global_shortcut(ws, self.id, one.callback_id)
            else:
                channel, found = self.find_message(message)
                payload = interactions.message_shortcut(ws, self.id, one.callback_id, channel, found)
        return self._interact(payload)

    def opens_home(self, tab: str = "home") -> Outcome:
        """Look at the app's Home (or its `messages` tab): the app gets `app_home_opened`. Waits until it has acked."""
        ws = self.ws
        with ws.state.change():
            event: Doc = {
                "type": "app_home_opened",
                "user": self.id,
                "channel": channels.direct(ws, self.id).id,
                "tab": tab,
                "event_ts": ws.counter.ts(),
            }
            view = ws.home(self.id)
            if view and tab == "home":
                event["view"] = view
            events.emit(ws, event)
        acked = ws.courier.on_loop or ws.quiet(ws.courier.ack_seconds)
        return Outcome(acked, failure=None if acked else "operation_timeout", modal=self.modal)
