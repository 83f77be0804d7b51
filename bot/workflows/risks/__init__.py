"""The risk register: risks are added, changed, looked at, given away, closed; and every incident is asked which one it was.

The register is for everybody. What comes from a private incident is written there without its words, and without saying
who of its people wrote it: an entry of a risk's history that names an incident is shown as its own to those who may see it.
"""

from bot.workflows.risks.asked import answer
from bot.workflows.risks.changes import add, change
from bot.workflows.risks.due import give, looked_at, nobody_heard, snooze
from bot.workflows.risks.privacy import forget, redacted
from bot.workflows.risks.table import Line, take_over

__all__ = [
    "Line",
    "add",
    "answer",
    "change",
    "forget",
    "give",
    "looked_at",
    "nobody_heard",
    "redacted",
    "snooze",
    "take_over",
]
