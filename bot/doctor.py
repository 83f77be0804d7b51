"""Is everything in place? Each check gives findings, one line each; nothing is changed, and no secret is shown."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr
from rich.console import Console
from rich.text import Text
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import database, policy, slack
from bot import settings as configuration
from bot.effects import FollowIssue
from bot.errors import BadPolicy, BadSettings, MailError, SlackError, TargetError
from bot.mail import Mailer
from bot.policy.frameworks import NOT_ADVICE, rules_of
from bot.settings import Settings, SmtpServer, Tls
from bot.statuspage import Statuspage
from bot.trackers import polling, tracker_of
from bot.views import document
from bot.views.labels import TRACKERS
from db import issues, proof, risks
from db.enums import EffectState
from db.models import Effect, Incident, Review

MANIFEST = Path(__file__).parents[1] / "app.manifest.yml"
SLACK_SECONDS = 5
MAIL_SECONDS = 5.0
NEWEST = 50
LATE = timedelta(minutes=10)
RULES_FRESH_FOR, SHOWN_MOST = timedelta(days=180), 5
# Slack refuses a signature five minutes off; long before that, the times on a timeline stop telling what came first.
CLOCK_WARN, CLOCK_BAD = timedelta(seconds=5), timedelta(seconds=60)


class Level(StrEnum):
    """How a finding is meant: fine; not fine but it works; it will not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    name: str
    level: Level
    sentence: str
    fix: str = ""


@dataclass(frozen=True)
class Case:
    """What the checks look at. `missing` says which setting it takes to reach Slack and is not there, or is empty."""

    settings: Settings
    missing: str
    now: Callable[[], datetime]


