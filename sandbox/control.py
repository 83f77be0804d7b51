"""The sandbox's own HTTP, for other processes: act as a person, look at the state, make trouble.

POST /sandbox/act      {"person": "Ana", "verb": "types", "args": {...}} -> {"outcome": {...}} or {"result": ...}
POST /sandbox/faults   {"fault": "rate_limit", "args": {...}} -> what trouble waits
POST /sandbox/limits   {"on": true} -> whether the app's calls are limited as Slack limits them
GET  /sandbox/state, /sandbox/settings, /sandbox/healthz, /sandbox/quiet?timeout=5

Errors are HTTP 400 with {"error": "a sentence"}. It listens where the server listens: keep that on loopback.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.errors import SandboxError
from sandbox.people import Outcome, Person

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

VERBS = (
    "types",
    "says",
    "edits",
    "deletes",
    "reacts",
    "unreacts",
    "pins",
    "unpins",
    "dismisses",
    "clicks",
    "chooses",
    "fills",
    "submits",
    "options",
    "closes_modal",
    "shortcut",
    "opens_home",
    "joins",
    "leaves",
    "invites",
    "removes",
    "renames",
    "creates_channel",
    "sets_topic",
    "archives",
    "unarchives",
    "sees",
    "direct_messages",
    "reads",
)


def routes(ws: "Workspace") -> list[Route]:
    """The routes of the control API."""

    async def act(request: Request) -> JSONResponse:
        given = await _body(request)
        try:
            return JSONResponse(await run_in_threadpool(_act, ws, given))
        except SandboxError as wrong:
            return _refusal(str(wrong))

    async def faults(request: Request) -> JSONResponse:
        given = await _body(request)
        try:
            ws.faults.apply(str(given.get("fault")), dict(given.get("args") or {}))
        except SandboxError as wrong:
            return _refusal(str(wrong))
        return JSONResponse({"down": ws.faults.down, "waiting": [asdict(one) for one in ws.faults.waiting]})

    async def limits(request: Request) -> JSONResponse:
        ws.limits.on = bool((await _body(request)).get("on"))
        return JSONResponse({"on": ws.limits.on})

    async def state(_: Request) -> JSONResponse:
        return JSONResponse(_state(ws))

    async def settings(_: Request) -> JSONResponse:
        return JSONResponse(ws.settings())

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "connections": ws.sockets.count})

    async def quiet(request: Request) -> JSONResponse:
        timeout = request.query_params.get("timeout", "5")
        if not timeout.replace(".", "", 1).isdigit():
            return _refusal(f"timeout={timeout!r} is no number of seconds")
        return JSONResponse({"quiet": await run_in_threadpool(ws.quiet, float(timeout))})

    return [
        Route("/sandbox/act", act, methods=["POST"]),
        Route("/sandbox/faults", faults, methods=["POST"]),
        Route("/sandbox/limits", limits, methods=["POST"]),
        Route("/sandbox/state", state),
        Route("/sandbox/settings", settings),
        Route("/sandbox/healthz", healthz),
        Route("/sandbox/quiet", quiet),
    ]


async def _body(request: Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {}


def _refusal(sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=400)


def _act(ws: "Workspace", given: dict[str, Any]) -> dict[str, Any]:
    verb, args = given.get("verb"), given.get("args") or {}
    if verb not in VERBS:
        raise SandboxError(f"there is no verb {verb!r}; there are: {', '.join(VERBS)}")
    person: Person = ws.person(str(given.get("person")))
    try:
        result = getattr(person, str(verb))(**args)
    except TypeError as wrong:
        raise SandboxError(f"{verb}: {wrong}") from None
    return {"outcome": result.as_json()} if isinstance(result, Outcome) else {"result": result}


def _state(ws: "Workspace") -> dict[str, Any]:
    """Everything there is to see, for a test or a curious person."""
    with ws.state.lock:
        return {
            "team_id": ws.team_id,
            "app": {"id": ws.app_id, "name": ws.manifest.name, "user_id": ws.bot_user_id},
            "people": [one.profile for one in ws.people()],
            "channels": [
                {**ws.channel(key), "messages": list(one.messages.values())} for key, one in ws.state.channels.items()
            ],
            "modals": {user: [ws.state.views[one] for one in stack] for user, stack in ws.state.stacks.items()},
            "homes": {user: ws.state.views[view] for user, view in ws.state.homes.items()},
        }
