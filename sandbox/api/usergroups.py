# ruff: noqa: D103 - the decorator says which method each function answers
"""usergroups.*: groups of people with a handle."""

import re
from typing import Any

from sandbox import events
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError

DESCRIPTION_LENGTH = 140
NAME_LENGTH = 255
_HANDLE = re.compile(r"[a-z0-9._-]{1,80}")


def _group(call: Call) -> dict[str, Any]:
    group = call.ws.state.usergroups.get(call.args["usergroup"])
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _shown(group: dict[str, Any], call: Call) -> dict[str, Any]:
    shown = {key: value for key, value in group.items() if key != "users"}
    if call.args.get("include_users"):
        shown["users"] = group["users"]
    shown["user_count"] = len(group["users"])
    return shown


def _changed(call: Call, group: dict[str, Any], event: str = "subteam_updated") -> None:
    group["date_update"] = call.ws.counter.seconds()
    group["updated_by"] = call.ws.bot_user_id
    call.ws.state.touch("usergroup", group["id"])
    events.emit(call.ws, {"type": event, "subteam": dict(group)})


def _free(call: Call, key: str, value: str, error: str, but: str = "") -> None:
    groups = call.ws.state.usergroups.values()
    if any(one[key] == value and one["id"] != but for one in groups):
        raise SlackError(error)


@answers("usergroups.create")
def create(call: Call) -> Answer:
    ws, args = call.ws, call.args
    name, handle = args["name"], args.get("handle") or re.sub(r"[^a-z0-9]+", "-", args["name"].lower()).strip("-")
    if len(name) > NAME_LENGTH:
        raise SlackError("name_too_long")
    if len(args.get("description") or "") > DESCRIPTION_LENGTH:
        raise SlackError("description_too_long")
    if not _HANDLE.fullmatch(handle):
        raise SlackError("bad_handle")
    _free(call, "name", name, "name_already_exists")
    _free(call, "handle", handle, "handle_already_exists")
    group = {
        "id": ws.counter.id("S"),
        "team_id": ws.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": name,
        "description": args.get("description", ""),
        "handle": handle,
        "is_external": False,
        "date_create": ws.counter.seconds(),
        "date_update": ws.counter.seconds(),
        "date_delete": 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": ws.bot_user_id,
        "updated_by": ws.bot_user_id,
        "deleted_by": None,
        "prefs": {"channels": args.get("channels", []), "groups": []},
        "users": [],
    }
    ws.state.usergroups[group["id"]] = group
    _changed(call, group, "subteam_created")
    return {"usergroup": _shown(group, call)}


@answers("usergroups.update")
def update(call: Call) -> Answer:
    group = _group(call)
    for key in ("name", "handle", "description"):
        if key in call.args:
            group[key] = call.args[key]
    if "channels" in call.args:
        group["prefs"]["channels"] = call.args["channels"]
    _changed(call, group)
    return {"usergroup": _shown(group, call)}


@answers("usergroups.enable")
def enable(call: Call) -> Answer:
    group = _group(call)
    group["date_delete"], group["deleted_by"] = 0, None
    _changed(call, group)
    return {"usergroup": _shown(group, call)}


@answers("usergroups.disable")
def disable(call: Call) -> Answer:
    group = _group(call)
    group["date_delete"], group["deleted_by"] = call.ws.counter.seconds(), call.ws.bot_user_id
    _changed(call, group)
    return {"usergroup": _shown(group, call)}


@answers("usergroups.list")
def listed(call: Call) -> Answer:
    wanted = call.args.get("include_disabled", False)
    groups = [one for one in call.ws.state.usergroups.values() if wanted or not one["date_delete"]]
    return {"usergroups": [_shown(one, call) for one in groups]}


@answers("usergroups.users.list")
def users_list(call: Call) -> Answer:
    return {"users": _group(call)["users"]}


@answers("usergroups.users.update")
def users_update(call: Call) -> Answer:
    """Replaces the whole membership."""
    group = _group(call)
    if any(user not in call.ws.state.users for user in call.args["users"]):
        raise SlackError("invalid_users")
    group["users"] = call.args["users"]
    _changed(call, group, "subteam_members_changed")
    return {"usergroup": _shown(group, call)}
