"""Is everything in place? Each check gives findings, one line each; nothing is changed, and no secret is shown."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from rich.console import Console
from rich.text import Text

from bot import settings as configuration
from bot.doctor.configured import check_frameworks, check_policy, check_settings, check_templates
from bot.doctor.finding import Case, Finding, Level
from bot.doctor.outside import check_customers, check_mail, check_trackers
from bot.doctor.stored import check_database
from bot.doctor.workspace import check_slack
from bot.errors import BadSettings

__all__ = ["Case", "Finding", "Level", "check_customers", "check_trackers", "examine", "show"]

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
COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


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
