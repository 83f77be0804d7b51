"""The Web API through Slack's own client: the ordinary life of messages and channels, and how it refuses."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Workspace, pictures


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refused:
        call(*args, **kwargs)
    return refused.value.response


def test_the_app_learns_who_it_is(client: WebClient, ws: Workspace):
    who = client.auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"]) == (ws.bot_user_id, ws.bot_id, ws.team_id)
    assert who.headers["x-oauth-scopes"] == ",".join(sorted(ws.scopes))


class TestMessages:
    def test_a_message_is_posted_edited_and_deleted(self, client: WebClient, ws: Workspace):
        dev = ws.channel("#dev")["id"]
        ts = client.chat_postMessage(channel=dev, text="first")["ts"]
        client.chat_update(channel=dev, ts=ts, text="second")
        (message,) = ws.messages("#dev")
        assert (message["text"], message["edited"]["user"]) == ("second", ws.bot_user_id)
        client.chat_delete(channel=dev, ts=ts)
        assert ws.messages("#dev") == []

    def test_a_reply_counts_in_its_root(self, client: WebClient, ws: Workspace):
        dev = ws.channel("#dev")["id"]
        root = client.chat_postMessage(channel=dev, text="root")["ts"]
        reply = client.chat_postMessage(channel=dev, text="reply", thread_ts=root)["ts"]
        client.chat_postMessage(channel=dev, text="a reply to the reply", thread_ts=reply)
        assert [one["text"] for one in ws.messages("#dev")] == ["root"]
        assert [one["text"] for one in ws.messages("#dev", root)] == ["root", "reply", "a reply to the reply"]
        assert ws.messages("#dev")[0]["reply_count"] == 2
        client.chat_delete(channel=dev, ts=reply)
        assert ws.messages("#dev")[0]["reply_count"] == 1

    def test_a_broadcast_reply_stands_in_the_channel_too(self, client: WebClient, ws: Workspace):
        root = client.chat_postMessage(channel="#dev", text="root")["ts"]
        client.chat_postMessage(channel="#dev", text="heard", thread_ts=root, reply_broadcast=True)
        assert [one.get("subtype") for one in ws.messages("#dev")] == [None, "thread_broadcast"]

    def test_a_root_with_replies_leaves_a_tombstone(self, client: WebClient, ws: Workspace):
        root = client.chat_postMessage(channel="#dev", text="root")
        client.chat_postMessage(channel="#dev", text="reply", thread_ts=root["ts"])
        client.chat_delete(channel=root["channel"], ts=root["ts"])
        assert [one["text"] for one in ws.messages("#dev", root["ts"])] == ["This message was deleted.", "reply"]

    def test_text_is_cut_at_forty_thousand_and_hard_at_four_when_updated(self, client: WebClient, ws: Workspace):
        posted = client.chat_postMessage(channel="#dev", text="x" * 40_001)
        assert len(posted["message"]["text"]) == 40_000
        update = {"channel": posted["channel"], "ts": posted["ts"]}
        assert refusal(client.chat_update, **update, text="x" * 4001)["error"] == "msg_too_long"
        assert client.chat_update(**update, text="x" * 4000)["ok"]

    def test_an_update_drops_what_is_left_out_but_keeps_metadata(self, client: WebClient, ws: Workspace):
        metadata = {"event_type": "card", "event_payload": {"key": "1"}}
        blocks = [{"type": "divider"}]
        posted = client.chat_postMessage(channel="#dev", text="x", blocks=blocks, metadata=metadata)
        where = {"channel": posted["channel"], "ts": posted["ts"]}
        client.chat_update(**where, text="y")
        assert "blocks" not in ws.messages("#dev")[0]
        assert ws.messages("#dev")[0]["metadata"] == metadata
        client.chat_update(**where, text="y", metadata={})
        assert "metadata" not in ws.messages("#dev")[0]

    def test_a_direct_message_opens_the_conversation(self, client: WebClient, ws: Workspace):
        client.chat_postMessage(channel="U0ANA", text="for you")
        assert [one["text"] for one in ws.person("Ana").direct_messages()] == ["for you"]

    def test_an_ephemeral_message_is_seen_by_one_and_kept_nowhere(self, client: WebClient, ws: Workspace):
        dev = ws.channel("#dev")["id"]
        ts = client.chat_postEphemeral(channel=dev, user="U0ANA", text="psst")["message_ts"]
        assert [one["text"] for one in ws.person("Ana").sees("#dev")] == ["psst"]
        assert ws.person("Bo").sees("#dev") == []
        assert client.conversations_history(channel=dev)["messages"] == []
        assert refusal(client.chat_update, channel=dev, ts=ts, text="louder")["error"] == "message_not_found"

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
            ({"channel": "#secret", "text": "x"}, "channel_not_found"),
            ({"channel": "#quiet", "text": "x"}, "not_in_channel"),
            ({"channel": "#dev"}, "no_text"),
            ({"channel": "#dev", "text": ""}, "no_text"),
            ({"channel": "#dev", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
            ({"channel": "#dev", "markdown_text": "x" * 12_001}, "msg_too_long"),
            ({"channel": "#dev", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
            ({"channel": "#dev", "text": "x", "attachments": "{"}, "invalid_attachments"),
            ({"channel": "#dev", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
            ({"channel": "#dev", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
            (
                {"channel": "#dev", "text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "v" * 20_000}}},
                "metadata_too_large",
            ),
            ({"channel": "#dev", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ],
    )
    def test_a_post_is_refused(self, client: WebClient, arguments, error):
        assert refusal(client.api_call, "chat.postMessage", json=arguments)["error"] == error

    def test_only_its_own_messages_can_be_changed(self, client: WebClient, ws: Workspace):
        said = ws.person("Ana").says("mine", "#dev")
        where = {"channel": ws.channel("#dev")["id"], "ts": said["ts"]}
        assert refusal(client.chat_update, **where, text="x")["error"] == "cant_update_message"
        assert refusal(client.chat_delete, **where)["error"] == "cant_delete_message"

    def test_a_scheduled_message_comes_when_its_time_has_come(self, client: WebClient, ws: Workspace, clock):
        client.chat_scheduleMessage(channel="#dev", text="later", post_at=int(clock.now()) + 60)
        assert ws.run_due() == 0
        clock.moves(61)
        assert ws.run_due() == 1
        assert [one["text"] for one in ws.messages("#dev")] == ["later"]
        late = refusal(client.chat_scheduleMessage, channel="#dev", text="x", post_at=int(clock.now()) - 1)
        assert late["error"] == "time_in_past"


class TestHistory:
    def test_pages_run_from_the_newest_to_the_oldest(self, client: WebClient, ws: Workspace):
        for number in range(5):
            client.chat_postMessage(channel="#dev", text=str(number))
        dev = ws.channel("#dev")["id"]
        pages = client.conversations_history(channel=dev, limit=2)
        texts = [[one["text"] for one in page["messages"]] for page in pages]
        assert texts == [["4", "3"], ["2", "1"], ["0"]]

    def test_borders_are_left_out_unless_inclusive(self, client: WebClient, ws: Workspace):
        stamps = [client.chat_postMessage(channel="#dev", text=str(number))["ts"] for number in range(3)]
        dev = ws.channel("#dev")["id"]
        between = client.conversations_history(channel=dev, oldest=stamps[0], latest=stamps[2])["messages"]
        assert [one["text"] for one in between] == ["1"]
        whole = client.conversations_history(channel=dev, oldest=stamps[0], latest=stamps[2], inclusive=True)[
            "messages"
        ]
        assert [one["text"] for one in whole] == ["2", "1", "0"]

    def test_metadata_is_told_only_when_asked_for(self, client: WebClient, ws: Workspace):
        metadata = {"event_type": "card", "event_payload": {"key": "1"}}
        client.chat_postMessage(channel="#dev", text="x", metadata=metadata)
        dev = ws.channel("#dev")["id"]
        (short,) = client.conversations_history(channel=dev)["messages"]
        assert short["metadata"] == {"event_type": "card"}
        (long,) = client.conversations_history(channel=dev, include_all_metadata=True)["messages"]
        assert long["metadata"] == metadata

    def test_a_thread_is_read_root_first(self, client: WebClient, ws: Workspace):
        root = client.chat_postMessage(channel="#dev", text="root")
        client.chat_postMessage(channel="#dev", text="reply", thread_ts=root["ts"])
        thread = client.conversations_replies(channel=root["channel"], ts=root["ts"])["messages"]
        assert [one["text"] for one in thread] == ["root", "reply"]
        unknown = refusal(client.conversations_replies, channel=root["channel"], ts="1.000001")
        assert unknown["error"] == "thread_not_found"

    def test_bots_read_only_where_they_are(self, client: WebClient, ws: Workspace):
        assert refusal(client.conversations_history, channel=ws.channel("#quiet")["id"])["error"] == "not_in_channel"
        assert (
            refusal(client.conversations_history, channel=ws.channel("#secret")["id"])["error"] == "channel_not_found"
        )

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"cursor": "nonsense"}, "invalid_cursor"),
            ({"limit": 1000}, "invalid_limit"),
            ({"oldest": "yesterday"}, "invalid_ts_oldest"),
            ({"latest": "tomorrow"}, "invalid_ts_latest"),
        ],
    )
    def test_a_reading_is_refused(self, client: WebClient, ws: Workspace, arguments, error):
        dev = ws.channel("#dev")["id"]
        assert refusal(client.conversations_history, channel=dev, **arguments)["error"] == error


class TestReactionsPinsAndBookmarks:
    def test_a_reaction_is_given_once(self, client: WebClient, ws: Workspace):
        posted = client.chat_postMessage(channel="#dev", text="x")
        item = {"channel": posted["channel"], "timestamp": posted["ts"], "name": "eyes"}
        client.reactions_add(**item)
        assert refusal(client.reactions_add, **item)["error"] == "already_reacted"
        assert ws.messages("#dev")[0]["reactions"] == [{"name": "eyes", "users": [ws.bot_user_id], "count": 1}]
        client.reactions_remove(**item)
        assert refusal(client.reactions_remove, **item)["error"] == "no_reaction"
        assert refusal(client.reactions_add, **{**item, "name": "no such"})["error"] == "invalid_name"
        assert refusal(client.reactions_add, **{**item, "timestamp": "soon"})["error"] == "bad_timestamp"

    def test_a_message_is_pinned_once(self, client: WebClient, ws: Workspace):
        posted = client.chat_postMessage(channel="#dev", text="x")
        item = {"channel": posted["channel"], "timestamp": posted["ts"]}
        client.pins_add(**item)
        assert refusal(client.pins_add, **item)["error"] == "already_pinned"
        assert [one["message"]["text"] for one in ws.pins("#dev")] == ["x"]
        client.pins_remove(**item)
        assert refusal(client.pins_remove, **item)["error"] == "no_pin"

    def test_a_bookmark_is_a_link(self, client: WebClient, ws: Workspace):
        dev = ws.channel("#dev")["id"]
        made = client.bookmarks_add(channel_id=dev, title="Board", type="link", link="https://example.com")["bookmark"]
        client.bookmarks_edit(channel_id=dev, bookmark_id=made["id"], title="The board")
        assert [one["title"] for one in ws.bookmarks("#dev")] == ["The board"]
        wrong = {"channel_id": dev, "title": "x", "type": "link"}
        assert refusal(client.bookmarks_add, **wrong, link="ftp://example.com")["error"] == "invalid_link"
        assert refusal(client.bookmarks_add, **wrong, link="https://e.com/" + "x" * 2048)["error"] == "invalid_link"
        client.bookmarks_remove(channel_id=dev, bookmark_id=made["id"])
        assert client.bookmarks_list(channel_id=dev)["bookmarks"] == []


def test_people_are_found_by_id_and_address(client: WebClient, ws: Workspace):
    assert client.users_info(user="U0ANA")["user"]["tz"] == "Europe/Berlin"
    assert client.users_lookupByEmail(email="bo@example.com")["user"]["id"] == "U0BO"
    assert refusal(client.users_info, user="U0NOBODY")["error"] == "user_not_found"
    assert refusal(client.users_lookupByEmail, email="no@example.com")["error"] == "users_not_found"
    assert [one["name"] for one in client.users_list()["members"]] == ["helper", "slackbot", "ana", "bo"]


def test_a_file_is_uploaded_in_three_steps(client: WebClient, ws: Workspace):
    client.files_upload_v2(
        channel=ws.channel("#dev")["id"], content="a,b\n1,2\n", filename="t.csv", initial_comment="see"
    )
    (message,) = ws.messages("#dev")
    assert (message["text"], message["files"][0]["name"], message["files"][0]["size"]) == ("see", "t.csv", 8)


def test_an_uploaded_image_is_shown_to_whoever_may_see_it(client: WebClient, ws: Workspace):
    """Only an image, only one that is there; and what a view shows is shared with nobody by that."""
    png, text = (
        client.files_upload_v2(content=b"not looked at", filename=name)["file"]["id"] for name in ("a.png", "a.txt")
    )

    def shown(file: str) -> list[dict[str, object]]:
        return [{"type": "image", "slack_file": {"id": file}, "alt_text": "a chart"}]

    room = client.conversations_create(name="drawn", is_private=True)["channel"]["id"]
    for wrong in ("F0NOBODY", text):
        said = refusal(client.chat_postMessage, channel=room, text="see", blocks=shown(wrong))
        assert said["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    home = {"type": "home", "blocks": shown(text)}
    said = refusal(client.views_publish, user_id="U0ANA", view=home)["response_metadata"]["messages"]
    assert said == ["[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]"]

    client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": shown(png)})
    assert pictures.seen_by(ws, "U0ANA") == {}
    client.chat_postMessage(channel=room, text="see", blocks=shown(png))
    assert pictures.seen_by(ws, "U0ANA") == {}
    client.chat_postMessage(channel=ws.channel("#dev")["id"], text="see", blocks=shown(png))
    assert pictures.seen_by(ws, "U0ANA") == {png: f"/upload/file/{png}"}


def test_a_user_group_has_a_handle(client: WebClient):
    group = client.usergroups_create(name="On call", handle="oncall")["usergroup"]
    client.usergroups_users_update(usergroup=group["id"], users=["U0ANA"])
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == ["U0ANA"]
    assert refusal(client.usergroups_create, name="On call")["error"] == "name_already_exists"


def test_a_canvas_takes_one_change_a_call(client: WebClient, ws: Workspace):
    document = {"type": "markdown", "markdown": "# Notes"}
    canvas = client.conversations_canvases_create(channel_id=ws.channel("#dev")["id"], document_content=document)
    change = {"operation": "insert_at_end", "document_content": {"type": "markdown", "markdown": "more"}}
    client.canvases_edit(canvas_id=canvas["canvas_id"], changes=[change])
    assert ws.state.canvases[canvas["canvas_id"]]["markdown"] == "# Notes\nmore"
    two = refusal(client.canvases_edit, canvas_id=canvas["canvas_id"], changes=[change, change])
    assert two["error"] == "invalid_arguments"


def test_a_stream_grows_until_it_is_stopped(client: WebClient, ws: Workspace):
    root = client.chat_postMessage(channel="#dev", text="ask")
    where = {"channel": root["channel"]}
    stream = client.chat_startStream(**where, thread_ts=root["ts"], markdown_text="one ")["ts"]
    client.chat_appendStream(**where, ts=stream, markdown_text="two")
    client.chat_stopStream(**where, ts=stream)
    assert ws.messages("#dev", root["ts"])[1]["text"] == "one two"
    late = refusal(client.chat_appendStream, **where, ts=stream, markdown_text="three")
    assert late["error"] == "message_not_in_streaming_state"
