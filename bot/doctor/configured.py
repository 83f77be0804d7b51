"""The settings, the policy and the templates."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import SecretStr

from bot import database, policy
from bot import settings as configuration
from bot.doctor.finding import Case, Finding, Level
from bot.errors import BadPolicy
from bot.policy.frameworks import NOT_ADVICE, rules_of
from bot.settings import Settings, SmtpServer
from bot.views import document

RULES_FRESH_FOR, SHOWN_MOST = timedelta(days=180), 5


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
