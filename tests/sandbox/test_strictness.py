"""Scopes, tokens, triggers, response URLs, hashes, rate limits: what Slack insists on."""

import json
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Running, Workspace, interactions, messages, running
from sandbox.limits import CALLS_A_WINDOW
from sandbox.methods import METHODS
from tests.sandbox.conftest import client_of, manifest, populated, post
from tests.sandbox.payloads import field, home, modal, plain, section, text_input


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refused:
        call(*args, **kwargs)
    return refused.value.response


def granted(*scopes: str) -> Workspace:
    """A workspace whose app has these scopes only."""
    return populated(Workspace({**manifest(), "oauth_config": {"scopes": {"bot": list(scopes)}}}))


@pytest.fixture(scope="module")
def poor_server():
    with running(granted("commands")) as server:
        yield server


class TestScopes:
    @pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.scopes])
    def test_a_method_needs_its_scope(self, poor_server: Running, name):
        arguments = {one.name: "x" for one in METHODS[name].arguments.values() if one.required and one.sort == "str"}
        numbers = {one.name: 1 for one in METHODS[name].arguments.values() if one.required and one.sort == "int"}
        texts = {one.name: "[]" for one in METHODS[name].arguments.values() if one.required and one.sort == "json"}
        lists = {one.name: "U1" for one in METHODS[name].arguments.values() if one.required and one.sort == "list"}
        answer = refusal(client_of(poor_server).api_call, name, params={**arguments, **numbers, **texts, **lists})
        assert answer["error"] == "missing_scope"
        assert answer["needed"] == ",".join(METHODS[name].scopes)
        assert answer["provided"] == "commands"

    def test_the_scope_is_that_of_the_type_of_the_conversation(self):
        with running(granted("channels:history", "channels:manage", "chat:write")) as server:
            ws, client = server.ws, client_of(server)
            ws.person("Ana").invites("helper", "#secret")
            assert client.conversations_history(channel=ws.channel("#dev")["id"])["ok"]
            answer = refusal(client.conversations_history, channel=ws.channel("#secret")["id"])
            assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")
            assert client.conversations_create(name="open")["ok"]
            answer = refusal(client.conversations_create, name="closed", is_private=True)
            assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:write")

    def test_writing_anywhere_needs_a_scope_of_its_own(self):
        with running(granted("chat:write", "chat:write.public")) as server:
            assert client_of(server).chat_postMessage(channel="#quiet", text="x")["ok"]
            assert (
                refusal(client_of(server).chat_postMessage, channel="#secret", text="x")["error"] == "channel_not_found"
            )

    def test_another_name_needs_a_scope_of_its_own(self, client: WebClient):
        assert client.chat_postMessage(channel="#dev", text="x", username="Robot")["message"]["username"] == "Robot"
        with running(granted("chat:write")) as server:
            answer = refusal(client_of(server).chat_postMessage, channel="#dev", text="x", username="Robot")
            assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")

    def test_addresses_need_a_scope_of_their_own(self):
        with running(granted("users:read")) as server:
            assert "email" not in client_of(server).users_info(user="U0ANA")["user"]["profile"]


class TestTokens:
    @pytest.mark.parametrize(
        ("token", "error"), [(None, "not_authed"), ("xoxb-other", "invalid_auth"), ("app", "not_allowed_token_type")]
    )
    def test_a_token_is_refused(self, server: Running, token, error):
        client = client_of(server)
        client.token = server.ws.app_token if token == "app" else token
        assert refusal(client.auth_test)["error"] == error

    def test_a_token_may_stand_in_the_form_but_the_app_token_only_in_the_header(self, server: Running):
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        body = f"token={server.ws.bot_token}".encode()
        assert post(f"{server.api_url}auth.test", body, **form)[1]["ok"]
        body = f"token={server.ws.app_token}".encode()
        assert post(f"{server.api_url}apps.connections.open", body, **form)[1]["error"] == "not_authed"


