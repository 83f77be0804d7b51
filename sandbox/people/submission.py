"""What an app may answer to a submitted modal. https://docs.slack.dev/surfaces/modals#response_actions."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import forms, modals
from sandbox.blockkit import validator
from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """`errors` by the label of the input; `failure` when the answer was none that Slack takes."""

    errors: dict[str, str] = field(default_factory=dict)
    failure: str | None = None


def take(ws: "Workspace", user: str, view: Doc, response: Any) -> Result:
    """Do what the app's answer says: close this view (an empty answer), show errors, update, push or clear."""
    if not response:
        modals.close(ws, user, view["id"])
        return Result()
    action = response.get("response_action") if isinstance(response, dict) else None
    try:
        if action == "errors":
            return _errors(view, response.get("errors"))
        if action == "clear":
            modals.clear(ws, user)
        elif action == "update":
            validator.check_view(response.get("view"))
            modals.update(ws, view["id"], response["view"])
        elif action == "push":
            validator.check_view(response.get("view"))
            modals.push(ws, user, response["view"])
        else:
            return Result(failure="invalid_response_action")
    except SlackError as refused:
        return Result(failure=refused.error)
    return Result()


def _errors(view: Doc, errors: Any) -> Result:
    """Errors are by block_id, and only blocks of inputs can show one."""
    labels = {one.block_id: one.label for one in forms.fields(view["blocks"]) if one.is_input}
    if not isinstance(errors, dict) or not errors or not set(errors) <= set(labels):
        return Result(failure="invalid_errors")
    return Result({labels[block_id]: str(text) for block_id, text in errors.items()})
