"""The sandbox's own table of methods, beside Slack's reference."""

import ast
import json
from pathlib import Path

import pytest

import sandbox
from sandbox import api
from sandbox.methods import METHODS, scopes_for

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "slack"
HANDLERS = api.load()

beside_the_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="Slack's method reference is not beside this checkout"
)

# Errors that Slack gives and its reference does not list (recorded in public issues), and HTTP-level ones of ours.
SEEN = {
    "cant_invite",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_attachments",
    "invalid_limit",
    "is_archived",
    "missing_scope",
    "msg_too_long",
    "no_such_subteam",
    "not_in_channel",
    "thread_not_found",
    "too_many_users",
    "user_not_found",
    "channel_not_found",
    "invalid_parameters",
    "not_enabled",
    "cannot_find_channel",
    "invalid_blocks",
    "invalid_message",
    "invalid_view",
    "msg_blocks_too_long",
    "metadata_too_large",
    "invalid_ts_latest",
    "invalid_ts_oldest",
}


def reference():
    return json.loads((REFERENCE / "methods.json").read_text(encoding="utf-8"))


def test_every_method_of_the_table_is_answered():
    assert set(METHODS) == set(HANDLERS)
    assert len(METHODS) >= 70


@beside_the_reference
def test_the_table_knows_every_method_of_the_reference():
    assert set(METHODS) == set(reference())


@beside_the_reference
def test_each_method_is_as_the_reference_says():
    for name, theirs in reference().items():
        ours = METHODS[name]
        assert ours.tier == (theirs["tier"] or "none"), name
        assert set(ours.scopes) == set(theirs["scopes"]["bot"]), name
        assert set(ours.arguments) == set(theirs["arguments"]), name
        required = {key for key, one in theirs["arguments"].items() if one.get("required")}
        assert {one.name for one in ours.arguments.values() if one.required} == required, name
        assert ours.form_only is not theirs["json_body"], name


@beside_the_reference
def test_every_error_we_raise_is_one_of_slacks():
    """All string literals in `SlackError("…")` under sandbox/api against all errors of the reference."""
    known = set(json.loads((REFERENCE / "errors.common.json").read_text(encoding="utf-8"))) | SEEN
    for method in reference().values():
        known |= set(method["errors"])
    package = Path(sandbox.__file__).parent / "api"
    raised = {
        argument.value: path.name
        for path in package.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SlackError" and node.args
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant)
    }
    assert {error: where for error, where in raised.items() if error not in known} == {}


def test_a_conversation_needs_the_scope_of_its_type():
    history = METHODS["conversations.history"]
    assert scopes_for(history, "channel") == ("channels:history",)
    assert scopes_for(history, "group") == ("groups:history",)
    assert scopes_for(METHODS["chat.postMessage"], "im") == ("chat:write",)
