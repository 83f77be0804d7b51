"""A bare Socket Mode client: sees every frame, answers only when told to."""

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sandbox import Running

PATIENCE = 5.0  # seconds a test waits for a frame that should be there at once


class Socket:
    """One connection to the workspace."""

    def __init__(self, server: Running) -> None:
        client = WebClient(base_url=server.api_url, retry_handlers=[])
        self.url = client.apps_connections_open(app_token=server.ws.app_token)["url"]
        self._connection: ClientConnection = connect(self.url, legacy=True)

    def frame(self) -> dict[str, Any]:
        """The next frame."""
        return json.loads(self._connection.recv(PATIENCE))

    def frames(self) -> Iterator[dict[str, Any]]:
        """All frames, until the connection ends."""
        for text in self._connection:
            yield json.loads(text)

    def envelope(self, kind: str) -> dict[str, Any]:
        """The next envelope of this kind; what comes before is acked and dropped."""
        while True:
            frame = self.frame()
            if frame["type"] == kind:
                return frame
            if "envelope_id" in frame:
                self.ack(frame)

    def ack(self, envelope: dict[str, Any], payload: Any = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"]}
        self._connection.send(json.dumps(answer if payload is None else {**answer, "payload": payload}))

    def send(self, text: str | bytes) -> None:
        self._connection.send(text)

    def ended(self) -> bool:
        """Whether the server has closed it; reads what is left."""
        try:
            while True:
                self._connection.recv(PATIENCE)
        except ConnectionClosed:
            return True

    def close(self) -> None:
        self._connection.close()
