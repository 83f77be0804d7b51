"""The Web API methods the sandbox knows: rate tier, bot scopes and arguments of each.

Facts from Slack's method reference (https://docs.slack.dev/reference/methods), in our own shape. In an argument list `!`
means required, and `:json`, `:list`, `:int`, `:bool` how the text of a form field is read; the rest are strings.
Where several scopes are listed for a conversation method, one is needed: the one for the type of the conversation.
"""

from dataclasses import dataclass
from typing import Literal

Tier = Literal["tier1", "tier2", "tier3", "tier4", "special", "none"]
Sort = Literal["str", "json", "list", "int", "bool"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, how its text is read, whether it must be there."""

    name: str
    sort: Sort
    required: bool


@dataclass(frozen=True, slots=True)
class Method:
    """One Web API method. `form_only` methods read no JSON body."""

    name: str
    tier: Tier
    scopes: tuple[str, ...]
    arguments: dict[str, Argument]
    form_only: bool


def _argument(text: str) -> Argument:
    name, _, sort = text.partition(":")
    return Argument(name.rstrip("!"), sort or "str", name.endswith("!"))  # type: ignore[arg-type]  # the table is ours


def _method(name: str, tier: Tier, scopes: str, arguments: str, *, form_only: bool = False) -> Method:
    parsed = [_argument(text) for text in arguments.split()]
    return Method(name, tier, tuple(scopes.split()), {one.name: one for one in parsed}, form_only)


_TABLE = (
    _method("api.test", "tier4", "", "error"),
    _method("apps.connections.open", "tier3", "", ""),
    _method("auth.test", "special", "", ""),
    _method("blocks.validate", "none", "", "blocks:json message:json view:json"),
    _method(
        "bookmarks.add",
        "tier2",
        "bookmarks:write",
        "channel_id! title! type! access_level emoji entity_id link parent_id",
    ),
    _method("bookmarks.edit", "tier2", "bookmarks:write", "bookmark_id! channel_id! emoji link title"),
    _method("bookmarks.list", "tier3", "bookmarks:read", "channel_id!"),
    _method("bookmarks.remove", "tier2", "bookmarks:write", "bookmark_id! channel_id! quip_section_id"),
    _method("bots.info", "tier3", "users:read", "bot team_id", form_only=True),
    _method("canvases.access.delete", "tier3", "canvases:write", "canvas_id! channel_ids:list user_ids:list"),
    _method(
        "canvases.access.set",
        "tier3",
        "canvases:write",
        "access_level! canvas_id! channel_ids:list user_ids:list",
    ),
    _method("canvases.create", "tier2", "canvases:write", "channel_id document_content:json title"),
    _method("canvases.delete", "tier3", "canvases:write", "canvas_id!"),
    _method("canvases.edit", "tier3", "canvases:write", "canvas_id! changes!:json"),
    _method("canvases.sections.lookup", "tier3", "canvases:read", "canvas_id! criteria!:json"),
    _method("chat.appendStream", "tier4", "chat:write", "channel! markdown_text! ts! chunks:json"),
    _method("chat.delete", "tier3", "chat:write", "channel! ts! as_user:bool"),
    _method("chat.deleteScheduledMessage", "tier3", "chat:write", "channel! scheduled_message_id! as_user:bool"),
    _method("chat.getPermalink", "special", "", "channel! message_ts!", form_only=True),
    _method("chat.meMessage", "tier3", "chat:write", "channel! text!"),
    _method(
        "chat.postEphemeral",
        "tier4",
        "chat:write",
        "channel! user! as_user:bool attachments:json blocks:json icon_emoji icon_url link_names:bool "
        "markdown_text metadata:json parse text thread_ts username",
    ),
    _method(
        "chat.postMessage",
        "special",
        "chat:write",
        "channel! as_user:bool attachments:json blocks:json current_draft_last_updated_ts icon_emoji icon_url "
        "link_names:bool markdown_text metadata:json mrkdwn:bool parse reply_broadcast:bool text thread_ts "
        "unfurl_links:bool unfurl_media:bool username",
    ),
    _method(
        "chat.scheduleMessage",
        "tier3",
        "chat:write",
        "channel! post_at!:int as_user:bool attachments:json blocks:json link_names:bool markdown_text "
        "metadata:json parse reply_broadcast:bool text thread_ts unfurl_links:bool unfurl_media:bool",
    ),
    _method("chat.scheduledMessages.list", "tier3", "", "channel cursor latest limit:int oldest team_id"),
    _method(
        "chat.startStream",
        "tier2",
        "chat:write",
        "channel! chunks:json icon_emoji icon_url markdown_text recipient_team_id recipient_user_id "
        "task_display_mode thread_ts username",
    ),
    _method(
        "chat.stopStream",
        "tier2",
        "chat:write",
        "channel! ts! blocks:json chunks:json markdown_text metadata:json",
    ),
    _method(
        "chat.unfurl",
        "tier3",
        "links:write",
        "channel! ts! unfurls!:json source unfurl_id user_auth_blocks:json user_auth_message "
        "user_auth_required:bool user_auth_url",
    ),
    _method(
        "chat.update",
        "tier3",
        "chat:write",
        "channel! ts! as_user:bool attachments:json blocks:json file_ids:list link_names:bool markdown_text "
        "metadata:json parse reply_broadcast:bool text unfurled_attachments:json",
    ),
    _method(
        "conversations.archive",
        "tier2",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel!",
    ),
    _method("conversations.canvases.create", "tier2", "canvases:write", "channel_id! document_content:json title"),
    _method(
        "conversations.close",
        "tier2",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel!",
    ),
    _method(
        "conversations.create",
        "tier2",
        "groups:write im:write mpim:write channels:write channels:manage",
        "name! is_private:bool team_id",
    ),
    _method(
        "conversations.history",
        "tier3",
        "groups:history im:history mpim:history channels:history",
        "channel! cursor include_all_metadata:bool inclusive:bool latest limit:int oldest",
    ),
    _method(
        "conversations.info",
        "tier3",
        "groups:read im:read mpim:read channels:read",
        "channel! include_locale:bool include_num_members:bool",
        form_only=True,
    ),
    _method(
        "conversations.invite",
        "tier3",
        "channels:write.invites groups:write.invites channels:manage groups:write im:write mpim:write",
        "channel! users!:list force:bool",
    ),
    _method("conversations.join", "tier3", "channels:join", "channel!"),
    _method("conversations.kick", "tier3", "groups:write channels:manage", "channel! user"),
    _method(
        "conversations.leave",
        "tier3",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel!",
    ),
    _method(
        "conversations.list",
        "tier2",
        "groups:read im:read mpim:read channels:read",
        "cursor exclude_archived:bool limit:int team_id types",
        form_only=True,
    ),
    _method(
        "conversations.mark",
        "tier3",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel! ts!",
    ),
    _method(
        "conversations.members",
        "tier4",
        "groups:read im:read mpim:read channels:read",
        "channel! cursor limit:int",
        form_only=True,
    ),
    _method(
        "conversations.open",
        "tier3",
        "channels:manage groups:write im:write mpim:write",
        "channel prevent_creation:bool return_im:bool users:list",
    ),
    _method(
        "conversations.rename",
        "tier2",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel! name!",
    ),
    _method(
        "conversations.replies",
        "tier3",
        "groups:history im:history mpim:history channels:history",
        "channel! ts! cursor include_all_metadata:bool inclusive:bool latest limit:int oldest",
        form_only=True,
    ),
    _method(
        "conversations.setPurpose",
        "tier2",
        "channels:write.topic groups:write.topic mpim:write.topic im:write.topic channels:manage groups:write im:write mpim:write",
        "channel! purpose!",
    ),
    _method(
        "conversations.setTopic",
        "tier2",
        "channels:write.topic groups:write.topic mpim:write.topic im:write.topic channels:manage groups:write im:write mpim:write",
        "channel! topic!",
    ),
    _method(
        "conversations.unarchive",
        "tier2",
        "groups:write im:write mpim:write channels:write channels:manage",
        "channel!",
    ),
    _method("dnd.info", "tier3", "dnd:read", "team_id user", form_only=True),
    _method("dnd.teamInfo", "tier2", "dnd:read", "users!:list team_id", form_only=True),
    _method(
        "files.completeUploadExternal",
        "tier4",
        "files:write",
        "files!:json blocks:json channel_id channels:list icon_emoji icon_url initial_comment thread_ts username",
    ),
    _method("files.delete", "tier3", "files:write", "file!"),
    _method(
        "files.getUploadURLExternal",
        "tier4",
        "files:write",
        "filename! length!:int alt_txt snippet_type",
        form_only=True,
    ),
    _method("files.info", "tier4", "files:read", "file! count:int cursor limit:int page:int", form_only=True),
    _method("pins.add", "tier2", "pins:write", "channel! timestamp"),
    _method("pins.list", "tier2", "pins:read", "channel!", form_only=True),
    _method("pins.remove", "tier2", "pins:write", "channel! timestamp"),
    _method("reactions.add", "tier3", "reactions:write", "channel! name! timestamp!"),
    _method(
        "reactions.get",
        "tier3",
        "reactions:read",
        "channel file file_comment full:bool timestamp",
        form_only=True,
    ),
    _method(
        "reactions.list",
        "tier2",
        "reactions:read",
        "count:int cursor full:bool limit:int page:int team_id user",
        form_only=True,
    ),
    _method("reactions.remove", "tier2", "reactions:write", "name! channel file file_comment timestamp"),
    _method("team.info", "tier3", "team:read", "domain team"),
    _method(
        "usergroups.create",
        "tier2",
        "usergroups:write",
        "name! additional_channels:list channels:list description enable_section:bool handle include_count:bool "
        "team_id",
    ),
    _method("usergroups.disable", "tier2", "usergroups:write", "usergroup! include_count:bool team_id"),
    _method("usergroups.enable", "tier2", "usergroups:write", "usergroup! include_count:bool team_id"),
    _method(
        "usergroups.list",
        "tier2",
        "usergroups:read",
        "include_count:bool include_disabled:bool include_users:bool team_id",
        form_only=True,
    ),
    _method(
        "usergroups.update",
        "tier2",
        "usergroups:write",
        "usergroup! additional_channels:list channels:list description enable_section:bool handle "
        "include_count:bool name team_id",
    ),
    _method(
        "usergroups.users.list",
        "tier2",
        "usergroups:read",
        "usergroup! include_disabled:bool team_id",
        form_only=True,
    ),
    _method(
        "usergroups.users.update",
        "tier2",
        "usergroups:write",
        "usergroup! users!:list additional_channels:list include_count:bool is_shared:bool team_id",
    ),
    _method(
        "users.conversations",
        "tier3",
        "groups:read im:read mpim:read channels:read",
        "cursor exclude_archived:bool exclude_muted:bool limit:int team_id types user",
        form_only=True,
    ),
    _method("users.getPresence", "tier3", "users:read", "user", form_only=True),
    _method("users.info", "tier4", "users:read", "user! include_locale:bool", form_only=True),
    _method("users.list", "tier2", "users:read", "cursor include_locale:bool limit:int team_id", form_only=True),
    _method("users.lookupByEmail", "tier3", "users:read.email", "email!", form_only=True),
    _method("users.profile.get", "tier4", "users.profile:read", "include_labels:bool user", form_only=True),
    _method("views.open", "tier4", "", "view!:json interactivity_pointer trigger_id"),
    _method("views.publish", "tier4", "", "user_id! view!:json hash interactivity_pointer"),
    _method("views.push", "tier4", "", "view!:json interactivity_pointer trigger_id"),
    _method("views.update", "tier4", "", "view!:json external_id hash view_id"),
)

METHODS: dict[str, Method] = {method.name: method for method in _TABLE}

# The first part of a scope says which type of conversation it is for.
_SCOPE_PREFIX = {"channel": "channels:", "group": "groups:", "im": "im:", "mpim": "mpim:"}


def scopes_for(method: Method, kind: str) -> tuple[str, ...]:
    """The scopes of which one lets a bot use this method on a conversation of this kind (`channel`, `group`, …)."""
    prefix = _SCOPE_PREFIX[kind]
    return tuple(scope for scope in method.scopes if scope.startswith(prefix)) or method.scopes
