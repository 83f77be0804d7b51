"""Which refusals mean that the app broke a rule of Slack, in words for the inspector.

A channel name that is taken is life; a block that is too long is a mistake in the app.
"""

from typing import Any

_WORDS = {
    "already_archived": None,
    "already_in_channel": None,
    "already_pinned": None,
    "already_reacted": None,
    "cant_invite_self": None,
    "hash_conflict": None,
    "internal_error": None,
    "is_archived": None,
    "message_not_found": None,
    "name_taken": None,
    "no_pin": None,
    "no_reaction": None,
    "service_unavailable": None,
    "users_not_found": None,
    "channel_not_found": "no such channel, or a private one the app is not in",
    "exchanged_trigger_id": "a trigger_id opens one view, once",
    "expired_trigger_id": "a trigger_id lives three seconds",
    "expired_url": "a response_url lives thirty minutes",
    "invalid_auth": "the token is not this workspace's",
    "markdown_text_conflict": "markdown_text cannot stand beside text or blocks",
    "msg_too_long": "the text is longer than this method takes",
    "not_allowed_token_type": "this method takes the other sort of token",
    "not_authed": "no token came with the request",
    "not_in_channel": "the app is not a member of this channel",
    "push_limit_reached": "a stack holds three views",
    "ratelimited": "called more often than the rate limit allows",
    "unknown_method": "the sandbox does not know this method",
    "used_url": "a response_url takes five answers",
}


def violation(method: str, answer: dict[str, Any]) -> str | None:
    """What rule the refused call broke, or None when refusals like this belong to ordinary life."""
    error = answer["error"]
    if error == "missing_scope":
        return f"{method} needs the scope {answer.get('needed')}, which the manifest does not ask for"
    messages = answer.get("response_metadata", {}).get("messages")
    if messages:
        return f"{error}: " + "; ".join(messages)
    words = _WORDS.get(error, "")
    if words is None:
        return None
    return f"{error}: {words}" if words else str(error)
