"""Views: modals on a person's stack, and App Home.

https://docs.slack.dev/surfaces/modals: at most three views on a stack; a trigger opens one view once; `hash` protects
from overwriting; what was typed stays when block and action ids stay.
"""

import copy
import secrets
from typing import TYPE_CHECKING, Any

from sandbox import forms
from sandbox.blockkit.filling import filled
from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

View = dict[str, Any]

MOST_VIEWS = 3


def open_modal(ws: "Workspace", user: str, given: View) -> View:
    """Open the first view of a stack; a stack that is open is replaced, as the client shows one at a time."""
    for old in ws.state.stacks.pop(user, []):
        _forget(ws, old)
    view = _new(ws, given)
    _put(ws, user, view)
    return view


def push(ws: "Workspace", user: str, given: View) -> View:
    """Put a view on top of the stack; raises `push_limit_reached` beyond three."""
    stack = ws.state.stacks.get(user, [])
    if len(stack) >= MOST_VIEWS:
        raise SlackError("push_limit_reached")
    view = _new(ws, given)
    if stack:
        view["previous_view_id"] = stack[-1]
        view["root_view_id"] = stack[0]
    _put(ws, user, view)
    return view


def update(ws: "Workspace", view_id: str, given: View) -> View:
    """Replace the content of an open view; typed values whose block and action ids stay are kept."""
    old = ws.state.views[view_id]
    view = _new(ws, given, old["id"])
    for key in ("previous_view_id", "root_view_id"):
        view[key] = old[key]
    ws.state.views[view_id] = view
    typed = ws.state.drafts.get(view_id, {})
    ws.state.drafts[view_id] = forms.kept(typed, view["blocks"])
    _touch(ws, view_id)
    return view


def publish(ws: "Workspace", user: str, given: View) -> View:
    """Show a Home view to a person."""
    old = ws.state.homes.get(user)
    view = _new(ws, given, old)
    ws.state.homes[user] = view["id"]
    ws.state.views[view["id"]] = view
    ws.state.drafts[view["id"]] = forms.kept(ws.state.drafts.get(view["id"], {}), view["blocks"])
    ws.state.touch("home", user, user=user, view=view["id"])
    ws.state.touch("view", view["id"])
    return view


def close_top(ws: "Workspace", user: str) -> View | None:
    """Take the top view away; the one below shows again."""
    stack = ws.state.stacks.get(user, [])
    if not stack:
        return None
    view = ws.state.views[stack.pop()]
    _forget(ws, view["id"])
    _stack_changed(ws, user)
    return view


def close(ws: "Workspace", user: str, view_id: str) -> None:
    """Take this view away, wherever on the stack it is; nothing happens when it is gone already."""
    stack = ws.state.stacks.get(user, [])
    if view_id in stack:
        stack.remove(view_id)
        _forget(ws, view_id)
        _stack_changed(ws, user)


def clear(ws: "Workspace", user: str) -> list[View]:
    """Close the whole stack; returns the views that were open, the top one first."""
    closed = []
    while view := close_top(ws, user):
        closed.append(view)
    return closed


def owner(ws: "Workspace", view_id: str) -> str | None:
    """Whose screen the view is on."""
    for user, stack in ws.state.stacks.items():
        if view_id in stack:
            return user
    return next((user for user, home in ws.state.homes.items() if home == view_id), None)


def by_external_id(ws: "Workspace", external_id: str) -> View | None:
    """The open view or Home with this external id."""
    return next((one for one in ws.state.views.values() if external_id and one["external_id"] == external_id), None)


def _put(ws: "Workspace", user: str, view: View) -> None:
    ws.state.views[view["id"]] = view
    ws.state.stacks.setdefault(user, []).append(view["id"])
    ws.state.touch("view", view["id"], user=user, view=view["id"])
    _stack_changed(ws, user)


def _stack_changed(ws: "Workspace", user: str) -> None:
    if not ws.state.stacks.get(user):
        ws.state.stacks.pop(user, None)
    ws.state.touch("stack", user, user=user)


def _touch(ws: "Workspace", view_id: str) -> None:
    user = owner(ws, view_id)
    ws.state.touch("view", view_id, user=user or "", view=view_id)
    if user and view_id not in ws.state.homes.values():
        _stack_changed(ws, user)


def _forget(ws: "Workspace", view_id: str) -> None:
    ws.state.views.pop(view_id, None)
    ws.state.drafts.pop(view_id, None)
    ws.state.touch("view", view_id)


def _new(ws: "Workspace", given: View, view_id: str | None = None) -> View:
    view_id = view_id or ws.counter.id("V")
    given = copy.deepcopy(given)
    return {
        "id": view_id,
        "team_id": ws.team_id,
        "type": given["type"],
        "blocks": filled(given["blocks"], ws.counter.block_id),
        "private_metadata": given.get("private_metadata") or "",
        "callback_id": given.get("callback_id") or "",
        "state": {"values": {}},
        "hash": f"{ws.counter.seconds()}.{secrets.token_hex(4)}",
        "title": _text(given.get("title")) or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "close": _text(given.get("close")),
        "submit": _text(given.get("submit")),
        "submit_disabled": bool(given.get("submit_disabled")),
        "previous_view_id": None,
        "root_view_id": view_id,
        "app_id": ws.app_id,
        "external_id": given.get("external_id") or "",
        "app_installed_team_id": ws.team_id,
        "bot_id": ws.bot_id,
    }


def _text(text: Any) -> Any:
    return {**text, "emoji": text.get("emoji", True)} if text else None
