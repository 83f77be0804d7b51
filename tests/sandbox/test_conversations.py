"""Making, naming, filling and closing channels, as Slack allows it."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Workspace


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refused:
        call(*args, **kwargs)
    return refused.value.response


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("two words", "invalid_name_specials"),
        ("dot.ted", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("dev", "name_taken"),
        ("secret", "name_taken"),
    ],
)
def test_a_name_is_refused(client: WebClient, name, error):
    assert refusal(client.conversations_create, name=name)["error"] == error


def test_a_name_may_have_80_characters_of_any_script(client: WebClient):
    assert client.conversations_create(name="ü" * 80)["channel"]["name"] == "ü" * 80


def test_an_archived_channel_keeps_its_name_and_throws_the_bot_out(client: WebClient, ws: Workspace):
    room = client.conversations_create(name="room")["channel"]["id"]
    client.conversations_archive(channel=room)
    assert refusal(client.conversations_create, name="room")["error"] == "name_taken"
    assert refusal(client.conversations_history, channel=room)["error"] == "not_in_channel"
    assert refusal(client.conversations_archive, channel=room)["error"] == "already_archived"
    assert refusal(client.conversations_unarchive, channel=room)["error"] == "not_in_channel"
    assert refusal(client.chat_postMessage, channel=room, text="x")["error"] == "is_archived"
    assert ws.bot_user_id not in ws.channel("room")["members"]


def test_the_general_channel_stays(client: WebClient, ws: Workspace):
    general = ws.channel("#general")["id"]
    assert refusal(client.conversations_archive, channel=general)["error"] == "cant_archive_general"
    assert refusal(client.conversations_leave, channel=general)["error"] == "cant_leave_general"


def test_invitations_are_all_or_nothing_and_each_problem_is_named(client: WebClient, ws: Workspace):
    room = client.conversations_create(name="room")["channel"]["id"]
    answer = refusal(client.conversations_invite, channel=room, users=["U0NOBODY", ws.bot_user_id, "U0ANA"])
    assert answer["error"] == "user_not_found"
    assert answer["errors"] == [
        {"user": "U0NOBODY", "ok": False, "error": "user_not_found"},
        {"user": ws.bot_user_id, "ok": False, "error": "cant_invite_self"},
    ]
    assert ws.channel("room")["members"] == [ws.bot_user_id]
    client.conversations_invite(channel=room, users=["U0NOBODY", "U0ANA"], force=True)
    assert ws.channel("room")["members"] == [ws.bot_user_id, "U0ANA"]
    assert refusal(client.conversations_invite, channel=room, users="U0ANA")["error"] == "already_in_channel"


def test_a_private_channel_exists_only_for_its_members(client: WebClient, ws: Workspace):
    secret = ws.channel("#secret")["id"]
    for call in (client.conversations_info, client.conversations_join, client.conversations_members):
        assert refusal(call, channel=secret)["error"] == "channel_not_found"
    ws.person("Ana").invites("helper", "#secret")
    assert client.conversations_info(channel=secret)["channel"]["is_private"]
    assert refusal(client.conversations_join, channel=secret)["error"] == "method_not_supported_for_channel_type"


def test_a_bot_that_makes_a_private_channel_can_invite(client: WebClient, ws: Workspace):
    room = client.conversations_create(name="room", is_private=True)["channel"]
    client.conversations_invite(channel=room["id"], users="U0BO")
    assert ws.channel("room")["members"] == [ws.bot_user_id, "U0BO"]


def test_topics_have_250_characters(client: WebClient, ws: Workspace):
    dev = ws.channel("#dev")["id"]
    client.conversations_setTopic(channel=dev, topic="x" * 250)
    assert ws.channel("#dev")["topic"]["value"] == "x" * 250
    assert refusal(client.conversations_setTopic, channel=dev, topic="x" * 251)["error"] == "too_long"
    assert refusal(client.conversations_setPurpose, channel=dev, purpose="x" * 251)["error"] == "too_long"
    assert (
        refusal(client.conversations_setTopic, channel=ws.channel("#quiet")["id"], topic="x")["error"]
        == "not_in_channel"
    )


def test_only_the_maker_of_a_channel_renames_it(client: WebClient, ws: Workspace):
    assert refusal(client.conversations_rename, channel=ws.channel("#dev")["id"], name="x")["error"] == "not_authorized"
    room = client.conversations_create(name="room")["channel"]["id"]
    client.conversations_rename(channel=room, name="hall")
    assert ws.channel(room)["previous_names"] == ["room"]


def test_lists_show_what_the_app_may_see(client: WebClient, ws: Workspace):
    public = client.conversations_list()["channels"]
    assert [one["name"] for one in public] == ["general", "dev", "quiet"]
    mine = client.users_conversations(types="public_channel,private_channel")["channels"]
    assert [one["name"] for one in mine] == ["general", "dev"]
    assert refusal(client.conversations_list, types="rooms")["error"] == "invalid_types"


def test_lists_come_in_pages(client: WebClient):
    pages = client.conversations_list(limit=2)
    assert [[one["name"] for one in page["channels"]] for page in pages] == [["general", "dev"], ["quiet"]]


def test_direct_conversations_are_opened_with_up_to_eight(client: WebClient, ws: Workspace):
    first = client.conversations_open(users="U0ANA")["channel"]["id"]
    assert client.conversations_open(users="U0ANA")["channel"]["id"] == first
    group = client.conversations_open(users=["U0ANA", "U0BO"])["channel"]["id"]
    assert group != first
    assert refusal(client.conversations_open, users=[f"U{n}" for n in range(9)])["error"] == "too_many_users"
    assert refusal(client.conversations_open, users="U0NOBODY")["error"] == "user_not_found"
    assert refusal(client.api_call, "conversations.open")["error"] == "users_list_not_supplied"


def test_joining_twice_is_a_warning(client: WebClient, ws: Workspace):
    quiet = ws.channel("#quiet")["id"]
    assert client.conversations_join(channel=quiet)["channel"]["is_member"]
    assert client.conversations_join(channel=quiet)["warning"] == "already_in_channel"


def test_the_app_cannot_throw_itself_out(client: WebClient, ws: Workspace):
    dev = ws.channel("#dev")["id"]
    assert refusal(client.conversations_kick, channel=dev, user=ws.bot_user_id)["error"] == "cant_kick_self"
    client.conversations_kick(channel=dev, user="U0BO")
    assert "U0BO" not in ws.channel("#dev")["members"]
