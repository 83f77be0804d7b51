"""The payloads of interactivity: commands, block actions, shortcuts, views, options.

Field by field as on https://docs.slack.dev/reference/interaction-payloads and in recorded traffic of Slack's SDKs.
"""

from typing import TYPE_CHECKING, Any

from sandbox.state import Channel
from sandbox.tickets import ResponseUrl

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Payload = dict[str, Any]


def _user(ws: "Workspace", user: str) -> Payload:
    name = ws.state.users[user]["name"]
    return {"id": user, "username": name, "name": name, "team_id": ws.team_id}


def _frame(ws: "Workspace", sort: str, user: str) -> Payload:
    """What all interactive payloads have."""
    return {
        "type": sort,
        "user": _user(ws, user),
        "api_app_id": ws.app_id,
        "token": ws.verification_token,
        "team": {"id": ws.team_id, "domain": ws.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> Payload:
    name = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    return {"id": channel.id, "name": name}


def _response_url(ws: "Workspace", ticket: ResponseUrl, sort: str) -> str:
    return ws.url + ws.tickets.response_url(ticket, sort)


def command(ws: "Workspace", user: str, channel: Channel, name: str, text: str) -> Payload:
    """A slash command. There is no `thread_ts`, and `is_enterprise_install` is a string."""
    ticket = ResponseUrl(user, channel.id, ws.tickets.response_until())
    return {
        "token": ws.verification_token,
        "team_id": ws.team_id,
        "team_domain": ws.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel(channel)["name"],
        "user_id": user,
        "user_name": ws.state.users[user]["name"],
        "command": name,
        "text": text,
        "api_app_id": ws.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(ws, ticket, "commands"),
        "trigger_id": ws.tickets.trigger(user),
    }


def block_actions(ws: "Workspace", user: str, action: Payload, where: Payload, state: Payload) -> Payload:
    """A click or a choice; `where` is what `in_message` or `in_view` gives."""
    payload = _frame(ws, "block_actions", user)
    payload.update(where)
    payload["state"] = {"values": state}
    payload["actions"] = [{**action, "action_ts": ws.counter.ts()}]
    return payload


def in_message(ws: "Workspace", user: str, channel: Channel, message: Payload, *, ephemeral: bool) -> Payload:
    """The part of block_actions that says in which message it happened. An ephemeral message itself is not sent."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    ticket = ResponseUrl(
        user,
        channel.id,
        ws.tickets.response_until(),
        ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        ephemeral=ephemeral,
    )
    where = {
        "container": container,
        "trigger_id": ws.tickets.trigger(user),
        "channel": _channel(channel),
        "response_url": _response_url(ws, ticket, "actions"),
    }
    if not ephemeral:
        where["message"] = message
    return where


def in_view(ws: "Workspace", user: str, view: Payload, state: Payload) -> Payload:
    """The part of block_actions that says in which modal or App Home it happened."""
    trigger = ws.tickets.trigger(user, view["id"] if view["type"] == "modal" else None)
    return {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": trigger,
        "view": {**view, "state": {"values": state}},
    }


def view_submission(ws: "Workspace", user: str, view: Payload, state: Payload) -> Payload:
    """A modal that was submitted, with all values."""
    payload = _frame(ws, "view_submission", user)
    payload["trigger_id"] = ws.tickets.trigger(user, view["id"])
    payload["view"] = {**view, "state": {"values": state}}
    payload["response_urls"] = []
    return payload


def view_closed(ws: "Workspace", user: str, view: Payload, state: Payload, *, cleared: bool) -> Payload:
    """A modal that was closed; only for views with `notify_on_close`."""
    payload = _frame(ws, "view_closed", user)
    payload["view"] = {**view, "state": {"values": state}}
    payload["is_cleared"] = cleared
    return payload


def global_shortcut(ws: "Workspace", user: str, callback_id: str) -> Payload:
    """A shortcut from the ⚡ menu; it has no channel and no response URL."""
    payload = _frame(ws, "shortcut", user)
    payload.update(callback_id=callback_id, action_ts=ws.counter.ts(), trigger_id=ws.tickets.trigger(user))
    return payload


def message_shortcut(ws: "Workspace", user: str, callback_id: str, channel: Channel, message: Payload) -> Payload:
    """A shortcut from the menu of a message."""
    ticket = ResponseUrl(user, channel.id, ws.tickets.response_until(), thread_ts=message.get("thread_ts"))
    payload = _frame(ws, "message_action", user)
    payload.update(
        callback_id=callback_id,
        action_ts=ws.counter.ts(),
        trigger_id=ws.tickets.trigger(user),
        response_url=_response_url(ws, ticket, "app"),
        channel=_channel(channel),
        message_ts=message["ts"],
        message=message,
    )
    return payload


def block_suggestion(
    ws: "Workspace", user: str, element: Payload, block_id: str, query: str, where: Payload
) -> Payload:
    """The question for the options of an external select; `where` as for block_actions, without its trigger."""
    payload = _frame(ws, "block_suggestion", user)
    payload.update({key: value for key, value in where.items() if key in ("container", "view", "channel", "message")})
    payload.update(action_id=element["action_id"], block_id=block_id, value=query)
    return payload
