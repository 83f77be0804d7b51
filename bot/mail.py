"""E-mail, over SMTP: for what must be heard when Slack cannot be.

SMTP has no way to ask whether a mail was taken. A mail that is sent again after an unclear end bears the same Message-ID
(it is made from the effect's uid), by which the receiving side tells that it has it already.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache

from bot.errors import MailRefused, MailUnclear
from bot.settings import SmtpServer, Tls

SUBJECT_MOST = 200
SECONDS = 10.0
FOR_GOOD = 500  # SMTP answers from here on mean: do not try again. RFC 5321, section 4.2.1


@cache
def trust() -> ssl.SSLContext:
    """Whom to trust: all certificates of the machine. Not the web's: whoever speaks HTTP has a context offer HTTP in each greeting."""
    return ssl.create_default_context()


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One e-mail to one person. `uid` is the effect's; texts are ready.

    Mails of one `thread` are shown together, below the one that `opens` it. Answers go to `reply_to`: name and address.
    `headers` are further ones of our own words: nothing that people wrote.
    """

    uid: str
    to: str
    name: str
    subject: str
    text: str
    html: str
    incident: str | None = None
    thread: str | None = None
    opens: bool = False
    reply_to: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer:
    """Sends mails, each over a connection of its own. `now` dates them; `seconds` is the patience with each answer."""

    def __init__(self, server: SmtpServer, sender: str, now: Callable[[], datetime], seconds: float = SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._address = parseaddr(sender)[1]
        self._domain = self._address.rpartition("@")[2]
        self._now = now
        self._seconds = seconds

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it goes out: MIME, as text and as HTML. What people wrote cannot end a header."""
        message = EmailMessage(policy=policy.SMTP)
        message["Subject"] = _line(mail.subject)[:SUBJECT_MOST]
        message["From"] = self._sender
        message["To"] = Address(display_name=_line(mail.name), addr_spec=_spelled(mail.to))
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = self._id(mail.thread if mail.opens and mail.thread else mail.uid)
        if mail.reply_to is not None and (reply_to := _address(*mail.reply_to)):
            message["Reply-To"] = reply_to
        if mail.thread is not None and not mail.opens:
            message["In-Reply-To"] = message["References"] = self._id(mail.thread)
        if mail.incident is not None:
            message["X-Tocsin-Incident"] = mail.incident
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: so that no holiday notice comes back
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message

    def send(self, mail: Mail) -> None:
        """Hand it to the mail server. `MailRefused` or `MailUnclear` when it was not taken."""
        message = self.message(mail)
        with _sorted():
            smtp = self._connected()
            try:
                smtp.send_message(message, self._address, [_spelled(mail.to)])
            except BaseException:
                smtp.close()
                raise
        with contextlib.suppress(OSError):  # It was taken; how the goodbye goes changes nothing.
            smtp.quit()
        smtp.close()

    def knock(self) -> None:
        """Do all that comes before a mail, and send none. `MailRefused` or `MailUnclear` when we are not let in."""
        with _sorted():
            smtp = self._connected()
            try:
                smtp.ehlo_or_helo_if_needed()
            except BaseException:
                smtp.close()
                raise
        with contextlib.suppress(OSError):  # We were let in.
            smtp.quit()
        smtp.close()

    def _id(self, name: str) -> str:
        return f"<{name}@{self._domain}>"

    def _connected(self) -> smtplib.SMTP:
        """A connection over which the mail may be said: secured and logged in, if the settings ask for that."""
        server, us = self._server, socket.gethostname()
        safe = trust()
        if server.tls is Tls.IMPLICIT:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, us, timeout=self._seconds, context=safe)
        else:
            smtp = smtplib.SMTP(server.host, server.port, us, timeout=self._seconds)
        try:
            if server.starttls:
                smtp.starttls(context=safe)
            if server.user is not None and server.password is not None:
                smtp.login(server.user, server.password.get_secret_value())
        except BaseException:
            smtp.close()
            raise
        return smtp


def _address(name: str, address: str) -> Address | None:
    """An address from elsewhere (a profile in Slack), if it is one: an answer that cannot be sent helps nobody."""
    try:
        return Address(display_name=_line(name), addr_spec=_line(address))
    except (HeaderParseError, ValueError, IndexError):  # each of them, depending on what is wrong
        return None


def _spelled(address: str) -> str:
    """An address as every mail server understands it: a domain beyond ASCII in its IDNA spelling. See RFC 5890."""
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('idna').decode()}"
    except UnicodeError:  # It is no domain; the mail server says so.
        return address


def _line(text: str) -> str:
    """On one line, without what cannot be seen."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


@contextlib.contextmanager
def _sorted() -> Iterator[None]:
    """Sort the ways in which it can go wrong into two. The server's words stay out: they tend to name the recipient."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, _),) = refused.recipients.values()
        raise _answered(code, "the recipient") from None
    except smtplib.SMTPSenderRefused as refused:
        raise _answered(refused.smtp_code, "the sender in TOCSIN_MAIL_FROM") from None
    except smtplib.SMTPAuthenticationError as refused:
        raise _answered(refused.smtp_code, "user and password in TOCSIN_SMTP_URL") from None
    except smtplib.SMTPResponseException as refused:
        raise _answered(refused.smtp_code, "the mail") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(
            "the mail server does not offer what TOCSIN_SMTP_URL asks for (STARTTLS, or a login)"
        ) from None
    except OSError as error:  # smtplib's own errors are OSErrors too
        raise MailUnclear(f"the mail server did not answer ({type(error).__name__})") from error


def _answered(code: int, about: str) -> MailRefused | MailUnclear:
    kind = MailRefused if code >= FOR_GOOD else MailUnclear
    return kind(f"the mail server answered {code} to {about}")
