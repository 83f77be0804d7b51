"""Settings: what differs from one installation to the next, from the environment or the file `.env`.

Which settings there are and what they mean is said by the class `Settings` alone: the README's table, `tocsin doctor`
and the error texts are drawn from it. No error text ever holds a value: secrets get pasted into the wrong line.
"""

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import getaddresses
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BadSettings

# https://docs.slack.dev/authentication/tokens
TOKENS = {"xoxb-": "SLACK_BOT_TOKEN", "xapp-": "SLACK_APP_TOKEN"}
# How people write a database -> the one driver that is installed for it.
DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
VISIBLE = frozenset(map(chr, range(0x21, 0x7F)))
LONGEST_CHANNEL = 80
HIGHEST_PORT = 65_535


class HttpAddress(BaseModel):
    """Where the bot's own HTTP server listens. Port 0 is any free one."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written: `host:port`, an IPv6 host in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Tls(StrEnum):
    """How a connection to a mail server is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class SmtpServer(BaseModel):
    """The mail server. `user` and `password` are either both given or both None."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    user: str | None = None
    password: SecretStr | None = None
    tls: Tls = Tls.NONE

    @property
    def starttls(self) -> bool:
        """Whether the connection starts in the clear and must be secured before anything else is said."""
        return self.tls is Tls.STARTTLS


class Setting(NamedTuple):
    """A setting as people see it: its name, what it means, and its default in words."""

    name: str
    meaning: str
    default: str


def _named(name: str, default: Any, in_words: str | None = None) -> Any:
    return Field(default=default, alias=name, examples=None if in_words is None else [in_words])


# The readers of one value each. Their ValueErrors are the end of a sentence that begins with the setting's name.


def _token(prefix: str) -> BeforeValidator:
    def check(value: str) -> str:
        if value.startswith(prefix) and len(value) > len(prefix) and VISIBLE.issuperset(value):
            return value
        belongs = next((name for other, name in TOKENS.items() if value.startswith(other) and other != prefix), None)
        hint = f"; what stands there belongs in {belongs}" if belongs else ""
        raise ValueError(f"must be a token that begins with {prefix}{hint}")

    return BeforeValidator(check)


def _signing_secret(value: str) -> str:
    if value.isascii() and value.isalnum():
        return value
    raise ValueError("must be the letters and digits of 'Signing Secret' on the app's page 'Basic Information'")


def _api_url(value: str, example: str = "https://slack.com/api/") -> str:
    url = _url(value)
    if url is None or url.scheme not in {"https", "http"} or not url.hostname or url.query or url.fragment:
        raise ValueError(f"must be a URL such as {example}")
    return value.rstrip("/") + "/"


def _statuspage_url(value: str) -> str:
    return _api_url(value, "https://api.statuspage.io/v1/")


def _github_url(value: str) -> str:
    return _api_url(value, "https://api.github.com")


def _jira_url(value: str) -> str:
    return _api_url(value, "https://example.atlassian.net")


def _visible(value: str) -> str:
    if VISIBLE.issuperset(value):
        return value
    raise ValueError("must be one word of visible ASCII characters, as it was shown when it was made")


def _secret(value: str) -> str:
    if VISIBLE.issuperset(value):
        return value
    raise ValueError("must be a key without spaces, as Statuspage shows it under API info")


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # the latter from a port that is no number
        url = None
    if url is None or url.drivername not in DRIVERS:
        raise ValueError("must be sqlite:///file.db or postgresql://user:password@host/database") from None
    # The rest stays as it was written: rendering it anew would spell it differently.
    return f"{DRIVERS[url.drivername]}:{value.partition(':')[2]}"


def _channel(value: str) -> str:
    name = value.removeprefix("#")
    if name and len(name) <= LONGEST_CHANNEL and name == name.lower() and all(c.isalnum() or c in "-_" for c in name):
        return name
    raise ValueError("must be a channel's name such as incidents: lower case, without spaces, at most 80 characters")


def _http(value: str) -> HttpAddress:
    url = _url(f"//{value}")
    if url is None or not url.hostname or url.port is None or value != url.netloc or "@" in value:
        raise ValueError("must be host:port such as 127.0.0.1:8080")
    return HttpAddress(host=url.hostname, port=url.port)


def _smtp(value: str) -> SmtpServer:
    url = _url(value)
    if url is None or url.scheme not in {"smtp", "smtps"} or not url.hostname or url.path not in {"", "/"}:
        raise ValueError("must be smtp://user:password@host:25 or smtps://user:password@host:465")
    if bool(url.username) != bool(url.password):
        raise ValueError("must name both user and password or neither, with @ : / in them as %40 %3A %2F")
    tls = _tls(url)
    return SmtpServer(
        host=url.hostname,
        port=url.port or {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.IMPLICIT: 465}[tls],
        user=unquote(url.username) if url.username else None,
        password=SecretStr(unquote(url.password)) if url.password else None,
        tls=tls,
    )


def _tls(url: SplitResult) -> Tls:
    options = parse_qsl(url.query, keep_blank_values=True)
    if options not in ([], [("starttls", "true")], [("starttls", "false")]):
        raise ValueError("may end with ?starttls=true or ?starttls=false and nothing else")
    starttls = ("starttls", "true") in options
    if url.scheme == "smtps":
        if starttls:
            raise ValueError("must be smtps:// or have ?starttls=true, not both: smtps is secure from the start")
        return Tls.IMPLICIT
    return Tls.STARTTLS if starttls else Tls.NONE


def _mail_from(value: str) -> str:
    named = getaddresses([value])
    try:
        if len(named) != 1:
            raise ValueError("one sender, not several")
        name, address = named[0]
        return str(Address(display_name=name, addr_spec=address))
    except (HeaderParseError, ValueError, IndexError):  # each of the latter from Address, depending on what is wrong
        raise ValueError("must be an address such as tocsin@example.com or Tocsin <tocsin@example.com>") from None


def _url(text: str) -> SplitResult | None:
    """The parts of a URL whose port, if any, is a number; None when it cannot be taken apart."""
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return None
    return url


class Settings(BaseSettings):
    """Every setting. Make it with `load`, whose errors are sentences."""

    model_config = SettingsConfigDict(
        case_sensitive=True,
        enable_decoding=False,  # values are plain text, never JSON
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        validate_default=False,  # a default is a value already, not a text to read
    )

    slack_bot_token: Annotated[SecretStr | None, _token("xoxb-")] = _named("SLACK_BOT_TOKEN", None, "required")
    """Slack's bot token, from the app's page OAuth & Permissions."""
    slack_app_token: Annotated[SecretStr | None, _token("xapp-")] = _named("SLACK_APP_TOKEN", None, "–")
    """Slack's app-level token with the scope connections:write: Slack is reached over Socket Mode."""
    slack_signing_secret: Annotated[SecretStr | None, BeforeValidator(_signing_secret)] = _named(
        "SLACK_SIGNING_SECRET", None, "–"
    )
    """Slack's signing secret: without an app-level token, Slack reaches the bot over HTTP (`POST /slack/events`)."""
    slack_api_url: Annotated[str, BeforeValidator(_api_url)] = _named("SLACK_API_URL", "https://slack.com/api/")
    """Base URL of Slack's Web API."""
    database_url: Annotated[SecretStr, BeforeValidator(_database_url)] = _named(
        "DATABASE_URL", SecretStr("sqlite:///tocsin.db"), "sqlite:///tocsin.db"
    )
    """The database as an SQLAlchemy URL: SQLite, or PostgreSQL (psycopg 3)."""
    incidents_channel: Annotated[str, BeforeValidator(_channel)] = _named("TOCSIN_INCIDENTS_CHANNEL", "incidents")
    """Name of the channel that announcements go to."""
    policy: Path | None = _named("TOCSIN_POLICY", None, "the built-in policy")
    """Path of the policy file (YAML)."""
    smtp: Annotated[SmtpServer | None, BeforeValidator(_smtp)] = _named(
        "TOCSIN_SMTP_URL", None, "none: e-mail is shown as not configured"
    )
    """The mail server: `smtp://user:password@host:25`, `smtps://…`; `?starttls=true` secures the former."""
    mail_from: Annotated[str, BeforeValidator(_mail_from)] = _named("TOCSIN_MAIL_FROM", "tocsin@localhost")
    """Sender of e-mails."""
    statuspage_key: Annotated[SecretStr | None, BeforeValidator(_secret)] = _named("TOCSIN_STATUSPAGE_KEY", None, "–")
    """Atlassian Statuspage's API key, if the policy's `customers.targets` names a page there."""
    statuspage_url: Annotated[str, BeforeValidator(_statuspage_url)] = _named(
        "TOCSIN_STATUSPAGE_URL", "https://api.statuspage.io/v1/"
    )
    """Base URL of Statuspage's API."""
    github_token: Annotated[SecretStr | None, BeforeValidator(_visible)] = _named("TOCSIN_GITHUB_TOKEN", None, "–")
    """GitHub's token with read and write access to issues, if the policy's `trackers` use GitHub."""
    github_url: Annotated[str, BeforeValidator(_github_url)] = _named("TOCSIN_GITHUB_URL", "https://api.github.com/")
    """Base URL of GitHub's REST API."""
    github_secret: Annotated[SecretStr | None, BeforeValidator(_visible)] = _named("TOCSIN_GITHUB_SECRET", None, "–")
    """The secret of a webhook from GitHub to `POST /hooks/github`: closed there is done here at once."""
    jira_url: Annotated[str | None, BeforeValidator(_jira_url)] = _named("TOCSIN_JIRA_URL", None, "–")
    """Address of the site in Jira Cloud, such as `https://example.atlassian.net`."""
    jira_user: Annotated[str | None, BeforeValidator(_visible)] = _named("TOCSIN_JIRA_USER", None, "–")
    """E-mail address of the account whose token is used in Jira."""
    jira_token: Annotated[SecretStr | None, BeforeValidator(_visible)] = _named("TOCSIN_JIRA_TOKEN", None, "–")
    """That account's API token."""
    jira_secret: Annotated[SecretStr | None, BeforeValidator(_visible)] = _named("TOCSIN_JIRA_SECRET", None, "–")
    """The secret of a webhook from Jira to `POST /hooks/jira`."""
    http: Annotated[HttpAddress, BeforeValidator(_http)] = _named(
        "TOCSIN_HTTP", HttpAddress(host="127.0.0.1", port=8080)
    )
    """`host:port` of the bot's own HTTP server (health, metrics, webhooks, status page)."""
    timezone: ZoneInfo = _named("TOCSIN_TIMEZONE", ZoneInfo("UTC"))
    """The team's IANA time zone, for working hours and business days."""

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over Socket Mode; otherwise over HTTP."""
        return self.slack_app_token is not None

    @model_validator(mode="before")
    @classmethod
    def _trimmed(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Spaces around a value are nobody's intention, and an empty value is none."""
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != ""}


