"""Trouble on demand, and trouble that others bring: faults, and requests no client of Slack's would send."""

import http.client
import json
import threading
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Running, SandboxError, Workspace
from tests.sandbox.conftest import post, settled
from tests.sandbox.frames import Socket
from tests.sandbox.payloads import section

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refused:
        call(*args, **kwargs)
    return refused.value.response


class TestFaults:
    def test_a_method_is_refused_as_often_as_asked(self, client: WebClient, ws: Workspace):
        ws.faults.refuse("chat.postMessage", "internal_error", times=2)
        for _ in range(2):
            assert refusal(client.chat_postMessage, channel="#dev", text="x")["error"] == "internal_error"
        assert client.chat_postMessage(channel="#dev", text="x")["ok"]
        assert len(ws.messages("#dev")) == 1
        assert [one.violation for one in ws.requests] == [None, None, None]

    def test_a_method_is_rate_limited(self, client: WebClient, ws: Workspace):
        ws.faults.rate_limit("chat.postMessage", retry_after=7)
        answer = refusal(client.chat_postMessage, channel="#dev", text="x")
        assert (answer.status_code, answer.headers["retry-after"], answer["error"]) == (429, "7", "ratelimited")

    def test_an_outage_is_no_answer_of_the_api(self, client: WebClient, ws: Workspace):
        ws.faults.http_error("*", 503)
        assert refusal(client.auth_test).status_code == 503
        assert client.auth_test()["ok"]

    def test_the_connection_is_dropped_before_or_after_the_work(self, client: WebClient, ws: Workspace):
        ws.faults.drop_before("chat.postMessage")
        with pytest.raises(http.client.RemoteDisconnected):
            client.chat_postMessage(channel="#dev", text="never")
        assert ws.messages("#dev") == []
        ws.faults.drop_after("chat.postMessage")
        with pytest.raises(http.client.RemoteDisconnected):
            client.chat_postMessage(channel="#dev", text="said")
        assert [one["text"] for one in ws.messages("#dev")] == ["said"]

    def test_a_delayed_call_holds_up_nobody_else(self, client: WebClient, ws: Workspace):
        ws.faults.delay("auth.test", 0.2)
        done = []

        def slow() -> None:
            client.auth_test()
            done.append("slow")

        thread = threading.Thread(target=slow)
        thread.start()
        settled(ws, lambda: not ws.faults.waiting)
        client.users_list()
        done.append("quick")
        thread.join()
        assert done == ["quick", "slow"]

    def test_something_happens_in_the_middle_of_a_call(self, client: WebClient, ws: Workspace):
        seen = []
        for when in ("before", "after"):
            ws.faults.call("chat.postMessage", lambda: seen.append(len(ws.messages("#dev"))), when=when)
        client.chat_postMessage(channel="#dev", text="x")
        client.chat_postMessage(channel="#dev", text="y")
        assert seen == [0, 1]

    def test_an_answer_is_held_back_while_other_calls_go_on(self, client: WebClient, ws: Workspace):
        may_answer, answers = threading.Event(), []
        ws.faults.call("chat.postMessage", may_answer.wait, when="after")
        thread = threading.Thread(
            target=lambda: answers.append(client.chat_postMessage(channel="#dev", text="x")["ok"])
        )
        thread.start()
        settled(ws, lambda: ws.messages("#dev"))
        assert client.auth_test()["ok"]
        assert answers == []
        may_answer.set()
        thread.join()
        assert answers == [True]

    def test_slack_goes_down_and_comes_back(self, client: WebClient, ws: Workspace, server: Running):
        socket = Socket(server)
        assert socket.frame()["type"] == "hello"
        ws.faults.go_down()
        assert socket.ended()
        assert refusal(client.auth_test).status_code == 503
        assert ws.person("Ana").types("/deploy", "#dev").failure == "dispatch_failed"
        ws.faults.come_back()
        assert client.auth_test()["ok"]

    def test_an_event_is_delivered_twice(self, server: Running, ws: Workspace):
        socket = Socket(server)
        socket.frame()
        ws.faults.deliver_twice("message")
        ws.person("Ana").says("hello", "#dev")
        first, second = socket.frame(), socket.frame()
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert first["envelope_id"] != second["envelope_id"]
        socket.close()

    def test_a_response_url_has_trouble_too(self, ws: Workspace, client: WebClient):
        ws.faults.refuse("response_url", "internal_error")
        assert [one.what for one in ws.faults.waiting] == ["response_url"]
        ws.faults.clear()
        assert ws.faults.waiting == []

    def test_a_fault_for_nothing_is_a_mistake(self, ws: Workspace):
        with pytest.raises(SandboxError, match="no Web API method"):
            ws.faults.refuse("chat.shout", "internal_error")
        with pytest.raises(SandboxError, match="at least once"):
            ws.faults.drop_after("chat.postMessage", times=0)


