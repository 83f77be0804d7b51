"""Slack: the token and what it may do, the connection, the channel, the clock."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import slack
from bot.doctor.finding import CLOCK_BAD, CLOCK_WARN, Case, Finding, Level
from bot.errors import SlackError
from bot.settings import Settings

MANIFEST = Path(__file__).parents[2] / "app.manifest.yml"
SLACK_SECONDS = 5


@dataclass(frozen=True)
class Answer:
    """What Slack answered; `error` is its code when it said no, and `headers` have lower-case names."""

    data: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def error(self) -> str:
        """Empty when Slack said yes."""
        return "" if self.data.get("ok") else str(self.data.get("error", "nothing that can be read"))


class NoAnswer(Exception):
    """Slack was not reached; the text says how."""


def check_slack(case: Case) -> Iterator[Finding]:
    """The token works and may do what the bot does, Socket Mode can connect, the channel is there, the clocks agree."""
    token = case.settings.slack_bot_token
    if token is None:
        yield Finding("slack", Level.WARN, "not checked: there is no bot token.")
        return
    web = slack.client(token.get_secret_value(), case.settings.slack_api_url, timeout=SLACK_SECONDS)
    try:
        who = _ask(web.auth_test)
        if who.error:
            yield Finding("slack", Level.BAD, f"Slack answered {who.error} to auth.test.", _about_token(who.error))
        else:
            yield Finding("slack", Level.OK, f"{who.data.get('user')} in the workspace {who.data.get('team')}")
            yield _scopes(who.headers.get("x-oauth-scopes"))
            yield _channel(slack.Slack(web), case.settings.incidents_channel)
        yield _reception(web, case.settings)
        yield _clock(who.headers.get("date"), case.now())
    except NoAnswer as error:
        fix = "Check the network and SLACK_API_URL; incidents are kept and delivered when Slack is back."
        yield Finding("slack", Level.BAD, f"{case.settings.slack_api_url} does not answer ({error}).", fix)


def _ask(method: Callable[..., Any], **arguments: Any) -> Answer:
    """Call a method of the Web API. `NoAnswer` when Slack cannot be reached."""
    try:
        response = method(**arguments)
    except SlackApiError as error:
        response = error.response
    except (OSError, http.client.HTTPException, ValueError, SlackClientError) as error:
        raise NoAnswer(getattr(error, "reason", None) or type(error).__name__) from error
    data = response.data if isinstance(response.data, dict) else {}
    return Answer(data, {name.lower(): _one(value) for name, value in response.headers.items()})


def _one(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _about_token(code: str) -> str:
    if code in {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}:
        return "Copy the Bot User OAuth Token from the app's page OAuth & Permissions into SLACK_BOT_TOKEN."
    return "See https://docs.slack.dev/reference/methods/auth.test for what that means."


def _scopes(granted: str | None) -> Finding:
    if granted is None:
        return Finding("scopes", Level.WARN, "Slack did not say which are granted.")
    wanted = _manifest_scopes()
    if wanted is None:
        return Finding("scopes", Level.WARN, f"not checked: {MANIFEST.name} is not here.")
    missing = sorted(wanted - {scope.strip() for scope in granted.split(",")})
    if missing:
        fix = f"Paste {MANIFEST.name} as the app's manifest and install the app again."
        return Finding("scopes", Level.BAD, f"missing: {', '.join(missing)}.", fix)
    return Finding("scopes", Level.OK, f"all {len(wanted)} are granted")


def _manifest_scopes() -> frozenset[str] | None:
    """The bot scopes that the manifest asks for; None when there is no manifest."""
    if not MANIFEST.exists():
        return None
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])


def _reception(web: WebClient, settings: Settings) -> Finding:
    """Whether Slack's events can reach the bot."""
    if settings.slack_app_token is None:
        return Finding("events", Level.OK, f"over HTTP: Slack must reach POST /slack/events on {settings.http}")
    answer = _ask(web.apps_connections_open, app_token=settings.slack_app_token.get_secret_value())
    if answer.error:
        return Finding(
            "events",
            Level.BAD,
            f"Slack answered {answer.error} to apps.connections.open.",
            "SLACK_APP_TOKEN must be an app-level token with connections:write, and Socket Mode be switched on.",
        )
    return Finding("events", Level.OK, "over Socket Mode")


def _channel(workspace: slack.Slack, name: str) -> Finding:
    try:
        found = workspace.public_channel(name)
    except SlackError as error:
        return Finding("channel", Level.BAD, f"#{name} could not be looked for: {error}.")
    if found is None:
        fix = "Make it, or name another in TOCSIN_INCIDENTS_CHANNEL."
        return Finding("channel", Level.BAD, f"There is no public channel #{name}.", fix)
    if not found.get("is_member"):
        return Finding("channel", Level.WARN, f"The bot is not in #{name} yet; it joins with the first announcement.")
    return Finding("channel", Level.OK, f"#{name}, and the bot is in it")


def _clock(date: str | None, now: datetime) -> Finding:
    """How far this machine's clock is from Slack's, which is told in whole seconds."""
    if date is None:
        return Finding("clock", Level.WARN, "not checked: Slack's answer bears no date.")
    apart = abs(now - parsedate_to_datetime(date).astimezone(UTC))
    level = Level.BAD if apart > CLOCK_BAD else Level.WARN if apart > CLOCK_WARN else Level.OK
    fix = "" if level is Level.OK else "Let this machine set its clock by NTP."
    return Finding("clock", level, f"{apart.total_seconds():.0f} s from Slack's.", fix)
