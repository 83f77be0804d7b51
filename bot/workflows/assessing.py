"""How a risk is described and measured. Pure: no database, no clock.

Likelihood and impact go from 1 to 5; their product is the score. How likely a risk is, people decide; how often it
happened is counted, and shown beside.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.errors import Refused
from bot.policy import Policy
from bot.workflows import wording
from db.enums import RiskState, Treatment
from db.records import IncidentRecord, LinkRecord

LOWEST, HIGHEST = 1, 5
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
YEAR = timedelta(days=365)
# So many incidents within a year, at most, and the likelihood that they suggest; more than the last suggest 5.
OFTEN = ((0, 1), (1, 2), (3, 3), (11, 4))
# All controls together fit into a form's field.
LINE_MOST, CONTROL_MOST, CONTROLS_MOST = 200, 58, 50
_USER = re.compile(r"[UW][A-Z0-9]{1,31}")
_KEY = re.compile(r"INC-([0-9]{1,9})", re.IGNORECASE)
_PARTS = re.compile(r"[\n;,]")


class Measured(Protocol):
    """A risk, whether it is the database's or a picture of it."""

    @property
    def likelihood(self) -> int:
        """From 1 to 5."""

    @property
    def impact(self) -> int:
        """From 1 to 5."""

    @property
    def likelihood_after(self) -> int | None:
        """What treatment leaves, once assessed."""

    @property
    def impact_after(self) -> int | None:
        """What treatment leaves, once assessed."""


def suggested(links: Iterable[LinkRecord], now: datetime) -> int | None:
    """The likelihood that the incidents of the last 365 days suggest; None as long as it has never happened.

    | incidents within 365 days | none, but before | 1 | 2–3 | 4–11 | 12 and more |
    | likelihood                | 1                | 2 | 3   | 4    | 5           |
    """
    happened = [link for link in links if link.counts]
    if not happened:
        return None
    lately = sum(link.declared_at > now - YEAR for link in happened)
    return next((likelihood for most, likelihood in OFTEN if lately <= most), HIGHEST)


def is_high(risk: Measured, policy: Policy) -> bool:
    """Whether what remains of it after treatment is high by the policy."""
    return score(risk) >= policy.risks.high


def score(risk: Measured) -> int:
    """Likelihood × impact, after treatment as far as that was assessed."""
    return (risk.likelihood_after or risk.likelihood) * (risk.impact_after or risk.impact)


def review_on(risk: Measured, policy: Policy, now: datetime) -> date:
    """The team's date on which it is to be looked at again, counted from now."""
    wait = policy.risks.review.high if is_high(risk, policy) else policy.risks.review.others
    return policy.calendar.date_of(wait.after(now, policy.calendar))


def is_required(incident: IncidentRecord, policy: Policy) -> bool:
    """Whether the incident can be closed only after somebody has said which risk it was. Never of a drill.

    What nobody knows yet counts against it: closing waits for the answers anyway.
    """
    return not incident.drill and policy.risks.required.holds(_facts(incident, policy)) is not False


def is_asked(incident: IncidentRecord, policy: Policy) -> bool:
    """Whether people are asked, though they need not answer. Never of a drill."""
    return not incident.drill and policy.risks.asked.holds(_facts(incident, policy)) is True


def _facts(incident: IncidentRecord, policy: Policy) -> dict[str, Any]:
    level = policy.severities.get(incident.severity)
    return {
        "severity": incident.severity,
        "high": level.high if level else None,
        "kind": incident.kind.value,
        "customer_data": incident.customer_data.value,
        "personal_data": incident.personal_data.value,
        "service_affecting": incident.service_affecting.value,
        "private": incident.private,
    }


# ── fields, as forms and tables have them ──────────────────────────────────────────────────────────────────────────


def read(name: str, text: str, policy: Policy) -> Any:
    """What somebody typed or chose for a field, as the register keeps it; Refused with what would work."""
    if name == "category":
        return _category(text, policy)
    return _READ[name](text)


def typed(value: Any) -> str:
    """A field's value as a form or a table shows it: what `read` reads."""
    if isinstance(value, list | tuple):
        return "\n".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def keys(text: str) -> list[int]:
    """`INC-3, INC-7`, as numbers, each once and in order; Refused for what is no key."""
    found = []
    for part in filter(None, map(str.strip, re.split(r"[\s;,]+", text))):
        match = _KEY.fullmatch(part)
        if match is None:
            raise Refused(f"{part!r} is no incident's key. Write them like `INC-3, INC-7`.")
        found.append(int(match[1]))
    return sorted(set(found))


def _scale(text: str) -> int:
    if text.strip() not in {str(number) for number in range(LOWEST, HIGHEST + 1)}:
        raise Refused(f"{text.strip()!r} is no number from {LOWEST} to {HIGHEST}.")
    return int(text)


def _maybe_scale(text: str) -> int | None:
    return _scale(text) if text.strip() else None


def _category(text: str, policy: Policy) -> str:
    key = text.strip().lower()
    if key not in policy.risks.categories:
        raise Refused(f"There is no category {text.strip()!r}. Choose one of {', '.join(policy.risks.categories)}.")
    return key


def _treatment(text: str) -> Treatment:
    try:
        return Treatment(text.strip().lower())
    except ValueError:
        raise Refused(f"{text.strip()!r} is no treatment. Choose one of {', '.join(Treatment)}.") from None


def _state(text: str) -> RiskState:
    try:
        return RiskState(text.strip().lower())
    except ValueError:
        raise Refused(f"{text.strip()!r} is no state. Choose one of {', '.join(RiskState)}.") from None


def _owner(text: str) -> str:
    if not _USER.fullmatch(text.strip()):
        raise Refused(f"{text.strip()!r} is no Slack user id such as U0123ABCD.")
    return text.strip()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"{text.strip()!r} is no date; write it like 2027-01-31.") from None
    if not EARLIEST <= day <= LATEST:  # Beyond, an hour's difference to UTC may be no date any more.
        raise Refused(
            f"{day.isoformat()} is too far away. Give a day from {EARLIEST.isoformat()} to {LATEST.isoformat()}."
        )
    return day


def _controls(text: str) -> list[str]:
    parts = [" ".join(wording.optional(part, "control", most=CONTROL_MOST).split()) for part in _PARTS.split(text)]
    found = list(dict.fromkeys(filter(None, parts)))
    if len(found) > CONTROLS_MOST:
        raise Refused(f"{len(found)} controls are too many for one risk; at most {CONTROLS_MOST} fit.")
    return found


_READ: Mapping[str, Callable[[str], Any]] = {
    "title": wording.title,
    "description": lambda text: wording.optional(text, "description"),
    "likelihood": _scale,
    "impact": _scale,
    "likelihood_after": _maybe_scale,
    "impact_after": _maybe_scale,
    "treatment": _treatment,
    "owner": _owner,
    "review_on": _day,
    "state": _state,
    "controls": _controls,
}
FIELDS = ("title", "description", "category", *list(_READ)[2:])
MAY_BE_EMPTY = ("description", "likelihood_after", "impact_after", "controls")
