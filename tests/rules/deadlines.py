"""Clocks as the tests set them up: a rule of the catalogue, or one of their own, and what the record knows."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.policy import load
from bot.policy.calendar import LegalCalendar
from bot.policy.clocks import Known, standing
from bot.policy.frameworks import Framework, rules_of
from db.records import DecisionRecord, FilingRecord

YES = "by: Mia, decided_on: 2026-11-01, applies: true"
DECLARED = f"""
frameworks:
  gdpr: {{{YES}}}
  nis2: {{{YES}}}
  dora: {{{YES}}}
  cra-vuln: {{{YES}}}
  cra-inc: {{{YES}}}
  aiact:
    applies: true
    by: Mia
    decided_on: 2026-11-01
    rules:
      aiact-73-general: {{enabled: true}}
      aiact-73-death: {{enabled: true}}
      aiact-73-critical: {{enabled: true}}
  sec: {{{YES}}}
  nydfs: {{{YES}}}
  us-bank: {{{YES}}}
  ftc: {{{YES}}}
  hipaa: {{{YES}}}
  california: {{{YES}}}
  cert-in: {{{YES}, rules: {{cert-in: {{enabled: true}}}}}}
  contracts:
    applies: true
    by: Mia
    decided_on: 2026-11-01
    calendar: {{zone: Europe/London, holidays: GB-ENG}}
    rules:
      contract-rca:
        title: Send the cause report
        cite: Contract with a made-up customer, 7.2
        to: A made-up customer
        due: {{start: closed_at, add: 5bd}}
"""
# What makes each framework apply: the examples speak of incidents that are hit.
FACTS = {
    "personal_data": "yes",
    "nis2_significant": "yes",
    "exploited": "yes",
    "cra_severe": "yes",
    "ai_serious": "yes",
    "ai_critical": "yes",
    "ai_death": "yes",
    "ransom_paid": "yes",
    "phi_breach": "yes",
    "individuals": 600,
    "ca_residents": 501,
    "consumers": 500,
    "consumer_data_unencrypted": "yes",
}
BERLIN, ROME, NEW_YORK, LOS_ANGELES = "Europe/Berlin", "Europe/Rome", "America/New_York", "America/Los_Angeles"


def at(text):
    """`2026-11-24T13:20:00Z` as a moment, `2026-11-24` as a day."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


@cache
def written(text):
    """A policy file with this text."""
    with NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(text)
        file.flush()
        return load(Path(file.name))


def declared():
    """The catalogue with everything declared to apply."""
    return written(DECLARED)


@cache
def found(rule):
    """A rule with its framework."""
    return next((f, r) for f, r in rules_of(declared().frameworks) if r.key == rule)


def in_zone(framework: Framework, zone, holidays=None, add=()) -> Framework:
    """The framework, counted by another calendar."""
    code = framework.calendar.holidays if holidays is None else holidays
    return framework.model_copy(update={"calendar": LegalCalendar(zone=zone, holidays=code, add=add)})


def sent(rule, moment, *, stage=None, due_at=None, is_late=False):
    """A notification that was sent."""
    return FilingRecord(
        id=1, rule=rule, stage=stage, sent_at=moment, sent_by="U0MIA", recorded_by="U0MIA", recorded_at=moment,
        due_at=due_at, is_late=is_late,
    )  # fmt: skip


def decided(rule):
    """Somebody decided that it is not required."""
    return DecisionRecord(
        id=1, rule=rule, reason="Data was encrypted", by="U0MIA", at=datetime(2026, 11, 25, tzinfo=UTC)
    )


def known(framework, *, facts=None, filings=None, decisions=None, times=None, began_at=None, **anchors):
    """What the record knows: anchors by name, the framework's."""
    began = began_at or min(
        (v for v in anchors.values() if isinstance(v, datetime)), default=datetime(2026, 11, 24, tzinfo=UTC)
    )
    return Known(
        began_at=began,
        facts=FACTS if facts is None else facts,
        times=times or {},
        anchors={framework.key: anchors},
        filings={
            name: tuple(f if isinstance(f, FilingRecord) else sent(name, f) for f in found)
            for name, found in (filings or {}).items()
        },
        decisions=decisions or {},
    )


def stands(rule, *, zone=None, holidays=None, add=(), now=None, framework=None, **what):
    """How the rule stands, by default a moment after everything that is known."""
    home, its_rule = found(rule)
    home = framework(home) if framework else home
    if zone:
        home = in_zone(home, zone, holidays, add)
    facts = known(home, **what)
    return standing(home, its_rule, facts, now or facts.began_at + timedelta(seconds=1))