class _Given(Settings):
    """The same, from what it is called with alone: neither the environment nor `.env` is read."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what it is called with."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def load(*, need_slack: bool, env: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment and `.env` (the former wins), or from `env` alone.

    BadSettings, one line, when one is malformed or, with `need_slack`, what it takes to reach Slack is missing.
    """
    try:
        settings = Settings() if env is None else _Given.model_validate(dict(env))
    except ValidationError as error:
        raise BadSettings(_sentence(error)) from None  # the cause's text holds the value
    except UnicodeDecodeError:
        raise BadSettings("The file .env must be a text in UTF-8; save it as such.") from None
    except OSError as error:
        raise BadSettings(f"The file .env cannot be read ({error.strerror}); mend it or remove it.") from error
    if need_slack:
        _check_slack(settings)
    return settings


def described() -> tuple[Setting, ...]:
    """Every setting in the order of the class, for people to read."""
    return tuple(
        Setting(str(field.alias), str(field.description), (field.examples or [str(field.default)])[0])
        for field in Settings.model_fields.values()
    )


def table() -> str:
    """Every setting as a Markdown table, for the README and the documentation."""
    rows = (f"| `{name}` | {meaning} | {default} |" for name, meaning, default in described())
    return "\n".join(("| name | meaning | default |", "|---|---|---|", *rows))


def _check_slack(settings: Settings) -> None:
    if settings.slack_bot_token is None:
        raise BadSettings(
            "SLACK_BOT_TOKEN is missing: set it to the Bot User OAuth Token (xoxb-…) on the app's page "
            "'OAuth & Permissions'."
        )
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise BadSettings(
            "SLACK_APP_TOKEN is missing: set it to an app-level token (xapp-…) with connections:write for Socket Mode, "
            "or set SLACK_SIGNING_SECRET for HTTP."
        )


def _sentence(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)
    first = problems[0]
    if first["type"] == "zoneinfo_str":
        wrong = "must be an IANA time zone such as Europe/Berlin"
    else:
        wrong = str(first["ctx"]["error"])
    more = f" ({len(problems) - 1} more wrong)" if len(problems) > 1 else ""
    return f"{first['loc'][0]} {wrong}.{more}"
