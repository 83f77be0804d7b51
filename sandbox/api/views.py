# ruff: noqa: D103 - the decorator says which method each function answers
"""views.*: modals and App Home."""

import json
from typing import Any

from sandbox import modals, pictures
from sandbox.api.registry import Answer, Call, answers
from sandbox.blockkit import validator
from sandbox.errors import SlackError, invalid_arguments

VIEW_BYTES = 250 * 1024


def _checked(call: Call, *, sort: str | None = None, own: str | None = None) -> dict[str, Any]:
    """The view argument, if Slack takes it; `own` is the id of the view that may already bear its external id."""
    view = call.args["view"]
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")
    validator.check_view(
        view, pictures.unknown(call.ws, view.get("blocks"), "/view/blocks") if isinstance(view, dict) else ()
    )
    if sort and view["type"] != sort:
        raise invalid_arguments(f"must be one of: {sort} [json-pointer:/view/type]")
    other = modals.by_external_id(call.ws, view.get("external_id") or "")
    if other and other["id"] != own:
        raise SlackError("duplicate_external_id")
    return dict(view)


def _trigger_id(call: Call) -> str:
    trigger_id = call.args.get("trigger_id") or call.args.get("interactivity_pointer")
    if not trigger_id:
        raise invalid_arguments("missing required field: trigger_id")
    return str(trigger_id)


@answers("views.open")
def opened(call: Call) -> Answer:
    view = _checked(call, sort="modal")
    trigger = call.ws.tickets.redeem(_trigger_id(call))
    if trigger.view_id:
        # A trigger from inside a modal: the client opens it on top, as views.push would.
        return {"view": modals.push(call.ws, trigger.user, view)}
    return {"view": modals.open_modal(call.ws, trigger.user, view)}


@answers("views.push")
def pushed(call: Call) -> Answer:
    view = _checked(call, sort="modal")
    trigger_id = _trigger_id(call)
    trigger = call.ws.tickets.triggers.get(trigger_id)
    if trigger and trigger.view_id is None:
        raise SlackError("not_found")
    stack = call.ws.state.stacks.get(trigger.user, []) if trigger else []
    if len(stack) >= modals.MOST_VIEWS:
        raise SlackError("push_limit_reached")
    trigger = call.ws.tickets.redeem(trigger_id)
    return {"view": modals.push(call.ws, trigger.user, view)}


@answers("views.update")
def updated(call: Call) -> Answer:
    args = call.args
    if "view_id" not in args and "external_id" not in args:
        raise invalid_arguments("missing required field: view_id")
    if "view_id" in args:
        old = call.ws.state.views.get(args["view_id"])
    else:
        old = modals.by_external_id(call.ws, args["external_id"])
    if old is None:
        raise SlackError("not_found")
    view = _checked(call, sort=old["type"], own=old["id"])
    if args.get("hash") and args["hash"] != old["hash"]:
        raise SlackError("hash_conflict")
    return {"view": modals.update(call.ws, old["id"], view)}


@answers("views.publish")
def published(call: Call) -> Answer:
    ws, args = call.ws, call.args
    if not ws.manifest.features.app_home.home_tab_enabled:
        raise SlackError("not_enabled")
    if args["user_id"] not in ws.state.users:
        raise SlackError("user_not_found")
    old_id = ws.state.homes.get(args["user_id"])
    view = _checked(call, sort="home", own=old_id)
    if args.get("hash") and old_id and args["hash"] != ws.state.views[old_id]["hash"]:
        raise SlackError("hash_conflict")
    return {"view": modals.publish(ws, args["user_id"], view)}
