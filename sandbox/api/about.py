# ruff: noqa: D103 - the decorator says which method each function answers
"""api.test, auth.test, apps.connections.open, blocks.validate, bots.info, team.info, dnd.*: who and where one is."""

from typing import Any

from sandbox.api.registry import Answer, Call, answers
from sandbox.blockkit import validator
from sandbox.errors import SlackError, invalid_arguments

MOST_CHARACTERS = 100_000  # of each argument of blocks.validate


@answers("api.test")
def api_test(call: Call) -> Answer:
    if call.args.get("error"):
        raise SlackError(call.args["error"], args=call.args)
    return {"args": call.args}


@answers("auth.test")
def auth_test(call: Call) -> Answer:
    ws = call.ws
    return {
        "url": f"https://{ws.team_domain}.slack.com/",
        "team": ws.team_name,
        "user": ws.state.users[ws.bot_user_id]["name"],
        "team_id": ws.team_id,
        "user_id": ws.bot_user_id,
        "bot_id": ws.bot_id,
        "is_enterprise_install": False,
    }


@answers("apps.connections.open")
def connections_open(call: Call) -> Answer:
    ws = call.ws
    if not ws.manifest.settings.socket_mode_enabled:
        raise SlackError("forbidden_team")
    address = ws.url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={ws.sockets.ticket()}&app_id={ws.app_id}"}


@answers("blocks.validate")
def blocks_validate(call: Call) -> Answer:
    """Exactly one of `blocks`, `view`, `message`; needs no token."""
    given = [(name, value) for name, value in call.args.items() if name in ("blocks", "view", "message")]
    if len(given) != 1:
        raise invalid_arguments("must provide exactly one of `blocks`, `view` or `message`")
    name, value = given[0]
    if len(str(value)) > MOST_CHARACTERS:
        raise invalid_arguments(f"must be less than {MOST_CHARACTERS + 1} characters [json-pointer:/{name}]")
    problems = validator.problems_of(name, value)
    if problems:
        raise SlackError(f"invalid_{name}", errors=[problem.as_json() for problem in problems])
    return {}


@answers("bots.info")
def bots_info(call: Call) -> Answer:
    ws = call.ws
    if call.args.get("bot", ws.bot_id) != ws.bot_id:
        raise SlackError("bot_not_found")
    profile: dict[str, Any] = {key: value for key, value in ws.bot_profile.items() if key != "team_id"}
    return {"bot": profile}


@answers("team.info")
def team_info(call: Call) -> Answer:
    ws = call.ws
    if call.args.get("team", ws.team_id) != ws.team_id:
        raise SlackError("team_not_found")
    team = {
        "id": ws.team_id,
        "name": ws.team_name,
        "domain": ws.team_domain,
        "url": f"https://{ws.team_domain}.slack.com/",
        "email_domain": "example.com",
        "icon": {"image_default": True},
    }
    return {"team": team}


def _no_dnd() -> dict[str, Any]:
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


@answers("dnd.info")
def dnd_info(call: Call) -> Answer:
    if "user" in call.args:
        call.user(call.args["user"])
    return {**_no_dnd(), "snooze_enabled": False}


@answers("dnd.teamInfo")
def dnd_team_info(call: Call) -> Answer:
    return {"users": {user: _no_dnd() for user in call.args["users"] if user in call.ws.state.users}}
