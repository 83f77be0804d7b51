"""What trackers call with: a hint is read, or there is none; nothing that somebody makes up is an error of ours."""

import contextlib
import json

import pytest
from fastapi import HTTPException, Request
from hypothesis import example, given
from hypothesis import strategies as st

from bot import hooks

ISSUES = Request({"type": "http", "headers": [(b"x-github-event", b"issues")]})
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
names = st.sampled_from(["issue", "repository", "number", "full_name", "id", "webhookEvent", "action"])
anything = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=10)
called = st.fixed_dictionaries(
    {"webhookEvent": st.just("jira:issue_updated"), "issue": anything, "repository": anything}
)


@given(st.binary() | anything.map(lambda said: json.dumps(said).encode()))
def test_a_body_is_an_object_or_turned_away(body):
    with contextlib.suppress(HTTPException):
        assert isinstance(hooks._read(body), dict)


@given(called)
@example({"issue": {"number": False}, "repository": {"full_name": ""}})
def test_a_hint_names_an_issue_or_is_none(said):
    for hint in (hooks._at_github(ISSUES, said), hooks._in_jira(said)):
        assert hint is None or hint.remote.isdigit()


def test_what_is_a_hint():
    at_github = {"issue": {"number": 7}, "repository": {"full_name": "acme/operations"}}
    assert hooks._at_github(ISSUES, at_github) == ("7", "acme/operations")
    assert hooks._at_github(Request({"type": "http", "headers": []}), at_github) is None
    assert hooks._in_jira({"webhookEvent": "jira:issue_updated", "issue": {"id": "10001"}}) == ("10001", None)
    assert hooks._in_jira({"webhookEvent": "comment_created", "issue": {"id": "10001"}}) is None
    with pytest.raises(HTTPException):
        hooks._read(b"[" * 100_000)
