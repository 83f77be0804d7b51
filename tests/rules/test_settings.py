"""Settings: what the environment and `.env` say, and what is said when they say nonsense."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import BadSettings
from bot.settings import HttpAddress, Settings, SmtpServer, Tls, described, load, table

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc"}
CONTRACT = Path(__file__).parents[3] / "shared" / "contract.md"


def given_env(**env):
    return load(need_slack=False, env=env)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to be in, and an environment without settings."""
    for setting in described():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- what is said is understood


def test_nothing_said_means_the_defaults():
    settings = load(need_slack=False, env={})
    assert settings.slack_bot_token is settings.slack_app_token is settings.slack_signing_secret is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url.get_secret_value() == "sqlite:///tocsin.db"
    assert settings.incidents_channel == "incidents"
    assert settings.policy is None
    assert settings.smtp is None
    assert settings.mail_from == "tocsin@localhost"
    assert settings.http == HttpAddress(host="127.0.0.1", port=8080)
    assert settings.timezone == ZoneInfo("UTC")


def test_everything_said():
    settings = load(
        need_slack=True,
        env={
            **SLACK,
            "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
            "SLACK_API_URL": "http://127.0.0.1:9000/api",
            "DATABASE_URL": "sqlite:///:memory:",
            "TOCSIN_INCIDENTS_CHANNEL": "#störungen",
            "TOCSIN_POLICY": "conf/policy.yml",
            "TOCSIN_SMTP_URL": "smtp://mail.example.com",
            "TOCSIN_MAIL_FROM": "Tocsin <tocsin@example.com>",
            "TOCSIN_HTTP": "0.0.0.0:80",
            "TOCSIN_TIMEZONE": "Europe/Berlin",
            "PATH": "/bin",
        },
    )
    assert settings.socket_mode
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-abc"
    assert settings.slack_app_token.get_secret_value() == "xapp-1-abc"
    assert settings.slack_signing_secret.get_secret_value() == "8f742231b10e8888abcd99yyyzzz85a5"
    assert settings.slack_api_url == "http://127.0.0.1:9000/api/"
    assert settings.database_url.get_secret_value() == "sqlite:///:memory:"
    assert settings.incidents_channel == "störungen"
    assert settings.policy == Path("conf/policy.yml")
    assert settings.smtp == SmtpServer(host="mail.example.com", port=25)
    assert settings.mail_from == "Tocsin <tocsin@example.com>"
    assert str(settings.http) == "0.0.0.0:80"
    assert settings.timezone == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:////var/lib/tocsin.db", "sqlite:////var/lib/tocsin.db"),
        ("sqlite+pysqlite:///x.db", "sqlite:///x.db"),
        ("postgres://u:p%40ss@db:5433/t", "postgresql+psycopg://u:p%40ss@db:5433/t"),
        ("postgresql://u@db/t?sslmode=require", "postgresql+psycopg://u@db/t?sslmode=require"),
        ("postgresql+psycopg:///t?host=/var/run/postgresql", "postgresql+psycopg:///t?host=/var/run/postgresql"),
    ],
)
def test_databases_get_the_driver_that_is_installed(written, read):
    assert given_env(DATABASE_URL=written).database_url.get_secret_value() == read


@pytest.mark.parametrize(
    ("written", "host", "port", "user", "password", "tls"),
    [
        ("smtp://localhost", "localhost", 25, None, None, Tls.NONE),
        ("smtp://localhost:1025/", "localhost", 1025, None, None, Tls.NONE),
        ("smtp://bot:s3cret@mail:25", "mail", 25, "bot", "s3cret", Tls.NONE),
        ("smtp://bot%40x:p%2Fq@mail?starttls=true", "mail", 587, "bot@x", "p/q", Tls.STARTTLS),
        ("smtp://mail:25?starttls=true", "mail", 25, None, None, Tls.STARTTLS),
        ("smtp://mail?starttls=false", "mail", 25, None, None, Tls.NONE),
        ("smtps://bot:s3cret@mail", "mail", 465, "bot", "s3cret", Tls.IMPLICIT),
        ("smtps://[::1]:4650?starttls=false", "::1", 4650, None, None, Tls.IMPLICIT),
    ],
)
def test_mail_servers(written, host, port, user, password, tls):
    smtp = given_env(TOCSIN_SMTP_URL=written).smtp
    assert (smtp.host, smtp.port, smtp.user, smtp.tls) == (host, port, user, tls)
    assert (smtp.password.get_secret_value() if smtp.password else None) == password
    assert smtp.starttls is (tls is Tls.STARTTLS)


@pytest.mark.parametrize("written", ["127.0.0.1:8080", "localhost:0", "[::1]:8080", "bot.example.com:65535"])
def test_addresses_to_listen_on(written):
    assert str(given_env(TOCSIN_HTTP=written).http) == written


