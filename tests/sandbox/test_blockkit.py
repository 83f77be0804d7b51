"""What Slack refuses, with the words it refuses it in, and what it takes: two tables, over the wire."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox import Running
from sandbox.blockkit.blocks import BLOCKS, SURFACES
from sandbox.blockkit.elements import ELEMENTS
from tests.sandbox.acceptances import ACCEPTED_BLOCKS, ACCEPTED_HOMES, ACCEPTED_VIEWS
from tests.sandbox.conftest import client_of
from tests.sandbox.payloads import modal, section, table
from tests.sandbox.refusals import REFUSED_BLOCKS, REFUSED_VIEWS


def test_messages_are_refused_as_invalid_blocks(common_server: Running):
    client = client_of(common_server)
    for name, payload, complaint in REFUSED_BLOCKS:
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel="#dev", text=name, blocks=payload)
        answer = refused.value.response
        assert (name, answer["error"], answer["errors"][0]) == (name, "invalid_blocks", complaint)
        assert answer["response_metadata"]["messages"][0] == f"[ERROR] {complaint}", name


def test_views_are_refused_as_invalid_arguments(common_server: Running):
    client = client_of(common_server)
    for name, payload, complaint in REFUSED_VIEWS:
        with pytest.raises(SlackApiError) as refused:
            client.views_publish(user_id="U0ANA", view=payload)
        answer = refused.value.response
        assert (name, answer["error"]) == (name, "invalid_arguments")
        assert answer["response_metadata"]["messages"][0] == f"[ERROR] {complaint}", name
        assert "errors" not in answer.data, name


def test_messages_are_taken(common_server: Running):
    client = client_of(common_server)
    for name, payload in ACCEPTED_BLOCKS:
        blocks = client.chat_postMessage(channel="#dev", text=name, blocks=payload)["message"]["blocks"]
        assert [block["type"] for block in blocks] == [block["type"] for block in payload], name
        assert all(block["block_id"] for block in blocks), name


def test_views_are_taken(common_server: Running):
    client = client_of(common_server)
    for name, payload in ACCEPTED_VIEWS + ACCEPTED_HOMES:
        assert client.api_call("blocks.validate", json={"view": payload})["ok"], name


def test_two_tables_are_an_invalid_attachment(common_server: Running):
    with pytest.raises(SlackApiError) as refused:
        client_of(common_server).chat_postMessage(channel="#dev", text="x", blocks=[table(["a"]), table(["b"])])
    assert refused.value.response["error"] == "invalid_attachments"
    assert "only_one_table_allowed" in refused.value.response["errors"][0]


@pytest.mark.parametrize("blocks", ["{", '"words"', "{}"], ids=["no JSON", "a text", "an object"])
def test_blocks_that_are_no_array_have_a_format_error(common_server: Running, blocks):
    with pytest.raises(SlackApiError) as refused:
        client_of(common_server).chat_postMessage(channel="#dev", text="words", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks_format"


def test_validate_names_code_pointer_and_constraint_and_needs_no_token(common_server: Running):
    client = client_of(common_server)
    client.token = None
    with pytest.raises(SlackApiError) as refused:
        client.api_call(
            "blocks.validate", json={"blocks": [section(text={"type": "invalid", "text": "x"}), {"type": "header"}]}
        )
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["errors"] == [
        {
            "code": "failed_constraint",
            "message": "unsupported type: invalid",
            "pointer": "/0/text/type",
            "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
        },
        {"code": "missing_field", "message": "missing required field: text", "pointer": "/1", "field": "text"},
    ]


def test_validate_takes_exactly_one_thing(common_server: Running):
    for arguments in ({}, {"blocks": [section()], "view": modal()}):
        with pytest.raises(SlackApiError) as refused:
            client_of(common_server).api_call("blocks.validate", json=arguments)
        assert refused.value.response["error"] == "invalid_arguments"


def test_every_rule_names_its_source():
    for table_of_rules in (BLOCKS, ELEMENTS):
        for kind, rule in table_of_rules.items():
            assert rule.source.startswith(("blocks/", "block-elements/")), kind


def test_every_block_stands_somewhere_but_the_file_which_only_slack_posts():
    placed = frozenset().union(*SURFACES.values())
    assert set(BLOCKS) - placed == {"file"}


def test_the_tables_are_as_long_as_promised():
    assert len(REFUSED_BLOCKS) + len(REFUSED_VIEWS) >= 120
    assert len(ACCEPTED_BLOCKS) + len(ACCEPTED_VIEWS) + len(ACCEPTED_HOMES) >= 40
