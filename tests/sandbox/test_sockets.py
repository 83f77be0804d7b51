"""Socket Mode, frame by frame."""

import threading
from collections.abc import Iterator

import pytest
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sandbox import Running, Workspace
from tests.sandbox.conftest import client_of, settled
from tests.sandbox.frames import Socket


@pytest.fixture
def sockets(server: Running) -> Iterator[list[Socket]]:
    opened: list[Socket] = []
    yield opened
    for one in opened:
        one.close()


@pytest.fixture
def open_socket(server: Running, sockets: list[Socket]):
    def opened(*, hello: bool = True) -> Socket:
        socket = Socket(server)
        sockets.append(socket)
        if hello:
            assert socket.frame()["type"] == "hello"
        return socket

    return opened


class InTheBackground:
    """Somebody does something that waits for the app."""

    def __init__(self, verb, *args) -> None:
        self._thread = threading.Thread(target=self._run, args=(verb, args))
        self._thread.start()

    def _run(self, verb, args) -> None:
        self._outcome = verb(*args)

    @property
    def outcome(self):
        self._thread.join()
        return self._outcome


def test_hello_counts_the_connections(open_socket, ws: Workspace):
    first = open_socket(hello=False).frame()
    second = open_socket(hello=False).frame()
    assert first["num_connections"] == 1
    assert second["num_connections"] == 2
    assert first["connection_info"] == {"app_id": ws.app_id}
    assert first["debug_info"]["approximate_connection_time"] == 18060


def test_debugged_connections_say_they_live_six_minutes(open_socket, server: Running, sockets):
    socket = open_socket()
    fresh = client_of(server).apps_connections_open(app_token=server.ws.app_token)["url"]
    with connect(fresh + "&debug_reconnects=true") as debugged:
        assert '"approximate_connection_time":360' in debugged.recv(5)
    assert socket.url.startswith("ws://")


def test_an_event_is_acked_and_done(open_socket, ws: Workspace):
    socket = open_socket()
    ws.person("Ana").says("hello", "#dev")
    envelope = socket.frame()
    assert envelope["type"] == "events_api"
    assert (envelope["accepts_response_payload"], envelope["retry_attempt"], envelope["retry_reason"]) == (False, 0, "")
    assert envelope["payload"]["event"]["text"] == "hello"
    socket.ack(envelope)
    assert ws.quiet()
    assert [(one.outcome, one.attempt) for one in ws.deliveries] == [("acked", 0)]


def test_an_unacked_event_comes_again_at_once_and_after_one_and_five_minutes(open_socket, ws: Workspace, clock):
    ws.courier.ack_seconds = 0.05
    socket = open_socket()
    ws.person("Ana").says("hello", "#dev")
    seen = [socket.frame(), socket.frame()]
    assert ws.quiet()
    clock.moves(59)
    assert ws.run_due() == 0
    clock.moves(1)
    assert ws.run_due() == 1
    seen.append(socket.frame())
    assert ws.quiet()
    clock.moves(300)
    assert ws.run_due() == 1
    seen.append(socket.frame())
    assert ws.quiet()
    clock.moves(3600)
    assert ws.run_due() == 0
    assert [(one["retry_attempt"], one["retry_reason"]) for one in seen] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({one["payload"]["event_id"] for one in seen}) == 1
    assert len({one["envelope_id"] for one in seen}) == 4


def test_a_command_is_answered_in_the_ack(open_socket, ws: Workspace):
    socket = open_socket()
    typed = InTheBackground(ws.person("Ana").types, "/deploy", "#dev")
    envelope = socket.envelope("slash_commands")
    assert envelope["accepts_response_payload"] is True
    socket.ack(envelope, {"text": "fine"})
    assert typed.outcome.said == "fine"


def test_a_command_without_ack_fails_before_the_person_and_is_not_sent_again(open_socket, ws: Workspace):
    ws.courier.ack_seconds = 0.05
    socket = open_socket()
    outcome = ws.person("Ana").types("/deploy", "#dev")
    assert (outcome.failure, outcome.said) == ("operation_timeout", "/deploy failed because the app did not respond.")
    socket.ack(socket.envelope("slash_commands"), {"text": "too late"})
    assert ws.person("Ana").sees("#dev") == []
    assert len(ws.deliveries) == 1


def test_without_any_socket_a_command_fails_at_once(server: Running, ws: Workspace):
    outcome = ws.person("Ana").types("/deploy", "#dev")
    assert (outcome.failure, outcome.said) == ("dispatch_failed", '/deploy failed with the error "dispatch_failed".')