def test_spaces_around_a_value_and_empty_values_mean_nothing():
    settings = given_env(SLACK_BOT_TOKEN=" xoxb-1-abc\n", SLACK_APP_TOKEN="", TOCSIN_TIMEZONE=" ")
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-abc"
    assert settings.slack_app_token is None
    assert settings.timezone == ZoneInfo("UTC")


# --- where it is read from


def test_the_environment_wins_over_the_file(here, monkeypatch):
    (here / ".env").write_text("TOCSIN_HTTP=127.0.0.1:1\nTOCSIN_TIMEZONE=Asia/Tokyo\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("TOCSIN_HTTP", "127.0.0.1:2")
    settings = load(need_slack=False)
    assert settings.http.port == 2
    assert settings.timezone == ZoneInfo("Asia/Tokyo")


def test_a_mapping_is_read_alone(here, monkeypatch):
    (here / ".env").write_text("TOCSIN_TIMEZONE=Asia/Tokyo\n")
    monkeypatch.setenv("TOCSIN_HTTP", "127.0.0.1:2")
    assert load(need_slack=False, env={}) == load(need_slack=False, env={"UNKNOWN": "1"})
    assert load(need_slack=False, env={}).http.port == 8080


def test_an_empty_variable_does_not_hide_the_file(here, monkeypatch):
    (here / ".env").write_text("TOCSIN_TIMEZONE=Asia/Tokyo\n")
    monkeypatch.setenv("TOCSIN_TIMEZONE", "")
    assert load(need_slack=False).timezone == ZoneInfo("Asia/Tokyo")


def test_a_file_that_is_no_text_is_told(here):
    (here / ".env").write_bytes(b"TOCSIN_MAIL_FROM=\xff\n")
    with pytest.raises(BadSettings, match=r"\.env must be a text in UTF-8"):
        load(need_slack=False)


# --- what is missing or malformed is told


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "SLACK_BOT_TOKEN is missing: set it to the Bot User OAuth Token"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing: "),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is missing: set it to an app-level token"),
    ],
)
def test_to_reach_slack_takes_a_bot_token_and_a_way_in(env, sentence):
    with pytest.raises(BadSettings) as bad:
        load(need_slack=True, env=env)
    assert str(bad.value).startswith(sentence)
    assert load(need_slack=False, env=env)


def test_without_an_app_token_the_signing_secret_will_do():
    settings = load(need_slack=True, env={"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "abc123"})
    assert not settings.socket_mode


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "abc", "must be a token that begins with xoxb-."),
        ("SLACK_BOT_TOKEN", "xoxb-", "must be a token that begins with xoxb-."),
        ("SLACK_BOT_TOKEN", "xoxb-1 xoxb-2", "must be a token that begins with xoxb-."),
        (
            "SLACK_BOT_TOKEN",
            "xapp-1",
            "must be a token that begins with xoxb-; what stands there belongs in SLACK_APP_TOKEN.",
        ),
        (
            "SLACK_APP_TOKEN",
            "xoxb-1",
            "must be a token that begins with xapp-; what stands there belongs in SLACK_BOT_TOKEN.",
        ),
        (
            "SLACK_SIGNING_SECRET",
            "a b",
            "must be the letters and digits of 'Signing Secret' on the app's page 'Basic Information'.",
        ),
        *(
            ("SLACK_API_URL", value, "must be a URL such as https://slack.com/api/.")
            for value in ("slack.com", "ftp://slack.com", "https://", "https://x:y/", "https://x/?a=b", "https://[::1/")
        ),
        ("TOCSIN_GITHUB_URL", "github", "must be a URL such as https://api.github.com."),
        ("TOCSIN_JIRA_URL", "example.atlassian.net", "must be a URL such as https://example.atlassian.net."),
        *(
            (name, "a b", "must be one word of visible ASCII characters, as it was shown when it was made.")
            for name in ("TOCSIN_GITHUB_TOKEN", "TOCSIN_GITHUB_SECRET", "TOCSIN_JIRA_USER", "TOCSIN_JIRA_SECRET")
        ),
        *(
            ("DATABASE_URL", value, "must be sqlite:///file.db or postgresql://user:password@host/database.")
            for value in ("tocsin.db", "mysql://u:p@h/d", "postgresql+asyncpg://h/d", "postgresql://h:x/d")
        ),
        *(
            (
                "TOCSIN_INCIDENTS_CHANNEL",
                value,
                "must be a channel's name such as incidents: lower case, without spaces, at most 80 characters.",
            )
            for value in ("#", "our incidents", "Incidents", "a.b", "i" * 81)
        ),
        *(
            ("TOCSIN_SMTP_URL", value, "must be smtp://user:password@host:25 or smtps://user:password@host:465.")
            for value in ("mail:25", "http://mail", "smtp://", "smtp://mail:x", "smtp://mail/path", "smtp://[::1")
        ),
        *(
            (
                "TOCSIN_SMTP_URL",
                value,
                "must name both user and password or neither, with @ : / in them as %40 %3A %2F.",
            )
            for value in ("smtp://bot@mail", "smtp://:s3cret@mail")
        ),
        *(
            ("TOCSIN_SMTP_URL", value, "may end with ?starttls=true or ?starttls=false and nothing else.")
            for value in ("smtp://mail?starttls=yes", "smtp://mail?tls=true", "smtp://mail?starttls=true&x=1")
        ),
        (
            "TOCSIN_SMTP_URL",
            "smtps://mail?starttls=true",
            "must be smtps:// or have ?starttls=true, not both: smtps is secure from the start.",
        ),
        *(
            (
                "TOCSIN_MAIL_FROM",
                value,
                "must be an address such as tocsin@example.com or Tocsin <tocsin@example.com>.",
            )
            for value in ("tocsin", "@x", "a@", "a b@x", "a@b, c@d", "a@b\nBcc: c@d", "<>")
        ),
        *(
            ("TOCSIN_HTTP", value, "must be host:port such as 127.0.0.1:8080.")
            for value in ("8080", ":8080", "localhost", "localhost:http", "localhost:65536", "a@b:1", "a:1/x", "::1:80")
        ),
        *(
            ("TOCSIN_TIMEZONE", value, "must be an IANA time zone such as Europe/Berlin.")
            for value in ("Berlin", "../UTC", "Europe")
        ),
    ],
)
def test_a_malformed_setting_is_named_with_what_to_write(name, value, sentence):
    with pytest.raises(BadSettings) as bad:
        given_env(**{name: value})
    assert str(bad.value) == f"{name} {sentence}"


