"""A field of a form that several people may have open: what it was opened with, and what came back."""

import hashlib
from dataclasses import dataclass


def mark(text: str) -> str:
    """A short mark of a text, to carry in a form instead of the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
