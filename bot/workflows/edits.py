"""A field of a form that several people may have open: what it was opened with, and what came back."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import Refused
from db.enums import FactorKind
from db.records import FactorRecord


def mark(text: str) -> str:
    """A short mark of a text, to carry in a form instead of the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def as_typed(value: str | float | datetime | None) -> str:
    """An answer as a form shows it: a number without a superfluous `.0`, a moment to the minute in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M+00:00")
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def factor_lines(factors: Iterable[FactorRecord]) -> str:
    """Contributing factors as a form shows them, one a line; the kind stands before those that are not technical."""
    return "\n".join(
        factor.text if factor.kind is FactorKind.TECHNICAL else f"{factor.kind.value}: {factor.text}"
        for factor in factors
    )


def keys_typed(numbers: Iterable[int]) -> str:
    """Incidents as a form shows them: `INC-3, INC-7`."""
    return ", ".join(f"INC-{number}" for number in numbers)


@dataclass(frozen=True)
class Edit:
    """What came back. `shown` is the mark of what the form was opened with."""

    text: str
    shown: str

    @property
    def changed(self) -> bool:
        """Whether this person changed it: a form sends every field, touched or not."""
        return mark(self.text) != self.shown

    def saw(self, stands: str) -> bool:
        """Whether the form was opened with what stands there now."""
        return mark(stands) == self.shown

    def check(self, stands: str, what: str) -> None:
        """Refuse to write over what somebody else wrote meanwhile; `what` names the field."""
        if not self.saw(stands):
            raise Refused(
                f"Somebody else has written {what!r} meanwhile. Copy your text, open the form again, "
                "and put both together."
            )
