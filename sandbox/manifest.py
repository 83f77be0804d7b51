"""The app manifest: what the app may do, and what it is sent.

The rules are those of Slack's manifest reference (version 2): only `display_information` is required, unknown keys are
errors nearly everywhere, lengths and counts as noted beside each field. https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sandbox.errors import BadManifest


def _text(longest: int, shortest: int = 0, pattern: str | None = None) -> Any:
    return StringConstraints(min_length=shortest, max_length=longest, pattern=pattern)


Scope = Annotated[str, _text(50, 1)]
Url = Annotated[str, _text(3500, pattern=r"^https?://")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DisplayInformation(_Part):
    """What people read about the app."""

    name: Annotated[str, _text(35, 1)]
    description: Annotated[str, _text(140)] = ""
    long_description: Annotated[str, _text(4000, 175)] | None = None
    background_color: Annotated[str, _text(7, 4, r"^#[0-9a-fA-F]{3,6}$")] | None = None


class BotUser(_Part):
    """The app's user."""

    display_name: Annotated[str, _text(80, 1)]
    always_online: bool = False


class AppHome(_Part):
    """Which tabs of the app people can open."""

    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = False


class SlashCommand(_Part):
    """One command; it needs a `url` only without Socket Mode."""

    command: Annotated[str, _text(32, 2, r"^/\S+$")]
    description: Annotated[str, _text(2000, 1)]
    usage_hint: Annotated[str, _text(1000)] = ""
    should_escape: bool = False
    url: Url | None = None


class Shortcut(_Part):
    """One entry of the ⚡ menu or of the menu of messages."""

    name: Annotated[str, _text(24, 1)]
    callback_id: Annotated[str, _text(255, 1)]
    description: Annotated[str, _text(150, 1)]
    type: Literal["message", "global"]


class Features(_Part):
    """What people see of the app."""

    bot_user: BotUser | None = None
    app_home: AppHome = AppHome()
    slash_commands: Annotated[tuple[SlashCommand, ...], Field(max_length=50, strict=False)] = ()
    shortcuts: Annotated[tuple[Shortcut, ...], Field(max_length=10, strict=False)] = ()
    unfurl_domains: Annotated[tuple[str, ...], Field(max_length=5, strict=False)] = ()
    # Features of Slack that the sandbox accepts in a manifest and does not play.
    agent_view: dict[str, Any] | None = None
    assistant_view: dict[str, Any] | None = None
    rich_previews: dict[str, Any] | None = None
    search: dict[str, Any] | None = None
    workflow_steps: list[Any] | None = None


class Scopes(_Part):
    """What the app may do."""

    bot: Annotated[tuple[Scope, ...], Field(max_length=255, strict=False)] = ()
    user: Annotated[tuple[Scope, ...], Field(max_length=255, strict=False)] = ()
    bot_optional: Annotated[tuple[Scope, ...], Field(max_length=255, strict=False)] = ()
    user_optional: Annotated[tuple[Scope, ...], Field(max_length=255, strict=False)] = ()


class OauthConfig(_Part):
    """How the app is installed."""

    scopes: Scopes = Scopes()
    redirect_urls: Annotated[tuple[str, ...], Field(max_length=1000, strict=False)] = ()
    token_management_enabled: bool | None = None
    pkce_enabled: bool | None = None


class EventSubscriptions(_Part):
    """Which events the app is sent."""

    request_url: Url | None = None
    bot_events: Annotated[tuple[str, ...], Field(max_length=100, strict=False)] = ()
    user_events: Annotated[tuple[str, ...], Field(max_length=100, strict=False)] = ()
    metadata_subscriptions: Annotated[tuple[Any, ...], Field(max_length=20, strict=False)] = ()


class Interactivity(_Part):
    """Where clicks and submissions go."""

    is_enabled: bool
    request_url: Url | None = None
    message_menu_options_url: Url | None = None


class Settings(_Part):
    """How the app is reached."""

    event_subscriptions: EventSubscriptions = EventSubscriptions()
    interactivity: Interactivity = Interactivity(is_enabled=False)
    socket_mode_enabled: bool = False
    org_deploy_enabled: bool = False
    token_rotation_enabled: bool = False
    is_hosted: bool | None = None
    function_runtime: str | None = None
    hermes_app_type: str | None = None
    is_mcp_enabled: bool | None = None
    siws_links: dict[str, Any] | None = None
    incoming_webhooks: dict[str, Any] | None = None
    allowed_ip_address_ranges: Annotated[tuple[str, ...], Field(min_length=1, max_length=50, strict=False)] | None = (
        None
    )


class Manifest(BaseModel):
    """A valid manifest; unknown top-level keys (`functions`, `workflows`, …) are kept out of the sandbox's way."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    display_information: DisplayInformation
    features: Features = Features()
    oauth_config: OauthConfig = OauthConfig()
    settings: Settings = Settings()

    @property
    def name(self) -> str:
        """The name people see the app under."""
        bot = self.features.bot_user
        return bot.display_name if bot else self.display_information.name

    def command(self, name: str) -> SlashCommand | None:
        """The declared slash command of this name, or None."""
        return next((one for one in self.features.slash_commands if one.command == name), None)

    def subscribes(self, event: str) -> bool:
        """Whether the app asked for this bot event, by its name in the manifest (`message.channels`, …)."""
        return event in self.settings.event_subscriptions.bot_events


def read(source: Manifest | Mapping[str, Any] | str | Path) -> Manifest:
    """Read a manifest from a YAML or JSON file, or take it as a mapping.

    Raises BadManifest, with one line for each broken rule, when Slack would refuse it.
    """
    if isinstance(source, Manifest):
        return source
    where = "manifest"
    if isinstance(source, str | Path):
        where, source = str(source), _load(Path(source))
    try:
        return Manifest.model_validate(source)
    except ValidationError as refused:
        raise BadManifest("\n".join(_line(where, problem) for problem in refused.errors())) from None


def _load(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise BadManifest(f"{path}: cannot be read ({missing.strerror}); give the path of an app manifest") from None
    except yaml.YAMLError as broken:
        raise BadManifest(f"{path}: is neither YAML nor JSON: {broken}") from None


def _line(where: str, problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "(top)"
    given = problem.get("input")
    shown = f", got {given!r}" if isinstance(given, str | int | bool) and len(repr(given)) < 60 else ""
    return f"{where}: {key}: {problem['msg']}{shown}"
