"""The bot's own HTTP: is it alive, is it ready, the status page, and (in HTTP mode) what Slack sends."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from slack_bolt import App, BoltRequest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import migrations
from bot import hooks, site
from bot.hooks import bounded_body
from bot.metrics import REGISTRY
from bot.parts import Parts
from bot.settings import HttpAddress
from db import notices, queries

log = logging.getLogger(__name__)

START_SECONDS = 5.0


def application(parts: Parts, *, connected: Callable[[], bool], slack: App | None) -> FastAPI:
    """The routes. `connected` says whether Slack reaches us; `slack` is given in HTTP mode only."""
    web = FastAPI(title="tocsin", docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @web.get("/readyz")
    def ready(response: Response) -> dict[str, Any]:
        checks = {"database": _database_answers(parts), "slack": connected()}
        if not all(checks.values()):
            response.status_code = 503
        return {"ready": all(checks.values()), **checks, "degraded": parts.health.degraded}

    @web.get("/metrics")
    def metrics() -> Response:
        return Response(
            generate_latest(REGISTRY) + generate_latest(_state(parts, connected=connected())),
            media_type=CONTENT_TYPE_LATEST,
        )

    hooks.take(web, parts)
    site.show(web, parts)
    if slack is not None:
        _take_slack_requests(web, slack)
    return web


def _take_slack_requests(web: FastAPI, slack: App) -> None:
    # A plain function runs in a thread: Bolt's listeners wait for the database and must not hold up the event loop.
    @web.post("/slack/events")
    def events(request: Request, body: Annotated[bytes, Depends(bounded_body)]) -> Response:
        headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
        try:
            answer = slack.dispatch(BoltRequest(body=body.decode("utf-8", "replace"), headers=headers))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # Bolt looks into a body, even before it looks at the signature, and expects one of Slack's.
            log.warning("a request to /slack/events is none of Slack's: %s", type(error).__name__)
            raise HTTPException(400, "This is nothing that Slack sends.") from None
        return Response(answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()})


def _state(parts: Parts, *, connected: bool) -> CollectorRegistry:
    """What the database says at this moment, the same from every bot."""
    registry = CollectorRegistry()
    effects = Gauge("tocsin_outbox_effects", "Effects that are not done.", ["state"], registry=registry)
    age = Gauge(
        "tocsin_outbox_oldest_seconds", "Age of the oldest effect that is not done.", ["state"], registry=registry
    )
    incidents = Gauge("tocsin_incidents_open", "Open incidents.", ["phase", "severity"], registry=registry)
    overdue = Gauge("tocsin_reviews_overdue", "Reviews that should have been done.", registry=registry)
    untold = Gauge(
        "tocsin_customer_updates_overdue", "Incidents of which customers should have been told more.", registry=registry
    )
    Gauge("tocsin_socket_connected", "Whether Slack reaches this bot.", registry=registry).set(connected)
    away = Gauge("tocsin_slack_degraded", "Whether this bot has to do without Slack.", registry=registry)
    away.set(parts.health.degraded)
    refused = "Whether the policy file was wrong when it was read last, and the one before it is in force."
    Gauge("tocsin_policy_refused", refused, registry=registry).set(parts.rulebook.trouble is not None)
    up = Gauge("tocsin_database_up", "Whether the database answers, with this version's schema.", registry=registry)
    up.set(_database_answers(parts))
    now = parts.clock.now()
    with contextlib.suppress(SQLAlchemyError), parts.store.read() as session:  # `up` says so.
        for state, count, oldest in queries.outbox_depth(session):
            effects.labels(state.value).set(count)
            age.labels(state.value).set((now - oldest).total_seconds())
        for phase, severity, count in queries.incidents_by_phase(session):
            incidents.labels(phase.value, severity).set(count)
        overdue.set(len(queries.reviews_overdue(session, now)))
        untold.set(len(notices.due(session, now)))
    return registry


def _database_answers(parts: Parts) -> bool:
    try:
        with parts.store.read() as session:
            session.execute(text("SELECT 1"))
        return migrations.current(parts.store.engine) == migrations.newest()
    except SQLAlchemyError:
        return False


class Server:
    """uvicorn in a thread. The port is bound in `start`, so that an address in use is an error at once."""

    def __init__(self, web: FastAPI, address: HttpAddress) -> None:
        config = uvicorn.Config(web, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._address = address
        self._thread: threading.Thread | None = None

    def start(self) -> int:
        """Listen; gives the port. OSError when the address is in use. Who calls from now on is answered, or waits."""
        family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
        listening = socket.create_server((self._address.host, self._address.port), family=family)
        self._thread = threading.Thread(target=self._server.run, args=[[listening]], name="web", daemon=True)
        self._thread.start()
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """Finish what is in hand and close."""
        self._server.should_exit = True
        if self._thread:
            self._thread.join(START_SECONDS)
