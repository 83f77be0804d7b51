"""Which events the app gets, and what they look like beside Slack's recorded ones."""

import json
import threading
from pathlib import Path

import pytest
from slack_sdk import WebClient

from sandbox import Running, SandboxError, Workspace, messages, modals, running
from sandbox.blockkit.filling import filled
from tests.sandbox.conftest import client_of, manifest, populated
from tests.sandbox.frames import Socket
from tests.sandbox.payloads import actions, button

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "slack" / "payloads"


class Ear:
    """Acks everything at once and remembers it."""

    def __init__(self, server: Running) -> None:
        self.ws = server.ws
        self._heard: list[dict] = []
        self._socket = Socket(server)
        assert self._socket.frame()["type"] == "hello"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        for envelope in self._socket.frames():
            self._heard.append(envelope["payload"])
            self._socket.ack(envelope)

    def heard(self) -> list[dict]:
        """The events since the last time, in order."""
        assert self.ws.quiet()
        found, self._heard[:] = list(self._heard), []
        return [one["event"] for one in found]

    def close(self) -> None:
        self._socket.close()
        self._thread.join()


@pytest.fixture
def ear(server: Running):
    ear = Ear(server)
    yield ear
    ear.close()


def kinds(events):
    return [event["type"] + ("." + event["subtype"] if "subtype" in event else "") for event in events]


def story(ws: Workspace) -> list[tuple[str, list[str]]]:
    """(what is done, the events of it)."""
    ana, bo = ws.person("Ana"), ws.person("Bo")
    said, alone = ana.says("hello", "#dev"), ana.says("nobody replies", "#dev")
    return [
        (lambda: ana.says("hello", "#dev"), ["message"]),
        (lambda: ana.says(f"<@{ws.bot_user_id}> hello", "#dev"), ["message", "app_mention"]),
        (lambda: ana.says("reply", "#dev", said["ts"]), ["message"]),
        (lambda: ana.edits(said, "hallo"), ["message.message_changed"]),
        (lambda: ana.reacts("eyes", said), ["reaction_added"]),
        (lambda: ana.unreacts("eyes", said), ["reaction_removed"]),
        (lambda: ana.pins(said), ["pin_added"]),
        (lambda: ana.unpins(said), ["pin_removed"]),
        (lambda: ana.deletes(said), ["message.message_changed"]),  # It has a reply: a tombstone stays.
        (lambda: ana.deletes(alone), ["message.message_deleted"]),
        (lambda: bo.leaves("#dev"), ["message.channel_leave", "member_left_channel"]),
        (lambda: ana.invites(bo, "#dev"), ["message.channel_join", "member_joined_channel"]),
        (lambda: ana.renames("#dev", "development"), ["message.channel_name", "channel_rename"]),
        (lambda: ana.sets_topic("work", "#development"), ["message.channel_topic"]),
        (lambda: ana.archives("#development"), ["message.channel_archive", "channel_archive"]),
        (lambda: ana.unarchives("#development"), ["message.channel_unarchive", "channel_unarchive"]),
        (lambda: ana.creates_channel("new"), ["channel_created"]),
        (lambda: ana.says("alone", "#quiet"), []),
        (lambda: ana.says("whisper", "#secret"), []),
        (lambda: ana.invites("helper", "#secret"), ["message.group_join", "member_joined_channel"]),
        (lambda: ana.renames("#secret", "hush"), ["message.group_name", "group_rename"]),
        (lambda: ana.says("now", "#hush"), ["message"]),
        (lambda: ana.removes("helper", "#hush"), ["member_left_channel"]),
        (lambda: ana.says("gone", "#hush"), []),
        (lambda: ana.says("hi", ana.direct_channel), ["message"]),
        (lambda: ws.deactivate("Bo"), ["user_change"]),
        (lambda: ws.add_person("Cy"), ["team_join"]),
    ]


def test_every_deed_has_its_events(ear: Ear, ws: Workspace):
    steps = story(ws)
    ear.heard()
    told = []
    for deed, _ in steps:
        deed()
        told.append(kinds(ear.heard()))
    assert told == [sorted_like(expected, got) for (_, expected), got in zip(steps, told, strict=True)]


def sorted_like(expected, got):
    """Slack promises no order: the expected events in the order they came, if they are the same."""
    return got if sorted(expected) == sorted(got) else expected


def test_the_apps_own_messages_come_back_as_events(ear: Ear, client: WebClient, ws: Workspace):
    client.chat_postMessage(channel="#dev", text="mine")
    (event,) = ear.heard()
    assert (event["type"], event["bot_id"], event["user"]) == ("message", ws.bot_id, ws.bot_user_id)


def test_a_bot_that_archives_hears_of_it_and_then_no_more(ear: Ear, client: WebClient, ws: Workspace):
    room = client.conversations_create(name="room", is_private=True)["channel"]["id"]
    client.conversations_invite(channel=room, users="U0ANA")
    ear.heard()
    client.conversations_archive(channel=room)
    assert "group_archive" in kinds(ear.heard())


