"""Socket Mode: the app's WebSocket connections.

https://docs.slack.dev/apis/events-api/using-socket-mode: `hello` first, then envelopes, each to any one connection; an
ack names its `envelope_id`; at most ten connections; `disconnect` with a reason before Slack closes one. An ack is taken
on any connection of the app, because Bolt's built-in client answers an old socket's envelope on the new one.
"""

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.courier import Courier
from sandbox.inspector import Delivery

MOST_CONNECTIONS = 10
APPROXIMATE_CONNECTION_SECONDS = 18060
DEBUG_CONNECTION_SECONDS = 360
_HOST = "applink-sandbox"
_CLOSE = ""


class Connection:
    """One socket, with a queue so that frames leave in order and nobody waits for a slow reader."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.frames: asyncio.Queue[str] = asyncio.Queue()
        self.leaving = False

    def send(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        self.frames.put_nowait(json.dumps(frame, separators=(",", ":")))

    def close(self) -> None:
        """Close after what is queued has been sent."""
        self.leaving = True
        self.frames.put_nowait(_CLOSE)

    async def write(self) -> None:
        """Send the queued frames until the socket is to be closed, or the app has hung up."""
        try:
            while frame := await self.frames.get():
                await self.websocket.send_text(frame)
            await self.websocket.close()
        except (WebSocketDisconnect, OSError, RuntimeError):
            # The app has hung up (RuntimeError: it has done so cleanly): what is unacked runs into its three seconds.
            self.leaving = True


class Sockets:
    """All connections of the app; the courier's transport in Socket Mode."""

    def __init__(self, courier: Courier, app_id: str, changed: Callable[[], None]) -> None:
        self.enabled = True
        self.greeted = 0
        """How many connections there have been."""
        self._courier = courier
        self._app_id = app_id
        self._changed = changed
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._unacked: dict[str, Delivery] = {}
        self._choice = random.Random(0)  # noqa: S311 - which socket gets an envelope is no secret

    @property
    def count(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    def ticket(self) -> str:
        """A new ticket for one connection: the query part of the address `apps.connections.open` gives."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    # -- the courier's side -------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> bool:
        """Send one envelope to one connection; False when there is none."""
        ready = [one for one in self._connections if not one.leaving]
        if not ready:
            return False
        self._unacked[delivery.envelope_id] = delivery
        self._choice.choice(ready).send(_envelope(delivery))
        return True

    def disconnect(self, reason: str) -> None:
        """Announce the end on every connection and close it; no announcement when `reason` is empty.

        A `warning` is only the announcement: Slack closes about ten seconds later, and clients do not wait for it.
        """
        for connection in list(self._connections):
            if reason:
                connection.send(self._disconnect(reason))
            if reason != "warning":
                connection.close()

    def _disconnect(self, reason: str) -> dict[str, Any]:
        return {
            "type": "disconnect",
            "reason": reason,
            "num_connections": self.count,
            "debug_info": {"host": _HOST},
            "connection_info": {"app_id": self._app_id},
        }

    # -- the app's side -------------------------------------------------------------------------------------------------------

    async def serve(self, websocket: WebSocket) -> None:
        """One connection, from its ticket to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets or not self.enabled:
            await websocket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        if self.count >= MOST_CONNECTIONS:
            await websocket.send_json(self._disconnect("too_many_websockets"))
            await websocket.close()
            return
        await self._talk(Connection(websocket), debug="debug_reconnects" in websocket.query_params)

    async def _talk(self, connection: Connection, *, debug: bool) -> None:
        self._connections.append(connection)
        self.greeted += 1
        connection.send(self._hello(DEBUG_CONNECTION_SECONDS if debug else APPROXIMATE_CONNECTION_SECONDS))
        self._courier.connected()
        self._changed()
        writer = asyncio.create_task(connection.write())
        try:
            while (message := await connection.websocket.receive())["type"] != "websocket.disconnect":
                self._received(message.get("text") or "")
        finally:
            connection.leaving = True
            self._connections.remove(connection)
            writer.cancel()
            self._changed()

    def _hello(self, seconds: int) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {"host": _HOST, "build_number": 1, "approximate_connection_time": seconds},
            "connection_info": {"app_id": self._app_id},
        }

    def _received(self, frame: str) -> None:
        """Take an ack. Anything that is none is ignored, as Slack ignores it."""
        try:
            ack = json.loads(frame)
        except ValueError:
            return
        if not isinstance(ack, dict):
            return
        delivery = self._unacked.pop(str(ack.get("envelope_id")), None)
        if delivery:
            response = ack.get("payload") if delivery.accepts_response else None
            self._courier.settle(delivery, "acked", response)

    def forget(self, delivery: Delivery) -> None:
        """A settled delivery needs no ack any more; one that comes late is lost."""
        self._unacked.pop(delivery.envelope_id, None)


def _envelope(delivery: Delivery) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "envelope_id": delivery.envelope_id,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": delivery.accepts_response,
    }
    if delivery.kind == "events_api":
        frame["retry_attempt"] = delivery.attempt
        frame["retry_reason"] = "timeout" if delivery.attempt else ""
    return frame
