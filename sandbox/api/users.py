# ruff: noqa: D103 - the decorator says which method each function answers
"""users.*: the people of the workspace."""

from sandbox import directory
from sandbox.api.paging import page
from sandbox.api.registry import Answer, Call, answers
from sandbox.errors import SlackError


@answers("users.info")
def info(call: Call) -> Answer:
    user = directory.for_app(call.ws, call.user(call.args["user"]))
    return {"user": {**user, "locale": "en-US"} if call.args.get("include_locale") else user}


@answers("users.list")
def listed(call: Call) -> Answer:
    users = [directory.for_app(call.ws, one) for one in call.ws.state.users.values()]
    part, cursor = page(users, call.args, most=1000, default=1000)
    return {"members": part, "cache_ts": call.ws.counter.seconds(), "response_metadata": {"next_cursor": cursor}}


@answers("users.lookupByEmail")
def lookup_by_email(call: Call) -> Answer:
    wanted = call.args["email"].casefold()
    for user in call.ws.state.users.values():
        if user["profile"].get("email", "").casefold() == wanted and not user["deleted"]:
            return {"user": directory.for_app(call.ws, user)}
    raise SlackError("users_not_found")


@answers("users.getPresence")
def get_presence(call: Call) -> Answer:
    user = call.user(call.args.get("user", call.ws.bot_user_id))
    return {"presence": "away" if user["deleted"] else "active"}


@answers("users.profile.get")
def profile_get(call: Call) -> Answer:
    user = call.user(call.args.get("user", call.ws.bot_user_id))
    return {"profile": directory.for_app(call.ws, user)["profile"]}