def test_only_what_is_subscribed_is_sent():
    few = manifest(event_subscriptions={"bot_events": ["reaction_added"]})
    with running(populated(Workspace(few))) as server:
        ear = Ear(server)
        said = server.ws.person("Ana").says("hello", "#dev")
        server.ws.person("Ana").reacts("eyes", said)
        assert kinds(ear.heard()) == ["reaction_added"]
        ear.close()


def test_without_its_scope_an_event_stays_away():
    poor = manifest()
    poor["oauth_config"] = {"scopes": {"bot": ["chat:write", "channels:history"]}}
    with running(populated(Workspace(poor))) as server:
        ear = Ear(server)
        said = server.ws.person("Ana").says("hello", "#dev")
        server.ws.person("Ana").reacts("eyes", said)
        assert kinds(ear.heard()) == ["message"]
        ear.close()


def test_at_most_thirty_thousand_events_an_hour(ws: Workspace, server: Running, clock):
    ws.courier._hour = (clock.now(), 29_999)
    ws.person("Ana").says("the last", "#dev")
    ws.person("Ana").says("one too many", "#dev")
    assert {one.payload["event"]["text"] for one in ws.deliveries} == {"the last"}
    clock.moves(3600)
    ws.person("Ana").says("a new hour", "#dev")
    assert newest(ws)["event"]["text"] == "a new hour"


# (recorded payload, how the sandbox makes one like it)
def _slash(ws):
    ws.person("Ana").types("/deploy", "#dev")
    return newest(ws)


def newest(ws):
    """The last payload that was sent for the first time."""
    return [one.payload for one in ws.deliveries if not one.attempt][-1]


def _event(deed):
    def payload(ws):
        deed(ws)
        return newest(ws)

    return payload


def _shortcut(name, *, message=False):
    def payload(ws):
        ana = ws.person("Ana")
        ana.shortcut(name, message=ana.says("x", "#dev") if message else None)
        return newest(ws)

    return payload


def _view(verb):
    def payload(ws):
        ana = ws.person("Ana")
        field = {
            "type": "input",
            "label": {"type": "plain_text", "text": "Label"},
            "element": {"type": "external_select", "action_id": "es", "min_query_length": 0},
            "optional": True,
        }
        title = {"type": "plain_text", "text": "Title"}
        view = {
            "type": "modal",
            "title": title,
            "submit": title,
            "close": title,
            "blocks": [field],
            "notify_on_close": True,
        }
        with ws.state.change():
            modals.open_modal(ws, ana.id, view)
        verb(ana)
        return newest(ws)

    return payload


def _suggestion(ana):
    with pytest.raises(SandboxError):
        ana.options("es", "word")


def _click(*, ephemeral=False):
    def payload(ws):
        ana = ws.person("Ana")
        root = ana.says("root", "#dev")
        blocks = filled([actions(button("a", value="1"))], ws.counter.block_id)
        message = {**messages.by_app(ws, "x"), "blocks": blocks, "thread_ts": root["ts"]}
        with ws.state.change():
            dev = ws.conversation("#dev")
            shown = messages.whisper(ws, dev, ana.id, message) if ephemeral else messages.say(ws, dev, message)
        ana.clicks("a", on=shown)
        return newest(ws)

    return payload


def _say(text="x", **more):
    return lambda ws: ws.person("Ana").says(text.format(bot=ws.bot_user_id), "#dev", **more)


def _on_a_message(verb):
    def payload(ws):
        ana = ws.person("Ana")
        verb(ana, ana.says("x", "#dev"))
        return newest(ws)

    return payload


def joined(ws):
    ws.person("Ana").removes("Bo", "#dev")
    ws.person("Ana").invites("Bo", "#dev")
    return newest(ws)


PAYLOADS = {
    "slash_command": _slash,
    "global_shortcut": _shortcut("Open a ticket"),
    "message_shortcut": _shortcut("Keep this", message=True),
    "view_submission": _view(lambda ana: ana.submits()),
    "view_closed": _view(lambda ana: ana.closes_modal()),
    "block_suggestion.modal": _view(_suggestion),
    "block_actions.message": _click(),
    "block_actions.ephemeral": _click(ephemeral=True),
    "event.message": _event(_say()),
    "event.app_mention": _event(_say("<@{bot}>")),
    "event.message.thread_reply": _on_a_message(lambda ana, said: ana.says("y", "#dev", said["ts"])),
    "event.message.changed": _on_a_message(lambda ana, said: ana.edits(said, "y")),
    "event.message.deleted": _on_a_message(lambda ana, said: ana.deletes(said)),
    "event.reaction_added": _on_a_message(lambda ana, said: ana.reacts("eyes", said)),
    "event.member_joined_channel": joined,
    "event.channel_archive.shape": lambda ws: _last(ws, lambda ana: ana.archives("#dev")),
    "event.channel_rename.shape": lambda ws: _last(ws, lambda ana: ana.renames("#dev", "new")),
}


