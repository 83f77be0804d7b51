"""Where files are uploaded to: `POST /upload/v1/<file id>`, the address `files.getUploadURLExternal` gives."""

from typing import TYPE_CHECKING

from sandbox.errors import SlackError
from sandbox.webapi import Receive, Scope, Send, read_body

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

FILE_BYTES = 64 * 1024 * 1024  # Slack takes 1 GB; nobody needs that here


class Uploads:
    """The ASGI application of the upload addresses, and of the files themselves (`GET /upload/file/<file id>`)."""

    def __init__(self, ws: "Workspace") -> None:
        self._ws = ws

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        file_id = scope["path"].rsplit("/", 1)[-1]
        kind = b"text/plain"
        try:
            body = await read_body(receive, FILE_BYTES)
            if scope["method"] == "GET":
                content, kind = self._stored(file_id)
            else:
                content = self._take(file_id, body)
            status = 200
        except SlackError as refused:
            status, content = max(refused.status, 400), refused.error.encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": content})

    def _take(self, file_id: str, body: bytes) -> bytes:
        file = self._ws.state.files.get(file_id)
        if file is None or file["mode"] != "awaiting":
            raise SlackError("file_not_found", status=404)
        with self._ws.state.change():
            file["size"] = len(body)
            file["mode"] = "uploaded"
            self._ws.state.contents[file_id] = body
            self._ws.state.touch("file", file_id)
        return f"OK - {len(body)}".encode()

    def _stored(self, file_id: str) -> tuple[bytes, bytes]:
        file = self._ws.state.files.get(file_id)
        content = self._ws.state.contents.get(file_id)
        if file is None or content is None:
            raise SlackError("file_not_found", status=404)
        return content, str(file["mimetype"]).encode()
