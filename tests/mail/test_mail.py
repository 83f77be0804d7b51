"""E-mail on a real SMTP server: what it looks like, how it is secured, and what becomes of it when something is wrong."""

import shutil
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot import connections, settings
from bot import mail as bot_mail
from bot.errors import MailRefused, MailUnclear
from bot.mail import Mail, Mailer

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def mailer(url, sender="Tocsin <tocsin@example.com>", **more):
    found = settings.load(need_slack=False, env={"TOCSIN_SMTP_URL": url, "TOCSIN_MAIL_FROM": sender})
    assert found.smtp is not None
    return Mailer(found.smtp, found.mail_from, lambda: NOON, **more)


def mail(**more):
    usual = {
        "uid": "4f1c",
        "to": "mia@example.com",
        "name": "Mia",
        "subject": "INC-7 is open",
        "text": "Cards are refused.\n",
        "html": "<p>Cards are refused.</p>\n",
    }
    return Mail(**(usual | more))


def text_of(taken):
    """SMTP ends its lines with CR LF."""
    return taken.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_what_it_looks_like(post_office):
    mailer(post_office.url).send(mail(incident="INC-7", thread="inc7uid"))
    (taken,) = post_office.mails
    assert taken["From"] == "Tocsin <tocsin@example.com>"
    assert taken["To"] == "Mia <mia@example.com>"
    assert taken["Message-ID"] == "<4f1c@example.com>"
    assert taken["References"] == taken["In-Reply-To"] == "<inc7uid@example.com>"
    assert taken["X-Tocsin-Incident"] == "INC-7"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"].datetime == NOON
    assert [part.get_content_type() for part in taken.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert text_of(taken) == "Cards are refused.\n"


def test_names_and_texts_in_every_script(post_office):
    text = "Zahlungen stehen: „Fehler 500“ – 支払いができない 🔥\n"
    mailer(post_office.url).send(mail(name="Jörg Weiß-Łuczak, Größe", subject=text, text=text))
    (taken,) = post_office.mails
    assert taken["To"].addresses[0].display_name == "Jörg Weiß-Łuczak, Größe"
    assert taken["Subject"] == text.strip()
    assert text_of(taken) == text


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\r\n ", "\x00\n"], ids=ascii)
def test_nobody_writes_a_header(post_office, ending):
    """Titles and names are people's words: a line end in them ends no header."""
    attack = f"Fire{ending}Bcc: eve@example.com{ending}{ending}Send money"
    mailer(post_office.url).send(mail(subject=attack, name=attack))
    (taken,) = post_office.mails
    assert taken["Bcc"] is None
    assert taken["Subject"].startswith("Fire")
    assert [address.addr_spec for address in taken["To"].addresses] == ["mia@example.com"]
    assert text_of(taken) == "Cards are refused.\n"


def test_a_domain_beyond_ascii(post_office):
    mailer(post_office.url).send(mail(to="mia@exämple.com"))
    assert post_office.mails[0]["To"] == "Mia <mia@xn--exmple-cua.com>"


def test_the_first_of_a_thread_is_what_the_others_answer_and_answers_have_an_address(post_office):
    mailer(post_office.url).send(mail(thread="inc7", opens=True, reply_to=("Bo", "bo@example.com")))
    mailer(post_office.url).send(mail(thread="inc7", reply_to=("Bo\r\nBcc: eve@example.com", "bo@@example.com")))
    first, second = post_office.mails
    assert first["Message-ID"] == second["References"] == second["In-Reply-To"] == "<inc7@example.com>"
    assert first["References"] is first["In-Reply-To"] is None
    assert first["Reply-To"] == "Bo <bo@example.com>"
    assert second["Message-ID"] == "<4f1c@example.com>"
    assert second["Reply-To"] is None, "what is no address is left out, and the mail still goes"
    assert second["Bcc"] is None


def test_a_very_long_subject_is_cut(post_office):
    mailer(post_office.url).send(mail(subject="x" * 1000))
    assert post_office.mails[0]["Subject"] == "x" * 200


@pytest.mark.parametrize(
    "answer", ["550 no such user", "553 not allowed", "421 too many connections", "451 greylisted"]
)
def test_what_the_server_says_no_to(post_office, answer):
    post_office.answers["mia@example.com"] = answer
    kind = MailRefused if answer.startswith("5") else MailUnclear
    with pytest.raises(kind, match=f"the mail server answered {answer[:3]} to the recipient"):
        mailer(post_office.url).send(mail())
    mailer(post_office.url).send(mail(to="kai@example.com"))
    assert [taken["To"] for taken in post_office.mails] == ["Mia <kai@example.com>"]


def test_the_answer_is_lost(post_office):
    """Nobody knows; so it is sent again, under the same Message-ID, by which the other side knows it."""
    post_office.hangs_up_after = 1
    with pytest.raises(MailUnclear, match=r"did not answer \(SMTPServerDisconnected\)"):
        mailer(post_office.url).send(mail())
    mailer(post_office.url).send(mail())
    assert [taken["Message-ID"] for taken in post_office.mails] == ["<4f1c@example.com>"] * 2


def test_nobody_listens(post_office):
    url = post_office.url
    post_office.closes()
    with pytest.raises(MailUnclear, match=r"did not answer \(ConnectionRefusedError\)"):
        mailer(url).send(mail())


def test_somebody_listens_and_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(MailUnclear, match="did not answer"):
        mailer(f"smtp://127.0.0.1:{mute.getsockname()[1]}", seconds=0.1).send(mail())


def test_nothing_is_said_in_the_clear_when_it_must_be_secured(post_office):
    with pytest.raises(MailRefused, match="does not offer what TOCSIN_SMTP_URL asks for"):
        mailer(f"{post_office.url}?starttls=true").send(mail())
    assert post_office.mails == []


# ── with a certificate ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody has signed, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed: there is nothing to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost"], cwd=folder, check=True, capture_output=True
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def trusted(certificate, monkeypatch):
    """As if the machine trusted it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    kept = (connections.trust, connections._pools, bot_mail.trust)
    for one in kept:
        one.cache_clear()
    yield
    for one in kept:
        one.cache_clear()


@pytest.fixture
def secure_office(certificate, post_office):
    """Offers STARTTLS, and asks for a login."""
    post_office.closes()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    post_office.opens(context, asks_for_login=True)
    return post_office


def test_no_mail_server_is_offered_the_web(certificate, trusted):
    """Some refuse whoever offers them a protocol that is not theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.set_alpn_protocols(["http/1.1"])
    chosen = []
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as other:

        def answers():
            for _ in range(2):
                with context.wrap_socket(listener.accept()[0], server_side=True) as caller:
                    chosen.append(caller.selected_alpn_protocol())
                    if caller.recv(1000).startswith(b"POST"):
                        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        answering, port = other.submit(answers), listener.getsockname()[1]
        connections.post(f"https://localhost:{port}/", b"", {}, seconds=5, proxy=None)
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            bot_mail.trust().wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            secured.sendall(b"EHLO tocsin")
        answering.result()
    assert chosen == ["http/1.1", None]


def test_secured_and_logged_in(secure_office, trusted):
    mailer(f"smtp://tocsin:open%20sesame@localhost:{secure_office.port}?starttls=true").send(mail())
    assert len(secure_office.mails) == 1
    assert secure_office.logins[-1] == ("tocsin", "open sesame")


def test_secured_from_the_first_byte(certificate, post_office, trusted):
    post_office.closes()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    post_office.opens(context, at_once=True)
    over_tls = mailer(f"smtps://localhost:{post_office.port}")
    over_tls.send(mail())
    over_tls.knock()
    assert len(post_office.mails) == 1


def test_who_knocks_is_let_in_and_says_nothing(post_office, secure_office, trusted):
    mailer(f"smtp://tocsin:open%20sesame@localhost:{secure_office.port}?starttls=true").knock()
    with pytest.raises(MailRefused, match="answered 535 to user and password in TOCSIN_SMTP_URL"):
        mailer(f"smtp://tocsin:hunter2@localhost:{secure_office.port}?starttls=true").knock()
    assert secure_office.mails == []


def test_a_wrong_password(secure_office, trusted):
    with pytest.raises(MailRefused, match="answered 535 to user and password in TOCSIN_SMTP_URL"):
        mailer(f"smtp://tocsin:hunter2@localhost:{secure_office.port}?starttls=true").send(mail())


def test_a_certificate_that_nobody_trusts(secure_office):
    """Somebody else may be listening: not even the password is said."""
    with pytest.raises(MailUnclear, match="SSLCertVerificationError"):
        mailer(f"smtp://tocsin:open%20sesame@localhost:{secure_office.port}?starttls=true").send(mail())
    assert not secure_office.logins