def test_of_several_the_first_is_told():
    with pytest.raises(BadSettings, match=r"^SLACK_API_URL must be .* \(2 more wrong\)$"):
        given_env(TOCSIN_HTTP="8080", SLACK_API_URL="slack", TOCSIN_TIMEZONE="Berlin")


@given(st.sampled_from([setting.name for setting in described()]), st.text("abcXYZ019:/@?%[].- ", min_size=12))
def test_whatever_is_written_is_understood_or_refused_without_repeating_it(name, value):
    marked = f"hunter2{value}"
    try:
        given_env(**{name: marked})
    except BadSettings as bad:
        assert str(bad).startswith(f"{name} must ")  # noqa: PT017 -- most values are refused, but not all
        assert "hunter2" not in str(bad)  # noqa: PT017
        assert bad.__cause__ is None  # noqa: PT017
        assert bad.__suppress_context__  # noqa: PT017


def test_printing_the_settings_shows_no_secret():
    settings = load(
        need_slack=True,
        env={
            "SLACK_BOT_TOKEN": "xoxb-hunter2",
            "SLACK_APP_TOKEN": "xapp-hunter2",
            "SLACK_SIGNING_SECRET": "hunter2",
            "DATABASE_URL": "postgresql://u:hunter2@h/d",
            "TOCSIN_SMTP_URL": "smtp://u:hunter2@h",
        },
    )
    assert "hunter2" not in f"{settings!r}{settings}{settings.model_dump_json()}"


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        load(need_slack=False, env={}).timezone = ZoneInfo("Asia/Tokyo")


# --- how they are described


def test_every_setting_is_described_with_its_real_default():
    for setting, field in zip(described(), Settings.model_fields.values(), strict=True):
        assert setting.meaning.endswith(".")
        if field.default is not None:
            spelled_out = given_env(**{setting.name: setting.default})
            assert spelled_out == load(need_slack=False, env={})


def test_the_table_is_markdown_with_a_row_for_each():
    head, rule, *rows = table().splitlines()
    assert (head, rule) == ("| name | meaning | default |", "|---|---|---|")
    assert [row.split("`")[1] for row in rows] == [setting.name for setting in described()]


# What came to the contract's settings with a target for updates to customers, and with trackers.
SINCE = {
    "TOCSIN_STATUSPAGE_KEY",
    "TOCSIN_STATUSPAGE_URL",
    "TOCSIN_GITHUB_TOKEN",
    "TOCSIN_GITHUB_URL",
    "TOCSIN_GITHUB_SECRET",
    "TOCSIN_JIRA_URL",
    "TOCSIN_JIRA_USER",
    "TOCSIN_JIRA_TOKEN",
    "TOCSIN_JIRA_SECRET",
}


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside this checkout")
def test_the_settings_are_those_of_the_contract():
    section = CONTRACT.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    promised = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert [setting.name for setting in described() if setting.name not in SINCE] == promised
