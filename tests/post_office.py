"""A mail server for tests: real SMTP on a real socket, and trouble on demand."""

import ssl
import threading
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class _Counter(Controller):
    """aiosmtpd's controller, which greets itself to be sure, and does not know on which port if any free one was asked for."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class PostOffice:
    """Keeps every mail it takes, in order. `answers` maps a recipient to what it is answered, in place of 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.hangs_up_after = 0  # so many mails are taken without an answer
        self.logins: deque[tuple[str, str]] = deque()
        self.delivered = threading.Event()
        self._controller: _Counter | None = None

    def opens(
        self,
        certificate: ssl.SSLContext | None = None,
        *,
        at_once: bool = False,
        asks_for_login: bool = False,
        port: int = 0,
    ) -> None:
        """Listen on 127.0.0.1. With a certificate, STARTTLS is offered, and a login only after it; or TLS `at_once`."""
        self._controller = _Counter(
            self,
            hostname="127.0.0.1",
            port=port,
            tls_context=None if at_once else certificate,
            ssl_context=certificate if at_once else None,
            authenticator=self._check if asks_for_login else None,
            auth_required=asks_for_login,
            auth_require_tls=certificate is not None and not at_once,
        )
        self._controller.start()

    def closes(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def port(self) -> int:
        assert self._controller is not None
        return self._controller.port

    @property
    def url(self) -> str:
        """For TOCSIN_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to somebody."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]

    def _check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: LoginPassword
    ) -> AuthResult:
        self.logins.append((auth_data.login.decode(), auth_data.password.decode()))
        return AuthResult(success=auth_data.password == b"open sesame", handled=False)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- likewise
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.delivered.set()
        if self.hangs_up_after:
            self.hangs_up_after -= 1
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"
