"""What a person sees at once when they have done something."""

from dataclasses import asdict, dataclass, field
from typing import Any

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person saw at once.

    `said` is the text they were answered with, by the app (for them only, or in the channel) or by the client itself;
    `message` is that message, or the one they typed. `modal` is the view now on top. `errors` are the complaints beside
    inputs, by label. `failure` is why nothing came of it: `operation_timeout`, `dispatch_failed`, `unknown_command`, …
    """

    ok: bool
    said: str | None = None
    message: Doc | None = None
    modal: Doc | None = None
    errors: dict[str, str] = field(default_factory=dict)
    failure: str | None = None

    def as_json(self) -> Doc:
        """The fields as JSON, for other processes."""
        return asdict(self)