class TestTriggers:
    def test_a_trigger_opens_one_view_within_three_seconds(self, client: WebClient, ws: Workspace, clock):
        trigger = ws.tickets.trigger("U0ANA")
        client.views_open(trigger_id=trigger, view=modal())
        assert ws.person("Ana").modal["title"]["text"] == "Title"
        assert refusal(client.views_open, trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
        late = ws.tickets.trigger("U0ANA")
        clock.moves(3.1)
        assert refusal(client.views_open, trigger_id=late, view=modal())["error"] == "expired_trigger_id"
        assert refusal(client.views_open, trigger_id="1.2.x", view=modal())["error"] == "invalid_trigger_id"
        missing = refusal(client.api_call, "views.open", json={"view": modal()})
        assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: trigger_id"]

    def test_a_refused_view_does_not_use_the_trigger_up(self, client: WebClient, ws: Workspace):
        trigger = ws.tickets.trigger("U0ANA")
        assert refusal(client.views_open, trigger_id=trigger, view=modal(title=plain("x" * 25)))["error"]
        assert client.views_open(trigger_id=trigger, view=modal())["ok"]

    def test_a_stack_holds_three_views_and_pushing_starts_inside_a_modal(self, client: WebClient, ws: Workspace):
        outside = ws.tickets.trigger("U0ANA")
        assert refusal(client.views_push, trigger_id=outside, view=modal())["error"] == "not_found"
        view = client.views_open(trigger_id=outside, view=modal())["view"]
        for _ in range(2):
            view = client.views_push(trigger_id=ws.tickets.trigger("U0ANA", view["id"]), view=modal())["view"]
        fourth = refusal(client.views_push, trigger_id=ws.tickets.trigger("U0ANA", view["id"]), view=modal())
        assert fourth["error"] == "push_limit_reached"

    def test_an_old_hash_conflicts(self, client: WebClient, ws: Workspace):
        view = client.views_open(trigger_id=ws.tickets.trigger("U0ANA"), view=modal(external_id="one"))["view"]
        new = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(external_id="one"))["view"]
        old = refusal(client.views_update, view_id=view["id"], hash=view["hash"], view=modal())
        assert old["error"] == "hash_conflict"
        assert client.views_update(external_id="one", hash=new["hash"], view=modal())["ok"]
        assert refusal(client.views_update, view_id="V0", view=modal())["error"] == "not_found"
        client.views_publish(user_id="U0ANA", view=home())
        assert refusal(client.views_publish, user_id="U0ANA", hash="1.x", view=home())["error"] == "hash_conflict"

    def test_an_external_id_is_unique(self, client: WebClient, ws: Workspace):
        client.views_open(trigger_id=ws.tickets.trigger("U0ANA"), view=modal(external_id="one"))
        again = refusal(client.views_open, trigger_id=ws.tickets.trigger("U0BO"), view=modal(external_id="one"))
        assert again["error"] == "duplicate_external_id"

    def test_what_was_typed_stays_when_the_ids_stay(self, client: WebClient, ws: Workspace):
        ana = ws.person("Ana")
        form = modal(field(text_input(), block_id="a"), submit=plain())
        view = client.views_open(trigger_id=ws.tickets.trigger("U0ANA"), view=form)["view"]
        ana.fills("Title", text="typed", submit=False)
        client.views_update(
            view_id=view["id"], view=modal(section(), field(text_input(), block_id="a"), submit=plain())
        )
        assert ws.state.drafts[view["id"]]["a"]["text"]["value"] == "typed"
        client.views_update(view_id=view["id"], view=modal(field(text_input(), block_id="b"), submit=plain()))
        assert ws.state.drafts[view["id"]] == {}

    def test_a_view_has_at_most_250_kilobytes(self, client: WebClient):
        blocks = [section(text=plain("x" * 3000)) for _ in range(90)]
        assert refusal(client.views_publish, user_id="U0ANA", view=home(*blocks))["error"] == "view_too_large"