def examine(now: Callable[[], datetime], env: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """All findings, as they are made. `env` stands in for the environment and `.env`."""
    try:
        settings = configuration.load(need_slack=False, env=env)
    except BadSettings as error:
        yield Finding("settings", Level.BAD, str(error), "Nothing else was checked.")
        return
    try:
        configuration.load(need_slack=True, env=env)
        missing = ""
    except BadSettings as error:
        missing = str(error)
    for check in CHECKS:
        yield from check(Case(settings, missing, now))


def show(findings: Iterator[Finding], console: Console) -> bool:
    """Print each finding as it comes, one line each; whether none is bad."""
    well = True
    for finding in findings:
        well = well and finding.level is not Level.BAD
        line = Text.assemble(
            (f"{finding.level:<5}", COLOURS[finding.level]), f"{finding.name:<26}", finding.sentence, f" {finding.fix}"
        )
        line.rstrip()
        console.print(line, soft_wrap=True)
    return well


COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


# ── the settings and the policy ────────────────────────────────────────────────────────────────────────────────────


def check_settings(case: Case) -> Iterator[Finding]:
    """Each setting: whether it is set, and to what unless that is a secret."""
    for field, setting in zip(Settings.model_fields, configuration.described(), strict=True):
        if case.missing.startswith(f"{setting.name} "):
            yield Finding(setting.name, Level.BAD, case.missing.removeprefix(f"{setting.name} "))
        elif field in case.settings.model_fields_set:
            shown = _shown(case.settings, field)
            yield Finding(setting.name, Level.OK, f"set{shown and f' to {shown}'}")
        else:
            yield Finding(setting.name, Level.OK, f"not set ({setting.default})")


def _shown(settings: Settings, field: str) -> str:
    """A setting's value as it may be shown; empty for a secret."""
    match getattr(settings, field):
        case SecretStr():
            return database.address(settings) if field == "database_url" else ""
        case SmtpServer(host=host, port=port):
            return f"{host}:{port}"
        case value:
            return str(value)


def check_policy(case: Case) -> Iterator[Finding]:
    """The policy can be read."""
    where = str(case.settings.policy or "the built-in policy")
    try:
        policy.load(case.settings.policy, zone=case.settings.timezone)
    except BadPolicy as error:
        yield Finding("policy", Level.BAD, f"{error}.", "`tocsin policy check` shows it again.")
    else:
        yield Finding("policy", Level.OK, where)


def check_frameworks(case: Case) -> Iterator[Finding]:
    """The rules of the frameworks that were declared to apply were looked at lately."""
    try:
        frameworks = policy.load(case.settings.policy, zone=case.settings.timezone).frameworks
    except BadPolicy:
        return  # `check_policy` has said so.
    applying = [(one, rule) for one, rule in rules_of(frameworks) if one.applies and rule.enabled]
    if not applying:
        return
    today = case.now().date()
    stale = sorted(rule.key for _, rule in applying if rule.verified_on and today - rule.verified_on > RULES_FRESH_FOR)
    names = ", ".join(dict.fromkeys(one.key for one, _ in applying))
    if stale:
        shown = ", ".join(stale[:SHOWN_MOST]) + (" …" if len(stale) > SHOWN_MOST else "")
        what = f"{names}; last checked more than {RULES_FRESH_FOR.days} days ago: {shown}"
        todo = "Check them against the law; then set verified_on in the policy, or take a newer version."
        yield Finding("regulatory clocks", Level.WARN, what, todo)
    else:
        yield Finding("regulatory clocks", Level.OK, f"{names}; {NOT_ADVICE.lower()}")


def check_templates(case: Case) -> Iterator[Finding]:
    """Whether the team's own templates can be used."""
    try:
        rules = policy.load(case.settings.policy, zone=case.settings.timezone)
    except BadPolicy:
        return  # `check_policy` says so.
    wrong = document.broken_templates(rules)
    for complaint in wrong:
        yield Finding("templates", Level.WARN, complaint, "The built-in template is used instead.")
    if rules.templates.folder and not wrong:
        yield Finding("templates", Level.OK, str(rules.templates.folder))


def check_mail(case: Case) -> Iterator[Finding]:
    """The mail server lets us in. No mail is sent."""
    if case.settings.smtp is None:
        fix = "Set TOCSIN_SMTP_URL if leadership is to be told by e-mail too."
        yield Finding("e-mail", Level.WARN, "not configured.", fix)
    else:
        yield _mail_server(case, case.settings.smtp)


def _mail_server(case: Case, server: SmtpServer) -> Finding:
    where, sender = f"{server.host}:{server.port}", case.settings.mail_from
    try:
        Mailer(server, sender, case.now, MAIL_SECONDS).knock()
    except MailError as error:
        fix = "Check TOCSIN_SMTP_URL, the network, and the mail server's certificate."
        return Finding("e-mail", Level.BAD, f"{where}: {error}.", fix)
    secured = "" if server.tls is Tls.IMPLICIT or server.starttls else ", in the clear"
    return Finding("e-mail", Level.OK, f"{where} lets us in{secured}; from {sender}")


def check_customers(case: Case) -> Iterator[Finding]:
    """Whether each target of customers' updates is set up."""
    try:
        rules = policy.load(case.settings.policy, zone=case.settings.timezone).customers
    except BadPolicy:
        return  # `check_policy` says so.
    if rules.targets.email and case.settings.smtp is None:
        yield Finding("customers", Level.BAD, "Subscribers cannot be mailed: no mail server.", "Set TOCSIN_SMTP_URL.")
    if rules.targets.statuspage:
        yield _statuspage(case, rules.targets.statuspage)
    if rules.targets.page:
        where = rules.page.address or f"only on {case.settings.http}: customers.page.address is not set"
        yield Finding("status page", Level.OK, where)


def _statuspage(case: Case, page: str) -> Finding:
    key = case.settings.statuspage_key
    if key is None:
        return Finding("statuspage", Level.BAD, "Statuspage cannot be told: no key.", "Set TOCSIN_STATUSPAGE_KEY.")
    try:
        name = Statuspage(key, case.settings.statuspage_url).look_at_page(page)
    except TargetError as error:
        fix = "Check customers.targets.statuspage, TOCSIN_STATUSPAGE_KEY and the network."
        return Finding("statuspage", Level.BAD, f"{error}.", fix)
    return Finding("statuspage", Level.OK, f"the page {name}")


def check_trackers(case: Case) -> Iterator[Finding]:
    """Whether actions reach the tracker that the policy names, and whether it reaches us."""
    try:
        rules = policy.load(case.settings.policy, zone=case.settings.timezone)
    except BadPolicy:
        return  # `check_policy` says so.
    use, place = rules.trackers.use, rules.trackers.place
    if use is None or place is None:
        return
    try:
        name = tracker_of(case.settings, rules, use, place).look_at_place()
    except TargetError as error:
        yield Finding("tracker", Level.BAD, f"{error}.", "docs/trackers.md says what the token must be allowed to do.")
        return
    yield Finding("tracker", Level.OK, f"{TRACKERS[use]}: {name}")
    if polling.hears(case.settings, use):
        yield Finding("tracker's webhook", Level.OK, f"{TRACKERS[use]} must reach POST /hooks/{use.value}")
    else:
        every = int(polling.OFTEN / timedelta(minutes=1))
        hint = f"TOCSIN_{use.value.upper()}_SECRET and a webhook have it heard of at once."
        yield Finding(
            "tracker's webhook", Level.OK, f"none: what changes there is asked for every {every} minutes.", hint
        )


# ── the database ───────────────────────────────────────────────────────────────────────────────────────────────────


def check_database(case: Case) -> Iterator[Finding]:
    """It answers, its schema is current, its timelines hold, and nothing is stuck on the way out."""
    try:
        with database.reached(case.settings) as store:
            here, wanted = database.schema(store.engine)
            yield Finding("database", Level.OK, f"{database.address(case.settings)} answers")
            if here != wanted:
                had = f"schema {here}" if here else "no schema"
                yield Finding("schema", Level.BAD, f"The database has {had}, not {wanted}.", "Run `tocsin migrate`.")
                return
            yield Finding("schema", Level.OK, f"{here}, the newest")
            if (there := store.clock_time()) is not None:
                yield _database_clock(there, case.now())
            with database.snapshot(store) as session:
                yield _timelines(session)
                yield from _outbox(session, case.now())
                yield from _issues(session)
                yield _rooms(session)
                yield from _canvases(session)
                yield from _risks(session)
    except database.NotUsable as error:
        yield Finding("database", Level.BAD, str(error))


def _database_clock(there: datetime, now: datetime) -> Finding:
    """Bots go by the database's clock; other commands, which it is far from, go by the machine's."""
    apart = abs(now - there)
    level, fix = (Level.WARN, "Let both machines set their clocks by NTP.") if apart > CLOCK_WARN else (Level.OK, "")
    return Finding("database clock", level, f"{apart.total_seconds():.0f} s from this machine's.", fix)


def _timelines(session: Session) -> Finding:
    newest = sorted(session.scalars(select(Incident.id).order_by(Incident.id.desc()).limit(NEWEST)))
    broken = sorted({found.incident for found in proof.verify(session, newest) if found.incident}, reverse=True)
    if broken:
        return Finding(
            "timelines",
            Level.BAD,
            f"changed behind tocsin's back: {', '.join(f'INC-{number}' for number in broken)}.",
            "`tocsin verify` names the entries; compare them with a backup.",
        )
    return Finding("timelines", Level.OK, f"the newest {len(newest)} verify")


def _outbox(session: Session, now: datetime) -> Iterator[Finding]:
    dead = session.scalar(select(func.count()).select_from(Effect).where(Effect.state == EffectState.DEAD))
    if dead:
        yield Finding(
            "undelivered",
            Level.WARN,
            f"{dead} {'thing' if dead == 1 else 'things'} could not be delivered.",
            "`tocsin show KEY` says what and why; `tocsin repair` tries again.",
        )
    else:
        yield Finding("undelivered", Level.OK, "nothing")
    oldest = session.scalar(select(func.min(Effect.due_at)).where(Effect.state == EffectState.WAITING))
    if oldest is not None and now - oldest > LATE:
        minutes = int((now - oldest) / timedelta(minutes=1))
        yield Finding("delivery", Level.WARN, f"Something has waited for {minutes} minutes.", "Is `tocsin run` up?")


def _issues(session: Session) -> Iterator[Finding]:
    """Actions that wait for their tracker: it is away, or asks to come back later."""
    count, last = issues.waiting(session, FollowIssue.__name__)
    if count:
        what = f"{count} {'action waits' if count == 1 else 'actions wait'} for the tracker: {last}."
        yield Finding("issues", Level.WARN, what, "It is tried again, for as long as it takes.")


def _rooms(session: Session) -> Finding:
    """What nobody can be shown, because bots may not bring a room back."""
    out_of_reach = select(Incident).where(Incident.closed_at.is_(None), Incident.room_archived | Incident.room_lost)
    keys = [incident.key for incident in session.scalars(out_of_reach.order_by(Incident.id).limit(NEWEST))]
    if keys:
        return Finding(
            "rooms",
            Level.WARN,
            f"archived, deleted or without the bot, though the incident is open: {', '.join(keys)}.",
            "Unarchive it, or type /invite @tocsin in it; then `tocsin repair KEY`.",
        )
    return Finding("rooms", Level.OK, "none of an open incident is out of reach")


def _canvases(session: Session) -> Iterator[Finding]:
    """What Slack said to the newest review that was to have a canvas, if it has none."""
    newest = session.scalars(select(Review).order_by(Review.incident_id.desc()).limit(NEWEST))
    asked = next((review for review in newest if review.canvas or review.canvas_refused), None)
    if asked is not None and asked.canvas_refused:
        fix = "Set review.canvas to off if there are to be none, or else `tocsin repair KEY` when that is mended."
        sentence = f"Slack said {asked.canvas_refused}: reviews are in the room's messages alone."
        yield Finding("canvases", Level.WARN, sentence, fix)


def _risks(session: Session) -> Iterator[Finding]:
    """Risks that nobody looks after, because their owners have left."""
    keys = risks.orphaned(session)
    if keys:
        what = f"whoever owned {', '.join(keys[:NEWEST])} has left."
        yield Finding("risks", Level.WARN, what, "`tocsin risks give R-3 USERID` gives one to somebody else.")


# ── Slack ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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


CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    check_settings,
    check_policy,
    check_frameworks,
    check_templates,
    check_database,
    check_slack,
    check_mail,
    check_customers,
    check_trackers,
)