def test_an_answer_that_slack_does_not_take_fails(open_socket, ws: Workspace):
    socket = open_socket()
    typed = InTheBackground(ws.person("Ana").types, "/deploy", "#dev")
    socket.ack(socket.envelope("slash_commands"), {"blocks": [{"type": "nothing"}]})
    assert typed.outcome.failure == "invalid_blocks"


def test_each_envelope_goes_to_one_connection_only(open_socket, ws: Workspace):
    two = [open_socket(), open_socket()]
    for number in range(20):
        ws.person("Ana").says(str(number), "#dev")
    for one in two:
        one.send("{}")  # no ack, and no harm
    got: list[list[str]] = [[], []]

    def drain(at: int) -> None:
        try:
            while True:
                envelope = two[at].frame()
                got[at].append(envelope["payload"]["event"]["text"])
                two[at].ack(envelope)
        except ConnectionClosed:
            return

    drains = [threading.Thread(target=drain, args=(at,)) for at in (0, 1)]
    for one in drains:
        one.start()
    assert ws.quiet()
    ws.faults.disconnect_sockets("")
    for one in drains:
        one.join()
    assert sorted(got[0] + got[1], key=int) == [str(number) for number in range(20)]
    assert all(got)


def test_an_ack_is_taken_on_any_connection(open_socket, ws: Workspace):
    two = [open_socket(), open_socket()]
    typed = InTheBackground(ws.person("Ana").types, "/deploy", "#dev")
    settled(ws, lambda: ws.deliveries and ws.deliveries[-1].outcome == "sent")
    ws.faults.disconnect_sockets("warning")  # the last frame of each connection: whoever has the command has it by then
    got = {}

    def listen(at: int) -> None:
        while (frame := two[at].frame())["type"] != "disconnect":
            got[at] = frame

    listeners = [threading.Thread(target=listen, args=(at,)) for at in (0, 1)]
    for one in listeners:
        one.start()
    for one in listeners:
        one.join()
    ((at, envelope),) = got.items()
    two[1 - at].ack(envelope, {"text": "from the other"})
    assert typed.outcome.said == "from the other"


def test_disconnect_is_announced_and_then_done(open_socket, ws: Workspace):
    socket = open_socket()
    ws.faults.disconnect_sockets("refresh_requested")
    frame = socket.frame()
    assert (frame["type"], frame["reason"]) == ("disconnect", "refresh_requested")
    assert socket.ended()


def test_a_warning_leaves_the_socket_open(open_socket, ws: Workspace):
    socket = open_socket()
    ws.faults.disconnect_sockets("warning")
    assert socket.frame()["reason"] == "warning"
    ws.person("Ana").says("still here", "#dev")
    envelope = socket.frame()
    assert envelope["payload"]["event"]["text"] == "still here"
    socket.ack(envelope)
    assert ws.quiet()


def test_the_eleventh_connection_is_too_many(open_socket):
    for _ in range(10):
        open_socket()
    eleventh = open_socket(hello=False)
    assert eleventh.frame()["reason"] == "too_many_websockets"
    assert eleventh.ended()


def test_a_ticket_opens_one_connection(open_socket, server: Running):
    socket = open_socket()
    for url in (socket.url, server.url.replace("http", "ws") + "/link/?ticket=guessed"):
        with pytest.raises(InvalidStatus), connect(url):
            pass


def test_events_that_found_nobody_come_with_the_next_connection(open_socket, server: Running, ws: Workspace):
    ws.person("Ana").says("anybody?", "#dev")
    assert ws.quiet()
    socket = open_socket()
    envelope = socket.frame()
    assert envelope["payload"]["event"]["text"] == "anybody?"
    assert envelope["retry_attempt"] > 0
    socket.ack(envelope)
    assert ws.quiet()


def test_frames_that_are_no_acks_are_ignored(open_socket, ws: Workspace):
    socket = open_socket()
    for nonsense in ("", "{", "[]", "7", '{"envelope_id": "unknown"}', '{"envelope_id": null, "payload": {}}'):
        socket.send(nonsense)
    socket.send(b"\x00\xff")
    ws.person("Ana").says("hello", "#dev")
    socket.ack(socket.frame())
    assert ws.quiet()


@pytest.mark.parametrize("token", ["bot_token", "nothing"])
def test_only_the_app_token_opens_sockets(server: Running, token):
    given = getattr(server.ws, token, "xapp-unknown")
    with pytest.raises(SlackApiError) as refused:
        client_of(server).apps_connections_open(app_token=given)
    assert refused.value.response["error"] in ("not_allowed_token_type", "invalid_auth")