class TestResponseUrls:
    @pytest.fixture
    def url(self, ws: Workspace, server: Running) -> str:
        return interactions.command(ws, "U0ANA", ws.conversation("#dev"), "/deploy", "")["response_url"]

    def answer(self, url: str, **parts):
        return post(url, json.dumps(parts).encode(), Content_Type="application/json")

    def test_it_takes_five_answers(self, url, ws: Workspace):
        for number in range(5):
            assert self.answer(url, text=str(number)) == (200, b"ok")
        assert self.answer(url, text="6") == (404, {"ok": False, "error": "used_url"})
        assert [one["text"] for one in ws.person("Ana").sees("#dev")] == ["0", "1", "2", "3", "4"]

    def test_it_lives_thirty_minutes(self, url, clock):
        clock.moves(30 * 60 + 1)
        assert self.answer(url, text="late") == (404, {"ok": False, "error": "expired_url"})

    def test_a_guess_is_no_url(self, server: Running):
        assert self.answer(f"{server.url}/hooks/commands/T/1/x", text="x")[0] == 404

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (b"{", "invalid_payload"),
            (b"[]", "invalid_payload"),
            (b"{}", "no_text"),
            (b'{"blocks":[{}]}', "invalid_blocks"),
        ],
    )
    def test_a_bad_answer_is_refused(self, url, body, error):
        status, answer = post(url, body, Content_Type="application/json")
        assert (status, answer["error"]) == (400, error)

    def test_it_reaches_where_the_app_is_not(self, server: Running, ws: Workspace):
        url = interactions.command(ws, "U0ANA", ws.conversation("#secret"), "/deploy", "")["response_url"]
        assert self.answer(url, text="hello", response_type="in_channel")[0] == 200
        assert [one["text"] for one in ws.messages("#secret")] == ["hello"]

    def test_an_ephemeral_message_never_becomes_public(self, server: Running, ws: Workspace):
        with ws.state.change():
            dev = ws.conversation("#dev")
            shown = messages.whisper(ws, dev, "U0ANA", messages.by_app(ws, "psst"))
            where = interactions.in_message(ws, "U0ANA", dev, shown, ephemeral=True)
        self.answer(where["response_url"], text="loud", response_type="in_channel", replace_original=False)
        assert ws.messages("#dev") == []
        self.answer(where["response_url"], text="instead", replace_original=True)
        self.answer(where["response_url"], delete_original=True)
        assert [one["text"] for one in ws.person("Ana").sees("#dev")] == ["loud"]


class TestRateLimits:
    @pytest.fixture
    def limited(self, clock):
        with running(populated(Workspace(manifest(), clock=clock, rate_limits=True))) as server:
            yield server

    @pytest.mark.parametrize(
        ("method", "arguments"),
        [("pins.list", {"channel": "C0"}), ("conversations.info", {"channel": "C0"}), ("users.info", {"user": "U0"})],
    )
    def test_a_tier_allows_so_many_calls_a_minute(self, limited: Running, clock, method, arguments):
        client = client_of(limited)
        allowed = CALLS_A_WINDOW[METHODS[method].tier]
        for _ in range(allowed):
            assert refusal(client.api_call, method, params=arguments)["error"] != "ratelimited"
        clock.moves(20)
        answer = refusal(client.api_call, method, params=arguments)
        assert (answer["error"], answer.status_code, answer.headers["retry-after"]) == ("ratelimited", 429, "40")
        clock.moves(40)
        assert refusal(client.api_call, method, params=arguments)["error"] != "ratelimited"

    def test_one_message_a_second_and_channel(self, limited: Running, clock):
        client = client_of(limited)
        client.chat_postMessage(channel="#dev", text="1")
        answer = refusal(client.chat_postMessage, channel="#dev", text="2")
        assert (answer["error"], answer.headers["retry-after"]) == ("ratelimited", "1")
        assert client.chat_postMessage(channel="#general", text="elsewhere")["ok"]
        clock.moves(1)
        assert client.chat_postMessage(channel="#dev", text="2")["ok"]

    def test_without_limits_there_are_none(self, client: WebClient):
        for number in range(30):
            client.chat_postMessage(channel="#dev", text=str(number))


def test_the_inspector_says_which_rule_was_broken(client: WebClient, ws: Workspace):
    refusal(client.chat_postMessage, channel="#dev", text="x", blocks=[{"type": "header"}])
    refusal(client.conversations_create, name="dev")
    refusal(client.views_open, trigger_id="1.2.x", view=modal())
    said = [(one.method, one.answer["error"], one.violation) for one in ws.requests]
    assert said == [
        (
            "chat.postMessage",
            "invalid_blocks",
            "invalid_blocks: [ERROR] missing required field: text [json-pointer:/blocks/0]",
        ),
        ("conversations.create", "name_taken", None),
        ("views.open", "invalid_trigger_id", "invalid_trigger_id"),
    ]
    ws.requests.clear()
    assert list(ws.requests) == []


def test_a_permalink_has_slacks_form(client: WebClient, ws: Workspace):
    posted = client.chat_postMessage(channel="#dev", text="x")
    link = client.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])["permalink"]
    assert link == f"https://sandbox.slack.com/archives/{posted['channel']}/p{posted['ts'].replace('.', '')}"


def test_health_is_told(server: Running):
    with urllib.request.urlopen(f"{server.url}/sandbox/healthz") as answer:
        assert json.load(answer) == {"ok": True, "connections": 0}
