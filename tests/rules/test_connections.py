"""Kept connections: one for many calls, none that may be gone, and nothing is said twice."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot import connections


class Listener(ThreadingHTTPServer):
    """A server that keeps connections, and what came over each: `hangs_up` is what it does instead of an answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.came: list[tuple[int, str, str]] = []
        self.proxies: list[str | None] = []
        self.hangs_up = False
        self.hangs_up_afterwards = False
        self.gone = threading.Semaphore(0)


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.came.append((self.client_address[1], self.path, body))
        self.server.proxies.append(self.headers["Proxy-Authorization"])
        self.close_connection = self.server.hangs_up or self.server.hangs_up_afterwards
        if not self.server.hangs_up:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()
        self.server.gone.release()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def say(url: str, what: str, proxy: str | None = None) -> str:
    return connections.post(url, what.encode(), {}, seconds=5, proxy=proxy).data.decode()


def test_many_calls_go_over_one_connection(listener):
    assert [say(listener.url, str(number)) for number in range(3)] == ["ok"] * 3
    assert [what for _, _, what in listener.came] == ["0", "1", "2"]
    assert len({port for port, _, _ in listener.came}) == 1


def test_what_the_other_side_closed_is_not_used_again(listener):
    listener.hangs_up_afterwards = True
    for what in ("one", "two"):
        assert say(listener.url, what) == "ok"
        listener.gone.acquire()
    assert len({port for port, _, _ in listener.came}) == 2


def test_what_was_idle_is_not_used_again(listener):
    say(listener.url, "one")
    kept = connections._pools(None).connection_from_url(listener.url).pool.queue[-1]
    kept.answered_at -= connections.IDLE_SECONDS  # As if nobody had said anything since.
    say(listener.url, "two")
    assert len({port for port, _, _ in listener.came}) == 2


def test_what_was_sent_is_never_sent_again_whatever_became_of_it(listener):
    """Not over a new connection either: a message would be there twice."""
    say(listener.url, "first")
    listener.hangs_up = True
    with pytest.raises(ConnectionError):
        say(listener.url, "second")
    assert [what for _, _, what in listener.came] == ["first", "second"]


def test_nobody_listens():
    server = Listener()
    server.server_close()
    with pytest.raises(ConnectionError):
        say(server.url, "anybody?")


def test_a_proxy_is_spoken_to_instead_except_where_the_environment_says_so(listener, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    proxy = listener.url.replace("http://", "http://ana:p%40ss@").rstrip("/")
    assert say("http://slack.invalid/api/test", "by proxy", proxy) == "ok"
    assert say(f"{listener.url}api/test", "directly", proxy) == "ok"
    assert [path for _, path, _ in listener.came] == ["http://slack.invalid/api/test", "/api/test"]
    assert listener.proxies == ["Basic YW5hOnBAc3M=", None]