class TestBadInput:
    """Whatever comes, the answer is Slack's kind of answer and never HTTP 500."""

    @pytest.mark.parametrize(
        ("content_type", "body", "error"),
        [
            (JSON, b"{", "invalid_json"),
            (JSON, b'{"channel": "\xff"}', "invalid_json"),
            (JSON, b"[" * 100_000, "invalid_json"),
            (JSON, b"[]", "json_not_object"),
            (JSON, b'"words"', "json_not_object"),
            (JSON, b"null", "json_not_object"),
            ("application/json; charset=koi8-r", b"{}", "invalid_charset"),
            (FORM, b"words", "invalid_form_data"),
            ("multipart/form-data", b"--x", "invalid_form_data"),
            ("multipart/form-data; boundary=x", b"no parts here", "invalid_form_data"),
            ("application/xml", b"<a/>", "invalid_post_type"),
            ("", b"channel=x", "missing_post_type"),
            (FORM, b"users[0]=U1", "invalid_array_arg"),
            (FORM, b"a-b=1", "invalid_arg_name"),
            (FORM, b"x" * 300 + b"=1", "invalid_arg_name"),
            (JSON, b'{"channel": {}, "text": "x"}', "invalid_arguments"),
            (JSON, b'{"channel": [], "text": "x"}', "invalid_arguments"),
            (JSON, b'{"channel": "#dev", "text": "x", "reply_broadcast": "perhaps"}', "invalid_arguments"),
            (JSON, b"{}", "invalid_arguments"),
            (JSON, b'{"channel": "#dev", "text": "x", "blocks": 7}', "invalid_blocks_format"),
            (JSON, b'{"channel": "#dev", "text": "x", "blocks": [[[[]]]]}', "invalid_blocks"),
            (JSON, b'{"channel": "#dev", "text": "x", "metadata": 7}', "invalid_metadata_format"),
            (JSON, b'{"channel": "#dev", "text": "x", "attachments": {}}', "invalid_attachments"),
        ],
    )
    def test_a_post_is_refused(self, common_server: Running, content_type, body, error):
        headers = {"Authorization": f"Bearer {common_server.ws.bot_token}", "Content_Type": content_type}
        url = f"{common_server.api_url}chat.postMessage"
        if content_type:
            status, answer = post(url, body, **headers)
        else:
            status, answer = _without_type(url, body, headers)
        assert (status, answer["ok"], answer["error"]) == (200, False, error)

    def test_five_megabytes_are_too_much(self, common_server: Running):
        headers = {"Authorization": f"Bearer {common_server.ws.bot_token}", "Content_Type": JSON}
        status, answer = post(f"{common_server.api_url}chat.postMessage", b" " * 5_000_000, **headers)
        assert (status, answer["error"]) == (413, "request_timeout")

    @pytest.mark.parametrize(
        "name", ["chat.shout", "", "chat", "../etc", "chat.postMessage/extra", "%00", "api/api.test"]
    )
    def test_an_unknown_method_is_unknown(self, common_server: Running, name):
        headers = {"Authorization": f"Bearer {common_server.ws.bot_token}"}
        status, answer = post(f"{common_server.api_url}{name}", b"", **headers)
        assert (status, answer.get("error")) == (200, "unknown_method") or answer.get("ok")

    def test_methods_that_take_no_json_do_not_see_it(self, common_server: Running):
        headers = {"Authorization": f"Bearer {common_server.ws.bot_token}", "Content_Type": JSON}
        answer = post(f"{common_server.api_url}users.info", b'{"user": "U0ANA"}', **headers)[1]
        assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]

    def test_arguments_come_by_query_form_json_and_parts(self, common_server: Running):
        url = f"{common_server.api_url}api.test"
        parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
        echo = f"{common_server.api_url}users.lookupByEmail?email=ana%40example.com"
        token = {"Authorization": f"Bearer {common_server.ws.bot_token}"}
        assert post(echo, b"", **token)[1]["user"]["id"] == "U0ANA"
        assert post(url, b"a=1", Content_Type=FORM)[1]["ok"]
        assert post(url, b'{"a": 1}', Content_Type=JSON)[1]["ok"]
        assert post(url, parts, Content_Type="multipart/form-data; boundary=x")[1]["ok"]

    def test_the_sandbox_never_fails_by_itself(self, common_server: Running):
        assert [one.method for one in common_server.ws.requests if one.answer.get("error") == "internal_error"] == []

    def test_the_control_api_answers_in_sentences(self, common_server: Running):
        url = f"{common_server.url}/sandbox"
        for path, body in (
            ("act", b"{"),
            ("act", b"[]"),
            ("act", json.dumps({"person": "Ana", "verb": "flies"}).encode()),
            ("act", json.dumps({"person": "Zoe", "verb": "types", "args": {"text": "x"}}).encode()),
            ("act", json.dumps({"person": "Ana", "verb": "types", "args": {"volume": 11}}).encode()),
            ("faults", b"{}"),
            ("faults", json.dumps({"fault": "refuse", "args": {"method": "chat.shout", "error": "x"}}).encode()),
            ("faults", json.dumps({"fault": "refuse", "args": {}}).encode()),
        ):
            status, answer = post(f"{url}/{path}", body, Content_Type=JSON)
            assert status == 400
            assert answer["error"]


def _without_type(url: str, body: bytes, headers: dict[str, str]):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("POST", parts.path)
    connection.putheader("Authorization", headers["Authorization"])
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_a_whole_message_of_blocks_has_a_limit_too(client: WebClient):
    blocks = [section(text={"type": "mrkdwn", "text": "x" * 2900})] * 5
    assert refusal(client.chat_postMessage, channel="#dev", text="x", blocks=blocks)["error"] == "msg_blocks_too_long"
