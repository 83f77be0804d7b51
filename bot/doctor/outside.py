"""What stands outside and is not Slack: the mail server, where customers read, the tracker."""

from collections.abc import Iterator
from datetime import timedelta

from bot import policy
from bot.doctor.finding import Case, Finding, Level
from bot.errors import BadPolicy, MailError, TargetError
from bot.mail import Mailer
from bot.settings import SmtpServer, Tls
from bot.statuspage import Statuspage
from bot.trackers import polling, tracker_of
from bot.views.labels import TRACKERS

MAIL_SECONDS = 5.0


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