def _last(ws, verb):
    verb(ws.person("Ana"))
    return newest(ws)


# Left out on purpose: Enterprise Grid, other people's details of one recording, what a message of another app carries.
NOT_OURS = {
    "enterprise_id",
    "enterprise_name",
    "context_enterprise_id",
    "user_team",
    "source_team",
    "user_profile",
    "attachments",
    "bot_profile",
    "edited",
    "bot_id",
    "app_id",
    "verbatim",
    "style",
}


def missing_from(recorded, ours, path=""):
    """The keys Slack's payload has and ours lacks, with their path; lists are compared by their first items."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        found = []
        for key, value in recorded.items():
            if key in NOT_OURS:
                continue
            if key not in ours:
                found.append(f"{path}/{key}")
            elif key not in ("blocks", "values", "profile", "elements"):
                found += missing_from(value, ours[key], f"{path}/{key}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list) and recorded and ours:
        return missing_from(recorded[0], ours[0], f"{path}/0")
    if recorded is not None and ours is not None and type(recorded) is not type(ours):
        return [f"{path} is {type(ours).__name__}, not {type(recorded).__name__}"]
    return []


@pytest.mark.skipif(not RECORDED.is_dir(), reason="Slack's recorded payloads are not beside this checkout")
@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_has_the_fields_of_slacks_own(name: str, ws: Workspace, server: Running):
    ws.courier.ack_seconds = 0.01
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    assert missing_from(recorded, PAYLOADS[name](ws)) == []


ENVELOPE = {
    "token",
    "team_id",
    "api_app_id",
    "event",
    "type",
    "event_id",
    "event_time",
    "event_context",
    "authorizations",
    "is_ext_shared_channel",
}
COMMAND = {
    "token",
    "command",
    "text",
    "user_id",
    "user_name",
    "channel_id",
    "channel_name",
    "team_id",
    "team_domain",
    "api_app_id",
    "is_enterprise_install",
    "response_url",
    "trigger_id",
}


INTERACTION = {"type", "user", "team", "api_app_id", "token", "enterprise", "is_enterprise_install"}

# What each payload has beside the common part, by Slack's reference of interaction payloads.
OWN_FACTS = {
    "global_shortcut": INTERACTION | {"callback_id", "trigger_id", "action_ts"},
    "message_shortcut": INTERACTION
    | {"callback_id", "trigger_id", "action_ts", "response_url", "channel", "message", "message_ts"},
    "view_submission": INTERACTION | {"view", "trigger_id", "response_urls"},
    "view_closed": INTERACTION | {"view", "is_cleared"},
    "block_suggestion.modal": INTERACTION | {"action_id", "block_id", "value", "container", "view"},
    "block_actions.message": INTERACTION
    | {"actions", "container", "channel", "message", "response_url", "state", "trigger_id"},
    "block_actions.ephemeral": INTERACTION | {"actions", "container", "channel", "response_url", "state", "trigger_id"},
}


@pytest.mark.parametrize("name", OWN_FACTS)
def test_an_interaction_has_exactly_its_fields(name: str, ws: Workspace, server: Running):
    ws.courier.ack_seconds = 0.01
    assert set(PAYLOADS[name](ws)) == OWN_FACTS[name]


def test_the_envelope_and_the_command_have_their_fields(ws: Workspace, server: Running):
    assert set(_event(_say())(ws)) >= ENVELOPE
    command = _slash(ws)
    assert set(command) == COMMAND
    assert command["is_enterprise_install"] == "false"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="Slack's recorded payloads are not beside this checkout")
def test_an_answer_has_the_fields_of_slacks_own(server: Running):
    client = client_of(server)
    dev = server.ws.channel("#dev")["id"]
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    ours = {
        "api.auth.test": client.auth_test(),
        "api.conversations.create": client.conversations_create(name="room"),
        "api.conversations.info": client.conversations_info(channel=dev),
        "api.users.info": client.users_info(user="U0ANA"),
        "api.bookmarks.add": client.bookmarks_add(channel_id=dev, title="x", type="link", link="https://example.com"),
        "api.views.open": client.views_publish(user_id="U0ANA", view=view),
        "api.files.getUploadURLExternal": client.files_getUploadURLExternal(filename="a.txt", length=1),
    }
    known_gaps = {"/channel/unread_count", "/channel/unread_count_display", "/channel/properties/canvas"}
    avatar = {"/user/profile/image_original", "/user/profile/status_text"}
    for name, answer in ours.items():
        recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
        assert set(missing_from(recorded, answer.data)) <= known_gaps | avatar, name
